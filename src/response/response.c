/*-------------------------------------------------------------------------
 *
 * response.c
 *		The forms of an answer, read row by row while it arrives.
 *
 * A small machine: every step reads one member, one row or one end.  A step
 * that meets the end of what has arrived is undone and taken again later, so
 * no step changes anything before it knows that it is whole.
 *
 * While an object at the root may still turn out to be a row itself, or API
 * Gateway's form, its bytes are kept; once the rows are found, each is
 * dropped as soon as the next is asked for.
 *
 * IDENTIFICATION
 *	  src/response/response.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "response/response_internal.h"
#include "value/json_string.h"

/* Up to so many bytes, a row is tried again whenever anything has come. */
#define EAGER_BYTES (1024 * 1024)

/* A pointer in the encoding of the answer. */
static LfdwPointer *
pointer_in_utf8(const LfdwPointer *pointer)
{
	LfdwPointer *copy = palloc(sizeof(LfdwPointer));

	copy->ntokens = pointer->ntokens;
	copy->tokens = palloc(sizeof(char *) * (pointer->ntokens + 1));
	for (int i = 0; i < pointer->ntokens; i++)
		copy->tokens[i] = pg_server_to_any(pointer->tokens[i],
										   strlen(pointer->tokens[i]), PG_UTF8);
	return copy;
}

/* A pointer of one token. */
static LfdwPointer *
pointer_to(const char *token)
{
	LfdwPointer *pointer = palloc(sizeof(LfdwPointer));

	pointer->ntokens = 1;
	pointer->tokens = palloc(sizeof(char *));
	pointer->tokens[0] = pstrdup(token);
	return pointer;
}

/*
 * Makes the reader of one answer.
 *
 * The rows go to row; the bytes come from source, which must live as long.
 * The result lives in the current context, that of the page.
 */
LfdwResponse *
lfdw_response_create(const LfdwTable *table, LfdwRow *row,
					 LfdwBody *source)
{
	LfdwResponse *response = palloc0(sizeof(LfdwResponse));
	const LfdwOptions *options = table->options;
	const LfdwJsonValue status_code = {
		LFDW_JSON_STRING, false, "statusCode", strlen("statusCode")
	};
	int			depth;

	response->table = table;
	response->row = row;
	response->source = source;
	response->answer = lfdw_body_answer(source);
	response->part = "";
	response->keep = true;
	response->maybe_gateway = !lfdw_row_knows(row, &status_code);
	if (options->rows_path)
		response->rows_path = pointer_in_utf8(options->rows_path);
	else
		response->rows_path = pointer_to("rows");
	if (options->cursor_path)
		response->cursor_path = pointer_in_utf8(options->cursor_path);
	else if (options->rows_path == NULL)
		response->cursor_path = pointer_to("cursor");

	depth = response->rows_path->ntokens;
	if (response->cursor_path)
		depth = Max(depth, response->cursor_path->ntokens);
	response->frames = palloc0(sizeof(LfdwFrame) * (depth + 2));
	response->outer = palloc0(sizeof(LfdwJsonReader) * (depth + 2));
	lfdw_json_init(&response->reader, "", 0, false);
	return response;
}

/*
 * Shows the reader what has arrived.  Where the source has begun another
 * answer, so does the reader: no row was taken from the one before.
 */
static void
show_window(LfdwResponse *response)
{
	LfdwBody   *source = response->source;
	const char *bytes;
	size_t		len;

	if (source == NULL)
		return;
	if (response->answer != lfdw_body_answer(source))
		*response = *lfdw_response_create(response->table, response->row,
										  source);
	bytes = lfdw_body_show(source, &len);
	lfdw_json_feed(response->nouter > 0 ? &response->outer[0] : &response->reader,
				   bytes, len, lfdw_body_ended(source));
}

/* Drops what was read, or asks for more where nothing can be dropped. */
static void
make_room(LfdwResponse *response)
{
	size_t		read = response->reader.pos;

	if (response->source == NULL)
		return;
	if (response->keep || read == 0)
		lfdw_body_more(response->source);
	else
	{
		lfdw_body_discard(response->source, read);
		lfdw_json_discard(&response->reader, read);
	}
}

/* Does a key, or an array's index, match a token of a pointer? */
static bool
token_matches(const LfdwFrame *frame, const LfdwJsonValue *key, const char *token)
{
	char		index[16];

	if (frame->is_object)
		return lfdw_json_string_equals(key, token, strlen(token));
	snprintf(index, sizeof(index), "%d", frame->index);
	return strcmp(index, token) == 0;
}

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

/* Goes on in a string's text, until leave_string. */
static void
enter_string(LfdwResponse *response, const LfdwJsonReader *inside)
{
	response->outer[response->nouter++] = response->reader;
	response->reader = *inside;
}

static void
leave_string(LfdwResponse *response)
{
	response->reader = response->outer[--response->nouter];
}

/*
 * May the answer still turn out to have API Gateway's form, so that nothing in
 * its root object means anything yet?
 */
static bool
is_undecided(const LfdwResponse *response)
{
	return response->maybe_gateway && !response->decided &&
		(response->has_status || response->body.found);
}

/*
 * Reads a row and checks that it is one of the table's; alone says that no
 * other rows are around it.
 */
static LfdwJsonStatus
read_row(LfdwResponse *response, bool alone)
{
	LfdwJsonStatus status;

	status = lfdw_row_read(response->row, &response->reader,
						   response->order ? response->order :
						   lfdw_row_table_order(response->row));
	if (status != LFDW_JSON_OK)
		return status;
	if (lfdw_row_is_stranger(response->row, alone))
		lfdw_response_report_no_member(response, alone);
	response->row_ready = true;
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
	if (response->decided || response->order ||
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

	response->deferred |= (status == LFDW_JSON_OK);
	return status;
}

/* The array of rows that comes next is entered. */
static LfdwJsonStatus
enter_rows(LfdwResponse *response)
{
	LfdwJsonStatus status = lfdw_json_enter(&response->reader);

	if (status != LFDW_JSON_OK)
		return status;
	response->rows_seen = true;
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
		response->rows_seen = true;
		return read_row(response, true);
	}
	lfdw_json_peek(&inside, &type);
	if (type == LFDW_JSON_ARRAY)
	{
		awaits_order(response, inside, &awaits);
		if (awaits)
			return defer_rows(response);
		response->reader = after;
		enter_string(response, &inside);
		response->rows_in_string = true;
		return enter_rows(response);
	}
	response->rows_seen = true;
	response->reader = inside;
	status = read_row(response, true);
	response->reader = after;
	return status;
}

/* The value at the rows' place: an array to go through, or one row. */
static LfdwJsonStatus
read_rows_member(LfdwResponse *response)
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
		response->other_members = true;
		return lfdw_json_value(reader, &value);
	}
	if (is_undecided(response))
		return defer_rows(response);
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
	response->rows_seen |= (status == LFDW_JSON_OK);
	return status;
}

/* Keeps what a member that was read whole says about the answer. */
static void
note_value(LfdwResponse *response, const LfdwJsonValue *key,
		   const LfdwJsonValue *value, bool is_cursor, bool passes)
{
	const LfdwFrame *frame = &response->frames[response->nframes - 1];
	bool		at_root = response->nframes == 1 && frame->is_object;

	if (is_cursor)
		lfdw_response_set_cursor(response, value);
	if (at_root && lfdw_response_note_member(response, key, value))
		return;
	response->other_members |= at_root;
	if (frame->is_object && !is_cursor && !passes)
		lfdw_response_note_page(response, key, value);
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
		response->other_members |= response->nframes == 1;
		return lfdw_response_enter(response, type, to_rows, to_cursor);
	}
	status = lfdw_json_value(reader, &value);
	if (status != LFDW_JSON_OK)
		return status;
	if (passes && !is_cursor && type == LFDW_JSON_STRING &&
		lfdw_json_string_open(&inside, &value, true,
							  response->table->function.label))
	{
		response->other_members |= response->nframes == 1;
		enter_string(response, &inside);
		lfdw_json_peek(&response->reader, &type);
		status = lfdw_response_enter(response, type, to_rows, to_cursor);
		response->frames[response->nframes - 1].in_string = true;
		return status;
	}
	note_value(response, key, &value, is_cursor, passes);
	return LFDW_JSON_OK;
}

/*
 * The root object's "body", which is either API Gateway's, or a member like
 * any other, to be come back for if it lies on the way.
 */
static LfdwJsonStatus
read_body_member(LfdwResponse *response, const LfdwJsonValue *key,
				 bool passes)
{
	LfdwJsonStatus status;
	LfdwJsonValue value;

	status = lfdw_json_value(&response->reader, &value);
	if (status != LFDW_JSON_OK)
		return status;
	lfdw_response_note_member(response, key, &value);
	response->deferred |= passes;
	return LFDW_JSON_OK;
}

/* One member or element of a container on the way to the rows. */
static LfdwJsonStatus
step_members(LfdwResponse *response)
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
			leave_string(response);
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
	if (depth == 0 && frame->is_object && response->maybe_gateway &&
		!response->decided && !response->rows_seen &&
		lfdw_json_string_equals(&key, "body", strlen("body")))
		status = read_body_member(response, &key, to_rows || to_cursor);
	else if (to_rows && depth + 1 == rows->ntokens &&
			 !response->rows_seen && !response->deferred)
		status = read_rows_member(response);
	else
		status = read_other_member(response, &key,
								   to_rows && depth + 1 < rows->ntokens,
								   to_cursor);
	if (status == LFDW_JSON_OK)
		frame->index++;
	return status;
}

static LfdwJsonStatus
step_rows(LfdwResponse *response)
{
	LfdwJsonStatus status = lfdw_json_element(&response->reader);

	if (status == LFDW_JSON_END)
	{
		if (response->rows_in_string)
			leave_string(response);
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
		lfdw_response_report_raised(response, response->reader);
	return status == LFDW_JSON_MORE ? status : LFDW_JSON_OK;
}

/* One row, on a line of its own unless it is the first. */
static LfdwJsonStatus
step_lines(LfdwResponse *response)
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
	}
	status = read_row(response, response->first_line);
	if (status == LFDW_JSON_OK)
		response->first_line = false;
	return status;
}

/* The root object is read: what was it? */
static LfdwJsonStatus
step_finish(LfdwResponse *response)
{
	const LfdwPointer *rows_path = response->table->options->rows_path;
	LfdwJsonStatus status;
	bool		gateway = lfdw_response_is_gateway(response);

	if (gateway && response->rows_seen)
		lfdw_response_report_form(response, "It has both rows and API Gateway's \"statusCode\" and \"body\".",
								  NULL);
	if (gateway)
	{
		status = lfdw_json_end(&response->reader);
		if (status == LFDW_JSON_OK)
			lfdw_response_unwrap(response);
		return status;
	}
	if (response->rows_seen)
	{
		response->state = LFDW_STATE_TAIL;
		return LFDW_JSON_OK;
	}
	if (!response->deferred && rows_path && rows_path->ntokens > 0)
		lfdw_response_report_no_rows(response);
	/* beside no rows, "cursor" is a member like any other */
	if (response->table->options->cursor_path == NULL)
		response->cursor = NULL;
	response->reader = lfdw_response_root(response);
	response->state = response->deferred ? LFDW_STATE_START : LFDW_STATE_LINES;
	response->decided = true;
	response->deferred = false;
	response->first_line = true;
	response->keep = response->state == LFDW_STATE_START;
	return LFDW_JSON_OK;
}

static LfdwJsonStatus
take_step(LfdwResponse *response)
{
	LfdwJsonStatus status;

	switch (response->state)
	{
		case LFDW_STATE_START:
			return lfdw_response_start(response);
		case LFDW_STATE_MEMBERS:
			return step_members(response);
		case LFDW_STATE_ROWS:
			return step_rows(response);
		case LFDW_STATE_LINES:
			return step_lines(response);
		case LFDW_STATE_FINISH:
			return step_finish(response);
		case LFDW_STATE_TAIL:
			status = lfdw_json_end(&response->reader);
			return status == LFDW_JSON_OK ? LFDW_JSON_END : status;
	}
	return LFDW_JSON_END;
}

/*
 * Is it too early to try again?  A step that was undone reads its bytes anew,
 * so a row of many megabytes is tried only each time a good part of it has
 * come, or the work would grow with the square of its size.
 */
static bool
is_too_early(const LfdwResponse *response)
{
	size_t		unread = response->reader.len - response->reader.pos;

	return unread > EAGER_BYTES && !response->reader.complete &&
		unread < response->stalled + response->stalled / 4;
}

/*
 * Reads on until there is a row, the answer's end, or nothing more to read
 * yet.  On LFDW_RESPONSE_MORE the caller waits for the source and asks again.  A row's values point into the answer: the caller stores the row
 * before anything else.  Raises 22P02 for what is not JSON (22P05, 22021 and
 * 54001 where json_populate_record would), HV021 for an answer of no known
 * form, and the function's own errors.
 */
LfdwResponseStatus
lfdw_response_next(LfdwResponse *response)
{
	show_window(response);
	response->row_ready = false;
	if (is_too_early(response))
	{
		make_room(response);
		return LFDW_RESPONSE_MORE;
	}
	while (!response->row_ready)
	{
		LfdwJsonReader before = response->reader;
		LfdwJsonStatus status = take_step(response);

		if (status == LFDW_JSON_END)
			return LFDW_RESPONSE_END;
		if (status == LFDW_JSON_BAD)
			lfdw_response_report_json(response);
		if (status == LFDW_JSON_MORE)
		{
			response->reader = before;
			response->stalled = before.len - before.pos;
			make_room(response);
			return LFDW_RESPONSE_MORE;
		}
		response->stalled = 0;
	}
	if (response->source)
		lfdw_body_commit(response->source);
	return LFDW_RESPONSE_ROW;
}

/*
 * The cursor of the next page as JSON in the database encoding, once the
 * answer is at its end; NULL where no page follows.
 */
const char *
lfdw_response_cursor(const LfdwResponse *response)
{
	return response->cursor;
}

/*
 * The member of an answer, at its end, that names a further page although no
 * option and no column reads it; NULL for none.  It is shown as
 * lfdw_error_excerpt makes it, and lives as long as the response.
 */
const char *
lfdw_response_page_member(const LfdwResponse *response)
{
	if (response->cursor || response->last_page)
		return NULL;
	if (!response->rows_seen && (response->page_read || !response->page_surely))
		return NULL;
	return response->page_member;
}
