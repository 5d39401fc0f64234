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

#include "common/pg_prng.h"
#include "utils/memutils.h"

#include "aws/client.h"
#include "aws/endpoint.h"
#include "base/aws_error.h"
#include "base/aws_time.h"
#include "base/uri.h"
#include "base/xml_text.h"
#include "credentials/credential_source.h"
#include "http/wait.h"
#include "pg/message.h"

#define SERVICE_TIMEOUT_MS 20000
#define ANSWER_MAX (256 * 1024)
#define DEFAULT_SESSION_NAME "lambda_fdw"

/* What an attempt came to. */
typedef struct Attempt
{
	LfdwHttpExchange *exchange;
	int			status;			/* 0 where there is no answer */
	const char *body;
	size_t		len;
	char		code[128];		/* of the error */
	const char *why;			/* fit for a note */
} Attempt;

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

/* Reads what STS says is wrong. */
static void
read_error(Attempt *attempt)
{
	char	   *code = NULL;
	char	   *message = NULL;

	if (!lfdw_xml_find(attempt->body, attempt->len, "Code", &code))
		code = pstrdup("");
	if (!lfdw_xml_find(attempt->body, attempt->len, "Message", &message))
		message = pstrdup("");
	lfdw_aws_error_code(attempt->code, sizeof(attempt->code), code);
	attempt->why = psprintf("STS answered HTTP status %d %s: %s", attempt->status,
							lfdw_error_excerpt(code, strlen(code)),
							lfdw_error_excerpt(message, strlen(message)));
}

/* Sends the form once and waits for the answer. */
static void
try_once(Attempt *attempt, const LfdwSearch *search,
		 const LfdwAwsRequest *request)
{
	const char *message;
	LfdwBuffer *body;

	memset(attempt, 0, sizeof(*attempt));
	attempt->exchange = lfdw_client_begin(&search->caller->pool, search->route,
										  request);
	while (lfdw_http_state(attempt->exchange) == LFDW_HTTP_RUNNING)
		lfdw_http_wait(&attempt->exchange, 1, PG_INT64_MAX);
	if (lfdw_http_state(attempt->exchange) == LFDW_HTTP_FAILED)
	{
		lfdw_http_failure(attempt->exchange, &message);
		attempt->why = psprintf("%s: %s", request->endpoint,
								lfdw_error_excerpt(message, strlen(message)));
		return;
	}
	body = lfdw_http_body(attempt->exchange);
	attempt->status = lfdw_http_status(attempt->exchange);
	attempt->body = body->len > 0 ? lfdw_buffer_bytes(body) : "";
	attempt->len = body->len;
	if (attempt->status != 200)
		read_error(attempt);
}

/*
 * May a request be sent again?  STS only issues keys, so it may whenever that
 * could help.
 */
static bool
may_try_again(const Attempt *attempt, const LfdwSearch *search, bool *corrected)
{
	const char *message;
	LfdwRetry	retry;

	if (attempt->status == 0)
		return lfdw_http_failure(attempt->exchange, &message) !=
			LFDW_HTTP_FORBIDDEN_ADDRESS;
	retry = lfdw_aws_error_retry(attempt->status, attempt->code);
	if (retry != LFDW_RETRY_CLOCK)
		return retry == LFDW_RETRY_NOT_RUN || retry == LFDW_RETRY_MAY_HAVE_RUN;
	if (*corrected)
		return false;
	*corrected = lfdw_client_correct_clock(lfdw_client_get(&search->caller->pool),
										   attempt->exchange);
	return *corrected;
}

/* Waits before the next attempt. */
static void
back_off(const Attempt *attempt, int number)
{
	bool		throttled = attempt->status != 0 &&
	lfdw_aws_error_classify(attempt->status, attempt->code) == LFDW_AWS_THROTTLED;

	lfdw_http_wait(NULL, 0, lfdw_wait_now_us() +
				   lfdw_retry_delay_us(number, throttled,
									   pg_prng_double(&pg_global_prng_state),
									   lfdw_client_retry_hint_us(attempt->exchange)));
}

/* Takes the credentials out of an answer. */
static bool
take_answer(LfdwSearch *search, const char *source, const Attempt *attempt,
			LfdwCredentials *found)
{
	char	   *expiration;

	memset(found, 0, sizeof(*found));
	if (!lfdw_xml_find(attempt->body, attempt->len, "AccessKeyId",
					   &found->access_key_id) ||
		!lfdw_xml_find(attempt->body, attempt->len, "SecretAccessKey",
					   &found->secret_access_key) ||
		!lfdw_xml_find(attempt->body, attempt->len, "SessionToken",
					   &found->session_token) ||
		!lfdw_xml_find(attempt->body, attempt->len, "Expiration", &expiration) ||
		!lfdw_time_iso8601(expiration, &found->expires_at))
	{
		lfdw_search_note(search, source, "the answer of STS has no credentials");
		return false;
	}
	found->source = pstrdup(source);
	found->renewable = true;
	return true;
}

/* Asks STS, up to max_attempts times. */
static bool
ask(LfdwSearch *search, const char *source, StringInfo form,
	const LfdwCredentials *base, LfdwCredentials *found)
{
	LfdwHeader	headers[] = {
		{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}
	};
	LfdwAwsRequest request = {
		.service = "sts",
		.path = "/",
		.query = "",
		.headers = headers,
		.nheaders = lengthof(headers),
		.body = form->data,
		.body_len = form->len,
		.credentials = base,
		.invocation_id = lfdw_client_uuid(),
		.limits = search->route->limits
	};
	bool		corrected = false;
	Attempt		attempt;

	request.limits.request_timeout_ms = SERVICE_TIMEOUT_MS;
	request.limits.max_response_bytes = ANSWER_MAX;
	request.endpoint = lfdw_endpoint_sts(search->route, search->caller,
										 &request.own_endpoint);
	for (request.attempt = 1;; request.attempt++)
	{
		try_once(&attempt, search, &request);
		if (attempt.status == 200)
			return take_answer(search, source, &attempt, found);
		if (request.attempt >= search->route->max_attempts ||
			!may_try_again(&attempt, search, &corrected))
		{
			lfdw_search_note(search, source, attempt.why);
			return false;
		}
		back_off(&attempt, request.attempt);
	}
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
