/*-------------------------------------------------------------------------
 *
 * modify_finish.c
 *		What is sent when a statement ends, and what its errors say was.
 *
 * Rows that are held, and those of the last batches, go before AFTER triggers run:
 * ExecutorFinish is where core has read everything and has fired none.  Data-modifying
 * WITH queries whose rows nobody has asked for run to their end there, too; ours
 * are sent behind them, so that no trigger of theirs comes before.
 *
 * COPY has no ExecutorFinish, and ends with EndForeignInsert.
 *
 * An error that is none of a call, a division by zero in the source, say, or of an
 * AFTER trigger, comes when calls were made, which nothing takes back: the hooks
 * have it tell.  Those of COPY's own reading are out of their reach.
 *
 * IDENTIFICATION
 *	  src/modify/modify_finish.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/executor.h"

#include "modify/modify_finish.h"
#include "modify/modify_internal.h"
#include "pg/compat.h"
#include "pg/owner.h"

static ExecutorRun_hook_type previous_run = NULL;
static ExecutorFinish_hook_type previous_finish = NULL;

/*
 * The foreign tables that statements write to, of all queries that are running,
 * in the order they were begun.  Each leaves with the memory of its query.
 */
static dlist_head modifies = DLIST_STATIC_INIT(modifies);

static void
unlink_modify(void *modify)
{
	dlist_delete(&((LfdwModify *) modify)->link);
}

/* Has rows of a foreign table sent when its statement ends. */
void
lfdw_modify_register(LfdwModify *modify)
{
	lfdw_owner_register(modify->estate->es_query_cxt, unlink_modify, modify);
	dlist_push_tail(&modifies, &modify->link);
}

/* Gives the rows that were held to the writer. */
static void
send_held(LfdwModify *modify)
{
	LfdwSpool  *spool = modify->spool;

	if (spool == NULL)
		return;
	lfdw_spool_rewind(spool);
	while (lfdw_spool_read(spool, &modify->record))
		lfdw_writer_add(modify->writer, modify->target, modify->record.data,
						modify->record.len);
	modify->spool = NULL;
	lfdw_spool_close(spool);
}

/* Core has counted rows that the function says it did not affect. */
static void
report_not_affected(LfdwModify *modify)
{
	int64		nrows = modify->stats.not_affected - modify->reported;

	modify->reported = modify->stats.not_affected;
	if (nrows > 0 && modify->moment != LFDW_MOMENT_AT_ONCE)
		ereport(NOTICE,
				(errmsg_plural("Lambda function \"%s\" did not affect " INT64_FORMAT " row of foreign table \"%s\", which is counted all the same",
							   "Lambda function \"%s\" did not affect " INT64_FORMAT " rows of foreign table \"%s\", which are counted all the same",
							   (unsigned long) nrows,
							   modify->target->function.label, nrows,
							   modify->table->relname)));
}

/*
 * Sends what there still is, and waits for all answers.  Raises what the writer
 * raises.
 */
void
lfdw_modify_send(LfdwModify *modify)
{
	send_held(modify);
	lfdw_writer_finish(modify->writer);
	report_not_affected(modify);
}

/* Does a query write to a foreign table of ours? */
static bool
writes(const EState *estate)
{
	dlist_iter	iter;

	dlist_foreach(iter, &modifies)
	{
		if (dlist_container(LfdwModify, link, iter.cur)->estate == estate)
			return true;
	}
	return false;
}

/* Runs data-modifying WITH queries to their end, as standard_ExecutorFinish does. */
static void
run_with_queries(EState *estate)
{
	ListCell   *lc;

	estate->es_direction = ForwardScanDirection;
	foreach(lc, estate->es_auxmodifytables)
	{
		TupleTableSlot *slot;

		do
		{
			ResetPerTupleExprContext(estate);
			slot = ExecProcNode(lfirst(lc));
		} while (!TupIsNull(slot)); /* which evaluates it twice */
	}
}

/* Sends what a query still has. */
static void
finish_writes(EState *estate)
{
	MemoryContext old = MemoryContextSwitchTo(estate->es_query_cxt);
	dlist_iter	iter;

	run_with_queries(estate);
	dlist_foreach(iter, &modifies)
	{
		LfdwModify *modify = dlist_container(LfdwModify, link, iter.cur);

		if (modify->estate == estate)
			lfdw_modify_send(modify);
	}
	MemoryContextSwitchTo(old);
}

/* Has the errors of what follows tell what a query has written before them. */
static void
begin_context(ErrorContextCallback *callback, EState *estate)
{
	callback->callback = lfdw_writer_describe;
	callback->arg = estate->es_query_cxt;
	callback->previous = error_context_stack;
	error_context_stack = callback;
}

/* ExecutorRun_hook */
static void
run_executor(LFDW_EXECUTOR_RUN_PARAMETERS)
{
	ErrorContextCallback callback;

	/* a partition that rows are routed to is not begun yet */
	begin_context(&callback, queryDesc->estate);
	if (previous_run)
		previous_run(LFDW_EXECUTOR_RUN_ARGUMENTS);
	else
		standard_ExecutorRun(LFDW_EXECUTOR_RUN_ARGUMENTS);
	error_context_stack = callback.previous;
}

/* ExecutorFinish_hook */
static void
finish_executor(QueryDesc *query)
{
	ErrorContextCallback callback;

	begin_context(&callback, query->estate);
	if (writes(query->estate))
		finish_writes(query->estate);
	if (previous_finish)
		previous_finish(query);
	else
		standard_ExecutorFinish(query);
	error_context_stack = callback.previous;
}

/* Watches queries as they run and finish; once, while the library loads. */
void
lfdw_modify_finish_install(void)
{
	previous_run = ExecutorRun_hook;
	ExecutorRun_hook = run_executor;
	previous_finish = ExecutorFinish_hook;
	ExecutorFinish_hook = finish_executor;
}
