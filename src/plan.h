/*-------------------------------------------------------------------------
 *
 * plan.h
 *		What the callbacks of planning know of a relation.
 *
 * IDENTIFICATION
 *	  src/plan.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_PLAN_H
#define LFDW_PLAN_H

#include "postgres.h"

#include "binding.h"
#include "nodes/pathnodes.h"

/* What a relation's fdw_private is. */
typedef struct LfdwRelInfo
{
	LfdwBinding *binding;
} LfdwRelInfo;

extern bool lfdw_plan_is_ours(const RelOptInfo *rel);
extern Cost lfdw_plan_latency(const LfdwOptions *options);
extern bool lfdw_plan_is_exact(PlannerInfo *root, RelOptInfo *baserel);

#endif							/* LFDW_PLAN_H */
