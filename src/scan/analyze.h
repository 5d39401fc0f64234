/*-------------------------------------------------------------------------
 *
 * analyze.h
 *		ANALYZE: a sample of a function's rows.
 *
 * IDENTIFICATION
 *	  src/scan/analyze.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ANALYZE_H
#define LFDW_ANALYZE_H

#include "postgres.h"

#include "foreign/fdwapi.h"

extern bool lambdaAnalyzeForeignTable(Relation relation,
									  AcquireSampleRowsFunc *func,
									  BlockNumber *totalpages);

#endif							/* LFDW_ANALYZE_H */
