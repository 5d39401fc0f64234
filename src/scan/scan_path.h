/*-------------------------------------------------------------------------
 *
 * scan_path.h
 *		What the callbacks of planning know of a relation.
 *
 * IDENTIFICATION
 *	  src/scan/scan_path.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SCAN_PATH_H
#define LFDW_SCAN_PATH_H

#include "postgres.h"

#include "foreign/fdwapi.h"
#include "nodes/pathnodes.h"
#include "options/table.h"

/*
 * Indexes of the lists in a ForeignScan's fdw_private.  The values of the
 * terms are in fdw_exprs, in the same order, where the planner turns outer
 * columns into parameters.  For example:
 *
 *	terms = (List *) list_nth(plan->fdw_private, LFDW_PLAN_TERMS);
 */
enum LfdwPlanPrivate
{
	LFDW_PLAN_TERMS,			/* what lfdw_term_serialize made */
	LFDW_PLAN_ATTRS,			/* IntList: attribute numbers wanted */
	LFDW_PLAN_ORDER,			/* list of lists: attribute number,
								 * descending, nulls first */
	LFDW_PLAN_LIMIT,			/* IntList: where in fdw_exprs the LIMIT and
								 * the OFFSET are, -1 for none */
	LFDW_PLAN_PROBLEMS,			/* what lfdw_plan_problems made */
	LFDW_PLAN_WAITING,			/* Float: the part of the cost that is waiting */
	LFDW_PLAN_REASONS			/* for each condition, a String: why it is not
								 * sent, "" where it is */
};

extern void lambdaGetForeignRelSize(PlannerInfo *root, RelOptInfo *baserel,
									Oid foreigntableid);
extern void lambdaGetForeignPaths(PlannerInfo *root, RelOptInfo *baserel,
								  Oid foreigntableid);
extern ForeignScan *lambdaGetForeignPlan(PlannerInfo *root,
										 RelOptInfo *baserel,
										 Oid foreigntableid,
										 ForeignPath *best_path, List *tlist,
										 List *scan_clauses,
										 Plan *outer_plan);
extern Bitmapset *lfdw_plan_attrs(const ForeignScan *plan);
extern bool lfdw_plan_is_ours(const RelOptInfo *rel);
extern Cost lfdw_plan_latency(const LfdwOptions *options);

#endif							/* LFDW_SCAN_PATH_H */
