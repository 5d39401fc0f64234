/*-------------------------------------------------------------------------
 *
 * test_json_kind.c
 *		Unit tests of src/base/json_kind.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_json_kind.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/json_kind.h"

/* The kinds of values, the texts of which are copied to be of exact size. */
static int
kinds_of(const char *const *values)
{
	int			seen = 0;

	for (; *values; values++)
	{
		size_t		len = strlen(*values);
		char	   *bytes = palloc(len);
		LfdwJsonReader reader;
		LfdwJsonValue value = {0};

		memcpy(bytes, *values, len);
		lfdw_json_init(&reader, bytes, len, true);
		lfdw_json_value(&reader, &value);
		seen |= lfdw_kind_of_value(&value);
	}
	return seen;
}

/* Values seen together, and the type that holds them. */
static const struct
{
	const char *values[4];
	const char *type;
	const char *element;		/* of an array; "" for none */
}			types[] =

{
	{{"null"}, "text", ""},
	{{"1", "-9223372036854775807", "null"}, "bigint", "bigint"},
	{{"9223372036854775807"}, "bigint", "bigint"},
	{{"9223372036854775808"}, "numeric", "numeric"},
	{{"-10000000000000000000"}, "numeric", "numeric"},
	{{"1", "1.5"}, "numeric", "double precision"},
	{{"0.30000000000000004"}, "double precision", "double precision"},
	{{"0.000000000000000000001"}, "numeric", "double precision"},
	{{"0.123456789012345678"}, "numeric", "numeric"},
	{{"1e5"}, "double precision", "double precision"},
	{{"1.5", "1E-290"}, "double precision", "double precision"},
	{{"1e291"}, "numeric", "numeric"},
	{{"1e-10001"}, "text", "text"},
	{{"1e99999999999999999999"}, "text", "text"},
	{{"true", "false"}, "boolean", "boolean"},
	{{"true", "1"}, "text", ""},
	{{"\"a\"", "1"}, "text", ""},
	{{"\"a\"", "\"2024-01-31\""}, "text", "text"},
	{{"[]"}, "jsonb", ""},
	{{"{}", "1"}, "jsonb", ""},
	{{"\"2024-02-29\""}, "date", "date"},
	{{"\"2024-02-29\"", "\"\""}, "date", "text"},
	{{"\"\""}, "text", "text"},
	{{"\"2023-02-29\""}, "text", "text"},
	{{"\"2000-02-29\""}, "date", "date"},
	{{"\"1900-02-29\""}, "text", "text"},
	{{"\"0000-01-01\""}, "text", "text"},
	{{"\"2024-13-01\""}, "text", "text"},
	{{"\"2024-1-1\""}, "text", "text"},
	{{"\"2024-01-31T\""}, "text", "text"},
	{{"\"2024-01-31T10:15\""}, "timestamp", "timestamp"},
	{{"\"2024-01-31 10:15:30.123\"", "\"2024-01-31\""}, "timestamp", "timestamp"},
	{{"\"2024-01-31T10:15:60\""}, "text", "text"},
	{{"\"2024-01-31T24:00:00\""}, "text", "text"},
	{{"\"2024-01-31T10:15:30.\""}, "text", "text"},
	{{"\"2024-01-31T10:15:30Z\"", "\"2024-01-31T10:15:30.5+02:00\""}, "timestamptz", "timestamptz"},
	{{"\"2024-01-31T10:15-0530\"", "\"2024-01-31T10:15+02\""}, "timestamptz", "timestamptz"},
	{{"\"2024-01-31T10:15Z\"", "\"2024-01-31\""}, "text", "text"},
	{{"\"2024-01-31T10:15+15\""}, "text", "text"},
	{{"\"2024-01-31T10:15+0\""}, "text", "text"},
	{{"\"2024-01-31T10:15Zx\""}, "text", "text"},
	{{"\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"", "\"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11\""}, "uuid", "uuid"},
	{{"\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1\""}, "text", "text"},
	{{"\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g\""}, "text", "text"},
	{{"\"20\\u00324-01-31\""}, "text", "text"},
	{{"\"007\""}, "text", "text"}
};

static void
test_types(void)
{
	for (int i = 0; i < (int) lengthof(types); i++)
	{
		int			seen = kinds_of(types[i].values);
		const char *element = lfdw_kind_element_type(seen);

		unit_is(lfdw_kind_type(seen), types[i].type, "type of %s",
				types[i].values[0]);
		unit_is(element ? element : "", types[i].element, "element type of %s",
				types[i].values[0]);
	}
}

static void
test_words(void)
{
	static const struct
	{
		const char *word;
		int			kind;
	}			cases[] =
	{
		{"", LFDW_SEEN_EMPTY},
		{"1", LFDW_SEEN_INTEGER},
		{"-1.5", LFDW_SEEN_FRACTION},
		{"007", LFDW_SEEN_TEXT},
		{"1.", LFDW_SEEN_TEXT},
		{"+1", LFDW_SEEN_TEXT},
		{" 1", LFDW_SEEN_TEXT},
		{"1 ", LFDW_SEEN_TEXT},
		{"1 2", LFDW_SEEN_TEXT},
		{"true", LFDW_SEEN_BOOLEAN},
		{"True", LFDW_SEEN_TEXT},
		{"null", LFDW_SEEN_TEXT},
		{"\"a\"", LFDW_SEEN_TEXT},
		{"[1]", LFDW_SEEN_TEXT},
		{"2024-01-31", LFDW_SEEN_DATE}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
		unit_ok(lfdw_kind_of_word(cases[i].word, strlen(cases[i].word)) ==
				cases[i].kind, "kind of the word \"%s\"", cases[i].word);
}

int
main(void)
{
	test_types();
	test_words();
	return unit_done();
}
