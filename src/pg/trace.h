/*-------------------------------------------------------------------------
 *
 * trace.h
 *		The trace that a session's calls belong to.
 *
 * IDENTIFICATION
 *	  src/pg/trace.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_TRACE_H
#define LFDW_TRACE_H

#include "postgres.h"

extern const char *lfdw_trace_header(void);

#endif							/* LFDW_TRACE_H */
