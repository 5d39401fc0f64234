/*-------------------------------------------------------------------------
 *
 * json_find.c
 *		The value at a JSON Pointer in a document.
 *
 * IDENTIFICATION
 *	  src/value/json_find.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "value/json_find.h"
#include "value/json_string.h"

/*
 * Goes to the value that a token names in the container that comes next.  Returns
 * LFDW_JSON_END where there is none, and what the reader says where the text ends
 * before that is known or is no JSON; all of these with the reader unchanged.
 */
static LfdwJsonStatus
go_to(LfdwJsonReader *reader, const char *token)
{
	LfdwJsonReader ahead = *reader;
	LfdwJsonValue key;
	LfdwJsonValue value;
	LfdwJsonType type;
	LfdwJsonStatus status = lfdw_json_peek(&ahead, &type);

	if (status == LFDW_JSON_OK)
		status = lfdw_json_enter(&ahead);
	for (int i = 0; status == LFDW_JSON_OK; i++)
	{
		status = type == LFDW_JSON_OBJECT ? lfdw_json_member(&ahead, &key) :
			lfdw_json_element(&ahead);
		if (status != LFDW_JSON_OK)
			break;
		if (type == LFDW_JSON_OBJECT ? lfdw_json_is(&key, token) :
			lfdw_pointer_names_element(token, i))
		{
			*reader = ahead;
			return LFDW_JSON_OK;
		}
		status = lfdw_json_value(&ahead, &value);
	}
	return status;
}

/*
 * The same in a document that is whole: false where there is no such value.
 */
bool
lfdw_json_go_to(LfdwJsonReader *reader, const char *token)
{
	return go_to(reader, token) == LFDW_JSON_OK;
}

/*
 * Finds the value at a pointer, whose tokens are UTF-8, in the document that a
 * reader stands before; a string on the way is read as the JSON that it holds,
 * which is decoded into the current context.  LFDW_JSON_END where there is none,
 * and what the reader says where the text ends before that is known or is no JSON.
 * The function is named in the errors of lfdw_json_string_open.
 */
LfdwJsonStatus
lfdw_json_seek(LfdwJsonReader document, const LfdwPointer *pointer,
			   const char *function, LfdwJsonValue *value)
{
	LfdwJsonStatus status = LFDW_JSON_OK;

	for (int i = 0; i < pointer->ntokens && status == LFDW_JSON_OK; i++)
	{
		LfdwJsonValue string;
		LfdwJsonType type;

		status = lfdw_json_peek(&document, &type);
		if (status == LFDW_JSON_OK && type < LFDW_JSON_STRING)
			return LFDW_JSON_END;
		if (status == LFDW_JSON_OK && type == LFDW_JSON_STRING)
		{
			status = lfdw_json_value(&document, &string);
			if (status == LFDW_JSON_OK &&
				!lfdw_json_string_open(&document, &string, true, function))
				return LFDW_JSON_END;
		}
		if (status == LFDW_JSON_OK)
			status = go_to(&document, pointer->tokens[i]);
	}
	return status == LFDW_JSON_OK ? lfdw_json_value(&document, value) : status;
}

/* The same in a document that is whole: false where there is no such value. */
bool
lfdw_json_find(LfdwJsonReader document, const LfdwPointer *pointer,
			   const char *function, LfdwJsonValue *value)
{
	return lfdw_json_seek(document, pointer, function, value) == LFDW_JSON_OK;
}
