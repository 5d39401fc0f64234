/*-------------------------------------------------------------------------
 *
 * fetch.h
 *		The calls that answer the arguments of a (re)scan, and their rows.
 *
 * IDENTIFICATION
 *	  src/scan/fetch.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_FETCH_H
#define LFDW_FETCH_H

#include "postgres.h"

#include "lambda/invoke.h"
#include "port/atomics.h"
#include "pushdown/arguments.h"
#include "response/row.h"
#include "scan/page_chain.h"

typedef struct LfdwFetch LfdwFetch;

typedef enum LfdwFetchStatus
{
	LFDW_FETCH_ROW,				/* the slot has it */
	LFDW_FETCH_WAIT,			/* none has arrived */
	LFDW_FETCH_END				/* there are no more */
} LfdwFetchStatus;

extern LfdwFetch *lfdw_fetch_create(const LfdwTable *table,
									const LfdwCaller *caller,
									const Bitmapset *attrs,
									LfdwInvokeStats *stats);
extern void lfdw_fetch_set_read_ahead(LfdwFetch *fetch,
									  LfdwReadAhead read_ahead);
extern void lfdw_fetch_set_claims(LfdwFetch *fetch,
								  pg_atomic_uint32 *next_unit, int max_calls);
extern void lfdw_fetch_keep_answers(LfdwFetch *fetch, bool patient);
extern MemoryContext lfdw_fetch_context(LfdwFetch *fetch);
extern void lfdw_fetch_begin(LfdwFetch *fetch, const LfdwArguments *arguments);
extern LfdwFetchStatus lfdw_fetch_next(LfdwFetch *fetch, TupleTableSlot *slot);
extern void lfdw_fetch_wait(LfdwFetch *fetch);
extern bool lfdw_fetch_can_watch(LfdwFetch *fetch);
extern pgsocket lfdw_fetch_watch(LfdwFetch *fetch);
extern void lfdw_fetch_look(LfdwFetch *fetch);
extern bool lfdw_fetch_row(LfdwFetch *fetch, TupleTableSlot *slot);
extern bool lfdw_fetch_row_was_kept(const LfdwFetch *fetch);
extern void lfdw_fetch_reset(LfdwFetch *fetch);
extern bool lfdw_fetch_has_warning(const LfdwFetch *fetch);
extern void lfdw_fetch_end(LfdwFetch *fetch, bool warns);

#endif							/* LFDW_FETCH_H */
