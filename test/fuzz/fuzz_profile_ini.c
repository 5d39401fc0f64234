/*-------------------------------------------------------------------------
 *
 * fuzz_profile_ini.c
 *		Fuzzer of the small readers of text: profile_ini, xml_text,
 *		command_line, log_report and aws_time.
 *
 * scripts/fuzz builds and runs it.
 *
 * IDENTIFICATION
 *	  test/fuzz/fuzz_profile_ini.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include <math.h>

#include "base/aws_time.h"
#include "base/command_line.h"
#include "base/log_report.h"
#include "base/profile_ini.h"
#include "base/xml_text.h"

#include "fuzz_memory.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

/* Whatever a file says, asking has the same answers in any case of the key. */
static void
fuzz_profiles(const char *text, size_t size, const char *word)
{
	LfdwProfiles *profiles = lfdw_profiles_create();

	for (int file = 0; file < 2; file++)
		if (!lfdw_profiles_read(profiles, text, size, file == 0))
			fail("a short file is not read");
	for (int kind = LFDW_SECTION_PROFILE; kind <= LFDW_SECTION_SSO_SESSION; kind++)
	{
		const char *sections[] = {"p", "default", "a b", word};

		for (int i = 0; i < (int) lengthof(sections); i++)
		{
			const char *section = sections[i];
			const char *value = lfdw_profiles_get(profiles, kind, section, "k");
			const char *nested = lfdw_profiles_get_nested(profiles, kind, section,
														  "k", "k");

			if (value != lfdw_profiles_get(profiles, kind, section, "K"))
				fail("a key's case matters");
			if (value && !lfdw_profiles_has(profiles, kind, section))
				fail("a property of no section");
			if (value && (strchr(value, '\r') || strstr(value, "\n\n")))
				fail("a line's end in a value");
			if (nested && (value == NULL || *value != '\n' || strchr(nested, '\n')))
				fail("a property of no property");
			(void) lfdw_profiles_get_nested(profiles, kind, section, word, word);
		}
	}
}

static void
fuzz_xml(const char *text, size_t size, const char *word)
{
	const char *const elements[] = {"c", "Code", "Message", "", word};

	for (int i = 0; i < (int) lengthof(elements); i++)
	{
		char	   *found = NULL;

		if (lfdw_xml_find(text, size, elements[i], &found) != (found != NULL))
			fail("an element without text");
		if (found && strlen(found) > size)
			fail("more text than document");
	}
}

/* Words that are quoted again come out as they were. */
static void
fuzz_command(const char *string)
{
	const char *why = NULL;
	char	  **words;
	char	  **again;
	int			nwords;
	int			nagain;
	StringInfoData quoted;

	if (!lfdw_command_split(string, &words, &nwords, &why))
	{
		if (why == NULL || words != NULL)
			fail("no command, and no reason");
		return;
	}
	initStringInfo(&quoted);
	for (int i = 0; i < nwords; i++)
	{
		appendStringInfoString(&quoted, i % 2 ? " \"" : "\n'");
		for (const char *c = words[i]; *c != '\0'; c++)
		{
			if (i % 2 && (*c == '"' || *c == '\\'))
				appendStringInfoChar(&quoted, '\\');
			if (i % 2 == 0 && *c == '\'')
				appendStringInfoString(&quoted, "'\\'");
			appendStringInfoChar(&quoted, *c);
		}
		appendStringInfoChar(&quoted, i % 2 ? '"' : '\'');
	}
	if (!lfdw_command_split(quoted.data, &again, &nagain, &why) ||
		nagain != nwords || again[nwords] != NULL || words[nwords] != NULL)
		fail("quoted words are others");
	for (int i = 0; i < nwords; i++)
		if (strcmp(words[i], again[i]) != 0)
			fail("a quoted word is another");
}

static void
fuzz_report(const char *text, size_t size)
{
	static const LfdwLogReport nothing;
	LfdwLogReport report;
	bool		found = lfdw_log_report_read(&report, text, size);

	if (found != report.found)
		fail("found and not found");
	if (!found && memcmp(&report, &nothing, sizeof(report)) != 0)
		fail("a report that is none");
	if (!isfinite(report.duration_ms) || !isfinite(report.billed_ms) ||
		!isfinite(report.init_ms) || !isfinite(report.restore_ms) ||
		report.duration_ms < 0 || report.billed_ms < 0 ||
		report.init_ms < 0 || report.restore_ms < 0 ||
		report.memory_mb < 0 || report.max_memory_mb < 0)
		fail("a number that cannot be");
}

static void
fuzz_time(const char *string)
{
	const int64 most = INT64CONST(253402300800) + 86400;
	int64		seconds = 0;

	(void) lfdw_time_http_date(string, &seconds);
	(void) lfdw_time_iso8601(string, &seconds);
	if (seconds > most || seconds < -most)
		fail("a time out of range");
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	const char *text = (const char *) data;
	char	   *string = palloc(size + 1);
	char	   *word;

	memcpy(string, data, size);
	string[size] = '\0';
	word = pnstrdup(string, strcspn(string, " \n"));

	fuzz_profiles(text, size, word);
	fuzz_xml(text, size, word);
	fuzz_command(string);
	fuzz_report(text, size);
	fuzz_time(string);
	free_blocks();
	return 0;
}
