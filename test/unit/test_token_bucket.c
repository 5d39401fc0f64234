/*-------------------------------------------------------------------------
 *
 * test_token_bucket.c
 *		Unit tests of src/base/token_bucket.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_token_bucket.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/token_bucket.h"

#define SECOND INT64CONST(1000000000)

static void
test_burst(void)
{
	LfdwTokenBucket bucket = {0};
	int64		now = 1000 * SECOND;
	int			taken = 0;

	while (lfdw_token_bucket_count(&bucket, 60, now) > 0)
	{
		lfdw_token_bucket_take(&bucket, 60, now);
		taken++;
	}
	unit_ok(taken == 10, "a burst is a sixth of a minute's");
	unit_ok(lfdw_token_bucket_time_ns(&bucket, 60, 1) == now + SECOND &&
			lfdw_token_bucket_time_ns(&bucket, 60, 3) == now + 3 * SECOND,
			"then one comes each second");
	unit_ok(lfdw_token_bucket_count(&bucket, 60, now + SECOND - 1) == 0 &&
			lfdw_token_bucket_count(&bucket, 60, now + SECOND) == 1, "not before");
	unit_ok(lfdw_token_bucket_count(&bucket, 60, now + 3600 * SECOND) == 10,
			"never more than a burst");
}

static void
test_few(void)
{
	LfdwTokenBucket bucket = {0};

	unit_ok(lfdw_token_bucket_count(&bucket, 1, SECOND) == 1, "one at least");
	lfdw_token_bucket_take(&bucket, 1, SECOND);
	unit_ok(lfdw_token_bucket_time_ns(&bucket, 1, 1) == 61 * SECOND,
			"the next a minute later");
}

static void
test_rate(void)
{
	LfdwTokenBucket bucket = {0};
	int64		now = SECOND;
	int			taken = 0;

	for (; now < 601 * SECOND; now += SECOND / 100)
	{
		if (lfdw_token_bucket_count(&bucket, 700, now) > 0)
		{
			lfdw_token_bucket_take(&bucket, 700, now);
			taken++;
		}
	}
	unit_ok(taken >= 7115 && taken <= 7116, "700 a minute in ten minutes: %d", taken);
}

int
main(void)
{
	test_burst();
	test_few();
	test_rate();
	return unit_done();
}
