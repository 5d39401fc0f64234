/*-------------------------------------------------------------------------
 *
 * batch_plan.c
 *		When a join asks a service for many rows at once.
 *
 * The function is a range table entry with lateral references, which the
 * planner would join by a nested loop.  It has no plan of its own here: the
 * call, and what stands around it, are expressions of the custom scan.
 *
 * IDENTIFICATION
 *	  src/batch/batch_plan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/restrictinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "batch/batch.h"
#include "batch/batch_internal.h"
#include "join/join_target.h"
#include "pg/compat.h"

/* What a path's custom_private holds. */
enum BatchPathPrivate
{
	PATH_RESTRICTLIST,
	PATH_FILTERS,				/* RestrictInfos of the function alone */
	PATH_CALL,					/* FuncExpr */
	PATH_RESULT,				/* expression, or NULL */
	PATH_COLUMNS,				/* Vars of the function */
	PATH_NUMBERS				/* IntList: join type, function, first rows */
};

/* A join that may become a batch join. */
typedef struct BatchJoin
{
	PlannerInfo *root;
	RelOptInfo *joinrel;
	RelOptInfo *outerrel;
	RelOptInfo *innerrel;
	JoinType	jointype;
	List	   *restrictlist;
	int			function;		/* index in lfdw_batch_functions */
	FuncExpr   *call;
	Node	   *result;			/* around the call, NULL: nothing */
	List	   *columns;		/* Vars of the function */
} BatchJoin;

const LfdwMlFunction *const lfdw_batch_functions[] = {
	&lfdw_comprehend_detect_sentiment,
	&lfdw_sagemaker_invoke_endpoint
};

static set_join_pathlist_hook_type previous_hook = NULL;

static Plan *lambdaPlanBatch(PlannerInfo *root, RelOptInfo *rel,
							 CustomPath *best_path, List *tlist, List *clauses,
							 List *custom_plans);

static const CustomPathMethods path_methods = {
	.CustomName = "AWS ML Batch",
	.PlanCustomPath = lambdaPlanBatch
};

static const CustomScanMethods scan_methods = {
	.CustomName = "AWS ML Batch",
	.CreateCustomScanState = lambdaCreateBatchState
};

/*
 * Which of our functions this is; -1 for none.  One that ALTER FUNCTION has
 * given settings, or its owner's rights, is left to core.
 */
static int
function_of(Oid funcid)
{
	Oid			extension = get_extension_oid("aws_ml", true);
	HeapTuple	tuple;
	Form_pg_proc proc;
	int			found = -1;

	if (!OidIsValid(extension) ||
		getExtensionOfObject(ProcedureRelationId, funcid) != extension)
		return -1;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	if (!HeapTupleIsValid(tuple))
		return -1;
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	if (proc->prolang == ClanguageId && !proc->prosecdef &&
		heap_attisnull(tuple, Anum_pg_proc_proconfig, NULL))
	{
		bool		isnull;
		char	   *symbol = TextDatumGetCString(SysCacheGetAttr(PROCOID, tuple,
																 Anum_pg_proc_prosrc,
																 &isnull));

		for (int i = 0; i < (int) lengthof(lfdw_batch_functions); i++)
		{
			if (strcmp(symbol, lfdw_batch_functions[i]->symbol) == 0)
				found = i;
		}
	}
	ReleaseSysCache(tuple);
	return found;
}

/*
 * The argument of a cast; NULL for another expression.  What the guide has
 * around calls in functions of one's own, "::INT", is of these.
 */
static Node *
cast_argument(Node *node)
{
	if (IsA(node, CoerceViaIO))
		return (Node *) ((CoerceViaIO *) node)->arg;
	if (IsA(node, RelabelType))
		return (Node *) ((RelabelType *) node)->arg;
	if (IsA(node, FuncExpr) &&
		(((FuncExpr *) node)->funcformat == COERCE_EXPLICIT_CAST ||
		 ((FuncExpr *) node)->funcformat == COERCE_IMPLICIT_CAST))
		return linitial(((FuncExpr *) node)->args);
	return NULL;
}

/* A copy of casts, with a placeholder for the call inside. */
static Node *
replace_call(Node *node, void *call)
{
	if (node == call)
	{
		CaseTestExpr *test = makeNode(CaseTestExpr);

		test->typeId = exprType(call);
		test->typeMod = exprTypmod(call);
		test->collation = exprCollation(call);
		return (Node *) test;
	}
	return node ? expression_tree_mutator(node, replace_call, call) : NULL;
}

/* Takes the call out of the function's range table entry; false for others. */
static bool
find_call(BatchJoin *join)
{
	RangeTblEntry *rte = planner_rt_fetch(join->innerrel->relid, join->root);
	const LfdwMlFunction *function;
	RangeTblFunction *entry;
	Node	   *node;
	Node	   *argument;

	if (rte->rtekind != RTE_FUNCTION || rte->funcordinality ||
		list_length(rte->functions) != 1)
		return false;
	entry = linitial(rte->functions);
	node = entry->funcexpr;
	while ((argument = cast_argument(node)) != NULL)
		node = argument;
	if (!IsA(node, FuncExpr))
		return false;
	join->call = (FuncExpr *) node;
	join->function = function_of(join->call->funcid);
	if (join->function < 0)
		return false;
	function = lfdw_batch_functions[join->function];
	if (node != entry->funcexpr)
		join->result = replace_call(entry->funcexpr, node);
	if (contain_volatile_functions((Node *) join->call->args) ||
		contain_subplans((Node *) join->call->args) ||
		contain_volatile_functions(join->result))
		return false;
	/* a cast takes one value, and one to a row type makes columns of it */
	return entry->funccolcount == function->ncolumns &&
		entry->funccolnames == NIL &&
		(join->result == NULL || (function->ncolumns == 1 &&
								  !type_is_rowtype(exprType(entry->funcexpr))));
}

/* Can the hook's relations be joined so, by what they are? */
static bool
is_supported(const BatchJoin *join)
{
	const Query *parse = join->root->parse;

	return (join->jointype == JOIN_INNER || join->jointype == JOIN_LEFT) &&
		join->innerrel->reloptkind == RELOPT_BASEREL &&
		join->innerrel->rtekind == RTE_FUNCTION &&
		(parse->commandType == CMD_SELECT || parse->commandType == CMD_INSERT) &&
		join->root->rowMarks == NIL &&
		!bms_is_empty(join->innerrel->lateral_relids) &&
		bms_is_subset(join->innerrel->lateral_relids, join->outerrel->relids) &&
		bms_is_empty(join->joinrel->lateral_relids);
}

/* Can a condition be evaluated by the join? */
static bool
is_simple(RestrictInfo *rinfo)
{
	return !rinfo->pseudoconstant &&
		!contain_subplans((Node *) rinfo->clause) &&
		!contain_volatile_functions((Node *) rinfo->clause);
}

/* Adds the columns of the function among these to the join's; false for others. */
static bool
add_columns(BatchJoin *join, List *vars)
{
	ListCell   *lc;

	foreach(lc, vars)
	{
		Var		   *var = lfirst(lc);

		if (IsA(var, Var) && var->varno == (int) join->innerrel->relid)
		{
			if (var->varattno <= 0)
				return false;
			join->columns = list_append_unique(join->columns, var);
		}
		else if (list_member_ptr(join->innerrel->reltarget->exprs, var))
			return false;
	}
	return true;
}

/*
 * Takes the conditions of the join.  What would filter the function's own scan is
 * one of them, under a left join too: a row that it drops is none.
 */
static void
take_conditions(LfdwJoinTarget *target, RelOptInfo *joinrel, JoinType jointype,
				List *restrictlist, List *filters)
{
	lfdw_join_target_conditions(target, joinrel, jointype, restrictlist);
	target->joinquals = list_concat(extract_actual_clauses(filters, false),
									target->joinquals);
}

/*
 * Can every expression be computed from the outer side and the function's
 * columns?  Finds these.
 */
static bool
is_computable(BatchJoin *join)
{
	List	   *outer = join->outerrel->reltarget->exprs;
	List	   *filters = join->innerrel->baserestrictinfo;
	LfdwJoinTarget target;
	ListCell   *lc;

	foreach(lc, list_concat_copy(filters, join->restrictlist))
	{
		if (!is_simple(lfirst_node(RestrictInfo, lc)))
			return false;
	}
	foreach(lc, lfdw_join_target_vars((Node *) join->call->args))
	{
		if (!list_member(outer, lfirst(lc)))
			return false;
	}
	take_conditions(&target, join->joinrel, join->jointype, join->restrictlist,
					filters);
	return add_columns(join, join->innerrel->reltarget->exprs) &&
		add_columns(join, lfdw_join_target_vars((Node *) target.joinquals)) &&
		lfdw_join_target_columns(&target, join->joinrel->reltarget->exprs, outer,
								 join->columns);
}

/*
 * How many rows the first batch has: where the query may end early, no more
 * than it surely takes.  What a join or a set-returning function makes several
 * rows of may suffice alone.
 */
static int
first_rows(const BatchJoin *join)
{
	const PlannerInfo *root = join->root;
	int			max_rows = lfdw_batch_functions[join->function]->max_rows;

	if (root->limit_tuples > 0 && !root->parse->hasTargetSRFs &&
		bms_is_subset(root->all_baserels, join->joinrel->relids))
		return (int) Min(ceil(root->limit_tuples), max_rows);
	return root->tuple_fraction > 0 || root->limit_tuples > 0 ? 1 : max_rows;
}

/*
 * Adds the batch join over a path of the outer relation, whose order it keeps.
 *
 * The call is counted once, as core does for the nested loop: cost_rescan takes
 * a function's rows for kept, although other arguments give others.  So this one
 * is cheaper by the rows that it does not keep.
 */
static void
add_batch_path(const BatchJoin *join, Path *outer)
{
	CustomPath *path = makeNode(CustomPath);
	QualCost	call;
	QualCost	quals;
	QualCost	filters;

	cost_qual_eval_node(&call, (Node *) join->call, join->root);
	cost_qual_eval(&quals, join->restrictlist, join->root);
	cost_qual_eval(&filters, join->innerrel->baserestrictinfo, join->root);
	path->path.pathtype = T_CustomScan;
	path->path.parent = join->joinrel;
	path->path.pathtarget = join->joinrel->reltarget;
	path->path.pathkeys = outer->pathkeys;
	path->path.rows = join->joinrel->rows;
	path->path.startup_cost = outer->startup_cost + call.startup +
		quals.startup + filters.startup + call.per_tuple;
	path->path.total_cost = path->path.startup_cost - outer->startup_cost +
		outer->total_cost +
		outer->rows * (quals.per_tuple + filters.per_tuple + cpu_tuple_cost);
	path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
	path->custom_paths = list_make1(outer);
	path->custom_private = list_make5(join->restrictlist,
									  join->innerrel->baserestrictinfo,
									  join->call, join->result, join->columns);
	path->custom_private = lappend(path->custom_private,
								   list_make3_int(join->jointype, join->function,
												  first_rows(join)));
	path->methods = &path_methods;
	lfdw_count_disabled(&path->path, path->custom_paths);
	add_path(join->joinrel, (Path *) path);
}

/* set_join_pathlist_hook */
static void
add_paths(PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *outerrel,
		  RelOptInfo *innerrel, JoinType jointype, JoinPathExtraData *extra)
{
	BatchJoin	join = {
		.root = root,
		.joinrel = joinrel,
		.outerrel = outerrel,
		.innerrel = innerrel,
		.jointype = jointype,
		.restrictlist = extra->restrictlist
	};
	ListCell   *lc;

	if (previous_hook)
		previous_hook(root, joinrel, outerrel, innerrel, jointype, extra);
	if (!is_supported(&join) || !find_call(&join))
		return;
	if (!is_computable(&join))
		return;
	foreach(lc, outerrel->pathlist)
	{
		Path	   *outer = lfirst(lc);

		if (outer->param_info == NULL)
			add_batch_path(&join, outer);
	}
}

/* The numbers of columns. */
static List *
numbers_of(List *columns)
{
	List	   *numbers = NIL;
	ListCell   *lc;

	foreach(lc, columns)
		numbers = lappend_int(numbers, lfirst_node(Var, lc)->varattno);
	return numbers;
}

/* PlanCustomPath */
static Plan *
lambdaPlanBatch(PlannerInfo *root, RelOptInfo *rel, CustomPath *best_path,
				List *tlist, List *clauses, List *custom_plans)
{
	CustomScan *plan = makeNode(CustomScan);
	Path	   *outer_path = linitial(best_path->custom_paths);
	List	   *outer = outer_path->pathtarget->exprs;
	List	   *columns = list_nth(best_path->custom_private, PATH_COLUMNS);
	List	   *numbers = list_nth(best_path->custom_private, PATH_NUMBERS);
	LfdwJoinTarget target;

	take_conditions(&target, rel, linitial_int(numbers),
					list_nth(best_path->custom_private, PATH_RESTRICTLIST),
					list_nth(best_path->custom_private, PATH_FILTERS));
	if (!lfdw_join_target_columns(&target, rel->reltarget->exprs, outer, columns))
		elog(ERROR, "batch join cannot compute its target");
	plan->scan.plan.targetlist = tlist;
	plan->flags = best_path->flags;
	plan->custom_plans = custom_plans;
	plan->custom_scan_tlist = lfdw_join_target_list(&target);
	plan->custom_exprs = list_make4(list_nth(best_path->custom_private, PATH_CALL),
									list_nth(best_path->custom_private, PATH_RESULT),
									lfdw_join_target_show(&target, (Node *) target.joinquals),
									target.otherquals);
	plan->custom_private = list_make2(lappend_int(list_copy(numbers),
												  list_length(outer)),
									  numbers_of(columns));
	plan->methods = &scan_methods;
	return (Plan *) plan;
}

/*
 * Has the planner consider batch joins; once, while the library loads, behind
 * the hook of bind joins.
 */
void
lfdw_batch_plan_install(void)
{
	RegisterCustomScanMethods(&scan_methods);
	previous_hook = set_join_pathlist_hook;
	set_join_pathlist_hook = add_paths;
}
