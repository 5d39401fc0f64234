/*-------------------------------------------------------------------------
 *
 * breaker.h
 *		The circuit breaker: calls fail at once where calls get no answer.
 *
 *		closed ── failures in a row ──► open ── after a while, one call ──► probing
 *		  ▲                               ▲                                  │
 *		  └── an answer to any call ──────┴───────── the probe fails ────────┘
 *
 * The clock is the caller's.
 *
 * IDENTIFICATION
 *	  src/base/breaker.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_BREAKER_H
#define LFDW_BREAKER_H

#include "base/base.h"

typedef enum LfdwBreakerState
{
	LFDW_BREAKER_CLOSED,		/* calls go through */
	LFDW_BREAKER_OPEN,
	LFDW_BREAKER_PROBING		/* one call is under way, others fail */
} LfdwBreakerState;

/* A closed one is zeroed. */
typedef struct LfdwBreaker
{
	LfdwBreakerState state;
	int			failures;		/* in a row */
	int64		probe_at_us;	/* where open, when a call may try */
} LfdwBreaker;

extern bool lfdw_breaker_lets(const LfdwBreaker *breaker, int64 now_us);
extern bool lfdw_breaker_begin(LfdwBreaker *breaker);
extern bool lfdw_breaker_fail(LfdwBreaker *breaker, bool is_probe,
							  int max_failures, int seconds, int64 now_us);
extern void lfdw_breaker_answer(LfdwBreaker *breaker);
extern void lfdw_breaker_abandon(LfdwBreaker *breaker, int64 now_us);

#endif							/* LFDW_BREAKER_H */
