/*-------------------------------------------------------------------------
 *
 * invoke_request.c
 *		What an invocation sends.
 *
 * POST /2015-03-31/functions/{FunctionName}/invocations?Qualifier={Qualifier},
 * as in Lambda's API reference; where the answer is streamed
 * POST /2021-11-15/functions/{FunctionName}/response-streaming-invocations.
 *
 * IDENTIFICATION
 *	  src/lambda/invoke_request.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aws/budget.h"
#include "base/uri.h"
#include "credentials/credentials.h"
#include "lambda/invoke_internal.h"
#include "pg/trace.h"

const char *const lfdw_invocation_types[] = {
	[LFDW_REQUEST_RESPONSE] = "RequestResponse",
	[LFDW_EVENT] = "Event",
	[LFDW_DRY_RUN] = "DryRun"
};

/* The path below the endpoint's own. */
static char *
invoke_path(const LfdwFunction *function)
{
	StringInfoData path;

	initStringInfo(&path);
	appendStringInfoString(&path, function->streams ? "/2021-11-15/functions/" :
						   "/2015-03-31/functions/");
	lfdw_uri_encode(&path, function->name, strlen(function->name), false);
	appendStringInfoString(&path, function->streams ?
						   "/response-streaming-invocations" : "/invocations");
	return path.data;
}

static char *
invoke_query(const LfdwFunction *function)
{
	StringInfoData query;

	initStringInfo(&query);
	if (function->qualifier)
	{
		appendStringInfoString(&query, "Qualifier=");
		lfdw_uri_encode(&query, function->qualifier, strlen(function->qualifier),
						false);
	}
	return query.data;
}

/* Is the end of the log wanted, at least for what it says was billed? */
static bool
asks_for_log(const LfdwFunction *function)
{
	return function->log_tail ||
		(function->type == LFDW_REQUEST_RESPONSE && lfdw_budget_wants_reports());
}

/* Fills the signed headers of an invocation; returns how many there are. */
static int
make_headers(LfdwHeader *headers, const LfdwFunction *function)
{
	int			n = 0;

	headers[n++] = (LfdwHeader)
	{
		"Content-Type", "application/json"
	};
	headers[n++] = (LfdwHeader)
	{
		"X-Amz-Invocation-Type", lfdw_invocation_types[function->type]
	};
	if (asks_for_log(function))
		headers[n++] = (LfdwHeader)
	{
		"X-Amz-Log-Type", "Tail"
	};
	if (function->client_context)
		headers[n++] = (LfdwHeader)
	{
		"X-Amz-Client-Context", function->client_context
	};
	if (function->tenant_id)
		headers[n++] = (LfdwHeader)
	{
		"X-Amz-Tenant-Id", function->tenant_id
	};
	if (function->durable_name)
		headers[n++] = (LfdwHeader)
	{
		"X-Amz-Durable-Execution-Name", function->durable_name
	};
	return n;
}

/*
 * Fills what to send, and when to send it again.
 *
 * The name of a durable execution makes a request safe to repeat: Lambda joins
 * it to the execution of that name, or gives its result ("Durable execution
 * idempotency" in Lambda's developer guide).
 *
 * A request that timed out is not sent again: the function most likely still
 * runs, and would run twice, and as long.
 */
void
lfdw_invocation_make_request(LfdwInvocation *invocation, const LfdwCaller *caller,
							 StringInfo payload)
{
	const LfdwFunction *function = invocation->function;
	LfdwServiceRequest *request = &invocation->request;
	LfdwAwsRequest *aws = &request->aws;

	aws->caller = caller;
	aws->route = &function->route;
	aws->service = "lambda";
	aws->method = "POST";
	aws->endpoint = function->endpoint;
	aws->path = invoke_path(function);
	aws->query = invoke_query(function);
	aws->headers = invocation->headers;
	aws->nheaders = make_headers(invocation->headers, function);
	aws->trace_id = lfdw_trace_header();
	/* a later attempt may come after a SET, which frees the setting's value */
	if (aws->trace_id)
		aws->trace_id = pstrdup(aws->trace_id);
	aws->body = payload->data;
	aws->body_len = payload->len;
	aws->limits = function->route.limits;
	/* a stream counts the function's bytes, not those around them */
	aws->limits.max_response_bytes = function->streams ? 0 :
		lfdw_answer_max_bytes(function);
	request->get_credentials = lfdw_credentials_get;
	request->renew_credentials = lfdw_credentials_renew;
	request->read_code = lfdw_service_json_code;
	request->max_attempts = function->route.max_attempts;
	request->repeatable = function->repeatable || function->durable_name;
	request->retry_failures = LFDW_FAILURES_BEFORE_SENDING |
		(request->repeatable ? LFDW_FAILURE(LFDW_HTTP_BROKEN) : 0);
	request->takes_tokens = true;
	request->tracked = (LfdwTracked)
	{
		.service = "lambda",
			.function = function->label,
			.qualifier = function->qualifier,
			.holds_slot_to_end = function->streams,
			.has_judge = true,
			.work = invocation->stats->work,
			.rows = &invocation->stats->rows,
			.rows_recorded = &invocation->stats->rows_recorded
	};
	request->attempts = &invocation->stats->attempts;
	request->throttles = &invocation->stats->throttles;
}

/* Raises 54000 for a payload of more bytes than Lambda takes. */
void
lfdw_invoke_check_payload(const LfdwFunction *function, int len)
{
	int			max = function->type == LFDW_EVENT ? LFDW_EVENT_PAYLOAD_MAX :
	LFDW_PAYLOAD_MAX;

	if (len > max)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the payload for Lambda function \"%s\" is too large",
						function->label),
				 errdetail("It has %d bytes; Lambda takes %d.", len, max),
				 errhint("Send less at a time; a scan, a shorter list of values.")));
}
