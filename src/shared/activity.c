/*-------------------------------------------------------------------------
 *
 * activity.c
 *		What the sessions ask of functions now: pg_stat_lambda_activity.
 *
 * IDENTIFICATION
 *	  src/shared/activity.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/activity.h"

struct LfdwWork
{
	LfdwOperation operation;
};

/* The size of the part. */
Size
lfdw_activity_size(const LfdwSegmentSizes *sizes)
{
	return 0;
}

/* Sets the part up, in memory of its size. */
void
lfdw_activity_init(void *memory, const LfdwSegmentSizes *sizes, int tranche)
{
}

/*
 * Shows a piece of work that begins, until the context ends.
 */
LfdwWork *
lfdw_work_begin(LfdwOperation operation, MemoryContext context)
{
	LfdwWork   *work = MemoryContextAllocZero(context, sizeof(LfdwWork));

	work->operation = operation;
	return work;
}
