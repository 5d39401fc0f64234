/*-------------------------------------------------------------------------
 *
 * scan_plan.c
 *		Plans of foreign scans.
 *
 * A plan holds numbers and expressions, what EXPLAIN shows and what an error
 * would say; no secret, and nothing that the next (re)scan decides.
 *
 * IDENTIFICATION
 *	  src/scan/scan_plan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "foreign/fdwapi.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"

#include "pg/compat.h"
#include "pushdown/term_list.h"
#include "scan/page_chain.h"
#include "scan/rel_info.h"
#include "scan/required_column.h"
#include "scan/scan_path.h"
#include "scan/scan_plan.h"

/* The attribute numbers that a scan's target and clauses need. */
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

/*
 * What a plan notes of its conditions: the terms of those that are sent, and these
 * themselves; and of each why it is not sent, or "".  Pseudoconstant ones are
 * no conditions of the scan.
 */
static void
note_clauses(PlannerInfo *root, RelOptInfo *baserel, List *scan_clauses,
			 List **terms, List **pushed, List **whys)
{
	ListCell   *lc;

	*terms = *pushed = *whys = NIL;
	foreach(lc, scan_clauses)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		const LfdwClause *clause = lfdw_rel_info_clause(root, baserel, rinfo);

		if (rinfo->pseudoconstant)
			continue;
		if (clause->term)
		{
			*terms = lappend(*terms, clause->term);
			*pushed = lappend(*pushed, rinfo->clause);
		}
		*whys = lappend(*whys, makeString(pstrdup(clause->term ? "" :
												  clause->why)));
	}
}

/* Adds to a plan's terms those of clauses that others imply, and of which are none. */
static void
note_implied(PlannerInfo *root, RelOptInfo *baserel, List *implied, List **terms,
			 List **pushed)
{
	*terms = list_concat(*terms, lfdw_rel_info_terms(root, baserel, implied));
	*pushed = list_concat(*pushed, extract_actual_clauses(implied, false));
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
						list_make3_int(lfdw_scan_path_sort_column(table, baserel, pathkey)->attnum,
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
 * Pages of a query that needs all rows of its relations are asked for ahead.  One that
 * LIMIT ends, or EXISTS, must make no call in vain; a cursor may be closed.
 */
static LfdwReadAhead
read_ahead(const PlannerInfo *root)
{
	const Query *parse = root->parse;

	if (root->tuple_fraction <= 0 || parse->hasAggs ||
		parse->groupClause || parse->groupingSets)
		return LFDW_AHEAD_AT_ONCE;
	/* from 1 on it is a number of rows */
	if (parse->limitCount || root->tuple_fraction >= 1)
		return LFDW_AHEAD_NEEDED;
	return LFDW_AHEAD_HALF;
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
	List	   *clauses = extract_actual_clauses(scan_clauses, false);
	bool		limited = list_length(best_path->fdw_private) > LFDW_PATH_LIMITED;
	List	   *terms;
	List	   *pushed;
	List	   *whys;
	List	   *values;
	List	   *limit;
	List	   *private;

	note_clauses(root, baserel, scan_clauses, &terms, &pushed, &whys);
	if (best_path->path.param_info)
		note_implied(root, baserel,
					 lfdw_scan_path_implied(root, baserel, PATH_REQ_OUTER(&best_path->path),
											scan_clauses),
					 &terms, &pushed);
	values = lfdw_term_values(terms);
	limit = list_make1_int(add_expression(&values, limited ? root->parse->limitCount : NULL));
	limit = lappend_int(limit, add_expression(&values, limited ? root->parse->limitOffset : NULL));
	private = list_make5(lfdw_term_serialize(terms),
						 wanted_attrs(info->table, baserel, clauses),
						 order_of_path(info->table, baserel, &best_path->path),
						 limit,
						 lfdw_required_column_problems(root, baserel, scan_clauses));
	private = lappend(private, list_nth(best_path->fdw_private, LFDW_PATH_WAITING));
	private = lappend(private, whys);
	private = lappend(private, makeInteger(read_ahead(root)));
	return make_foreignscan(tlist, clauses, baserel->relid, values, private, NIL,
							pushed, outer_plan);
}

/*
 * The attributes a plan wants, as pull_varattnos would give them; palloc'd in
 * the current context.
 */
Bitmapset *
lfdw_scan_plan_attrs(const ForeignScan *plan)
{
	Bitmapset  *attrs = NULL;
	ListCell   *lc;

	foreach(lc, (List *) list_nth(plan->fdw_private, LFDW_PLAN_ATTRS))
		attrs = bms_add_member(attrs, lfirst_int(lc) -
							   FirstLowInvalidHeapAttributeNumber);
	return attrs;
}

/* The part of a foreign scan's cost that is waiting for calls; 0 for others'. */
Cost
lfdw_scan_plan_waiting(const ForeignScan *plan)
{
	if (!OidIsValid(plan->fs_server) ||
		GetFdwRoutineByServerId(plan->fs_server)->GetForeignRelSize !=
		lambdaGetForeignRelSize)
		return 0;
	return floatVal(list_nth(plan->fdw_private, LFDW_PLAN_WAITING));
}
