/*-------------------------------------------------------------------------
 *
 * join_plan.c
 *		When a join sends the keys of one side to the function in batches.
 *
 * A bind join has two children: any plan for the outer side, and the scan of
 * the foreign table, to which it gives a condition more, "key in (...)".  So
 * the scan's own filters, identity and instrumentation are those of any scan.
 *
 * join_target.c says what its scan tuple is.
 *
 * IDENTIFICATION
 *	  src/join/join_plan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/restrictinfo.h"
#include "optimizer/tlist.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/typcache.h"

#include "join/join.h"
#include "join/join_internal.h"
#include "join/join_target.h"
#include "pg/compat.h"
#include "pg/setting.h"
#include "pushdown/term_list.h"
#include "pushdown/value_set.h"
#include "scan/rel_info.h"
#include "scan/scan_cost.h"
#include "scan/scan_path.h"

/* How the first batch of a query that may end early begins. */
#define FIRST_KEYS 32

/* Keys of a batch where the function takes one at a time. */
#define SINGLE_KEYS_FACTOR 16

/* What a path's custom_private holds. */
enum BindPathPrivate
{
	PATH_RESTRICTLIST,
	PATH_KEY,					/* RestrictInfo */
	PATH_NUMBERS,				/* IntList: join type, batch, first batch */
	PATH_WAITING				/* Float */
};

/* A join that may become a bind join. */
typedef struct BindJoin
{
	PlannerInfo *root;
	RelOptInfo *joinrel;
	RelOptInfo *outerrel;
	RelOptInfo *innerrel;
	JoinType	jointype;
	List	   *restrictlist;
	RestrictInfo *key;
	LfdwTerm   *term;			/* of the key */
} BindJoin;

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
is_supported(const BindJoin *join)
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
	return lfdw_scan_path_is_ours(join->innerrel) &&
		!is_gated(join->innerrel) &&
		(parse->commandType == CMD_SELECT || parse->commandType == CMD_INSERT) &&
		join->root->rowMarks == NIL &&
		bms_is_empty(join->innerrel->lateral_relids) &&
		bms_is_empty(join->joinrel->lateral_relids);
}

/* Is a clause one of the join itself, not a filter after NULLs are filled in? */
static bool
is_join_clause(const BindJoin *join, RestrictInfo *rinfo)
{
	return !IS_OUTER_JOIN(join->jointype) ||
		!RINFO_IS_PUSHED_DOWN(rinfo, join->joinrel->relids);
}

/*
 * The term that a join clause makes of a declared column, if its other side can
 * be computed from the outer relation and hashed; else NULL.
 */
static LfdwTerm *
key_term(const BindJoin *join, RestrictInfo *rinfo)
{
	LfdwTerm   *term;
	Relids		varnos;

	if (!IsA(rinfo->clause, OpExpr) || !is_join_clause(join, rinfo))
		return NULL;
	term = lfdw_rel_info_clause(join->root, join->innerrel, rinfo)->term;
	if (term == NULL || !lfdw_operator_is_equality(term->op) || !term->declared)
		return NULL;
	varnos = pull_varnos(join->root, (Node *) term->value);
	if (bms_is_empty(varnos) || !bms_is_subset(varnos, join->outerrel->relids))
		return NULL;
	if (!OidIsValid(lookup_type_cache(lfdw_set_type(term->valtype),
									  TYPECACHE_HASH_PROC)->hash_proc))
		return NULL;
	return term;
}

/*
 * Is a required column left without a value if this term's keys are all that the
 * join gives?  Then a parameterized scan may still give it the others.
 */
static bool
leaves_missing(const BindJoin *join, LfdwTerm *term)
{
	LfdwRelInfo *info = join->innerrel->fdw_private;
	List	   *terms = lfdw_rel_info_terms(join->root, join->innerrel,
											join->innerrel->baserestrictinfo);

	return lfdw_term_missing(info->table, lappend(terms, term)) != NULL;
}

/*
 * Chooses the join clause whose keys are sent: one that the function takes in
 * lists before one it takes singly, then the most selective.
 */
static bool
choose_key(BindJoin *join)
{
	Selectivity best = 0;
	ListCell   *lc;

	join->key = NULL;
	foreach(lc, join->restrictlist)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		LfdwTerm   *term = key_term(join, rinfo);
		Selectivity selectivity;
		bool		better;

		if (term == NULL || leaves_missing(join, term))
			continue;
		selectivity = clause_selectivity(join->root, (Node *) rinfo, 0,
										 JOIN_INNER, NULL);
		better = join->key == NULL || selectivity < best;
		if (join->key && term->column->list->declared !=
			join->term->column->list->declared)
			better = term->column->list->declared;
		if (better)
		{
			join->key = rinfo;
			join->term = term;
			best = selectivity;
		}
	}
	return join->key != NULL;
}

/* Can every expression be computed from what the two sides give? */
static bool
is_computable(const BindJoin *join)
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

/*
 * How many keys the outer side has.  Where nobody knows they are all different:
 * core's guess of 200 would make calls for a million keys look cheap.
 */
static double
distinct_keys(const BindJoin *join, const Path *outer)
{
	EstimationInfo info;
	double		keys = estimate_num_groups(join->root,
										   list_make1(join->term->value),
										   outer->rows, NULL, &info);

	return info.flags & SELFLAG_USED_DEFAULT ? outer->rows : keys;
}

/*
 * What a bind join costs: the outer side, calls side by side for its distinct
 * keys, and the rows that come back for them.  Returns the part that is waiting
 * for calls.
 */
static Cost
cost_bind_join(const BindJoin *join, CustomPath *path, const Path *outer,
			   int batch_keys)
{
	LfdwRelInfo *info = join->innerrel->fdw_private;
	const LfdwOptions *options = info->table->options;
	bool		lists = join->term->column->list->declared;
	double		keys = distinct_keys(join, outer);
	Selectivity selectivity = clause_selectivity(join->root, (Node *) join->key,
												 0, JOIN_INNER, NULL);
	double		received = keys * join->innerrel->rows * selectivity;
	double		calls = ceil(keys / (lists ? options->max_batch_keys : 1));
	double		rounds = Max(ceil(calls / options->max_concurrency),
							 ceil(keys / batch_keys));
	Cost		latency = lfdw_scan_cost_latency(options);
	QualCost	quals;

	cost_qual_eval(&quals, join->restrictlist, join->root);
	path->path.rows = join->joinrel->rows;
	path->path.startup_cost = outer->startup_cost + quals.startup + latency +
		options->fdw_startup_cost;
	path->path.total_cost = outer->total_cost + quals.startup +
		options->fdw_startup_cost + Max(rounds, 1) * latency +
		outer->rows * cpu_operator_cost * 2 +
		received * (options->fdw_tuple_cost + cpu_tuple_cost +
					join->innerrel->baserestrictcost.per_tuple) +
		received * Max(outer->rows / Max(keys, 1), 1) *
		(quals.per_tuple + cpu_tuple_cost);
	return Max(rounds, 1) * latency;
}

/* Adds the bind join over a path of the outer relation. */
static void
add_bind_path(const BindJoin *join, Path *outer)
{
	LfdwRelInfo *info = join->innerrel->fdw_private;
	const LfdwOptions *options = info->table->options;
	CustomPath *path = makeNode(CustomPath);
	Cost		waiting;
	bool		lists = join->term->column->list->declared;
	int			batch_keys = options->max_concurrency *
	(lists ? Min(options->max_batch_keys, 1000000) : SINGLE_KEYS_FACTOR);
	bool		early = join->root->tuple_fraction > 0 ||
	join->root->limit_tuples > 0;

	path->path.pathtype = T_CustomScan;
	path->path.parent = join->joinrel;
	path->path.pathtarget = join->joinrel->reltarget;
	path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
	path->custom_paths = list_make2(outer, lfdw_scan_path_of_join(join->root,
																  join->innerrel));
	path->custom_private = list_make3(join->restrictlist, join->key,
									  list_make3_int(join->jointype, batch_keys,
													 early ? Min(FIRST_KEYS, batch_keys) : batch_keys));
	path->methods = &path_methods;
	lfdw_count_disabled(&path->path, path->custom_paths);
	waiting = cost_bind_join(join, path, outer, batch_keys);
	/* with a decimal: a plan's text would be read as an Integer without one */
	path->custom_private = lappend(path->custom_private,
								   makeFloat(psprintf("%.1f", waiting)));
	add_path(join->joinrel, (Path *) path);
}

/* set_join_pathlist_hook */
static void
add_paths(PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *outerrel,
		  RelOptInfo *innerrel, JoinType jointype, JoinPathExtraData *extra)
{
	BindJoin	join = {
		.root = root,
		.joinrel = joinrel,
		.outerrel = outerrel,
		.innerrel = innerrel,
		.jointype = jointype,
		.restrictlist = extra->restrictlist
	};
	Path	   *outer = outerrel->cheapest_total_path;

	if (previous_hook)
		previous_hook(root, joinrel, outerrel, innerrel, jointype, extra);
	if (!lfdw_setting_enable_bind_join() || !is_supported(&join) ||
		!choose_key(&join) || !is_computable(&join))
		return;
	if (outer->param_info == NULL)
		add_bind_path(&join, outer);
	outer = outerrel->cheapest_startup_path;
	if (outer && outer != outerrel->cheapest_total_path &&
		outer->param_info == NULL)
		add_bind_path(&join, outer);
}

/* The side of an equality that is not the outer expression. */
static Node *
inner_operand(RestrictInfo *key, LfdwTerm *term)
{
	OpExpr	   *clause = (OpExpr *) key->clause;

	return linitial(clause->args) == (void *) term->value ?
		lsecond(clause->args) : linitial(clause->args);
}

/* PlanCustomPath */
static Plan *
lambdaPlanCustomPath(PlannerInfo *root, RelOptInfo *rel, CustomPath *best_path,
					 List *tlist, List *clauses, List *custom_plans)
{
	CustomScan *plan = makeNode(CustomScan);
	Path	   *outer_path = linitial(best_path->custom_paths);
	Path	   *inner_path = lsecond(best_path->custom_paths);
	List	   *outer = outer_path->pathtarget->exprs;
	List	   *inner = inner_path->pathtarget->exprs;
	List	   *restrictlist = list_nth(best_path->custom_private, PATH_RESTRICTLIST);
	RestrictInfo *key = list_nth(best_path->custom_private, PATH_KEY);
	List	   *numbers = list_nth(best_path->custom_private, PATH_NUMBERS);
	LfdwTerm   *term = lfdw_rel_info_clause(root, inner_path->parent, key)->term;
	LfdwJoinTarget target;

	lfdw_join_target_conditions(&target, rel, linitial_int(numbers), restrictlist);
	/* tlist may be NIL, for a node above that replaces it */
	if (!lfdw_join_target_columns(&target, rel->reltarget->exprs, outer, inner))
		elog(ERROR, "bind join cannot compute its target");
	plan->scan.plan.targetlist = tlist;
	plan->flags = best_path->flags;
	plan->custom_plans = custom_plans;
	plan->custom_scan_tlist = lfdw_join_target_list(&target);
	plan->custom_exprs = list_make4(term->value,
									lfdw_join_target_show(&target, inner_operand(key, term)),
									lfdw_join_target_show(&target, (Node *) target.joinquals),
									target.otherquals);
	numbers = list_concat(list_make5_int(linitial_int(numbers),
										 term->column->attnum,
										 (int) term->valtype,
										 (int) term->collation,
										 lsecond_int(numbers)),
						  list_make3_int(lthird_int(numbers),
										 list_length(outer), list_length(inner)));
	plan->custom_private = list_make2(numbers,
									  list_nth(best_path->custom_private, PATH_WAITING));
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
