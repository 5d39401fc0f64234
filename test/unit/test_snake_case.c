/*-------------------------------------------------------------------------
 *
 * test_snake_case.c
 *		Unit tests of src/base/snake_case.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_snake_case.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/snake_case.h"

int
main(void)
{
	static const struct
	{
		const char *name;
		const char *snake;
		const char *letters;
	}			cases[] =
	{
		{"id", "id", "id"},
		{"customerId", "customer_id", "customerid"},
		{"CustomerID", "customer_id", "customerid"},
		{"HTTPServer", "http_server", "httpserver"},
		{"customer_id", "customer_id", "customerid"},
		{"customer-id", "customer_id", "customerid"},
		{"__type", "type", "type"},
		{"@odata.nextLink", "odata_next_link", "odatanextlink"},
		{"address2Line", "address2_line", "address2line"},
		{"2fa", "_2fa", "2fa"},
		{"a; DROP TABLE t", "a_drop_table_t", "adroptablet"},
		{"gr\xc3\xb6\xc3\x9f" "e", "gr\xc3\xb6\xc3\x9f" "e", "gr\xc3\xb6\xc3\x9f" "e"},
		{"ABC", "abc", "abc"},
		{"aBC", "a_bc", "abc"},
		{"", "", ""},
		{"$%", "", ""},
		{"1A1B1C", "_1_a1_b1_c", "1a1b1c"}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		size_t		len = strlen(cases[i].name);
		char	   *bytes = palloc(len);
		char	   *dst = palloc(lfdw_snake_case_room(len) + 1);

		memcpy(bytes, cases[i].name, len);
		dst[lfdw_snake_case(bytes, len, dst)] = '\0';
		unit_is(dst, cases[i].snake, "\"%s\" in snake_case", cases[i].name);
		dst[lfdw_name_letters(bytes, len, dst)] = '\0';
		unit_is(dst, cases[i].letters, "letters of \"%s\"", cases[i].name);
	}
	return unit_done();
}
