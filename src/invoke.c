/*-------------------------------------------------------------------------
 *
 * invoke.c
 *		Lambda's Invoke: a payload goes out, an answer comes back.
 *
 * POST /2015-03-31/functions/{FunctionName}/invocations?Qualifier={Qualifier},
 * as in Lambda's API reference.
 *
 * IDENTIFICATION
 *	  src/invoke.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <time.h>

#include "common/control_doc.h"
#include "common/uri.h"
#include "error.h"
#include "http.h"
#include "invoke.h"

/* An error's body is read up to here; all of AWS's are far shorter. */
#define ERROR_BODY_MAX (256 * 1024)

struct LfdwInvocation
{
	const LfdwTarget *target;
	LfdwHttpExchange *exchange;
	bool		accepted;		/* the answer is no error */
};

/* Where the request goes. */
typedef struct Address
{
	char	   *url;
	char	   *authority;
	char	   *path;
	char	   *query;
} Address;

static void
make_address(Address *address, const LfdwTarget *target)
{
	LfdwUrl		url;
	const char *why;
	StringInfoData path;
	StringInfoData query;

	if (!lfdw_url_parse(target->endpoint, &url, &why))
		elog(ERROR, "invalid endpoint \"%s\": %s", target->endpoint, why);
	initStringInfo(&path);
	initStringInfo(&query);
	appendStringInfo(&path, "%s/2015-03-31/functions/", url.path);
	lfdw_uri_encode(&path, target->function, strlen(target->function), false);
	appendStringInfoString(&path, "/invocations");
	if (target->qualifier)
	{
		appendStringInfoString(&query, "Qualifier=");
		lfdw_uri_encode(&query, target->qualifier, strlen(target->qualifier),
						false);
	}
	address->authority = url.authority;
	address->path = path.data;
	address->query = query.data;
	address->url = psprintf("%s://%s%s%s%s", url.https ? "https" : "http",
							url.authority, path.data,
							query.len > 0 ? "?" : "", query.data);
}

static void
add_header(LfdwHeader *headers, int *nheaders, const char *name,
		   const char *value)
{
	headers[*nheaders].name = name;
	headers[*nheaders].value = value;
	(*nheaders)++;
}

/*
 * Fills headers, of which there is room for six, and returns how many there
 * are.  The first is Host, which libcurl makes itself; the last is not signed.
 */
static int
make_headers(LfdwHeader *headers, const Address *address,
			 const LfdwTarget *target, const LfdwCredentials *credentials,
			 StringInfo payload)
{
	LfdwSigv4Request request = {
		.method = "POST",
		.path = address->path,
		.query = address->query,
		.headers = headers
	};
	LfdwSigv4Scope scope = {"", target->region, "lambda"};
	StringInfoData authorization;
	char		hash[LFDW_SHA256_HEX_LEN + 1];
	int			n = 0;

	lfdw_sigv4_timestamp(time(NULL), scope.timestamp);
	add_header(headers, &n, "Host", address->authority);
	add_header(headers, &n, "Content-Type", "application/json");
	add_header(headers, &n, "X-Amz-Date", pstrdup(scope.timestamp));
	add_header(headers, &n, "X-Amz-Invocation-Type", "RequestResponse");
	if (credentials->session_token)
		add_header(headers, &n, "X-Amz-Security-Token", credentials->session_token);

	request.nheaders = n;
	request.payload_hash = hash;
	initStringInfo(&authorization);
	if (!lfdw_sigv4_hash(payload->data, payload->len, hash) ||
		!lfdw_sigv4_authorization(&authorization, lfdw_credentials_key_cache(),
								  credentials->access_key_id,
								  credentials->secret_access_key,
								  &scope, &request))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("could not sign the request to Lambda function \"%s\"",
						target->label),
				 errdetail("OpenSSL refused SHA-256.")));
	add_header(headers, &n, "Authorization", authorization.data);
	return n;
}

/*
 * Begins an invocation and returns at once.
 *
 * The payload is UTF-8.  The invocation belongs to the current context, and
 * target and payload must live as long; the credentials are not kept.  Raises
 * 54000 for a payload past Lambda's limit, before anything is sent.
 */
LfdwInvocation *
lfdw_invoke_begin(const LfdwTarget *target, const LfdwCredentials *credentials,
				  StringInfo payload)
{
	LfdwInvocation *invocation = palloc0(sizeof(LfdwInvocation));
	LfdwHttpRequest request = {0};
	LfdwHeader	headers[6];
	Address		address;
	int			nheaders;

	if (payload->len > LFDW_PAYLOAD_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the payload for Lambda function \"%s\" is too large",
						target->label),
				 errdetail("It has %d bytes; Lambda takes %d.",
						   payload->len, LFDW_PAYLOAD_MAX),
				 errhint("Ask with a shorter list of values.")));

	make_address(&address, target);
	nheaders = make_headers(headers, &address, target, credentials, payload);
	request.url = address.url;
	request.headers = headers + 1;
	request.nheaders = nheaders - 1;
	request.body = payload->data;
	request.body_len = payload->len;
	request.connect_timeout_ms = target->connect_timeout_ms;
	request.request_timeout_ms = target->request_timeout_ms;
	request.max_response_bytes = target->max_response_bytes;
	request.keep_connection = target->keep_connections;
	request.network = target->network;

	invocation->target = target;
	invocation->exchange = lfdw_http_begin(&request);
	return invocation;
}

/* What a transport failure is in SQL, and what to do about it. */
static int
transport_sqlstate(LfdwHttpFailure failure)
{
	switch (failure)
	{
		case LFDW_HTTP_CANNOT_CONNECT:
		case LFDW_HTTP_CONNECT_TIMEOUT:
		case LFDW_HTTP_TLS:
			return ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION;
		case LFDW_HTTP_FORBIDDEN_ADDRESS:
			return ERRCODE_INSUFFICIENT_PRIVILEGE;
		case LFDW_HTTP_TOO_LARGE:
		case LFDW_HTTP_HEADERS_TOO_LARGE:
			return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		case LFDW_HTTP_NO_MEMORY:
			return ERRCODE_FDW_OUT_OF_MEMORY;
		case LFDW_HTTP_REQUEST_TIMEOUT:
		case LFDW_HTTP_BROKEN:
			break;
	}
	return ERRCODE_CONNECTION_FAILURE;
}

static const char *
transport_hint(const LfdwTarget *target, LfdwHttpFailure failure)
{
	switch (failure)
	{
		case LFDW_HTTP_FORBIDDEN_ADDRESS:
			return target->network & LFDW_HTTP_DENY_LOCAL ?
				"Only a superuser's server may connect there." :
				"Use https, or let a superuser set allow_http 'true'.";
		case LFDW_HTTP_CONNECT_TIMEOUT:
			return psprintf("The option connect_timeout_ms allows %d ms.",
							target->connect_timeout_ms);
		case LFDW_HTTP_REQUEST_TIMEOUT:
			return psprintf("The option request_timeout_ms allows %d ms.",
							target->request_timeout_ms);
		case LFDW_HTTP_TOO_LARGE:
			return psprintf("The option max_response_bytes allows %zu bytes.",
							target->max_response_bytes);
		default:
			return NULL;
	}
}

static void
report_transport(const LfdwInvocation *invocation)
{
	const LfdwTarget *target = invocation->target;
	const char *message;
	LfdwHttpFailure failure = lfdw_http_failure(invocation->exchange, &message);
	const char *hint = transport_hint(target, failure);

	ereport(ERROR,
			(errcode(transport_sqlstate(failure)),
			 errmsg("could not invoke Lambda function \"%s\"", target->label),
			 errdetail("%s: %s.", target->endpoint,
					   lfdw_error_excerpt(message, strlen(message))),
			 hint ? errhint("%s", hint) : 0));
}

/* A header of the answer, fit for a message; "?" where there is none. */
static char *
shown_header(const LfdwInvocation *invocation, const char *name)
{
	char	   *value = lfdw_http_header(invocation->exchange, name);

	return value ? lfdw_error_excerpt(value, strlen(value)) : pstrdup("?");
}

/* The handler raised: 200 with X-Amz-Function-Error. */
static void
report_function_error(const LfdwInvocation *invocation)
{
	LfdwBuffer *body = lfdw_http_body(invocation->exchange);
	const char *bytes = body->len > 0 ? lfdw_buffer_bytes(body) : "";
	LfdwErrorDoc doc;

	lfdw_error_doc_read(&doc, bytes, body->len);
	if (doc.error_type[0] == '\0')
		strlcpy(doc.error_type,
				shown_header(invocation, "X-Amz-Function-Error"),
				sizeof(doc.error_type));
	ereport(ERROR,
			(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
			 errmsg("Lambda function \"%s\" failed: %s",
					invocation->target->label,
					lfdw_error_excerpt(doc.error_type, strlen(doc.error_type))),
			 errdetail("%s", doc.message[0] ?
					   lfdw_error_text(doc.message, strlen(doc.message),
									   LFDW_MESSAGE_MAX) :
					   lfdw_error_excerpt(bytes, body->len)),
			 errcontext("request %s, version %s",
						shown_header(invocation, "x-amzn-RequestId"),
						shown_header(invocation, "X-Amz-Executed-Version"))));
}

/* What would help against an error of AWS; NULL for nothing sure. */
static const char *
aws_hint(const LfdwTarget *target, LfdwAwsErrorClass class)
{
	switch (class)
	{
		case LFDW_AWS_AUTHENTICATION:
			return "Check the keys in the user mapping, and the server's clock.";
		case LFDW_AWS_ACCESS_DENIED:
			return "The owner of the keys needs lambda:InvokeFunction on the function.";
		case LFDW_AWS_NO_FUNCTION:
			return psprintf("Check the options function_arn and qualifier; the region called is %s.",
							target->region);
		default:
			return NULL;
	}
}

/* AWS refused: any status but 2xx. */
static void
report_aws_error(const LfdwInvocation *invocation, int status)
{
	const LfdwTarget *target = invocation->target;
	LfdwBuffer *body = lfdw_http_body(invocation->exchange);
	const char *bytes = body->len > 0 ? lfdw_buffer_bytes(body) : "";
	char	   *header = lfdw_http_header(invocation->exchange,
										  "x-amzn-ErrorType");
	LfdwErrorDoc doc;
	LfdwAwsErrorClass class;
	char		code[128];
	const char *hint;

	lfdw_error_doc_read(&doc, bytes, body->len);
	lfdw_aws_error_code(code, sizeof(code), header ? header : doc.code);
	class = lfdw_aws_error_classify(status, code);
	hint = status >= 300 && status < 400 ?
		"Redirects are not followed; check the option endpoint." :
		aws_hint(target, class);
	ereport(ERROR,
			(errcode(lfdw_error_sqlstate(class)),
			 errmsg("could not invoke Lambda function \"%s\": %s%s%s",
					target->label,
					code[0] ? lfdw_error_excerpt(code, strlen(code)) :
					psprintf("HTTP status %d", status),
					doc.reason[0] ? ", " : "",
					lfdw_error_excerpt(doc.reason, strlen(doc.reason))),
			 errdetail("%s", doc.message[0] ?
					   lfdw_error_text(doc.message, strlen(doc.message),
									   LFDW_MESSAGE_MAX) :
					   psprintf("The answer is HTTP status %d: %s", status,
								lfdw_error_excerpt(bytes, body->len))),
			 hint ? errhint("%s", hint) : 0,
			 errcontext("request %s", shown_header(invocation, "x-amzn-RequestId"))));
}

/*
 * Raises the error that an answer carries, once its body is there.  Notes
 * where there is none.
 */
static void
check_answer(LfdwInvocation *invocation)
{
	LfdwHttpExchange *exchange = invocation->exchange;
	int			status = lfdw_http_status(exchange);
	bool		success = status >= 200 && status < 300;
	bool		raised;

	if (invocation->accepted || status == 0)
		return;
	raised = lfdw_http_header(exchange, "X-Amz-Function-Error") != NULL;
	invocation->accepted = success && !raised;
	if (invocation->accepted ||
		(lfdw_http_state(exchange) == LFDW_HTTP_RUNNING &&
		 lfdw_http_body(exchange)->len < ERROR_BODY_MAX))
		return;
	if (success)
		report_function_error(invocation);
	report_aws_error(invocation, status);
}

/*
 * Waits until at least one invocation has something new: bytes of its answer,
 * or its end.
 *
 * Raises the errors of contract and transport as soon as any of them has one:
 * 38000 for a function that raised, AWS's by their class, HV00N or 08006 for
 * the network, 42501 for an address that is not allowed, 54000 for an answer
 * past max_response_bytes; and 57014 for a cancel.
 */
void
lfdw_invoke_wait(LfdwInvocation **invocations, int ninvocations)
{
	LfdwHttpExchange **exchanges = palloc(sizeof(LfdwHttpExchange *) * ninvocations);

	for (int i = 0; i < ninvocations; i++)
		exchanges[i] = invocations[i]->exchange;
	lfdw_http_wait(exchanges, ninvocations);
	for (int i = 0; i < ninvocations; i++)
	{
		check_answer(invocations[i]);
		if (lfdw_http_state(exchanges[i]) == LFDW_HTTP_FAILED)
			report_transport(invocations[i]);
	}
	pfree(exchanges);
}

/* Has the whole answer arrived? */
bool
lfdw_invoke_complete(const LfdwInvocation *invocation)
{
	return lfdw_http_state(invocation->exchange) == LFDW_HTTP_DONE;
}

/*
 * What of the answer has arrived and was not discarded; see lfdw_http_body.
 * An answer that is an error is never seen: it is raised here or in the wait,
 * whichever comes first once it is whole.
 */
LfdwBuffer *
lfdw_invoke_body(LfdwInvocation *invocation)
{
	static LfdwBuffer nothing;

	check_answer(invocation);
	return invocation->accepted ? lfdw_http_body(invocation->exchange) : &nothing;
}

/* Lets the answer's window grow; see lfdw_http_widen. */
void
lfdw_invoke_widen(LfdwInvocation *invocation)
{
	lfdw_http_widen(invocation->exchange);
}
