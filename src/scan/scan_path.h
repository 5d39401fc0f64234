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

#include "nodes/pathnodes.h"
#include "options/table.h"

/* What a relation's fdw_private is. */
typedef struct LfdwRelInfo
{
	LfdwTable  *table;
} LfdwRelInfo;

extern bool lfdw_plan_is_ours(const RelOptInfo *rel);
extern Cost lfdw_plan_latency(const LfdwOptions *options);
extern bool lfdw_plan_is_exact(PlannerInfo *root, RelOptInfo *baserel);

#endif							/* LFDW_SCAN_PATH_H */
