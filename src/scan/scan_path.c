/*-------------------------------------------------------------------------
 *
 * scan_path.c
 *		Paths and plans of foreign scans.
 *
 * Planning reads catalogs and nothing else: no network.  What an invocation
 * costs is told by the option invocation_latency_ms.
 *
 * IDENTIFICATION
 *	  src/scan/scan_path.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
#include "utils/array.h"

#include "options/table.h"
#include "pg/compat.h"
#include "pushdown/term_list.h"
#include "scan/plan_problem.h"
#include "scan/scan_path.h"

/* Planner cost of a millisecond: core reads some hundred pages in one. */
#define COST_PER_MS 100.0

/*
 * What a scan without a required value costs: more than anything disabled, so
 * that it is planned only where every other plan fails too.
 */
#define MISSING_VALUE_COST 1.0e15

/* A synchronous answer has at most 6 MB, and JSON some bytes a column. */
#define PAGE_BYTES (6.0 * 1024 * 1024)
#define JSON_BYTES_PER_COLUMN 16

/* A row that must come sorted is dearer than one that need not by this. */
#define SORTED_ROW_SHARE 0.05

/* How many values a list has, where the planner can't see. */
#define UNKNOWN_LIST_LENGTH 10

/* A column of a relation, for generate_implied_equalities_for_column. */
typedef struct ColumnMatch
{
	const LfdwTable *table;
	const LfdwColumn *column;
} ColumnMatch;

/* The terms that some restrictions make, added to a list. */
static List *
add_terms(PlannerInfo *root, RelOptInfo *baserel, List *terms,
		  List *restrictions)
{
	LfdwRelInfo *info = baserel->fdw_private;
	ListCell   *lc;

	foreach(lc, restrictions)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		LfdwTerm   *term = lfdw_term_classify(root, info->table, baserel,
											  rinfo);

		if (term)
			terms = lappend(terms, term);
	}
	return terms;
}

/*
 * GetForeignRelSize: binds the table to its function, which checks the
 * options against each other, and estimates rows from estimated_rows unless
 * the catalog knows better.
 */
void
lambdaGetForeignRelSize(PlannerInfo *root, RelOptInfo *baserel,
						Oid foreigntableid)
{
	LfdwRelInfo *info = palloc0(sizeof(LfdwRelInfo));
	Relation	relation = table_open(foreigntableid, NoLock);

	info->table = lfdw_table_create(relation);
	table_close(relation, NoLock);
	baserel->fdw_private = info;

	if (baserel->tuples <= 0)
		baserel->tuples = info->table->options->estimated_rows;
	set_baserel_size_estimates(root, baserel);
}

/*
 * Is the relation one of our tables, scanned by itself?  Where the planner has
 * proved that it has no rows, it was never asked about.
 */
bool
lfdw_plan_is_ours(const RelOptInfo *rel)
{
	return rel->reloptkind == RELOPT_BASEREL && rel->fdwroutine != NULL &&
		rel->fdwroutine->GetForeignRelSize == lambdaGetForeignRelSize &&
		rel->fdw_private != NULL;
}

/*
 * Does the function honour a limit, and filter by every condition of the
 * relation exactly, so that its rows are those of the result?
 */
bool
lfdw_plan_is_exact(PlannerInfo *root, RelOptInfo *baserel)
{
	LfdwRelInfo *info = baserel->fdw_private;
	ListCell   *lc;

	if (!(info->table->options->capabilities & LFDW_CAPABLE_LIMIT) ||
		!bms_is_empty(baserel->lateral_relids))
		return false;
	foreach(lc, baserel->baserestrictinfo)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		LfdwTerm   *term = lfdw_term_classify(root, info->table, baserel,
											  rinfo);

		if (term == NULL || !term->declared)
			return false;
	}
	return true;
}

/* Is it an equality with any value of a list? */
static bool
is_any_of_list(const LfdwTerm *term)
{
	return term->op->takes == LFDW_TAKES_LIST &&
		lfdw_operator_is_equality(term->op);
}

/* Can a condition make a call for each of several values? */
static bool
makes_calls(const LfdwTerm *term)
{
	return is_any_of_list(term) && term->declared && !term->column->list->declared;
}

/* How many values a list has. */
static double
list_values(const LfdwTerm *term)
{
	Const	   *list = (Const *) term->value;
	ArrayType  *array;

	if (!IsA(list, Const) || list->constisnull)
		return UNKNOWN_LIST_LENGTH;
	array = DatumGetArrayTypeP(list->constvalue);
	return ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
}

/* How many invocations a list makes where the function takes one value. */
static double
count_calls(const LfdwTerm *term)
{
	return makes_calls(term) ? Max(list_values(term), 1) : 1;
}

/* Is a list known to be one that a call may have whole? */
static bool
fits_a_call(const LfdwTerm *term, int max_batch_keys)
{
	return !is_any_of_list(term) ||
		(IsA(term->value, Const) && list_values(term) <= max_batch_keys);
}

/* The part of the rows that the function returns: declared terms filter. */
static Selectivity
returned_share(PlannerInfo *root, RelOptInfo *baserel, List *restrictions)
{
	LfdwRelInfo *info = baserel->fdw_private;
	List	   *declared = NIL;
	ListCell   *lc;

	foreach(lc, restrictions)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		LfdwTerm   *term = lfdw_term_classify(root, info->table, baserel,
											  rinfo);

		if (term && term->declared)
			declared = lappend(declared, rinfo);
	}
	return clauselist_selectivity(root, declared, baserel->relid, JOIN_INNER,
								  NULL);
}

/* What waiting for an invocation costs. */
Cost
lfdw_plan_latency(const LfdwOptions *options)
{
	return options->invocation_latency_ms * COST_PER_MS;
}

/*
 * What a scan costs: calls in turns, pages one after the other, and rows.
 * Returns the part of the total that is waiting.
 */
static Cost
cost_scan(RelOptInfo *baserel, double calls, double received, Cost *startup,
		  Cost *total)
{
	LfdwRelInfo *info = baserel->fdw_private;
	const LfdwOptions *options = info->table->options;
	double		bytes = received * (baserel->reltarget->width +
									JSON_BYTES_PER_COLUMN *
									Max(list_length(baserel->reltarget->exprs), 1));
	double		pages = Max(ceil(bytes / calls / PAGE_BYTES), 1);
	Cost		latency = lfdw_plan_latency(options);
	double		turns = ceil(calls / options->max_concurrency);

	*startup = options->fdw_startup_cost + baserel->baserestrictcost.startup +
		turns * latency;
	*total = *startup + (pages - 1) * latency + received *
		(options->fdw_tuple_cost + cpu_tuple_cost +
		 baserel->baserestrictcost.per_tuple);
	return (turns + pages - 1) * latency;
}

/* What a path's fdw_private says of its waiting; a path without any waits for none. */
static Node *
waiting_of_path(const ForeignPath *path)
{
	return path->fdw_private ? linitial(path->fdw_private) :
		(Node *) makeFloat(pstrdup("0"));
}

/*
 * Adds the path of a scan under the conditions of the relation and those of a
 * parameterization, if there is one; sorted, if there are pathkeys.
 */
static void
add_scan_path(PlannerInfo *root, RelOptInfo *baserel, Relids required_outer,
			  List *pathkeys)
{
	LfdwRelInfo *info = baserel->fdw_private;
	ParamPathInfo *param = get_baserel_parampathinfo(root, baserel,
													 required_outer);
	List	   *restrictions = baserel->baserestrictinfo;
	double		calls = 1;
	Cost		startup;
	Cost		total;
	Cost		waiting;
	ForeignPath *path;
	List	   *terms;
	ListCell   *lc;
	bool		missing;

	if (param)
		restrictions = list_concat_copy(restrictions, param->ppi_clauses);
	terms = add_terms(root, baserel, NIL, restrictions);
	missing = lfdw_term_missing(info->table, terms) != NULL;
	foreach(lc, terms)
		calls *= count_calls(lfirst(lc));
	waiting = cost_scan(baserel, calls, baserel->tuples *
						returned_share(root, baserel, restrictions),
						&startup, &total);
	if (missing)
	{
		startup += MISSING_VALUE_COST;
		total += MISSING_VALUE_COST;
	}
	if (pathkeys)
		total += (total - startup) * SORTED_ROW_SHARE;

	path = lfdw_create_foreignscan_path(root, baserel,
										param ? param->ppi_rows : baserel->rows,
										missing ? 1 : 0, startup, total,
										pathkeys,
										param ? param->ppi_req_outer :
										baserel->lateral_relids);
	path->fdw_private = list_make1(makeFloat(psprintf("%.0f", waiting)));
	add_path(baserel, (Path *) path);
}

/* The column of the relation that a path key sorts by, or NULL. */
static const LfdwColumn *
sort_column(const LfdwTable *table, RelOptInfo *baserel,
			const PathKey *pathkey)
{
	EquivalenceClass *ec = pathkey->pk_eclass;
	EquivalenceMemberIterator iterator;
	EquivalenceMember *em;

	if (ec->ec_has_volatile)
		return NULL;
	setup_eclass_member_iterator(&iterator, ec, baserel->relids);
	while ((em = eclass_member_iterator_next(&iterator)) != NULL)
	{
		const LfdwColumn *column;

		if (em->em_is_const || !bms_equal(em->em_relids, baserel->relids))
			continue;
		column = lfdw_term_sort_column(table, baserel->relid,
									   (Node *) em->em_expr,
									   pathkey->pk_opfamily, ec->ec_collation);
		if (column)
			return column;
	}
	return NULL;
}

/*
 * Adds the path of a scan that the function sorts as the query's ORDER BY
 * says, where it can: one chain of calls, and every key a column that it
 * orders as PostgreSQL does.
 */
static void
add_sorted_path(PlannerInfo *root, RelOptInfo *baserel)
{
	LfdwRelInfo *info = baserel->fdw_private;
	Query	   *parse = root->parse;
	ListCell   *lc;

	if (!(info->table->options->capabilities & LFDW_CAPABLE_ORDER_BY) ||
		root->sort_pathkeys == NIL || root->query_pathkeys != root->sort_pathkeys ||
		parse->groupClause || parse->groupingSets || parse->distinctClause ||
		parse->hasWindowFuncs || parse->setOperations ||
		!bms_is_empty(baserel->lateral_relids))
		return;
	foreach(lc, add_terms(root, baserel, NIL, baserel->baserestrictinfo))
	{
		if (makes_calls(lfirst(lc)) ||
			!fits_a_call(lfirst(lc), info->table->options->max_batch_keys))
			return;
	}
	foreach(lc, root->sort_pathkeys)
	{
		if (sort_column(info->table, baserel, lfirst(lc)) == NULL)
			return;
	}
	add_scan_path(root, baserel, NULL, root->sort_pathkeys);
}

/* Does a member of an equivalence class stand for the column? */
static bool
member_is_column(PlannerInfo *root, RelOptInfo *rel, EquivalenceClass *ec,
				 EquivalenceMember *em, void *arg)
{
	ColumnMatch *match = arg;

	return lfdw_term_is_column(match->table, rel->relid, match->column,
							   (Node *) em->em_expr);
}

/* Adds the relations that join clauses on declared columns take values from. */
static List *
add_outer_relids(PlannerInfo *root, RelOptInfo *baserel, List *result,
				 List *clauses)
{
	LfdwRelInfo *info = baserel->fdw_private;
	ListCell   *lc;

	foreach(lc, clauses)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		LfdwTerm   *term;
		Relids		outer;
		ListCell   *lr;
		bool		known = false;

		if (!join_clause_is_movable_to(rinfo, baserel))
			continue;
		term = lfdw_term_classify(root, info->table, baserel, rinfo);
		if (term == NULL || !term->declared)
			continue;
		outer = bms_union(bms_difference(rinfo->clause_relids, baserel->relids),
						  baserel->lateral_relids);
		foreach(lr, result)
			known |= bms_equal(lfirst(lr), outer);
		if (!known && !bms_is_empty(outer))
			result = lappend(result, outer);
	}
	return result;
}

/*
 * Every set of relations that can give a declared column its value, and all
 * of them together: several columns may each be required.
 */
static List *
find_parameterizations(PlannerInfo *root, RelOptInfo *baserel)
{
	LfdwRelInfo *info = baserel->fdw_private;
	List	   *result = add_outer_relids(root, baserel, NIL, baserel->joininfo);
	Relids		all = NULL;
	ListCell   *lc;

	for (int i = 0; baserel->has_eclass_joins && i < info->table->ncolumns; i++)
	{
		ColumnMatch match = {info->table, &info->table->columns[i]};

		result = add_outer_relids(root, baserel, result,
								  generate_implied_equalities_for_column(root, baserel,
																		 member_is_column, &match,
																		 baserel->lateral_referencers));
	}
	if (list_length(result) < 2)
		return result;
	foreach(lc, result)
		all = bms_add_members(all, lfirst(lc));
	foreach(lc, result)
	{
		if (bms_equal(all, lfirst(lc)))
			return result;
	}
	return lappend(result, all);
}

/*
 * GetForeignPaths: a scan of the table as it is, always, and one for each way
 * in which a join can give declared columns their values.
 */
void
lambdaGetForeignPaths(PlannerInfo *root, RelOptInfo *baserel,
					  Oid foreigntableid)
{
	ListCell   *lc;

	add_scan_path(root, baserel, baserel->lateral_relids, NIL);
	add_sorted_path(root, baserel);
	foreach(lc, find_parameterizations(root, baserel))
		add_scan_path(root, baserel, lfirst(lc), NIL);
}

/* The attribute numbers that a scan's target and conditions need. */
static List *
wanted_attrs(const LfdwTable *table, RelOptInfo *baserel, List *clauses)
{
	Bitmapset  *attrs = NULL;
	List	   *result = NIL;
	bool		whole_row;

	pull_varattnos((Node *) baserel->reltarget->exprs, baserel->relid, &attrs);
	pull_varattnos((Node *) clauses, baserel->relid, &attrs);
	whole_row = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, attrs);
	for (int i = 0; i < table->ncolumns; i++)
	{
		AttrNumber	attnum = table->columns[i].attnum;

		if (whole_row ||
			bms_is_member(attnum - FirstLowInvalidHeapAttributeNumber, attrs))
			result = lappend_int(result, attnum);
	}
	return result;
}

/* The conditions that are sent, as expressions. */
static List *
pushed_clauses(PlannerInfo *root, RelOptInfo *baserel, List *scan_clauses)
{
	LfdwRelInfo *info = baserel->fdw_private;
	List	   *pushed = NIL;
	ListCell   *lc;

	foreach(lc, scan_clauses)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);

		if (lfdw_term_classify(root, info->table, baserel, rinfo))
			pushed = lappend(pushed, rinfo->clause);
	}
	return pushed;
}

/* Why each of the conditions is not sent, as EXPLAIN shows it. */
static List *
local_reasons(PlannerInfo *root, RelOptInfo *baserel, List *scan_clauses)
{
	LfdwRelInfo *info = baserel->fdw_private;
	List	   *reasons = NIL;
	ListCell   *lc;

	foreach(lc, scan_clauses)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		const char *why = "";

		if (rinfo->pseudoconstant)
			continue;
		if (!lfdw_term_classify(root, info->table, baserel, rinfo))
			why = lfdw_term_problem(root, info->table, baserel, rinfo);
		reasons = lappend(reasons, makeString(pstrdup(why)));
	}
	return reasons;
}

/* The order that a sorted path asks the function for. */
static List *
order_of_path(const LfdwTable *table, RelOptInfo *baserel,
			  const Path *path)
{
	List	   *order = NIL;
	ListCell   *lc;

	foreach(lc, path->pathkeys)
	{
		PathKey    *pathkey = lfirst_node(PathKey, lc);

		order = lappend(order,
						list_make3_int(sort_column(table, baserel, pathkey)->attnum,
									   lfdw_pathkey_descends(pathkey),
									   pathkey->pk_nulls_first));
	}
	return order;
}

/* Adds an expression to a list; returns its place, -1 where there is none. */
static int
add_expression(List **list, Node *node)
{
	if (node == NULL)
		return -1;
	*list = lappend(*list, node);
	return list_length(*list) - 1;
}

/*
 * GetForeignPlan: every condition is rechecked by the executor; those that
 * can be sent are noted as terms, their values as fdw_exprs, and themselves, for
 * EXPLAIN, as fdw_recheck_quals.  A path with a limit has LIMIT and OFFSET
 * among its expressions.
 */
ForeignScan *
lambdaGetForeignPlan(PlannerInfo *root, RelOptInfo *baserel,
					 Oid foreigntableid, ForeignPath *best_path, List *tlist,
					 List *scan_clauses, Plan *outer_plan)
{
	LfdwRelInfo *info = baserel->fdw_private;
	List	   *terms = add_terms(root, baserel, NIL, scan_clauses);
	List	   *clauses = extract_actual_clauses(scan_clauses, false);
	List	   *values = lfdw_term_values(terms);
	bool		limited = list_length(best_path->fdw_private) > 1;
	List	   *limit;
	List	   *private;

	limit = list_make1_int(add_expression(&values, limited ? root->parse->limitCount : NULL));
	limit = lappend_int(limit, add_expression(&values, limited ? root->parse->limitOffset : NULL));
	private = list_make5(lfdw_term_serialize(terms),
						 wanted_attrs(info->table, baserel, clauses),
						 order_of_path(info->table, baserel, &best_path->path),
						 limit,
						 lfdw_plan_problems(root, baserel, scan_clauses));
	private = lappend(private, waiting_of_path(best_path));
	private = lappend(private, local_reasons(root, baserel, scan_clauses));
	return make_foreignscan(tlist, clauses, baserel->relid, values, private, NIL,
							pushed_clauses(root, baserel, scan_clauses),
							outer_plan);
}

/*
 * The attributes a plan wants, as pull_varattnos would give them; palloc'd in
 * the current context.
 */
Bitmapset *
lfdw_plan_attrs(const ForeignScan *plan)
{
	Bitmapset  *attrs = NULL;
	ListCell   *lc;

	foreach(lc, (List *) list_nth(plan->fdw_private, LFDW_PLAN_ATTRS))
		attrs = bms_add_member(attrs, lfirst_int(lc) -
							   FirstLowInvalidHeapAttributeNumber);
	return attrs;
}
