/*-------------------------------------------------------------------------
 *
 * scan_path.c
 *		Paths of foreign scans.
 *
 * Planning reads catalogs and nothing else: no network.
 *
 * IDENTIFICATION
 *	  src/scan/scan_path.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "aws/budget.h"
#include "foreign/fdwapi.h"
#include "nodes/makefuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/restrictinfo.h"
#include "options/option_list.h"
#include "options/table_access.h"
#include "parser/parsetree.h"

#include "pg/compat.h"
#include "pushdown/term_list.h"
#include "scan/rel_info.h"
#include "scan/scan_cost.h"
#include "scan/scan_path.h"

/* As many sets of relations are considered for each that gives a column its value. */
#define SETS_PER_SOURCE 10

/* A column of a relation, for generate_implied_equalities_for_column. */
typedef struct ColumnMatch
{
	const LfdwTable *table;
	const LfdwColumn *column;
} ColumnMatch;

/*
 * Raises 0A000 for a table that can only be written: of a target that could not be
 * changed either says so, which no option for reading mends.
 */
static void
check_readable(const PlannerInfo *root, const RelOptInfo *baserel,
			   const LfdwTable *table)
{
	bool		deletes = root->parse->commandType == CMD_DELETE;
	const char *hint = NULL;
	const char *why = lfdw_table_unreadable(table, &hint);
	const char *remedy = NULL;
	const char *never = NULL;

	if (why && bms_is_member(baserel->relid, root->all_result_relids))
		never = lfdw_table_unchangeable(table, deletes, &remedy);
	if (never)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 deletes ?
				 errmsg("cannot delete from foreign table \"%s\"", table->relname) :
				 errmsg("cannot update foreign table \"%s\"", table->relname),
				 errdetail("%s", never),
				 errhint("%s", remedy)));
	if (why)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot read foreign table \"%s\"", table->relname),
				 errdetail("%s", why),
				 errhint("%s", hint)));
}

/*
 * GetForeignRelSize: makes the table with its function, which checks the
 * options against each other, and estimates rows from estimated_rows unless
 * the catalog knows better.
 */
void
lambdaGetForeignRelSize(PlannerInfo *root, RelOptInfo *baserel,
						Oid foreigntableid)
{
	Relation	relation = table_open(foreigntableid, NoLock);
	LfdwTable  *table = lfdw_table_create(relation);

	table_close(relation, NoLock);
	check_readable(root, baserel, table);
	baserel->fdw_private = lfdw_rel_info_create(table);

	if (baserel->tuples <= 0)
		baserel->tuples = table->options->estimated_rows;
	set_baserel_size_estimates(root, baserel);
}

/*
 * Is the relation one of our tables, scanned by itself?  Where the planner has
 * proved that it has no rows, it was never asked about.
 */
bool
lfdw_scan_path_is_ours(const RelOptInfo *rel)
{
	return rel->reloptkind == RELOPT_BASEREL && rel->fdwroutine != NULL &&
		rel->fdwroutine->GetForeignRelSize == lambdaGetForeignRelSize &&
		rel->fdw_private != NULL;
}

/*
 * A path of a scan by one process.  It is not parallel safe, though a worker could run
 * it: of the children of an Append that are, core would make no asynchronous ones.
 */
static ForeignPath *
make_path(PlannerInfo *root, RelOptInfo *rel, double rows,
		  const LfdwScanCost *cost, List *pathkeys, Relids required_outer)
{
	ForeignPath *path = lfdw_create_foreignscan_path(root, rel, rows,
													 cost->disabled_nodes,
													 cost->startup,
													 cost->total, pathkeys,
													 required_outer);

	/* with a decimal: a plan's text would be read as an Integer without one */
	path->fdw_private = list_make1(makeFloat(psprintf("%.1f", cost->waiting)));
	path->path.parallel_safe = false;
	return path;
}

/*
 * The path of a scan of a relation of ours as it is, for a join that gives it
 * keys: what the scan costs then is the join's to say.
 */
Path *
lfdw_scan_path_of_join(PlannerInfo *root, RelOptInfo *rel)
{
	LfdwScanCost nothing = {0};

	return (Path *) make_path(root, rel, rel->rows, &nothing, NIL, NULL);
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

/* The clauses that equivalence classes have of a column and other relations. */
static List *
equalities_of(PlannerInfo *root, RelOptInfo *baserel, const LfdwColumn *column)
{
	LfdwRelInfo *info = baserel->fdw_private;
	ColumnMatch match = {info->table, column};

	if (!baserel->has_eclass_joins)
		return NIL;
	return generate_implied_equalities_for_column(root, baserel,
												  member_is_column, &match,
												  baserel->lateral_referencers);
}

/* Has a column a condition among these that gives it its value? */
static bool
has_value(List *terms, const LfdwColumn *column)
{
	ListCell   *lc;

	foreach(lc, terms)
	{
		const LfdwTerm *term = lfirst(lc);

		if (term->column == column && lfdw_term_gives_value(term))
			return true;
	}
	return false;
}

/*
 * Of several columns of the relation in one equivalence class, core joins one and
 * compares the others with it after the scan.  What of other relations the required
 * ones are equal to, that have no value in these conditions: RestrictInfos that hold
 * wherever the conditions do, in a list in the current context.
 */
List *
lfdw_scan_path_implied(PlannerInfo *root, RelOptInfo *baserel, Relids outer,
					   List *restrictions)
{
	LfdwRelInfo *info = baserel->fdw_private;
	List	   *terms = lfdw_rel_info_terms(root, baserel, restrictions);
	List	   *implied = NIL;

	for (int i = 0; i < info->table->ncolumns; i++)
	{
		const LfdwColumn *column = &info->table->columns[i];
		ListCell   *lc;

		if (!column->required || has_value(terms, column))
			continue;
		foreach(lc, equalities_of(root, baserel, column))
		{
			RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
			Relids		others = bms_difference(rinfo->clause_relids, baserel->relids);

			if (!bms_is_subset(others, outer) ||
				lfdw_rel_info_clause(root, baserel, rinfo)->term == NULL)
				continue;
			implied = lappend(implied, rinfo);
			break;
		}
	}
	return implied;
}

/* The conditions of a relation's scan, and what a parameterization adds to them. */
static List *
scan_conditions(PlannerInfo *root, RelOptInfo *baserel, ParamPathInfo *param)
{
	List	   *conditions;

	if (param == NULL)
		return baserel->baserestrictinfo;
	conditions = list_concat_copy(baserel->baserestrictinfo, param->ppi_clauses);
	return list_concat(conditions,
					   lfdw_scan_path_implied(root, baserel, param->ppi_req_outer,
											  conditions));
}

/*
 * Adds the path of a scan under the conditions of the relation and those of a
 * parameterization, if there is one; sorted, if there are pathkeys.
 */
static void
add_scan_path(PlannerInfo *root, RelOptInfo *baserel, Relids required_outer,
			  List *pathkeys)
{
	ParamPathInfo *param = get_baserel_parampathinfo(root, baserel,
													 required_outer);
	LfdwScanCost cost;

	lfdw_scan_cost_estimate(root, baserel, scan_conditions(root, baserel, param),
							pathkeys != NIL, &cost);
	add_path(baserel, (Path *)
			 make_path(root, baserel, param ? param->ppi_rows : baserel->rows,
					   &cost, pathkeys,
					   param ? param->ppi_req_outer : baserel->lateral_relids));
}

/*
 * May an Append have a scan of the relation among its children, or a query around it?
 * One whose children are asynchronous has all their calls under way at a time, where a
 * parallel one has a child for each process, and costs say nothing of that.  Besides,
 * the leader may not wait for a worker to begin a child while others wait for it to
 * take their rows.
 */
static bool
is_appended(const PlannerInfo *root, const RelOptInfo *baserel)
{
	if (baserel->reloptkind != RELOPT_BASEREL)
		return true;
	for (root = root->parent_root; root; root = root->parent_root)
	{
		ListCell   *lc;

		if (root->parse->setOperations)
			return true;
		foreach(lc, root->append_rel_list)
		{
			const AppendRelInfo *child = lfirst_node(AppendRelInfo, lc);

			/* a sublink is planned before its query has an array of them */
			if (rt_fetch(child->child_relid, root->parse->rtable)->rtekind == RTE_SUBQUERY)
				return true;
		}
	}
	return false;
}

/*
 * May a subquery around a scan end before its last row, and be run again, as that of
 * EXISTS is?  Gather then waits for its workers without a word to their scans, and they
 * for the function; only LIMIT says that no more is wanted.
 */
static bool
is_run_in_part(const PlannerInfo *root)
{
	for (; root->parent_root; root = root->parent_root)
	{
		const Query *parse = root->parse;

		if (root->tuple_fraction > 0 && !parse->limitCount && !parse->hasAggs &&
			!parse->groupClause && !parse->groupingSets)
			return true;
	}
	return false;
}

/* By how many processes core divides the rows of a partial path. */
static double
rows_divisor(int workers)
{
	double		leader = parallel_leader_participation ? 1.0 - 0.3 * workers : 0;

	return workers + Max(leader, 0);
}

/*
 * Adds the path of a scan that workers run together, if there are several calls to
 * share.  They share the work on the rows, and wait as long as one process would.
 */
static void
add_shared_path(PlannerInfo *root, RelOptInfo *baserel)
{
	const LfdwOptions *options = ((LfdwRelInfo *) baserel->fdw_private)->table->options;
	LfdwScanCost cost;
	ForeignPath *path;
	int			workers;

	/* answers that are kept are one process's to ask for, and whole */
	if (!lfdw_budget_allows_workers() || options->cache_ttl_ms > 0 ||
		!baserel->consider_parallel || !bms_is_empty(baserel->lateral_relids) ||
		is_appended(root, baserel) || is_run_in_part(root))
		return;
	lfdw_scan_cost_estimate(root, baserel, baserel->baserestrictinfo, false, &cost);
	workers = Min(Min(cost.units, options->max_concurrency),
				  max_parallel_workers_per_gather);
	if (cost.units <= 1 || workers <= 0 || cost.disabled_nodes > 0)
		return;
	cost.total -= cost.work - cost.work / workers;
	path = make_path(root, baserel, clamp_row_est(baserel->rows / rows_divisor(workers)),
					 &cost, NIL, NULL);
	path->path.parallel_aware = true;
	path->path.parallel_safe = true;
	path->path.parallel_workers = workers;
	add_partial_path(baserel, (Path *) path);
}

/* The column of the relation that a path key sorts by, or NULL. */
const LfdwColumn *
lfdw_scan_path_sort_column(const LfdwTable *table, RelOptInfo *baserel,
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
		info->table->options->splits > 1 ||
		root->sort_pathkeys == NIL || root->query_pathkeys != root->sort_pathkeys ||
		parse->groupClause || parse->groupingSets || parse->distinctClause ||
		parse->hasWindowFuncs || parse->setOperations ||
		!bms_is_empty(baserel->lateral_relids))
		return;
	foreach(lc, lfdw_rel_info_terms(root, baserel, baserel->baserestrictinfo))
	{
		if (!lfdw_scan_cost_is_one_call(lfirst(lc), info->table->options))
			return;
	}
	foreach(lc, root->sort_pathkeys)
	{
		if (lfdw_scan_path_sort_column(info->table, baserel, lfirst(lc)) == NULL)
			return;
	}
	add_scan_path(root, baserel, NULL, root->sort_pathkeys);
}

/* Adds a set of relations to a list, once; the empty one never. */
static List *
add_relids(List *sets, Relids relids)
{
	ListCell   *lc;

	if (bms_is_empty(relids))
		return sets;
	foreach(lc, sets)
	{
		if (bms_equal(lfirst(lc), relids))
			return sets;
	}
	return lappend(sets, relids);
}

/* Adds the relations that join clauses on declared columns take values from. */
static List *
add_outer_relids(PlannerInfo *root, RelOptInfo *baserel, List *result,
				 List *clauses)
{
	ListCell   *lc;

	foreach(lc, clauses)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);

		if (join_clause_is_movable_to(rinfo, baserel) &&
			lfdw_rel_info_clause(root, baserel, rinfo)->why == NULL)
			result = add_relids(result,
								bms_union(bms_difference(rinfo->clause_relids,
														 baserel->relids),
										  baserel->lateral_relids));
	}
	return result;
}

/* Does a scan that takes values from these relations leave a required one out? */
static bool
leaves_missing(PlannerInfo *root, RelOptInfo *baserel, Relids required_outer)
{
	LfdwRelInfo *info = baserel->fdw_private;
	ParamPathInfo *param = get_baserel_parampathinfo(root, baserel,
													 required_outer);
	List	   *clauses = scan_conditions(root, baserel, param);

	return lfdw_term_missing(info->table,
							 lfdw_rel_info_terms(root, baserel, clauses)) != NULL;
}

/*
 * Adds to sets of relations that give a column its value each what it takes of them
 * together to give all required columns theirs: in each way, for one may have a
 * relation that this one cannot be joined to so.  There are at most so many as core
 * considers for an index.
 */
static List *
add_complete_sets(PlannerInfo *root, RelOptInfo *baserel, List *sources)
{
	List	   *sets = list_copy(sources);
	ListCell   *lc;
	ListCell   *ls;

	foreach(lc, sets)			/* those added meanwhile, too */
	{
		if (!leaves_missing(root, baserel, lfirst(lc)))
			continue;
		foreach(ls, sources)
		{
			if (list_length(sets) >= SETS_PER_SOURCE * list_length(sources))
				return sets;
			sets = add_relids(sets, bms_union(lfirst(lc), lfirst(ls)));
		}
	}
	return sets;
}

/*
 * Every set of relations that can give a declared column its value, what several
 * required columns need of them, and all of them together.
 */
static List *
find_parameterizations(PlannerInfo *root, RelOptInfo *baserel)
{
	LfdwRelInfo *info = baserel->fdw_private;
	List	   *sources = add_outer_relids(root, baserel, NIL, baserel->joininfo);
	Relids		all = NULL;
	ListCell   *lc;

	for (int i = 0; i < info->table->ncolumns; i++)
		sources = add_outer_relids(root, baserel, sources,
								   equalities_of(root, baserel, &info->table->columns[i]));
	foreach(lc, sources)
		all = bms_add_members(all, lfirst(lc));
	return add_relids(add_complete_sets(root, baserel, sources), all);
}

/*
 * GetForeignPaths: a scan of the table as it is, always, one for workers where there
 * are several calls, and one for each way in which a join can give declared columns
 * their values.
 */
void
lambdaGetForeignPaths(PlannerInfo *root, RelOptInfo *baserel,
					  Oid foreigntableid)
{
	ListCell   *lc;

	add_scan_path(root, baserel, baserel->lateral_relids, NIL);
	add_sorted_path(root, baserel);
	add_shared_path(root, baserel);
	foreach(lc, find_parameterizations(root, baserel))
		add_scan_path(root, baserel, lfirst(lc), NIL);
}
