/*-------------------------------------------------------------------------
 *
 * error_path.c
 *		What a function says of its failure in the answer, at error_path.
 *
 * It is looked for before any row is read, so that no row of an answer that
 * failed is returned.  Where it may stand behind the rows, these wait until it
 * is found missing, at the end of the answer.
 *
 * IDENTIFICATION
 *	  src/response/error_path.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/json_member.h"
#include "base/json_pointer.h"
#include "pg/message.h"
#include "response/response_internal.h"
#include "value/json_find.h"

/* A list's first element is looked into so many times. */
#define LIST_DEPTH 8

/* Digits of a number that may be 0, at most. */
#define ZERO_DIGITS 32

/* Is it null, false, 0, "", {} or []? */
bool
lfdw_error_path_is_nothing(const LfdwJsonValue *value)
{
	char		digits[ZERO_DIGITS];

	if (value->type == LFDW_JSON_NUMBER && value->len < ZERO_DIGITS)
	{
		memcpy(digits, value->text, value->len);
		digits[value->len] = '\0';
		return strtod(digits, NULL) == 0;
	}
	return lfdw_json_ends_pages(value);
}

/* A string, decoded and fit for a message. */
static char *
shown_string(const LfdwJsonValue *string)
{
	char	   *text = MemoryContextAllocHuge(CurrentMemoryContext,
											  string->len + 1);
	size_t		len = lfdw_json_unescape(string, text);

	return lfdw_error_text(text, len, LFDW_MESSAGE_MAX);
}

/*
 * The member of the object that a reader stands before that is its message, fit for
 * a message; NULL where there is none.
 */
char *
lfdw_error_path_message(LfdwJsonReader object)
{
	LfdwJsonValue key;
	LfdwJsonValue value;
	char	   *message = NULL;

	lfdw_json_enter(&object);
	while (lfdw_json_member(&object, &key) == LFDW_JSON_OK &&
		   lfdw_json_value(&object, &value) == LFDW_JSON_OK)
	{
		if (value.type != LFDW_JSON_STRING || value.len == 0)
			continue;
		if (lfdw_json_is(&key, "message"))
			return shown_string(&value);
		if (lfdw_json_is(&key, "errorMessage"))
			message = shown_string(&value);
	}
	return message;
}

/*
 * The text of an error: the string, an object's message, what is first in a
 * list, else the JSON.
 */
static char *
shown_error(const LfdwJsonValue *error, int depth)
{
	LfdwJsonReader reader;
	LfdwJsonValue first;
	char	   *shown = NULL;

	if (error->type == LFDW_JSON_STRING)
		return shown_string(error);
	lfdw_json_init(&reader, error->text, error->len, true);
	if (error->type == LFDW_JSON_OBJECT)
		shown = lfdw_error_path_message(reader);
	else if (error->type == LFDW_JSON_ARRAY && depth > 0)
	{
		lfdw_json_enter(&reader);
		lfdw_json_element(&reader);
		if (lfdw_json_value(&reader, &first) == LFDW_JSON_OK &&
			!lfdw_error_path_is_nothing(&first))
			shown = shown_error(&first, depth - 1);
	}
	return shown ? shown : lfdw_error_excerpt(error->text, error->len);
}

/* Raises 38000 with the function's words. */
static void
report_error(const LfdwResponse *response, const LfdwJsonValue *error)
{
	const LfdwPointer *path = response->table->options->error_path;
	StringInfoData shown_path;

	initStringInfo(&shown_path);
	for (int i = 0; i < path->ntokens; i++)
		lfdw_pointer_append(&shown_path, path->tokens[i]);
	ereport(ERROR,
			(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
			 errmsg("%s", shown_error(error, LIST_DEPTH)),
			 error->type == LFDW_JSON_STRING ? 0 :
			 errdetail("The answer has at its error_path \"%s\": %s",
					   shown_path.data,
					   lfdw_error_excerpt(error->text, error->len)),
			 errcontext("answer of Lambda function \"%s\"",
						response->table->function.label)));
}

/*
 * Looks for the function's error in the root value of an answer, or of what it
 * holds, which the reader stands before.  *error is NULL in type where there is
 * none.  Returns LFDW_JSON_MORE where that is not known yet.  What is no JSON is
 * left for the reader of the rows to report.
 */
static LfdwJsonStatus
find_error(LfdwResponse *response, LfdwJsonReader root, LfdwJsonValue *error)
{
	LfdwJsonStatus status;

	error->type = LFDW_JSON_NULL;
	if (response->error_path == NULL || response->notes.error_checked)
		return LFDW_JSON_OK;
	status = lfdw_json_seek(root, response->error_path,
							response->table->function.label, error);
	if (status == LFDW_JSON_MORE)
		return status;
	if (status != LFDW_JSON_OK || lfdw_error_path_is_nothing(error))
		error->type = LFDW_JSON_NULL;
	response->notes.error_checked = error->type == LFDW_JSON_NULL;
	return LFDW_JSON_OK;
}

/*
 * Raises the function's error, if a value that the reader stands before, a root,
 * has one.  Returns LFDW_JSON_OK where it has none, LFDW_JSON_MORE where that is
 * not known yet.
 */
LfdwJsonStatus
lfdw_error_path_check(LfdwResponse *response, LfdwJsonReader root)
{
	LfdwJsonValue error;
	LfdwJsonStatus status = find_error(response, root, &error);

	if (status == LFDW_JSON_OK && error.type != LFDW_JSON_NULL)
		report_error(response, &error);
	return status;
}

/*
 * The same before the rows.  Where a statusCode may still come and say that there
 * are none, an error waits, as *waits says, for the end of the root object.
 */
LfdwJsonStatus
lfdw_error_path_check_early(LfdwResponse *response, LfdwJsonReader root,
							bool may_say_none, bool *waits)
{
	LfdwJsonValue error;
	LfdwJsonStatus status = find_error(response, root, &error);

	*waits = status == LFDW_JSON_OK && error.type != LFDW_JSON_NULL && may_say_none;
	if (status == LFDW_JSON_OK && error.type != LFDW_JSON_NULL && !may_say_none)
		report_error(response, &error);
	return status;
}
