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
 *	  src/response.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "response_form.h"

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
 * The rows go to row; the bytes come from invocation, which must live as long.
 * The result lives in the current context, that of the page.
 */
LfdwResponse *
lfdw_response_create(const LfdwBinding *binding, LfdwRow *row,
					 LfdwInvocation *invocation)
{
	LfdwResponse *response = palloc0(sizeof(LfdwResponse));
	const LfdwOptions *options = binding->options;
	int			depth;

	response->binding = binding;
	response->row = row;
	response->invocation = invocation;
	response->attempt = lfdw_invoke_attempt(invocation);
	response->keep = true;
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
	lfdw_json_init(&response->reader, "", 0, false);
	return response;
}

/*
 * Shows the reader what has arrived.  With another attempt of the invocation
 * another answer begins, and so does the reader: no row was taken before.
 */
static void
show_window(LfdwResponse *response)
{
	LfdwBuffer *body;

	if (response->invocation == NULL)
		return;
	body = lfdw_invoke_body(response->invocation);
	if (response->attempt != lfdw_invoke_attempt(response->invocation))
		*response = *lfdw_response_create(response->binding, response->row,
										  response->invocation);
	lfdw_json_feed(&response->reader, body->memory ? lfdw_buffer_bytes(body) : "",
				   body->len, lfdw_invoke_complete(response->invocation));
}

/* Drops what was read, or makes room where nothing can be dropped. */
static void
make_room(LfdwResponse *response)
{
	size_t		read = response->reader.pos;

	if (response->invocation == NULL)
		return;
	if (response->keep || read == 0)
		lfdw_invoke_widen(response->invocation);
	else
	{
		lfdw_buffer_discard(lfdw_invoke_body(response->invocation), read);
		lfdw_json_discard(&response->reader, read);
	}
}

/* Goes back to the root value, whose bytes were kept. */
static void
rewind_to_root(LfdwResponse *response)
{
	const LfdwJsonReader *now = &response->reader;

	response->root.data = now->data;
	response->root.len = now->len;
	response->root.complete = now->complete;
	response->reader = response->root;
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

/* Enters the container that comes next. */
static LfdwJsonStatus
enter_frame(LfdwResponse *response, LfdwJsonType type, bool to_rows,
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
	response->nframes++;
	return LFDW_JSON_OK;
}

/*
 * Must the rows that come next wait until the whole object is known?  They
 * must where it may be API Gateway's form, and where they are arrays whose
 * order a later "columns" could tell.
 */
static LfdwJsonStatus
must_defer(LfdwResponse *response, bool *defer)
{
	LfdwJsonReader ahead = response->reader;
	LfdwJsonStatus status;
	LfdwJsonType type;

	*defer = false;
	if (response->decided)
		return LFDW_JSON_OK;
	*defer = response->invocation &&
		(response->status_code.found || response->body.found);
	if (*defer || response->order)
		return LFDW_JSON_OK;
	status = lfdw_json_enter(&ahead);
	if (status == LFDW_JSON_OK)
		status = lfdw_json_element(&ahead);
	if (status == LFDW_JSON_OK)
		status = lfdw_json_peek(&ahead, &type);
	if (status == LFDW_JSON_OK)
		*defer = (type == LFDW_JSON_ARRAY);
	if (status == LFDW_JSON_BAD)
		response->reader = ahead;
	return status == LFDW_JSON_END ? LFDW_JSON_OK : status;
}

/* The value at the rows' place: an array to go through, or one row. */
static LfdwJsonStatus
read_rows_member(LfdwResponse *response)
{
	LfdwJsonReader *reader = &response->reader;
	bool		named = response->binding->options->rows_path != NULL;
	LfdwJsonStatus status;
	LfdwJsonValue value;
	LfdwJsonType type;
	bool		defer;

	status = lfdw_json_peek(reader, &type);
	if (status != LFDW_JSON_OK)
		return status;
	if (type != LFDW_JSON_ARRAY && (type == LFDW_JSON_NULL || !named))
	{
		response->rows_seen |= named;
		return lfdw_json_value(reader, &value);
	}
	if (type == LFDW_JSON_ARRAY)
	{
		status = must_defer(response, &defer);
		if (status != LFDW_JSON_OK)
			return status;
		status = defer ? lfdw_json_value(reader, &value) : lfdw_json_enter(reader);
		if (status != LFDW_JSON_OK)
			return status;
		response->deferred |= defer;
		response->rows_seen |= !defer;
		response->keep &= defer;
		if (!defer)
			response->state = LFDW_STATE_ROWS;
		return LFDW_JSON_OK;
	}
	status = lfdw_row_read(response->row, reader,
						   lfdw_row_table_order(response->row));
	if (status == LFDW_JSON_OK)
		response->rows_seen = response->row_ready = true;
	return status;
}

/* A member that is not the rows: noted, entered, or passed over. */
static LfdwJsonStatus
read_other_member(LfdwResponse *response, const LfdwJsonValue *key,
				  bool to_rows, bool to_cursor)
{
	LfdwJsonReader *reader = &response->reader;
	const LfdwFrame *frame = &response->frames[response->nframes - 1];
	LfdwJsonStatus status;
	LfdwJsonValue value;
	LfdwJsonType type;
	bool		at_root = response->nframes == 1 && frame->is_object;

	status = lfdw_json_peek(reader, &type);
	if (status != LFDW_JSON_OK)
		return status;
	if ((to_rows || to_cursor) && type >= LFDW_JSON_ARRAY &&
		!(to_cursor && response->nframes == response->cursor_path->ntokens))
		return enter_frame(response, type, to_rows, to_cursor);

	status = lfdw_json_value(reader, &value);
	if (status != LFDW_JSON_OK)
		return status;
	if (to_cursor && response->nframes == response->cursor_path->ntokens)
		lfdw_response_set_cursor(response, &value);
	if (at_root && !lfdw_response_note_member(response, key, &value))
		response->other_members = true;
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
	if (to_rows && depth + 1 == rows->ntokens &&
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
		{
			response->state = LFDW_STATE_LINES;
			response->first_line = true;
			response->keep = false;
			return LFDW_JSON_OK;
		}
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

static LfdwJsonStatus
step_start(LfdwResponse *response)
{
	const LfdwPointer *rows_path = response->binding->options->rows_path;
	LfdwJsonReader *reader = &response->reader;
	LfdwJsonStatus status;
	LfdwJsonValue value;
	LfdwJsonType type = LFDW_JSON_NULL;

	status = lfdw_json_peek(reader, &type);
	if (status != LFDW_JSON_OK && status != LFDW_JSON_END)
		return status;
	response->root = *reader;
	if (type == LFDW_JSON_OBJECT ||
		(type == LFDW_JSON_ARRAY && rows_path && rows_path->ntokens > 0))
	{
		response->state = LFDW_STATE_MEMBERS;
		return enter_frame(response, type, true,
						   response->cursor_path != NULL);
	}
	if (rows_path && rows_path->ntokens > 0)
		lfdw_response_report_form(response, "It has no value at the option rows_path.");
	if (type == LFDW_JSON_ARRAY)
		return start_array(response);
	if (type != LFDW_JSON_NULL)
	{
		response->state = LFDW_STATE_LINES;
		response->first_line = true;
		response->keep = false;
		return LFDW_JSON_OK;
	}
	if (status == LFDW_JSON_OK)
		status = lfdw_json_value(reader, &value);
	if (status == LFDW_JSON_OK)
		response->state = LFDW_STATE_TAIL;
	return status;
}

static LfdwJsonStatus
step_rows(LfdwResponse *response)
{
	LfdwJsonStatus status = lfdw_json_element(&response->reader);

	if (status == LFDW_JSON_END)
	{
		response->state = response->nframes > 0 ? LFDW_STATE_MEMBERS : LFDW_STATE_TAIL;
		return LFDW_JSON_OK;
	}
	if (status == LFDW_JSON_OK)
		status = lfdw_row_read(response->row, &response->reader,
							   response->order ? response->order :
							   lfdw_row_table_order(response->row));
	response->row_ready = (status == LFDW_JSON_OK);
	return status;
}

/* One row, on a line of its own unless it is the first. */
static LfdwJsonStatus
step_lines(LfdwResponse *response)
{
	LfdwJsonReader *reader = &response->reader;
	size_t		before = reader->pos;
	LfdwJsonReader start;
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
	start = *reader;
	status = lfdw_row_read(response->row, reader,
						   lfdw_row_table_order(response->row));
	if (status != LFDW_JSON_OK)
		return status;
	if (type == LFDW_JSON_OBJECT && !lfdw_row_has_member(response->row))
		lfdw_response_report_stranger(response, start);
	response->first_line = false;
	response->row_ready = true;
	return LFDW_JSON_OK;
}

/* The root object is read: what was it? */
static LfdwJsonStatus
step_finish(LfdwResponse *response)
{
	const LfdwPointer *rows_path = response->binding->options->rows_path;
	LfdwJsonStatus status;
	bool		gateway = response->invocation &&
	response->status_code.found &&
	response->status_code.type == LFDW_JSON_NUMBER &&
	(response->body.found || !(response->other_members ||
							   response->deferred || response->rows_seen));

	if (gateway && response->rows_seen)
		lfdw_response_report_form(response, "It has both rows and API Gateway's \"statusCode\" and \"body\".");
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
		lfdw_response_report_form(response, "It has no value at the option rows_path.");
	rewind_to_root(response);
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
			return step_start(response);
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
 * yet.  On LFDW_RESPONSE_MORE the caller waits for the invocation and asks
 * again.  A row's values point into the answer: the caller stores the row
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
	if (response->invocation)
		lfdw_invoke_commit(response->invocation);
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
