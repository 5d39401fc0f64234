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
 * to the rows and to each mark.
 */
static LfdwJsonStatus
enter(LfdwResponse *response, LfdwJsonType type, bool to_rows,
	  const bool *to_mark)
{
	LfdwJsonStatus status = lfdw_json_enter(&response->reader);
	LfdwFrame  *frame = &response->frames[response->nframes];

	if (status != LFDW_JSON_OK)
		return status;
	frame->is_object = (type == LFDW_JSON_OBJECT);
	frame->index = 0;
	frame->to_rows = to_rows;
	memcpy(frame->to_mark, to_mark, sizeof(frame->to_mark));
	frame->in_string = false;
	response->nframes++;
	return LFDW_JSON_OK;
}

/* Is the member on the way to a mark the mark itself? */
static inline bool
is_mark(const LfdwResponse *response, int mark)
{
	return response->nframes == response->marks[mark]->ntokens;
}

/*
 * Enters the root value, on the way to the rows and marks, or, where wanted is
 * false, to read its members alone.
 */
LfdwJsonStatus
lfdw_response_enter_root(LfdwResponse *response, LfdwJsonType type, bool wanted)
{
	bool		to_mark[LFDW_NMARKS];

	for (int mark = 0; mark < LFDW_NMARKS; mark++)
		to_mark[mark] = wanted && response->marks[mark] != NULL;
	response->state = LFDW_STATE_MEMBERS;
	return enter(response, type, wanted, to_mark);
}

/*
 * Begins anew in what the answer holds, which is whole and in the current
 * context.  The part names it in messages.
 */
void
lfdw_response_open(LfdwResponse *response, const LfdwJsonReader *inside,
				   const char *part)
{
	response->source = NULL;
	response->reader = *inside;
	response->part = part;
	response->state = LFDW_STATE_START;
	response->nframes = 0;
	memset(&response->notes, 0, sizeof(response->notes));
}

/* Keeps what a member that was read whole says about the answer. */
static void
note_value(LfdwResponse *response, const LfdwJsonValue *key,
		   const LfdwJsonValue *value, const bool *to_mark, bool passes)
{
	const LfdwFrame *frame = &response->frames[response->nframes - 1];
	bool		at_root = response->nframes == 1 && frame->is_object;
	bool		read = passes;

	for (int mark = 0; mark < LFDW_NMARKS; mark++)
	{
		if (!to_mark[mark] || !is_mark(response, mark))
			continue;
		lfdw_response_note_mark(response, mark, value);
		read = true;
	}
	if (at_root && lfdw_root_note_member(response, key, value))
		return;
	lfdw_root_note_other(response);
	/* where it is not on the way to the rows, the root object is the rows */
	if (frame->is_object && !read && (response->nframes > 1 || frame->to_rows))
		lfdw_response_note_page(response, key, value);
}

/*
 * A member that is not the rows: noted, entered, or passed over.  One that lies
 * on the way to the rows or a mark is entered, also where it is a string; a mark
 * is read whole.
 */
static LfdwJsonStatus
read_other_member(LfdwResponse *response, const LfdwJsonValue *key,
				  bool to_rows, const bool *to_mark)
{
	LfdwJsonReader *reader = &response->reader;
	bool		passes = to_rows;
	bool		whole = false;
	LfdwJsonReader inside;
	LfdwJsonStatus status;
	LfdwJsonValue value;
	LfdwJsonType type;

	for (int mark = 0; mark < LFDW_NMARKS; mark++)
	{
		if (to_mark[mark])
			*(is_mark(response, mark) ? &whole : &passes) = true;
	}
	status = lfdw_json_peek(reader, &type);
	if (status != LFDW_JSON_OK)
		return status;
	if (passes && !whole && type >= LFDW_JSON_ARRAY)
	{
		lfdw_root_note_other(response);
		return enter(response, type, to_rows, to_mark);
	}
	status = lfdw_json_value(reader, &value);
	if (status != LFDW_JSON_OK)
		return status;
	if (passes && !whole && type == LFDW_JSON_STRING &&
		lfdw_json_string_open(&inside, &value, true,
							  response->table->function.label))
	{
		lfdw_root_note_other(response);
		lfdw_response_enter_string(response, &inside);
		lfdw_json_peek(&response->reader, &type);
		status = enter(response, type, to_rows, to_mark);
		response->frames[response->nframes - 1].in_string = true;
		return status;
	}
	note_value(response, key, &value, to_mark, passes);
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

/*
 * Is a member or element of the innermost frame on the way that a pointer leads,
 * as the frame is?
 */
static bool
leads_on(const LfdwResponse *response, bool frame_does,
		 const LfdwJsonValue *key, const LfdwPointer *pointer)
{
	int			depth = response->nframes - 1;

	return frame_does && depth < pointer->ntokens &&
		token_matches(&response->frames[depth], key, pointer->tokens[depth]);
}

/* One member or element of a container on the way to the rows. */
LfdwJsonStatus
lfdw_response_step_members(LfdwResponse *response)
{
	int			depth = response->nframes - 1;
	LfdwFrame  *frame = &response->frames[depth];
	const LfdwPointer *rows = response->rows_path;
	LfdwJsonStatus status;
	LfdwJsonValue key;
	bool		to_rows;
	bool		to_mark[LFDW_NMARKS];
	bool		passes;

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

	passes = to_rows = leads_on(response, frame->to_rows, &key, rows);
	for (int mark = 0; mark < LFDW_NMARKS; mark++)
		passes |= to_mark[mark] = leads_on(response, frame->to_mark[mark], &key,
										   response->marks[mark]);
	if (depth == 0 && frame->is_object &&
		lfdw_root_may_hold_form(response, &key))
		status = read_form_member(response, &key, passes);
	else if (to_rows && depth + 1 == rows->ntokens &&
			 !response->notes.rows_seen && !response->notes.deferred)
		status = lfdw_response_read_rows(response);
	else
		status = read_other_member(response, &key,
								   to_rows && depth + 1 < rows->ntokens,
								   to_mark);
	if (status == LFDW_JSON_OK)
		frame->index++;
	return status;
}
