/*-------------------------------------------------------------------------
 *
 * sketch_walk.c
 *		JSON that is known to be valid, walked; options and comments noted.
 *
 * IDENTIFICATION
 *	  src/sql/sketch_walk.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/json_pointer.h"
#include "base/snake_case.h"
#include "sql/sketch_internal.h"
#include "value/json_string.h"

/* Names longer than this are none of the words that are looked for. */
#define WORD_MAX 64

/* Stands before the first member or element of a value; others have none. */
void
lfdw_sketch_walk(LfdwSketchWalk *walk, const LfdwJsonValue *container)
{
	walk->is_object = (container->type == LFDW_JSON_OBJECT);
	if (container->type < LFDW_JSON_ARRAY)
		lfdw_json_init(&walk->reader, "[]", 2, true);
	else
		lfdw_json_init(&walk->reader, container->text, container->len, true);
	lfdw_json_enter(&walk->reader);
}

/* Takes the next member or element; false where there is none. */
bool
lfdw_sketch_next(LfdwSketchWalk *walk)
{
	LfdwJsonStatus status;

	CHECK_FOR_INTERRUPTS();
	status = walk->is_object ? lfdw_json_member(&walk->reader, &walk->key) :
		lfdw_json_element(&walk->reader);
	return status == LFDW_JSON_OK &&
		lfdw_json_value(&walk->reader, &walk->value) == LFDW_JSON_OK;
}

/* The last member of this name of an object; false where there is none. */
bool
lfdw_sketch_member(const LfdwJsonValue *object, const char *name,
				   LfdwJsonValue *value)
{
	LfdwSketchWalk walk;
	bool		found = false;

	if (object->type != LFDW_JSON_OBJECT)
		return false;
	lfdw_sketch_walk(&walk, object);
	while (lfdw_sketch_next(&walk))
	{
		if (lfdw_json_is(&walk.key, name))
		{
			*value = walk.value;
			found = true;
		}
	}
	return found;
}

/* A string or a key, decoded, palloc'd with a NUL behind it. */
char *
lfdw_sketch_decode(const LfdwJsonValue *string, size_t *len)
{
	char	   *text = MemoryContextAllocHuge(CurrentMemoryContext,
											  string->len + 1);
	size_t		decoded = lfdw_json_unescape(string, text);

	text[decoded] = '\0';
	if (len)
		*len = decoded;
	return text;
}

/* Appends a key to a JSON Pointer. */
void
lfdw_sketch_append_token(StringInfo pointer, const LfdwJsonValue *key)
{
	lfdw_pointer_append(pointer, lfdw_sketch_decode(key, NULL));
}

/*
 * Has a key the letters of one of some words, which are in lower case and end
 * with NULL?
 */
bool
lfdw_sketch_is_one_of(const LfdwJsonValue *key, const char *const *words)
{
	char		letters[WORD_MAX];
	size_t		len;

	if (key->len >= WORD_MAX)
		return false;
	len = lfdw_name_letters(key->text, key->len, letters);
	for (; *words; words++)
	{
		if (strlen(*words) == len && memcmp(*words, letters, len) == 0)
			return true;
	}
	return false;
}

/* A whole number that is not negative, or a string of one. */
bool
lfdw_sketch_number(const LfdwJsonValue *value, int *number)
{
	if ((value->type != LFDW_JSON_NUMBER && value->type != LFDW_JSON_STRING) ||
		value->len == 0 || value->len > 9)
		return false;
	*number = 0;
	for (size_t i = 0; i < value->len; i++)
	{
		if (value->text[i] < '0' || value->text[i] > '9')
			return false;
		*number = *number * 10 + (value->text[i] - '0');
	}
	return true;
}

/* Puts the document that a string holds in its place; false where it holds none. */
bool
lfdw_sketch_open_string(const LfdwSketch *sketch, LfdwJsonValue *value)
{
	LfdwJsonReader inside;

	return value->type == LFDW_JSON_STRING &&
		lfdw_json_string_open(&inside, value, true, sketch->label) &&
		lfdw_json_value(&inside, value) == LFDW_JSON_OK;
}

/* Notes an option of the table; the value, UTF-8, must live as long. */
void
lfdw_sketch_option(LfdwSketch *sketch, const char *name, const char *value)
{
	LfdwSketchOption *option = palloc(sizeof(LfdwSketchOption));

	option->name = name;
	option->value = value;
	sketch->options = lappend(sketch->options, option);
}

/* Notes what the statement has to say before it begins; UTF-8. */
void
lfdw_sketch_comment(LfdwSketch *sketch, const char *fmt,...)
{
	StringInfoData comment;
	int			needed;
	va_list		args;

	initStringInfo(&comment);
	for (;;)
	{
		va_start(args, fmt);
		needed = appendStringInfoVA(&comment, fmt, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&comment, needed);
	}
	sketch->comments = lappend(sketch->comments, comment.data);
}
