/*-------------------------------------------------------------------------
 *
 * trace_context.h
 *		Which trace a call belongs to: X-Ray's header, W3C's traceparent, and
 *		comments of SQL that have one.
 *
 * IDENTIFICATION
 *	  src/base/trace_context.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_TRACE_CONTEXT_H
#define LFDW_TRACE_CONTEXT_H

#include "base/base.h"

/* "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1" */
#define LFDW_TRACE_HEADER_SIZE 75

extern bool lfdw_trace_is_header(const char *text);
extern bool lfdw_trace_from_parent(char header[LFDW_TRACE_HEADER_SIZE],
								   const char *text, size_t len);
extern bool lfdw_trace_from_comments(char header[LFDW_TRACE_HEADER_SIZE],
									 const char *sql, size_t len);

#endif							/* LFDW_TRACE_CONTEXT_H */
