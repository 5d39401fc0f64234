/*-------------------------------------------------------------------------
 *
 * ml_json.c
 *		Answers in JSON: the ways to their values.
 *
 * IDENTIFICATION
 *	  src/ml/ml_json.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/float.h"
#include "utils/fmgrprotos.h"

#include "ml/ml_json.h"
#include "pg/message.h"

/* What an error in an answer belongs to. */
static void
add_context(void *aim)
{
	errcontext("answer to the request to %s", (char *) aim);
}

/*
 * Reads an answer, given in the database encoding; aim is the request's.  The
 * result is palloc'd.  Raises 22P02 and what else jsonb's input raises.
 */
Jsonb *
lfdw_ml_json_read(const char *text, const char *aim)
{
	ErrorContextCallback callback;
	Jsonb	   *json;

	callback.callback = add_context;
	callback.arg = unconstify(char *, aim);
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
	error_context_stack = callback.previous;
	return json;
}

/* A member of an object; NULL where there is none, or no object. */
JsonbValue *
lfdw_ml_json_member(JsonbContainer *container, const char *name)
{
	return JsonContainerIsObject(container) ?
		getKeyJsonValueFromContainer(container, name, strlen(name), NULL) : NULL;
}

/* What a value is, for messages; "missing" for NULL. */
const char *
lfdw_ml_json_kind(const JsonbValue *value)
{
	if (value == NULL)
		return "missing";
	switch (value->type)
	{
		case jbvNull:
			return "null";
		case jbvString:
			return "a string";
		case jbvNumeric:
			return "a number";
		case jbvBool:
			return "a boolean";
		default:
			return JsonContainerIsArray(value->val.binary.data) ? "an array" :
				"an object";
	}
}

/* The names of an object's members, fit for a message; "" for no object. */
char *
lfdw_ml_json_names(JsonbContainer *container)
{
	StringInfoData names;
	JsonbIterator *it;
	JsonbValue	value;
	JsonbIteratorToken token;

	initStringInfo(&names);
	if (!JsonContainerIsObject(container))
		return names.data;
	it = JsonbIteratorInit(container);
	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			appendStringInfo(&names, "%s\"%s\"", names.len > 0 ? ", " : "",
							 lfdw_error_excerpt(value.val.string.val,
												value.val.string.len));
	}
	return names.data;
}

/* The text of a string, palloc'd; NULL for anything else. */
char *
lfdw_ml_json_string(const JsonbValue *value)
{
	return value && value->type == jbvString ?
		pnstrdup(value->val.string.val, value->val.string.len) : NULL;
}

/* A number; NaN, which JSON does not have, for anything else. */
float8
lfdw_ml_json_number(const JsonbValue *value)
{
	return value && value->type == jbvNumeric ?
		DatumGetFloat8(DirectFunctionCall1(numeric_float8,
										   NumericGetDatum(value->val.numeric))) :
		get_float8_nan();
}
