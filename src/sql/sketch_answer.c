/*-------------------------------------------------------------------------
 *
 * sketch_answer.c
 *		What an answer holds: JSON, lines of it, CSV, or bytes.
 *
 * IDENTIFICATION
 *	  src/sql/sketch_answer.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "pg/message.h"
#include "response/own_error.h"
#include "sql/sketch_internal.h"
#include "value/body_coding.h"
#include "value/json_string.h"

/* The members that API Gateway's form may have beside statusCode and body. */
static const char *const gateway_members[] = {
	"statuscode", "body", "statusdescription", "headers", "multivalueheaders",
	"cookies", "isbase64encoded", NULL
};

/* Raises the error of JSON that PostgreSQL cannot hold. */
static void
report_unfit(const LfdwSketch *sketch, const LfdwJsonReader *reader)
{
	ereport(ERROR,
			(errcode(lfdw_error_json_sqlstate(reader->error)),
			 errmsg("the answer of Lambda function \"%s\" has JSON that cannot be read",
					sketch->label),
			 errdetail("At byte offset " UINT64_FORMAT ": %s.",
					   reader->error_at, reader->error)));
}

/*
 * Reads text as JSON, one value or several; false where it is none, which it
 * may be meant not to be.
 */
static bool
open_json(LfdwSketch *sketch, const char *text, size_t len)
{
	LfdwJsonReader reader;
	LfdwJsonStatus status;
	LfdwJsonValue value;
	LfdwJsonType type;
	int			nvalues = 0;

	lfdw_json_init(&reader, text, len, true);
	for (;;)
	{
		status = lfdw_json_peek(&reader, &type);
		if (status == LFDW_JSON_OK)
			status = lfdw_json_value(&reader, &value);
		if (status != LFDW_JSON_OK)
			break;
		if (nvalues++ == 0)
			sketch->root = value;
	}
	if (status != LFDW_JSON_END)
	{
		if (lfdw_error_json_sqlstate(reader.error) == ERRCODE_UNTRANSLATABLE_CHARACTER ||
			lfdw_error_json_sqlstate(reader.error) == ERRCODE_STATEMENT_TOO_COMPLEX)
			report_unfit(sketch, &reader);
		return false;
	}
	sketch->text = text;
	sketch->len = len;
	sketch->form = nvalues == 0 ? LFDW_SKETCH_NOTHING :
		nvalues == 1 ? LFDW_SKETCH_JSON : LFDW_SKETCH_LINES;
	return true;
}

/* Do the headers say that the body is CSV? */
static bool
is_declared_csv(const LfdwSketch *sketch)
{
	static const char *const content_type[] = {"contenttype", NULL};
	LfdwSketchWalk walk;

	lfdw_sketch_walk(&walk, &sketch->headers);
	while (lfdw_sketch_next(&walk))
	{
		if (lfdw_sketch_is_one_of(&walk.key, content_type) &&
			walk.value.type == LFDW_JSON_STRING)
			return strstr(lfdw_sketch_decode(&walk.value, NULL), "text/csv") != NULL;
	}
	return false;
}

/* Takes text that is no JSON. */
static void
open_text(LfdwSketch *sketch, const char *text, size_t len)
{
	sketch->text = text;
	sketch->len = len;
	sketch->form = lfdw_sketch_is_csv(text, len, is_declared_csv(sketch)) ? LFDW_SKETCH_CSV :
		LFDW_SKETCH_RAW;
}

/* Is a value true, or the text of it? */
static bool
is_true(const LfdwJsonValue *value)
{
	return value->type == LFDW_JSON_TRUE ||
		(value->type == LFDW_JSON_STRING && lfdw_json_is(value, "true"));
}

/* Takes the body of API Gateway's form. */
static void
open_body(LfdwSketch *sketch, LfdwJsonValue body, bool is_base64)
{
	const char *text;
	size_t		len;

	sketch->root = body;
	if (body.type != LFDW_JSON_STRING)
		return;
	text = lfdw_sketch_decode(&body, &len);
	sketch->is_base64 = is_base64 && len > 0;
	if (sketch->is_base64)
	{
		text = lfdw_body_decode_base64(text, &len);
		if (text == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("the body that Lambda function \"%s\" answered with is not valid base64",
							sketch->label)));
		if (lfdw_body_is_gzip(text, len))
		{
			text = lfdw_body_unpack(text, &len, sketch->max_bytes, sketch->label);
			sketch->is_base64 = false;
		}
	}
	if (!open_json(sketch, text, len))
		open_text(sketch, text, len);
}

/*
 * Raises the error that an answer of API Gateway's form is.
 */
static void
report_status(const LfdwSketch *sketch, int status, const LfdwJsonValue *body)
{
	ereport(ERROR,
			(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
			 errmsg("Lambda function \"%s\" answered with statusCode %d",
					sketch->label, status),
			 errdetail("%s", body->type == LFDW_JSON_STRING ?
					   lfdw_json_shown(body) :
					   lfdw_error_excerpt(body->text, body->len)),
			 errhint("%s", sketch->status_hint)));
}

/* Unpacks API Gateway's form, if the root object has it. */
static void
open_gateway(LfdwSketch *sketch)
{
	LfdwJsonValue status_code;
	LfdwJsonValue body = {LFDW_JSON_NULL, false, "null", 4};
	LfdwJsonValue is_base64 = body;
	LfdwSketchWalk walk;
	bool		only_form = true;
	int			status;

	if (!lfdw_sketch_member(&sketch->root, "statusCode", &status_code) ||
		!lfdw_sketch_number(&status_code, &status))
		return;
	lfdw_sketch_walk(&walk, &sketch->root);
	while (lfdw_sketch_next(&walk))
		only_form &= lfdw_sketch_is_one_of(&walk.key, gateway_members);
	if (!lfdw_sketch_member(&sketch->root, "body", &body) && !only_form)
		return;
	if (status < 200 || status > 299)
		report_status(sketch, status, &body);
	if (!lfdw_sketch_member(&sketch->root, "headers", &sketch->headers) ||
		sketch->headers.type != LFDW_JSON_OBJECT)
		lfdw_sketch_member(&sketch->root, "multiValueHeaders", &sketch->headers);
	lfdw_sketch_member(&sketch->root, "isBase64Encoded", &is_base64);
	open_body(sketch, body, is_true(&is_base64));
}

/*
 * Takes the head of an HTTP answer that is streamed off the bytes: an object, and
 * eight NULs before the body (see response_head.c).  A table reads it that asks
 * for a stream.
 */
static void
take_head(LfdwSketch *sketch, const char **bytes, size_t *len)
{
	static const char nuls[8];
	LfdwJsonReader reader;
	LfdwJsonType type;
	LfdwJsonValue head;
	LfdwJsonValue value;
	int			status;

	lfdw_json_init(&reader, *bytes, *len, true);
	if (lfdw_json_peek(&reader, &type) != LFDW_JSON_OK ||
		type != LFDW_JSON_OBJECT ||
		lfdw_json_value(&reader, &head) != LFDW_JSON_OK ||
		reader.len - reader.pos < sizeof(nuls) ||
		memcmp(reader.data + reader.pos, nuls, sizeof(nuls)) != 0)
		return;
	*bytes += reader.pos + sizeof(nuls);
	*len -= reader.pos + sizeof(nuls);
	if (lfdw_sketch_member(&head, "statusCode", &value) &&
		lfdw_sketch_number(&value, &status) && (status < 200 || status > 299))
	{
		LfdwJsonValue body = {LFDW_JSON_NULL, false, *bytes, *len};

		report_status(sketch, status, &body);
	}
	if (lfdw_sketch_member(&head, "headers", &value) &&
		value.type == LFDW_JSON_OBJECT)
		sketch->headers = value;
	lfdw_sketch_option(sketch, "response_mode", "streaming");
}

/* Raises the error that an object is which a runtime made of an exception. */
static void
check_raised(const LfdwSketch *sketch)
{
	LfdwJsonValue message;
	LfdwJsonValue type;

	if (!lfdw_sketch_member(&sketch->root, "errorMessage", &message) ||
		!lfdw_sketch_member(&sketch->root, "errorType", &type) ||
		type.type != LFDW_JSON_STRING)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
			 errmsg("Lambda function \"%s\" failed: %s", sketch->label,
					lfdw_json_shown(&type)),
			 errdetail("%s", message.type == LFDW_JSON_STRING ?
					   lfdw_json_shown(&message) :
					   lfdw_error_excerpt(message.text, message.len))));
}

/* Raises the error that the function reports in words of its own. */
static void
check_reported(const LfdwSketch *sketch)
{
	LfdwJsonValue error;

	if (sketch->form == LFDW_SKETCH_JSON &&
		lfdw_sketch_member(&sketch->root, "lambda_fdw_error", &error) &&
		error.type == LFDW_JSON_OBJECT)
		lfdw_own_error_report(sketch->label, &error);
}

/*
 * Unpacks an answer: form, root or text, and headers are those of what it
 * holds.  Of the sketch it takes label, max_bytes and status_hint.  Raises 38000
 * where the function answered with an error, or the SQLSTATE that it gives;
 * 22P02 and the like for JSON that PostgreSQL cannot hold.
 */
void
lfdw_sketch_open_answer(LfdwSketch *sketch, const char *bytes, size_t len)
{
	LfdwJsonValue string;

	sketch->headers.type = LFDW_JSON_NULL;
	take_head(sketch, &bytes, &len);
	if (!open_json(sketch, bytes, len))
		open_text(sketch, bytes, len);
	if (sketch->form == LFDW_SKETCH_JSON)
	{
		sketch->in_string = lfdw_sketch_open_string(sketch, &sketch->root);
		check_raised(sketch);
		open_gateway(sketch);
	}
	check_reported(sketch);
	if (sketch->form != LFDW_SKETCH_JSON)
		return;

	string = sketch->root;
	if (string.type == LFDW_JSON_STRING &&
		!lfdw_sketch_open_string(sketch, &sketch->root))
	{
		const char *text = lfdw_sketch_decode(&string, &len);

		if (lfdw_sketch_is_csv(text, len, false))
			open_text(sketch, text, len);
	}
	if (sketch->form == LFDW_SKETCH_JSON && sketch->root.type == LFDW_JSON_NULL)
		sketch->form = LFDW_SKETCH_NOTHING;
}
