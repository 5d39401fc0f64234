/*-------------------------------------------------------------------------
 *
 * backoff.h
 *		When a request may be tried again, and after which delay.
 *
 * The standard retry mode of AWS's SDKs as it is since 2026, without a clock
 * or a source of randomness: both are the caller's.
 *
 * IDENTIFICATION
 *	  src/base/backoff.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_BACKOFF_H
#define LFDW_BACKOFF_H

#include "base/base.h"

/* What a bucket holds at first, and at most. */
#define LFDW_RETRY_TOKENS 500

/* What retries still may cost; a new one is {LFDW_RETRY_TOKENS}. */
typedef struct LfdwRetryBucket
{
	int			tokens;
} LfdwRetryBucket;

extern bool lfdw_backoff_take(LfdwRetryBucket *bucket, bool throttled,
							  int *cost);
extern void lfdw_backoff_give(LfdwRetryBucket *bucket, int cost);
extern int64 lfdw_backoff_delay_us(int attempt, bool throttled, double random,
								   int64 hint_us);

#endif							/* LFDW_BACKOFF_H */
