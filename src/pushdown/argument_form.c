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
