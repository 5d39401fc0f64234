/*-------------------------------------------------------------------------
 *
 * test_json_member.c
 *		Unit tests of src/base/json_member.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_json_member.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/json_member.h"

/* The value that a text of JSON is; the bytes are copied to be of exact size. */
static LfdwJsonValue
value_of(const char *json)
{
	char	   *bytes = palloc(strlen(json));
	LfdwJsonReader reader;
	LfdwJsonValue value = {LFDW_JSON_NULL, false, "", 0};

	memcpy(bytes, json, strlen(json));
	lfdw_json_init(&reader, bytes, strlen(json), true);
	lfdw_json_value(&reader, &value);
	return value;
}

static void
test_alike(void)
{
	static const struct
	{
		const char *key;
		const char *name;
		bool		alike;
	}			cases[] =
	{
		{"\"orderId\"", "order_id", true},
		{"\"order-id\"", "orderid", true},
		{"\"ORDER_ID\"", "order_id", true},
		{"\"order_id_\"", "orderId", true},
		{"\"\\u006frderId\"", "order_id", true},
		{"\"gr\xc3\xb6\xc3\x9f" "e\"", "gr\xc3\xb6\xc3\x9f_e", true},
		{"\"order_ids\"", "order_id", false},
		{"\"order\"", "order_id", false},
		{"\"\"", "order_id", false},
		{"\"_\"", "-", false},
		{"\"a1\"", "a2", false},
		{"\"gr\xc3\xb6\"", "gr\xc3\xbc", false}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		LfdwJsonValue key = value_of(cases[i].key);
		LfdwJsonValue name = {LFDW_JSON_STRING, false, cases[i].name,
		strlen(cases[i].name)};
		char		letters[2][LFDW_LETTERS_MAX];
		size_t		len[2] = {lfdw_json_letters(&key, letters[0]),
		lfdw_json_letters(&name, letters[1])};

		unit_ok((len[0] > 0 && len[0] == len[1] &&
				 memcmp(letters[0], letters[1], len[0]) == 0) == cases[i].alike,
				"%s has %s letters of %s", cases[i].key,
				cases[i].alike ? "the" : "not the", cases[i].name);
		unit_ok(lfdw_json_is_alike(&key, cases[i].name,
								   strlen(cases[i].name)) == cases[i].alike,
				"%s is %salike %s", cases[i].key, cases[i].alike ? "" : "not ",
				cases[i].name);
	}
}

static void
test_page_name(void)
{
	static const struct
	{
		const char *key;
		LfdwPageName name;
	}			cases[] =
	{
		{"\"nextToken\"", LFDW_PAGE_SURELY},
		{"\"NextToken\"", LFDW_PAGE_SURELY},
		{"\"next_cursor\"", LFDW_PAGE_SURELY},
		{"\"has_more\"", LFDW_PAGE_SURELY},
		{"\"LastEvaluatedKey\"", LFDW_PAGE_SURELY},
		{"\"UnprocessedKeys\"", LFDW_PAGE_SURELY},
		{"\"@odata.nextLink\"", LFDW_PAGE_SURELY},
		{"\"IsTruncated\"", LFDW_PAGE_SURELY},
		{"\"hasNextPage\"", LFDW_PAGE_SURELY},
		{"\"next\\u005fcursor\"", LFDW_PAGE_SURELY},
		{"\"next\"", LFDW_PAGE_BESIDE_ROWS},
		{"\"Cursor\"", LFDW_PAGE_BESIDE_ROWS},
		{"\"more\"", LFDW_PAGE_BESIDE_ROWS},
		{"\"truncated\"", LFDW_PAGE_BESIDE_ROWS},
		{"\"nextOfKin\"", LFDW_PAGE_NO},
		{"\"moreover\"", LFDW_PAGE_NO},
		{"\"\"", LFDW_PAGE_NO}
	};
	char		quoted[1024];
	LfdwJsonValue key;

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		key = value_of(cases[i].key);
		unit_ok(lfdw_json_page_name(&key) == cases[i].name,
				"%s speaks of a page: %d", cases[i].key, cases[i].name);
	}
	memset(quoted, 'x', sizeof(quoted));
	quoted[0] = quoted[1000] = '"';
	quoted[1001] = '\0';
	key = value_of(quoted);
	unit_ok(lfdw_json_page_name(&key) == LFDW_PAGE_NO, "a long name is none");
	unit_ok(!lfdw_json_is_alike(&key, "x", 1) &&
			lfdw_json_letters(&key, quoted) == 0, "and alike nothing");
}

static void
test_ends_pages(void)
{
	static const char *const ends[] = {
		"null", "false", "\"\"", "{}", "{ }", "[]", "[ ]"
	};
	static const char *const goes_on[] = {
		"true", "0", "1", "\" \"", "\"x\"", "{\"a\":1}", "[null]", "[[]]"
	};
	LfdwJsonValue value;

	for (int i = 0; i < (int) lengthof(ends); i++)
	{
		value = value_of(ends[i]);
		unit_ok(lfdw_json_ends_pages(&value), "%s ends the pages", ends[i]);
	}
	for (int i = 0; i < (int) lengthof(goes_on); i++)
	{
		value = value_of(goes_on[i]);
		unit_ok(!lfdw_json_ends_pages(&value), "%s does not", goes_on[i]);
	}
}

int
main(void)
{
	test_alike();
	test_page_name();
	test_ends_pages();
	return unit_done();
}
