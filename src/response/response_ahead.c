/*-------------------------------------------------------------------------
 *
 * response_ahead.c
 *		What the rest of an answer says, while its rows are being read.
 *
 * An answer that has arrived whole is looked through to its end, where it says which
 * page follows; nothing is kept of the rows on the way, and no error is raised: all
 * of it is read again, as ever.
 *
 * IDENTIFICATION
 *	  src/response/response_ahead.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/json_pointer.h"
#include "response/response_internal.h"
#include "value/json_find.h"

/* As lfdw_response_cursor_json, without an error: only where it is ASCII. */
static char *
cursor_of(const LfdwJsonValue *value)
{
	for (size_t i = 0; i < value->len; i++)
	{
		if (IS_HIGHBIT_SET(value->text[i]))
			return NULL;
	}
	return lfdw_response_cursor_json(value);
}

/*
 * Passes over the rows that were not read, and counts them; takes the cursor that
 * the last has, where rows have one.
 */
static LfdwJsonStatus
pass_rows(const LfdwResponse *response, LfdwJsonReader *reader,
		  LfdwResponseAhead *ahead)
{
	LfdwJsonReader last = *reader;
	LfdwJsonValue value;
	LfdwJsonStatus status;

	while ((status = lfdw_json_element(reader)) == LFDW_JSON_OK)
	{
		last = *reader;
		status = lfdw_json_value(reader, &value);
		if (status != LFDW_JSON_OK)
			return status;
		ahead->nrows++;
	}
	if (status == LFDW_JSON_END && ahead->nrows > 0 && response->row_cursor_path)
		ahead->cursor = lfdw_json_find(last, response->row_cursor_path,
									   response->table->function.label, &value) ?
			cursor_of(&value) : NULL;
	return status;
}

/*
 * Takes what a member, or what lies in it, says of further pages; the reader stands
 * before it, in a frame of so many around it.
 */
static void
note_member(const LfdwResponse *response, LfdwJsonReader reader,
			const LfdwJsonValue *key, int depth, LfdwResponseAhead *ahead)
{
	const LfdwFrame *frame = &response->frames[depth];

	for (int mark = 0; mark < LFDW_NMARKS; mark++)
	{
		const LfdwPointer *path = response->marks[mark];
		LfdwPointer rest;
		LfdwJsonValue value;

		if (!frame->to_mark[mark] || depth >= path->ntokens ||
			!lfdw_json_is(key, path->tokens[depth]))
			continue;
		rest.tokens = path->tokens + depth + 1;
		rest.ntokens = path->ntokens - depth - 1;
		if (lfdw_json_seek(reader, &rest, response->table->function.label,
						   &value) != LFDW_JSON_OK)
			continue;
		if (mark == LFDW_MARK_CURSOR)
			ahead->cursor = cursor_of(&value);
		else
			ahead->more = lfdw_response_more_of(&value);
	}
}

/* May a member of the root object make something else of the answer? */
static bool
is_of_form(const LfdwResponse *response, const LfdwJsonValue *key)
{
	return lfdw_json_is(key, "lambda_fdw_error") ||
		lfdw_root_may_begin_form(response, key);
}

/* Passes over what stands in the containers around the rows, behind them. */
static LfdwJsonStatus
pass_members(const LfdwResponse *response, LfdwJsonReader *reader,
			 LfdwResponseAhead *ahead)
{
	LfdwJsonStatus status = LFDW_JSON_END;
	LfdwJsonValue key;
	LfdwJsonValue value;

	for (int depth = response->nframes - 1;
		 depth >= 0 && status == LFDW_JSON_END; depth--)
	{
		if (!response->frames[depth].is_object)
			return LFDW_JSON_BAD;
		while ((status = lfdw_json_member(reader, &key)) == LFDW_JSON_OK)
		{
			if (depth == 0 && is_of_form(response, &key))
				return LFDW_JSON_BAD;
			note_member(response, *reader, &key, depth, ahead);
			status = lfdw_json_value(reader, &value);
			if (status != LFDW_JSON_OK)
				return status;
		}
	}
	return status == LFDW_JSON_END ? lfdw_json_end(reader) : status;
}

/* Can the answer be looked through, and could it say that a page follows? */
static bool
is_worth_it(const LfdwResponse *response)
{
	return response->state == LFDW_STATE_ROWS && response->nouter == 0 &&
		response->aligned == NULL && response->write == NULL &&
		(response->nframes > 0 || response->paging != LFDW_PAGING_MEMBER);
}

/*
 * Looks through the rest of an answer of which a row has been read, where that is
 * all there and at most max_bytes long: LFDW_LOOK_EARLY before it is.  With
 * LFDW_LOOK_KNOWN *ahead is what the answer will say at its end, unless it is an
 * error; its cursor, in the current context, is as lfdw_response_cursor has it.
 * LFDW_LOOK_NONE means that only its end will tell, or comes at once.
 */
LfdwLook
lfdw_response_look_ahead(LfdwResponse *response, size_t max_bytes,
						 LfdwResponseAhead *ahead)
{
	LfdwJsonReader reader;

	if (!is_worth_it(response))
		return LFDW_LOOK_NONE;
	lfdw_response_show_window(response);
	reader = response->reader;
	if (!reader.complete || reader.len - reader.pos > max_bytes)
		return LFDW_LOOK_EARLY;
	ahead->nrows = response->passed;
	ahead->more = response->notes.more;
	ahead->cursor = NULL;
	if (response->paging == LFDW_PAGING_MEMBER)
		ahead->cursor = response->notes.cursor;
	else if (response->paging == LFDW_PAGING_HEADER)
		ahead->cursor = response->header_cursor;
	if (pass_rows(response, &reader, ahead) != LFDW_JSON_END ||
		ahead->nrows == 0 ||
		pass_members(response, &reader, ahead) != LFDW_JSON_OK)
		return LFDW_LOOK_NONE;
	return LFDW_LOOK_KNOWN;
}
