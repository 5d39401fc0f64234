/*-------------------------------------------------------------------------
 *
 * json_oracle.h
 *		Asks json-c whether it reads a document as json_reader does.
 *
 * IDENTIFICATION
 *	  test/unit/json_oracle.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JSON_ORACLE_H
#define LFDW_JSON_ORACLE_H

#include "base/base.h"

#include <errno.h>
#include <json-c/json.h>

#include "base/json_reader.h"
#include "mb/pg_wchar.h"

/* Strict releases of json-c refuse what JSON allows: see oracle_probe. */
static bool oracle_wants_ascii;
static bool oracle_wants_int64;

/* What json-c makes of these bytes; *value is NULL for null. */
static bool
oracle_parses(const char *text, size_t len, int flags,
			  struct json_object **value)
{
	struct json_tokener *tok = json_tokener_new_ex(LFDW_JSON_MAX_DEPTH + 1);
	char	   *copy = malloc(len + 1);
	bool		accepts;
	size_t		end;

	/* a number at the end is complete only once a NUL is seen */
	memcpy(copy, text, len);
	copy[len] = '\0';
	json_tokener_set_flags(tok, flags | JSON_TOKENER_ALLOW_TRAILING_CHARS |
						   JSON_TOKENER_VALIDATE_UTF8);
	*value = json_tokener_parse_ex(tok, copy, (int) len + 1);
	accepts = json_tokener_get_error(tok) == json_tokener_success;
	end = json_tokener_get_parse_end(tok);
	while (end < len && strchr(" \t\r\n", copy[end]) && copy[end] != '\0')
		end++;
	accepts = accepts && end >= len;
	if (!accepts && *value)
	{
		json_object_put(*value);
		*value = NULL;
	}
	json_tokener_free(tok);
	free(copy);
	return accepts;
}

static bool
oracle_strictly_parses(const char *text)
{
	struct json_object *value;
	bool		accepts = oracle_parses(text, strlen(text),
										JSON_TOKENER_STRICT, &value);

	json_object_put(value);
	return accepts;
}

/*
 * Finds out what this json-c refuses when strict though it is JSON: 0.18 takes
 * bytes above 0x7f for control characters, 0.18 and 0.19 refuse integers past
 * 64 bits.  Such documents are put to it in another way, not left out.
 */
static void
oracle_probe(void)
{
	oracle_wants_ascii = !oracle_strictly_parses("[\"\303\251\"]");
	oracle_wants_int64 = !oracle_strictly_parses("[18446744073709551616]");
}

/* Writes a character as json-c must read it from \u escapes; returns the end. */
static char *
oracle_escape(char *to, pg_wchar c)
{
	if (c > 0xffff)
		return to + snprintf(to, 13, "\\u%04x\\u%04x",
							 0xd800 + ((c - 0x10000) >> 10),
							 0xdc00 + ((c - 0x10000) & 0x3ff));
	return to + snprintf(to, 7, "\\u%04x", c);
}

/*
 * The document with every character beyond ASCII escaped, which means the same
 * inside a string, and outside of one is as wrong.  Bytes that are no character,
 * and a character after a backslash, which is no escape, stay as they are.
 */
static char *
oracle_in_ascii(const char *text, size_t *len)
{
	char	   *ascii = malloc(*len * 3 + 1);
	char	   *to = ascii;
	bool		escaped = false;

	for (size_t i = 0; i < *len;)
	{
		const unsigned char *from = (const unsigned char *) text + i;
		int			size = *from < 0xe0 ? 2 : *from < 0xf0 ? 3 : 4;

		if (*from < 0x80 || escaped || (size_t) size > *len - i ||
			!pg_utf8_islegal(from, size))
		{
			escaped = *from == '\\' && !escaped;
			*to++ = text[i++];
			continue;
		}
		to = oracle_escape(to, utf8_to_unicode(from));
		i += size;
	}
	*len = to - ascii;
	return ascii;
}

/* Is the number that a text starts with an integer past 64 bits? */
static bool
oracle_is_wide_integer(const char *text, size_t len)
{
	char	   *copy = strndup(text, len);
	size_t		digits = strspn(copy, "-0123456789");
	bool		is_wide;

	errno = 0;
	if (copy[0] == '-')
		(void) strtoll(copy, NULL, 10);
	else
		(void) strtoull(copy, NULL, 10);
	is_wide = errno == ERANGE &&
		(copy[digits] == '\0' || !strchr(".eE", copy[digits]));
	free(copy);
	return is_wide;
}

/* Does a document known to be good hold such a number? */
static bool
oracle_has_wide_integer(const char *text, size_t len)
{
	bool		in_string = false;
	bool		in_number = false;

	for (size_t i = 0; i < len; i++)
	{
		bool		is_number = !in_string && text[i] != '\0' &&
		strchr("+-.eE0123456789", text[i]);

		if (is_number && !in_number && strchr("-0123456789", text[i]) &&
			oracle_is_wide_integer(text + i, len - i))
			return true;
		in_number = is_number;
		if (text[i] == '"')
			in_string = !in_string;
		else if (text[i] == '\\' && in_string)
			i++;
	}
	return false;
}

/* What json-c makes of a document; is_good says what json_reader makes of it. */
static bool
oracle_accepts(const char *text, size_t len, bool is_good,
			   struct json_object **value)
{
	int			flags = JSON_TOKENER_STRICT;
	char	   *ascii = NULL;
	bool		accepts;

	if (oracle_wants_ascii)
		text = ascii = oracle_in_ascii(text, &len);
	/* not strict it reads all that is good: the values can be compared */
	if (oracle_wants_int64 && is_good && oracle_has_wide_integer(text, len))
		flags = 0;
	accepts = oracle_parses(text, len, flags, value);
	free(ascii);
	return accepts;
}

/*
 * A number as json-c keeps it: an integer is clamped to 64 bits, which makes
 * -0 a 0; anything else keeps its text.
 */
static struct json_object *
oracle_number(const LfdwJsonValue *value)
{
	char	   *text = malloc(value->len + 1);
	struct json_object *number;

	memcpy(text, value->text, value->len);
	text[value->len] = '\0';
	if (strpbrk(text, ".eE"))
		number = json_object_new_double_s(strtod(text, NULL), text);
	else if (text[0] == '-')
		number = json_object_new_int64(strtoll(text, NULL, 10));
	else if (strtoull(text, NULL, 10) > PG_INT64_MAX)
		number = json_object_new_uint64(strtoull(text, NULL, 10));
	else
		number = json_object_new_int64(strtoll(text, NULL, 10));
	free(text);
	return number;
}

static struct json_object *oracle_build(LfdwJsonReader *reader);

/* An object as json-c keeps it: of a repeated name the last member counts. */
static struct json_object *
oracle_object(LfdwJsonReader *reader)
{
	struct json_object *object = json_object_new_object();
	LfdwJsonValue key;

	lfdw_json_enter(reader);
	while (lfdw_json_member(reader, &key) == LFDW_JSON_OK)
	{
		char	   *name = malloc(key.len + 1);

		lfdw_json_unescape(&key, name);
		json_object_object_add(object, name, oracle_build(reader));
		free(name);
	}
	return object;
}

/* The next value of a document known to be good, as a tree of json-c's. */
static struct json_object *
oracle_build(LfdwJsonReader *reader)
{
	struct json_object *built = NULL;
	LfdwJsonType type;
	LfdwJsonValue value;
	char	   *text;

	lfdw_json_peek(reader, &type);
	if (type == LFDW_JSON_OBJECT)
		return oracle_object(reader);
	if (type == LFDW_JSON_ARRAY)
	{
		built = json_object_new_array();
		lfdw_json_enter(reader);
		while (lfdw_json_element(reader) == LFDW_JSON_OK)
			json_object_array_add(built, oracle_build(reader));
		return built;
	}
	lfdw_json_value(reader, &value);
	if (type == LFDW_JSON_NUMBER)
		built = oracle_number(&value);
	else if (type == LFDW_JSON_STRING)
	{
		text = malloc(value.len + 1);
		built = json_object_new_string_len(text,
										   lfdw_json_unescape(&value, text));
		free(text);
	}
	else if (type != LFDW_JSON_NULL)
		built = json_object_new_boolean(type == LFDW_JSON_TRUE);
	return built;
}

/*
 * What json-c accepts even when strict, and json_reader does not: the error
 * that json_reader gives, and what then stands at its offset ("" is anything).
 * Seen with json-c 0.16; later releases refuse some of it.
 */
typedef struct OracleLeniency
{
	const char *error;
	const char *there;
} OracleLeniency;

static const OracleLeniency oracle_leniencies[] =
{
	{"leading zero in a number", ""},
	{"invalid number", ""},
	{"invalid token", "NaN"},
	{"invalid token", "Infinity"},
	{"a member's name in quotes is missing", "'"},
	{"control character in a string", ""},
	{"\\u0000 cannot be converted to text", ""},
	{"unpaired surrogate in a \\u escape", ""},
	{"invalid UTF-8", ""}
};

/* May json-c accept what json_reader finds bad in this way? */
static bool
oracle_is_lenient(const char *text, size_t len, const char *error, uint64 at)
{
	/* it takes the end of the text after "1." for the end of a number */
	if (at == len && len > 0 && text[len - 1] == '.')
		return true;
	for (size_t i = 0; i < lengthof(oracle_leniencies); i++)
	{
		const char *there = oracle_leniencies[i].there;

		if (strcmp(error, oracle_leniencies[i].error) == 0 &&
			len - at >= strlen(there) &&
			memcmp(text + at, there, strlen(there)) == 0)
			return true;
	}
	return false;
}

/*
 * Compares what json-c makes of a document with what json_reader does, whose
 * outcome is error and at.  Returns NULL, or how they disagree.
 */
static const char *
oracle_disagrees(const char *text, size_t len, const char *error, uint64 at)
{
	struct json_object *theirs;
	struct json_object *ours;
	LfdwJsonReader reader;
	const char *why = NULL;

	if (!oracle_accepts(text, len, error == NULL, &theirs))
		return error ? NULL : "json-c refuses it";
	if (error)
	{
		json_object_put(theirs);
		return oracle_is_lenient(text, len, error, at) ? NULL :
			"json-c accepts it";
	}

	lfdw_json_init(&reader, text, len, true);
	ours = oracle_build(&reader);
	if (!json_object_equal(ours, theirs) ||
		strcmp(json_object_to_json_string_ext(ours, JSON_C_TO_STRING_PLAIN),
			   json_object_to_json_string_ext(theirs, JSON_C_TO_STRING_PLAIN)) != 0)
		why = "json-c finds other values";
	json_object_put(ours);
	json_object_put(theirs);
	return why;
}

#endif							/* LFDW_JSON_ORACLE_H */
