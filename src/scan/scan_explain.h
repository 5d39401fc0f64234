/*-------------------------------------------------------------------------
 *
 * scan_explain.h
 *		What EXPLAIN shows of a foreign scan.
 *
 * IDENTIFICATION
 *	  src/scan/scan_explain.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SCAN_EXPLAIN_H
#define LFDW_SCAN_EXPLAIN_H

#include "postgres.h"

#include "nodes/execnodes.h"

struct ExplainState;

extern void lambdaExplainForeignScan(ForeignScanState *node,
									 struct ExplainState *es);

#endif							/* LFDW_SCAN_EXPLAIN_H */
