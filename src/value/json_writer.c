/*-------------------------------------------------------------------------
 *
 * json_writer.c
 *		JSON is written: strings, keys, commas.
 *
 * IDENTIFICATION
 *	  src/value/json_writer.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "value/json_writer.h"

/* Appends a character that no JSON string has as it is. */
static void
append_escaped(StringInfo out, unsigned char c)
{
	static const char letters[] = "\b\f\n\r\t\"\\";
	const char *found = c ? strchr(letters, c) : NULL;

	if (found)
	{
		appendStringInfoChar(out, '\\');
		appendStringInfoChar(out, "bfnrt\"\\"[found - letters]);
	}
	else
		appendStringInfo(out, "\\u%04x", c);
}

/*
 * Appends a text of a length as a JSON string with its quotes.  Quotes, backslashes
 * and the control characters below space are escaped; what is between them is copied
 * at once.
 */
void
lfdw_json_append_text(StringInfo out, const char *text, size_t len)
{
	const char *end = text + len;
	const char *plain = text;

	enlargeStringInfo(out, len + 2);
	appendStringInfoCharMacro(out, '"');
	for (const char *p = text; p < end; p++)
	{
		if ((unsigned char) *p >= ' ' && *p != '"' && *p != '\\')
			continue;
		appendBinaryStringInfo(out, plain, p - plain);
		append_escaped(out, (unsigned char) *p);
		plain = p + 1;
	}
	appendBinaryStringInfo(out, plain, end - plain);
	appendStringInfoChar(out, '"');
}

/* The same of a text that ends in a NUL. */
void
lfdw_json_append_string(StringInfo out, const char *text)
{
	lfdw_json_append_text(out, text, strlen(text));
}

/* A text as a JSON string, palloc'd in the current context. */
char *
lfdw_json_quote(const char *text)
{
	StringInfoData string;

	initStringInfo(&string);
	lfdw_json_append_string(&string, text);
	return string.data;
}

/* Starts a member: a comma where one is due, the key, the colon. */
void
lfdw_json_append_key(StringInfo out, const char *key)
{
	lfdw_json_append_comma(out);
	lfdw_json_append_string(out, key);
	appendStringInfoChar(out, ':');
}

/* Appends a member whose value is JSON already. */
void
lfdw_json_append_member(StringInfo out, const char *key, const char *json)
{
	lfdw_json_append_key(out, key);
	appendStringInfoString(out, json);
}

/* Appends a member whose value is a string. */
void
lfdw_json_append_string_member(StringInfo out, const char *key,
							   const char *text)
{
	lfdw_json_append_key(out, key);
	lfdw_json_append_string(out, text);
}

/*
 * Appends the members of a JSON object, which is given as text and known to be
 * one: what stands between its braces.
 */
void
lfdw_json_append_members(StringInfo out, const char *object)
{
	const char *start = strchr(object, '{') + 1;
	const char *end = strrchr(object, '}');

	while (start < end && strchr(" \t\n\r", *start))
		start++;
	while (end > start && strchr(" \t\n\r", end[-1]))
		end--;
	if (start < end)
		lfdw_json_append_comma(out);
	appendBinaryStringInfo(out, start, end - start);
}
