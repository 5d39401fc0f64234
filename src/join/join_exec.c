/*-------------------------------------------------------------------------
 *
 * join_exec.c
 *		Execution of bind joins.
 *
 * A batch of outer rows is hashed by key, the foreign scan is asked for all the
 * keys at once, and its rows are joined as they arrive: memory is the batch's,
 * whatever the size of the answer.
 *
 * IDENTIFICATION
 *	  src/join/join_exec.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/instrument.h"
#include "executor/nodeHash.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "join/join_internal.h"
#include "join/join_tuple.h"
#include "pushdown/term_list.h"
#include "scan/scan.h"

/* So many keys tell whether keys recur. */
#define MANY_KEYS 200000

/* By how much batches grow after a small first one. */
#define GROWTH 4

static void lambdaBeginCustomScan(CustomScanState *node, EState *estate, int eflags);
static TupleTableSlot *lambdaExecCustomScan(CustomScanState *node);
static void lambdaEndCustomScan(CustomScanState *node);
static void lambdaReScanCustomScan(CustomScanState *node);

static const CustomExecMethods exec_methods = {
	.CustomName = "Lambda Bind Join",
	.BeginCustomScan = lambdaBeginCustomScan,
	.ExecCustomScan = lambdaExecCustomScan,
	.EndCustomScan = lambdaEndCustomScan,
	.ReScanCustomScan = lambdaReScanCustomScan,
	.ExplainCustomScan = lambdaExplainCustomScan
};

/* CreateCustomScanState */
Node *
lambdaCreateCustomScanState(CustomScan *plan)
{
	LfdwJoinState *state = (LfdwJoinState *)
	newNode(sizeof(LfdwJoinState), T_CustomScanState);

	state->css.methods = &exec_methods;
	return (Node *) state;
}

/* How many keys the first batch has: few, where the query may end early. */
static int
first_keys(const LfdwJoinState *state)
{
	const CustomScan *plan = (const CustomScan *) state->css.ss.ps.plan;

	return list_nth_int(list_nth(plan->custom_private, LFDW_JOIN_NUMBERS),
						LFDW_JOIN_FIRST_KEYS);
}

/* Takes over the numbers that the plan holds. */
static void
read_plan(LfdwJoinState *state, const CustomScan *plan)
{
	List	   *numbers = list_nth(plan->custom_private, LFDW_JOIN_NUMBERS);

	state->jointype = list_nth_int(numbers, LFDW_JOIN_TYPE);
	state->max_keys = list_nth_int(numbers, LFDW_JOIN_BATCH_KEYS);
	state->batch_keys = first_keys(state);
	state->outer_width = list_nth_int(numbers, LFDW_JOIN_OUTER_WIDTH);
	state->inner_width = list_nth_int(numbers, LFDW_JOIN_INNER_WIDTH);
}

/* Are values of a type equal just where they are the same Datum? */
static bool
is_by_bits(Oid type)
{
	switch (type)
	{
		case INT8OID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return FLOAT8PASSBYVAL;
		case BOOLOID:
		case DATEOID:
			return true;
		default:
			return false;
	}
}

/*
 * Takes the columns of the key from the plan, as terms without values for the scan,
 * and finds how their values are hashed and compared.
 */
static void
prepare_keys(LfdwJoinState *state, const CustomScan *plan)
{
	List	   *keys = list_nth(plan->custom_private, LFDW_JOIN_KEYS);
	int			ncolumns = list_length(keys);
	LfdwScanDescription description;
	List	   *terms;
	ListCell   *lc;

	lfdw_scan_describe(state->inner, &description);
	terms = lfdw_term_deserialize_keys(description.table, keys);
	lfdw_scan_set_keys(state->inner, terms);
	state->bound.ncolumns = state->key_type.ncolumns = ncolumns;
	state->bound.terms = palloc(sizeof(LfdwTerm *) * ncolumns);
	state->key_type.columns = palloc0(sizeof(LfdwKeyColumn) * ncolumns);
	state->key = palloc(offsetof(LfdwKey, values) + sizeof(Datum) * ncolumns);
	foreach(lc, terms)
	{
		LfdwTerm   *term = lfirst(lc);
		LfdwKeyColumn *column = &state->key_type.columns[foreach_current_index(lc)];

		state->bound.terms[foreach_current_index(lc)] = term;
		column->sides[LFDW_JOIN_OUTER].type = term->valtype;
		column->sides[LFDW_JOIN_INNER].type = getBaseType(term->column->typid);
		column->collation = term->collation;
		column->by_bits = is_by_bits(lfdw_set_type(term->valtype));
		column->type = lookup_type_cache(lfdw_set_type(term->valtype),
										 TYPECACHE_HASH_PROC_FINFO |
										 TYPECACHE_EQ_OPR_FINFO);
	}
}

/* Begins the two children. */
static void
begin_children(LfdwJoinState *state, const CustomScan *plan, EState *estate,
			   int eflags)
{
	PlanState  *inner;

	eflags &= ~(EXEC_FLAG_REWIND | EXEC_FLAG_BACKWARD | EXEC_FLAG_MARK);
	state->outer = ExecInitNode(list_nth(plan->custom_plans, LFDW_JOIN_OUTER),
								estate, eflags);
	inner = ExecInitNode(list_nth(plan->custom_plans, LFDW_JOIN_INNER),
						 estate, eflags);
	if (!IsA(inner, ForeignScanState))
		elog(ERROR, "lambda bind join over node type %d", (int) nodeTag(inner));
	state->inner = (ForeignScanState *) inner;
	state->css.custom_ps = list_make2(state->outer, state->inner);
}

/* Prepares one side's expressions of the key, a list in custom_exprs. */
static void
init_key_side(LfdwJoinState *state, enum LfdwJoinChild side, List *exprs)
{
	ListCell   *lc;

	foreach(lc, exprs)
		state->key_type.columns[foreach_current_index(lc)].sides[side].expr =
		ExecInitExpr(lfirst(lc), &state->css.ss.ps);
}

/* Prepares the expressions over the scan tuple. */
static void
init_expressions(LfdwJoinState *state, const CustomScan *plan)
{
	PlanState  *ps = &state->css.ss.ps;

	init_key_side(state, LFDW_JOIN_OUTER,
				  list_nth(plan->custom_exprs, LFDW_JOIN_OUTER_KEYS));
	init_key_side(state, LFDW_JOIN_INNER,
				  list_nth(plan->custom_exprs, LFDW_JOIN_INNER_KEYS));
	state->joinqual = ExecInitQual(list_nth(plan->custom_exprs, LFDW_JOIN_QUALS),
								   ps);
	state->otherqual = ExecInitQual(list_nth(plan->custom_exprs, LFDW_JOIN_OTHER_QUALS),
									ps);
}

/*
 * Makes room for rows: of the memory that a hash may have, a batch gets half and
 * the remembered answers a quarter.
 */
static void
init_memory(LfdwJoinState *state, EState *estate)
{
	size_t		memory = get_hash_memory_limit();

	state->outer_slot = ExecInitExtraTupleSlot(estate,
											   ExecGetResultType(state->outer),
											   &TTSOpsMinimalTuple);
	state->inner_slot = ExecInitExtraTupleSlot(estate,
											   ExecGetResultType(&state->inner->ss.ps),
											   &TTSOpsMinimalTuple);
	state->max_bytes = memory / 2;
	state->max_memory = memory / 4;
	state->batch_context = AllocSetContextCreate(CurrentMemoryContext,
												 "lambda_fdw batch",
												 ALLOCSET_DEFAULT_SIZES);
	state->memory_context = AllocSetContextCreate(CurrentMemoryContext,
												  "lambda_fdw answers",
												  ALLOCSET_DEFAULT_SIZES);
	lfdw_join_batch_reset(state);
	lfdw_join_batch_forget(state);
}

/*
 * Does the executor begin this part of a plan at its top, and go through nothing on
 * the way to a bind join that reads it once more?  Subplans, and whatever is not known
 * to read once, say no.
 */
static bool
reads_once(Plan *top, const CustomScan *join)
{
	check_stack_depth();
	if (top == NULL || top == (const Plan *) join)
		return top != NULL;
	switch (nodeTag(top))
	{
		case T_Agg:
		case T_Group:
		case T_Hash:
		case T_IncrementalSort:
		case T_Limit:
		case T_Material:
		case T_ModifyTable:
		case T_NestLoop:		/* what is on its other side, it reads again */
		case T_ProjectSet:
		case T_Result:
		case T_Sort:
		case T_Unique:
		case T_WindowAgg:
			return reads_once(outerPlan(top), join);
		case T_HashJoin:
			return reads_once(outerPlan(top), join) ||
				reads_once(innerPlan(top), join);
		case T_SubqueryScan:
			return reads_once(((SubqueryScan *) top)->subplan, join);
		case T_CustomScan:
			return ((CustomScan *) top)->methods == join->methods &&
				reads_once(linitial(((CustomScan *) top)->custom_plans), join);
		default:
			return false;
	}
}

/* BeginCustomScan: the children, the expressions over the scan tuple, memory. */
static void
lambdaBeginCustomScan(CustomScanState *node, EState *estate, int eflags)
{
	LfdwJoinState *state = (LfdwJoinState *) node;
	CustomScan *plan = (CustomScan *) node->ss.ps.plan;

	begin_children(state, plan, estate, eflags);
	read_plan(state, plan);
	prepare_keys(state, plan);
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	state->once = (eflags & EXEC_FLAG_REWIND) == 0 &&
		reads_once(estate->es_plannedstmt->planTree, plan);
	init_expressions(state, plan);
	init_memory(state, estate);
}

/* Puts the children's rows into the scan tuple; NULLs without a row. */
static void
fill_outer(LfdwJoinState *state, TupleTableSlot *slot)
{
	lfdw_join_tuple_fill(&state->css, 0, state->outer_width, slot);
}

static void
fill_inner(LfdwJoinState *state, TupleTableSlot *slot)
{
	lfdw_join_tuple_fill(&state->css, state->outer_width, state->inner_width,
						 slot);
}

/*
 * Evaluates the key of one side's row in the scan tuple, as it is hashed and
 * compared; good until the next one.  False where a column of it is NULL: such a
 * key equals none.
 */
static bool
evaluate_key(LfdwJoinState *state, enum LfdwJoinChild side)
{
	ExprContext *econtext = lfdw_join_tuple_show(&state->css);
	MemoryContext old = MemoryContextSwitchTo(econtext->ecxt_per_tuple_memory);
	bool		isnull = false;

	for (int i = 0; i < state->key_type.ncolumns && !isnull; i++)
	{
		const LfdwKeySide *key = &state->key_type.columns[i].sides[side];
		Datum		value = ExecEvalExpr(key->expr, econtext, &isnull);

		if (!isnull)
			state->key->values[i] = lfdw_set_datum(value, key->type);
	}
	MemoryContextSwitchTo(old);
	return !isnull;
}

/* Reads the next batch of outer rows; false where there are none. */
static bool
read_batch(LfdwJoinState *state)
{
	bool		keep_all = state->jointype == JOIN_LEFT ||
	state->jointype == JOIN_ANTI;

	lfdw_join_batch_reset(state);
	while (!state->outer_done && !lfdw_join_batch_is_full(state))
	{
		TupleTableSlot *slot = ExecProcNode(state->outer);
		bool		has_key;

		CHECK_FOR_INTERRUPTS();
		if (TupIsNull(slot))
		{
			state->outer_done = true;
			break;
		}
		fill_outer(state, slot);
		fill_inner(state, NULL);
		has_key = evaluate_key(state, LFDW_JOIN_OUTER);
		if (has_key || keep_all)
			lfdw_join_batch_add(state, slot, has_key);
	}
	if (state->rows == NULL)
		return false;
	state->batches++;
	state->batch_keys = Min(state->batch_keys * (double) GROWTH, state->max_keys);
	return true;
}

/*
 * May a key of the batch be asked for again: by a later batch, or when the join is
 * scanned again?  Where none of many was known, keys do not recur.
 */
static bool
may_be_asked_again(const LfdwJoinState *state)
{
	return !state->once ||
		(!state->outer_done &&
		 (state->keys_sent < MANY_KEYS || state->keys_saved > 0));
}

/* Asks for the batch's keys, and goes first through those that are known. */
static void
begin_batch(LfdwJoinState *state)
{
	int			asked = lfdw_join_batch_make_bound(state);

	lfdw_scan_bind(state->inner, &state->bound);
	state->keys_sent += asked;
	state->keys_saved += state->keys->members - asked;
	state->remembers = may_be_asked_again(state);
	state->phase = LFDW_JOIN_REMEMBERED;
	state->entry = NULL;
	state->answer = NULL;
	lfdw_keytab_start_iterate(state->keys, &state->iterator);
}

/*
 * Goes to the next remembered inner row of the batch's keys; false after the
 * last.
 */
static bool
next_remembered(LfdwJoinState *state)
{
	while (state->answer == NULL)
	{
		state->entry = lfdw_keytab_iterate(state->keys, &state->iterator);
		if (state->entry == NULL)
			return false;
		if (state->entry->recalled)
			state->answer = state->entry->answer->rows;
	}
	ExecStoreMinimalTuple(state->answer->tuple, state->inner_slot, false);
	fill_inner(state, state->inner_slot);
	state->answer = state->answer->next;
	state->row = state->entry->rows;
	return true;
}

/*
 * Goes to the next row that the function returns for a key of the batch; false
 * after the last.
 */
static bool
next_asked(LfdwJoinState *state)
{
	for (;;)
	{
		TupleTableSlot *slot = ExecProcNode(&state->inner->ss.ps);

		CHECK_FOR_INTERRUPTS();
		if (TupIsNull(slot))
		{
			lfdw_join_batch_complete(state);
			return false;
		}
		fill_outer(state, NULL);
		fill_inner(state, slot);
		state->entry = evaluate_key(state, LFDW_JOIN_INNER) ?
			lfdw_keytab_lookup(state->keys, state->key) : NULL;
		if (state->entry && !state->entry->recalled)
		{
			lfdw_join_batch_remember(state, slot);
			state->row = state->entry->rows;
			return true;
		}
		state->others++;
	}
}

/*
 * Joins the inner row of the scan tuple to the next outer row of its key; false
 * after the last.
 */
static bool
join_rows(LfdwJoinState *state)
{
	while (state->row)
	{
		LfdwOuterRow *row = state->row;

		state->row = row->next_of_key;
		if (row->matched &&
			(state->jointype == JOIN_SEMI || state->jointype == JOIN_ANTI))
			continue;
		ExecStoreMinimalTuple(row->tuple, state->outer_slot, false);
		fill_outer(state, state->outer_slot);
		if (!ExecQual(state->joinqual, lfdw_join_tuple_show(&state->css)))
		{
			InstrCountFiltered1(&state->css, 1);
			continue;
		}
		row->matched = true;
		if (state->jointype != JOIN_ANTI)
			return true;
	}
	return false;
}

/* Goes to the next outer row that has matched nothing; false after the last. */
static bool
next_unmatched(LfdwJoinState *state)
{
	while (state->row && state->row->matched)
		state->row = state->row->next;
	if (state->row == NULL)
		return false;
	ExecStoreMinimalTuple(state->row->tuple, state->outer_slot, false);
	fill_outer(state, state->outer_slot);
	fill_inner(state, NULL);
	state->row = state->row->next;
	return true;
}

/* Ends a phase of the batch. */
static void
end_phase(LfdwJoinState *state)
{
	bool		unmatched = state->jointype == JOIN_LEFT ||
	state->jointype == JOIN_ANTI;

	if (state->phase == LFDW_JOIN_REMEMBERED)
		state->phase = LFDW_JOIN_ASKED;
	else if (state->phase == LFDW_JOIN_ASKED && unmatched)
	{
		state->phase = LFDW_JOIN_UNMATCHED;
		state->row = state->rows;
	}
	else
		state->phase = LFDW_JOIN_READ;
}

/* Makes the next scan tuple of the join; false at the end. */
static bool
next_tuple(LfdwJoinState *state)
{
	for (;;)
	{
		bool		more = false;

		CHECK_FOR_INTERRUPTS();
		if (state->phase == LFDW_JOIN_UNMATCHED)
		{
			if (next_unmatched(state))
				return true;
			end_phase(state);
			continue;
		}
		if (state->phase == LFDW_JOIN_READ)
		{
			if (!read_batch(state))
				return false;
			begin_batch(state);
			continue;
		}
		if (join_rows(state))
			return true;
		more = state->phase == LFDW_JOIN_REMEMBERED ? next_remembered(state) :
			next_asked(state);
		if (!more)
			end_phase(state);
	}
}

/* ExecCustomScan: the next row of the join. */
static TupleTableSlot *
lambdaExecCustomScan(CustomScanState *node)
{
	LfdwJoinState *state = (LfdwJoinState *) node;
	ProjectionInfo *projection = node->ss.ps.ps_ProjInfo;

	while (next_tuple(state))
	{
		ExprContext *econtext = lfdw_join_tuple_show(&state->css);

		if (!ExecQual(state->otherqual, econtext))
		{
			InstrCountFiltered2(node, 1);
			continue;
		}
		return projection ? ExecProject(projection) : econtext->ecxt_scantuple;
	}
	return ExecClearTuple(projection ? projection->pi_state.resultslot :
						  node->ss.ss_ScanTupleSlot);
}

/* EndCustomScan */
static void
lambdaEndCustomScan(CustomScanState *node)
{
	LfdwJoinState *state = (LfdwJoinState *) node;

	ExecEndNode(state->outer);
	ExecEndNode(&state->inner->ss.ps);
}

/* ReScanCustomScan: answers are remembered where they would be the same. */
static void
lambdaReScanCustomScan(CustomScanState *node)
{
	LfdwJoinState *state = (LfdwJoinState *) node;
	PlanState  *inner = &state->inner->ss.ps;

	if (node->ss.ps.chgParam)
	{
		UpdateChangedParamSet(state->outer, node->ss.ps.chgParam);
		UpdateChangedParamSet(inner, node->ss.ps.chgParam);
	}
	if (state->outer->chgParam == NULL)
		ExecReScan(state->outer);
	if (inner->chgParam)
		lfdw_join_batch_forget(state);
	state->outer_done = false;
	state->batch_keys = first_keys(state);
	lfdw_join_batch_reset(state);
}
