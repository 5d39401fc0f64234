/*-------------------------------------------------------------------------
 *
 * page.h
 *		Which page of its rows a payload asks for.
 *
 * IDENTIFICATION
 *	  src/pushdown/page.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_PAGE_H
#define LFDW_PAGE_H

#include "postgres.h"

typedef struct LfdwPage
{
	int			number;			/* of the call's pages, 0 for the first */
	const char *cursor;			/* JSON to go on from, NULL for none */
	int64		offset;			/* rows received of the call so far */
	const char *url;			/* of the page, NULL: the route's */
	const char *limit;			/* rows wanted of it: a number, or EXPLAIN's
								 * name for one; NULL: no number */
	bool		shown;			/* by EXPLAIN: nothing is made for it */
} LfdwPage;

#endif							/* LFDW_PAGE_H */
