/*-------------------------------------------------------------------------
 *
 * response_members.c
 *		Containers on the way to the rows, one member at a time.
 *
 * IDENTIFICATION
 *	  src/response/response_members.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/json_pointer.h"
#include "response/response_internal.h"
#include "value/json_string.h"

/*
 * Enters the container that comes next; the flags say whether it lies on the way
 * to the rows and to the cursor.
 */
LfdwJsonStatus
lfdw_response_enter(LfdwResponse *response, LfdwJsonType type, bool to_rows,
					bool to_cursor)
{
	LfdwJsonStatus status = lfdw_json_enter(&response->reader);
	LfdwFrame  *frame = &response->frames[response->nframes];

	if (status != LFDW_JSON_OK)
		return status;
	frame->is_object = (type == LFDW_JSON_OBJECT);
	frame->index = 0;
	frame->to_rows = to_rows;
	frame->to_cursor = to_cursor;
	frame->in_string = false;
	response->nframes++;
	return LFDW_JSON_OK;
}

/* Keeps what a member that was read whole says about the answer. */
static void
note_value(LfdwResponse *response, const LfdwJsonValue *key,
		   const LfdwJsonValue *value, bool is_cursor, bool passes)
{
	const LfdwFrame *frame = &response->frames[response->nframes - 1];
	bool		at_root = response->nframes == 1 && frame->is_object;

	if (is_cursor)
		lfdw_root_set_cursor(response, value);
	if (at_root && lfdw_root_note_member(response, key, value))
		return;
	lfdw_root_note_other(response);
	if (frame->is_object && !is_cursor && !passes)
		lfdw_root_note_page(response, key, value);
}

/*
 * A member that is not the rows: noted, entered, or passed over.  One that lies
 * on the way to the rows or the cursor is entered, also where it is a string.
 */
static LfdwJsonStatus
read_other_member(LfdwResponse *response, const LfdwJsonValue *key,
				  bool to_rows, bool to_cursor)
{
	LfdwJsonReader *reader = &response->reader;
	bool		is_cursor = to_cursor &&
	response->nframes == response->cursor_path->ntokens;
	bool		passes = to_rows || (to_cursor && !is_cursor);
	LfdwJsonReader inside;
	LfdwJsonStatus status;
	LfdwJsonValue value;
	LfdwJsonType type;

	status = lfdw_json_peek(reader, &type);
	if (status != LFDW_JSON_OK)
		return status;
	if (passes && !is_cursor && type >= LFDW_JSON_ARRAY)
	{
		lfdw_root_note_other(response);
		return lfdw_response_enter(response, type, to_rows, to_cursor);
	}
	status = lfdw_json_value(reader, &value);
	if (status != LFDW_JSON_OK)
		return status;
	if (passes && !is_cursor && type == LFDW_JSON_STRING &&
		lfdw_json_string_open(&inside, &value, true,
							  response->table->function.label))
	{
		lfdw_root_note_other(response);
		lfdw_response_enter_string(response, &inside);
		lfdw_json_peek(&response->reader, &type);
		status = lfdw_response_enter(response, type, to_rows, to_cursor);
		response->frames[response->nframes - 1].in_string = true;
		return status;
	}
	note_value(response, key, &value, is_cursor, passes);
	return LFDW_JSON_OK;
}

/*
 * A member of the root object that holds the rows in a form of its own, or is a
 * member like any other, read later if the path goes through it.
 */
static LfdwJsonStatus
read_form_member(LfdwResponse *response, const LfdwJsonValue *key,
				 bool passes)
{
	LfdwJsonStatus status;
	LfdwJsonValue value;

	status = lfdw_json_value(&response->reader, &value);
	if (status != LFDW_JSON_OK)
		return status;
	lfdw_root_note_member(response, key, &value);
	response->notes.deferred |= passes;
	return LFDW_JSON_OK;
}

/* Does a key, or an array's index, match a token of a pointer? */
static bool
token_matches(const LfdwFrame *frame, const LfdwJsonValue *key, const char *token)
{
	return frame->is_object ? lfdw_json_is(key, token) :
		lfdw_pointer_names_element(token, frame->index);
}

/* One member or element of a container on the way to the rows. */
LfdwJsonStatus
lfdw_response_step_members(LfdwResponse *response)
{
	int			depth = response->nframes - 1;
	LfdwFrame  *frame = &response->frames[depth];
	const LfdwPointer *rows = response->rows_path;
	const LfdwPointer *cursor = response->cursor_path;
	LfdwJsonStatus status;
	LfdwJsonValue key;
	bool		to_rows;
	bool		to_cursor;

	status = frame->is_object ? lfdw_json_member(&response->reader, &key) :
		lfdw_json_element(&response->reader);
	if (status == LFDW_JSON_END)
	{
		if (frame->in_string)
			lfdw_response_leave_string(response);
		if (--response->nframes == 0)
			response->state = LFDW_STATE_FINISH;
		return LFDW_JSON_OK;
	}
	if (status != LFDW_JSON_OK)
		return status;

	to_rows = frame->to_rows && depth < rows->ntokens &&
		token_matches(frame, &key, rows->tokens[depth]);
	to_cursor = frame->to_cursor && depth < cursor->ntokens &&
		token_matches(frame, &key, cursor->tokens[depth]);
	if (depth == 0 && frame->is_object &&
		lfdw_root_may_hold_form(response, &key))
		status = read_form_member(response, &key, to_rows || to_cursor);
	else if (to_rows && depth + 1 == rows->ntokens &&
			 !response->notes.rows_seen && !response->notes.deferred)
		status = lfdw_response_read_rows(response);
	else
		status = read_other_member(response, &key,
								   to_rows && depth + 1 < rows->ntokens,
								   to_cursor);
	if (status == LFDW_JSON_OK)
		frame->index++;
	return status;
}
