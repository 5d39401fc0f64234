/*-------------------------------------------------------------------------
 *
 * breaker.c
 *		The circuit breaker: calls fail at once where calls get no answer.
 *
 * IDENTIFICATION
 *	  src/base/breaker.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/breaker.h"

/* May a call begin now? */
bool
lfdw_breaker_lets(const LfdwBreaker *breaker, int64 now_us)
{
	return breaker->state == LFDW_BREAKER_CLOSED ||
		(breaker->state == LFDW_BREAKER_OPEN && now_us >= breaker->probe_at_us);
}

/* A call begins that was let; returns whether it is the probe. */
bool
lfdw_breaker_begin(LfdwBreaker *breaker)
{
	if (breaker->state == LFDW_BREAKER_CLOSED)
		return false;
	breaker->state = LFDW_BREAKER_PROBING;
	return true;
}

/*
 * A call has got no answer.  Returns whether the breaker is open by that, for so
 * many seconds.  While it is not closed nobody's failure counts but the probe's:
 * others began before.
 */
bool
lfdw_breaker_fail(LfdwBreaker *breaker, bool is_probe, int max_failures,
				  int seconds, int64 now_us)
{
	if (breaker->state != LFDW_BREAKER_CLOSED && !is_probe)
		return false;
	breaker->failures++;
	if (breaker->failures < max_failures && !is_probe)
		return false;
	breaker->state = LFDW_BREAKER_OPEN;
	breaker->probe_at_us = now_us + seconds * INT64CONST(1000000);
	return true;
}

/* A call has got an answer, whatever it says. */
void
lfdw_breaker_answer(LfdwBreaker *breaker)
{
	breaker->state = LFDW_BREAKER_CLOSED;
	breaker->failures = 0;
}

/* The probe has ended without telling anything: another call may try. */
void
lfdw_breaker_abandon(LfdwBreaker *breaker, int64 now_us)
{
	if (breaker->state != LFDW_BREAKER_PROBING)
		return;
	breaker->state = LFDW_BREAKER_OPEN;
	breaker->probe_at_us = now_us;
}
