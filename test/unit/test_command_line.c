/*-------------------------------------------------------------------------
 *
 * test_command_line.c
 *		Unit tests of src/base/command_line.c.
 *
 * What is expected is what shlex.split of Python 3.11 gives.
 *
 * IDENTIFICATION
 *	  test/unit/test_command_line.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/command_line.h"

#define MOST_WORDS 6

static const struct
{
	const char *text;
	const char *words[MOST_WORDS + 1];
}			lines[] =

{
	{"", {NULL}},
	{" \t\r\n ", {NULL}},
	{"a", {"a"}},
	{"a b c", {"a", "b", "c"}},
	{"  a \t b\r\nc  ", {"a", "b", "c"}},
	{"a\vb\fc", {"a\vb\fc"}},
	{"/usr/bin/get-keys --user \"My Name\" -v", {"/usr/bin/get-keys", "--user", "My Name", "-v"}},

	/* single quotes */
	{"'a b'", {"a b"}},
	{"''", {""}},
	{"a '' b", {"a", "", "b"}},
	{"'a\\b'", {"a\\b"}},
	{"'a\\'", {"a\\"}},
	{"'a\"b'", {"a\"b"}},
	{"'a\nb'", {"a\nb"}},
	{"x'a b'y", {"xa by"}},
	{"'a''b'", {"ab"}},
	{"a'' ''b", {"a", "b"}},

	/* double quotes */
	{"\"a b\"", {"a b"}},
	{"\"\"", {""}},
	{"\"\" \"\"", {"", ""}},
	{"\"\"''", {""}},
	{"\"a'b\"", {"a'b"}},
	{"\"a\\\"b\"", {"a\"b"}},
	{"\"a\\\\b\"", {"a\\b"}},
	{"\"a\\b\"", {"a\\b"}},
	{"\"a\\$b\"", {"a\\$b"}},
	{"\"a\\'b\"", {"a\\'b"}},
	{"\"a\\\nb\"", {"a\\\nb"}},
	{"\"a\\\\\"", {"a\\"}},
	{"x\"a b\"y'c d'z", {"xa byc dz"}},

	/* backslashes */
	{"a\\ b", {"a b"}},
	{"\\a", {"a"}},
	{"\\\\", {"\\"}},
	{"\\\"", {"\""}},
	{"\\'a b\\'", {"'a", "b'"}},
	{"a\\\nb", {"a\nb"}},
	{"\\ ", {" "}},
	{"\\  \\ ", {" ", " "}},
	{"C:\\Program\\ Files\\x.exe a", {"C:Program Filesx.exe", "a"}},

	/* nothing that a shell would expand */
	{"a $HOME ~ *", {"a", "$HOME", "~", "*"}},
	{"a;b|c&d>e", {"a;b|c&d>e"}},
	{"`a` $(b)", {"`a`", "$(b)"}},
	{"a # b", {"a", "#", "b"}},
	{"#a", {"#a"}},

	/* bytes */
	{"\xC3\xA9 \xFF", {"\xC3\xA9", "\xFF"}},
	{"\x01\x7F", {"\x01\x7F"}}
};

static const struct
{
	const char *text;
	const char *why;
}			broken[] =

{
	{"'", "a quote is not closed"},
	{"\"", "a quote is not closed"},
	{"a 'b c", "a quote is not closed"},
	{"a \"b c", "a quote is not closed"},
	{"'a\"", "a quote is not closed"},
	{"\"a'", "a quote is not closed"},
	{"\"a\\\"", "a quote is not closed"},
	{"\"a\\", "a quote is not closed"},
	{"'a\\''", "a quote is not closed"},
	{"a'b' 'c", "a quote is not closed"},
	{"\\", "nothing follows the last backslash"},
	{"a \\", "nothing follows the last backslash"},
	{"a b\\", "nothing follows the last backslash"},
	{"'a'\\", "nothing follows the last backslash"},
	{"a\\\\\\", "nothing follows the last backslash"}
};

/* Splits a copy that ends where the text does, so that ASan sees any excess. */
static bool
split_exactly(const char *text, char ***words, int *nwords, const char **why)
{
	char	   *copy = strdup(text);
	bool		split = lfdw_command_split(copy, words, nwords, why);

	free(copy);
	return split;
}

static void
test_lines(void)
{
	for (int i = 0; i < (int) lengthof(lines); i++)
	{
		char	  **words;
		int			nwords;
		const char *why = "untouched";
		bool		same = split_exactly(lines[i].text, &words, &nwords, &why);
		int			at = 0;

		while (same && lines[i].words[at] != NULL)
		{
			same = at < nwords && strcmp(words[at], lines[i].words[at]) == 0;
			at++;
		}
		same = same && at == nwords && words[at] == NULL;
		if (!unit_ok(same, "line %d", i))
			printf("# %s\n# %s\n", lines[i].text, why);
	}
}

static void
test_broken(void)
{
	for (int i = 0; i < (int) lengthof(broken); i++)
	{
		char	   *word = NULL;
		char	  **words = &word;
		int			nwords = 7;
		const char *why = "untouched";

		unit_ok(!split_exactly(broken[i].text, &words, &nwords, &why) &&
				words == NULL && nwords == 0, "broken line %d", i);
		unit_is(why, broken[i].why, "and why");
	}
}

static void
test_many(void)
{
	for (int count = 5; count <= 1000; count += count < 40 ? 1 : 160)
	{
		StringInfoData text;
		char	  **words;
		int			nwords;
		const char *why;
		bool		same;

		initStringInfo(&text);
		for (int i = 0; i < count; i++)
			appendStringInfo(&text, "w%d ", i);
		same = split_exactly(text.data, &words, &nwords, &why) &&
			nwords == count && words[count] == NULL;
		for (int i = 0; same && i < count; i++)
			same = atoi(words[i] + 1) == i;
		unit_ok(same, "%d words", count);
	}
}

int
main(void)
{
	test_lines();
	test_broken();
	test_many();
	return unit_done();
}
