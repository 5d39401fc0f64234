/*-------------------------------------------------------------------------
 *
 * join_target.h
 *		The scan tuple of a join that is a custom scan.
 *
 * IDENTIFICATION
 *	  src/join/join_target.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JOIN_TARGET_H
#define LFDW_JOIN_TARGET_H

#include "postgres.h"

#include "nodes/pathnodes.h"

/* The columns of a join's scan tuple, and its conditions. */
typedef struct LfdwJoinTarget
{
	List	   *outer;
	List	   *inner;			/* as the conditions of the join see them */
	List	   *shown;			/* the same as the plan above sees them */
	List	   *joinquals;
	List	   *otherquals;		/* for after NULLs were filled in */
} LfdwJoinTarget;

extern List *lfdw_join_target_vars(Node *node);
extern void lfdw_join_target_conditions(LfdwJoinTarget *target,
										RelOptInfo *joinrel, JoinType jointype,
										List *restrictlist);
extern bool lfdw_join_target_columns(LfdwJoinTarget *target, List *above,
									 List *outer, List *inner);
extern Node *lfdw_join_target_show(const LfdwJoinTarget *target, Node *node);
extern List *lfdw_join_target_list(const LfdwJoinTarget *target);

#endif							/* LFDW_JOIN_TARGET_H */
