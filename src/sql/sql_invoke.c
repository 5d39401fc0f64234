/*-------------------------------------------------------------------------
 *
 * sql_invoke.c
 *		One invocation, as a function of SQL asks for it: lambda_invoke.
 *
 * IDENTIFICATION
 *	  src/sql/sql_invoke.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

#include "base/arn.h"
#include "lambda/client_context.h"
#include "lambda/invoke.h"
#include "modify/commit.h"
#include "options/choice.h"
#include "options/foreign_object.h"
#include "options/function_options.h"
#include "options/option_kind.h"
#include "pg/compat.h"
#include "pg/extension.h"
#include "sql/sql_argument.h"
#include "sql/sql_invoke.h"
#include "sql/sql_session.h"
#include "sql/sql_work.h"

LFDW_SQL_FUNCTION(LFDW_EXTENSION_LAMBDA_FDW, lambda_invoke);

/* The columns of an answer, in order; RDS's has all but the last. */
enum AnswerColumn
{
	COLUMN_STATUS_CODE,
	COLUMN_PAYLOAD,
	COLUMN_EXECUTED_VERSION,
	COLUMN_LOG_RESULT,
	COLUMN_DURABLE_EXECUTION_ARN
};

#define ANSWER_COLUMNS (COLUMN_DURABLE_EXECUTION_ARN + 1)

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
	ARG_IDEMPOTENT,
	ARG_TENANT_ID,
	ARG_DURABLE_EXECUTION_NAME,
	ARG_DELIVER_AT
};

/*
 * A call to fill in, palloc'd, for a function whose result has the columns of
 * an answer.
 */
LfdwSqlCall *
lfdw_sql_call_make(FunctionCallInfo fcinfo)
{
	LfdwSqlCall *call = palloc0(sizeof(LfdwSqlCall));

	if (get_call_result_type(fcinfo, NULL, &call->desc) != TYPEFUNC_COMPOSITE ||
		call->desc->natts < COLUMN_LOG_RESULT + 1 ||
		call->desc->natts > ANSWER_COLUMNS)
		elog(ERROR, "return type must be an invocation's answer");
	call->desc = BlessTupleDesc(call->desc);
	call->work = lfdw_sql_work(fcinfo, LFDW_OPERATION_FUNCTION);
	return call;
}

/* Are the call's documents jsonb?  Argument and answer are of one type. */
static bool
is_jsonb(const LfdwSqlCall *call)
{
	return TupleDescAttr(call->desc, COLUMN_PAYLOAD)->atttypid == JSONBOID;
}

/*
 * An argument of the type that the answer's payload has, json or jsonb, as
 * text, palloc'd; NULL where it is NULL.
 */
char *
lfdw_sql_call_json(FunctionCallInfo fcinfo, int argument, const LfdwSqlCall *call)
{
	Jsonb	   *value;

	if (PG_ARGISNULL(argument) || !is_jsonb(call))
		return lfdw_sql_argument_text(fcinfo, argument);
	value = PG_GETARG_JSONB_P(argument);
	return JsonbToCString(NULL, &value->root, VARSIZE(value));
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
	if (word == NULL)
		return LFDW_REQUEST_RESPONSE;
	for (int i = 0; i < LFDW_NINVOCATION_TYPES; i++)
	{
		if (strcmp(word, lfdw_invocation_types[i]) == 0)
			return i;
	}
	report_word("invocation_type", word, "RequestResponse, Event or DryRun");
	return LFDW_REQUEST_RESPONSE;
}

static bool
parse_log_tail(const char *word)
{
	if (word && strcmp(word, "Tail") != 0 && strcmp(word, "None") != 0)
		report_word("log_type", word, "None or Tail");
	return word && strcmp(word, "Tail") == 0;
}

/* A client context fit for its header; raises 22P02 for what is not JSON. */
static char *
encode_context(const char *context)
{
	Datum		json = DirectFunctionCall1(json_in, CStringGetDatum(context));
	char	   *type = TextDatumGetCString(DirectFunctionCall1(json_typeof, json));

	if (strcmp(type, "object") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the client context must be a JSON object"),
				 errdetail("It is of type %s.", type)));
	return lfdw_client_context_encode(context);
}

/* Refuses a tenant as the option "tenant_id" does. */
static void
check_tenant(const char *tenant)
{
	char	   *field;
	char	   *why;

	if (!lfdw_option_parse(LFDW_KIND_TENANT, tenant, 0, 0, &field, &why))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid tenant_id: \"%s\"", tenant),
				 errhint("%s", why)));
}

static LfdwDeliverAt
parse_deliver_at(const char *word)
{
	if (word == NULL || strcmp(word, "statement") == 0)
		return LFDW_DELIVER_STATEMENT;
	if (strcmp(word, "commit") != 0)
		report_word("deliver_at", word, "statement or commit");
	return LFDW_DELIVER_COMMIT;
}

static void
check_durable_name(const char *name)
{
	if (!lfdw_durable_name_is_valid(name))
		report_word("durable_execution_name", name,
					psprintf("1 to %d letters, digits, hyphens or underscores",
							 LFDW_DURABLE_NAME_MAX));
}

/* The function that a call describes. */
static LfdwFunction *
make_function(const LfdwSqlCall *call, const LfdwOptions *options)
{
	LfdwFunction *function = palloc0(sizeof(LfdwFunction));

	lfdw_function_create(function, options, call->function, call->qualifier);
	function->type = parse_invocation_type(call->invocation_type);
	function->log_tail = parse_log_tail(call->log_type);
	function->repeatable = call->idempotent;
	function->as_rds = call->as_rds;
	if (call->context)
		function->client_context = encode_context(call->context);
	if (call->tenant_id)
	{
		check_tenant(call->tenant_id);
		function->tenant_id = call->tenant_id;
	}
	if (call->durable_name)
	{
		check_durable_name(call->durable_name);
		function->durable_name = call->durable_name;
	}
	return function;
}

/* The payload of a call, in UTF-8. */
static StringInfo
make_payload(const LfdwSqlCall *call)
{
	StringInfo	payload = makeStringInfo();

	if (call->payload)
		appendStringInfoString(payload,
							   pg_server_to_any(call->payload,
												strlen(call->payload), PG_UTF8));
	return payload;
}

/* The answer's body as JSON; *isnull where there is none. */
static Datum
answer_payload(const LfdwBody *body, const LfdwSqlCall *call, bool *isnull)
{
	size_t		len;
	const char *bytes = lfdw_body_show(body, &len);
	char	   *text;

	*isnull = len == 0;
	if (*isnull)
		return (Datum) 0;
	text = pnstrdup(bytes, len);
	if (strlen(text) != len)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("the answer of the Lambda function is not JSON"),
				 errdetail("It has a NUL byte.")));
	text = pg_any_to_server(text, len, PG_UTF8);
	return DirectFunctionCall1(is_jsonb(call) ? jsonb_in : json_in,
							   CStringGetDatum(text));
}

/* A header as text; *isnull where there is none. */
static Datum
answer_header(const LfdwInvocation *invocation, const char *name, bool *isnull)
{
	char	   *value = lfdw_invoke_header(invocation, name);

	*isnull = value == NULL || !pg_verifymbstr(value, strlen(value), true);
	return *isnull ? (Datum) 0 : CStringGetTextDatum(value);
}

/* The answer as a row. */
static Datum
make_answer(LfdwInvocation *invocation, const LfdwSqlCall *call)
{
	ErrorContextCallback callback;
	Datum		values[ANSWER_COLUMNS];
	bool		nulls[ANSWER_COLUMNS] = {false};

	callback.callback = lfdw_invoke_add_context;
	callback.arg = invocation;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	values[COLUMN_STATUS_CODE] = Int32GetDatum(lfdw_invoke_status(invocation));
	values[COLUMN_PAYLOAD] = answer_payload(lfdw_invoke_body(invocation), call,
											&nulls[COLUMN_PAYLOAD]);
	values[COLUMN_EXECUTED_VERSION] =
		answer_header(invocation, "X-Amz-Executed-Version",
					  &nulls[COLUMN_EXECUTED_VERSION]);
	/* it may have been asked for what it says was billed alone */
	if (parse_log_tail(call->log_type))
		values[COLUMN_LOG_RESULT] = answer_header(invocation, "X-Amz-Log-Result",
												  &nulls[COLUMN_LOG_RESULT]);
	else
		nulls[COLUMN_LOG_RESULT] = true;
	values[COLUMN_DURABLE_EXECUTION_ARN] =
		answer_header(invocation, LFDW_DURABLE_ARN_HEADER,
					  &nulls[COLUMN_DURABLE_EXECUTION_ARN]);
	error_context_stack = callback.previous;
	return HeapTupleGetDatum(heap_form_tuple(call->desc, values, nulls));
}

/*
 * Invokes a function through a server, as the current user; returns once the
 * answer is there, whole.  *label, unless it is NULL, gets the function's bare
 * name.
 *
 * The invocation belongs to the current context, which ends it.  Raises what
 * lfdw_invoke_look raises, 28000 where the user has no credentials, HV00J
 * without a region, HV024 for a function that is none, 22023 for a word that is
 * none, 22P02 for a context that is not JSON, and 54000 for a payload or context
 * that is too large.
 */
LfdwInvocation *
lfdw_sql_call_run(const LfdwSqlCall *call, const LfdwOptions *options,
				  const char **label)
{
	LfdwCaller *caller = lfdw_function_caller(options, GetUserId());
	LfdwInvokeStats *stats = palloc0(sizeof(LfdwInvokeStats));
	LfdwInvocation *invocation;
	LfdwFunction *function;

	stats->work = call->work;
	function = make_function(call, options);
	if (label)
		*label = function->label;
	lfdw_function_resolve(function, options, caller);
	invocation = lfdw_invoke_begin(function, caller, make_payload(call), stats);
	/* the answer is wanted whole */
	do
	{
		lfdw_invoke_wait(&invocation, 1, PG_INT64_MAX);
		lfdw_invoke_look(invocation);
	} while (lfdw_body_more(lfdw_invoke_body(invocation)));
	return invocation;
}

/*
 * The same, with Lambda's answer as a row of the call's result.  Raises 22P02
 * for an answer that is not JSON, too.
 */
Datum
lfdw_sql_call_invoke(const LfdwSqlCall *call, const LfdwOptions *options)
{
	return make_answer(lfdw_sql_call_run(call, options, NULL), call);
}

/* Appends a text in a way that no other text is appended. */
static void
append_key(StringInfo key, const char *text)
{
	if (text)
		appendStringInfo(key, " %zu:%s", strlen(text), text);
	else
		appendStringInfoString(key, " -");
}

/* What calls have in common that have one target, but for durable names, as a text. */
static char *
target_key(const LfdwSqlCall *call, Oid serverid)
{
	StringInfoData key;

	initStringInfo(&key);
	appendStringInfo(&key, "server %u %u %d", serverid, GetUserId(), call->idempotent);
	append_key(&key, call->function);
	append_key(&key, call->qualifier);
	append_key(&key, call->invocation_type);
	append_key(&key, call->log_type);
	append_key(&key, call->context);
	append_key(&key, call->tenant_id);
	return key.data;
}

static const char *
copy_text(const char *text)
{
	return text ? pstrdup(text) : NULL;
}

/*
 * What payloads of calls with this key are written to, until the transaction ends: the
 * function, as the current user calls it.
 */
static LfdwWriteTarget *
make_target(const LfdwSqlCall *call, const char *server, const char *key)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "lambda_fdw held target",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	LfdwOptions *options = lfdw_server_options(server, false);
	LfdwWriteTarget *target = palloc0(sizeof(LfdwWriteTarget));
	LfdwSqlCall kept = *call;

	kept.qualifier = copy_text(call->qualifier);
	kept.tenant_id = copy_text(call->tenant_id);
	kept.durable_name = NULL;
	target->operation = LFDW_WRITE_PAYLOAD;
	target->userid = GetUserId();
	target->caller = lfdw_function_caller(options, target->userid);
	target->function = *make_function(&kept, options);
	lfdw_function_resolve(&target->function, options, target->caller);
	target->batch_rows = 1;
	target->max_concurrency = options->max_concurrency;
	MemoryContextSwitchTo(oldcontext);
	if (target->function.type == LFDW_DRY_RUN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot use deliver_at 'commit' with invocation_type 'DryRun'"),
				 errdetail("Nobody would see what the dry run says.")));
	lfdw_commit_keep(key, target, context);
	return target;
}

/* The same for a call that names its execution, as no other does. */
static LfdwWriteTarget *
name_target(const LfdwWriteTarget *target, const char *durable_name)
{
	MemoryContext oldcontext;
	LfdwWriteTarget *named;

	check_durable_name(durable_name);
	oldcontext = MemoryContextSwitchTo(lfdw_commit_context());
	named = palloc(sizeof(LfdwWriteTarget));
	*named = *target;
	named->function.durable_name = pstrdup(durable_name);
	MemoryContextSwitchTo(oldcontext);
	lfdw_commit_keep(NULL, named, NULL);
	return named;
}

/*
 * Holds a call until the transaction commits; returns a row of NULLs, as there is no
 * answer yet.
 */
static Datum
hold_call(const LfdwSqlCall *call, const char *server)
{
	Oid			serverid = lfdw_foreign_server_oid(server, GetUserId(), false);
	char	   *key = target_key(call, serverid);
	LfdwWriteTarget *target = lfdw_commit_find(key);
	const char *payload = call->payload ? call->payload : "";
	Datum		values[ANSWER_COLUMNS] = {0};
	bool		nulls[ANSWER_COLUMNS];

	if (target == NULL)
		target = make_target(call, server, key);
	if (call->durable_name)
		target = name_target(target, call->durable_name);
	lfdw_invoke_check_payload(&target->function, make_payload(call)->len);
	lfdw_commit_hold(target, payload, strlen(payload));
	memset(nulls, true, sizeof(nulls));
	return HeapTupleGetDatum(heap_form_tuple(call->desc, values, nulls));
}

/*
 * SQL function: invokes a function through a server, as the current user, and
 * returns Lambda's answer; or has it invoked once the transaction commits.
 *
 * It is called once: whether a function that may have run is called again is
 * for idempotent to say, or the name of a durable execution.  Raises what
 * lfdw_sql_call_invoke raises, and 42501 without USAGE on the server; what
 * lfdw_commit_hold raises where the call is held.
 */
static Datum
run_lambda_invoke(PG_FUNCTION_ARGS)
{
	LfdwSqlCall *call = lfdw_sql_call_make(fcinfo);
	char	   *server = lfdw_sql_argument_text(fcinfo, ARG_SERVER);

	if (server == NULL || PG_ARGISNULL(ARG_FUNCTION))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("lambda_invoke needs a server and a function")));
	call->function = lfdw_sql_argument_text(fcinfo, ARG_FUNCTION);
	call->payload = lfdw_sql_call_json(fcinfo, ARG_PAYLOAD, call);
	call->invocation_type = lfdw_sql_argument_text(fcinfo, ARG_INVOCATION_TYPE);
	call->qualifier = lfdw_sql_argument_text(fcinfo, ARG_QUALIFIER);
	call->log_type = lfdw_sql_argument_text(fcinfo, ARG_LOG_TYPE);
	call->context = lfdw_sql_call_json(fcinfo, ARG_CLIENT_CONTEXT, call);
	call->idempotent = !PG_ARGISNULL(ARG_IDEMPOTENT) &&
		PG_GETARG_BOOL(ARG_IDEMPOTENT);
	call->tenant_id = lfdw_sql_argument_text(fcinfo, ARG_TENANT_ID);
	call->durable_name = lfdw_sql_argument_text(fcinfo,
												ARG_DURABLE_EXECUTION_NAME);
	if (parse_deliver_at(lfdw_sql_argument_text(fcinfo, ARG_DELIVER_AT)) == LFDW_DELIVER_COMMIT)
		return hold_call(call, server);
	return lfdw_sql_call_invoke(call, lfdw_server_options(server, false));
}
