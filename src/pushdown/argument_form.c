/*-------------------------------------------------------------------------
 *
 * argument_form.c
 *		The forms in which arguments are written.
 *
 * Each form is made of the value's JSON, in the database encoding.  EXPLAIN's
 * placeholders, which are no JSON, stay what they are.
 *
 * IDENTIFICATION
 *	  src/pushdown/argument_form.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "pushdown/argument_form.h"
#include "value/json_text.h"
#include "value/json_writer.h"

/* Does a placeholder stand for the value? */
static bool
is_placeholder(const char *json)
{
	return json[0] == '$';
}

/*
 * JSON with its numbers as strings, so that no digit is lost on those who read a
 * number as a binary one; palloc'd in the current context.
 */
static char *
quote_numbers(const char *json)
{
	StringInfoData out;

	initStringInfo(&out);
	while (*json)
	{
		size_t		len;

		if (*json == '"')
		{
			for (len = 1; json[len] != '"'; len++)
				len += json[len] == '\\' ? 1 : 0;
			appendBinaryStringInfo(&out, json, ++len);
		}
		else if (is_placeholder(json))
			appendBinaryStringInfo(&out, json, len = 1 + strspn(json + 1, "0123456789"));
		else if ((len = strspn(json, "-+.eE0123456789")) > 0 && strchr("-0123456789", *json))
			appendStringInfo(&out, "\"%.*s\"", (int) len, json);
		else
			appendBinaryStringInfo(&out, json, len = 1);
		json += len;
	}
	return out.data;
}

/* Can a form carry a value at all?  A list joined by commas has none in it. */
bool
lfdw_argument_form_can_carry(LfdwArgumentFormat format, const char *json)
{
	return format != LFDW_ARGUMENT_CSV || is_placeholder(json) ||
		strchr(lfdw_json_text(json), ',') == NULL;
}

/* A value as JSON in a form, palloc'd in the current context. */
char *
lfdw_argument_form_value(LfdwArgumentFormat format, const char *json)
{
	if (format == LFDW_ARGUMENT_JSON || is_placeholder(json) || json[0] == '"')
		return pstrdup(json);
	if (format == LFDW_ARGUMENT_DIGITS)
		return quote_numbers(json);
	return lfdw_json_quote(json);
}

/*
 * A list of values, each of which the form can carry, as JSON in that form;
 * palloc'd in the current context.
 */
char *
lfdw_argument_form_list(LfdwArgumentFormat format, char *const *json, int nvalues)
{
	StringInfoData list;

	initStringInfo(&list);
	if (format == LFDW_ARGUMENT_CSV)
	{
		for (int i = 0; i < nvalues; i++)
			appendStringInfo(&list, "%s%s", i > 0 ? "," : "",
							 lfdw_json_text(json[i]));
		return lfdw_json_quote(list.data);
	}
	appendStringInfoChar(&list, '[');
	for (int i = 0; i < nvalues; i++)
	{
		lfdw_json_append_comma(&list);
		appendStringInfoString(&list, format == LFDW_ARGUMENT_JSON ? json[i] :
							   lfdw_argument_form_value(format, json[i]));
	}
	appendStringInfoChar(&list, ']');
	return list.data;
}
