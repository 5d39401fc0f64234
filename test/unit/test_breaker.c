/*-------------------------------------------------------------------------
 *
 * test_breaker.c
 *		Unit tests of src/base/breaker.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_breaker.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/breaker.h"

#define SECOND INT64CONST(1000000)

static void
test_opens(void)
{
	LfdwBreaker breaker = {0};

	unit_ok(!lfdw_breaker_fail(&breaker, false, 3, 10, 0) &&
			!lfdw_breaker_fail(&breaker, false, 3, 10, 0), "two failures of three");
	lfdw_breaker_answer(&breaker);
	unit_ok(!lfdw_breaker_fail(&breaker, false, 3, 10, 0) &&
			!lfdw_breaker_fail(&breaker, false, 3, 10, 0) &&
			lfdw_breaker_fail(&breaker, false, 3, 10, SECOND), "three in a row open it");
	unit_ok(!lfdw_breaker_fail(&breaker, false, 3, 10, 5 * SECOND) &&
			!lfdw_breaker_lets(&breaker, 11 * SECOND - 1) &&
			lfdw_breaker_lets(&breaker, 11 * SECOND),
			"who began before does not keep it open");
}

static void
test_probe(void)
{
	LfdwBreaker breaker = {0};

	unit_ok(!lfdw_breaker_begin(&breaker), "a call of one that is closed is no probe");
	lfdw_breaker_fail(&breaker, false, 1, 10, 0);
	unit_ok(lfdw_breaker_begin(&breaker) && !lfdw_breaker_lets(&breaker, 99 * SECOND),
			"there is one probe");
	unit_ok(!lfdw_breaker_fail(&breaker, false, 1, 10, 20 * SECOND) &&
			breaker.state == LFDW_BREAKER_PROBING, "others' failures do not end it");
	unit_ok(lfdw_breaker_fail(&breaker, true, 5, 10, 20 * SECOND) &&
			!lfdw_breaker_lets(&breaker, 29 * SECOND), "its own opens it again");
	(void) lfdw_breaker_begin(&breaker);
	lfdw_breaker_abandon(&breaker, 40 * SECOND);
	unit_ok(lfdw_breaker_lets(&breaker, 40 * SECOND), "its turn is the next one's");
	(void) lfdw_breaker_begin(&breaker);
	lfdw_breaker_answer(&breaker);
	lfdw_breaker_abandon(&breaker, 50 * SECOND);
	unit_ok(breaker.state == LFDW_BREAKER_CLOSED && breaker.failures == 0,
			"an answer closes it");
}

int
main(void)
{
	test_opens();
	test_probe();
	return unit_done();
}
