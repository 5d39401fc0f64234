/*-------------------------------------------------------------------------
 *
 * response_pages.c
 *		What an answer says of a page after it.
 *
 * That is where an option leads (a cursor, what ends the pages), or is kept for
 * the warning about a page that no option reads.
 *
 * IDENTIFICATION
 *	  src/response/response_pages.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "base/json_member.h"
#include "response/response_internal.h"
#include "value/json_find.h"
#include "value/json_string.h"

/* How many objects deep, beside the rows, a page's name is looked for. */
#define PAGE_DEPTH 2

/* The keys on the way from the container that is read to a member. */
typedef struct KeyPath
{
	const LfdwJsonValue *key;
	const struct KeyPath *up;
} KeyPath;

/* The bytes of a value, a string's with its quotes. */
static const char *
whole_text(const LfdwJsonValue *value, size_t *len)
{
	bool		quoted = value->type == LFDW_JSON_STRING;

	*len = value->len + (quoted ? 2 : 0);
	return value->text - (quoted ? 1 : 0);
}

/*
 * A value as a cursor: JSON in the database encoding, palloc'd, or NULL where it
 * ends the pages: null, false, "", {} or [].
 */
char *
lfdw_response_cursor_json(const LfdwJsonValue *value)
{
	size_t		len;
	const char *text = whole_text(value, &len);

	return lfdw_json_ends_pages(value) ? NULL :
		pg_any_to_server(pnstrdup(text, len), len, PG_UTF8);
}

/* Does a value say "no": what ends pages, 0 or "false"? */
static bool
is_no(const LfdwJsonValue *value)
{
	if (value->type == LFDW_JSON_NUMBER)
		return value->len == 1 && value->text[0] == '0';
	return lfdw_json_ends_pages(value) ||
		(value->type == LFDW_JSON_STRING && lfdw_json_is(value, "false"));
}

/* What the value at more_path says: null says nothing. */
LfdwMore
lfdw_response_more_of(const LfdwJsonValue *value)
{
	if (value->type == LFDW_JSON_NULL)
		return LFDW_MORE_UNSAID;
	return is_no(value) ? LFDW_MORE_NO : LFDW_MORE_YES;
}

/* Takes the value that an option leads to. */
void
lfdw_response_note_mark(LfdwResponse *response, LfdwMark mark,
						const LfdwJsonValue *value)
{
	LfdwRootNotes *notes = &response->notes;

	if (mark == LFDW_MARK_CURSOR)
		notes->cursor = lfdw_response_cursor_json(value);
	else
		notes->more = lfdw_response_more_of(value);
}

/*
 * Keeps the cursor that a row has, where cursor_row_path leads into it: the last
 * row's counts.
 */
void
lfdw_response_note_row(LfdwResponse *response)
{
	const char *text;
	size_t		len;
	LfdwJsonReader reader;
	LfdwJsonValue value;
	MemoryContext old;

	if (response->row_cursor_path == NULL)
		return;
	text = lfdw_row_text(response->row, &len);
	lfdw_json_init(&reader, text, len, true);
	MemoryContextReset(response->row_strings);
	old = MemoryContextSwitchTo(response->row_strings);
	resetStringInfo(&response->row_cursor);
	if (lfdw_json_find(reader, response->row_cursor_path,
					   response->table->function.label, &value) &&
		!lfdw_json_ends_pages(&value))
	{
		text = whole_text(&value, &len);
		appendBinaryStringInfo(&response->row_cursor, text, len);
	}
	MemoryContextSwitchTo(old);
}

/* The JSON Pointer to a member of the container that is read; palloc'd. */
static char *
path_of(const LfdwResponse *response, const KeyPath *path)
{
	StringInfoData text;
	const KeyPath *keys[PAGE_DEPTH + 1];
	int			nkeys = 0;

	initStringInfo(&text);
	for (int i = 1; i < response->nframes; i++)
	{
		const LfdwFrame *frame = &response->frames[i];
		const LfdwPointer *to = response->rows_path;

		for (int mark = 0; !frame->to_rows && mark < LFDW_NMARKS; mark++)
		{
			if (frame->to_mark[mark])
				to = response->marks[mark];
		}
		lfdw_pointer_append(&text, to->tokens[i - 1]);
	}
	for (; path; path = path->up)
		keys[nkeys++] = path;
	while (nkeys > 0)
		lfdw_pointer_append(&text, lfdw_json_shown(keys[--nkeys]->key));
	return text.data;
}

/* Does a member say only that there is a further page, and not which? */
static bool
is_flag(const LfdwJsonValue *value)
{
	return value->type == LFDW_JSON_TRUE ||
		(value->type == LFDW_JSON_STRING && lfdw_json_is(value, "true"));
}

/*
 * Is what was found so far at least as good: another name is surer, or is a cursor
 * where this is a flag?
 */
static bool
is_better_known(const LfdwRootNotes *notes, bool surely, bool flag, bool read)
{
	if (notes->page.name == NULL || (notes->page_read && !read))
		return false;
	if (read || notes->page_surely != surely)
		return read || notes->page_surely;
	return flag || notes->page.kind == LFDW_UNREAD_CURSOR;
}

/* Notes a member that names a further page, or one in the object that it is. */
static void
note_page(LfdwResponse *response, const KeyPath *path,
		  const LfdwJsonValue *value, bool read, int depth)
{
	LfdwRootNotes *notes = &response->notes;
	LfdwPageName name = lfdw_json_page_name(path->key);
	bool		surely = name == LFDW_PAGE_SURELY;
	LfdwJsonReader reader;
	LfdwJsonValue member;
	LfdwJsonValue inner;
	KeyPath		below = {&member, path};

	if (name == LFDW_PAGE_NO && value->type == LFDW_JSON_OBJECT && depth > 0)
	{
		lfdw_json_init(&reader, value->text, value->len, true);
		lfdw_json_enter(&reader);
		while (lfdw_json_member(&reader, &member) == LFDW_JSON_OK &&
			   lfdw_json_value(&reader, &inner) == LFDW_JSON_OK)
			note_page(response, &below, &inner, read, depth - 1);
	}
	if (name == LFDW_PAGE_NO)
		return;
	if (is_no(value))
	{
		/* a flag says it; an empty cursor may stand beside another */
		notes->last_page |= value->type == LFDW_JSON_FALSE ||
			value->type == LFDW_JSON_STRING;
		return;
	}
	if (is_better_known(notes, surely, is_flag(value), read))
		return;
	notes->page.name = lfdw_json_shown(path->key);
	notes->page.path = path_of(response, path);
	notes->page.kind = is_flag(value) ? LFDW_UNREAD_FLAG : LFDW_UNREAD_CURSOR;
	notes->page_surely = surely;
	notes->page_read = read;
}

/*
 * Keeps whether a member beside the rows, or of what may be a row itself, names
 * a further page.  Whoever wrote the table may not have known of it.  A member that
 * is a row names none.
 */
void
lfdw_response_note_page(LfdwResponse *response, const LfdwJsonValue *key,
						const LfdwJsonValue *value)
{
	const LfdwOptions *options = response->table->options;
	const KeyPath path = {key, NULL};

	if (options->rows_format == LFDW_ROWS_ENTRIES && options->rows_path == NULL)
		return;
	note_page(response, &path, value,
			  lfdw_row_takes_all(response->row) ||
			  lfdw_row_knows(response->row, key), PAGE_DEPTH);
}

/* Does the answer say, at more_path, whether a page follows? */
LfdwMore
lfdw_response_more(const LfdwResponse *response)
{
	return response->notes.more;
}

/*
 * The cursor of the next page as JSON in the database encoding, once the answer
 * is at its end; NULL where it names none.  Raises HV021 where it should stand in
 * a header, and the answer is of a form without headers.
 */
const char *
lfdw_response_cursor(const LfdwResponse *response)
{
	const StringInfoData *row = &response->row_cursor;

	switch (response->paging)
	{
		case LFDW_PAGING_MEMBER:
			return response->notes.cursor;
		case LFDW_PAGING_HEADER:
			if (!response->in_form)
				lfdw_response_report_form(response,
										  "It has no headers, and the option cursor_header reads one.",
										  "A function answers with headers in API Gateway's form: {\"statusCode\", \"headers\", \"body\"}.");
			return response->header_cursor;
		case LFDW_PAGING_ROW:
			return row->len == 0 ? NULL :
				pg_any_to_server(row->data, row->len, PG_UTF8);
		default:
			return NULL;
	}
}

/*
 * The further page that an answer, at its end, names although no option and no
 * column reads it; false for none.  The texts are shown as lfdw_error_excerpt
 * makes them, and live as long as the response.
 */
bool
lfdw_response_unread_page(const LfdwResponse *response, LfdwUnreadPage *page)
{
	const LfdwRootNotes *notes = &response->notes;
	bool		unsure = notes->page_read || !notes->page_surely;

	*page = notes->page;
	if (notes->more != LFDW_MORE_UNSAID)
		page->kind = LFDW_UNREAD_MORE;
	if (notes->more != LFDW_MORE_UNSAID || notes->cursor)
		return notes->more == LFDW_MORE_YES;
	if (notes->last_page)
		return false;
	if (page->name && (notes->rows_seen || !unsure))
		return true;
	page->kind = LFDW_UNREAD_LINK;
	return response->unread_link;
}
