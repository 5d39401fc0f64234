/*-------------------------------------------------------------------------
 *
 * option_name.c
 *		How close a wrong option name is to a right one.
 *
 * A wrong name is a misspelling, or another program's name for the thing, or
 * has a word in common with the right one; in this order.
 *
 * IDENTIFICATION
 *	  src/options/option_name.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/varlena.h"

#include "options/option_name.h"

/* Where the distances of the three ways begin. */
#define SYNONYM_DISTANCE 5
#define WORD_DISTANCE 100

/* A word shared counts more than all of the letters that differ. */
#define WORD_WEIGHT 10

/* What other foreign-data wrappers, SDKs and tools call it. */
static const struct
{
	const char *given;
	const char *name;
}			synonyms[] =

{
	{"access_key", "aws_access_key_id"},
	{"address", "endpoint"},
	{"api_url", "endpoint"},
	{"argument", "pushdown"},
	{"base_url", "endpoint"},
	{"column_name", "path"},
	{"concurrency", "max_concurrency"},
	{"element", "path"},
	{"encoding", "format"},
	{"fetch_size", "max_batch_keys"},
	{"field", "path"},
	{"filter", "pushdown"},
	{"function", "function_arn"},
	{"host", "endpoint"},
	{"http_proxy", "proxy"},
	{"id", "aws_access_key_id"},
	{"input", "pushdown"},
	{"mandatory", "required"},
	{"member", "path"},
	{"name", "path"},
	{"next_token", "cursor_path"},
	{"nullable", "not_null"},
	{"operators", "pushdown"},
	{"page_token", "cursor_argument"},
	{"parallel", "max_concurrency"},
	{"parallel_workers", "max_concurrency"},
	{"parameter", "pushdown"},
	{"parameters", "payload"},
	{"password", "aws_secret_access_key"},
	{"request", "payload"},
	{"body", "payload"},
	{"retries", "max_attempts"},
	{"row_count", "estimated_rows"},
	{"rows", "rows_path"},
	{"secret", "aws_secret_access_key"},
	{"timeout", "request_timeout_ms"},
	{"token", "aws_session_token"},
	{"url", "endpoint"},
	{"use_remote_estimate", "estimated_rows"},
	{"user", "aws_access_key_id"},
	{"username", "aws_access_key_id"},
	{"version", "qualifier"},
};

static bool
is_synonym(const char *given, const char *name)
{
	for (int i = 0; i < (int) lengthof(synonyms); i++)
	{
		if (pg_strcasecmp(synonyms[i].given, given) == 0 &&
			strcmp(synonyms[i].name, name) == 0)
			return true;
	}
	return false;
}

/* The length of the word that a text begins with. */
static int
word_length(const char *text)
{
	int			length = 0;

	while (text[length] != '\0' && text[length] != '_')
		length++;
	return length;
}

/* Has a name, its words joined by underscores, this word? */
static bool
has_word(const char *name, const char *word, int length)
{
	while (*name != '\0')
	{
		int			found = word_length(name);

		if (found == length && pg_strncasecmp(name, word, length) == 0)
			return true;
		name += found;
		while (*name == '_')
			name++;
	}
	return false;
}

/* How many words of the first name the second has too. */
static int
shared_words(const char *given, const char *name)
{
	int			shared = 0;

	while (*given != '\0')
	{
		int			length = word_length(given);

		if (length > 1 && has_word(name, given, length))
			shared++;
		given += length;
		while (*given == '_')
			given++;
	}
	return shared;
}

/*
 * How far a name that is none is from a right one: less than LFDW_NAME_FAR where
 * it may have been meant, the less the better.
 */
int
lfdw_option_name_distance(const char *given, const char *name)
{
	int			limit = Min((int) strlen(given) / 2, SYNONYM_DISTANCE - 1);
	int			letters;
	int			shared;

	/* varstr_levenshtein takes no longer names, nor are there any */
	if (strlen(given) >= NAMEDATALEN)
		return LFDW_NAME_FAR;
	letters = varstr_levenshtein(given, strlen(given), name, strlen(name),
								 1, 1, 1, true);
	if (letters <= limit)
		return letters;
	if (is_synonym(given, name))
		return SYNONYM_DISTANCE;
	shared = shared_words(given, name);
	if (shared == 0)
		return LFDW_NAME_FAR;
	return WORD_DISTANCE + Max(letters - shared * WORD_WEIGHT, 1 - WORD_DISTANCE / 2);
}
