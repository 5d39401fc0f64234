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

/*
 * So many rows are passed over in one go: enough for what is done once not to count, and
 * little in vain where a query wants no more of them.
 */
#define ROWS_PASSED_MAX 64

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
 * other rows are around it.  Such a one may say that there are none, or, of a write,
 * be none.
 */
LfdwJsonStatus
lfdw_response_read_row(LfdwResponse *response, bool alone)
{
	LfdwJsonStatus status;

	status = lfdw_row_read(response->row, &response->reader,
						   response->notes.order ? response->notes.order :
						   lfdw_row_table_order(response->row));
	if (status != LFDW_JSON_OK)
		return status;
	if (alone && response->write && lfdw_answer_report_is_no_row(response))
		return LFDW_JSON_OK;
	if (lfdw_row_has_no_member(response->row, alone) ||
		(alone && response->table->options->no_rows_missing &&
		 lfdw_row_is_empty(response->row)))
		lfdw_response_refuse_row(response, alone);
	if (alone && response->aligned && !response->none)
		lfdw_response_report_no_list(response);
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
		lfdw_row_by_place(response->row) ||
		(response->aligned && lfdw_row_takes_all(response->row)))
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

/* Enters the array of rows, or the object of entries, that comes next. */
LfdwJsonStatus
lfdw_response_enter_rows(LfdwResponse *response, LfdwResponseState state)
{
	LfdwJsonStatus status = lfdw_json_enter(&response->reader);

	if (status != LFDW_JSON_OK)
		return status;
	response->notes.rows_seen = true;
	response->keep = false;
	response->state = state;
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
		return lfdw_response_read_row(response, true);
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
		return lfdw_response_enter_rows(response, LFDW_STATE_ROWS);
	}
	response->notes.rows_seen = true;
	response->reader = inside;
	status = lfdw_response_read_row(response, true);
	response->reader = after;
	return status;
}

/*
 * The value at rows_path, whose members are the rows: an object, also in a string,
 * or null, which has none.
 */
static LfdwJsonStatus
read_entries(LfdwResponse *response, LfdwJsonType type)
{
	LfdwJsonReader after = response->reader;
	LfdwJsonReader inside;
	LfdwJsonStatus status;
	LfdwJsonValue value;

	if (type == LFDW_JSON_OBJECT)
		return lfdw_response_enter_rows(response, LFDW_STATE_ENTRIES);
	status = lfdw_json_value(&after, &value);
	if (status != LFDW_JSON_OK)
	{
		response->reader = after;
		return status;
	}
	if (type == LFDW_JSON_STRING &&
		lfdw_json_string_open(&inside, &value, true,
							  response->table->function.label))
		lfdw_json_peek(&inside, &type);
	response->reader = after;
	response->notes.rows_seen = true;
	if (type == LFDW_JSON_NULL)
		return LFDW_JSON_OK;
	if (type != LFDW_JSON_OBJECT)
		lfdw_response_report_no_entries(response, &value);
	lfdw_response_enter_string(response, &inside);
	response->rows_in_string = true;
	return lfdw_response_enter_rows(response, LFDW_STATE_ENTRIES);
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
	status = lfdw_error_path_check_early(response, lfdw_root_reader(response),
										 lfdw_root_may_say_none(response), &awaits);
	if (status != LFDW_JSON_OK)
		return status;
	if (awaits)
		return defer_rows(response);
	status = lfdw_split_echo_check(response, lfdw_root_reader(response));
	if (status != LFDW_JSON_OK)
		return status;
	if (response->table->options->answer_format == LFDW_ANSWER_CSV)
		return lfdw_csv_read_rows(response);
	if (response->table->options->rows_format == LFDW_ROWS_ENTRIES)
		return read_entries(response, type);
	if (type == LFDW_JSON_STRING)
		return read_rows_string(response);
	if (type == LFDW_JSON_ARRAY)
	{
		status = awaits_order(response, *reader, &awaits);
		if (status != LFDW_JSON_OK)
			return status;
		return awaits ? defer_rows(response) :
			lfdw_response_enter_rows(response, LFDW_STATE_ROWS);
	}
	status = type == LFDW_JSON_NULL ? lfdw_json_value(reader, &value) :
		lfdw_response_read_row(response, true);
	response->notes.rows_seen |= (status == LFDW_JSON_OK);
	return status;
}

/* Goes on behind the rows; at_root is how, where they are the root value. */
LfdwJsonStatus
lfdw_response_leave_rows(LfdwResponse *response, LfdwResponseState at_root)
{
	if (response->rows_in_string)
		lfdw_response_leave_string(response);
	response->rows_in_string = false;
	response->state = response->nframes > 0 ? LFDW_STATE_MEMBERS : at_root;
	return LFDW_JSON_OK;
}

/*
 * One element of the array of rows, or its end.  Rows behind it of which nothing is
 * wanted, nor their text, are passed over in one go.
 */
LfdwJsonStatus
lfdw_response_step_rows(LfdwResponse *response)
{
	LfdwJsonStatus status = lfdw_json_element(&response->reader);

	if (status == LFDW_JSON_END)
		return lfdw_response_leave_rows(response, LFDW_STATE_TAIL);
	if (status == LFDW_JSON_OK)
		status = lfdw_response_read_row(response, false);
	if (status == LFDW_JSON_OK && response->may_pass && response->row_ready)
		response->passed = lfdw_row_pass(response->row, &response->reader,
										 ROWS_PASSED_MAX);
	return status;
}

/*
 * One member of the object whose members are rows, or its end.  What the root
 * object has of API Gateway's form is noted, for it cannot be both.
 */
LfdwJsonStatus
lfdw_response_step_entries(LfdwResponse *response)
{
	LfdwJsonReader *reader = &response->reader;
	LfdwJsonReader ahead;
	LfdwJsonStatus status;
	LfdwJsonValue key;
	LfdwJsonValue value;

	status = lfdw_json_member(reader, &key);
	if (status == LFDW_JSON_END)
		return lfdw_response_leave_rows(response, LFDW_STATE_FINISH);
	if (status != LFDW_JSON_OK)
		return status;
	ahead = *reader;
	status = lfdw_row_read_entry(response->row, &key, reader);
	if (status != LFDW_JSON_OK)
		return status;
	if (response->nframes == 0 && lfdw_root_may_begin_form(response, &key) &&
		lfdw_json_value(&ahead, &value) == LFDW_JSON_OK)
		lfdw_gateway_note_member(response, &key, &value);
	response->row_ready = true;
	return LFDW_JSON_OK;
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

/*
 * One row, on a line of its own unless it is the first; passed over where no rows of
 * a write are wanted.
 */
LfdwJsonStatus
lfdw_response_step_lines(LfdwResponse *response)
{
	LfdwJsonReader *reader = &response->reader;
	LfdwJsonReader before = *reader;
	LfdwJsonStatus status;
	LfdwJsonValue value;
	LfdwJsonType type;

	status = lfdw_json_peek(reader, &type);
	if (status != LFDW_JSON_OK)
		return status;
	if (!response->first_line &&
		memchr(reader->data + before.pos, '\n', reader->pos - before.pos) == NULL)
	{
		reader->error = "unexpected text after the JSON value";
		reader->error_at = reader->offset + reader->pos;
		return LFDW_JSON_BAD;
	}
	if (response->write && !lfdw_answer_report_wants_rows(response))
	{
		status = lfdw_json_value(reader, &value);
		response->first_line &= (status != LFDW_JSON_OK);
		return status;
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
	status = lfdw_response_read_row(response, response->first_line);
	if (status == LFDW_JSON_OK && response->first_line && !response->none)
		status = lfdw_split_echo_check(response, before);
	if (status != LFDW_JSON_OK)
		return status;
	response->first_line = false;
	if (response->none)
		response->state = LFDW_STATE_TAIL;
	return LFDW_JSON_OK;
}
