/*-------------------------------------------------------------------------
 *
 * aws_ml.c
 *		The functions of the extension aws_ml, as Amazon Aurora has them.
 *
 * Their reference is the Aurora user guide, "Using Amazon Aurora machine
 * learning with Aurora PostgreSQL".  Here each call is a request of its own;
 * src/batch has many rows of a query go in one.
 *
 * IDENTIFICATION
 *	  src/sql/aws_ml.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "ml/bedrock.h"
#include "ml/ml_function.h"
#include "pg/extension.h"
#include "sql/sql_argument.h"
#include "sql/sql_ml.h"
#include "sql/sql_work.h"

LFDW_SQL_FUNCTION(LFDW_EXTENSION_AWS_ML, aws_ml_invoke_model);
LFDW_SQL_FUNCTION(LFDW_EXTENSION_AWS_ML, aws_ml_invoke_model_get_embeddings);
LFDW_SQL_FUNCTION(LFDW_EXTENSION_AWS_ML, aws_ml_invoke_endpoint);
LFDW_SQL_FUNCTION(LFDW_EXTENSION_AWS_ML, aws_ml_detect_sentiment);
PG_FUNCTION_INFO_V1(aws_ml_support);

/* The arguments of Bedrock's functions, in order. */
enum BedrockArgument
{
	ARG_MODEL_ID,
	ARG_CONTENT_TYPE,
	ARG_ACCEPT_OR_KEY,
	ARG_MODEL_INPUT
};

/* Takes the arguments; false where the input is NULL, as the result is then. */
static bool
read_bedrock(FunctionCallInfo fcinfo, const char *function,
			 LfdwBedrockInput *input)
{
	memset(input, 0, sizeof(*input));
	input->body = lfdw_sql_argument_text(fcinfo, ARG_MODEL_INPUT);
	if (input->body == NULL)
		return false;
	input->model_id = lfdw_ml_needed_text(function, "model_id",
										  &fcinfo->args[ARG_MODEL_ID]);
	input->content_type = lfdw_sql_argument_text(fcinfo, ARG_CONTENT_TYPE);
	return true;
}

static LfdwMlAccess *
bedrock_access(FunctionCallInfo fcinfo, const char *function)
{
	return lfdw_sql_ml_access(&lfdw_bedrock, function,
							  lfdw_sql_work(fcinfo, LFDW_OPERATION_FUNCTION));
}

/*
 * SQL function: aws_bedrock.invoke_model(model_id, content_type, accept_type,
 * model_input).
 *
 * NULL input gives NULL; other types are JSON where they are NULL.  Raises what
 * lfdw_sql_ml_access and lfdw_bedrock_invoke raise, and 22004 without a model.
 */
static Datum
run_aws_ml_invoke_model(PG_FUNCTION_ARGS)
{
	static const char function[] = "aws_bedrock.invoke_model";
	LfdwBedrockInput input;

	if (!read_bedrock(fcinfo, function, &input))
		PG_RETURN_NULL();
	input.accept_type = lfdw_sql_argument_text(fcinfo, ARG_ACCEPT_OR_KEY);
	PG_RETURN_TEXT_P(cstring_to_text(lfdw_bedrock_invoke(bedrock_access(fcinfo, function), &input)));
}

/*
 * SQL function: aws_bedrock.invoke_model_get_embeddings(model_id, content_type,
 * json_key, model_input).
 *
 * As aws_ml_invoke_model, and what lfdw_bedrock_embedding raises.
 */
static Datum
run_aws_ml_invoke_model_get_embeddings(PG_FUNCTION_ARGS)
{
	static const char function[] = "aws_bedrock.invoke_model_get_embeddings";
	LfdwBedrockInput input;
	char	   *json_key;

	if (!read_bedrock(fcinfo, function, &input))
		PG_RETURN_NULL();
	json_key = lfdw_ml_needed_text(function, "json_key",
								   &fcinfo->args[ARG_ACCEPT_OR_KEY]);
	PG_RETURN_ARRAYTYPE_P(lfdw_bedrock_embedding(bedrock_access(fcinfo, function),
												 &input, json_key));
}

/* Makes one call of a function, and asks the service for it. */
static LfdwMlResult
call_alone(FunctionCallInfo fcinfo, const LfdwMlFunction *function)
{
	Oid		   *types = palloc(sizeof(Oid) * fcinfo->nargs);
	LfdwMlArguments arguments = {fcinfo->nargs, types, fcinfo->args};
	LfdwMlCall	call = {0};
	LfdwMlCall *calls = &call;
	LfdwMlResult result = {0};

	for (int i = 0; i < fcinfo->nargs; i++)
	{
		types[i] = get_fn_expr_argtype(fcinfo->flinfo, i);
		if (!OidIsValid(types[i]))
			elog(ERROR, "could not determine the types of the arguments");
	}
	function->make_call(&arguments, &call);
	if (call.input)
		function->ask(lfdw_sql_ml_access(function->service, function->name,
										 lfdw_sql_work(fcinfo,
													   LFDW_OPERATION_FUNCTION)),
					  &calls, 1, &result);
	return result;
}

/*
 * SQL function: aws_sagemaker.invoke_endpoint(endpoint_name, max_rows_per_batch,
 * VARIADIC model_input "any").
 *
 * Raises what lfdw_sql_ml_access and LfdwMlFunction.make_call and .ask raise.
 */
static Datum
run_aws_ml_invoke_endpoint(PG_FUNCTION_ARGS)
{
	LfdwMlResult result = call_alone(fcinfo, &lfdw_sagemaker_invoke_endpoint);

	PG_RETURN_TEXT_P(cstring_to_text(result.text));
}

/*
 * SQL function: aws_comprehend.detect_sentiment(input_text, language_code,
 * max_rows_per_batch).
 *
 * A NULL text gives a row of NULLs.  Raises what aws_ml_invoke_endpoint raises.
 */
static Datum
run_aws_ml_detect_sentiment(PG_FUNCTION_ARGS)
{
	LfdwMlResult result = call_alone(fcinfo, &lfdw_comprehend_detect_sentiment);
	TupleDesc	desc;
	Datum		values[2] = {0};
	bool		nulls[2] = {result.text == NULL, result.text == NULL};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE ||
		desc->natts != lengthof(values))
		elog(ERROR, "return type must be a sentiment and its confidence");
	if (result.text)
	{
		values[0] = CStringGetTextDatum(result.text);
		values[1] = Float4GetDatum(result.number);
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}

/*
 * Support function (SUPPORT) of those that may be asked for many rows at once: no
 * help with anything.  The planner calls it while it simplifies expressions, so
 * that the library is loaded, and the hook of batch joins with it, in the first
 * query of a session.
 */
Datum
aws_ml_support(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(NULL);
}
