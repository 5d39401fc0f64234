/*-------------------------------------------------------------------------
 *
 * parallel.h
 *		What processes share that run a foreign scan together.
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
#include "scan/fetch.h"

/* A scan's part in it: the leader's or a worker's. */
typedef struct LfdwParallel LfdwParallel;

extern Size lfdw_parallel_size(const ParallelContext *pcxt);
extern LfdwParallel *lfdw_parallel_lead(LfdwParallel *parallel,
										ParallelContext *pcxt, void *memory,
										bool counted, MemoryContext context);
extern void lfdw_parallel_reset(const ParallelContext *pcxt, void *memory);
extern LfdwParallel *lfdw_parallel_join(void *memory);
extern bool lfdw_parallel_leaves_to_others(LfdwParallel *parallel);
extern void lfdw_parallel_share(LfdwParallel *parallel, LfdwFetch *fetch,
								const LfdwTable *table,
								const LfdwArguments *arguments);
extern bool lfdw_parallel_may_warn(LfdwParallel *parallel);
extern bool lfdw_parallel_is_stopped(const LfdwParallel *parallel);
extern void lfdw_parallel_stop(LfdwParallel *parallel);
extern void lfdw_parallel_end(LfdwParallel *parallel,
							  const LfdwInvokeStats *stats);
extern void lfdw_parallel_add_counts(const LfdwParallel *parallel,
									 LfdwInvokeStats *stats);

#endif							/* LFDW_PARALLEL_H */
