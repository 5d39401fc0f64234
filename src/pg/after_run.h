/*-------------------------------------------------------------------------
 *
 * after_run.h
 *		What is done each time the executor has run a query for a while.
 *
 * IDENTIFICATION
 *	  src/pg/after_run.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_AFTER_RUN_H
#define LFDW_AFTER_RUN_H

#include "postgres.h"

#include "executor/execdesc.h"

/* count is how many rows were asked for, 0 for all. */
typedef void (*LfdwAfterRun) (QueryDesc *query, uint64 count);

extern void lfdw_after_run_add(LfdwAfterRun callback);

#endif							/* LFDW_AFTER_RUN_H */
