/*-------------------------------------------------------------------------
 *
 * modify.h
 *		INSERT, UPDATE and DELETE, which no function is asked for yet.
 *
 * IDENTIFICATION
 *	  src/modify/modify.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_MODIFY_H
#define LFDW_MODIFY_H

#include "postgres.h"

#include "nodes/pathnodes.h"
#include "nodes/plannodes.h"

extern List *lambdaPlanForeignModify(PlannerInfo *root, ModifyTable *plan,
									 Index resultRelation, int subplan_index);

#endif							/* LFDW_MODIFY_H */
