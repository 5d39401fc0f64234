/*-------------------------------------------------------------------------
 *
 * jit.c
 *		JIT compilation, not begun for queries that only wait.
 *
 * Waiting for a function is costed, so that ten calls lose against one, but
 * compiled expressions make no call shorter.  The planner compares the whole cost
 * with jit_above_cost and the like; when execution starts, the cost without the
 * waiting that our nodes noted is compared once more.
 *
 * IDENTIFICATION
 *	  src/jit.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "executor/executor.h"
#include "jit/jit.h"
#include "nodes/nodeFuncs.h"
#include "utils/memutils.h"

#include "jit.h"
#include "join/join.h"
#include "scan/scan_plan.h"

/* How often core's cost_recursive_union assumes that its right side runs. */
#define RECURSIONS 10

/* Where the waiting of expressions' subplans is summed up. */
typedef struct Expressions
{
	const PlannedStmt *stmt;
	double		loops;			/* how often an expression is evaluated */
	Cost		waiting;
} Expressions;

static ExecutorStart_hook_type previous_hook = NULL;

static Cost plan_waiting(const PlannedStmt *stmt, const Plan *plan);

/* The waiting of the plan that a SubPlan runs, once. */
static Cost
subplan_waiting(const PlannedStmt *stmt, const SubPlan *subplan)
{
	return plan_waiting(stmt, list_nth(stmt->subplans, subplan->plan_id - 1));
}

static bool
add_subplans(Node *node, void *context)
{
	Expressions *expressions = context;

	if (node == NULL)
		return false;
	if (IsA(node, SubPlan))
	{
		SubPlan    *subplan = (SubPlan *) node;

		expressions->waiting += subplan_waiting(expressions->stmt, subplan) *
			(subplan->useHashTable ? 1 : expressions->loops);
	}
	return expression_tree_walker(node, add_subplans, expressions);
}

/* The waiting that a node's own expressions and initplans make. */
static Cost
expressions_waiting(const PlannedStmt *stmt, const Plan *plan)
{
	Expressions expressions = {.stmt = stmt,.loops = plan->plan_rows};
	ListCell   *lc;

	if (plan->lefttree)
		expressions.loops = Max(plan->plan_rows, plan->lefttree->plan_rows);
	add_subplans((Node *) plan->targetlist, &expressions);
	add_subplans((Node *) plan->qual, &expressions);
	foreach(lc, plan->initPlan)
		expressions.waiting += subplan_waiting(stmt, lfirst_node(SubPlan, lc));
	return expressions.waiting;
}

static Cost
list_waiting(const PlannedStmt *stmt, const List *plans)
{
	Cost		waiting = 0;
	ListCell   *lc;

	foreach(lc, plans)
		waiting += plan_waiting(stmt, lfirst(lc));
	return waiting;
}

/* How often core's costs have the inner side of a nested loop run. */
static double
inner_loops(const Plan *outer, const Plan *inner)
{
	double		loops = Max(outer->plan_rows, 1);

	switch (nodeTag(inner))
	{
		case T_Material:
		case T_Sort:
			return 1;
		case T_Memoize:
			return Min(loops, Max(((const Memoize *) inner)->est_entries, 1));
		default:
			return loops;
	}
}

/* A node's own waiting, and that of children outside lefttree and righttree. */
static Cost
node_waiting(const PlannedStmt *stmt, const Plan *plan)
{
	switch (nodeTag(plan))
	{
		case T_ForeignScan:
			return lfdw_scan_plan_waiting((const ForeignScan *) plan);
		case T_CustomScan:
			return lfdw_join_plan_waiting((const CustomScan *) plan) +
				list_waiting(stmt, ((const CustomScan *) plan)->custom_plans);
		case T_Append:
			return list_waiting(stmt, ((const Append *) plan)->appendplans);
		case T_MergeAppend:
			return list_waiting(stmt, ((const MergeAppend *) plan)->mergeplans);
		case T_SubqueryScan:
			return plan_waiting(stmt, ((const SubqueryScan *) plan)->subplan);
		default:
			return 0;
	}
}

/*
 * The part of a plan's total_cost that is waiting for our functions.  Where core
 * charges less than all of a child, as under LIMIT, all of the cost may be.
 */
static Cost
plan_waiting(const PlannedStmt *stmt, const Plan *plan)
{
	Cost		waiting;
	double		loops = 1;

	if (plan == NULL)
		return 0;
	if (IsA(plan, NestLoop))
		loops = inner_loops(outerPlan(plan), innerPlan(plan));
	else if (IsA(plan, RecursiveUnion))
		loops = RECURSIONS;
	waiting = node_waiting(stmt, plan) + expressions_waiting(stmt, plan) +
		plan_waiting(stmt, outerPlan(plan)) +
		loops * plan_waiting(stmt, innerPlan(plan));
	return Min(waiting, plan->total_cost);
}

/* The flags that a plan still has at a cost. */
static int
flags_at_cost(int flags, Cost cost)
{
	if (cost <= jit_above_cost)
		return PGJIT_NONE;
	if (cost <= jit_optimize_above_cost)
		flags &= ~PGJIT_OPT3;
	if (cost <= jit_inline_above_cost)
		flags &= ~PGJIT_INLINE;
	return flags;
}

/*
 * Takes flags back from a query about to start.  The plan may be a cached one
 * that others run too, so the query gets a copy of its top, which lives as long
 * as its description.
 */
static void
take_back_flags(QueryDesc *query)
{
	const PlannedStmt *stmt = query->plannedstmt;
	Cost		waiting = plan_waiting(stmt, stmt->planTree);
	int			flags = flags_at_cost(stmt->jitFlags,
									  stmt->planTree->total_cost - waiting);
	PlannedStmt *copy;

	if (waiting <= 0 || flags == stmt->jitFlags)
		return;
	copy = MemoryContextAlloc(GetMemoryChunkContext(query), sizeof(PlannedStmt));
	memcpy(copy, stmt, sizeof(PlannedStmt));
	copy->jitFlags = flags;
	query->plannedstmt = copy;
}

/* ExecutorStart_hook; a parallel worker's flags are its leader's. */
static void
start_executor(QueryDesc *query, int eflags)
{
	if ((query->plannedstmt->jitFlags & PGJIT_PERFORM) && !IsParallelWorker())
		take_back_flags(query);
	if (previous_hook)
		previous_hook(query, eflags);
	else
		standard_ExecutorStart(query, eflags);
}

/* Watches queries as they start; once, while the library loads. */
void
lfdw_jit_install(void)
{
	previous_hook = ExecutorStart_hook;
	ExecutorStart_hook = start_executor;
}
