/*-------------------------------------------------------------------------
 *
 * call.c
 *		lambda_invoke: one invocation, as a function of SQL.
 *
 * IDENTIFICATION
 *	  src/call.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "compat.h"
#include "lambda_fdw.h"
#include "target.h"

PG_FUNCTION_INFO_V1(lambda_invoke);

/* The arguments of lambda_invoke, in order. */
enum InvokeArgument
{
	ARG_SERVER,
	ARG_FUNCTION,
	ARG_PAYLOAD,
	ARG_INVOCATION_TYPE,
	ARG_QUALIFIER,
	ARG_LOG_TYPE,
	ARG_CLIENT_CONTEXT,
	ARG_IDEMPOTENT
};

/* An argument as text, or NULL. */
static char *
text_argument(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NULL :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

/* An argument as JSON in UTF-8; empty where it is NULL. */
static StringInfo
json_argument(FunctionCallInfo fcinfo, int argument)
{
	StringInfo	json = makeStringInfo();
	Jsonb	   *value;
	char	   *text;

	if (PG_ARGISNULL(argument))
		return json;
	value = PG_GETARG_JSONB_P(argument);
	text = JsonbToCString(NULL, &value->root, VARSIZE(value));
	appendStringInfoString(json, pg_server_to_any(text, strlen(text), PG_UTF8));
	return json;
}

/* Refuses a word that is none of those an argument may have. */
static void
report_word(const char *argument, const char *word, const char *allowed)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid %s: \"%s\"", argument, word),
			 errhint("It must be %s.", allowed)));
}

static LfdwInvocationType
parse_invocation_type(const char *word)
{
	if (word == NULL || strcmp(word, "RequestResponse") == 0)
		return LFDW_REQUEST_RESPONSE;
	if (strcmp(word, "Event") == 0)
		return LFDW_EVENT;
	if (strcmp(word, "DryRun") != 0)
		report_word("invocation_type", word, "RequestResponse, Event or DryRun");
	return LFDW_DRY_RUN;
}

static bool
parse_log_tail(const char *word)
{
	if (word && strcmp(word, "Tail") != 0 && strcmp(word, "None") != 0)
		report_word("log_type", word, "None or Tail");
	return word && strcmp(word, "Tail") == 0;
}

/* The target that the arguments describe. */
static void
make_target(LfdwTarget *target, FunctionCallInfo fcinfo,
			const LfdwOptions *options)
{
	char	   *context = NULL;

	lfdw_target_bind(target, options, text_argument(fcinfo, ARG_FUNCTION),
					 text_argument(fcinfo, ARG_QUALIFIER));
	target->type = parse_invocation_type(text_argument(fcinfo, ARG_INVOCATION_TYPE));
	target->log_tail = parse_log_tail(text_argument(fcinfo, ARG_LOG_TYPE));
	target->repeatable = !PG_ARGISNULL(ARG_IDEMPOTENT) &&
		PG_GETARG_BOOL(ARG_IDEMPOTENT);
	if (!PG_ARGISNULL(ARG_CLIENT_CONTEXT))
	{
		Jsonb	   *value = PG_GETARG_JSONB_P(ARG_CLIENT_CONTEXT);

		if (!JB_ROOT_IS_OBJECT(value))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("client_context must be a JSON object")));
		context = JsonbToCString(NULL, &value->root, VARSIZE(value));
		target->client_context = lfdw_client_context_encode(context);
	}
}

/* The answer's body as jsonb; *isnull where there is none. */
static Datum
answer_payload(LfdwInvocation *invocation, bool *isnull)
{
	LfdwBuffer *body = lfdw_invoke_body(invocation);
	char	   *text;

	*isnull = body->len == 0;
	if (*isnull)
		return (Datum) 0;
	text = pnstrdup(lfdw_buffer_bytes(body), body->len);
	if (strlen(text) != body->len)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("the answer of the Lambda function is not JSON"),
				 errdetail("It has a NUL byte.")));
	text = pg_any_to_server(text, body->len, PG_UTF8);
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
}

/* A header as text; *isnull where there is none. */
static Datum
answer_header(const LfdwInvocation *invocation, const char *name, bool *isnull)
{
	char	   *value = lfdw_invoke_header(invocation, name);

	*isnull = value == NULL || !pg_verifymbstr(value, strlen(value), true);
	return *isnull ? (Datum) 0 : CStringGetTextDatum(value);
}

/* What an error in the conversion of an answer belongs to. */
static void
add_context(void *label)
{
	errcontext("answer of Lambda function \"%s\"", (char *) label);
}

/*
 * SQL function: invokes a function through a server, as the current user, and
 * returns Lambda's answer.
 *
 * It is called once: whether a function that may have run is called again is
 * for idempotent to say.  Raises what lfdw_invoke_wait raises, 42501 without
 * USAGE on the server, and 22023 for a word that is none.
 */
Datum
lambda_invoke(PG_FUNCTION_ARGS)
{
	LfdwTarget *target = palloc0(sizeof(LfdwTarget));
	LfdwInvokeStats stats = {0};
	ErrorContextCallback callback;
	LfdwInvocation *invocation;
	LfdwOptions *options;
	LfdwCaller *caller;
	TupleDesc	desc;
	Datum		values[4];
	bool		nulls[4] = {false};

	if (PG_ARGISNULL(ARG_SERVER) || PG_ARGISNULL(ARG_FUNCTION))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("lambda_invoke needs a server and a function")));
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	options = lfdw_server_options(text_argument(fcinfo, ARG_SERVER));
	caller = lfdw_option_caller(options->serverid, GetUserId());
	lfdw_credentials_check(caller);
	make_target(target, fcinfo, options);
	lfdw_target_resolve(target, options, caller);

	invocation = lfdw_invoke_begin(target, caller,
								   json_argument(fcinfo, ARG_PAYLOAD), &stats);
	while (!lfdw_invoke_complete(invocation))
	{
		lfdw_invoke_wait(&invocation, 1);
		/* the answer is wanted whole */
		lfdw_invoke_widen(invocation);
	}

	callback.callback = add_context;
	callback.arg = unconstify(char *, target->label);
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	values[0] = Int32GetDatum(lfdw_invoke_status(invocation));
	values[1] = answer_payload(invocation, &nulls[1]);
	values[2] = answer_header(invocation, "X-Amz-Executed-Version", &nulls[2]);
	values[3] = answer_header(invocation, "X-Amz-Log-Result", &nulls[3]);
	error_context_stack = callback.previous;
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}
