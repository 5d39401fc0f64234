/*-------------------------------------------------------------------------
 *
 * activity.h
 *		What the sessions ask of functions now: pg_stat_lambda_activity.
 *
 * A piece of work is a scan, a join, a write or a call of SQL: what EXPLAIN has one
 * node for.  It makes requests, several at a time.
 *
 * IDENTIFICATION
 *	  src/shared/activity.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ACTIVITY_H
#define LFDW_ACTIVITY_H

#include "postgres.h"

#include "shared/segment.h"

/* What makes the requests. */
typedef enum LfdwOperation
{
	LFDW_OPERATION_SCAN,
	LFDW_OPERATION_JOIN,		/* a bind join or a batch join */
	LFDW_OPERATION_WRITE,
	LFDW_OPERATION_COMMIT,		/* what was held until then */
	LFDW_OPERATION_FUNCTION,	/* of SQL */
	LFDW_OPERATION_IMPORT,		/* from S3 */
	LFDW_OPERATION_EXPORT,
	LFDW_OPERATION_ANALYZE
} LfdwOperation;

/* Where a request stands. */
typedef enum LfdwRequestState
{
	LFDW_REQUEST_QUEUED,		/* no slot, or the rate is reached */
	LFDW_REQUEST_CONNECTING,
	LFDW_REQUEST_SENT,			/* no answer yet */
	LFDW_REQUEST_ANSWERING,
	LFDW_REQUEST_BACKING_OFF
} LfdwRequestState;

/* A piece of work of this process; see lfdw_work_begin. */
typedef struct LfdwWork LfdwWork;

extern Size lfdw_activity_size(const LfdwSegmentSizes *sizes);
extern void lfdw_activity_init(void *memory, const LfdwSegmentSizes *sizes,
							   int tranche);
extern LfdwWork *lfdw_work_begin(LfdwOperation operation, MemoryContext context);

#endif							/* LFDW_ACTIVITY_H */
