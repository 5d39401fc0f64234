/*-------------------------------------------------------------------------
 *
 * parallel_scan.c
 *		What core asks of a foreign scan that several processes run together.
 *
 * IDENTIFICATION
 *	  src/scan/parallel_scan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "scan/parallel.h"
#include "scan/parallel_scan.h"
#include "scan/scan.h"

/*
 * IsForeignScanParallelSafe: core asks before there is a path.  Each path says by
 * itself whether it is.
 */
bool
lambdaIsForeignScanParallelSafe(PlannerInfo *root, RelOptInfo *rel,
								RangeTblEntry *rte)
{
	return true;
}

/* EstimateDSMForeignScan: the size of what is shared. */
Size
lambdaEstimateDSMForeignScan(ForeignScanState *node, ParallelContext *pcxt)
{
	return lfdw_parallel_size(pcxt);
}

/*
 * InitializeDSMForeignScan: the leader prepares what is shared.  Workers count for
 * EXPLAIN ANALYZE alone.
 */
void
lambdaInitializeDSMForeignScan(ForeignScanState *node, ParallelContext *pcxt,
							   void *coordinate)
{
	lfdw_scan_set_parallel(node,
						   lfdw_parallel_lead(lfdw_scan_parallel(node), pcxt,
											  coordinate,
											  node->ss.ps.instrument != NULL,
											  node->ss.ps.state->es_query_cxt));
}

/* ReInitializeDSMForeignScan: the same memory, for the workers of another scan. */
void
lambdaReInitializeDSMForeignScan(ForeignScanState *node, ParallelContext *pcxt,
								 void *coordinate)
{
	lfdw_parallel_reset(pcxt, coordinate);
}

/* InitializeWorkerForeignScan: a worker takes part from now on. */
void
lambdaInitializeWorkerForeignScan(ForeignScanState *node, shm_toc *toc,
								  void *coordinate)
{
	lfdw_scan_set_parallel(node, lfdw_parallel_join(coordinate));
}

/*
 * ShutdownForeignScan: the leader's comes before it waits for its workers' end, and
 * before the memory of the parallel query is gone.
 */
void
lambdaShutdownForeignScan(ForeignScanState *node)
{
	lfdw_parallel_stop(lfdw_scan_parallel(node));
}
