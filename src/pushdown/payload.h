/*-------------------------------------------------------------------------
 *
 * payload.h
 *		The JSON payload of an invocation.
 *
 * IDENTIFICATION
 *	  src/pushdown/payload.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_PAYLOAD_H
#define LFDW_PAYLOAD_H

#include "postgres.h"

#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"
#include "pushdown/arguments.h"

extern char *lfdw_request_columns(const LfdwBinding *binding,
								  const Bitmapset *attrs);
extern char *lfdw_request_order(const LfdwBinding *binding, List *order);
extern void lfdw_request_write(StringInfo out, const LfdwBinding *binding,
							   const LfdwQuery *query, const LfdwTurn *turn,
							   const char *columns, const char *cursor);

#endif							/* LFDW_PAYLOAD_H */
