/*-------------------------------------------------------------------------
 *
 * page_rule.h
 *		Which page of a call is the next, and what ends them.
 *
 * IDENTIFICATION
 *	  src/scan/page_rule.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_PAGE_RULE_H
#define LFDW_PAGE_RULE_H

#include "postgres.h"

#include "base/sigv4.h"
#include "options/paging.h"
#include "options/table.h"
#include "pushdown/arguments.h"
#include "pushdown/page.h"
#include "response/response.h"

/* What is known of the pages of one call. */
typedef struct LfdwPageRule
{
	const LfdwTable *table;
	MemoryContext context;		/* of what the page has */
	LfdwPaging	paging;
	LfdwPage	page;			/* the one under way */
	char	   *cursor;			/* that asked for it, or NULL */
	int64		limit;			/* rows that each was asked for, -1: no number */
	bool		filled;			/* an earlier page had exactly so many */
	int64		nrows;			/* of the one under way */
	uint8		first_row[LFDW_SHA256_LEN]; /* the first one's digest ... */
	uint8		first_before[LFDW_SHA256_LEN];	/* ... that of the page before */
	uint8		rows[LFDW_SHA256_LEN];	/* all rows' */
	uint8		rows_before[LFDW_SHA256_LEN];	/* that of the page before */
} LfdwPageRule;

extern void lfdw_page_rule_begin(LfdwPageRule *rule, const LfdwTable *table,
								 const LfdwArguments *arguments);
extern void lfdw_page_rule_note_row(LfdwPageRule *rule, const LfdwRow *row);
extern bool lfdw_page_rule_next(LfdwPageRule *rule,
								const LfdwResponse *response);
extern bool lfdw_page_rule_foresee(const LfdwPageRule *rule,
								   const LfdwResponseAhead *ahead, LfdwPage *page);
extern bool lfdw_page_rule_is_under_way(const LfdwPageRule *rule,
										const LfdwPage *page);
extern bool lfdw_page_rule_takes_none(const LfdwPageRule *rule, int number);

#endif							/* LFDW_PAGE_RULE_H */
