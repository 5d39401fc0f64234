/*-------------------------------------------------------------------------
 *
 * join_plan.c
 *		When a join sends the keys of one side to the function in batches.
 *
 * A bind join has two children: any plan for the outer side, and the scan of
 * the foreign table, to which it gives a condition more, "(columns) in (tuples)".  So
 * the scan's own filters, identity and instrumentation are those of any scan.
 *
 * join_key.c says what the key may be, join_cost.c what it costs, and join_target.c
 * what the scan tuple is.
 *
 * IDENTIFICATION
 *	  src/join/join_plan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/restrictinfo.h"
#include "optimizer/tlist.h"

#include "join/join.h"
#include "join/join_internal.h"
#include "join/join_plan_internal.h"
#include "join/join_target.h"
#include "pg/compat.h"
#include "pg/setting.h"
#include "pushdown/term_list.h"
#include "scan/rel_info.h"
#include "scan/scan_path.h"

/* How the first batch of a query that may end early begins. */
#define FIRST_KEYS 32

/* What a path's custom_private holds. */
enum BindPathPrivate
{
	PATH_RESTRICTLIST,
	PATH_KEYS,					/* RestrictInfos */
	PATH_NUMBERS,				/* IntList: join type, batch, first batch */
	PATH_WAITING				/* Float */
};

static set_join_pathlist_hook_type previous_hook = NULL;

static Plan *lambdaPlanCustomPath(PlannerInfo *root, RelOptInfo *rel,
								  CustomPath *best_path, List *tlist, List *clauses,
								  List *custom_plans);

static const CustomPathMethods path_methods = {
	.CustomName = "Lambda Bind Join",
	.PlanCustomPath = lambdaPlanCustomPath
};

static const CustomScanMethods scan_methods = {
	.CustomName = "Lambda Bind Join",
	.CreateCustomScanState = lambdaCreateCustomScanState
};

/* Does the planner put a Result with a one-time filter above a relation's scan? */
static bool
is_gated(const RelOptInfo *rel)
{
	ListCell   *lc;

	foreach(lc, rel->baserestrictinfo)
	{
		if (lfirst_node(RestrictInfo, lc)->pseudoconstant)
			return true;
	}
	return false;
}

/* Can the hook's relations be joined so, by what they are? */
static bool
is_supported(const LfdwBindJoin *join)
{
	const Query *parse = join->root->parse;

	switch (join->jointype)
	{
		case JOIN_INNER:
		case JOIN_LEFT:
		case JOIN_SEMI:
		case JOIN_ANTI:
			break;
		default:
			return false;
	}
	/* one that was made unique, for JOIN_UNIQUE_INNER on 19, is a copy */
	return lfdw_scan_path_is_ours(join->innerrel) &&
		find_base_rel(join->root, join->innerrel->relid) == join->innerrel &&
		!is_gated(join->innerrel) &&
		(parse->commandType == CMD_SELECT || parse->commandType == CMD_INSERT) &&
		join->root->rowMarks == NIL &&
		bms_is_empty(join->innerrel->lateral_relids) &&
		bms_is_empty(join->joinrel->lateral_relids);
}

/* Can every expression be computed from what the two sides give? */
static bool
is_computable(const LfdwBindJoin *join)
{
	LfdwJoinTarget target;
	ListCell   *lc;

	foreach(lc, join->restrictlist)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);

		if (rinfo->pseudoconstant || contain_subplans((Node *) rinfo->clause) ||
			contain_volatile_functions((Node *) rinfo->clause))
			return false;
	}
	lfdw_join_target_conditions(&target, join->joinrel, join->jointype,
								join->restrictlist);
	return lfdw_join_target_columns(&target, join->joinrel->reltarget->exprs,
									join->outerrel->reltarget->exprs,
									join->innerrel->reltarget->exprs);
}

/* Adds the bind join by some keys over a path of the outer relation. */
static void
add_bind_path(const LfdwBindJoin *join, List *keys, Path *outer)
{
	CustomPath *path = makeNode(CustomPath);
	bool		early = join->root->tuple_fraction > 0 ||
	join->root->limit_tuples > 0;
	LfdwJoinCost cost;

	lfdw_join_cost_estimate(join, keys, outer, &cost);
	path->path.pathtype = T_CustomScan;
	path->path.parent = join->joinrel;
	path->path.pathtarget = join->joinrel->reltarget;
	path->path.rows = join->joinrel->rows;
	path->path.startup_cost = cost.startup;
	path->path.total_cost = cost.total;
	path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
	path->custom_paths = list_make2(outer, lfdw_scan_path_of_join(join->root,
																  join->innerrel));
	/* with a decimal: a plan's text would be read as an Integer without one */
	path->custom_private = list_make4(join->restrictlist, keys,
									  list_make3_int(join->jointype, cost.batch_keys,
													 early ? Min(FIRST_KEYS, cost.batch_keys) :
													 cost.batch_keys),
									  makeFloat(psprintf("%.1f", cost.waiting)));
	path->methods = &path_methods;
	lfdw_count_disabled(&path->path, path->custom_paths);
	add_path(join->joinrel, (Path *) path);
}

/* Adds the bind joins over a path of the outer relation, if it can be one's. */
static void
add_bind_paths(const LfdwBindJoin *join, List *choices, Path *outer)
{
	ListCell   *lc;

	if (outer == NULL || outer->param_info)
		return;
	foreach(lc, choices)
		add_bind_path(join, lfirst(lc), outer);
}

/* set_join_pathlist_hook */
static void
add_paths(PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *outerrel,
		  RelOptInfo *innerrel, JoinType jointype, JoinPathExtraData *extra)
{
	bool		unique = jointype == JOIN_UNIQUE_OUTER;
	LfdwBindJoin join = {
		.root = root,
		.joinrel = joinrel,
		.outerrel = outerrel,
		.innerrel = innerrel,
		.jointype = unique ? JOIN_INNER : jointype,
		.restrictlist = extra->restrictlist
	};
	List	   *choices;

	if (previous_hook)
		previous_hook(root, joinrel, outerrel, innerrel, jointype, extra);
	lfdw_join_gather_keep(joinrel);
	if (!lfdw_setting_enable_bind_join() || !is_supported(&join))
		return;
	choices = lfdw_join_key_choices(&join);
	if (choices == NIL || !is_computable(&join))
		return;
	if (unique)
		add_bind_paths(&join, choices,
					   lfdw_unique_outer_path(root, outerrel, extra->sjinfo));
	else
	{
		Path	   *early = outerrel->cheapest_startup_path;

		add_bind_paths(&join, choices, outerrel->cheapest_total_path);
		if (early != outerrel->cheapest_total_path)
			add_bind_paths(&join, choices, early);
	}
}

/* The side of an equality that is not the outer expression. */
static Node *
inner_operand(RestrictInfo *key, LfdwTerm *term)
{
	OpExpr	   *clause = (OpExpr *) key->clause;

	return linitial(clause->args) == (void *) term->value ?
		lsecond(clause->args) : linitial(clause->args);
}

/* What a plan returns, column by column. */
static List *
target_exprs(const Plan *plan)
{
	List	   *exprs = NIL;
	ListCell   *lc;

	foreach(lc, plan->targetlist)
		exprs = lappend(exprs, lfirst_node(TargetEntry, lc)->expr);
	return exprs;
}

/*
 * Takes both sides' expressions of the key, over the scan tuple, and the terms of
 * its columns, for the plan.
 */
static void
take_keys(const LfdwBindJoin *join, const LfdwJoinTarget *target, List *keys,
		  List **outer, List **inner, List **columns)
{
	List	   *terms = lfdw_rel_info_terms(join->root, join->innerrel, keys);
	ListCell   *key;
	ListCell   *lc;

	*outer = *inner = NIL;
	forboth(key, keys, lc, terms)
	{
		LfdwTerm   *term = lfirst(lc);

		*outer = lappend(*outer, term->value);
		*inner = lappend(*inner,
						 lfdw_join_target_show(target, inner_operand(lfirst(key), term)));
	}
	*columns = lfdw_term_serialize(terms);
}

/*
 * PlanCustomPath.  The scan tuple is what the children's plans return, which may be
 * more than their paths promise: what they sort by or make unique, too.
 */
static Plan *
lambdaPlanCustomPath(PlannerInfo *root, RelOptInfo *rel, CustomPath *best_path,
					 List *tlist, List *clauses, List *custom_plans)
{
	CustomScan *plan = makeNode(CustomScan);
	Path	   *inner_path = lsecond(best_path->custom_paths);
	List	   *outer = target_exprs(linitial(custom_plans));
	List	   *inner = target_exprs(lsecond(custom_plans));
	List	   *numbers = list_nth(best_path->custom_private, PATH_NUMBERS);
	LfdwBindJoin join = {.root = root,.innerrel = inner_path->parent};
	LfdwJoinTarget target;
	List	   *outer_keys;
	List	   *inner_keys;
	List	   *columns;

	lfdw_join_target_conditions(&target, rel, linitial_int(numbers),
								list_nth(best_path->custom_private,
										 PATH_RESTRICTLIST));
	/* tlist may be NIL, for a node above that replaces it */
	if (!lfdw_join_target_columns(&target, rel->reltarget->exprs, outer, inner))
		elog(ERROR, "bind join cannot compute its target");
	take_keys(&join, &target, list_nth(best_path->custom_private, PATH_KEYS),
			  &outer_keys, &inner_keys, &columns);
	plan->scan.plan.targetlist = tlist;
	plan->flags = best_path->flags;
	plan->custom_plans = custom_plans;
	plan->custom_scan_tlist = lfdw_join_target_list(&target);
	plan->custom_exprs = list_make4(outer_keys, inner_keys,
									lfdw_join_target_show(&target, (Node *) target.joinquals),
									target.otherquals);
	numbers = list_make5_int(linitial_int(numbers), lsecond_int(numbers),
							 lthird_int(numbers), list_length(outer),
							 list_length(inner));
	plan->custom_private = list_make3(numbers,
									  list_nth(best_path->custom_private, PATH_WAITING),
									  columns);
	plan->methods = &scan_methods;
	return (Plan *) plan;
}

/*
 * The part of a custom scan's cost that is waiting for the calls of a bind join;
 * 0 for anybody else's.
 */
Cost
lfdw_join_plan_waiting(const CustomScan *plan)
{
	return plan->methods == &scan_methods ?
		floatVal(list_nth(plan->custom_private, LFDW_JOIN_WAITING)) : 0;
}

/* Has the planner consider bind joins; once, while the library loads. */
void
lfdw_join_plan_install(void)
{
	RegisterCustomScanMethods(&scan_methods);
	previous_hook = set_join_pathlist_hook;
	set_join_pathlist_hook = add_paths;
}
