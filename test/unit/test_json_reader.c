/*-------------------------------------------------------------------------
 *
 * test_json_reader.c
 *		Unit tests of src/base/json_reader.c, json_scan.c and json_skip.c, with
 *		each twin of json_simd.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_json_reader.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/json_reader.h"
#include "json_cases.h"
#include "json_oracle.h"
#include "json_walk.h"

static uint32 random_state = 20240229;

static uint32
random_below(uint32 bound)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % bound;
}

/*
 * Reads a document item by item and as one value; both have to find the same
 * error.  Then does so again in windows: two of them, split at every place,
 * and one byte at a time.  Returns NULL, or what is wrong.
 */
static const char *
read_every_way(const char *text, size_t len, JsonFound *items)
{
	JsonFound	value;
	const char *why = NULL;
	JsonWay		drop = {0, 1, true};
	JsonWay		keep = {0, 1, false};

	json_walk(text, len, json_at_once, false, items);
	json_walk(text, len, json_at_once, true, &value);
	if (items->broken)
		why = items->broken;
	else if (value.broken)
		why = value.broken;
	else if (!json_found_same_error(items, &value))
		why = "skipping does not find the error that reading does";
	for (size_t split = 0; split <= len && why == NULL; split++)
	{
		JsonWay		halves = {split, len + 1, split % 2 == 0};

		if (!json_walk_agrees(text, len, halves, false, items) ||
			!json_walk_agrees(text, len, halves, true, &value))
			why = "two windows give something else";
	}
	if (why == NULL &&
		(!json_walk_agrees(text, len, drop, false, items) ||
		 !json_walk_agrees(text, len, drop, true, &value) ||
		 !json_walk_agrees(text, len, keep, false, items) ||
		 !json_walk_agrees(text, len, keep, true, &value)))
		why = "byte by byte gives something else";
	json_found_free(&value);
	return why;
}

/* Is the error that was found the expected one?  Shows both if not. */
static bool
is_outcome(const JsonFound *found, const char *error, uint64 at)
{
	if (error == NULL ? found->error == NULL :
		found->error && strcmp(found->error, error) == 0 &&
		found->error_at == at)
		return true;
	printf("# got:      %s at " UINT64_FORMAT "\n# expected: %s at " UINT64_FORMAT "\n",
		   found->error ? found->error : "good", found->error_at,
		   error ? error : "good", at);
	return false;
}

static void
test_cases(void)
{
	for (size_t i = 0; i < lengthof(json_cases); i++)
	{
		const JsonCase *one = &json_cases[i];
		JsonFound	found;
		const char *why = read_every_way(one->text, one->len, &found);
		const char *other = oracle_disagrees(one->text, one->len, one->error,
											 one->error_at);

		unit_ok(why == NULL, "case %zu in every way%s%s", i,
				why ? ": " : "", why ? why : "");
		unit_ok(is_outcome(&found, one->error, one->error_at),
				"case %zu is %s", i, one->error ? one->error : "good");
		unit_ok(other == NULL, "case %zu and json-c%s%s", i,
				other ? ": " : "", other ? other : "");
		json_found_free(&found);
	}
}

/* The events of one document, written out. */
static void
test_events(void)
{
	static const char document[] = " {\"a\" : [1, -2.50e+3 ,true], "
	"\"b\\n\":{\"\":null,\"c\":\"\\ud83d\\ude00x\"},\"d\":[ ] ,\"e\":{}} ";
	JsonFound	found;

	json_walk(document, sizeof(document) - 1, json_at_once, false, &found);
	unit_is(found.events.data,
			"{.1:a[1 -2.50e+3 true ].2:b\n{.0:null .1:c\"5:\360\237\230\200x}"
			".1:d[].1:e{}}", "the events of a document");
	json_found_free(&found);
	json_walk(document, sizeof(document) - 1, json_at_once, true, &found);
	unit_ok(found.events.len == (int) sizeof(document) - 1 &&
			found.events.data[0] == '0' + LFDW_JSON_OBJECT &&
			memcmp(found.events.data + 2, document + 1, sizeof(document) - 3) == 0,
			"a value is the text without the white space around");
	json_found_free(&found);
}

/*
 * Every kind of byte at every place of strings that are shorter and longer
 * than a block of the scanner, which has to look at each of them.
 */
static void
test_string_blocks(void)
{
	static const struct
	{
		const char *bytes;
		const char *error;
		int			error_at;	/* from the bytes on */
	}			kinds[] =
	{
		{"", NULL, 0}, {"\\n", NULL, 0}, {"\\u00e9", NULL, 0},
		{"\\ud83d\\ude00", NULL, 0}, {"\303\251", NULL, 0},
		{"\342\202\254", NULL, 0}, {"\360\237\230\200", NULL, 0},
		{"\177", NULL, 0}, {" !#[]", NULL, 0},
		{"\001", CONTROL, 0}, {"\037", CONTROL, 0}, {"\n", CONTROL, 0},
		{"\200", UTF8, 0}, {"\237", UTF8, 0}, {"\240", UTF8, 0},
		{"\377", UTF8, 0}, {"\303", UTF8, 0}, {"\355\240\200", UTF8, 0},
		{"\\x", ESCAPE, 1}, {"\\u00g0", HEX, 4}, {"\\udc00", PAIR, 0},
		{"\\u0000", NUL, 0}, {"\"", TOKEN, 1}
	};
	char		text[128];

	for (size_t k = 0; k < lengthof(kinds); k++)
	{
		const char *why = NULL;
		bool		expected = true;

		for (int before = 0; before < 36 && why == NULL && expected; before++)
		{
			JsonFound	found;
			int			len;
			const char *error = kinds[k].error;
			int			at = before + 2 + kinds[k].error_at;

			len = snprintf(text, sizeof(text), "[\"%.*s%szz\",1]", before,
						   "abcdefghijklmnopqrstuvwxyz0123456789",
						   kinds[k].bytes);
			why = read_every_way(text, len, &found);
			if (error && strcmp(error, TOKEN) == 0)
				error = BRACKET;
			expected = is_outcome(&found, error, at);
			json_found_free(&found);
		}
		unit_ok(why == NULL && expected,
				"kind %zu of bytes at every place of a string%s%s", k,
				why ? ": " : "", why ? why : "");
	}
}

/* Numbers of every length, with a point, an exponent or a flaw everywhere. */
static void
test_number_blocks(void)
{
	static const struct
	{
		char		flaw;
		const char *error;		/* where it stands between digits */
	}			flaws[] =
	{
		{'7', NULL}, {'.', NULL}, {'e', NULL}, {'E', NULL}, {'-', TOKEN},
		{'+', TOKEN}, {'x', TOKEN}, {':', TOKEN}, {'/', TOKEN},
		{'\"', TOKEN}, {'\271', TOKEN}
	};

	for (size_t f = 0; f < lengthof(flaws); f++)
	{
		const char *why = NULL;
		bool		expected = true;

		for (int len = 3; len < 36 && why == NULL && expected; len++)
		{
			/* all places of the flaw, with digits on both of its sides */
			for (int at = 1; at < len - 1 && why == NULL && expected; at++)
			{
				char		text[64];
				JsonFound	found;
				bool		minus = at % 2 == 0;

				snprintf(text, sizeof(text), "[%s%.*s,2]", minus ? "-" : "",
						 len, "123456789012345678901234567890123456789");
				text[1 + minus + at] = flaws[f].flaw;
				why = read_every_way(text, strlen(text), &found);
				expected = is_outcome(&found, flaws[f].error, 1 + minus + at);
				json_found_free(&found);
			}
		}
		unit_ok(why == NULL && expected,
				"'%c' at every place of numbers of every length%s%s",
				flaws[f].flaw & 0x7F, why ? ": " : "", why ? why : "");
	}
}

/* Runs of white space of every length, wherever there may be some. */
static void
test_space(void)
{
	static const char *const spaces[] = {" ", "\n", "\t", "\r", " \n\t\r", "\n   "};
	static const char *const others[] = {"\f", "\v", "\303\251", "\001", "!"};

	for (size_t s = 0; s < lengthof(spaces); s++)
	{
		const char *why = NULL;
		bool		expected = true;

		for (int n = 0; n < 36 && why == NULL && expected; n++)
		{
			char		run[40];
			char		text[600];
			JsonFound	found;
			const char *other = others[n % lengthof(others)];

			for (int i = 0; i < n; i++)
				run[i] = spaces[s][i % strlen(spaces[s])];
			run[n] = '\0';
			snprintf(text, sizeof(text), "%s{%s\"a\"%s:%s[%s1%s,%s{%s}%s]%s,\"b\":null%s}%s",
					 run, run, run, run, run, run, run, run, run, run, run, run);
			why = read_every_way(text, strlen(text), &found);
			expected = is_outcome(&found, NULL, 0);
			json_found_free(&found);

			snprintf(text, sizeof(text), "[%s%s]", run, other);
			if (why == NULL)
			{
				why = read_every_way(text, strlen(text), &found);
				expected = expected && is_outcome(&found, TOKEN, 1 + n);
				json_found_free(&found);
			}
		}
		unit_ok(why == NULL && expected, "runs of white space of kind %zu%s%s",
				s, why ? ": " : "", why ? why : "");
	}
}

/* A document of n containers in one another, in the middle of which is a 1. */
static char *
nest(int n, const char *open, const char *close)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < n; i++)
		appendStringInfoString(&text, open);
	appendStringInfoChar(&text, '1');
	for (int i = 0; i < n; i++)
		appendStringInfoString(&text, close);
	return text.data;
}

static void
test_depth(void)
{
	static const char *const opens[] = {"[", "{\"a\":", "[{\"a\":"};
	static const char *const closes[] = {"]", "}", "}]"};
	JsonWay		bytes = {0, 7, true};

	for (size_t i = 0; i < lengthof(opens); i++)
	{
		int			most = LFDW_JSON_MAX_DEPTH / (i == 2 ? 2 : 1);

		for (int over = 0; over <= 1; over++)
		{
			char	   *text = nest(most + over, opens[i], closes[i]);
			const char *error = over ? "nesting too deep" : NULL;
			uint64		at = most * strlen(opens[i]);
			JsonFound	items;
			JsonFound	value;

			json_walk(text, strlen(text), json_at_once, false, &items);
			json_walk(text, strlen(text), json_at_once, true, &value);
			unit_ok(is_outcome(&items, error, at) &&
					is_outcome(&value, error, at),
					"%d containers%s", LFDW_JSON_MAX_DEPTH,
					over ? " and one more" : "");
			unit_ok(json_walk_agrees(text, strlen(text), bytes, false, &items) &&
					json_walk_agrees(text, strlen(text), bytes, true, &value),
					"so it is in windows");
			json_found_free(&items);
			json_found_free(&value);
			pfree(text);
		}
	}
}

/* The depth of a value counts from the container it is read in. */
static void
test_depth_within(void)
{
	for (int entered = 0; entered <= LFDW_JSON_MAX_DEPTH; entered += 125)
	{
		for (int over = 0; over <= 1; over++)
		{
			char	   *text = nest(LFDW_JSON_MAX_DEPTH + over, "[", "]");
			LfdwJsonReader reader;
			LfdwJsonValue value;
			LfdwJsonStatus status = LFDW_JSON_OK;

			lfdw_json_init(&reader, text, strlen(text), true);
			for (int i = 0; i < entered && status == LFDW_JSON_OK; i++)
			{
				status = lfdw_json_enter(&reader);
				if (status == LFDW_JSON_OK)
					status = lfdw_json_element(&reader);
			}
			if (status == LFDW_JSON_OK)
				status = lfdw_json_value(&reader, &value);
			unit_ok(over ? status == LFDW_JSON_BAD &&
					reader.error_at == LFDW_JSON_MAX_DEPTH :
					status == LFDW_JSON_OK && reader.depth == entered &&
					value.len == strlen(text) - 2 * entered,
					"%d levels, of which %d are entered",
					LFDW_JSON_MAX_DEPTH + over, entered);
			pfree(text);
		}
	}
}

/* What json_walk cannot see: calls out of turn, and the fields. */
static void
test_calls(void)
{
	LfdwJsonReader reader;
	LfdwJsonValue value;
	LfdwJsonType type;

	lfdw_json_init(&reader, "  ", 2, true);
	unit_ok(lfdw_json_peek(&reader, &type) == LFDW_JSON_END,
			"the end is peeked behind white space");
	lfdw_json_init(&reader, "  ", 2, false);
	unit_ok(lfdw_json_peek(&reader, &type) == LFDW_JSON_MORE && reader.pos == 2,
			"unless there may be more, which is then asked for");
	lfdw_json_init(&reader, "tru", 3, true);
	unit_ok(lfdw_json_peek(&reader, &type) == LFDW_JSON_OK &&
			type == LFDW_JSON_TRUE, "peeking looks at one byte");
	lfdw_json_init(&reader, " 12", 3, true);
	unit_ok(lfdw_json_enter(&reader) == LFDW_JSON_BAD && reader.error_at == 1 &&
			strcmp(reader.error, "an object or an array is missing") == 0,
			"a number cannot be entered");

	lfdw_json_init(&reader, "1\n{\"a\":2} [3]\n", 14, true);
	unit_ok(lfdw_json_value(&reader, &value) == LFDW_JSON_OK &&
			value.type == LFDW_JSON_NUMBER &&
			lfdw_json_value(&reader, &value) == LFDW_JSON_OK &&
			value.type == LFDW_JSON_OBJECT &&
			lfdw_json_value(&reader, &value) == LFDW_JSON_OK &&
			value.type == LFDW_JSON_ARRAY &&
			lfdw_json_peek(&reader, &type) == LFDW_JSON_END &&
			lfdw_json_end(&reader) == LFDW_JSON_OK,
			"values may follow each other, with white space between");

	lfdw_json_init(&reader, "[1, 2]", 6, true);
	unit_ok(lfdw_json_enter(&reader) == LFDW_JSON_OK && reader.first &&
			reader.depth == 1 && lfdw_json_element(&reader) == LFDW_JSON_OK &&
			!reader.first && lfdw_json_value(&reader, &value) == LFDW_JSON_OK &&
			lfdw_json_element(&reader) == LFDW_JSON_OK, "into an array");
	lfdw_json_discard(&reader, 4);
	unit_ok(reader.offset == 4 && reader.pos == 0 && reader.len == 2 &&
			reader.data[0] == '2', "four of its bytes are dropped");
	lfdw_json_feed(&reader, "2]!", 3, true);
	unit_ok(lfdw_json_value(&reader, &value) == LFDW_JSON_OK &&
			lfdw_json_element(&reader) == LFDW_JSON_END && reader.depth == 0 &&
			lfdw_json_end(&reader) == LFDW_JSON_BAD && reader.error_at == 6,
			"offsets go on counting from the beginning");
}

static int
write_unit(char *dst, size_t size, uint32 unit, int form)
{
	if (form == 1)
		return snprintf(dst, size, "\\u%04x", unit);
	return snprintf(dst, size, "\\u%04X", unit);
}

/* One code point as a string value's text, in one of three ways. */
static int
write_code_point(char *dst, size_t size, uint32 c, int form)
{
	int			n;

	if (form == 0 && c < 0x80)
		return snprintf(dst, size, "%c", c);
	if (form == 0 && c < 0x800)
		return snprintf(dst, size, "%c%c", 0xC0 | c >> 6, 0x80 | (c & 0x3F));
	if (form == 0 && c < 0x10000)
		return snprintf(dst, size, "%c%c%c", 0xE0 | c >> 12,
						0x80 | (c >> 6 & 0x3F), 0x80 | (c & 0x3F));
	if (form == 0)
		return snprintf(dst, size, "%c%c%c%c", 0xF0 | c >> 18,
						0x80 | (c >> 12 & 0x3F), 0x80 | (c >> 6 & 0x3F),
						0x80 | (c & 0x3F));
	if (c < 0x10000)
		return write_unit(dst, size, c, form);
	n = write_unit(dst, size, 0xD7C0 + (c >> 10), form);
	return n + write_unit(dst + n, size - n, 0xDC00 + (c & 0x3FF), form);
}

/* Is a value expanded to itself, but for what is not ASCII, which is raw? */
static bool
expands(const LfdwJsonValue *value, uint32 c, const char *raw)
{
	char		expanded[32];
	size_t		len = lfdw_json_expand(value, expanded);

	if (c >= 0x80)
		return strcmp(expanded, raw) == 0 && len == strlen(raw);
	return len == value->len && memcmp(expanded, value->text, len) == 0;
}

static void
test_expand(void)
{
	static const char json[] =
	"{\"\\u00fc\\n\":[\"\\\\u00fc\\\\\",\"\\u0041\\\"\\ud83d\\ude00\",1.50]}";
	static const char expanded[] =
	"{\"\303\274\\n\":[\"\\\\u00fc\\\\\",\"\\u0041\\\"\360\237\230\200\",1.50]}";
	char		text[sizeof(json)];
	LfdwJsonReader reader;
	LfdwJsonValue value;

	lfdw_json_init(&reader, json, strlen(json), true);
	unit_ok(lfdw_json_value(&reader, &value) == LFDW_JSON_OK &&
			lfdw_json_expand(&value, text) == strlen(expanded) &&
			strcmp(text, expanded) == 0, "a document without its escapes");
}

/* Every character, as it is and as an escape. */
static void
test_unescape(void)
{
	uint32		wrong = 0;
	uint32		tried = 0;
	char		raw[8];
	char		text[32];
	char		decoded[32];

	for (uint32 c = 1; c <= 0x10FFFF; c++)
	{
		if (c == 0xD800)
			c = 0xE000;
		write_code_point(raw, sizeof(raw), c, 0);
		for (int form = 0; form < 3; form++)
		{
			LfdwJsonReader reader;
			LfdwJsonValue value;
			int			len;

			if (form == 0 && (c < ' ' || c == '"' || c == '\\'))
				continue;
			text[0] = '"';
			len = 1 + write_code_point(text + 1, sizeof(text) - 2, c, form);
			text[len++] = '"';
			lfdw_json_init(&reader, text, len, true);
			tried++;
			if (lfdw_json_value(&reader, &value) != LFDW_JSON_OK ||
				value.escaped != (form > 0) ||
				lfdw_json_unescape(&value, decoded) != strlen(raw) ||
				strcmp(decoded, raw) != 0 ||
				!expands(&value, c, raw) ||
				!lfdw_json_is(&value, raw))
				wrong++;
		}
	}
	unit_ok(wrong == 0 && tried > 3000000,
			"%u characters, as they are and escaped; %u wrong", tried, wrong);
}

/* Changes a good or a bad document a little. */
static size_t
mutate(char *text, size_t len, size_t room)
{
	static const char bytes[] = "{}[]:,\"\\ \n0123456789+-.eEtrufalsn/bu'dD8cC"
	"\001\037\177\200\237\240\277\300\303\251\340\342\355\360\364\377";
	int			changes = 1 + random_below(4);

	for (int i = 0; i < changes; i++)
	{
		size_t		at = len > 0 ? random_below(len) : 0;
		char		byte = bytes[random_below(sizeof(bytes) - 1)];

		switch (random_below(4))
		{
			case 0:
				if (len > 0)
					text[at] = byte;
				break;
			case 1:
				if (len > 0)
					memmove(text + at, text + at + 1, --len - at);
				break;
			case 2:
				if (len < room)
				{
					memmove(text + at + 1, text + at, len++ - at);
					text[at] = byte;
				}
				break;
			default:
				if (len > 0)
					len = at;
				break;
		}
	}
	return len;
}

static void
test_mutations(void)
{
	const int	rounds = 60000;
	int			good = 0;

	for (int i = 0; i < rounds; i++)
	{
		const JsonCase *one;
		char		text[256];
		size_t		len;
		JsonWay		way;
		JsonFound	items;
		JsonFound	value;
		const char *other;

		/* a change seldom makes a good document of a bad document */
		do
			one = &json_cases[random_below(lengthof(json_cases))];
		while (one->error && random_below(4) > 0);
		len = Min(one->len, sizeof(text) - 8);
		memcpy(text, one->text, len);
		len = mutate(text, len, sizeof(text));
		way.first = random_below(len + 1);
		way.step = 1 + random_below(20);
		way.discard = random_below(2);
		json_walk(text, len, json_at_once, false, &items);
		json_walk(text, len, json_at_once, true, &value);
		other = oracle_disagrees(text, len, items.error, items.error_at);
		good += items.error == NULL;
		if (other || !json_found_same_error(&items, &value) ||
			!json_walk_agrees(text, len, way, false, &items) ||
			!json_walk_agrees(text, len, way, true, &value))
			unit_ok(false, "mutation %d%s%s: %.*s", i, other ? ": " : "",
					other ? other : "", (int) len, text);
		json_found_free(&items);
		json_found_free(&value);
	}
	unit_ok(good > rounds / 20 && good < rounds / 2,
			"%d mutations, of which %d are good", rounds, good);
}

/* A window of its own size with what is left of a text before a member. */
static LfdwJsonReader
before_member(const char *text, size_t len, char *window)
{
	LfdwJsonReader reader;
	LfdwJsonValue value;

	memcpy(window, text, len);
	lfdw_json_init(&reader, window, len, false);
	lfdw_json_enter(&reader);
	if (text[0] == '{' && text[1] == '"' && text[2] == 'z')
	{
		lfdw_json_member(&reader, &value);
		lfdw_json_value(&reader, &value);
	}
	return reader;
}

/* Is a member that is expected, and its value, read as by two calls, or else nothing? */
static bool
reads_both_the_same(const LfdwJsonReader *before, const char *name, bool is)
{
	LfdwJsonReader one = *before;
	LfdwJsonReader two = *before;
	LfdwJsonStatus status;
	LfdwJsonValue value;
	LfdwJsonValue same;

	if (!lfdw_json_member_value(&one, name, strlen(name), &value, &status))
		return !is && one.pos == before->pos && one.first == before->first &&
			one.error == NULL;
	lfdw_json_member(&two, &same);
	return is && status == lfdw_json_value(&two, &same) && one.pos == two.pos && one.error == two.error &&
		!one.first && one.depth == two.depth &&
		(status != LFDW_JSON_OK || (value.type == same.type && value.text == same.text &&
									value.len == same.len && value.escaped == same.escaped));
}

/* A member that is expected is read as any other, and else nothing is. */
static void
test_expected(void)
{
	static const char name[] = "\"name\"";
	static const struct
	{
		const char *text;
		bool		is;
	}			cases[] =
	{
		{"{\"name\":1", true},
		{"{ \"name\" : 1", true},
		{"{\"z\":[] ,\t\"name\":1", true},
		{"{\"z\":0,\"name\":1", true},
		{"{\"name\":\"\\u00e9\"}", true},
		{"{\"name\":-1e5 }", true},
		{"{\"name\": {\"a\":[1]}}", true},
		{"{\"name\":tru}", true},
		{"{\"names\":1", false},
		{"{\"nam\":1", false},
		{"{\"n\\u0061me\":1", false},
		{"{\"name\"=1", false},
		{"{,\"name\":1", false},
		{"{\"z\":0 \"name\":1", false},
		{"{\"z\":0,,\"name\":1", false},
		{"{\"z\":0}", false},
		{"{}", false}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		size_t		whole = strlen(cases[i].text);
		bool		ok = true;

		for (size_t len = strchr(cases[i].text, 'z') ? 7 : 1; len <= whole; len++)
		{
			char	   *window = malloc(len);
			LfdwJsonReader reader = before_member(cases[i].text, len, window);
			LfdwJsonReader other = reader;
			LfdwJsonReader before = reader;
			LfdwJsonValue key;
			bool		is = lfdw_json_member_is(&reader, name, strlen(name));

			if (is)
				ok &= lfdw_json_member(&other, &key) == LFDW_JSON_OK &&
					reader.pos == other.pos && !reader.first;
			else
				ok &= reader.pos == before.pos && reader.first == before.first &&
					reader.error == NULL;
			ok &= reads_both_the_same(&before, name, is);
			ok &= !is || cases[i].is;
			if (len == whole)
				ok &= is == cases[i].is;
			free(window);
		}
		unit_ok(ok, "%s is %sexpected", cases[i].text, cases[i].is ? "" : "not ");
	}
}

/* All that depends on how bytes are looked at. */
static void
test_twin(const LfdwJsonSimd *simd)
{
	lfdw_json_simd = simd;
	random_state = 20240229;
	test_cases();
	test_events();
	test_string_blocks();
	test_number_blocks();
	test_space();
	test_depth();
	test_depth_within();
	test_calls();
	test_expected();
	test_mutations();
}

int
main(void)
{
	const LfdwJsonSimd *simd;

	oracle_probe();
	for (int i = 0; (simd = lfdw_json_simd_twin(i)) != NULL; i++)
		test_twin(simd);
	test_unescape();
	test_expand();
	return unit_done();
}
