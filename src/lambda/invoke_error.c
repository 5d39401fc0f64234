/*-------------------------------------------------------------------------
 *
 * invoke_error.c
 *		What an invocation that failed says, as errors of PostgreSQL.
 *
 * IDENTIFICATION
 *	  src/lambda/invoke_error.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aws/network_policy.h"
#include "lambda/invoke_internal.h"
#include "lambda/sqlstate.h"
#include "pg/message.h"

/* A line of a function's log is shown up to so many characters. */
#define LOG_TAIL_MAX 4096

static const char *
transport_hint(const LfdwFunction *function, LfdwHttpFailure failure)
{
	switch (failure)
	{
		case LFDW_HTTP_FORBIDDEN_ADDRESS:
			return "Use https, or let a superuser set allow_http 'true'.";
		case LFDW_HTTP_UNREACHABLE:
			return LFDW_UNREACHABLE_HINT;
		case LFDW_HTTP_CONNECT_TIMEOUT:
			return psprintf("The %sconnect_timeout_ms allows %d ms.",
							function->as_rds ? "setting aws_lambda." : "option ",
							function->route.limits.connect_timeout_ms);
		case LFDW_HTTP_REQUEST_TIMEOUT:
			return psprintf("The %srequest_timeout_ms allows %d ms.",
							function->as_rds ? "setting aws_lambda." : "option ",
							function->route.limits.request_timeout_ms);
		case LFDW_HTTP_PROXY_REFUSED:
			return "Check the option proxy, and the proxy's own rules; it gets no user name and no password.";
		case LFDW_HTTP_NO_DESCRIPTOR:
			return "Raise the server's max_files_per_process and \"ulimit -n\" limits, or run less side by side in one session.";
		case LFDW_HTTP_TOO_LARGE:
			return psprintf("The option max_response_bytes allows %d bytes.",
							lfdw_answer_max_bytes(function));
		default:
			return NULL;
	}
}

/* " after 3 attempts", where there was more than one. */
static char *
attempts_made(const LfdwInvocation *invocation)
{
	return invocation->run->attempt > 1 ?
		psprintf(" after %d attempts", invocation->run->attempt) : "";
}

/*
 * Raises an error in the words of RDS, which leave much unsaid: the rest is
 * context, and for the server's log alone hidden, NULL for nothing.
 */
static void
report_as_rds(int sqlstate, const char *returned, const char *hidden,
			  const char *hint, const char *context)
{
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg("invoke API failed"),
			 errdetail("AWS Lambda client returned '%s'.", returned),
			 hidden ? errdetail_log("%s", hidden) : 0,
			 hint ? errhint("%s", hint) : 0,
			 errcontext("%s", context)));
}

/* Where a request went, and by which way; for what concerns the network. */
static char *
shown_way(const LfdwFunction *function, LfdwHttpFailure failure)
{
	if (failure == LFDW_HTTP_NO_DESCRIPTOR)
		return "no connection was tried";
	return function->route.proxy ?
		psprintf("%s by proxy %s", function->endpoint, function->route.proxy) :
		pstrdup(function->endpoint);
}

/* What only the server's log has of why there was no connection; NULL for nothing. */
static char *
hidden_detail(const LfdwInvocation *invocation)
{
	const char *cause = lfdw_exchange_hidden_cause(invocation->run->exchange);

	return cause ? psprintf("%s: %s.", invocation->function->endpoint,
							lfdw_error_excerpt(cause, strlen(cause))) : NULL;
}

/*
 * What to do about a write whose outcome nobody knows.  What got no answer in time
 * is never sent again, so no option is told then that would have it.
 */
static char *
doubt_hint(const LfdwFunction *function, LfdwHttpFailure failure)
{
	if (function->durable_name)
		return psprintf("The durable execution \"%s\", if there is one, tells: look for it before you write again.",
						function->durable_name);
	if (function->repeatable)
		return "It may be written again, as idempotent says.";
	if (failure == LFDW_HTTP_REQUEST_TIMEOUT)
		return "Look in the function's log, or in what it writes to, before you write again.";
	return "Look in the function's log, or in what it writes to, before you write again. lambda_fdw does so itself where the table's option, or lambda_invoke's argument, idempotent says that the function may run twice, and for durable functions by the option durable, or the argument durable_execution_name.";
}

/* Raises 08007: nobody knows whether a write has happened. */
static void
report_doubt(const LfdwInvocation *invocation, const char *cause,
			 const char *detail, const char *hint, const char *context)
{
	const LfdwFunction *function = invocation->function;
	const char *message;
	LfdwHttpFailure failure = lfdw_exchange_failure(invocation->run->exchange, &message);
	const char *hidden = hidden_detail(invocation);

	ereport(ERROR,
			(errcode(ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN),
			 errmsg("the outcome of a write by Lambda function \"%s\" is not known%s",
					function->label, cause),
			 errdetail("%s\nThe write may have happened.", detail),
			 hidden ? errdetail_log("%s\nThe write may have happened.", hidden) : 0,
			 errhint("%s%s%s", hint ? hint : "", hint ? " " : "",
					 doubt_hint(function, failure)),
			 context ? errcontext("%s", context) : 0));
}

/*
 * Raises the error of an exchange that failed: HV00N, 08006, 42501, 53000,
 * 54000 or HV001, or 08007 of a write that may have happened.
 */
void
lfdw_invocation_report_transport(const LfdwInvocation *invocation)
{
	const LfdwFunction *function = invocation->function;
	const char *message;
	LfdwHttpFailure failure = lfdw_exchange_failure(invocation->run->exchange, &message);
	int			sqlstate = lfdw_outcome_sqlstate(invocation,
												 lfdw_sqlstate_of_transport(failure));
	const char *hint = transport_hint(function, failure);
	char	   *way = shown_way(function, failure);
	char	   *hidden = hidden_detail(invocation);

	message = lfdw_error_excerpt(message, strlen(message));
	if (function->as_rds)
		report_as_rds(sqlstate,
					  sqlstate == ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION ?
					  "Unable to connect to endpoint" : message, hidden, hint,
					  psprintf("%s: %s%s", way, message,
							   attempts_made(invocation)));
	if (sqlstate == ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN)
		report_doubt(invocation, attempts_made(invocation),
					 psprintf("%s: %s.", way, message), hint, NULL);
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg("could not invoke Lambda function \"%s\"%s", function->label,
					attempts_made(invocation)),
			 errdetail("%s: %s.", way, message),
			 hidden ? errdetail_log("%s", hidden) : 0,
			 hint ? errhint("%s", hint) : 0));
}

/* A header of the answer, fit for a message; "?" where there is none. */
static char *
shown_header(const LfdwInvocation *invocation, const char *name)
{
	char	   *value = lfdw_exchange_header(invocation->run->exchange, name);

	return value ? lfdw_error_excerpt(value, strlen(value)) : pstrdup("?");
}

/*
 * ", durable execution ARN", fit for a message; "" where the answer is of none.
 */
static char *
shown_execution(const LfdwInvocation *invocation)
{
	char	   *arn = lfdw_exchange_header(invocation->run->exchange,
										   LFDW_DURABLE_ARN_HEADER);

	return arn ? psprintf(", durable execution %s",
						  lfdw_error_text(arn, strlen(arn), LFDW_DURABLE_ARN_MAX)) :
		pstrdup("");
}

/* A log tail fit for the server's log, line by line. */
static char *
shown_tail(const char *tail, size_t len)
{
	StringInfoData shown;

	initStringInfo(&shown);
	while (len > 0)
	{
		const char *end = memchr(tail, '\n', len);
		size_t		line = end ? (size_t) (end - tail) : len;

		appendStringInfo(&shown, "\n%s", lfdw_error_text(tail, line, LOG_TAIL_MAX));
		tail += line + (end != NULL);
		len -= line + (end != NULL);
	}
	return shown.data;
}

/* What a function that raised says of it, fit for a message. */
static char *
function_words(const LfdwInvocation *invocation)
{
	const LfdwFunction *function = invocation->function;
	const char *message = invocation->doc->message;
	size_t		len;
	const char *bytes = lfdw_answer_bytes(invocation, &len);

	if (function->as_rds)
		return psprintf("\"%s\" returned error \"%s\", details: \"%s\".",
						function->name,
						shown_header(invocation, "X-Amz-Function-Error"),
						lfdw_error_text(bytes, len, LFDW_MESSAGE_MAX));
	return message[0] ?
		lfdw_error_text(message, strlen(message), LFDW_MESSAGE_MAX) :
		lfdw_error_excerpt(bytes, len);
}

/*
 * Raises 38000: the handler raised, which is 200 with X-Amz-Function-Error; its
 * document must have been read.  What the function logged goes to the server's
 * log alone.
 */
void
lfdw_invocation_report_function(const LfdwInvocation *invocation)
{
	const LfdwFunction *function = invocation->function;
	const char *error_type = invocation->doc->error_type;
	char	   *shown_type = error_type[0] ?
	lfdw_error_excerpt(error_type, strlen(error_type)) :
	shown_header(invocation, "X-Amz-Function-Error");
	char	   *detail = function_words(invocation);

	ereport(ERROR,
			(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
			 function->as_rds ? errmsg("lambda invocation failed") :
			 errmsg("Lambda function \"%s\" failed: %s", function->label,
					shown_type),
			 errdetail("%s", detail),
			 function->log_tail && invocation->log_tail ?
			 errdetail_log("%s\nEnd of the function's log:%s", detail,
						   shown_tail(invocation->log_tail,
									  invocation->log_tail_len)) : 0,
			 lfdw_answer_is_too_large(invocation) && !function->as_rds &&
			 !function->writes ?
			 errhint("Have the function return pages, or have it stream the answer, to a foreign table with response_mode 'streaming'.") : 0,
			 errcontext("request %s, version %s%s",
						shown_header(invocation, "x-amzn-RequestId"),
						shown_header(invocation, "X-Amz-Executed-Version"),
						shown_execution(invocation))));
}

/* May the answer be that of the proxy?  Lambda's have a request ID. */
static bool
may_be_proxys(const LfdwInvocation *invocation)
{
	return invocation->function->route.proxy &&
		pg_strncasecmp(invocation->function->endpoint, "http://", 7) == 0 &&
		lfdw_exchange_header(invocation->run->exchange, "x-amzn-RequestId") == NULL;
}

/* What would help against an error of AWS; NULL for nothing sure. */
static const char *
aws_hint(const LfdwInvocation *invocation)
{
	const LfdwFunction *function = invocation->function;
	const LfdwServiceError *error = &invocation->run->error;

	if (may_be_proxys(invocation))
		return psprintf("The answer has no request ID: it may be that of the proxy %s.",
						function->route.proxy);
	if (error->status >= 300 && error->status < 400)
		return function->as_rds ?
			"Redirects are not followed; check the setting aws_lambda.endpoint_override and the option endpoint." :
			"Redirects are not followed; check the option endpoint.";
	switch (error->class)
	{
		case LFDW_AWS_AUTHENTICATION:
			return "Check the keys in the user mapping, and the server's clock.";
		case LFDW_AWS_ACCESS_DENIED:
			return "The owner of the keys needs lambda:InvokeFunction on the function.";
		case LFDW_AWS_NOT_FOUND:
			return psprintf("Check the function's name and qualifier; the region called is %s.",
							function->route.region);
		default:
			return NULL;
	}
}

/* The message of an error of AWS, or what came instead of one. */
static char *
error_detail(const LfdwInvocation *invocation)
{
	const char *message = invocation->doc->message;
	int			status = invocation->run->error.status;
	char	   *encoding;
	size_t		len;
	const char *bytes = lfdw_answer_bytes(invocation, &len);

	if (message[0])
		return lfdw_error_text(message, strlen(message), LFDW_MESSAGE_MAX);
	if (len == 0)
		return psprintf("The answer is HTTP status %d, without a body.",
						status);
	encoding = lfdw_answer_encoding(invocation);
	if (encoding)
		return psprintf("The answer is HTTP status %d, with a body encoded as \"%s\".",
						status, encoding);
	return psprintf("The answer is HTTP status %d: %s", status,
					lfdw_error_excerpt(bytes, len));
}

/* An error's code and reason, or its status, and the attempts made. */
static char *
error_name(const LfdwInvocation *invocation)
{
	const LfdwServiceError *error = &invocation->run->error;
	const char *reason = invocation->doc->reason;

	return psprintf("%s%s%s%s",
					error->code[0] ? lfdw_error_excerpt(error->code, strlen(error->code)) :
					psprintf("HTTP status %d", error->status),
					reason[0] ? ", " : "",
					lfdw_error_excerpt(reason, strlen(reason)),
					attempts_made(invocation));
}

/*
 * Raises an error of AWS by its class, or 08007 of a write that may have happened;
 * its document must have been read.
 */
void
lfdw_invocation_report_error(const LfdwInvocation *invocation)
{
	const LfdwFunction *function = invocation->function;
	int			sqlstate = lfdw_outcome_sqlstate(invocation,
												 lfdw_sqlstate_of_aws(invocation->run->error.class));
	const char *hint = aws_hint(invocation);
	char	   *request = psprintf("%s%s",
								   shown_header(invocation, "x-amzn-RequestId"),
								   shown_execution(invocation));
	char	   *name = error_name(invocation);
	char	   *detail = error_detail(invocation);

	if (function->as_rds)
		report_as_rds(sqlstate, detail, NULL, hint,
					  psprintf("%s, request %s", name, request));
	if (sqlstate == ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN)
		report_doubt(invocation, psprintf(": %s", name), detail, hint,
					 psprintf("request %s", request));
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg("could not invoke Lambda function \"%s\": %s",
					function->label, name),
			 errdetail("%s", detail),
			 hint ? errhint("%s", hint) : 0,
			 errcontext("request %s", request)));
}

/*
 * Adds to an error whose answer it is about: a callback of
 * error_context_stack.  The answer must have begun.
 */
void
lfdw_invoke_add_context(void *invocation)
{
	const LfdwInvocation *of = invocation;

	errcontext("answer of Lambda function \"%s\"%s", of->function->label,
			   shown_execution(of));
}
