/*-------------------------------------------------------------------------
 *
 * parallel_scan.h
 *		What core asks of a foreign scan that several processes run together.
 *
 * IDENTIFICATION
 *	  src/scan/parallel_scan.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_PARALLEL_SCAN_H
#define LFDW_PARALLEL_SCAN_H

#include "postgres.h"

#include "access/parallel.h"
#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"

extern bool lambdaIsForeignScanParallelSafe(PlannerInfo *root, RelOptInfo *rel,
											RangeTblEntry *rte);
extern Size lambdaEstimateDSMForeignScan(ForeignScanState *node,
										 ParallelContext *pcxt);
extern void lambdaInitializeDSMForeignScan(ForeignScanState *node,
										   ParallelContext *pcxt,
										   void *coordinate);
extern void lambdaReInitializeDSMForeignScan(ForeignScanState *node,
											 ParallelContext *pcxt,
											 void *coordinate);
extern void lambdaInitializeWorkerForeignScan(ForeignScanState *node,
											  shm_toc *toc, void *coordinate);
extern void lambdaShutdownForeignScan(ForeignScanState *node);

#endif							/* LFDW_PARALLEL_SCAN_H */
