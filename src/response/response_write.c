/*-------------------------------------------------------------------------
 *
 * response_write.c
 *		Answers of writes.
 *
 * The root value is read twice: first for what it says of the rows that were
 * written, then, where RETURNING wants them and none failed, for rows, as those of
 * a read are found.  So failures are known before any row is.  What says nothing
 * means that all rows were written.
 *
 * IDENTIFICATION
 *	  src/response/response_write.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "response/response_internal.h"
#include "value/json_find.h"
#include "value/json_string.h"

/* Is the way to the rows named? */
static bool
is_named(const LfdwResponse *response)
{
	return response->table->options->rows_path &&
		response->rows_path->ntokens > 0;
}

/*
 * Lets an answer be read as that of a write, whose rows come out only where the
 * response's row wants values.  Called before lfdw_response_next.
 */
void
lfdw_response_expect_write(LfdwResponse *response)
{
	const LfdwOptions *options = response->table->options;
	LfdwWriteReading *write = palloc0(sizeof(LfdwWriteReading));

	if (response->row == NULL)
		response->row = lfdw_row_create(response->table, NULL);
	/* the members of a root object are no rows, for they say how it went */
	write->wanted = lfdw_row_wants_any(response->row) &&
		(options->rows_format != LFDW_ROWS_ENTRIES || is_named(response));
	write->answer.affected = -1;
	write->answer.nrows = -1;
	response->write = write;
	/* writes have no streamed answers */
	response->state = LFDW_STATE_START;
	response->may_have_none = true;
	response->may_pass = false;
	response->row_cursor_path = NULL;
	for (int mark = 0; mark < LFDW_NMARKS; mark++)
		response->marks[mark] = NULL;
}

/*
 * What the answer says: its failures from the first row on, all of it at its end.
 * Lives as long as the response, which expects a write.
 */
const LfdwWriteAnswer *
lfdw_response_write_answer(const LfdwResponse *response)
{
	response->write->answer.none = response->none;
	return &response->write->answer;
}

/* Goes on in lines: at the first, or behind it. */
static LfdwJsonStatus
go_on_in_lines(LfdwResponse *response, bool first)
{
	response->state = LFDW_STATE_LINES;
	response->first_line = first;
	return LFDW_JSON_OK;
}

/* Passes over the root value, which is no row, and lines behind it. */
static LfdwJsonStatus
pass_values(LfdwResponse *response)
{
	response->write->wanted = false;
	return go_on_in_lines(response, true);
}

/* Passes over all that is left, which is whole, whatever it is. */
static LfdwJsonStatus
pass_text(LfdwResponse *response)
{
	response->reader.pos = response->reader.len;
	response->state = LFDW_STATE_TAIL;
	return LFDW_JSON_OK;
}

/* The second reading of the root value, for its rows. */
static LfdwJsonStatus
read_rows(LfdwResponse *response)
{
	response->state = LFDW_STATE_START;
	response->keep = true;
	response->notes.decided = true;
	return LFDW_JSON_OK;
}

/* How many elements or members a value has; -1: it is no list of rows. */
static int64
count_rows(const LfdwResponse *response, const LfdwJsonValue *value)
{
	bool		entries = response->table->options->rows_format == LFDW_ROWS_ENTRIES;
	LfdwJsonType type = value->type;
	int64		count = 0;
	LfdwJsonReader reader;
	LfdwJsonValue part;

	lfdw_json_init(&reader, value->text, value->len, true);
	if (type == LFDW_JSON_STRING &&
		lfdw_json_string_open(&reader, value, true,
							  response->table->function.label))
		lfdw_json_peek(&reader, &type);
	if (type != (entries ? LFDW_JSON_OBJECT : LFDW_JSON_ARRAY))
		return -1;
	lfdw_json_enter(&reader);
	while ((entries ? lfdw_json_member(&reader, &part) :
			lfdw_json_element(&reader)) == LFDW_JSON_OK &&
		   lfdw_json_value(&reader, &part) == LFDW_JSON_OK)
		count++;
	return count;
}

/* Notes how many rows the root value lists, which the reader stands before. */
static void
note_count(LfdwResponse *response, LfdwJsonReader root)
{
	LfdwJsonValue rows;

	if (lfdw_json_find(root, response->rows_path,
					   response->table->function.label, &rows) &&
		(is_named(response) || rows.type == LFDW_JSON_ARRAY))
		response->write->answer.nrows = count_rows(response, &rows);
}

/* An array at the root, which is all of the rows, or holds them at rows_path. */
static LfdwJsonStatus
start_array(LfdwResponse *response)
{
	LfdwJsonReader ahead = response->reader;
	LfdwJsonValue value;
	LfdwJsonStatus status = lfdw_json_value(&ahead, &value);

	if (status != LFDW_JSON_OK)
	{
		response->reader = ahead;
		return status;
	}
	if (is_named(response))
		note_count(response, response->reader);
	else
		response->write->answer.nrows = count_rows(response, &value);
	return read_rows(response);
}

/* A string at the root: what it holds is the answer, if that may be JSON. */
static LfdwJsonStatus
start_string(LfdwResponse *response, bool may_be_text)
{
	LfdwJsonReader ahead = response->reader;
	LfdwJsonReader inside;
	LfdwJsonValue value;
	LfdwJsonStatus status = lfdw_json_value(&ahead, &value);

	if (status == LFDW_JSON_OK)
		status = lfdw_json_end(&ahead);
	if (status == LFDW_JSON_BAD && may_be_text)
		return pass_text(response);
	if (status != LFDW_JSON_OK)
	{
		response->reader = ahead;
		return status;
	}
	if (!lfdw_json_string_open(&inside, &value, false,
							   response->table->function.label))
		return pass_values(response);
	lfdw_response_open(response, &inside, " of the JSON in its string");
	return LFDW_JSON_OK;
}

/*
 * The step before the root value of the answer of a write, or of what it holds.
 *
 * A body, a string, and an answer of a table of texts, which may be truncated, need
 * not be JSON, unless they begin as an object does, which could say that rows failed,
 * or as an array of rows that are wanted.
 */
LfdwJsonStatus
lfdw_write_start(LfdwResponse *response)
{
	LfdwJsonReader *reader = &response->reader;
	bool		may_be_text = response->source == NULL ||
	response->table->options->answer_format > LFDW_ANSWER_JSON;
	LfdwJsonStatus status;
	LfdwJsonType type;

	if (may_be_text && !reader->complete)
		return LFDW_JSON_MORE;
	status = lfdw_json_peek(reader, &type);
	if (status == LFDW_JSON_BAD && may_be_text)
		return pass_text(response);
	if (status == LFDW_JSON_END)
		return lfdw_response_pass(response);
	if (status != LFDW_JSON_OK)
		return status;
	response->root = *reader;
	if (type == LFDW_JSON_OBJECT)
		return lfdw_response_enter_root(response, type, false);
	status = lfdw_error_path_check(response, *reader);
	if (status != LFDW_JSON_OK)
		return status;
	if (type == LFDW_JSON_STRING)
		return start_string(response, may_be_text);
	if (type == LFDW_JSON_ARRAY && lfdw_answer_report_wants_rows(response))
		return start_array(response);
	return may_be_text ? pass_text(response) : pass_values(response);
}

/*
 * The root object is read, or an array on the way to the rows: for the first time,
 * or for its rows.
 */
LfdwJsonStatus
lfdw_write_finish(LfdwResponse *response)
{
	LfdwJsonReader root = lfdw_root_reader(response);

	if (response->notes.decided)
	{
		response->state = LFDW_STATE_TAIL;
		if (response->notes.rows_seen || is_named(response))
			return LFDW_JSON_OK;
		/* the object itself may be the row */
		response->reader = root;
		response->keep = false;
		return go_on_in_lines(response, true);
	}
	if (lfdw_response_is_raised(response, root))
		lfdw_response_take_raised(response, root, true);
	if (response->none)
		return go_on_in_lines(response, false);
	lfdw_answer_report_read(response, root);
	note_count(response, root);
	if (!lfdw_answer_report_wants_rows(response))
		return go_on_in_lines(response, false);
	response->reader = root;
	return read_rows(response);
}
