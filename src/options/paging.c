/*-------------------------------------------------------------------------
 *
 * paging.c
 *		How a function is asked for the next page of its rows.
 *
 * IDENTIFICATION
 *	  src/options/paging.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "options/argument_name.h"
#include "options/paging.h"

/* The one way that a table's options name, or that of the contract. */
LfdwPaging
lfdw_paging_of(const LfdwOptions *options)
{
	if (options->cursor_header)
		return LFDW_PAGING_HEADER;
	if (options->cursor_row_path)
		return LFDW_PAGING_ROW;
	if (options->page_argument)
		return LFDW_PAGING_NUMBER;
	if (options->offset_argument)
		return LFDW_PAGING_OFFSET;
	return LFDW_PAGING_MEMBER;
}

/* The option that says how the next page is asked for; static. */
const char *
lfdw_paging_option(const LfdwOptions *options)
{
	static const char *const names[] = {
		[LFDW_PAGING_MEMBER] = "cursor_path",
		[LFDW_PAGING_HEADER] = "cursor_header",
		[LFDW_PAGING_ROW] = "cursor_row_path",
		[LFDW_PAGING_NUMBER] = "page_argument",
		[LFDW_PAGING_OFFSET] = "offset_argument"
	};

	if (options->cursor_path == NULL &&
		lfdw_paging_of(options) == LFDW_PAGING_MEMBER)
		return "cursor_argument";
	return names[lfdw_paging_of(options)];
}

/* Do a table's options say that there are pages? */
bool
lfdw_paging_is_declared(const LfdwOptions *options)
{
	return lfdw_paging_of(options) != LFDW_PAGING_MEMBER ||
		options->cursor_path || options->cursor_argument;
}

/* Is a cursor the next page's URL, which takes the place of the route's? */
bool
lfdw_paging_by_url(const LfdwOptions *options)
{
	return options->http_route && options->cursor_argument == NULL &&
		!lfdw_paging_is_counted(lfdw_paging_of(options));
}

/* What asks a function for the next page, for messages; static, or the option's. */
const char *
lfdw_paging_argument(const LfdwOptions *options)
{
	if (options->page_argument)
		return options->page_argument;
	if (options->offset_argument)
		return options->offset_argument;
	if (options->cursor_argument)
		return options->cursor_argument;
	return LFDW_ENVELOPE_KEY ".cursor";
}
