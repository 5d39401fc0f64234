/*-------------------------------------------------------------------------
 *
 * scan.c
 *		Execution of foreign scans.
 *
 * What a (re)scan asks is evaluated when its first row is wanted; fetch.c
 * answers it.
 *
 * IDENTIFICATION
 *	  src/scan/scan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "http/http.h"
#include "options/function_options.h"
#include "pg/compat.h"
#include "pushdown/arguments.h"
#include "pushdown/payload.h"
#include "pushdown/term_list.h"
#include "scan/fetch.h"
#include "scan/page_chain.h"
#include "scan/required_column.h"
#include "scan/scan.h"
#include "scan/scan_plan.h"

typedef struct LfdwScan
{
	LfdwTable  *table;
	List	   *terms;
	List	   *exprstates;		/* the terms' values, and the limit */
	const char *order_by;		/* JSON, NULL for none */
	ExprState  *limit;			/* NULL for none */
	ExprState  *offset;
	LfdwCaller *caller;
	LfdwFetch  *fetch;			/* NULL for EXPLAIN alone */
	LfdwInvokeStats stats;		/* of all (re)scans */
	List	   *keys;			/* terms that a join above binds */
	const LfdwBound *bound;		/* by a join above, NULL for none */
	LfdwParallel *parallel;		/* NULL: no other process takes part */

	/* this (re)scan */
	LfdwArguments *arguments;	/* NULL until the first row is asked for */
	bool		finished;

	/* rows kept for a rescan with the same values */
	Tuplestorestate *store;		/* NULL where nobody will ask */
	TupleTableSlot *store_slot;
	bool		replaying;
} LfdwScan;

/*
 * Keeps the rows where a rescan with the same parameters may come.  A process that
 * takes part in a parallel scan may get others then.
 */
static void
prepare_store(ForeignScanState *node, LfdwScan *scan, int eflags)
{
	if (!(eflags & EXEC_FLAG_REWIND) || node->ss.ps.plan->parallel_aware)
		return;
	scan->store = tuplestore_begin_heap(true, false, work_mem);
	scan->store_slot = ExecInitExtraTupleSlot(node->ss.ps.state,
											  RelationGetDescr(node->ss.ss_currentRelation),
											  &TTSOpsMinimalTuple);
}

/* The state of an expression of the plan by its place, NULL for -1. */
static ExprState *
expression_at(const LfdwScan *scan, int place)
{
	return place < 0 ? NULL : list_nth(scan->exprstates, place);
}

/* Prepares what each (re)scan evaluates. */
static void
init_expressions(ForeignScanState *node, LfdwScan *scan)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	List	   *limit = list_nth(plan->fdw_private, LFDW_PLAN_LIMIT);

	scan->exprstates = ExecInitExprList(plan->fdw_exprs, &node->ss.ps);
	scan->limit = expression_at(scan, linitial_int(limit));
	scan->offset = expression_at(scan, lsecond_int(limit));
}

/*
 * May rows be of an answer that was kept?  Not those that the statement changes, or that
 * it locks to change them: what it does with them is to rest on what there is.
 */
static bool
may_be_kept(ForeignScanState *node)
{
	const PlannedStmt *stmt = node->ss.ps.state->es_plannedstmt;
	int			relid = ((ForeignScan *) node->ss.ps.plan)->scan.scanrelid;
	ListCell   *lc;

	if (list_member_int(stmt->resultRelations, relid))
		return false;
	foreach(lc, stmt->rowMarks)
	{
		const PlanRowMark *mark = lfirst(lc);

		if ((int) mark->rti == relid && mark->strength != LCS_NONE)
			return false;
	}
	return true;
}

/*
 * BeginForeignScan: gets the table anew, for its options may have changed,
 * and looks up the keys of the role the scan runs as.  No network yet.
 */
void
lambdaBeginForeignScan(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	LfdwScan   *scan = palloc0(sizeof(LfdwScan));

	node->fdw_state = scan;
	scan->table = lfdw_table_create(node->ss.ss_currentRelation);
	lfdw_required_column_note(scan->table,
							  list_nth(plan->fdw_private, LFDW_PLAN_PROBLEMS));
	scan->terms = lfdw_term_deserialize(scan->table,
										list_nth(plan->fdw_private,
												 LFDW_PLAN_TERMS),
										plan->fdw_exprs);
	scan->order_by = lfdw_payload_order(scan->table,
										list_nth(plan->fdw_private,
												 LFDW_PLAN_ORDER));
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;

	scan->caller = lfdw_function_caller(scan->table->options,
										lfdw_scan_userid(node));
	lfdw_function_resolve(&scan->table->function, scan->table->options,
						  scan->caller);
	init_expressions(node, scan);
	lfdw_invoke_stats_init(&scan->stats, LFDW_OPERATION_SCAN, CurrentMemoryContext);
	scan->fetch = lfdw_fetch_create(scan->table, scan->caller,
									lfdw_scan_plan_attrs(plan), &scan->stats);
	lfdw_fetch_set_read_ahead(scan->fetch, intVal(list_nth(plan->fdw_private,
														   LFDW_PLAN_AHEAD)));
	if (may_be_kept(node))
		lfdw_fetch_keep_answers(scan->fetch, !node->ss.ps.async_capable);
	prepare_store(node, scan, eflags);
}

/* The value of LIMIT or OFFSET, or the default where it is NULL or absent. */
static int64
row_count(ExprState *state, ExprContext *econtext, int64 absent)
{
	bool		isnull = true;
	Datum		value = 0;

	if (state)
		value = ExecEvalExpr(state, econtext, &isnull);
	return isnull ? absent : DatumGetInt64(value);
}

/* How many rows are wanted; -1 for all. */
static int64
rows_wanted(const LfdwScan *scan, ExprContext *econtext)
{
	int64		limit = row_count(scan->limit, econtext, -1);
	int64		offset = row_count(scan->offset, econtext, 0);

	return lfdw_arguments_rows_wanted(limit, offset);
}

/* Evaluates what this (re)scan asks, and begins to answer it. */
static void
evaluate_arguments(ForeignScanState *node, LfdwScan *scan)
{
	MemoryContext old = MemoryContextSwitchTo(lfdw_fetch_context(scan->fetch));

	scan->arguments = lfdw_arguments_evaluate(scan->table, scan->terms,
											  scan->exprstates,
											  node->ss.ps.ps_ExprContext, scan->bound,
											  scan->order_by);
	if (scan->arguments->exact)
		scan->arguments->limit = rows_wanted(scan, node->ss.ps.ps_ExprContext);
	if (scan->parallel)
		lfdw_parallel_share(scan->parallel, scan->fetch, scan->table,
							scan->arguments);
	MemoryContextSwitchTo(old);
	lfdw_fetch_begin(scan->fetch, scan->arguments);
}

/* Begins a (re)scan, unless it is that of other processes. */
static void
begin_scan(ForeignScanState *node, LfdwScan *scan)
{
	if (lfdw_parallel_leaves_to_others(scan->parallel))
		scan->finished = true;
	else
		evaluate_arguments(node, scan);
}

/* The next kept row, or none when all were replayed. */
static bool
replay_row(LfdwScan *scan, TupleTableSlot *slot)
{
	TupleTableSlot *kept = scan->store_slot;

	if (!tuplestore_gettupleslot(scan->store, true, false, kept))
	{
		scan->replaying = false;
		return false;
	}
	slot_getallattrs(kept);
	ExecClearTuple(slot);
	memcpy(slot->tts_values, kept->tts_values,
		   sizeof(Datum) * kept->tts_tupleDescriptor->natts);
	memcpy(slot->tts_isnull, kept->tts_isnull,
		   sizeof(bool) * kept->tts_tupleDescriptor->natts);
	ExecStoreVirtualTuple(slot);
	return true;
}

/* With a limit sent, a row that the recheck would drop is an error. */
static void
check_match(ForeignScanState *node, const LfdwScan *scan,
			TupleTableSlot *slot)
{
	ExprContext *econtext = node->ss.ps.ps_ExprContext;

	econtext->ecxt_scantuple = slot;
	if (!ExecQual(node->ss.ps.qual, econtext))
		lfdw_page_chain_report_mismatch(scan->table);
}

/*
 * Fetches the next row.  Returns whether there is one: not at the end, nor where
 * Append waits for it and it has not arrived.  A worker's scan ends, too, where the
 * leader wants no more.
 */
static bool
fetch_row(ForeignScanState *node, LfdwScan *scan, TupleTableSlot *slot)
{
	LfdwFetchStatus status = LFDW_FETCH_END;

	/* asked before each row: those that arrive may all be filtered out */
	while (!lfdw_parallel_is_stopped(scan->parallel))
	{
		status = lfdw_fetch_next(scan->fetch, slot);
		if (status != LFDW_FETCH_WAIT || node->ss.ps.async_capable)
			break;
		lfdw_fetch_wait(scan->fetch);
	}
	scan->finished = (status == LFDW_FETCH_END);
	return status == LFDW_FETCH_ROW;
}

/*
 * IterateForeignScan: the next row, as soon as it has arrived.  Below an Append
 * that waits for several scans it does not wait: see async.c.
 */
TupleTableSlot *
lambdaIterateForeignScan(ForeignScanState *node)
{
	LfdwScan   *scan = node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	ExecClearTuple(slot);
	if (scan->replaying && replay_row(scan, slot))
		return slot;
	if (scan->arguments == NULL && !scan->finished)
		begin_scan(node, scan);
	if (scan->finished)
		return slot;
	if (!fetch_row(node, scan, slot))
		return slot;
	/* one that was kept may be of a question without a limit */
	if (scan->arguments->limit >= 0 && !lfdw_fetch_row_was_kept(scan->fetch))
		check_match(node, scan, slot);
	if (scan->store)
		tuplestore_puttupleslot(scan->store, slot);

	/*
	 * A worker may wait for its leader to take the row, and that for a slot
	 * that the worker holds.
	 */
	if (IsParallelWorker())
		lfdw_http_settle();
	return slot;
}

/* Ends the calls under way; the next row begins anew. */
static void
forget_calls(LfdwScan *scan)
{
	lfdw_fetch_reset(scan->fetch);
	scan->arguments = NULL;
	scan->finished = false;
}

/*
 * ReScanForeignScan: new parameters mean new invocations; with the old ones
 * the rows that were kept come again, and the scan goes on after them.
 */
void
lambdaReScanForeignScan(ForeignScanState *node)
{
	LfdwScan   *scan = node->fdw_state;

	if (scan->store && node->ss.ps.chgParam == NULL)
	{
		tuplestore_rescan(scan->store);
		scan->replaying = true;
		return;
	}
	if (scan->store)
		tuplestore_clear(scan->store);
	scan->replaying = false;
	forget_calls(scan);
}

/* What answers a (re)scan that has begun, NULL if none has, or after its end. */
LfdwFetch *
lfdw_scan_fetch(ForeignScanState *node)
{
	const LfdwScan *scan = node->fdw_state;

	return scan->arguments && !scan->finished ? scan->fetch : NULL;
}

/* Ends the calls of a scan that is begun anew before its next row. */
void
lfdw_scan_abandon(ForeignScanState *node)
{
	forget_calls(node->fdw_state);
}

/*
 * Tells a scan which columns a join above will give it values of: "in" terms,
 * without values, that must live as long as the scan, as must the list.
 */
void
lfdw_scan_set_keys(ForeignScanState *node, List *keys)
{
	LfdwScan   *scan = node->fdw_state;

	scan->keys = keys;
	if (scan->stats.work)
		lfdw_work_set_operation(scan->stats.work, LFDW_OPERATION_JOIN);
}

/*
 * Lets a join above give the scan tuples of values for its columns, and begins
 * anew.  They must live until the next ones are given.
 */
void
lfdw_scan_bind(ForeignScanState *node, const LfdwBound *bound)
{
	LfdwScan   *scan = node->fdw_state;

	forget_calls(scan);
	scan->bound = bound;
	lfdw_work_set_open_ended(scan->stats.work, bound->more_follow);
}

/* The scan's part in a parallel one; NULL where no other process takes part. */
LfdwParallel *
lfdw_scan_parallel(ForeignScanState *node)
{
	return ((LfdwScan *) node->fdw_state)->parallel;
}

/* Has the scan take part in a parallel one, before its first row is asked for. */
void
lfdw_scan_set_parallel(ForeignScanState *node, LfdwParallel *parallel)
{
	((LfdwScan *) node->fdw_state)->parallel = parallel;
}

/*
 * EndForeignScan: ends what is under way, an answer of which no more is
 * wanted included.
 */
void
lambdaEndForeignScan(ForeignScanState *node)
{
	LfdwScan   *scan = node->fdw_state;

	if (scan == NULL || scan->fetch == NULL)
		return;
	lfdw_parallel_end(scan->parallel, &scan->stats);
	lfdw_fetch_end(scan->fetch, lfdw_fetch_has_warning(scan->fetch) &&
				   lfdw_parallel_may_warn(scan->parallel));
	if (scan->store)
		tuplestore_end(scan->store);
}

/*
 * What EXPLAIN needs of a scan that was begun, perhaps for EXPLAIN alone: the
 * table, the terms and what the invocations came to.
 */
void
lfdw_scan_describe(ForeignScanState *node, LfdwScanDescription *description)
{
	LfdwScan   *scan = node->fdw_state;

	description->table = scan->table;
	description->terms = scan->terms;
	description->keys = scan->keys;
	description->order_by = scan->order_by;
	description->stats = scan->stats;
	lfdw_parallel_add_counts(scan->parallel, &description->stats);
}
