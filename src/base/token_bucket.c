/*-------------------------------------------------------------------------
 *
 * token_bucket.c
 *		How many calls may begin in a minute.
 *
 * The time at which a bucket would be full says how much is in it, so that nothing
 * has to be added as time passes, and nothing is lost by rounding.
 *
 * IDENTIFICATION
 *	  src/base/token_bucket.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/token_bucket.h"

#define MINUTE_NS INT64CONST(60000000000)

/* So much of a minute's tokens may be taken at once. */
#define BURSTS_OF_MINUTE 6

/* The time in which one token comes. */
static int64
interval_ns(int per_minute)
{
	return MINUTE_NS / per_minute;
}

static int64
capacity(int per_minute)
{
	return Max(per_minute / BURSTS_OF_MINUTE, 1);
}

/* How many tokens are there now. */
int64
lfdw_token_bucket_count(const LfdwTokenBucket *bucket, int per_minute, int64 now_ns)
{
	int64		interval = interval_ns(per_minute);
	int64		missing_ns = Max(bucket->full_at_ns - now_ns, 0);

	return Max(capacity(per_minute) - (missing_ns + interval - 1) / interval, 0);
}

/* Takes a token, whether there is one or not. */
void
lfdw_token_bucket_take(LfdwTokenBucket *bucket, int per_minute, int64 now_ns)
{
	bucket->full_at_ns = Max(bucket->full_at_ns, now_ns) + interval_ns(per_minute);
}

/* When there will be n tokens, or have been; n is 1 or more. */
int64
lfdw_token_bucket_time_ns(const LfdwTokenBucket *bucket, int per_minute, int64 n)
{
	return bucket->full_at_ns - (capacity(per_minute) - n) * interval_ns(per_minute);
}
