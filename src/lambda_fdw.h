/*-------------------------------------------------------------------------
 *
 * lambda_fdw.h
 *		The callbacks of the foreign-data wrapper, and the plan they share.
 *
 * IDENTIFICATION
 *	  src/lambda_fdw.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LAMBDA_FDW_H
#define LAMBDA_FDW_H

#include "postgres.h"

#include "foreign/fdwapi.h"

#include "options/option.h"

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

/* scan_path.c */
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
extern void lambdaGetForeignUpperPaths(PlannerInfo *root,
									   UpperRelationKind stage,
									   RelOptInfo *input_rel,
									   RelOptInfo *output_rel, void *extra);
extern Bitmapset *lfdw_plan_attrs(const ForeignScan *plan);

/* analyze.c */
extern bool lambdaAnalyzeForeignTable(Relation relation,
									  AcquireSampleRowsFunc *func,
									  BlockNumber *totalpages);

/* scan.c */
extern void lambdaBeginForeignScan(ForeignScanState *node, int eflags);
extern TupleTableSlot *lambdaIterateForeignScan(ForeignScanState *node);
extern void lambdaReScanForeignScan(ForeignScanState *node);
extern void lambdaEndForeignScan(ForeignScanState *node);

/* modify.c */
extern List *lambdaPlanForeignModify(PlannerInfo *root, ModifyTable *plan,
									 Index resultRelation, int subplan_index);

/* scan_explain.c */
extern void lambdaExplainForeignScan(ForeignScanState *node,
									 struct ExplainState *es);

/* sql_session.c */
extern LfdwOptions *lfdw_server_options(const char *name,
										bool superusers_will_do);

#endif							/* LAMBDA_FDW_H */
