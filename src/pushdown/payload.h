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
#include "pushdown/page.h"
#include "pushdown/part.h"

extern char *lfdw_payload_columns(const LfdwTable *table,
								  const Bitmapset *attrs);
extern char *lfdw_payload_order(const LfdwTable *table, List *order);
extern void lfdw_payload_write(StringInfo out, const LfdwTable *table,
							   const LfdwArguments *arguments, const LfdwPart *part,
							   const char *columns, const LfdwPage *page);
extern StringInfo lfdw_payload_make(const LfdwTable *table,
									const LfdwArguments *arguments,
									const LfdwPart *part, const char *columns,
									const LfdwPage *page);

#endif							/* LFDW_PAYLOAD_H */
