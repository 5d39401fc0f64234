/*-------------------------------------------------------------------------
 *
 * test_endpoint_list.c
 *		Unit tests of src/base/endpoint_list.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_endpoint_list.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/endpoint_list.h"

static const struct
{
	const char *list;
	const char *url;
	bool		has;
}			cases[] =

{
	{"", "https://h", false},
	{"h", "https://h", true},
	{"h", "http://h", true},
	{"H.Example", "https://h.example", true},
	{"h", "https://H/path", true},
	{"h", "https://hh", false},
	{"h", "https://h.", false},
	{"a, h", "https://h", true},
	{" a,h ", "https://h", true},
	{"a,\th", "https://h", true},
	{"a,h", "https://a,h", false},

	/* ports */
	{"h", "https://h:443", true},
	{"h", "https://h:8443", false},
	{"h", "https://h:80", false},
	{"h:443", "https://h", true},
	{"h:443", "http://h", false},
	{"h:8443", "https://h:8443", true},
	{"h:8443", "https://h", false},
	{"h:*", "https://h", true},
	{"h:*", "https://h:22", true},
	{"*", "https://h", true},
	{"*", "https://h:22", false},
	{"*:*", "https://h:22", true},
	{"*:8443", "https://h:8443", true},
	{"h:65535", "https://h:65535", true},

	/* asterisks */
	{"*.amazonaws.com", "https://lambda.eu-west-1.amazonaws.com", true},
	{"*.amazonaws.com", "https://amazonaws.com", false},
	{"*.amazonaws.com", "https://amazonaws.com.example.com", false},
	{"*.amazonaws.com", "https://xamazonaws.com", false},
	{"lambda.*.amazonaws.com", "https://lambda.eu-west-1.amazonaws.com", true},
	{"lambda.*.amazonaws.com", "https://s3.eu-west-1.amazonaws.com", false},

	/* addresses: as they are written */
	{"[::1]", "https://[::1]", true},
	{"[::1]:8443", "https://[::1]:8443", true},
	{"[::1]", "https://[::1]:8443", false},
	{"[2001:DB8::*]", "https://[2001:db8::7]", true},
	{"[::1]", "https://[0::1]", false},
	{"10.0.0.*", "https://10.0.0.7", true},
	{"10.0.0.7", "https://167772167", false}
};

static const char *const valid[] = {
	"", "h", "h:1", "h:65535", "h:*", "*", "*:*", "a,b", " a , b:2 ",
	"[::1]", "[::1]:*", "[fd00::*]:8443", "a_b-c.d", "UPPER"
};

static const char *const invalid[] = {
	" ", ",", "a,", ",a", "a,,b", "h:", "h:0", "h:65536", "h:123456", "h:x", "h:1x",
	"h:-1", "h:1:2", ":443", "https://h", "h/path", "a b", "a;b", "u@h", "[::1", "[]",
	"[::1]x", "[::1]:", "::1", "\"h\"", "h\\", "\xC3\xA9",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
};

int
main(void)
{
	const char *why = NULL;

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		LfdwUrl		url;

		unit_ok(lfdw_url_parse(cases[i].url, &url, &why) ?
				lfdw_endpoint_list_has(cases[i].list, &url) == cases[i].has :
				!cases[i].has,
				"\"%s\" has%s %s", cases[i].list, cases[i].has ? "" : " not",
				cases[i].url);
	}
	for (int i = 0; i < (int) lengthof(valid); i++)
		unit_ok(lfdw_endpoint_list_is_valid(valid[i], &why), "\"%s\" is a list",
				valid[i]);
	for (int i = 0; i < (int) lengthof(invalid); i++)
		unit_ok(!lfdw_endpoint_list_is_valid(invalid[i], &why) && why,
				"\"%s\" is none", invalid[i]);
	return unit_done();
}
