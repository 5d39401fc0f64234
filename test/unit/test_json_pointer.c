/*-------------------------------------------------------------------------
 *
 * test_json_pointer.c
 *		JSON Pointers: their texts, and what their tokens name.
 *
 * IDENTIFICATION
 *	  test/unit/test_json_pointer.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/json_pointer.h"

/* The tokens of a pointer, each in <>. */
static const char *
tokens_of(const LfdwPointer *pointer)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < pointer->ntokens; i++)
		appendStringInfo(&out, "<%s>", pointer->tokens[i]);
	return out.data;
}

/* The text of a pointer, from its tokens. */
static const char *
text_of(const LfdwPointer *pointer)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < pointer->ntokens; i++)
		lfdw_pointer_append(&out, pointer->tokens[i]);
	return out.data;
}

static LfdwPointer *
parsed(const char *text)
{
	LfdwPointer *pointer;
	const char *why;

	return lfdw_pointer_parse(text, &pointer, &why) ? pointer :
		lfdw_pointer_to("no pointer");
}

/* RFC 6901, section 5, but for the fragments; and others. */
static void
test_parse(void)
{
	static const char *const cases[][2] = {
		{"", ""},
		{"/foo", "<foo>"},
		{"/foo/0", "<foo><0>"},
		{"/", "<>"},
		{"/a~1b", "<a/b>"},
		{"/c%d", "<c%d>"},
		{"/e^f", "<e^f>"},
		{"/g|h", "<g|h>"},
		{"/i\\j", "<i\\j>"},
		{"/k\"l", "<k\"l>"},
		{"/ ", "< >"},
		{"/m~0n", "<m~n>"},
		{"//", "<><>"},
		{"/a/", "<a><>"},
		{"/-", "<->"},
		{"/01", "<01>"},
		{"/~01", "<~1>"},
		{"/~00", "<~0>"},
		{"/~10", "</0>"},
		{"/~0~1~0", "<~/~>"},
		{"/~1/~0", "</><~>"},
		{"/\xC3\xA9/\xF0\x9F\x9A\x80", "<\xC3\xA9><\xF0\x9F\x9A\x80>"},
		{"/\xE9", "<\xE9>"}		/* LATIN1 */
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		LfdwPointer *pointer = parsed(cases[i][0]);

		unit_is(tokens_of(pointer), cases[i][1], "\"%s\" is taken apart",
				cases[i][0]);
		unit_is(text_of(pointer), cases[i][0], "\"%s\" is put together again",
				cases[i][0]);
	}
}

static void
test_bad(void)
{
	static const char *const cases[][2] = {
		{"foo", "A JSON Pointer is empty or begins with \"/\"."},
		{"#/foo", "A JSON Pointer is empty or begins with \"/\"."},
		{" /foo", "A JSON Pointer is empty or begins with \"/\"."},
		{"$.foo", "A JSON Pointer is empty or begins with \"/\"."},
		{"/~", "In a JSON Pointer \"~\" is written \"~0\", and \"/\" in a name \"~1\"."},
		{"/a~/b", "In a JSON Pointer \"~\" is written \"~0\", and \"/\" in a name \"~1\"."},
		{"/~2", "In a JSON Pointer \"~\" is written \"~0\", and \"/\" in a name \"~1\"."},
		{"/~~0", "In a JSON Pointer \"~\" is written \"~0\", and \"/\" in a name \"~1\"."},
		{"/a/~0~", "In a JSON Pointer \"~\" is written \"~0\", and \"/\" in a name \"~1\"."}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		LfdwPointer *pointer = NULL;
		const char *why = "";

		unit_ok(!lfdw_pointer_parse(cases[i][0], &pointer, &why) &&
				pointer == NULL, "\"%s\" is no pointer", cases[i][0]);
		unit_is(why, cases[i][1], "and why \"%s\" is none", cases[i][0]);
	}
}

static void
test_long(void)
{
	enum
	{
		NTOKENS = 10000, LENGTH = 1000000
	};
	char	   *deep = palloc(2 * NTOKENS + 1);
	char	   *wide = palloc(2 * LENGTH + 2);
	LfdwPointer *pointer;

	for (int i = 0; i < NTOKENS; i++)
		memcpy(deep + 2 * i, "/x", 2);
	deep[2 * NTOKENS] = '\0';
	pointer = parsed(deep);
	unit_ok(pointer->ntokens == NTOKENS, "a pointer of many tokens");
	unit_ok(strcmp(text_of(pointer), deep) == 0, "... and its text");

	wide[0] = '/';
	for (int i = 0; i < LENGTH; i++)
		memcpy(wide + 1 + 2 * i, "~1", 2);
	wide[2 * LENGTH + 1] = '\0';
	pointer = parsed(wide);
	unit_ok(pointer->ntokens == 1 && strlen(pointer->tokens[0]) == LENGTH &&
			strspn(pointer->tokens[0], "/") == LENGTH,
			"a token of many escapes");
	unit_ok(strcmp(text_of(pointer), wide) == 0, "... and its text");
}

/* What a pointer is made of is its own. */
static void
test_copies(void)
{
	char		text[] = "/a~1b/c";
	char		token[] = "a/b";
	LfdwPointer *pointer = parsed(text);
	LfdwPointer *single = lfdw_pointer_to(token);

	memset(text, '!', sizeof(text) - 1);
	memset(token, '!', sizeof(token) - 1);
	unit_is(tokens_of(pointer), "<a/b><c>", "a text is copied");
	unit_is(tokens_of(single), "<a/b>", "a token is copied, and not unescaped");
	unit_is(text_of(single), "/a~1b", "... but escaped in the text");
}

static void
test_begins_with(void)
{
	static const struct
	{
		const char *pointer;
		const char *prefix;
		bool		begins;
	}			cases[] =
	{
		{"", "", true},
		{"/a", "", true},
		{"", "/a", false},
		{"/rows", "/rows", true},
		{"/rows/0/next", "/rows", true},
		{"/rowset", "/rows", false},
		{"/row", "/rows", false},
		{"/meta/rows", "/rows", false},
		{"/a~1b", "/a", false},
		{"/a/b", "/a~1b", false},
		{"/", "", true},
		{"/", "/", true},
		{"/a/", "/a", true},
		{"/a", "/a/", false}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
		unit_ok(lfdw_pointer_begins_with(parsed(cases[i].pointer),
										 parsed(cases[i].prefix)) ==
				cases[i].begins, "\"%s\" begins with \"%s\": %d",
				cases[i].pointer, cases[i].prefix, cases[i].begins);
}

/* Of the pointers, each equals itself alone. */
static void
test_equal(void)
{
	static const char *const pointers[] = {"", "/a", "/a/b", "/a/b/", "/A", "/~1a", "/ab"};

	for (int i = 0; i < (int) lengthof(pointers); i++)
	{
		for (int k = 0; k < (int) lengthof(pointers); k++)
			unit_ok(lfdw_pointer_equal(parsed(pointers[i]), parsed(pointers[k])) == (i == k),
					"\"%s\" equals \"%s\": %d", pointers[i], pointers[k], i == k);
	}
}

/* RFC 6901, section 4: digits without leading zeros; "-" is no element. */
static void
test_index(void)
{
	static const char *const indexes[] = {
		"0", "1", "9", "10", "100", "2147483647", "99999999999999999999"
	};
	static const char *const others[] = {
		"", "-", "-1", "-0", "+1", "00", "01", "1.0", "1e0", " 1", "1 ", "0x1",
		"a", "1a", "\xD9\xA1"
	};

	for (int i = 0; i < (int) lengthof(indexes); i++)
		unit_ok(lfdw_pointer_is_index(indexes[i]), "\"%s\" is an index",
				indexes[i]);
	for (int i = 0; i < (int) lengthof(others); i++)
		unit_ok(!lfdw_pointer_is_index(others[i]), "\"%s\" is none", others[i]);
}

static void
test_names_element(void)
{
	static const struct
	{
		const char *token;
		int			index;
		bool		names;
	}			cases[] =
	{
		{"0", 0, true},
		{"10", 10, true},
		{"2147483647", PG_INT32_MAX, true},
		{"0", 1, false},
		{"1", 10, false},
		{"10", 1, false},
		{"00", 0, false},
		{"01", 1, false},
		{"-0", 0, false},
		{"", 0, false},
		{"-", 0, false},
		{"4294967296", 0, false},
		{"99999999999999999999", 1, false}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
		unit_ok(lfdw_pointer_names_element(cases[i].token, cases[i].index) ==
				cases[i].names, "\"%s\" names element %d: %d",
				cases[i].token, cases[i].index, cases[i].names);
}

int
main(void)
{
	test_parse();
	test_bad();
	test_long();
	test_copies();
	test_begins_with();
	test_equal();
	test_index();
	test_names_element();
	return unit_done();
}
