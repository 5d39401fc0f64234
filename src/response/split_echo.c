/*-------------------------------------------------------------------------
 *
 * split_echo.c
 *		Whether an answer is of the split that was asked for.
 *
 * A function that does not know of splits would return all rows for each of them.
 * One that does says so: it returns the request's "split" beside its rows, which
 * wait until it has been read.
 *
 * IDENTIFICATION
 *	  src/response/split_echo.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/json_pointer.h"
#include "options/argument_name.h"
#include "response/response_internal.h"
#include "value/json_find.h"

/* Is a member of the object that was echoed this number? */
static bool
is_number(const LfdwJsonReader *echo, const char *name, int number)
{
	LfdwJsonReader reader = *echo;
	LfdwJsonValue value;
	char		text[LFDW_SHORT_TEXT];
	char	   *end;

	if (!lfdw_json_go_to(&reader, name) ||
		lfdw_json_value(&reader, &value) != LFDW_JSON_OK ||
		value.type != LFDW_JSON_NUMBER)
		return false;
	/* as 3.0 from where all numbers are floating-point */
	lfdw_gateway_short_text(&value, text);
	return strtod(text, &end) == number && end > text;
}

/* Raises HV021 about an answer whose "split" is another one, or missing. */
static void
report_other(const LfdwResponse *response, const LfdwJsonValue *echo)
{
	const LfdwTable *table = response->table;
	int			count = table->options->splits;

	ereport(ERROR,
			(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
			 errmsg("Lambda function \"%s\" did not answer for the split that it was asked for",
					table->function.label),
			 echo ?
			 errdetail("It was sent the split {\"index\":%d,\"count\":%d}, and its answer has the \"split\" %s.",
					   response->split, count,
					   lfdw_error_excerpt(echo->text, echo->len)) :
			 errdetail("It was sent the split {\"index\":%d,\"count\":%d}, and its answer has no member \"split\".",
					   response->split, count),
			 errhint("Have the function answer with an object that has at its top, before the rows of that split alone, the \"split\" of the request's \"%s\"; or take the option splits out of foreign table \"%s\".",
					 LFDW_ENVELOPE_KEY, table->relname)));
}

/*
 * Checks, where the call asked for a split, that the root value which the reader
 * stands before, or what it holds, says that it is of that one.  Returns
 * LFDW_JSON_MORE where that is not known yet.  What is no JSON is left for the reader of
 * the rows to report.
 */
LfdwJsonStatus
lfdw_split_echo_check(LfdwResponse *response, LfdwJsonReader root)
{
	LfdwJsonReader object;
	LfdwJsonStatus status;
	LfdwJsonValue echo;

	if (response->split < 0 || response->notes.split_checked)
		return LFDW_JSON_OK;
	status = lfdw_json_seek(root, lfdw_pointer_to("split"),
							response->table->function.label, &echo);
	if (status == LFDW_JSON_MORE)
		return status;
	if (status == LFDW_JSON_BAD)
		return LFDW_JSON_OK;
	if (status == LFDW_JSON_END)
		report_other(response, NULL);
	lfdw_json_init(&object, echo.text, echo.len, true);
	if (echo.type != LFDW_JSON_OBJECT ||
		!is_number(&object, "index", response->split) ||
		!is_number(&object, "count", response->table->options->splits))
		report_other(response, &echo);
	response->notes.split_checked = true;
	return LFDW_JSON_OK;
}
