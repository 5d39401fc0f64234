/*-------------------------------------------------------------------------
 *
 * after_run.c
 *		What is done each time the executor has run a query for a while.
 *
 * The client may be long in asking for more, of a cursor, or for anything.
 *
 * IDENTIFICATION
 *	  src/pg/after_run.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/executor.h"

#include "pg/after_run.h"
#include "pg/compat.h"

#define NCALLBACKS 3

static LfdwAfterRun callbacks[NCALLBACKS];
static int	ncallbacks = 0;

static ExecutorRun_hook_type previous_run = NULL;

/* ExecutorRun_hook; after an error nothing is called. */
static void
run_executor(LFDW_EXECUTOR_RUN_PARAMETERS)
{
	if (previous_run)
		previous_run(LFDW_EXECUTOR_RUN_ARGUMENTS);
	else
		standard_ExecutorRun(LFDW_EXECUTOR_RUN_ARGUMENTS);
	for (int i = 0; i < ncallbacks; i++)
		callbacks[i] (queryDesc, count);
}

/* Has a function be called then, which may raise errors; while the library loads. */
void
lfdw_after_run_add(LfdwAfterRun callback)
{
	Assert(ncallbacks < NCALLBACKS);
	if (ncallbacks == 0)
	{
		previous_run = ExecutorRun_hook;
		ExecutorRun_hook = run_executor;
	}
	callbacks[ncallbacks++] = callback;
}
