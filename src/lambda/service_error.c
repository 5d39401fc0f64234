/*-------------------------------------------------------------------------
 *
 * service_error.c
 *		What a request to a service of AWS that failed says.
 *
 * Of those whose errors are JSON, and which have no words of their own: Invoke's are
 * in invoke_error.c, S3's in s3_error.c.
 *
 * IDENTIFICATION
 *	  src/lambda/service_error.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aws/network_policy.h"
#include "base/control_doc.h"
#include "lambda/service_error.h"
#include "lambda/sqlstate.h"
#include "pg/message.h"

/* " after 3 attempts", where there was more than one. */
static char *
attempts_made(const LfdwServiceRun *run)
{
	return run->attempt > 1 ? psprintf(" after %d attempts", run->attempt) : "";
}

static const char *
transport_hint(const LfdwServiceAim *aim, LfdwHttpFailure failure)
{
	const LfdwHttpLimits *limits = &aim->route->limits;

	switch (failure)
	{
		case LFDW_HTTP_FORBIDDEN_ADDRESS:
			return "Use https, or let a superuser set allow_http 'true'.";
		case LFDW_HTTP_UNREACHABLE:
			return LFDW_UNREACHABLE_HINT;
		case LFDW_HTTP_CONNECT_TIMEOUT:
			return psprintf("The option connect_timeout_ms allows %d ms.",
							limits->connect_timeout_ms);
		case LFDW_HTTP_REQUEST_TIMEOUT:
			return psprintf("The option request_timeout_ms allows %d ms.",
							limits->request_timeout_ms);
		case LFDW_HTTP_TOO_LARGE:
			return psprintf("The option max_response_bytes allows %d bytes.",
							limits->max_response_bytes);
		default:
			return NULL;
	}
}

/* Raises the error of an exchange that failed. */
static void
report_transport(const LfdwServiceAim *aim, const LfdwServiceRun *run)
{
	const char *message;
	LfdwHttpFailure failure = lfdw_exchange_failure(run->exchange, &message);
	const char *hint = transport_hint(aim, failure);
	const char *hidden = lfdw_exchange_hidden_cause(run->exchange);

	ereport(ERROR,
			(errcode(lfdw_sqlstate_of_transport(failure)),
			 errmsg("could not %s%s", aim->aim, attempts_made(run)),
			 errdetail("%s%s%s: %s.", aim->endpoint,
					   aim->route->proxy ? " by proxy " : "",
					   aim->route->proxy ? aim->route->proxy : "",
					   lfdw_error_excerpt(message, strlen(message))),
			 hidden ? errdetail_log("%s: %s.", aim->endpoint,
									lfdw_error_excerpt(hidden, strlen(hidden))) : 0,
			 hint ? errhint("%s", hint) : 0));
}

/* What would help against an error of the service; NULL for nothing sure. */
static const char *
service_hint(const LfdwServiceAim *aim, const LfdwServiceError *error)
{
	if (error->status >= 300 && error->status < 400)
		return "Redirects are not followed; check the option endpoint.";
	switch (error->class)
	{
		case LFDW_AWS_AUTHENTICATION:
			return "Check the keys in the user mapping, and the server's clock.";
		case LFDW_AWS_ACCESS_DENIED:
			return psprintf("The owner of the keys needs %s.", aim->action);
		case LFDW_AWS_NOT_FOUND:
			return aim->missing ? aim->missing :
				psprintf("Check the name; the region called is %s.",
						 aim->route->region);
		default:
			return NULL;
	}
}

/* What the service says is wrong, or what it answered instead. */
static char *
error_detail(const LfdwServiceRun *run)
{
	LfdwBuffer *body = lfdw_exchange_body(run->exchange);
	const char *bytes = body->len > 0 ? lfdw_buffer_bytes(body) : "";
	LfdwErrorDoc *doc = palloc0(sizeof(LfdwErrorDoc));

	lfdw_error_doc_read(doc, bytes, body->len);
	if (doc->message[0])
		return lfdw_error_text(doc->message, strlen(doc->message),
							   LFDW_MESSAGE_MAX);
	if (body->len == 0)
		return psprintf("The answer is HTTP status %d, without a body.",
						run->error.status);
	return psprintf("The answer is HTTP status %d: %s", run->error.status,
					lfdw_error_excerpt(bytes, body->len));
}

/* Raises an error of the service by its class. */
static void
report_refusal(const LfdwServiceAim *aim, const LfdwServiceRun *run)
{
	const LfdwServiceError *error = &run->error;
	const char *hint = service_hint(aim, error);
	char	   *id = lfdw_exchange_header(run->exchange, "x-amzn-RequestId");

	ereport(ERROR,
			(errcode(lfdw_sqlstate_of_aws(error->class)),
			 errmsg("could not %s: %s%s", aim->aim,
					error->code[0] ?
					lfdw_error_excerpt(error->code, strlen(error->code)) :
					psprintf("HTTP status %d", error->status),
					attempts_made(run)),
			 errdetail("%s", error_detail(run)),
			 hint ? errhint("%s", hint) : 0,
			 id ? errcontext("request %s", lfdw_error_excerpt(id, strlen(id))) : 0));
}

/*
 * Raises the error of a request that was refused, by its class (lfdw_sqlstate_of_aws),
 * or failed (lfdw_sqlstate_of_transport).
 */
void
lfdw_service_error_report(const LfdwServiceRun *run, const LfdwServiceAim *aim)
{
	if (run->state == LFDW_SERVICE_FAILED)
		report_transport(aim, run);
	report_refusal(aim, run);
}
