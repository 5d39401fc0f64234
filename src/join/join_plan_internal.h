/*-------------------------------------------------------------------------
 *
 * join_plan_internal.h
 *		A join that may become a bind join, while it is planned.
 *
 * IDENTIFICATION
 *	  src/join/join_plan_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JOIN_PLAN_INTERNAL_H
#define LFDW_JOIN_PLAN_INTERNAL_H

#include "postgres.h"

#include "nodes/pathnodes.h"
#include "pushdown/term.h"

typedef struct LfdwBindJoin
{
	PlannerInfo *root;
	RelOptInfo *joinrel;
	RelOptInfo *outerrel;
	RelOptInfo *innerrel;
	JoinType	jointype;
	List	   *restrictlist;
} LfdwBindJoin;

/* What a bind join by some keys over a path costs. */
typedef struct LfdwJoinCost
{
	int			batch_keys;		/* keys of a batch */
	Cost		startup;
	Cost		total;
	Cost		waiting;		/* the part of the total that is waiting */
} LfdwJoinCost;

/* join_key.c */
extern LfdwTerm *lfdw_join_key_term(const LfdwBindJoin *join,
									RestrictInfo *key);
extern List *lfdw_join_key_choices(const LfdwBindJoin *join);

/* join_gather.c */
extern void lfdw_join_gather_keep(RelOptInfo *joinrel);

/* join_cost.c */
extern void lfdw_join_cost_estimate(const LfdwBindJoin *join, List *keys,
									const Path *outer, LfdwJoinCost *cost);

#endif							/* LFDW_JOIN_PLAN_INTERNAL_H */
