/*-------------------------------------------------------------------------
 *
 * json_string.c
 *		JSON that an answer carries as a string.
 *
 * Functions in front of an API, a queue or a proxy answer with documents
 * inside strings, as json.dumps makes them.
 *
 * IDENTIFICATION
 *	  src/value/json_string.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "pg/message.h"
#include "value/json_string.h"

/* May a string hold a document?  Its first byte tells in most cases. */
static bool
may_hold_document(const LfdwJsonValue *string)
{
	return string->len > 1 && strchr("{[\\ \t\r\n", string->text[0]) != NULL;
}

/*
 * Validates the document that the reader stands before.  Text that is no JSON
 * is just text; JSON that PostgreSQL cannot hold is an error.
 */
static bool
is_document(LfdwJsonReader reader, const char *function)
{
	LfdwJsonValue value;

	if (lfdw_json_value(&reader, &value) == LFDW_JSON_OK &&
		lfdw_json_end(&reader) == LFDW_JSON_OK)
		return true;
	if (lfdw_error_json_sqlstate(reader.error) != ERRCODE_INVALID_TEXT_REPRESENTATION)
		ereport(ERROR,
				(errcode(lfdw_error_json_sqlstate(reader.error)),
				 errmsg("the answer of Lambda function \"%s\" has JSON in a string that cannot be read",
						function),
				 errdetail("At byte offset " UINT64_FORMAT " of the string: %s.",
						   reader.error_at, reader.error)));
	return false;
}

/*
 * Opens a string that holds a JSON object or array, or a string that does, and
 * sets the reader before it.
 *
 * False where it holds something else, with the reader unchanged.  The text is
 * decoded into the current context.  Unless checked, a text that begins as an
 * object or array does is opened unseen, for the caller to report what is wrong
 * in it.  Raises 22P05 and 54001 for JSON that PostgreSQL cannot hold.
 */
bool
lfdw_json_string_open(LfdwJsonReader *reader, const LfdwJsonValue *string,
					  bool checked, const char *function)
{
	LfdwJsonReader inside;
	LfdwJsonValue value = *string;
	LfdwJsonType type;

	for (;;)
	{
		char	   *text;
		size_t		len;

		if (!may_hold_document(&value))
			return false;
		text = MemoryContextAllocHuge(CurrentMemoryContext, value.len + 1);
		len = lfdw_json_unescape(&value, text);
		lfdw_json_init(&inside, text, len, true);
		if (lfdw_json_peek(&inside, &type) != LFDW_JSON_OK ||
			type < LFDW_JSON_STRING)
			return false;
		if (type != LFDW_JSON_STRING)
			break;
		if (lfdw_json_value(&inside, &value) != LFDW_JSON_OK ||
			lfdw_json_end(&inside) != LFDW_JSON_OK)
			return false;
	}
	if (checked && !is_document(inside, function))
		return false;
	*reader = inside;
	return true;
}

/*
 * A value without \u escapes beyond ASCII, but with the bytes that they stand
 * for; palloc'd where it had any escape.
 *
 * Core refuses such escapes in an SQL_ASCII database, which takes the same
 * bytes raw.
 */
LfdwJsonValue
lfdw_json_unescaped(const LfdwJsonValue *value)
{
	LfdwJsonValue plain = *value;
	char	   *text;

	if (memchr(value->text, '\\', value->len) == NULL)
		return plain;
	text = MemoryContextAllocHuge(CurrentMemoryContext, value->len + 1);
	plain.len = lfdw_json_expand(value, text);
	plain.text = text;
	return plain;
}

/*
 * A string or a member's name, decoded and fit for a message as
 * lfdw_error_excerpt makes it.
 */
char *
lfdw_json_shown(const LfdwJsonValue *string)
{
	char	   *text;
	size_t		len;

	if (!string->escaped)
		return lfdw_error_excerpt(string->text, string->len);
	text = MemoryContextAllocHuge(CurrentMemoryContext, string->len + 1);
	len = lfdw_json_unescape(string, text);
	return lfdw_error_excerpt(text, len);
}

/* A value that an error shows: a string as lfdw_json_shown does, in its quotes. */
char *
lfdw_json_shown_value(const LfdwJsonValue *value)
{
	return value->type == LFDW_JSON_STRING ?
		psprintf("\"%s\"", lfdw_json_shown(value)) :
		lfdw_error_excerpt(value->text, value->len);
}
