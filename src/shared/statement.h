/*-------------------------------------------------------------------------
 *
 * statement.h
 *		What the statement that a session runs has used so far.
 *
 * IDENTIFICATION
 *	  src/shared/statement.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_STATEMENT_H
#define LFDW_STATEMENT_H

#include "postgres.h"

#include "shared/segment.h"

/* What is counted, of a statement or as a part of it. */
typedef struct LfdwStatementCounts
{
	int64		calls;			/* of any service */
	int64		requests;		/* that Lambda bills */
	int64		bytes;			/* of bodies, sent and received */
	int64		billed_mb_ms;	/* milliseconds billed, times the function's
								 * megabytes */
} LfdwStatementCounts;

extern Size lfdw_statement_size(const LfdwSegmentSizes *sizes);
extern void lfdw_statement_init(void *memory, const LfdwSegmentSizes *sizes,
								int tranche);
extern void lfdw_statement_add(const LfdwStatementCounts *more,
							   LfdwStatementCounts *sums);
extern bool lfdw_statement_spans_workers(void);

#endif							/* LFDW_STATEMENT_H */
