/*-------------------------------------------------------------------------
 *
 * page_rule.c
 *		Which page of a call is the next, and what ends them.
 *
 * A cursor asks for the next page until an answer has none.  Pages that are
 * counted, and those that a row's value asks for, have no such end of their own:
 * they end at a page without rows.  One with fewer rows than it was asked for is
 * the last only if an earlier one had exactly that many, since a function may
 * have a maximum of its own.
 *
 * What a function ignores of this would ask for the same page again and again,
 * or return it as if it were the next; both are errors.  A page is remembered by
 * a digest of its rows.
 *
 * IDENTIFICATION
 *	  src/scan/page_rule.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/http_route.h"
#include "base/json_pointer.h"
#include "base/json_reader.h"
#include "scan/page_rule.h"
#include "value/json_text.h"

/* How many rows each page is asked for, -1: no number goes with it. */
static int64
page_limit(const LfdwOptions *options, const LfdwArguments *arguments)
{
	if (options->limit_argument == NULL)
		return -1;
	if (options->page_size > 0 &&
		(arguments->limit < 0 || arguments->limit > options->page_size))
		return options->page_size;
	return arguments->limit;
}

/* The number as the payload has it, and EXPLAIN: NULL for none. */
static const char *
shown_limit(const LfdwOptions *options, const LfdwArguments *arguments,
			int64 limit)
{
	if (limit < 0)
		return NULL;
	if (arguments->limit_text == NULL)
		return psprintf("" INT64_FORMAT, limit);
	return options->page_size == 0 ? arguments->limit_text :
		psprintf("least(%s, %d)", arguments->limit_text, options->page_size);
}

/*
 * Begins with the first page of a call, which then stands in rule->page.
 *
 * The arguments, made for the table, must live as long as the current context,
 * which what a page holds belongs to.
 */
void
lfdw_page_rule_begin(LfdwPageRule *rule, const LfdwTable *table,
					 const LfdwArguments *arguments)
{
	memset(rule, 0, sizeof(LfdwPageRule));
	rule->table = table;
	rule->context = CurrentMemoryContext;
	rule->paging = lfdw_paging_of(table->options);
	rule->limit = page_limit(table->options, arguments);
	rule->page.limit = shown_limit(table->options, arguments, rule->limit);
}

/* The digest of bytes; raises the error of an OpenSSL that refuses. */
static void
digest(uint8 *hash, const void *bytes, size_t len)
{
	if (!lfdw_sigv4_digest(hash, bytes, len))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not compute the SHA-256 hash of a row")));
}

/*
 * Notes a row of the page under way, as it came and before any recheck.  Takes
 * the row that was read last, before it is stored.
 */
void
lfdw_page_rule_note_row(LfdwPageRule *rule, const LfdwRow *row)
{
	uint8		both[2 * LFDW_SHA256_LEN];
	const char *text;
	size_t		len;

	rule->nrows++;
	if (!lfdw_paging_is_counted(rule->paging))
		return;
	text = lfdw_row_text(row, &len);
	memcpy(both, rule->rows, LFDW_SHA256_LEN);
	digest(both + LFDW_SHA256_LEN, text, len);
	digest(rule->rows, both, sizeof(both));
	if (rule->nrows == 1)
		memcpy(rule->first_row, rule->rows, LFDW_SHA256_LEN);
}

/*
 * Does a call end by so many rows of a page: by none, or by fewer than it was
 * asked for?
 */
static bool
ends_by_rows(const LfdwPageRule *rule, int64 nrows, LfdwMore more)
{
	if (!lfdw_paging_is_counted(rule->paging) && rule->paging != LFDW_PAGING_ROW)
		return false;
	return nrows == 0 ||
		(rule->filled && nrows < rule->limit && more != LFDW_MORE_YES);
}

/* Is the page under way the last that max_pages allows? */
static bool
is_last_allowed(const LfdwPageRule *rule)
{
	return rule->page.number + 1 >= rule->table->options->max_pages;
}

/* Refuses a call whose pages do not come to an end. */
static void
check_number(const LfdwPageRule *rule)
{
	const LfdwTable *table = rule->table;
	int			max_pages = table->options->max_pages;

	if (is_last_allowed(rule))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg_plural("Lambda function \"%s\" has more than %d page",
							   "Lambda function \"%s\" has more than %d pages",
							   max_pages, table->function.label, max_pages),
				 errhint("Raise the option max_pages of foreign table \"%s\".",
						 table->relname)));
}

/* Refuses a counted page that is the one before again. */
static void
check_rows(const LfdwPageRule *rule)
{
	const LfdwTable *table = rule->table;
	const char *argument = lfdw_paging_argument(table->options);

	if (!lfdw_paging_is_counted(rule->paging) || rule->page.number == 0 ||
		rule->nrows == 0 ||
		memcmp(rule->rows, rule->rows_before, LFDW_SHA256_LEN) != 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
			 errmsg("Lambda function \"%s\" answered with the same rows for two pages",
					table->function.label),
			 errdetail("They are those of pages %d and %d, which were asked for by the argument \"%s\": the function does not read it, or repeats its last page.",
					   rule->page.number, rule->page.number + 1, argument),
			 errhint("Let the option %s of foreign table \"%s\" name an argument that the function reads, or the option more_path what tells its last page.",
					 lfdw_paging_option(table->options), table->relname)));
}

/* Raises the error about a cursor that the function was given already. */
static void
report_same_cursor(const LfdwPageRule *rule)
{
	const LfdwOptions *options = rule->table->options;
	bool		by_url = lfdw_paging_by_url(options);

	ereport(ERROR,
			(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
			 errmsg("Lambda function \"%s\" answered with the cursor it was given",
					rule->table->function.label),
			 by_url ?
			 errdetail("It was sent as the URL of the page; going on would ask for the same page again and again.") :
			 errdetail("It was sent as the member \"%s\"; going on would ask for the same page again and again.",
					   lfdw_paging_argument(options)),
			 by_url ? errhint("Let the function go on from there.") :
			 errhint("Let the function go on from there, or name the member that it reads by the option cursor_argument.")));
}

/* Raises the error about a row that should have the cursor of the next page. */
static void
report_no_cursor(const LfdwPageRule *rule)
{
	const LfdwTable *table = rule->table;
	const LfdwPointer *path = table->options->cursor_row_path;
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < path->ntokens; i++)
		lfdw_pointer_append(&text, path->tokens[i]);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
			 errmsg("the last row of a page of Lambda function \"%s\" has no cursor",
					table->function.label),
			 errdetail("There is nothing at its cursor_row_path \"%s\", or what ends pages.",
					   text.data),
			 errhint("Let the option cursor_row_path of foreign table \"%s\" lead to a member of every row, or the option more_path to what tells the last page.",
					 table->relname)));
}

/*
 * A JSON string as the text of a URL, in the rule's context; raises HV021 where it
 * is none.
 */
static char *
url_of(const LfdwPageRule *rule, const char *cursor)
{
	if (cursor[0] != '"')
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
				 errmsg("the next page that Lambda function \"%s\" names is not a URL",
						rule->table->function.label),
				 errdetail("The option %s leads to a value that is not a string.",
						   lfdw_paging_option(rule->table->options)),
				 errhint("Name the argument that carries it by the option cursor_argument of foreign table \"%s\".",
						 rule->table->relname)));
	return MemoryContextStrdup(rule->context, lfdw_json_text(cursor));
}

/* Has a request a place for a cursor? */
static bool
can_carry(const LfdwOptions *options)
{
	return options->envelope || options->cursor_argument ||
		lfdw_paging_by_url(options);
}

/* Goes on to the page that a cursor asks for. */
static void
follow_cursor(LfdwPageRule *rule, const char *cursor)
{
	const LfdwTable *table = rule->table;

	if (rule->cursor && strcmp(rule->cursor, cursor) == 0)
		report_same_cursor(rule);
	if (!can_carry(table->options))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
				 errmsg("Lambda function \"%s\" has a further page, but no request can carry its cursor",
						table->function.label),
				 errhint("Set the option cursor_argument of foreign table \"%s\".",
						 table->relname)));
	if (rule->cursor)
		pfree(rule->cursor);
	rule->cursor = MemoryContextStrdup(rule->context, cursor);
	if (rule->page.url)
		pfree(unconstify(char *, rule->page.url));
	if (lfdw_paging_by_url(table->options))
		rule->page.url = url_of(rule, cursor);
	else
		rule->page.cursor = rule->cursor;
}

/*
 * At the end of a page's answer: goes on to the next page, which then stands in
 * rule->page; false where that was the last.
 *
 * What the page holds lives in the context that was current when the call began.
 * Raises HV021 for an answer that cannot be gone on from, and
 * 54000 for one page more than max_pages.
 */
bool
lfdw_page_rule_next(LfdwPageRule *rule, const LfdwResponse *response)
{
	LfdwMore	more = lfdw_response_more(response);
	bool		counted = lfdw_paging_is_counted(rule->paging);
	const char *cursor = NULL;

	if (more == LFDW_MORE_NO)
		return false;
	check_rows(rule);
	if (ends_by_rows(rule, rule->nrows, more))
		return false;
	if (!counted)
		cursor = lfdw_response_cursor(response);
	if (rule->paging == LFDW_PAGING_ROW && cursor == NULL)
		report_no_cursor(rule);
	if (!counted && cursor == NULL)
		return false;
	check_number(rule);
	if (cursor)
		follow_cursor(rule, cursor);
	rule->filled |= rule->nrows == rule->limit;
	rule->page.number++;
	rule->page.offset += rule->nrows;
	rule->nrows = 0;
	memcpy(rule->first_before, rule->first_row, LFDW_SHA256_LEN);
	memcpy(rule->rows_before, rule->rows, LFDW_SHA256_LEN);
	memset(rule->rows, 0, LFDW_SHA256_LEN);
	return true;
}

/* Fills what asks for the page of a cursor; false where it will be an error. */
static bool
foresee_cursor(const LfdwPageRule *rule, const char *cursor, LfdwPage *page)
{
	LfdwHttpTarget target;
	const char *why;

	if (cursor == NULL || !can_carry(rule->table->options) ||
		(rule->cursor && strcmp(rule->cursor, cursor) == 0))
		return false;
	page->cursor = page->url = NULL;
	if (!lfdw_paging_by_url(rule->table->options))
	{
		page->cursor = cursor;
		return true;
	}
	if (cursor[0] != '"')
		return false;
	page->url = lfdw_json_text(cursor);
	return lfdw_http_target_parse(page->url, "/", &target, &why);
}

/*
 * Before the end of a page's answer: fills *page with the next where it is certain
 * that lfdw_page_rule_next will go on to it, from what the rest of the answer says.
 * False where it will not, or where that is not certain.
 *
 * A row of the page must have been noted.  What *page holds is the ahead's, or of the
 * current context.
 */
bool
lfdw_page_rule_foresee(const LfdwPageRule *rule, const LfdwResponseAhead *ahead,
					   LfdwPage *page)
{
	bool		counted = lfdw_paging_is_counted(rule->paging);
	int64		nrows = rule->nrows + ahead->nrows;

	if (ahead->more == LFDW_MORE_NO || is_last_allowed(rule) ||
		ends_by_rows(rule, nrows, ahead->more))
		return false;
	/* it may be the page before again */
	if (counted && rule->page.number > 0 &&
		memcmp(rule->first_row, rule->first_before, LFDW_SHA256_LEN) == 0)
		return false;
	*page = rule->page;
	page->number++;
	page->offset += nrows;
	return counted || foresee_cursor(rule, ahead->cursor, page);
}

/* Are two texts, or their absence, the same? */
static bool
is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Is the page that was gone on to the one that was foreseen? */
bool
lfdw_page_rule_is_under_way(const LfdwPageRule *rule, const LfdwPage *page)
{
	return rule->page.number == page->number &&
		rule->page.offset == page->offset &&
		is_same(rule->page.cursor, page->cursor) &&
		is_same(rule->page.url, page->url);
}

/*
 * May a page, by its number, be answered by "there are none": an answer that
 * no_rows_status or no_rows_errors say is one?  It is what ends pages that are
 * counted; a cursor that the function gave leads to a page.
 */
bool
lfdw_page_rule_takes_none(const LfdwPageRule *rule, int number)
{
	return number == 0 || lfdw_paging_is_counted(rule->paging);
}
