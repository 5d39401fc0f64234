/*-------------------------------------------------------------------------
 *
 * request.h
 *		The JSON payload of an invocation.
 *
 * IDENTIFICATION
 *	  src/request.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_REQUEST_H
#define LFDW_REQUEST_H

#include "postgres.h"

#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"
#include "query.h"

extern char *lfdw_request_columns(const LfdwBinding *binding,
								  const Bitmapset *attrs);
extern char *lfdw_request_order(const LfdwBinding *binding, List *order);
extern void lfdw_request_write(StringInfo out, const LfdwBinding *binding,
							   const LfdwQuery *query, const LfdwTurn *turn,
							   const char *columns, const char *cursor);

#endif							/* LFDW_REQUEST_H */
