/*-------------------------------------------------------------------------
 *
 * choice.c
 *		Options whose value is one of a few words.
 *
 * IDENTIFICATION
 *	  src/options/choice.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "options/choice.h"

/* By choice, the words in the order of its enumeration, from 1. */
static const char *const words[][5] = {
	[LFDW_CHOICE_EVENT] = {"apigateway_v1", "apigateway_v2", "redshift", "snowflake"},
	[LFDW_CHOICE_ARGUMENT_FORMAT] = {"json", "digits", "text", "csv"},
	[LFDW_CHOICE_BATCH_FORMAT] = {"objects", "arrays", "values"},
	[LFDW_CHOICE_BATCH_ANSWER] = {"rows", "aligned"},
	[LFDW_CHOICE_ANSWER_FORMAT] = {"json", "csv", "raw"},
	[LFDW_CHOICE_ROWS_FORMAT] = {"rows", "entries"},
	[LFDW_CHOICE_INVOCATION_TYPE] = {"RequestResponse", "Event"},
	[LFDW_CHOICE_DELIVER_AT] = {"statement", "commit"},
	[LFDW_CHOICE_RESPONSE_MODE] = {"buffered", "streaming"},
	[LFDW_CHOICE_CACHE_MATCH] = {"exact", "wider"},
};

/* The value of a word goes to *value; false where it is none of the choice's. */
bool
lfdw_choice_parse(LfdwChoice choice, const char *word, int *value)
{
	for (int i = 0; words[choice][i]; i++)
	{
		if (pg_strcasecmp(word, words[choice][i]) == 0)
		{
			*value = i + 1;
			return true;
		}
	}
	return false;
}

/* The word of a value that was given; static text. */
const char *
lfdw_choice_word(LfdwChoice choice, int value)
{
	return words[choice][value - 1];
}

/* All words of a choice, as in "json, text or csv"; palloc'd. */
const char *
lfdw_choice_words(LfdwChoice choice)
{
	char	   *list = pstrdup(words[choice][0]);

	for (int i = 1; words[choice][i]; i++)
		list = psprintf("%s%s%s", list, words[choice][i + 1] ? ", " : " or ",
						words[choice][i]);
	return list;
}
