/*-------------------------------------------------------------------------
 *
 * test_pattern.c
 *		Unit tests of src/base/pattern.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_pattern.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/pattern.h"

static const struct
{
	const char *pattern;
	const char *text;
	char		separator;
	bool		matches;
}			cases[] =

{
	{"", "", '\0', true},
	{"", "a", '\0', false},
	{"a", "", '\0', false},
	{"*", "", '\0', true},
	{"*", "a:b", '\0', true},
	{"**", "ab", '\0', true},
	{"orders", "orders", ':', true},
	{"orders", "Orders", ':', false},
	{"orders", "orders2", ':', false},
	{"orders", "my_orders", ':', false},
	{"orders*", "orders", ':', true},
	{"orders*", "orders_2", ':', true},
	{"*orders", "my_orders", ':', true},
	{"*orders", "my_orders_2", ':', false},
	{"o*r*s", "orders", ':', true},
	{"o*r*x", "orders", ':', false},
	{"a*ab", "aaab", ':', true},
	{"*a*b*c", "xxaxxbxxbxc", ':', true},

	/* an asterisk ends at the separator */
	{"*", "1:orders", ':', false},
	{"*orders", "1:orders", ':', false},
	{"orders*", "orders:1", ':', false},
	{"1*", "1:orders", ':', false},
	{"*:orders", "1:orders", ':', true},
	{"*:orders", "orders", ':', false},
	{"*:*", "1:orders", ':', true},
	{"*:*", "1:2:orders", ':', false},
	{"1:*:orders", "1::orders", ':', true},
	{"1:*:o*", "1:function:orders", ':', true},
	{"*a*:b", "xaya:b", ':', true},

	/* what means something elsewhere means itself */
	{"o?ders", "orders", ':', false},
	{"[o]rders", "orders", ':', false},
	{"o%", "orders", ':', false},
	{"o.*", "orders", ':', false},
	{"o.*", "o.rders", ':', true}
};

/* A pattern that a naive search needs centuries for. */
static void
test_time(void)
{
	unit_ok(!lfdw_pattern_matches("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
								  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
								  ':'),
			"many asterisks take no time");
}

int
main(void)
{
	for (int i = 0; i < (int) lengthof(cases); i++)
		unit_ok(lfdw_pattern_matches(cases[i].pattern, cases[i].text,
									 cases[i].separator) == cases[i].matches,
				"\"%s\" is%s as \"%s\" says", cases[i].text,
				cases[i].matches ? "" : " not", cases[i].pattern);
	test_time();
	return unit_done();
}
