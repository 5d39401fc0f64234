/*-------------------------------------------------------------------------
 *
 * scan_cost.h
 *		What foreign scans cost.
 *
 * IDENTIFICATION
 *	  src/scan/scan_cost.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SCAN_COST_H
#define LFDW_SCAN_COST_H

#include "postgres.h"

#include "nodes/pathnodes.h"
#include "options/option.h"
#include "pushdown/term.h"

typedef struct LfdwScanCost
{
	int			disabled_nodes; /* 1 where a required value is missing */
	Cost		startup;
	Cost		total;
	Cost		waiting;		/* the part of the total that is waiting */
	Cost		work;			/* the part that is work on rows */
	double		units;			/* calls, that processes can share */
} LfdwScanCost;

extern Cost lfdw_scan_cost_latency(const LfdwOptions *options);
extern double lfdw_scan_cost_list_calls(const LfdwTerm *term);
extern bool lfdw_scan_cost_is_one_call(const LfdwTerm *term,
									   const LfdwOptions *options);
extern void lfdw_scan_cost_estimate(PlannerInfo *root, RelOptInfo *baserel,
									List *restrictions, bool sorted,
									LfdwScanCost *cost);

#endif							/* LFDW_SCAN_COST_H */
