/*-------------------------------------------------------------------------
 *
 * comprehend.c
 *		Amazon Comprehend: the sentiment of texts.
 *
 * DetectSentiment for one text, BatchDetectSentiment for up to 25, of the
 * Comprehend API reference, version 2017-11-27: JSON 1.1, in which the header
 * X-Amz-Target names the operation.
 *
 * IDENTIFICATION
 *	  src/ml/comprehend.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "lambda/sqlstate.h"
#include "ml/ml_function.h"
#include "ml/ml_json.h"
#include "pg/message.h"
#include "value/json_writer.h"

/* Texts of a batch ("a maximum of 25 documents"). */
#define BATCH_MAX 25

/* Bytes of a text, with an end ("the maximum size of each document is 5 KB"). */
#define TEXT_MAX 5001

/* The sentiments, as they are answered and as their scores are named. */
static const char *const sentiments[][2] = {
	{"POSITIVE", "Positive"},
	{"NEGATIVE", "Negative"},
	{"NEUTRAL", "Neutral"},
	{"MIXED", "Mixed"}
};

static const LfdwMlService comprehend = {
	.label = "Amazon Comprehend",
	.scope = "comprehend",
	.host = "comprehend",
	.variable = "COMPREHEND",
	.action = "comprehend:DetectSentiment and comprehend:BatchDetectSentiment"
};

/* The arguments of aws_comprehend.detect_sentiment, in order. */
enum SentimentArgument
{
	ARG_INPUT_TEXT,
	ARG_LANGUAGE_CODE,
	ARG_MAX_ROWS
};

/* LfdwMlFunction.make_call */
static void
make_call(const LfdwMlArguments *arguments, LfdwMlCall *call)
{
	const LfdwMlFunction *function = &lfdw_comprehend_detect_sentiment;

	call->max_rows = lfdw_ml_max_rows(function, &arguments->values[ARG_MAX_ROWS]);
	call->input = lfdw_ml_text(&arguments->values[ARG_INPUT_TEXT]);
	if (call->input)
		call->target = lfdw_ml_needed_text(function->name, "language_code",
										   &arguments->values[ARG_LANGUAGE_CODE]);
}

/* What is asked for, in words. */
static char *
aim_of(int ncalls)
{
	return ncalls == 1 ? pstrdup("detect the sentiment of a text") :
		psprintf("detect the sentiments of %d texts", ncalls);
}

/* Calls an operation; returns its answer. */
static Jsonb *
call_operation(const LfdwMlAccess *access, const char *operation,
			   const char *body, const char *aim)
{
	LfdwHeader	headers[] = {
		{"Content-Type", "application/x-amz-json-1.1"},
		{"X-Amz-Target", psprintf("Comprehend_20171127.%s", operation)}
	};
	LfdwMlRequest request = {
		.aim = aim,
		.target = operation,
		.path = "/",
		.headers = headers,
		.nheaders = lengthof(headers),
		.body = body
	};

	return lfdw_ml_json_read(lfdw_ml_ask(access, &request), aim);
}

/* Refuses an answer that is not as the reference says. */
static void
report_answer(const char *aim, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
			 errmsg("could not %s: the answer is not one of Amazon Comprehend",
					aim),
			 errdetail("%s", detail)));
}

/* Takes a sentiment, and how sure it is, out of an object. */
static void
read_sentiment(JsonbContainer *object, const char *aim, LfdwMlResult *result)
{
	char	   *name = lfdw_ml_json_string(lfdw_ml_json_member(object, "Sentiment"));
	JsonbValue *scores = lfdw_ml_json_member(object, "SentimentScore");
	char	   *names;

	for (int i = 0; name && i < (int) lengthof(sentiments); i++)
	{
		JsonbValue *score;

		if (strcmp(name, sentiments[i][0]) != 0 ||
			scores == NULL || scores->type != jbvBinary)
			continue;
		score = lfdw_ml_json_member(scores->val.binary.data, sentiments[i][1]);
		result->text = name;
		result->number = (float4) lfdw_ml_json_number(score);
		if (!isnan(result->number))
			return;
	}
	names = lfdw_ml_json_names(object);
	report_answer(aim, psprintf("It has %s%s; expected are \"Sentiment\" and \"SentimentScore\", which has a score for it.",
								names[0] ? "the members " : "no members", names));
}

/* Asks for one text. */
static void
detect_one(const LfdwMlAccess *access, const LfdwMlCall *call,
		   LfdwMlResult *result)
{
	char	   *aim = aim_of(1);
	StringInfoData body;

	initStringInfo(&body);
	appendStringInfoChar(&body, '{');
	lfdw_json_append_string_member(&body, "LanguageCode", call->target);
	lfdw_json_append_string_member(&body, "Text", call->input);
	appendStringInfoChar(&body, '}');
	read_sentiment(&call_operation(access, "DetectSentiment", body.data, aim)->root,
				   aim, result);
}

/* The object that an element of a list is; NULL for none. */
static JsonbContainer *
list_object(JsonbContainer *answer, const char *list, uint32 i)
{
	JsonbValue *value = lfdw_ml_json_member(answer, list);

	if (value == NULL || value->type != jbvBinary ||
		!JsonContainerIsArray(value->val.binary.data))
		return NULL;
	value = getIthJsonbValueFromContainer(value->val.binary.data, i);
	return value && value->type == jbvBinary ? value->val.binary.data : NULL;
}

/* Which text of the batch an element is of. */
static int
index_of(JsonbContainer *element, int ncalls, const char *aim)
{
	float8		index = lfdw_ml_json_number(lfdw_ml_json_member(element, "Index"));

	if (!(index >= 0 && index < ncalls))
		report_answer(aim, psprintf("It has an element whose \"Index\" is none of a batch of %d.",
									ncalls));
	return (int) index;
}

/*
 * A text of a batch that Comprehend could not do: asked for once more by
 * itself, where that may help, else an error.
 */
static void
retry_text(const LfdwMlAccess *access, JsonbContainer *element, int index,
		   const LfdwMlCall *call, const char *aim, LfdwMlResult *result)
{
	char	   *code = lfdw_ml_json_string(lfdw_ml_json_member(element, "ErrorCode"));
	char	   *message = lfdw_ml_json_string(lfdw_ml_json_member(element, "ErrorMessage"));

	if (code == NULL)
		report_answer(aim, "It has an error without an \"ErrorCode\".");
	switch (lfdw_aws_error_retry(200, code))
	{
		case LFDW_RETRY_NOT_RUN:
		case LFDW_RETRY_MAY_HAVE_RUN:
			detect_one(access, call, result);
			return;
		default:
			break;
	}
	ereport(ERROR,
			(errcode(lfdw_sqlstate_of_aws(lfdw_aws_error_classify(200, code))),
			 errmsg("could not %s: %s", aim, lfdw_error_excerpt(code, strlen(code))),
			 message ? errdetail("%s", lfdw_error_text(message, strlen(message),
													   LFDW_MESSAGE_MAX)) : 0,
			 errcontext("text %d of the batch", index + 1)));
}

/* Asks for some texts at once. */
static void
detect_batch(const LfdwMlAccess *access, LfdwMlCall *const *calls, int ncalls,
			 LfdwMlResult *results)
{
	char	   *aim = aim_of(ncalls);
	StringInfoData body;
	JsonbContainer *answer;
	JsonbContainer *element;

	initStringInfo(&body);
	appendStringInfoChar(&body, '{');
	lfdw_json_append_string_member(&body, "LanguageCode", calls[0]->target);
	lfdw_json_append_key(&body, "TextList");
	appendStringInfoChar(&body, '[');
	for (int i = 0; i < ncalls; i++)
	{
		lfdw_json_append_comma(&body);
		lfdw_json_append_string(&body, calls[i]->input);
	}
	appendStringInfoString(&body, "]}");
	answer = &call_operation(access, "BatchDetectSentiment", body.data, aim)->root;
	for (int i = 0; (element = list_object(answer, "ResultList", i)) != NULL; i++)
		read_sentiment(element, aim, &results[index_of(element, ncalls, aim)]);
	for (int i = 0; (element = list_object(answer, "ErrorList", i)) != NULL; i++)
	{
		int			index = index_of(element, ncalls, aim);

		retry_text(access, element, index, calls[index], aim, &results[index]);
	}
}

/* LfdwMlFunction.ask */
static void
ask(const LfdwMlAccess *access, LfdwMlCall *const *calls, int ncalls,
	LfdwMlResult *results)
{
	memset(results, 0, sizeof(LfdwMlResult) * ncalls);
	if (ncalls == 1)
		detect_one(access, calls[0], &results[0]);
	else
		detect_batch(access, calls, ncalls, results);
	for (int i = 0; i < ncalls; i++)
	{
		if (results[i].text == NULL)
			report_answer(aim_of(ncalls),
						  psprintf("It says nothing of text %d.", i + 1));
	}
}

const LfdwMlFunction lfdw_comprehend_detect_sentiment = {
	.name = "aws_comprehend.detect_sentiment",
	.symbol = "aws_ml_detect_sentiment",
	.service = &comprehend,
	.ncolumns = 2,
	.max_rows = BATCH_MAX,
	.max_bytes = BATCH_MAX * TEXT_MAX,
	.make_call = make_call,
	.ask = ask
};
