/*-------------------------------------------------------------------------
 *
 * message.c
 *		Remote bytes made fit for messages; statements kept out of the log.
 *
 * IDENTIFICATION
 *	  src/pg/message.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "base/json_reader.h"
#include "pg/message.h"

/* The length of the UTF-8 character at the start of some bytes, 0 for none. */
static int
character_length(const char *bytes, size_t len)
{
	int			char_len = pg_utf_mblen((const unsigned char *) bytes);

	if ((size_t) char_len > len ||
		!pg_utf8_islegal((const unsigned char *) bytes, char_len))
		return 0;
	return char_len;
}

/*
 * Is a character of UTF-8, or an ASCII one, a control character?  Terminals obey
 * those of two bytes, U+0080 to U+009F, too.
 */
static bool
is_control(const char *bytes, int char_len)
{
	unsigned char first = (unsigned char) bytes[0];

	if (char_len == 2)
		return first == 0xC2 && (unsigned char) bytes[1] < 0xA0;
	return char_len == 1 && (first < ' ' || first == 0x7F);
}

/*
 * Makes remote bytes, UTF-8 or not, fit for a message.
 *
 * The result is palloc'd, valid in the database encoding, and has at most
 * max_chars characters, with "..." after them if there were more.  Control
 * characters become blanks; bytes that are no UTF-8, and characters beyond
 * ASCII in a database of another encoding, question marks.  Never raises.
 */
char *
lfdw_error_text(const char *bytes, size_t len, int max_chars)
{
	StringInfoData text;
	bool		utf8 = GetDatabaseEncoding() == PG_UTF8;
	int			chars = 0;

	initStringInfo(&text);
	while (len > 0 && chars < max_chars)
	{
		int			char_len = character_length(bytes, len);

		if (char_len == 0 || (char_len > 1 && !utf8))
			appendStringInfoChar(&text, '?');
		else if (is_control(bytes, char_len))
			appendStringInfoChar(&text, ' ');
		else
			appendBinaryStringInfo(&text, bytes, char_len);
		bytes += Max(char_len, 1);
		len -= Max(char_len, 1);
		chars++;
	}
	if (len > 0)
		appendStringInfoString(&text, "...");
	return text.data;
}

/* lfdw_error_text with LFDW_EXCERPT_MAX characters. */
char *
lfdw_error_excerpt(const char *bytes, size_t len)
{
	return lfdw_error_text(bytes, len, LFDW_EXCERPT_MAX);
}

/*
 * Copies as much of a text, whatever its encoding, as goes into size bytes, the last
 * one zero: what is not printable ASCII as question marks.  Never raises.
 */
void
lfdw_error_ascii(char *copy, const char *text, size_t size)
{
	size_t		len = strnlen(text, size - 1);

	for (size_t i = 0; i < len; i++)
		copy[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	copy[len] = '\0';
}

/*
 * The SQLSTATE that json_populate_record gives a mistake in JSON, which is one
 * of the reader's errors.
 */
int
lfdw_error_json_sqlstate(const char *error)
{
	if (strcmp(error, LFDW_JSON_NUL) == 0)
		return ERRCODE_UNTRANSLATABLE_CHARACTER;
	if (strcmp(error, LFDW_JSON_BAD_UTF8) == 0)
		return ERRCODE_CHARACTER_NOT_IN_REPERTOIRE;
	if (strcmp(error, LFDW_JSON_TOO_DEEP) == 0)
		return ERRCODE_STATEMENT_TOO_COMPLEX;
	return ERRCODE_INVALID_TEXT_REPRESENTATION;
}

/*
 * An error context callback that keeps the statement, which may show keys, out
 * of the log, and the context, where PL/pgSQL shows it once more.
 */
void
lfdw_error_hide_statement(void *arg)
{
	errhidestmt(true);
	errhidecontext(true);
}
