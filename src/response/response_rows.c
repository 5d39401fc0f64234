/*-------------------------------------------------------------------------
 *
 * response_rows.c
 *		The rows of an answer: elements of an array, lines, or one value.
 *
 * IDENTIFICATION
 *	  src/response/response_rows.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "response/response_internal.h"
#include "value/json_string.h"

/* Goes on in the text of a string, until lfdw_response_leave_string. */
void
lfdw_response_enter_string(LfdwResponse *response, const LfdwJsonReader *inside)
{
	response->outer[response->nouter++] = response->reader;
	response->reader = *inside;
}

/* Goes on behind the string that was entered last. */
void
lfdw_response_leave_string(LfdwResponse *response)
{
	response->reader = response->outer[--response->nouter];
}

/* Passes over the root value, or nothing, after which the answer must end. */
LfdwJsonStatus
lfdw_response_pass(LfdwResponse *response)
{
	LfdwJsonValue value;
	LfdwJsonType type;
	LfdwJsonStatus status = lfdw_json_peek(&response->reader, &type);

	if (status == LFDW_JSON_OK)
		status = lfdw_json_value(&response->reader, &value);
	if (status != LFDW_JSON_OK && status != LFDW_JSON_END)
		return status;
	response->state = LFDW_STATE_TAIL;
	return LFDW_JSON_OK;
}

/*
 * Reads a row and checks that it is one of the table's; alone says that no
 * other rows are around it.  Such a one may say that there are none.
 */
static LfdwJsonStatus
read_row(LfdwResponse *response, bool alone)
{
	LfdwJsonStatus status;

	status = lfdw_row_read(response->row, &response->reader,
						   response->notes.order ? response->notes.order :
						   lfdw_row_table_order(response->row));
	if (status != LFDW_JSON_OK)
		return status;
	if (lfdw_row_has_no_member(response->row, alone) ||
		(alone && response->table->options->no_rows_missing &&
		 lfdw_row_is_empty(response->row)))
		lfdw_response_refuse_row(response, alone);
	response->row_ready = !response->none;
	return LFDW_JSON_OK;
}

/*
 * Must the rows wait that the reader stands before, until the whole object is
 * known?  They must where they are arrays whose order a later "columns" could
 * tell.
 */
static LfdwJsonStatus
awaits_order(LfdwResponse *response, LfdwJsonReader ahead, bool *awaits)
{
	LfdwJsonStatus status;
	LfdwJsonType type;

	*awaits = false;
	if (response->notes.decided || response->notes.order ||
		lfdw_row_by_place(response->row))
		return LFDW_JSON_OK;
	status = lfdw_json_enter(&ahead);
	if (status == LFDW_JSON_OK)
		status = lfdw_json_element(&ahead);
	if (status == LFDW_JSON_OK)
		status = lfdw_json_peek(&ahead, &type);
	if (status == LFDW_JSON_OK)
		*awaits = (type == LFDW_JSON_ARRAY);
	if (status == LFDW_JSON_BAD)
		response->reader = ahead;
	return status == LFDW_JSON_END ? LFDW_JSON_OK : status;
}

/* Passes over the rows, to come back for them. */
static LfdwJsonStatus
defer_rows(LfdwResponse *response)
{
	LfdwJsonValue value;
	LfdwJsonStatus status = lfdw_json_value(&response->reader, &value);

	response->notes.deferred |= (status == LFDW_JSON_OK);
	return status;
}

/* Enters the array of rows that comes next. */
static LfdwJsonStatus
enter_rows(LfdwResponse *response)
{
	LfdwJsonStatus status = lfdw_json_enter(&response->reader);

	if (status != LFDW_JSON_OK)
		return status;
	response->notes.rows_seen = true;
	response->keep = false;
	response->state = LFDW_STATE_ROWS;
	return LFDW_JSON_OK;
}

/*
 * The string at rows_path: JSON with the rows, or a row itself.
 */
static LfdwJsonStatus
read_rows_string(LfdwResponse *response)
{
	LfdwJsonReader after = response->reader;
	LfdwJsonReader inside;
	LfdwJsonStatus status;
	LfdwJsonValue value;
	LfdwJsonType type;
	bool		awaits;

	status = lfdw_json_value(&after, &value);
	if (status != LFDW_JSON_OK)
	{
		response->reader = after;
		return status;
	}
	if (!lfdw_json_string_open(&inside, &value, true,
							   response->table->function.label))
	{
		response->notes.rows_seen = true;
		return read_row(response, true);
	}
	lfdw_json_peek(&inside, &type);
	if (type == LFDW_JSON_ARRAY)
	{
		awaits_order(response, inside, &awaits);
		if (awaits)
			return defer_rows(response);
		response->reader = after;
		lfdw_response_enter_string(response, &inside);
		response->rows_in_string = true;
		return enter_rows(response);
	}
	response->notes.rows_seen = true;
	response->reader = inside;
	status = read_row(response, true);
	response->reader = after;
	return status;
}

/* The value at the rows' place: an array to go through, or one row. */
LfdwJsonStatus
lfdw_response_read_rows(LfdwResponse *response)
{
	LfdwJsonReader *reader = &response->reader;
	bool		named = response->table->options->rows_path != NULL;
	LfdwJsonStatus status;
	LfdwJsonValue value;
	LfdwJsonType type;
	bool		awaits;

	status = lfdw_json_peek(reader, &type);
	if (status != LFDW_JSON_OK)
		return status;
	if (type != LFDW_JSON_ARRAY && !named)
	{
		lfdw_root_note_other(response);
		return lfdw_json_value(reader, &value);
	}
	if (lfdw_root_is_undecided(response))
		return defer_rows(response);
	status = lfdw_error_path_check(response, lfdw_root_reader(response));
	if (status != LFDW_JSON_OK)
		return status;
	if (type == LFDW_JSON_STRING)
		return read_rows_string(response);
	if (type == LFDW_JSON_ARRAY)
	{
		status = awaits_order(response, *reader, &awaits);
		if (status != LFDW_JSON_OK)
			return status;
		return awaits ? defer_rows(response) : enter_rows(response);
	}
	status = type == LFDW_JSON_NULL ? lfdw_json_value(reader, &value) :
		read_row(response, true);
	response->notes.rows_seen |= (status == LFDW_JSON_OK);
	return status;
}

/* One element of the array of rows, or its end. */
LfdwJsonStatus
lfdw_response_step_rows(LfdwResponse *response)
{
	LfdwJsonStatus status = lfdw_json_element(&response->reader);

	if (status == LFDW_JSON_END)
	{
		if (response->rows_in_string)
			lfdw_response_leave_string(response);
		response->rows_in_string = false;
		response->state = response->nframes > 0 ? LFDW_STATE_MEMBERS : LFDW_STATE_TAIL;
		return LFDW_JSON_OK;
	}
	return status == LFDW_JSON_OK ? read_row(response, false) : status;
}

/*
 * Is the first value an object that a runtime made of an exception, and all of
 * the answer?  Where a column takes any row, nothing else would tell.
 */
static LfdwJsonStatus
check_raised(LfdwResponse *response)
{
	LfdwJsonReader ahead = response->reader;
	LfdwJsonStatus status;
	LfdwJsonValue value;

	status = lfdw_json_value(&ahead, &value);
	if (status != LFDW_JSON_OK)
	{
		response->reader = ahead;
		return status;
	}
	if (!lfdw_response_is_raised(response, response->reader))
		return LFDW_JSON_OK;
	status = lfdw_json_end(&ahead);
	if (status == LFDW_JSON_OK)
		lfdw_response_take_raised(response, response->reader, true);
	return status == LFDW_JSON_MORE ? status : LFDW_JSON_OK;
}

/* One row, on a line of its own unless it is the first. */
LfdwJsonStatus
lfdw_response_step_lines(LfdwResponse *response)
{
	LfdwJsonReader *reader = &response->reader;
	size_t		before = reader->pos;
	LfdwJsonStatus status;
	LfdwJsonType type;

	status = lfdw_json_peek(reader, &type);
	if (status != LFDW_JSON_OK)
		return status;
	if (!response->first_line &&
		memchr(reader->data + before, '\n', reader->pos - before) == NULL)
	{
		reader->error = "unexpected text after the JSON value";
		reader->error_at = reader->offset + reader->pos;
		return LFDW_JSON_BAD;
	}
	if (response->first_line && type == LFDW_JSON_OBJECT &&
		lfdw_row_takes_all(response->row))
	{
		status = check_raised(response);
		if (status != LFDW_JSON_OK)
			return status;
		if (response->none)
			return lfdw_response_pass(response);
	}
	status = read_row(response, response->first_line);
	if (status != LFDW_JSON_OK)
		return status;
	response->first_line = false;
	if (response->none)
		response->state = LFDW_STATE_TAIL;
	return LFDW_JSON_OK;
}
