/*-------------------------------------------------------------------------
 *
 * gateway.c
 *		An answer in the form that API Gateway takes from a function.
 *
 * {"statusCode": 200, "body": "...", "isBase64Encoded": false, "headers": ...}, as
 * in API Gateway's documentation of Lambda proxy integrations, formats 1.0 and
 * 2.0, and in that of Application Load Balancer.  The rows are in the body.
 *
 * IDENTIFICATION
 *	  src/response/gateway.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "pg/message.h"
#include "response/response_internal.h"

static LfdwPlace
place_of(const LfdwResponse *response, const LfdwJsonValue *value)
{
	const LfdwJsonReader *reader = &response->reader;
	LfdwPlace	place;

	place.found = true;
	place.type = value->type;
	place.escaped = value->escaped;
	place.offset = reader->offset + (value->text - reader->data);
	place.len = value->len;
	return place;
}

/* The statusCode of API Gateway's form: a number, or a string of one. */
static bool
read_status(const LfdwJsonValue *value, double *status)
{
	char		text[LFDW_SHORT_TEXT];
	char	   *end;

	if (value->type != LFDW_JSON_NUMBER && value->type != LFDW_JSON_STRING)
		return false;
	lfdw_gateway_short_text(value, text);
	*status = strtod(text, &end);
	return end > text && *end == '\0' &&
		strspn(text, "0123456789.+-eE") == strlen(text);
}

/* Has the form a member of this name? */
bool
lfdw_gateway_names(const LfdwJsonValue *key)
{
	static const char *const names[] = {
		"statusCode", "body", "isBase64Encoded", "headers", "multiValueHeaders",
		"statusDescription", "cookies"
	};

	return lfdw_json_is_among(key, names, lengthof(names));
}

/*
 * Keeps what a member of the root object says about the form.  Returns whether
 * the form has such a member.
 */
bool
lfdw_gateway_note_member(LfdwResponse *response, const LfdwJsonValue *key,
						 const LfdwJsonValue *value)
{
	LfdwGateway *gateway = &response->notes.gateway;

	if (lfdw_json_is(key, "statusCode"))
		gateway->has_status = read_status(value, &gateway->status);
	else if (lfdw_json_is(key, "body"))
		gateway->body = place_of(response, value);
	else if (lfdw_json_is(key, "isBase64Encoded"))
		gateway->is_base64 = place_of(response, value);
	else if (lfdw_json_is(key, "headers"))
		gateway->headers = place_of(response, value);
	else if (lfdw_json_is(key, "multiValueHeaders"))
		gateway->multi_headers = place_of(response, value);
	return lfdw_gateway_names(key);
}

/* Can an answer to this table have the form?  Not if a column reads its status. */
static bool
is_possible(const LfdwResponse *response)
{
	const LfdwJsonValue status_code = {
		LFDW_JSON_STRING, false, "statusCode", strlen("statusCode")
	};

	return !lfdw_row_knows(response->row, &status_code);
}

/* May the member of this name hold the rows, if the root object has the form? */
bool
lfdw_gateway_has_member(const LfdwResponse *response, const LfdwJsonValue *key)
{
	return lfdw_json_is(key, "body") && is_possible(response);
}

/* Has the root object, which is not whole yet, anything of the form? */
bool
lfdw_gateway_is_begun(const LfdwResponse *response)
{
	const LfdwGateway *gateway = &response->notes.gateway;

	return (gateway->has_status || gateway->body.found) &&
		(is_possible(response) || response->table->options->no_rows_status);
}

/* Has the form a body other than null? */
bool
lfdw_gateway_has_body(const LfdwResponse *response)
{
	const LfdwPlace *body = &response->notes.gateway.body;

	return body->found && body->type != LFDW_JSON_NULL;
}

/*
 * Has the root object, whole now, the form?  It has if a body is beside the
 * statusCode, or nothing but what that form has.
 */
bool
lfdw_gateway_is_form(const LfdwResponse *response)
{
	const LfdwRootNotes *notes = &response->notes;

	return notes->gateway.has_status && is_possible(response) &&
		(notes->gateway.body.found ||
		 !(notes->other_members || notes->deferred || notes->rows_seen));
}

/*
 * Does the statusCode of the root object, which is whole, say by the option
 * no_rows_status that there are no rows?  It need not have the form.
 */
bool
lfdw_gateway_says_none(const LfdwResponse *response)
{
	const LfdwGateway *gateway = &response->notes.gateway;
	const List *statuses = response->table->options->no_rows_status;

	return gateway->has_status && gateway->status == rint(gateway->status) &&
		gateway->status > 0 && gateway->status <= PG_INT16_MAX &&
		list_member_int(statuses, (int) gateway->status);
}

/*
 * Raises the error of an answer whose statusCode is no success; its body is text,
 * or NULL.
 */
void
lfdw_gateway_report_status(const LfdwResponse *response, const char *text,
						   size_t len)
{
	ereport(ERROR,
			(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
			 errmsg("Lambda function \"%s\" answered with statusCode %g",
					response->table->function.label,
					response->notes.gateway.status),
			 text == NULL ? errdetail("Its body is not valid base64.") :
			 len == 0 ? errdetail("It has no body.") :
			 errdetail("Its body is: %s", lfdw_error_excerpt(text, len))));
}

/* The same of a statusCode that no option explains; the body may have the error. */
void
lfdw_gateway_refuse(LfdwResponse *response, const char *text, size_t len)
{
	LfdwJsonReader inside;

	lfdw_json_init(&inside, text ? text : "", text ? len : 0, true);
	(void) lfdw_error_path_check(response, inside);
	lfdw_gateway_report_status(response, text, len);
}

/*
 * Sets the reader before the body of a root object that has the form, once the
 * answer has ended: JSON, or a string that holds JSON.  Raises 38000 for a
 * statusCode that is no success, 22P02 for a body that is not the base64 it
 * should be, and HV021 where rows stand beside it.
 */
LfdwJsonStatus
lfdw_gateway_open_body(LfdwResponse *response, LfdwJsonReader *inside)
{
	double		code = response->notes.gateway.status;
	LfdwJsonStatus status;
	const char *text;
	size_t		len;

	if (response->notes.rows_seen)
		lfdw_response_report_form(response,
								  "It has both rows and API Gateway's \"statusCode\" and \"body\".",
								  NULL);
	status = lfdw_json_end(&response->reader);
	if (status != LFDW_JSON_OK)
		return status;
	lfdw_gateway_take_headers(response);
	text = lfdw_gateway_read_body(response, &len);
	if (code < 200 || code >= 300)
		lfdw_gateway_refuse(response, text, len);
	if (text == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("the body that Lambda function \"%s\" answered with is not valid base64",
						response->table->function.label),
				 errhint("Its answer has isBase64Encoded, which says that it is.")));
	lfdw_json_init(inside, text, len, true);
	return LFDW_JSON_OK;
}
