/*-------------------------------------------------------------------------
 *
 * aws_lambda.c
 *		The functions of the extension aws_lambda, as Amazon RDS has them.
 *
 * Their reference is the RDS user guide, "AWS Lambda function and parameter
 * reference".  What differs from lambda_invoke: the server is named by a
 * setting, a region can be given, and psql's literals have to be made sense of.
 *
 * IDENTIFICATION
 *	  src/sql/aws_lambda.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "lambda/invoke.h"
#include "options/function_options.h"
#include "pg/compat.h"
#include "pg/extension.h"
#include "pg/setting.h"
#include "sql/sql_argument.h"
#include "sql/sql_invoke.h"
#include "sql/sql_server.h"

LFDW_SQL_FUNCTION(LFDW_EXTENSION_AWS_LAMBDA, aws_lambda_invoke);
LFDW_SQL_FUNCTION(LFDW_EXTENSION_AWS_LAMBDA, aws_lambda_invoke_arn);
LFDW_SQL_FUNCTION(LFDW_EXTENSION_AWS_LAMBDA, aws_lambda_invoke_words);

/* The arguments that all overloads begin with. */
enum CommonArgument
{
	ARG_FUNCTION_NAME,
	ARG_PAYLOAD
};

/* The further arguments of the overloads with the function's name as text. */
enum TextArgument
{
	TEXT_REGION = ARG_PAYLOAD + 1,
	TEXT_INVOCATION_TYPE,
	TEXT_LOG_TYPE,
	TEXT_CONTEXT,
	TEXT_QUALIFIER
};

/* Those of the overloads with a composite value. */
enum ArnArgument
{
	ARN_INVOCATION_TYPE = ARG_PAYLOAD + 1,
	ARN_LOG_TYPE,
	ARN_CONTEXT,
	ARN_QUALIFIER
};

/*
 * Is this a type of invocation?  In any case of letters: a region it is not,
 * and what is wrong with it will be said of the type.
 */
static bool
is_invocation_type(const char *word)
{
	if (word == NULL)
		return false;
	for (int i = 0; i < LFDW_NINVOCATION_TYPES; i++)
	{
		if (pg_strcasecmp(word, lfdw_invocation_types[i]) == 0)
			return true;
	}
	return false;
}

/* Takes the function from a composite value; returns the region it brings. */
static char *
read_arn(LfdwSqlCall *call, Datum arn)
{
	call->function = lfdw_sql_argument_field(arn, "function_name");
	return lfdw_sql_argument_unless_empty(lfdw_sql_argument_field(arn, "region"));
}

/*
 * Takes the function from an argument of text.  Returns whether it is the text
 * of a composite value, as psql's \gset makes them; *region is then the one it
 * brings.
 */
static bool
read_function(FunctionCallInfo fcinfo, LfdwSqlCall *call, char **region)
{
	static const char *const fields[] = {"function_name", "region"};
	char	   *text = lfdw_sql_argument_text(fcinfo, ARG_FUNCTION_NAME);

	call->function = text;
	if (!lfdw_sql_argument_is_composite(text))
		return false;
	*region = read_arn(call, lfdw_sql_argument_composite(text, fields,
														 lengthof(fields)));
	return true;
}

/*
 * Does the word behind the payload belong to an overload without a region?  A
 * type of invocation does; behind a composite value, so does NULL before a log
 * type.
 */
static bool
lacks_region(bool arn_literal, const char *word, const char *next)
{
	return is_invocation_type(word) ||
		(arn_literal && word == NULL && next &&
		 (strcmp(next, "None") == 0 || strcmp(next, "Tail") == 0));
}

/*
 * Moves each word to the argument that it is for, from one place off: what was
 * given as the region is the type of invocation.
 *
 * Defaults can't be told from what was given, and mean nothing here.
 */
static void
shift_words(LfdwSqlCall *call, const char *type)
{
	const char *log_type = call->invocation_type;
	const char *context = call->log_type;

	if (log_type &&
		strcmp(log_type, lfdw_invocation_types[LFDW_REQUEST_RESPONSE]) == 0)
		log_type = NULL;
	if (is_invocation_type(log_type))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("aws_lambda.invoke has two types of invocation, \"%s\" and \"%s\"",
						type, log_type)));
	if (context && strcmp(context, "None") == 0)
		context = NULL;
	/* log_type => 'Tail' is in its place; no context begins with a letter */
	if (log_type == NULL && context && isalpha((unsigned char) *context))
	{
		log_type = context;
		context = NULL;
	}
	if (context && call->context)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("aws_lambda.invoke has two contexts"),
				 errdetail("Without a region, the words after the payload are type of invocation, log type and context.")));
	call->invocation_type = type;
	call->log_type = log_type;
	if (context)
		call->context = context;
}

/* The options of the server that the settings name. */
static LfdwOptions *
read_server(void)
{
	const LfdwAwsLambdaSettings *settings = lfdw_setting_aws_lambda();
	const LfdwSqlServer server = {
		.setting = "aws_lambda.server",
		.name = settings->server,
		.function = "aws_lambda.invoke",
		.service = "Lambda"
	};
	LfdwOptions *options = lfdw_sql_server_options(&server);

	options->route.limits.connect_timeout_ms = settings->connect_timeout_ms;
	options->route.limits.request_timeout_ms = settings->request_timeout_ms;
	if (settings->endpoint_override[0] != '\0')
	{
		options->endpoint = pstrdup(settings->endpoint_override);
		options->route.use_fips = false;
		options->route.use_dualstack = false;
	}
	return options;
}

/*
 * Makes the call.  The region may come with the function, by itself, or both
 * times the same; NULL where not given.
 */
static Datum
invoke(LfdwSqlCall *call, const char *of_arn, const char *region)
{
	const char *regions[] = {of_arn, region};
	LfdwOptions *options;

	if (call->function == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("aws_lambda.invoke needs a function_name")));
	options = read_server();
	lfdw_function_override_region(options, call->function, regions,
								  lengthof(regions));
	call->as_rds = true;
	return lfdw_sql_call_invoke(call, options);
}

/*
 * SQL function: aws_lambda.invoke(text, json or jsonb, ...).
 *
 * Raises what lfdw_sql_call_invoke raises, 42704 where there is no server, and
 * 22023 or HV024 for arguments that contradict each other.
 */
static Datum
run_aws_lambda_invoke(PG_FUNCTION_ARGS)
{
	LfdwSqlCall *call = lfdw_sql_call_make(fcinfo);
	char	   *region = lfdw_sql_argument_unless_empty(lfdw_sql_argument_text(fcinfo, TEXT_REGION));
	char	   *of_arn = NULL;
	bool		literal = read_function(fcinfo, call, &of_arn);

	call->payload = lfdw_sql_call_json(fcinfo, ARG_PAYLOAD, call);
	call->invocation_type = lfdw_sql_argument_text(fcinfo, TEXT_INVOCATION_TYPE);
	call->log_type = lfdw_sql_argument_text(fcinfo, TEXT_LOG_TYPE);
	call->context = lfdw_sql_call_json(fcinfo, TEXT_CONTEXT, call);
	call->qualifier = lfdw_sql_argument_text(fcinfo, TEXT_QUALIFIER);
	if (lacks_region(literal, region, call->invocation_type))
	{
		shift_words(call, region);
		region = NULL;
	}
	return invoke(call, of_arn, region);
}

/* SQL function: aws_lambda.invoke(composite, json or jsonb, ...). */
static Datum
run_aws_lambda_invoke_arn(PG_FUNCTION_ARGS)
{
	LfdwSqlCall *call = lfdw_sql_call_make(fcinfo);
	char	   *of_arn = NULL;

	if (!PG_ARGISNULL(ARG_FUNCTION_NAME))
		of_arn = read_arn(call, PG_GETARG_DATUM(ARG_FUNCTION_NAME));
	call->payload = lfdw_sql_call_json(fcinfo, ARG_PAYLOAD, call);
	call->invocation_type = lfdw_sql_argument_text(fcinfo, ARN_INVOCATION_TYPE);
	call->log_type = lfdw_sql_argument_text(fcinfo, ARN_LOG_TYPE);
	call->context = lfdw_sql_call_json(fcinfo, ARN_CONTEXT, call);
	call->qualifier = lfdw_sql_argument_text(fcinfo, ARN_QUALIFIER);
	return invoke(call, of_arn, NULL);
}

/*
 * May the current user call an overload of a function's name and schema that
 * takes json, other than itself?
 */
static bool
may_call_another(Oid funcid)
{
	Oid			schema = get_func_namespace(funcid);
	Oid			extension = getExtensionOfObject(ProcedureRelationId, funcid);
	CatCList   *overloads = SearchSysCacheList1(PROCNAMEARGSNSP,
												CStringGetDatum(get_func_name(funcid)));
	bool		may = false;

	for (int i = 0; i < overloads->n_members && !may; i++)
	{
		Form_pg_proc overload = (Form_pg_proc) GETSTRUCT(&overloads->members[i]->tuple);

		may = overload->oid != funcid && overload->pronamespace == schema &&
			overload->pronargs > ARG_PAYLOAD &&
			overload->proargtypes.values[ARG_PAYLOAD] == JSONOID &&
			getExtensionOfObject(ProcedureRelationId, overload->oid) == extension &&
			lfdw_may_execute(overload->oid, GetUserId());
	}
	ReleaseCatCacheList(overloads);
	return may;
}

/*
 * SQL function: aws_lambda.invoke(text, json, text, text, text, text).
 *
 * The last four are either type, log type, context and qualifier, or region,
 * type, log type and context: the first of them tells.
 *
 * RDS has no such overload, so no GRANT of RDS's names it.  Everybody has
 * EXECUTE on it, and who has none on those that it stands for is refused.
 */
static Datum
run_aws_lambda_invoke_words(PG_FUNCTION_ARGS)
{
	LfdwSqlCall *call = lfdw_sql_call_make(fcinfo);
	char	   *words[4];
	char	   *of_arn = NULL;
	char	   *region = NULL;
	bool		literal;

	if (!may_call_another(fcinfo->flinfo->fn_oid))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FUNCTION,
					   get_func_name(fcinfo->flinfo->fn_oid));
	literal = read_function(fcinfo, call, &of_arn);
	call->payload = lfdw_sql_call_json(fcinfo, ARG_PAYLOAD, call);
	for (int i = 0; i < (int) lengthof(words); i++)
		words[i] = lfdw_sql_argument_text(fcinfo, ARG_PAYLOAD + 1 + i);
	words[0] = lfdw_sql_argument_unless_empty(words[0]);
	if (lacks_region(literal, words[0], words[1]))
	{
		call->invocation_type = words[0];
		call->log_type = words[1];
		call->context = words[2];
		call->qualifier = words[3];
	}
	else
	{
		region = words[0];
		call->invocation_type = words[1];
		call->log_type = words[2];
		call->context = words[3];
	}
	return invoke(call, of_arn, region);
}
