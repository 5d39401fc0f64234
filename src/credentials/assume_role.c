/*-------------------------------------------------------------------------
 *
 * assume_role.c
 *		Credentials of a role, from the Security Token Service.
 *
 * AssumeRole and AssumeRoleWithWebIdentity of the STS API, version 2011-06-15:
 * form in, XML out.
 *
 * IDENTIFICATION
 *	  src/credentials/assume_role.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aws/endpoint.h"
#include "aws/service.h"
#include "base/aws_error.h"
#include "base/aws_time.h"
#include "base/uri.h"
#include "base/xml_text.h"
#include "credentials/credential_source.h"
#include "pg/message.h"

#define SERVICE_TIMEOUT_MS 20000
#define ANSWER_MAX (256 * 1024)
#define DEFAULT_SESSION_NAME "lambda_fdw"

/* What STS answered. */
typedef struct Answer
{
	int			status;
	const char *body;
	size_t		len;
} Answer;

/* Appends a parameter to a form, NULL ones not. */
static void
add_parameter(StringInfo form, const char *name, const char *value)
{
	if (value == NULL)
		return;
	if (form->len > 0)
		appendStringInfoChar(form, '&');
	appendStringInfo(form, "%s=", name);
	lfdw_uri_encode(form, value, strlen(value), false);
}

/* The form of a request for a role. */
static void
write_form(StringInfo form, const char *action, const LfdwRole *role,
		   const char *token)
{
	add_parameter(form, "Action", action);
	add_parameter(form, "Version", "2011-06-15");
	add_parameter(form, "RoleArn", role->arn);
	add_parameter(form, "RoleSessionName",
				  role->session_name ? role->session_name : DEFAULT_SESSION_NAME);
	add_parameter(form, "ExternalId", role->external_id);
	add_parameter(form, "DurationSeconds", role->duration);
	add_parameter(form, "WebIdentityToken", token);
}

/* What has been received of an answer; valid as long as the exchange. */
static Answer
answer_of(LfdwHttpExchange *exchange)
{
	LfdwBuffer *body = lfdw_exchange_body(exchange);
	Answer		answer = {
		.status = lfdw_exchange_status(exchange),
		.body = body->len > 0 ? lfdw_buffer_bytes(body) : "",
		.len = body->len
	};

	return answer;
}

/* The text of an element of an answer, palloc'd; "" where there is none. */
static char *
element_of(const Answer *answer, const char *name)
{
	char	   *text;

	return lfdw_xml_find(answer->body, answer->len, name, &text) ? text :
		pstrdup("");
}

/* LfdwServiceRequest.read_code: STS has it in the answer's XML. */
static void
read_code(LfdwHttpExchange *exchange, char *code, size_t size)
{
	Answer		answer = answer_of(exchange);

	lfdw_aws_error_code(code, size, element_of(&answer, "Code"));
}

/* Notes what STS says is wrong. */
static void
note_error(LfdwSearch *search, const char *source, const Answer *answer)
{
	char	   *code = element_of(answer, "Code");
	char	   *message = element_of(answer, "Message");

	lfdw_search_note(search, source,
					 psprintf("STS answered HTTP status %d %s: %s",
							  answer->status,
							  lfdw_error_excerpt(code, strlen(code)),
							  lfdw_error_excerpt(message, strlen(message))));
}

/*
 * Notes why STS did not answer.  Where that is kept from the caller, so is where
 * the administrator has STS, and the server's log alone has both.
 */
static void
note_failure(LfdwSearch *search, const char *source, const char *endpoint,
			 const LfdwHttpExchange *exchange)
{
	const char *hidden = lfdw_exchange_hidden_cause(exchange);
	const char *message;

	lfdw_exchange_failure(exchange, &message);
	if (hidden)
		ereport(LOG_SERVER_ONLY,
				(errmsg("could not ask the Security Token Service for server \"%s\"",
						search->route->server),
				 errdetail("%s: %s.", endpoint,
						   lfdw_error_excerpt(hidden, strlen(hidden)))));
	lfdw_search_note(search, source,
					 psprintf("%s: %s", hidden ? "STS" : endpoint,
							  lfdw_error_excerpt(message, strlen(message))));
}

/* Takes the credentials out of an answer. */
static bool
take_answer(LfdwSearch *search, const char *source, const Answer *answer,
			LfdwCredentials *found)
{
	char	   *expiration;

	memset(found, 0, sizeof(*found));
	if (!lfdw_xml_find(answer->body, answer->len, "AccessKeyId",
					   &found->access_key_id) ||
		!lfdw_xml_find(answer->body, answer->len, "SecretAccessKey",
					   &found->secret_access_key) ||
		!lfdw_xml_find(answer->body, answer->len, "SessionToken",
					   &found->session_token) ||
		!lfdw_xml_find(answer->body, answer->len, "Expiration", &expiration) ||
		!lfdw_time_iso8601(expiration, &found->expires_at))
	{
		lfdw_search_note(search, source, "the answer of STS has no credentials");
		return false;
	}
	found->source = pstrdup(source);
	found->renewable = true;
	return true;
}

/*
 * Asks STS, up to max_attempts times.  It only issues keys, so it may be asked
 * again whenever that could help.
 */
static bool
ask(LfdwSearch *search, const char *source, StringInfo form,
	const LfdwCredentials *base, LfdwCredentials *found)
{
	LfdwHeader	headers[] = {
		{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}
	};
	LfdwServiceRequest request = {
		.aws.caller = search->caller,
		.aws.route = search->route,
		.aws.service = "sts",
		.aws.method = "POST",
		.aws.path = "/",
		.aws.query = "",
		.aws.headers = headers,
		.aws.nheaders = lengthof(headers),
		.aws.body = form->data,
		.aws.body_len = form->len,
		.aws.limits = search->route->limits,
		.aws.for_credentials = true,
		.credentials = base,
		.read_code = read_code,
		.max_attempts = search->route->max_attempts,
		.repeatable = true,
		.retry_failures = LFDW_FAILURES_ALL &
		~LFDW_FAILURE(LFDW_HTTP_FORBIDDEN_ADDRESS)
	};
	LfdwServiceRun *run;
	LfdwServiceState state;
	Answer		answer;

	request.aws.limits.request_timeout_ms = SERVICE_TIMEOUT_MS;
	request.aws.limits.max_response_bytes = ANSWER_MAX;
	request.aws.endpoint = lfdw_endpoint_sts(search->route, search->caller,
											 &request.aws.own_endpoint);
	run = lfdw_service_begin(&request);
	state = lfdw_service_complete(run);
	answer = answer_of(run->exchange);
	if (state == LFDW_SERVICE_FAILED)
		note_failure(search, source, request.aws.endpoint, run->exchange);
	else if (answer.status != 200)
		note_error(search, source, &answer);
	else
		return take_answer(search, source, &answer, found);
	return false;
}

/* The role in words, for the column "source". */
static char *
role_source(const char *arn, const char *base)
{
	return psprintf("role %s, by %s", lfdw_error_excerpt(arn, strlen(arn)), base);
}

/*
 * AssumeRole with the base's keys.
 */
bool
lfdw_source_role(LfdwSearch *search, const LfdwRole *role,
				 const LfdwCredentials *base, LfdwCredentials *found)
{
	StringInfoData form;

	initStringInfo(&form);
	write_form(&form, "AssumeRole", role, NULL);
	return ask(search, role_source(role->arn, base->source), &form, base, found);
}

/*
 * AssumeRoleWithWebIdentity with the token in a file, which is read each time:
 * whoever issues the tokens replaces it before it expires.
 */
bool
lfdw_source_web_identity(LfdwSearch *search, const LfdwRole *role,
						 const char *token_file, LfdwCredentials *found)
{
	const char *source = role_source(role->arn, "web identity");
	StringInfoData form;
	char	   *problem;
	size_t		len;
	char	   *token = lfdw_ambient_file(token_file, &len, &problem);

	if (token == NULL)
	{
		lfdw_search_note(search, source, problem);
		return false;
	}
	while (len > 0 && (token[len - 1] == '\n' || token[len - 1] == '\r'))
		token[--len] = '\0';
	initStringInfo(&form);
	write_form(&form, "AssumeRoleWithWebIdentity", role, token);
	return ask(search, source, &form, NULL, found);
}
