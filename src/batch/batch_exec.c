/*-------------------------------------------------------------------------
 *
 * batch_exec.c
 *		Execution of batch joins.
 *
 * Rows are read until the request is full, and returned with their results in
 * the order they came in: memory is a batch's.
 *
 * IDENTIFICATION
 *	  src/batch/batch_exec.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/objectaccess.h"
#include "executor/executor.h"
#include "executor/nodeHash.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "batch/batch_internal.h"
#include "join/join_tuple.h"
#include "pg/compat.h"
#include "sql/sql_ml.h"

/* By how much batches grow after a small first one. */
#define GROWTH 2

/* Rows of a batch, those included that nothing is asked for. */
#define MAX_ROWS 5000

/* A character has this many bytes more in UTF-8 than elsewhere, at most. */
#define UTF8_GROWTH 3

static void lambdaBeginBatch(CustomScanState *node, EState *estate, int eflags);
static TupleTableSlot *lambdaExecBatch(CustomScanState *node);
static void lambdaEndBatch(CustomScanState *node);
static void lambdaReScanBatch(CustomScanState *node);

static const CustomExecMethods exec_methods = {
	.CustomName = "AWS ML Batch",
	.BeginCustomScan = lambdaBeginBatch,
	.ExecCustomScan = lambdaExecBatch,
	.EndCustomScan = lambdaEndBatch,
	.ReScanCustomScan = lambdaReScanBatch,
	.ExplainCustomScan = lambdaExplainBatch
};

/* CreateCustomScanState */
Node *
lambdaCreateBatchState(CustomScan *plan)
{
	LfdwBatchState *state = (LfdwBatchState *)
	newNode(sizeof(LfdwBatchState), T_CustomScanState);

	state->css.methods = &exec_methods;
	return (Node *) state;
}

/* A number that the plan holds. */
static int
plan_number(const LfdwBatchState *state, enum LfdwBatchNumber number)
{
	const CustomScan *plan = (const CustomScan *) state->css.ss.ps.plan;

	return list_nth_int(list_nth(plan->custom_private, LFDW_BATCH_NUMBERS), number);
}

/* Takes over what the plan holds. */
static void
read_plan(LfdwBatchState *state, const CustomScan *plan)
{
	state->jointype = plan_number(state, LFDW_BATCH_JOIN_TYPE);
	state->function =
		lfdw_batch_functions[plan_number(state, LFDW_BATCH_FUNCTION)];
	state->max_rows = plan_number(state, LFDW_BATCH_FIRST_ROWS);
	state->outer_width = plan_number(state, LFDW_BATCH_OUTER_WIDTH);
	state->columns = list_nth(plan->custom_private, LFDW_BATCH_COLUMNS);
}

/* Refuses a user who may not execute the function, as core does before a call. */
static void
check_privilege(Oid funcid)
{
	if (!lfdw_may_execute(funcid, GetUserId()))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FUNCTION, get_func_name(funcid));
	InvokeFunctionExecuteHook(funcid);
}

/* Prepares the expressions over the scan tuple. */
static void
init_expressions(LfdwBatchState *state, const CustomScan *plan)
{
	PlanState  *ps = &state->css.ss.ps;
	FuncExpr   *call = list_nth(plan->custom_exprs, LFDW_BATCH_CALL);
	Oid		   *types = palloc(sizeof(Oid) * list_length(call->args));
	ListCell   *lc;

	check_privilege(call->funcid);
	foreach(lc, call->args)
		types[foreach_current_index(lc)] = exprType(lfirst(lc));
	state->args = ExecInitExprList(call->args, ps);
	state->values = palloc(sizeof(NullableDatum) * list_length(call->args));
	state->arguments.nargs = list_length(call->args);
	state->arguments.types = types;
	state->arguments.values = state->values;
	state->result = ExecInitExpr(list_nth(plan->custom_exprs, LFDW_BATCH_RESULT), ps);
	state->joinqual = ExecInitQual(list_nth(plan->custom_exprs, LFDW_BATCH_QUALS), ps);
	state->otherqual = ExecInitQual(list_nth(plan->custom_exprs, LFDW_BATCH_OTHER_QUALS),
									ps);
}

/* Forgets the batch. */
static void
reset_batch(LfdwBatchState *state)
{
	MemoryContextReset(state->batch_context);
	state->rows = NULL;
	state->nrows = 0;
	state->room = 0;
	state->next = 0;
	state->kept_bytes = 0;
}

/* BeginCustomScan: the outer plan, the expressions over the scan tuple, memory. */
static void
lambdaBeginBatch(CustomScanState *node, EState *estate, int eflags)
{
	LfdwBatchState *state = (LfdwBatchState *) node;
	CustomScan *plan = (CustomScan *) node->ss.ps.plan;

	eflags &= ~(EXEC_FLAG_REWIND | EXEC_FLAG_BACKWARD | EXEC_FLAG_MARK);
	state->outer = ExecInitNode(linitial(plan->custom_plans), estate, eflags);
	node->custom_ps = list_make1(state->outer);
	read_plan(state, plan);
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	init_expressions(state, plan);
	state->outer_slot = ExecInitExtraTupleSlot(estate,
											   ExecGetResultType(state->outer),
											   &TTSOpsMinimalTuple);
	state->batch_context = AllocSetContextCreate(CurrentMemoryContext,
												 "lambda_fdw batch",
												 ALLOCSET_DEFAULT_SIZES);
	reset_batch(state);
}

/* A column of a result; in the current context. */
static Datum
result_column(LfdwBatchState *state, const LfdwMlResult *result, int number,
			  ExprContext *econtext, bool *isnull)
{
	*isnull = result->text == NULL;
	if (number > 1)
		return Float4GetDatum(result->number);
	econtext->caseValue_datum = *isnull ? (Datum) 0 :
		CStringGetTextDatum(result->text);
	econtext->caseValue_isNull = *isnull;
	return state->result == NULL ? econtext->caseValue_datum :
		ExecEvalExpr(state->result, econtext, isnull);
}

/* Puts a result into its part of the scan tuple; NULLs without one. */
static void
fill_result(LfdwBatchState *state, const LfdwMlResult *result,
			ExprContext *econtext)
{
	TupleTableSlot *scan = state->css.ss.ss_ScanTupleSlot;
	MemoryContext old = MemoryContextSwitchTo(econtext->ecxt_per_tuple_memory);
	ListCell   *lc;

	foreach(lc, state->columns)
	{
		int			i = state->outer_width + foreach_current_index(lc);

		scan->tts_isnull[i] = true;
		scan->tts_values[i] = result == NULL ? (Datum) 0 :
			result_column(state, result, lfirst_int(lc), econtext,
						  &scan->tts_isnull[i]);
	}
	MemoryContextSwitchTo(old);
}

/* Makes the call of an outer row; in the context of the batch. */
static void
make_call(LfdwBatchState *state, TupleTableSlot *slot, LfdwMlCall *call)
{
	ExprContext *econtext;
	MemoryContext old;
	ListCell   *lc;

	lfdw_join_tuple_fill(&state->css, 0, state->outer_width, slot);
	econtext = lfdw_join_tuple_show(&state->css);
	old = MemoryContextSwitchTo(econtext->ecxt_per_tuple_memory);
	foreach(lc, state->args)
	{
		NullableDatum *value = &state->values[foreach_current_index(lc)];

		value->value = ExecEvalExpr(lfirst(lc), econtext, &value->isnull);
	}
	MemoryContextSwitchTo(state->batch_context);
	memset(call, 0, sizeof(*call));
	state->function->make_call(&state->arguments, call);
	MemoryContextSwitchTo(old);
}

/* Adds a row to the batch. */
static void
add_row(LfdwBatchState *state, TupleTableSlot *slot, const LfdwMlCall *call)
{
	MemoryContext old = MemoryContextSwitchTo(state->batch_context);
	LfdwBatchRow *row;

	if (state->nrows == state->room)
	{
		state->room = Max(state->room * 2, 32);
		state->rows = state->rows == NULL ?
			palloc(sizeof(LfdwBatchRow) * state->room) :
			repalloc(state->rows, sizeof(LfdwBatchRow) * state->room);
	}
	row = &state->rows[state->nrows++];
	row->tuple = ExecCopySlotMinimalTuple(slot);
	state->kept_bytes += row->tuple->t_len;
	row->call = *call;
	memset(&row->result, 0, sizeof(row->result));
	MemoryContextSwitchTo(old);
}

/* The next outer row: the one that was left over, or a new one. */
static TupleTableSlot *
next_outer(LfdwBatchState *state)
{
	TupleTableSlot *slot = state->pending;

	state->pending = NULL;
	if (slot || state->outer_done)
		return slot;
	slot = ExecProcNode(state->outer);
	state->outer_done = TupIsNull(slot);
	return state->outer_done ? NULL : slot;
}

/* What a request has so far. */
typedef struct Request
{
	const char *target;			/* NULL: no call yet */
	int			calls;
	int			max_calls;
	size_t		bytes;
} Request;

/* Adds a call to a request; false where it has to go in another. */
static bool
add_call(const LfdwBatchState *state, Request *request, const LfdwMlCall *call)
{
	/* with an end of line, and as long as it may be in UTF-8 */
	size_t		bytes = 1 + strlen(call->input) *
	(GetDatabaseEncoding() == PG_UTF8 ? 1 : UTF8_GROWTH);

	if (request->calls > 0 &&
		(strcmp(request->target, call->target) != 0 ||
		 request->calls >= call->max_rows ||
		 request->bytes + bytes > state->function->max_bytes))
		return false;
	request->target = call->target;
	request->calls++;
	request->max_calls = Min(request->max_calls, call->max_rows);
	request->bytes += bytes;
	return true;
}

/* Reads the next batch of outer rows; returns how many calls it has. */
static int
read_batch(LfdwBatchState *state)
{
	Request		request = {.max_calls = state->max_rows};
	size_t		max_bytes = get_hash_memory_limit() / 2;

	/* while batches grow, rows that nothing is asked for are read no earlier */
	int			max_rows = state->max_rows < state->function->max_rows ?
	state->max_rows : MAX_ROWS;

	reset_batch(state);
	while (request.calls < request.max_calls && state->nrows < max_rows &&
		   state->kept_bytes < max_bytes)
	{
		TupleTableSlot *slot = next_outer(state);
		LfdwMlCall	call;

		CHECK_FOR_INTERRUPTS();
		if (slot == NULL)
			break;
		make_call(state, slot, &call);
		if (call.input && !add_call(state, &request, &call))
		{
			state->pending = slot;
			break;
		}
		add_row(state, slot, &call);
	}
	state->max_rows = Min(state->max_rows * GROWTH, state->function->max_rows);
	return request.calls;
}

/* Counts a request. */
static void
count_batch(LfdwBatchStats *stats, int rows, instr_time start)
{
	instr_time	elapsed;
	double		ms;

	INSTR_TIME_SET_CURRENT(elapsed);
	INSTR_TIME_SUBTRACT(elapsed, start);
	ms = INSTR_TIME_GET_MILLISEC(elapsed);
	stats->min_rows = stats->batches == 0 ? rows : Min(stats->min_rows, rows);
	stats->max_rows = Max(stats->max_rows, rows);
	stats->min_ms = stats->batches == 0 ? ms : Min(stats->min_ms, ms);
	stats->max_ms = Max(stats->max_ms, ms);
	stats->rows += rows;
	stats->ms += ms;
	stats->batches++;
}

/* Asks for the calls of the batch. */
static void
ask(LfdwBatchState *state, int ncalls)
{
	MemoryContext old = MemoryContextSwitchTo(state->batch_context);
	LfdwMlCall **calls = palloc(sizeof(LfdwMlCall *) * ncalls);
	LfdwMlResult *results = palloc(sizeof(LfdwMlResult) * ncalls);
	instr_time	start;
	int			n = 0;

	for (int i = 0; i < state->nrows; i++)
	{
		if (state->rows[i].call.input)
			calls[n++] = &state->rows[i].call;
	}
	INSTR_TIME_SET_CURRENT(start);
	state->function->ask(state->access, calls, ncalls, results);
	count_batch(&state->stats, ncalls, start);
	n = 0;
	for (int i = 0; i < state->nrows; i++)
	{
		if (state->rows[i].call.input)
			state->rows[i].result = results[n++];
	}
	MemoryContextSwitchTo(old);
}

/* Shows what the join asks for, as long as the statement runs. */
static LfdwWork *
begin_work(const LfdwBatchState *state)
{
	LfdwWork   *work = lfdw_work_begin(LFDW_OPERATION_JOIN, CurrentMemoryContext);

	lfdw_work_count_rows(work, &state->stats.rows);
	return work;
}

/* Reads a batch and asks for it; false where there are no more rows. */
static bool
next_batch(LfdwBatchState *state)
{
	int			ncalls = read_batch(state);

	if (ncalls > 0)
	{
		if (state->access == NULL)
		{
			MemoryContext old =
			MemoryContextSwitchTo(state->css.ss.ps.state->es_query_cxt);

			state->access = lfdw_sql_ml_access(state->function->service,
											   state->function->name,
											   begin_work(state));
			MemoryContextSwitchTo(old);
		}
		ask(state, ncalls);
	}
	return state->nrows > 0;
}

/*
 * Makes the scan tuple of the batch's next row; false where the join has none
 * of it.
 */
static bool
join_row(LfdwBatchState *state)
{
	LfdwBatchRow *row = &state->rows[state->next++];
	ExprContext *econtext;

	ExecStoreMinimalTuple(row->tuple, state->outer_slot, false);
	lfdw_join_tuple_fill(&state->css, 0, state->outer_width,
						 state->outer_slot);
	econtext = lfdw_join_tuple_show(&state->css);
	fill_result(state, &row->result, econtext);
	if (!ExecQual(state->joinqual, econtext))
	{
		if (state->jointype != JOIN_LEFT)
		{
			InstrCountFiltered1(&state->css, 1);
			return false;
		}
		fill_result(state, NULL, econtext);
	}
	if (!ExecQual(state->otherqual, econtext))
	{
		InstrCountFiltered2(&state->css, 1);
		return false;
	}
	return true;
}

/* ExecCustomScan: the next row of the join. */
static TupleTableSlot *
lambdaExecBatch(CustomScanState *node)
{
	LfdwBatchState *state = (LfdwBatchState *) node;
	ProjectionInfo *projection = node->ss.ps.ps_ProjInfo;

	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		if (state->next == state->nrows && !next_batch(state))
			return ExecClearTuple(projection ? projection->pi_state.resultslot :
								  node->ss.ss_ScanTupleSlot);
		if (join_row(state))
			return projection ? ExecProject(projection) :
				node->ss.ss_ScanTupleSlot;
	}
}

/* EndCustomScan */
static void
lambdaEndBatch(CustomScanState *node)
{
	ExecEndNode(((LfdwBatchState *) node)->outer);
}

/*
 * ReScanCustomScan: asks again, as a nested loop does.  The first batch is small
 * again where the query may end early, as EXISTS does for each row around.
 */
static void
lambdaReScanBatch(CustomScanState *node)
{
	LfdwBatchState *state = (LfdwBatchState *) node;

	if (node->ss.ps.chgParam)
		UpdateChangedParamSet(state->outer, node->ss.ps.chgParam);
	if (state->outer->chgParam == NULL)
		ExecReScan(state->outer);
	state->pending = NULL;
	state->outer_done = false;
	state->max_rows = plan_number(state, LFDW_BATCH_FIRST_ROWS);
	reset_batch(state);
}
