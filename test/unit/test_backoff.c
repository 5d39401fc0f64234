/*-------------------------------------------------------------------------
 *
 * test_backoff.c
 *		Unit tests of src/base/backoff.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_backoff.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <limits.h>

#include "base/backoff.h"

static void
test_take(void)
{
	static const struct
	{
		int			tokens;
		bool		throttled;
		bool		taken;
		int			cost;
		int			left;
	}			cases[] =
	{
		{500, true, true, 5, 495},
		{500, false, true, 14, 486},
		{5, true, true, 5, 0},
		{4, true, false, 0, 4},
		{14, false, true, 14, 0},
		{13, false, false, 0, 13},
		{13, true, true, 5, 8},
		{0, true, false, 0, 0},
		{0, false, false, 0, 0}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		LfdwRetryBucket bucket = {cases[i].tokens};
		int			cost = -1;

		unit_ok(lfdw_backoff_take(&bucket, cases[i].throttled, &cost) == cases[i].taken &&
				cost == cases[i].cost && bucket.tokens == cases[i].left,
				"%s retry from %d tokens",
				cases[i].throttled ? "a throttled" : "another",
				cases[i].tokens);
	}
}

static void
test_take_all(void)
{
	LfdwRetryBucket bucket = {LFDW_RETRY_TOKENS};
	int			cost;
	int			retries = 0;

	while (lfdw_backoff_take(&bucket, false, &cost))
		retries++;
	unit_ok(retries == 35 && bucket.tokens == 10, "35 retries empty a bucket");
	unit_ok(lfdw_backoff_take(&bucket, true, &cost) && cost == 5,
			"what is left pays for a cheaper one");
}

static void
test_give(void)
{
	static const struct
	{
		int			tokens;
		int			cost;
		int			left;
	}			cases[] =
	{
		{0, 14, 14},
		{0, 5, 5},
		{0, 0, 1},
		{486, 14, 500},
		{487, 14, 500},
		{485, 14, 499},
		{499, 0, 500},
		{500, 0, 500},
		{500, 14, 500},
		{0, -3, 1},
		{0, INT_MAX, 500}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		LfdwRetryBucket bucket = {cases[i].tokens};

		lfdw_backoff_give(&bucket, cases[i].cost);
		unit_ok(bucket.tokens == cases[i].left, "%d given to %d tokens",
				cases[i].cost, cases[i].tokens);
	}
}

static void
test_delay(void)
{
	static const struct
	{
		int			attempt;
		bool		throttled;
		double		random;
		int64		hint;
		int64		delay;
	}			cases[] =
	{
		{1, false, 0, -1, 0},
		{1, false, 0.5, -1, 25000},
		{2, false, 0.5, -1, 50000},
		{3, false, 0.5, -1, 100000},
		{4, false, 0.5, -1, 200000},
		{9, false, 0.5, -1, 6400000},
		{10, false, 0.5, -1, 10000000},
		{11, false, 0.5, -1, 10000000},
		{INT_MAX, false, 0.5, -1, 10000000},
		{1, true, 0.5, -1, 500000},
		{2, true, 0.5, -1, 1000000},
		{5, true, 0.5, -1, 8000000},
		{6, true, 0.5, -1, 10000000},
		{INT_MAX, true, 0.5, -1, 10000000},
		{INT_MAX, true, 0, -1, 0},

		/* what should not be asked */
		{0, false, 0.5, -1, 25000},
		{-1, true, 0.5, -1, 500000},

		/* the service's hint */
		{1, false, 0.5, 0, 25000},
		{1, false, 0.5, 24999, 25000},
		{1, false, 0.5, 25001, 25001},
		{1, false, 0.5, 1500000, 1500000},
		{1, false, 0.5, 5025000, 5025000},
		{1, false, 0.5, 5025001, 5025000},
		{1, false, 0.5, PG_INT64_MAX, 5025000},
		{6, true, 0.5, PG_INT64_MAX, 15000000},
		{6, true, 0.5, 1000, 10000000},
		{1, true, 0, 3000000, 3000000},
		{1, true, 0, PG_INT64_MAX, 5000000}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		int64		delay = lfdw_backoff_delay_us(cases[i].attempt,
												  cases[i].throttled,
												  cases[i].random,
												  cases[i].hint);

		if (!unit_ok(delay == cases[i].delay, "delay %d", i))
			printf("# " INT64_FORMAT "\n", delay);
	}
	unit_ok(lfdw_backoff_delay_us(20, true, 0.999999999, -1) < INT64CONST(20000000),
			"no delay reaches 20 s");
}

int
main(void)
{
	test_take();
	test_take_all();
	test_give();
	test_delay();
	return unit_done();
}
