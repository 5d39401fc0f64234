/*-------------------------------------------------------------------------
 *
 * json_text.c
 *		JSON values as texts: what a string holds, and of any other value its
 *		JSON.
 *
 * Everything is in the database encoding, and palloc'd in the current context.
 *
 * IDENTIFICATION
 *	  src/value/json_text.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "base/json_reader.h"
#include "value/json_text.h"

/*
 * The text of a value that was read, which is UTF-8, in the database encoding;
 * palloc'd in the current context.
 */
char *
lfdw_json_value_text(const LfdwJsonValue *value)
{
	char	   *text = MemoryContextAllocHuge(CurrentMemoryContext,
											  value->len + 1);
	size_t		len = value->len;

	if (value->type == LFDW_JSON_STRING)
		len = lfdw_json_unescape(value, text);
	else
		memcpy(text, value->text, len);
	text[len] = '\0';
	return pg_any_to_server(text, len, PG_UTF8);
}

/* The text of a value. */
char *
lfdw_json_text(const char *json)
{
	LfdwJsonReader reader;
	LfdwJsonValue value;
	const char *utf8;

	if (json[0] != '"')
		return pstrdup(json);
	utf8 = pg_server_to_any(json, strlen(json), PG_UTF8);
	lfdw_json_init(&reader, utf8, strlen(utf8), true);
	if (lfdw_json_value(&reader, &value) != LFDW_JSON_OK)
		elog(ERROR, "an argument is not JSON");
	return lfdw_json_value_text(&value);
}

/*
 * The texts of an array's elements, or of the one value that anything else is.
 * An array with EXPLAIN's placeholders, which are no JSON, is one text: what is
 * between its brackets.
 */
List *
lfdw_json_texts(const char *json)
{
	const char *utf8 = pg_server_to_any(json, strlen(json), PG_UTF8);
	LfdwJsonReader reader;
	LfdwJsonValue value;
	LfdwJsonStatus status;
	List	   *texts = NIL;

	if (json[0] != '[')
		return list_make1(lfdw_json_text(json));
	lfdw_json_init(&reader, utf8, strlen(utf8), true);
	(void) lfdw_json_enter(&reader);
	while ((status = lfdw_json_element(&reader)) == LFDW_JSON_OK)
	{
		status = lfdw_json_value(&reader, &value);
		if (status != LFDW_JSON_OK)
			break;
		texts = lappend(texts, lfdw_json_value_text(&value));
	}
	if (status == LFDW_JSON_END)
		return texts;
	return list_make1(pnstrdup(json + 1, strlen(json) - 2));
}
