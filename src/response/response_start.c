/*-------------------------------------------------------------------------
 *
 * response_start.c
 *		The beginning of an answer, or of what an answer holds.
 *
 * IDENTIFICATION
 *	  src/response/response_start.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "response/response_internal.h"
#include "value/json_string.h"

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

/* Goes on to values of which each is a row, on a line of its own. */
static LfdwJsonStatus
start_lines(LfdwResponse *response)
{
	response->state = LFDW_STATE_LINES;
	response->first_line = true;
	response->keep = false;
	return LFDW_JSON_OK;
}

/*
 * An array at the root: of rows, or the first of several lines that are each
 * an array row.
 */
static LfdwJsonStatus
start_array(LfdwResponse *response)
{
	LfdwJsonReader ahead = response->reader;
	LfdwJsonStatus status = lfdw_json_enter(&ahead);
	LfdwJsonValue value;
	LfdwJsonType type;

	if (status == LFDW_JSON_OK)
		status = lfdw_json_element(&ahead);
	if (status == LFDW_JSON_OK)
		status = lfdw_json_peek(&ahead, &type);
	if (status == LFDW_JSON_OK && type < LFDW_JSON_ARRAY &&
		!lfdw_row_takes_scalar(response->row))
	{
		ahead = response->reader;
		status = lfdw_json_value(&ahead, &value);
		if (status == LFDW_JSON_OK)
			status = lfdw_json_peek(&ahead, &type);
		if (status == LFDW_JSON_OK)
			return start_lines(response);
	}
	if (status != LFDW_JSON_OK && status != LFDW_JSON_END)
	{
		response->reader = ahead;
		return status;
	}
	response->state = LFDW_STATE_ROWS;
	response->keep = false;
	return lfdw_json_enter(&response->reader);
}

/*
 * A string at the root: what json.dumps made of an object or array, if it is
 * all of the answer, else a row.
 */
static LfdwJsonStatus
start_string(LfdwResponse *response)
{
	const LfdwPointer *rows_path = response->table->options->rows_path;
	bool		named = rows_path && rows_path->ntokens > 0;
	LfdwJsonReader ahead = response->reader;
	LfdwJsonReader inside;
	LfdwJsonStatus status;
	LfdwJsonValue value;
	bool		opened;

	status = lfdw_json_value(&ahead, &value);
	if (status != LFDW_JSON_OK)
	{
		response->reader = ahead;
		return status;
	}
	opened = lfdw_json_string_open(&inside, &value,
								   lfdw_row_takes_scalar(response->row) && !named,
								   response->table->function.label);
	status = opened ? lfdw_json_end(&ahead) : LFDW_JSON_BAD;
	if (status == LFDW_JSON_OK)
		lfdw_response_open(response, &inside, " of the JSON in its string");
	if (status != LFDW_JSON_BAD)
		return status;
	if (!named)
		return start_lines(response);
	lfdw_response_lack_rows(response, lfdw_root_reader(response));
	return lfdw_response_pass(response);
}

/*
 * The step before the root value: what it is, and so how to go on.
 */
LfdwJsonStatus
lfdw_response_start(LfdwResponse *response)
{
	const LfdwPointer *rows_path = response->table->options->rows_path;
	LfdwJsonReader *reader = &response->reader;
	LfdwJsonStatus status;
	LfdwJsonType type = LFDW_JSON_NULL;
	bool		to_mark[LFDW_NMARKS];

	status = lfdw_json_peek(reader, &type);
	if (status != LFDW_JSON_OK && status != LFDW_JSON_END)
		return status;
	response->root = *reader;
	if (type == LFDW_JSON_OBJECT ||
		(type == LFDW_JSON_ARRAY && rows_path && rows_path->ntokens > 0))
	{
		response->state = LFDW_STATE_MEMBERS;
		for (int mark = 0; mark < LFDW_NMARKS; mark++)
			to_mark[mark] = response->marks[mark] != NULL;
		return lfdw_response_enter(response, type, true, to_mark);
	}
	if (type == LFDW_JSON_STRING)
		return start_string(response);
	if (rows_path && rows_path->ntokens > 0)
		lfdw_response_lack_rows(response, lfdw_root_reader(response));
	if (response->none || type == LFDW_JSON_NULL)
		return lfdw_response_pass(response);
	status = lfdw_error_path_check(response, *reader);
	if (status != LFDW_JSON_OK)
		return status;
	return type == LFDW_JSON_ARRAY ? start_array(response) :
		start_lines(response);
}
