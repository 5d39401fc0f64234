/*-------------------------------------------------------------------------
 *
 * scan_plan.h
 *		Plans of foreign scans.
 *
 * IDENTIFICATION
 *	  src/scan/scan_plan.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SCAN_PLAN_H
#define LFDW_SCAN_PLAN_H

#include "postgres.h"

#include "nodes/pathnodes.h"
#include "nodes/plannodes.h"

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
	LFDW_PLAN_PROBLEMS,			/* what lfdw_required_column_problems made */
	LFDW_PLAN_WAITING,			/* Float: the part of the cost that is waiting */
	LFDW_PLAN_WHYS,				/* for each clause, a String: why it is not
								 * sent, "" where it is */
	LFDW_PLAN_AHEAD				/* Integer: LfdwReadAhead */
};

extern ForeignScan *lambdaGetForeignPlan(PlannerInfo *root,
										 RelOptInfo *baserel,
										 Oid foreigntableid,
										 ForeignPath *best_path, List *tlist,
										 List *scan_clauses,
										 Plan *outer_plan);
extern Bitmapset *lfdw_scan_plan_attrs(const ForeignScan *plan);
extern Cost lfdw_scan_plan_waiting(const ForeignScan *plan);

#endif							/* LFDW_SCAN_PLAN_H */
