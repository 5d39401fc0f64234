/*-------------------------------------------------------------------------
 *
 * backoff.c
 *		When a request may be tried again, and after which delay.
 *
 * The numbers are those of botocore's standard mode under
 * AWS_NEW_RETRIES_2026.
 *
 * IDENTIFICATION
 *	  src/base/backoff.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/backoff.h"

/*
 * A throttled request did no work, so that trying it again is the cheaper
 * retry; any other failure may be one of an overloaded service.
 */
#define COST_THROTTLED 5
#define COST_OTHER 14
#define GIVEN_WITHOUT_RETRY 1

#define BASE_THROTTLED_US INT64CONST(1000000)
#define BASE_OTHER_US INT64CONST(50000)
#define LONGEST_DELAY_US INT64CONST(20000000)
#define HINT_ALLOWANCE_US INT64CONST(5000000)

/*
 * Pays for a retry and sets *cost to the price, which lfdw_backoff_give takes
 * back once it succeeded.  Where the bucket holds less the result is false,
 * *cost is 0, nothing is paid, and the request must not be tried again.
 */
bool
lfdw_backoff_take(LfdwRetryBucket *bucket, bool throttled, int *cost)
{
	int			price = throttled ? COST_THROTTLED : COST_OTHER;

	*cost = 0;
	if (bucket->tokens < price)
		return false;
	bucket->tokens -= price;
	*cost = price;
	return true;
}

/*
 * Notes that a request succeeded.  Cost is what its last retry cost, 0 where
 * the first try succeeded; that fills the bucket slowly.
 */
void
lfdw_backoff_give(LfdwRetryBucket *bucket, int cost)
{
	int			given = cost > 0 ? cost : GIVEN_WITHOUT_RETRY;

	if (given >= LFDW_RETRY_TOKENS - bucket->tokens)
		bucket->tokens = LFDW_RETRY_TOKENS;
	else
		bucket->tokens += given;
}

/*
 * The microseconds to wait before another try.  Attempt is 1 before the
 * second try, 2 before the third, and so on; random is uniform in [0, 1);
 * hint_us is the wait the service asked for in x-amz-retry-after, negative
 * where it asked for none.  A hint lengthens the wait by 5 s at most.
 */
int64
lfdw_backoff_delay_us(int attempt, bool throttled, double random, int64 hint_us)
{
	int64		longest = throttled ? BASE_THROTTLED_US : BASE_OTHER_US;
	int64		delay;

	for (int i = 1; i < attempt && longest < LONGEST_DELAY_US; i++)
		longest *= 2;
	longest = Min(longest, LONGEST_DELAY_US);
	delay = (int64) (random * longest);
	if (hint_us >= 0)
		delay = Max(delay, Min(hint_us, delay + HINT_ALLOWANCE_US));
	return delay;
}
