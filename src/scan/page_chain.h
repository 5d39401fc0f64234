/*-------------------------------------------------------------------------
 *
 * page_chain.h
 *		One call of a function and its further pages.
 *
 * IDENTIFICATION
 *	  src/scan/page_chain.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_PAGE_CHAIN_H
#define LFDW_PAGE_CHAIN_H

#include "postgres.h"

#include "lambda/invoke.h"
#include "pushdown/part.h"
#include "response/response.h"
#include "response/row.h"
#include "scan/answers.h"

/*
 * When a page is asked for that may not be needed, because a query may end before it
 * has seen all rows.
 */
typedef enum LfdwReadAhead
{
	LFDW_AHEAD_AT_ONCE,			/* all rows are wanted */
	LFDW_AHEAD_HALF,			/* once half of the page before it is read */
	LFDW_AHEAD_NEEDED			/* only where it will surely be */
} LfdwReadAhead;

/*
 * What the calls of a scan have in common: some of it for the whole scan, the
 * arguments for one (re)scan.
 */
typedef struct LfdwChainShared
{
	const LfdwTable *table;
	const LfdwCaller *caller;
	LfdwInvokeStats *stats;
	char	   *columns;		/* the payload's "columns" */
	LfdwRow    *row;
	const LfdwUnreadPage *unread_page;	/* that nobody asked for, or NULL */
	LfdwReadAhead read_ahead;
	int64		moved_at_us;	/* when bytes were moved while rows came */
	MemoryContext scan_context; /* where this lives */
	MemoryContext row_context;	/* holds one row */

	const LfdwArguments *arguments; /* NULL before the (re)scan begins */
	LfdwAnswers *answers;		/* that keep the rows, or NULL */
	List	   *parts_left;		/* of LfdwPart: split off calls */
	MemoryContext call_context; /* holds the arguments and the calls */
} LfdwChainShared;

typedef struct LfdwPageChain LfdwPageChain;

typedef enum LfdwPageStatus
{
	LFDW_PAGE_ROW,				/* the slot has a row */
	LFDW_PAGE_WAIT,				/* the answer has not gone on yet */
	LFDW_PAGE_NEXT,				/* another page was asked for */
	LFDW_PAGE_END				/* that was the last page */
} LfdwPageStatus;

extern MemoryContext lfdw_page_chain_begin_row(const LfdwChainShared *shared);
extern LfdwPageChain *lfdw_page_chain_begin(LfdwChainShared *shared,
											LfdwPart *part);
extern LfdwPageStatus lfdw_page_chain_next(LfdwPageChain *chain,
										   TupleTableSlot *slot);
extern LfdwInvocation *lfdw_page_chain_invocation(const LfdwPageChain *chain);
extern void lfdw_page_chain_report_mismatch(const LfdwTable *table);

#endif							/* LFDW_PAGE_CHAIN_H */
