/*-------------------------------------------------------------------------
 *
 * event.h
 *		What the option event says of other options.
 *
 * IDENTIFICATION
 *	  src/options/event.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_EVENT_H
#define LFDW_EVENT_H

#include "postgres.h"

#include "options/option.h"

/* What EXPLAIN shows for an id that each request has anew. */
#define LFDW_SHOWN_UUID "00000000-0000-0000-0000-000000000000"

extern void lfdw_event_check(const LfdwOptions *given);
extern void lfdw_event_apply(LfdwOptions *options);

#endif							/* LFDW_EVENT_H */
