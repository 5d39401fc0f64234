/*-------------------------------------------------------------------------
 *
 * internal_query.h
 *		SQL that no client has sent: errors point into it.
 *
 * IDENTIFICATION
 *	  src/pg/internal_query.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_INTERNAL_QUERY_H
#define LFDW_INTERNAL_QUERY_H

#include "postgres.h"

/* Lives where it is begun, on the stack; the text is the caller's. */
typedef struct LfdwInternalQuery
{
	const char *text;
	ErrorContextCallback callback;
} LfdwInternalQuery;

extern void lfdw_internal_query_begin(LfdwInternalQuery *query, const char *text);
extern void lfdw_internal_query_end(LfdwInternalQuery *query);

#endif							/* LFDW_INTERNAL_QUERY_H */
