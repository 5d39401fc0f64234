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

/* Are the members of an object the rows? */
static bool
is_entries(const LfdwResponse *response)
{
	return response->table->options->rows_format == LFDW_ROWS_ENTRIES;
}

/* Raises the error about a root value that is no object of entries. */
static LfdwJsonStatus
refuse_entries(LfdwResponse *response)
{
	LfdwJsonValue value;
	LfdwJsonStatus status = lfdw_json_value(&response->reader, &value);

	if (status == LFDW_JSON_OK)
		lfdw_response_report_no_entries(response, &value);
	return status;
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
								   lfdw_row_takes_scalar(response->row) &&
								   !named && !is_entries(response),
								   response->table->function.label);
	status = opened ? lfdw_json_end(&ahead) : LFDW_JSON_BAD;
	if (status == LFDW_JSON_OK)
		lfdw_response_open(response, &inside, " of the JSON in its string");
	if (status != LFDW_JSON_BAD)
		return status;
	if (!named && is_entries(response))
		return refuse_entries(response);
	if (!named)
		return start_lines(response);
	lfdw_response_lack_rows(response, lfdw_root_reader(response));
	return lfdw_response_pass(response);
}

/*
 * The root object, whose members are the rows.  Where it begins as a form of its
 * own does, or an error, it is read as a whole first.
 */
static LfdwJsonStatus
start_entries(LfdwResponse *response)
{
	LfdwJsonReader ahead = response->reader;
	LfdwJsonStatus status = lfdw_json_enter(&ahead);
	LfdwJsonValue key;

	if (status == LFDW_JSON_OK)
		status = lfdw_json_member(&ahead, &key);
	if (status == LFDW_JSON_OK && !response->notes.decided &&
		(lfdw_root_may_begin_form(response, &key) || lfdw_root_may_be_error(&key)))
		return lfdw_response_enter_root(response, LFDW_JSON_OBJECT, false);
	if (status == LFDW_JSON_OK || status == LFDW_JSON_END)
		status = lfdw_error_path_check(response, response->reader);
	if (status != LFDW_JSON_OK)
	{
		if (status == LFDW_JSON_BAD)
			response->reader = ahead;
		return status;
	}
	return lfdw_response_enter_rows(response, LFDW_STATE_ENTRIES);
}

/*
 * The step before the root value: what it is, and so how to go on.
 */
LfdwJsonStatus
lfdw_response_start(LfdwResponse *response)
{
	const LfdwPointer *rows_path = response->table->options->rows_path;
	bool		named = rows_path && rows_path->ntokens > 0;
	LfdwJsonReader *reader = &response->reader;
	LfdwJsonStatus status;
	LfdwJsonType type = LFDW_JSON_NULL;

	if (response->write && !response->notes.decided)
		return lfdw_write_start(response);
	if (response->table->options->answer_format > LFDW_ANSWER_JSON)
		return lfdw_text_start(response);
	status = lfdw_json_peek(reader, &type);
	if (status != LFDW_JSON_OK && status != LFDW_JSON_END)
		return status;
	response->root = *reader;
	if (type == LFDW_JSON_OBJECT && !named && is_entries(response))
		return start_entries(response);
	if (type == LFDW_JSON_OBJECT ||
		(type == LFDW_JSON_ARRAY && named))
		return lfdw_response_enter_root(response, type, true);
	if (type == LFDW_JSON_STRING)
		return start_string(response);
	if (named)
		lfdw_response_lack_rows(response, lfdw_root_reader(response));
	if (response->none || type == LFDW_JSON_NULL)
		return lfdw_response_pass(response);
	status = lfdw_error_path_check(response, *reader);
	if (status == LFDW_JSON_OK)
		status = lfdw_split_echo_check(response, *reader);
	if (status != LFDW_JSON_OK)
		return status;
	if (is_entries(response))
		return refuse_entries(response);
	return type == LFDW_JSON_ARRAY ? start_array(response) :
		start_lines(response);
}
