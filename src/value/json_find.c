/*-------------------------------------------------------------------------
 *
 * json_find.c
 *		The value at a JSON Pointer in a document that is whole.
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
 * Goes to the value that a token names in the container that comes next; false
 * where there is none, with the reader unchanged.
 */
bool
lfdw_json_go_to(LfdwJsonReader *reader, const char *token)
{
	LfdwJsonReader ahead = *reader;
	LfdwJsonType type;
	LfdwJsonValue key;
	LfdwJsonValue value;
	int			index = 0;

	lfdw_json_peek(&ahead, &type);
	lfdw_json_enter(&ahead);
	for (;;)
	{
		bool		found;

		if ((type == LFDW_JSON_OBJECT ? lfdw_json_member(&ahead, &key) :
			 lfdw_json_element(&ahead)) != LFDW_JSON_OK)
			return false;
		found = type == LFDW_JSON_OBJECT ? lfdw_json_is(&key, token) :
			lfdw_pointer_names_element(token, index++);
		if (found)
		{
			*reader = ahead;
			return true;
		}
		if (lfdw_json_value(&ahead, &value) != LFDW_JSON_OK)
			return false;
	}
}

/*
 * Finds the value at a pointer, whose tokens are UTF-8, in the document that a
 * reader stands before; a string on the way is read as the JSON that it holds,
 * which is decoded into the current context.  False where there is none.  The
 * function is named in the errors of lfdw_json_string_open.
 */
bool
lfdw_json_find(LfdwJsonReader document, const LfdwPointer *pointer,
			   const char *function, LfdwJsonValue *value)
{
	for (int i = 0; i < pointer->ntokens; i++)
	{
		LfdwJsonReader ahead = document;
		LfdwJsonValue string;
		LfdwJsonType type;

		if (lfdw_json_peek(&document, &type) != LFDW_JSON_OK ||
			type < LFDW_JSON_STRING)
			return false;
		if (type == LFDW_JSON_STRING &&
			(lfdw_json_value(&ahead, &string) != LFDW_JSON_OK ||
			 !lfdw_json_string_open(&document, &string, true, function)))
			return false;
		if (!lfdw_json_go_to(&document, pointer->tokens[i]))
			return false;
	}
	return lfdw_json_value(&document, value) == LFDW_JSON_OK;
}
