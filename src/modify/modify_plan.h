/*-------------------------------------------------------------------------
 *
 * modify_plan.h
 *		Which writes can be planned.
 *
 * IDENTIFICATION
 *	  src/modify/modify_plan.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_MODIFY_PLAN_H
#define LFDW_MODIFY_PLAN_H

#include "postgres.h"

#include "nodes/pathnodes.h"
#include "nodes/plannodes.h"
#include "utils/relcache.h"

extern void lambdaAddForeignUpdateTargets(PlannerInfo *root, Index rtindex,
										  RangeTblEntry *target_rte,
										  Relation target_relation);
extern List *lambdaPlanForeignModify(PlannerInfo *root, ModifyTable *plan,
									 Index resultRelation, int subplan_index);
extern int	lambdaIsForeignRelUpdatable(Relation rel);

#endif							/* LFDW_MODIFY_PLAN_H */
