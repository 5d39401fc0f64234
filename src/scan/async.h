/*-------------------------------------------------------------------------
 *
 * async.h
 *		Foreign scans below an Append that waits for several of them.
 *
 * IDENTIFICATION
 *	  src/scan/async.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ASYNC_H
#define LFDW_ASYNC_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"

extern bool lambdaIsForeignPathAsyncCapable(ForeignPath *path);
extern void lambdaForeignAsyncRequest(AsyncRequest *areq);
extern void lambdaForeignAsyncConfigureWait(AsyncRequest *areq);
extern void lambdaForeignAsyncNotify(AsyncRequest *areq);

#endif							/* LFDW_ASYNC_H */
