/*-------------------------------------------------------------------------
 *
 * parallel.h
 *		A foreign scan that several processes run together.
 *
 * IDENTIFICATION
 *	  src/scan/parallel.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_PARALLEL_H
#define LFDW_PARALLEL_H

#include "postgres.h"

#include "access/parallel.h"
#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"
#include "scan/fetch.h"

/* A scan's part in it: the leader's or a worker's. */
typedef struct LfdwParallel LfdwParallel;

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

extern bool lfdw_parallel_leaves_to_workers(const LfdwParallel *parallel);
extern void lfdw_parallel_share(LfdwParallel *parallel, LfdwFetch *fetch,
								const LfdwTable *table,
								const LfdwArguments *arguments);
extern bool lfdw_parallel_is_stopped(const LfdwParallel *parallel);
extern void lfdw_parallel_end(LfdwParallel *parallel,
							  const LfdwInvokeStats *stats);
extern void lfdw_parallel_add_counts(const LfdwParallel *parallel,
									 LfdwInvokeStats *stats);

#endif							/* LFDW_PARALLEL_H */
