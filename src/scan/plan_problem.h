/*-------------------------------------------------------------------------
 *
 * plan_problem.h
 *		Why conditions on required columns cannot be sent.
 *
 * IDENTIFICATION
 *	  src/scan/plan_problem.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_PLAN_PROBLEM_H
#define LFDW_PLAN_PROBLEM_H

#include "postgres.h"

#include "nodes/pathnodes.h"
#include "options/table.h"

extern List *lfdw_plan_problems(PlannerInfo *root, RelOptInfo *baserel,
								List *clauses);
extern void lfdw_plan_note_problems(LfdwTable *table, List *problems);

#endif							/* LFDW_PLAN_PROBLEM_H */
