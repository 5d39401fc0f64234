/*-------------------------------------------------------------------------
 *
 * response.c
 *		The forms of an answer, read row by row while it arrives.
 *
 * A state machine: every step reads one member, one row or one end.  A step
 * that meets the end of what has arrived is undone and taken again later, so
 * no step changes anything before it knows that it is whole.
 *
 * While an object at the root may still turn out to be a row itself, or API
 * Gateway's form, its bytes are kept; once the rows are found, what was read is
 * dropped whenever more has to arrive.
 *
 * IDENTIFICATION
 *	  src/response/response.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "base/json_pointer.h"
#include "response/response_internal.h"

/* Up to so many bytes, a row is tried again whenever anything has come. */
#define EAGER_BYTES (1024 * 1024)

/* How long the error about a bad answer waits for the bytes that it shows. */
#define EXCERPT_WAIT_MS 1000

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

/* Where the answer says what of a page after it. */
static void
set_marks(LfdwResponse *response, const LfdwOptions *options)
{
	response->paging = lfdw_paging_of(options);
	if (options->cursor_path)
		response->marks[LFDW_MARK_CURSOR] = pointer_in_utf8(options->cursor_path);
	else if (response->paging == LFDW_PAGING_MEMBER && options->rows_path == NULL &&
			 !response->table->aligned)
		response->marks[LFDW_MARK_CURSOR] = lfdw_pointer_to("cursor");
	if (options->more_path)
		response->marks[LFDW_MARK_MORE] = pointer_in_utf8(options->more_path);
	if (options->cursor_row_path == NULL)
		return;
	response->row_cursor_path = pointer_in_utf8(options->cursor_row_path);
	initStringInfo(&response->row_cursor);
	response->row_strings = AllocSetContextCreate(CurrentMemoryContext,
												  "lambda_fdw strings",
												  ALLOCSET_SMALL_SIZES);
}

/* How many containers the longest way leads through. */
static int
depth_of(const LfdwResponse *response)
{
	int			depth = response->rows_path->ntokens;

	for (int mark = 0; mark < LFDW_NMARKS; mark++)
	{
		if (response->marks[mark])
			depth = Max(depth, response->marks[mark]->ntokens);
	}
	return depth;
}

/*
 * Makes the reader of one answer.
 *
 * The rows go to row, which may be NULL for a write; the bytes come from source,
 * which must live as long.
 * The result lives in the current context, that of the page.
 */
LfdwResponse *
lfdw_response_create(const LfdwTable *table, LfdwRow *row,
					 LfdwBody *source)
{
	LfdwResponse *response = palloc0(sizeof(LfdwResponse));
	const LfdwOptions *options = table->options;

	response->table = table;
	response->row = row;
	response->source = source;
	response->answer = lfdw_body_answer(source);
	response->part = "";
	response->split = -1;
	response->keep = true;
	response->state = table->function.streams ? LFDW_STATE_HEAD : LFDW_STATE_START;
	if (options->rows_path)
		response->rows_path = pointer_in_utf8(options->rows_path);
	else
		response->rows_path = lfdw_pointer_to("rows");
	if (options->error_path)
		response->error_path = pointer_in_utf8(options->error_path);
	set_marks(response, options);
	response->may_pass = row && lfdw_row_wants_nothing(row) &&
		response->row_cursor_path == NULL &&
		!lfdw_paging_is_counted(response->paging);
	response->frames = palloc0(sizeof(LfdwFrame) * (depth_of(response) + 2));
	response->outer = palloc0(sizeof(LfdwJsonReader) * (depth_of(response) + 2));
	lfdw_json_init(&response->reader, "", 0, false);
	return response;
}

/*
 * The answer may say that there are no rows, as the options no_rows_status,
 * no_rows_errors and no_rows_missing have it; else what says so is an error.
 */
void
lfdw_response_allow_no_rows(LfdwResponse *response)
{
	response->may_have_none = true;
}

/*
 * The answer has an element for each of so many tuples, or as many as say which
 * they answer.
 */
void
lfdw_response_align(LfdwResponse *response, int ntuples)
{
	const LfdwPointer *index_path = response->table->options->batch_index_path;

	response->aligned = lfdw_aligned_create(ntuples, index_path ?
											pointer_in_utf8(index_path) : NULL);
}

/*
 * The answer is of one of the splits that the option splits counts, and must say of
 * which, before any row is taken from it.
 */
void
lfdw_response_expect_split(LfdwResponse *response, int split)
{
	response->split = split;
}

/*
 * Shows the reader what has arrived.  Where the source has begun another
 * answer, so does the reader: no row was taken from the one before.
 */
void
lfdw_response_show_window(LfdwResponse *response)
{
	LfdwBody   *source = response->source;
	LfdwJsonReader *reader;
	const char *bytes;
	size_t		len;

	if (source == NULL)
		return;
	if (response->answer != lfdw_body_answer(source))
	{
		bool		may_have_none = response->may_have_none;
		int			split = response->split;
		const LfdwAligned *aligned = response->aligned;
		const LfdwWriteReading *write = response->write;

		*response = *lfdw_response_create(response->table, response->row,
										  source);
		response->may_have_none = may_have_none;
		response->split = split;
		if (aligned)
			lfdw_response_align(response, aligned->ntuples);
		if (write)
			lfdw_response_expect_write(response);
	}
	bytes = lfdw_body_show(source, &len);
	reader = response->nouter > 0 ? &response->outer[0] : &response->reader;

	/* row after row it mostly is the same, and the reader is copied next */
	if (reader->data != bytes || reader->len != len ||
		reader->complete != lfdw_body_ended(source))
		lfdw_json_feed(reader, bytes, len, lfdw_body_ended(source));
}

/*
 * Drops what was read, but for what an error may show; asks for more where
 * nothing can be dropped.
 */
static void
make_room(LfdwResponse *response)
{
	size_t		read = response->reader.pos;

	if (response->source == NULL)
		return;
	if (response->keep || read <= LFDW_EXCERPT_BEFORE)
		lfdw_body_more(response->source);
	else
	{
		read -= LFDW_EXCERPT_BEFORE;
		lfdw_body_discard(response->source, read);
		lfdw_json_discard(&response->reader, read);
	}
}

/*
 * Has all arrived that the error of a bad answer shows?  It shows the same
 * however the answer comes in.
 */
static bool
excerpt_arrived(const LfdwResponse *response)
{
	const LfdwJsonReader *reader = &response->reader;
	uint64		start = Max(reader->error_at, LFDW_EXCERPT_BEFORE) -
	LFDW_EXCERPT_BEFORE;

	return reader->complete ||
		reader->offset + reader->len > start + LFDW_EXCERPT_MAX;
}

/*
 * The root object is read, and had no value at rows_path.  Beside the cursor of a
 * further page, that is a page without rows, where an option says so.
 */
static LfdwJsonStatus
finish_without_rows(LfdwResponse *response)
{
	bool		has_cursor = response->notes.cursor || response->header_cursor;

	if (!has_cursor ||
		!response->table->options->no_rows_missing)
		lfdw_response_lack_rows(response, lfdw_root_reader(response));
	response->state = LFDW_STATE_TAIL;
	return LFDW_JSON_OK;
}

/* Goes on in the body of API Gateway's form. */
static LfdwJsonStatus
open_body(LfdwResponse *response, const LfdwJsonReader *inside)
{
	bool		is_text = !response->write && lfdw_text_is_body(response);
	bool		has_body = lfdw_gateway_has_body(response);

	if (response->write)
		lfdw_answer_report_read(response, lfdw_root_reader(response));
	lfdw_response_open(response, inside, " of its body");
	response->in_form = true;
	if (!is_text)
		return LFDW_JSON_OK;
	return has_body ? lfdw_text_take(response, inside->data, inside->len) :
		lfdw_response_pass(response);
}

/* Takes an object of entries that is an error in truth. */
static void
check_entries(LfdwResponse *response)
{
	LfdwJsonReader root = lfdw_root_reader(response);

	if (lfdw_response_is_raised(response, root))
		lfdw_response_take_raised(response, root, true);
}

/*
 * The root object is read.  Where it has a form of its own, what that form holds
 * is read next.  Where its rows were not, it is read again: for the rows that had
 * to wait, or as a row itself.
 */
static LfdwJsonStatus
step_finish(LfdwResponse *response)
{
	const LfdwPointer *rows_path = response->table->options->rows_path;
	LfdwJsonReader inside;
	bool		is_form;
	LfdwJsonStatus status = lfdw_root_check_status(response);

	if (status == LFDW_JSON_OK && !response->none)
		status = lfdw_root_open_form(response, &inside, &is_form);
	if (status != LFDW_JSON_OK)
		return status;
	if (response->none)
	{
		response->state = LFDW_STATE_TAIL;
		return LFDW_JSON_OK;
	}
	if (is_form)
		return open_body(response, &inside);
	status = lfdw_error_path_check(response, lfdw_root_reader(response));
	if (status != LFDW_JSON_OK)
		return status;
	if (response->write)
		return lfdw_write_finish(response);
	if (response->notes.rows_seen)
	{
		response->state = LFDW_STATE_TAIL;
		return LFDW_JSON_OK;
	}
	if (lfdw_text_is_body(response))
		return lfdw_text_take_object(response);
	if (!response->notes.deferred && rows_path && rows_path->ntokens > 0)
		return finish_without_rows(response);
	if (response->table->options->rows_format == LFDW_ROWS_ENTRIES)
		check_entries(response);
	/* beside no rows, "cursor" is a member like any other */
	if (response->table->options->cursor_path == NULL)
		response->notes.cursor = NULL;
	response->reader = lfdw_root_reader(response);
	if (response->none)
		return lfdw_response_pass(response);
	response->state = response->notes.deferred ||
		response->table->options->rows_format == LFDW_ROWS_ENTRIES ?
		LFDW_STATE_START : LFDW_STATE_LINES;
	response->notes.decided = true;
	response->notes.deferred = false;
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
		case LFDW_STATE_HEAD:
			return lfdw_response_take_head(response);
		case LFDW_STATE_START:
			return lfdw_response_start(response);
		case LFDW_STATE_MEMBERS:
			return lfdw_response_step_members(response);
		case LFDW_STATE_ROWS:
			return response->aligned ? lfdw_aligned_step(response) :
				lfdw_response_step_rows(response);
		case LFDW_STATE_LINES:
			return lfdw_response_step_lines(response);
		case LFDW_STATE_ENTRIES:
			return lfdw_response_step_entries(response);
		case LFDW_STATE_CSV:
			return lfdw_csv_step(response);
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
 * Takes a row that was passed over behind the last, of which nothing is wanted; false
 * where there is none.
 */
bool
lfdw_response_take_passed(LfdwResponse *response)
{
	if (response->passed == 0)
		return false;
	response->passed--;
	lfdw_row_count_passed(response->row);
	return true;
}

/*
 * Reads on until there is a row, the answer's end, or nothing more to read
 * yet.
 *
 * On LFDW_RESPONSE_MORE the caller waits for the source and asks again.  A row's
 * values point into the answer: the caller stores the row before anything else.
 * An answer that is not JSON ends within EXCERPT_WAIT_MS.
 * Raises 22P02 for what is not JSON (22P05, 22021 and 54001 where
 * json_populate_record would), HV021 for an answer of no known form, and the
 * function's own errors.
 */
LfdwResponseStatus
lfdw_response_next(LfdwResponse *response)
{
	if (lfdw_response_take_passed(response))
		return LFDW_RESPONSE_ROW;
	lfdw_response_show_window(response);
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

		if (status == LFDW_JSON_END && response->aligned && !response->none &&
			!response->aligned->ended)
			lfdw_response_report_no_list(response);
		if (status == LFDW_JSON_END)
			return response->none ? LFDW_RESPONSE_NO_ROWS : LFDW_RESPONSE_END;
		if (status == LFDW_JSON_BAD && excerpt_arrived(response))
			lfdw_response_report_json(response);
		if (status == LFDW_JSON_MORE || status == LFDW_JSON_BAD)
		{
			response->reader = before;
			response->stalled = status == LFDW_JSON_MORE ?
				before.len - before.pos : 0;
			make_room(response);
			if (status == LFDW_JSON_BAD)
				lfdw_body_end_within(response->source, EXCERPT_WAIT_MS);
			return LFDW_RESPONSE_MORE;
		}
		response->stalled = 0;
	}
	response->row_given = true;
	if (response->source)
		lfdw_body_commit(response->source);
	lfdw_response_note_row(response);
	return LFDW_RESPONSE_ROW;
}
