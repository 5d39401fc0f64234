/*-------------------------------------------------------------------------
 *
 * bedrock.c
 *		Amazon Bedrock: foundation models, invoked one input at a time.
 *
 * InvokeModel of the Bedrock runtime's API reference: POST
 * /model/{modelId}/invoke, with a body of at most 25,000,000 bytes, whose form
 * is the model's.
 *
 * IDENTIFICATION
 *	  src/ml/bedrock.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/json_pointer.h"
#include "base/uri.h"
#include "ml/bedrock.h"
#include "ml/ml_json.h"

#define BODY_MAX 25000000
#define MEDIA_TYPE "application/json"

const LfdwMlService lfdw_bedrock = {
	.label = "Amazon Bedrock",
	.scope = "bedrock",
	.host = "bedrock-runtime",
	.variable = "BEDROCK_RUNTIME",
	.action = "bedrock:InvokeModel",
	.max_bytes = BODY_MAX
};

/* A media type fit for a header, JSON for none; raises 22023 for one that is not. */
static const char *
check_media_type(const char *name, const char *value)
{
	if (value == NULL || value[strspn(value, " ")] == '\0')
		return MEDIA_TYPE;
	for (const char *p = value; *p; p++)
	{
		if ((unsigned char) *p < ' ' || (unsigned char) *p >= 0x7F)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s is not a media type", name),
					 errhint("It looks like \"application/json\".")));
	}
	return value;
}

static char *
aim_of(const LfdwBedrockInput *input)
{
	return psprintf("invoke model \"%s\" of Amazon Bedrock", input->model_id);
}

/*
 * Invokes a model; returns its answer, palloc'd.
 *
 * A model's id has a colon, and slashes where it is an ARN: in the path they are
 * encoded.  Raises 22023 for a media type that is none, and what lfdw_ml_ask
 * raises.
 */
char *
lfdw_bedrock_invoke(const LfdwMlAccess *access, const LfdwBedrockInput *input)
{
	const LfdwHeader headers[] = {
		{"Content-Type", check_media_type("content_type", input->content_type)},
		{"Accept", check_media_type("accept_type", input->accept_type)}
	};
	LfdwMlRequest request = {
		.aim = aim_of(input),
		.target = input->model_id,
		.headers = headers,
		.nheaders = lengthof(headers),
		.body = input->body
	};
	StringInfoData path;

	initStringInfo(&path);
	appendStringInfoString(&path, "/model/");
	lfdw_uri_encode(&path, input->model_id, strlen(input->model_id), false);
	appendStringInfoString(&path, "/invoke");
	request.path = path.data;
	return lfdw_ml_ask(access, &request);
}

/* The value that a token of a JSON Pointer leads to; NULL for none. */
static JsonbValue *
step(JsonbContainer *container, const char *token)
{
	if (JsonContainerIsObject(container))
		return lfdw_ml_json_member(container, token);
	/* no document has so many elements that an index needs more digits */
	if (!JsonContainerIsScalar(container) && lfdw_pointer_is_index(token) &&
		strlen(token) <= 9)
		return getIthJsonbValueFromContainer(container,
											 strtoul(token, NULL, 10));
	return NULL;
}

/* Refuses an answer that has no embedding where it should. */
static void
report_embedding(const LfdwBedrockInput *input, const char *json_key,
				 JsonbContainer *root, const char *found)
{
	char	   *names = lfdw_ml_json_names(root);

	ereport(ERROR,
			(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
			 errmsg("could not %s: \"%s\" of the answer is %s, not an array of numbers",
					aim_of(input), json_key, found),
			 names[0] ? errdetail("The answer has the members %s.", names) :
			 errdetail("The answer is no object."),
			 errhint("json_key names a member of the answer, or is a JSON Pointer such as \"/embeddings/0\".")));
}

/* The numbers of an array as double precision[]. */
static ArrayType *
make_array(const LfdwBedrockInput *input, const char *json_key,
		   JsonbContainer *root, JsonbContainer *array)
{
	int			n = JsonContainerSize(array);
	Datum	   *values = palloc(sizeof(Datum) * Max(n, 1));
	JsonbIterator *it = JsonbIteratorInit(array);
	JsonbValue	value;
	JsonbIteratorToken token;
	int			i = 0;

	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (value.type != jbvNumeric)
			report_embedding(input, json_key, root,
							 psprintf("an array with %s",
									  lfdw_ml_json_kind(&value)));
		values[i++] = Float8GetDatum(lfdw_ml_json_number(&value));
	}
	return construct_array(values, n, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
						   TYPALIGN_DOUBLE);
}

/* The way that json_key tells: a member's name, or a JSON Pointer. */
static LfdwPointer *
parse_key(const char *json_key)
{
	LfdwPointer *pointer;
	const char *why;

	if (json_key[0] != '/')
		return lfdw_pointer_to(json_key);
	if (!lfdw_pointer_parse(json_key, &pointer, &why))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("json_key is not a JSON Pointer: \"%s\"", json_key),
				 errdetail("%s", why)));
	return pointer;
}

/*
 * Invokes a model, and returns the array of numbers that its answer has at
 * json_key, palloc'd.
 *
 * Raises what lfdw_bedrock_invoke raises, 22P02 for an answer that is not JSON,
 * and HV021 for one without such an array.
 */
ArrayType *
lfdw_bedrock_embedding(const LfdwMlAccess *access, const LfdwBedrockInput *input,
					   const char *json_key)
{
	LfdwPointer *pointer = parse_key(json_key);
	char	   *answer = lfdw_bedrock_invoke(access, input);
	JsonbContainer *root = &lfdw_ml_json_read(answer, aim_of(input))->root;
	JsonbContainer *container = root;

	for (int i = 0; i < pointer->ntokens; i++)
	{
		JsonbValue *value = step(container, pointer->tokens[i]);

		if (value == NULL || value->type != jbvBinary)
			report_embedding(input, json_key, root, lfdw_ml_json_kind(value));
		container = value->val.binary.data;
	}
	if (!JsonContainerIsArray(container))
		report_embedding(input, json_key, root, "an object");
	return make_array(input, json_key, root, container);
}
