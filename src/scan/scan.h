/*-------------------------------------------------------------------------
 *
 * scan.h
 *		Execution of foreign scans, and what joins and EXPLAIN ask of one.
 *
 * IDENTIFICATION
 *	  src/scan/scan.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SCAN_H
#define LFDW_SCAN_H

#include "postgres.h"

#include "lambda/invoke.h"
#include "nodes/execnodes.h"
#include "options/table.h"
#include "pushdown/bound.h"
#include "scan/fetch.h"
#include "scan/parallel.h"

/* A scan as EXPLAIN shows it; what is pointed to is the scan's own. */
typedef struct LfdwScanDescription
{
	const LfdwTable *table;
	List	   *terms;
	List	   *keys;			/* terms of the join above, NIL for none */
	const char *order_by;		/* JSON, NULL for none */
	LfdwInvokeStats stats;		/* of all processes that take part */
} LfdwScanDescription;

extern void lambdaBeginForeignScan(ForeignScanState *node, int eflags);
extern TupleTableSlot *lambdaIterateForeignScan(ForeignScanState *node);
extern void lambdaReScanForeignScan(ForeignScanState *node);
extern void lambdaEndForeignScan(ForeignScanState *node);

extern LfdwFetch *lfdw_scan_fetch(ForeignScanState *node);
extern void lfdw_scan_abandon(ForeignScanState *node);
extern void lfdw_scan_bind(ForeignScanState *node,
						   const LfdwBound *bound);
extern void lfdw_scan_set_keys(ForeignScanState *node, List *keys);
extern LfdwParallel *lfdw_scan_parallel(ForeignScanState *node);
extern void lfdw_scan_set_parallel(ForeignScanState *node,
								   LfdwParallel *parallel);
extern void lfdw_scan_describe(ForeignScanState *node,
							   LfdwScanDescription *description);

#endif							/* LFDW_SCAN_H */
