/*-------------------------------------------------------------------------
 *
 * unit.h
 *		The unit tests' harness: each test_*.c is a program that prints TAP.
 *
 * IDENTIFICATION
 *	  test/unit/unit.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_UNIT_H
#define LFDW_UNIT_H

#include "base/base.h"

static int	unit_run = 0;
static int	unit_failed = 0;

/* One test; the name is a printf format.  Returns whether it passed. */
static bool
pg_attribute_printf(2, 3)
unit_ok(bool passed, const char *fmt,...)
{
	va_list		args;

	unit_run++;
	unit_failed += passed ? 0 : 1;
	printf("%sok %d - ", passed ? "" : "not ", unit_run);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	return passed;
}

/* Two strings are equal; shows both where they are not. */
#define unit_is(got, expected, ...) \
	(unit_ok(strcmp((got), (expected)) == 0, __VA_ARGS__) ? true : \
	 (printf("# got:      %s\n# expected: %s\n", (got), (expected)), false))

/* Prints the plan; what main returns. */
static int
unit_done(void)
{
	printf("1..%d\n", unit_run);
	return unit_failed == 0 ? 0 : 1;
}

#endif							/* LFDW_UNIT_H */
