/*-------------------------------------------------------------------------
 *
 * sagemaker.c
 *		Amazon SageMaker: models of one's own, which take and give CSV.
 *
 * InvokeEndpoint of the SageMaker runtime's API reference: POST
 * /endpoints/{EndpointName}/invocations, with a body of at most 6,291,456
 * bytes.  Aurora's guide has text/csv for both ways, a line a row.
 *
 * IDENTIFICATION
 *	  src/ml/sagemaker.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/array.h"
#include "utils/lsyscache.h"

#include "base/uri.h"
#include "ml/ml_function.h"
#include "pg/message.h"

/* Bytes of a request. */
#define BODY_MAX 6291456

/* Rows of a request: a model that is slow per row must still answer. */
#define ROWS_MAX 5000

static const LfdwMlService sagemaker = {
	.label = "Amazon SageMaker",
	.scope = "sagemaker",
	.host = "runtime.sagemaker",
	.variable = "SAGEMAKER_RUNTIME",
	.action = "sagemaker:InvokeEndpoint",
	.max_bytes = BODY_MAX
};

/* The arguments of aws_sagemaker.invoke_endpoint, in order. */
enum EndpointArgument
{
	ARG_ENDPOINT_NAME,
	ARG_MAX_ROWS,
	ARG_MODEL_INPUT				/* the first of them */
};

/* A line of CSV (RFC 4180) as it is written. */
typedef struct Line
{
	StringInfoData text;
	int			nfields;
} Line;

/* Appends a field, in quotes where it needs them; NULL is empty. */
static void
append_field(Line *line, const char *value)
{
	StringInfo	text = &line->text;

	if (line->nfields++ > 0)
		appendStringInfoChar(text, ',');
	if (value == NULL)
		return;
	if (strpbrk(value, "\",\r\n") == NULL)
	{
		appendStringInfoString(text, value);
		return;
	}
	appendStringInfoChar(text, '"');
	for (const char *p = value; *p; p++)
	{
		if (*p == '"')
			appendStringInfoChar(text, '"');
		appendStringInfoChar(text, *p);
	}
	appendStringInfoChar(text, '"');
}

/* Refuses what is no field of CSV. */
static void
refuse_composite(Oid type)
{
	if (type_is_rowtype(type))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("%s takes no composite values",
						lfdw_sagemaker_invoke_endpoint.name),
				 errhint("Give their fields as arguments of their own.")));
}

/* Appends a value as its type writes it. */
static void
append_value(Line *line, Oid type, Datum value, bool isnull)
{
	Oid			output;
	bool		varlena;

	refuse_composite(type);
	getTypeOutputInfo(type, &output, &varlena);
	append_field(line, isnull ? NULL : OidOutputFunctionCall(output, value));
}

/* Appends the elements of an array, each as a field ("must be one-dimensional"). */
static void
append_array(Line *line, Oid element, Datum value)
{
	ArrayType  *array = DatumGetArrayTypeP(value);
	int16		typlen;
	bool		typbyval;
	char		typalign;
	Datum	   *values;
	bool	   *nulls;
	int			n;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s takes one-dimensional arrays only",
						lfdw_sagemaker_invoke_endpoint.name)));
	get_typlenbyvalalign(element, &typlen, &typbyval, &typalign);
	deconstruct_array(array, element, typlen, typbyval, typalign, &values,
					  &nulls, &n);
	for (int i = 0; i < n; i++)
		append_value(line, element, values[i], nulls[i]);
}

/* The model's input as a line of CSV, without an end. */
static char *
make_line(const LfdwMlArguments *arguments)
{
	Line		line = {.nfields = 0};

	initStringInfo(&line.text);
	for (int i = ARG_MODEL_INPUT; i < arguments->nargs; i++)
	{
		const NullableDatum *value = &arguments->values[i];
		Oid			type = getBaseType(arguments->types[i]);
		Oid			element = get_element_type(type);

		if (OidIsValid(element) && !value->isnull)
			append_array(&line, element, value->value);
		else
			append_value(&line, type, value->value, value->isnull);
	}
	if (line.nfields == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s needs a model_input",
						lfdw_sagemaker_invoke_endpoint.name)));
	/* many readers of CSV skip empty lines, and would lose the row */
	if (line.text.len == 0)
		appendStringInfoString(&line.text, "\"\"");
	return line.text.data;
}

/* LfdwMlFunction.make_call */
static void
make_call(const LfdwMlArguments *arguments, LfdwMlCall *call)
{
	const LfdwMlFunction *function = &lfdw_sagemaker_invoke_endpoint;

	call->max_rows = lfdw_ml_max_rows(function, &arguments->values[ARG_MAX_ROWS]);
	call->target = lfdw_ml_needed_text(function->name, "endpoint_name",
									   &arguments->values[ARG_ENDPOINT_NAME]);
	call->input = make_line(arguments);
}

/* Sends lines of CSV; returns the answer. */
static char *
invoke(const LfdwMlAccess *access, LfdwMlCall *const *calls, int ncalls,
	   const char *aim)
{
	const LfdwHeader headers[] = {
		{"Content-Type", "text/csv"},
		{"Accept", "text/csv"}
	};
	LfdwMlRequest request = {
		.aim = aim,
		.target = calls[0]->target,
		.headers = headers,
		.nheaders = lengthof(headers)
	};
	StringInfoData path;
	StringInfoData body;

	initStringInfo(&path);
	appendStringInfoString(&path, "/endpoints/");
	lfdw_uri_encode(&path, calls[0]->target, strlen(calls[0]->target), false);
	appendStringInfoString(&path, "/invocations");
	initStringInfo(&body);
	for (int i = 0; i < ncalls; i++)
		appendStringInfo(&body, "%s%s", i > 0 ? "\n" : "", calls[i]->input);
	request.path = path.data;
	request.body = body.data;
	return lfdw_ml_ask(access, &request);
}

/*
 * Cuts an answer at a character outside of quotes, up to n pieces into results,
 * and returns how many there are.  The bytes of the answer are changed.
 */
static int
cut(char *answer, char separator, LfdwMlResult *results, int n)
{
	int			found = 0;
	bool		quoted = false;
	char	   *start = answer;

	for (char *p = answer;; p++)
	{
		bool		end = *p == '\0';

		if (*p == '"')
			quoted = !quoted;
		if (!end && (quoted || *p != separator))
			continue;
		*p = '\0';
		if (found < n)
			results[found].text = start;
		found++;
		if (end)
			return found;
		start = p + 1;
	}
}

/* Drops one end of line behind a text. */
static void
chomp(char *text)
{
	size_t		len = strlen(text);

	if (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
	if (len > 0 && text[len - 1] == '\r')
		text[--len] = '\0';
}

/*
 * Cuts an answer into rows: lines.  Some models, XGBoost's older containers among
 * them, answer a batch with one line that has the rows between commas.  JSON, of a
 * model that does not give CSV, is not cut: it has commas for the rows, too.
 */
static int
cut_rows(char *answer, LfdwMlResult *results, int n)
{
	int			found;

	if (answer[0] == '\0')
		return 0;
	found = cut(answer, '\n', results, n);
	return found == 1 && strpbrk(answer, "[{") == NULL ?
		cut(answer, ',', results, n) : found;
}

/* LfdwMlFunction.ask */
static void
ask(const LfdwMlAccess *access, LfdwMlCall *const *calls, int ncalls,
	LfdwMlResult *results)
{
	char	   *aim = psprintf("invoke endpoint \"%s\" of Amazon SageMaker",
							   calls[0]->target);
	char	   *answer = invoke(access, calls, ncalls, aim);
	int			found;

	chomp(answer);
	results[0].text = answer;
	found = ncalls == 1 ? 1 : cut_rows(answer, results, ncalls);
	if (found != ncalls)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
				 errmsg("could not %s: the answer has %d rows, not %d", aim,
						found, ncalls),
				 found > 0 ? errdetail("The first is: %s",
									   lfdw_error_excerpt(answer, strlen(answer))) : 0,
				 errhint("If the model takes one row at a time, let max_rows_per_batch be 1.")));
	for (int i = 0; i < ncalls; i++)
		chomp(results[i].text);
}

const LfdwMlFunction lfdw_sagemaker_invoke_endpoint = {
	.name = "aws_sagemaker.invoke_endpoint",
	.symbol = "aws_ml_invoke_endpoint",
	.service = &sagemaker,
	.ncolumns = 1,
	.max_rows = ROWS_MAX,
	.max_bytes = BODY_MAX,
	.make_call = make_call,
	.ask = ask
};
