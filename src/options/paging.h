/*-------------------------------------------------------------------------
 *
 * paging.h
 *		How a function is asked for the next page of its rows.
 *
 * IDENTIFICATION
 *	  src/options/paging.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_PAGING_H
#define LFDW_PAGING_H

#include "postgres.h"

#include "options/option.h"

typedef enum LfdwPaging
{
	LFDW_PAGING_MEMBER,			/* cursor_path, or "cursor" beside "rows" */
	LFDW_PAGING_HEADER,			/* cursor_header */
	LFDW_PAGING_ROW,			/* cursor_row_path */
	LFDW_PAGING_NUMBER,			/* page_argument */
	LFDW_PAGING_OFFSET			/* offset_argument */
} LfdwPaging;

/* Are the pages counted up, and no cursor asked for? */
static inline bool
lfdw_paging_is_counted(LfdwPaging paging)
{
	return paging == LFDW_PAGING_NUMBER || paging == LFDW_PAGING_OFFSET;
}

extern LfdwPaging lfdw_paging_of(const LfdwOptions *options);
extern bool lfdw_paging_is_declared(const LfdwOptions *options);
extern bool lfdw_paging_by_url(const LfdwOptions *options);
extern const char *lfdw_paging_option(const LfdwOptions *options);
extern const char *lfdw_paging_argument(const LfdwOptions *options);

#endif							/* LFDW_PAGING_H */
