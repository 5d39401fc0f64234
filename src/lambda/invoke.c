/*-------------------------------------------------------------------------
 *
 * invoke.c
 *		Lambda's Invoke: a payload goes out, an answer comes back.
 *
 * POST /2015-03-31/functions/{FunctionName}/invocations?Qualifier={Qualifier},
 * as in Lambda's API reference.
 *
 * An invocation is a number of attempts, as the SDKs' standard retry mode
 * makes them.  What may be tried again is said by one table, in aws_error.c;
 * once rows were taken from an answer, nothing is.
 *
 * IDENTIFICATION
 *	  src/lambda/invoke.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/pg_prng.h"
#include "utils/memutils.h"

#include "aws/client.h"
#include "base/log_report.h"
#include "base/uri.h"
#include "credentials/credentials.h"
#include "http/wait.h"
#include "lambda/invoke_internal.h"
#include "pg/message.h"
#include "pg/setting.h"

/* An error's body is read up to here; all of AWS's are far shorter. */
#define ERROR_BODY_MAX (256 * 1024)

/* What JSON can begin with, a byte order mark included. */
#define JSON_STARTS " \t\r\n{[\"-0123456789tfn\xEF"

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
	appendStringInfoString(&path, "/2015-03-31/functions/");
	lfdw_uri_encode(&path, function->name, strlen(function->name), false);
	appendStringInfoString(&path, "/invocations");
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
	if (function->log_tail)
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
	return n;
}

/* Begins the next attempt, in a context of its own. */
static void
begin_attempt(LfdwInvocation *invocation)
{
	const LfdwFunction *function = invocation->function;
	LfdwHeader	headers[5];
	LfdwAwsRequest request = {
		.service = "lambda",
		.endpoint = function->endpoint,
		.headers = headers,
		.trace_id = lfdw_setting_trace_id(),
		.body = invocation->payload->data,
		.body_len = invocation->payload->len,
		.invocation_id = invocation->id,
		.attempt = invocation->attempt + 1,
		.limits = function->route.limits,
		.once = !function->repeatable
	};
	MemoryContext old;

	MemoryContextReset(invocation->context);
	old = MemoryContextSwitchTo(invocation->context);
	request.path = invoke_path(function);
	request.query = invoke_query(function);
	request.nheaders = make_headers(headers, function);
	request.credentials = lfdw_credentials_get(invocation->caller, &function->route);
	invocation->access_key_id = pstrdup(request.credentials->access_key_id);
	invocation->exchange = lfdw_client_begin(&invocation->caller->pool,
											 &function->route, &request);
	MemoryContextSwitchTo(old);
	invocation->attempt++;
	invocation->stats->attempts++;
}

/* Lets the window of the answer grow, if it is full; for its body. */
static void
widen_window(void *source)
{
	LfdwInvocation *invocation = source;

	if (invocation->exchange)
		lfdw_http_widen(invocation->exchange);
}

/*
 * Begins an invocation and returns once it is under way; before that
 * credentials may have to be asked for.
 *
 * The payload is UTF-8.  The invocation belongs to the current context, and
 * target, caller, payload and stats must live as long.  Raises 54000 for a
 * payload past Lambda's limit, before anything is sent, and 28000 where there
 * are no credentials.
 */
LfdwInvocation *
lfdw_invoke_begin(const LfdwFunction *function, const LfdwCaller *caller,
				  StringInfo payload, LfdwInvokeStats *stats)
{
	LfdwInvocation *invocation = palloc0(sizeof(LfdwInvocation));
	int			max = function->type == LFDW_EVENT ? LFDW_EVENT_PAYLOAD_MAX :
	LFDW_PAYLOAD_MAX;

	if (payload->len > max)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the payload for Lambda function \"%s\" is too large",
						function->label),
				 errdetail("It has %d bytes; Lambda takes %d.",
						   payload->len, max),
				 errhint("Send less at a time; a scan, a shorter list of values.")));

	invocation->function = function;
	invocation->caller = caller;
	invocation->payload = payload;
	invocation->stats = stats;
	invocation->id = lfdw_client_uuid();
	lfdw_body_init(&invocation->body, invocation, widen_window);
	invocation->context = AllocSetContextCreate(CurrentMemoryContext,
												"lambda_fdw attempt",
												ALLOCSET_DEFAULT_SIZES);
	stats->invocations++;
	begin_attempt(invocation);
	return invocation;
}

/* May one more invocation run beside those under way?  See lfdw_http_may_begin. */
bool
lfdw_invoke_may_begin(const LfdwCaller *caller)
{
	return lfdw_http_may_begin(&caller->pool);
}

/* May a further attempt be made, as far as the invocation itself says? */
static bool
may_try_again(const LfdwInvocation *invocation)
{
	return !invocation->body.committed &&
		invocation->attempt < invocation->function->route.max_attempts;
}

/*
 * Ends the attempt and has another follow after a while, if the bucket still
 * has the tokens.
 */
static bool
back_off(LfdwInvocation *invocation, bool throttled, int64 hint_us)
{
	LfdwClient *client = lfdw_client_get(&invocation->caller->pool);

	if (!lfdw_retry_take(&client->bucket, throttled, &invocation->retry_cost))
		return false;
	invocation->retry_at_us = lfdw_wait_now_us() +
		lfdw_retry_delay_us(invocation->attempt, throttled,
							pg_prng_double(&pg_global_prng_state), hint_us);
	invocation->exchange = NULL;
	invocation->accepted = false;
	invocation->encoding_checked = false;
	MemoryContextReset(invocation->context);
	return true;
}

/* Ends the attempt and has another follow at once. */
static void
repeat_at_once(LfdwInvocation *invocation)
{
	invocation->retry_at_us = 0;
	invocation->exchange = NULL;
	MemoryContextReset(invocation->context);
}

/* Is the clock or are the credentials mended, so that signing anew helps? */
static bool
mend_signature(LfdwInvocation *invocation, LfdwRetry retry)
{
	if (retry == LFDW_RETRY_CLOCK && !invocation->clock_corrected)
	{
		invocation->clock_corrected =
			lfdw_client_correct_clock(lfdw_client_get(&invocation->caller->pool),
									  invocation->exchange);
		return invocation->clock_corrected;
	}
	if (retry == LFDW_RETRY_RENEW && !invocation->renewed)
	{
		invocation->renewed = true;
		return lfdw_credentials_renew(invocation->caller,
									  &invocation->function->route,
									  invocation->access_key_id);
	}
	return false;
}

/*
 * After an error of AWS: is there another attempt?
 *
 * What is wrong with the signature is mended even if there is none, or the
 * next invocation would meet the same error.
 */
static bool
retry_error(LfdwInvocation *invocation, const LfdwAwsError *error)
{
	if (error->class == LFDW_AWS_THROTTLED)
		invocation->stats->throttles++;
	switch (error->retry)
	{
		case LFDW_RETRY_NEVER:
			return false;
		case LFDW_RETRY_MAY_HAVE_RUN:
			if (!invocation->function->repeatable)
				return false;
			break;
		case LFDW_RETRY_NOT_RUN:
			break;
		case LFDW_RETRY_CLOCK:
		case LFDW_RETRY_RENEW:
			if (!mend_signature(invocation, error->retry) ||
				!may_try_again(invocation))
				return false;
			repeat_at_once(invocation);
			return true;
	}
	return may_try_again(invocation) &&
		back_off(invocation, error->class == LFDW_AWS_THROTTLED,
				 lfdw_client_retry_hint_us(invocation->exchange));
}

/*
 * After a failure of the transport: is there another attempt?
 *
 * A request that timed out is not sent again: the function most likely still
 * runs, and would run twice, and as long.
 */
static bool
retry_transport(LfdwInvocation *invocation)
{
	const char *message;

	if (!may_try_again(invocation))
		return false;
	switch (lfdw_http_failure(invocation->exchange, &message))
	{
		case LFDW_HTTP_CANNOT_CONNECT:
		case LFDW_HTTP_CONNECT_TIMEOUT:
			break;
		case LFDW_HTTP_BROKEN:
			if (!invocation->function->repeatable)
				return false;
			break;
		default:
			return false;
	}
	return back_off(invocation, false, -1);
}

/* Adds what the log tells of an invocation that has ended. */
static void
count_report(LfdwInvokeStats *stats, const LfdwInvocation *invocation)
{
	size_t		len;
	char	   *tail = lfdw_invocation_log_tail(invocation, &len);
	LfdwLogReport report;

	if (tail == NULL)
		return;
	if (!lfdw_log_report_read(&report, tail, len))
		return;
	stats->reports++;
	stats->duration_ms += report.duration_ms;
	stats->billed_ms += report.billed_ms;
	stats->init_ms += report.init_ms;
	stats->max_memory_mb = Max(stats->max_memory_mb, report.max_memory_mb);
}

/* The whole answer is there: gives back tokens, and counts. */
static void
settle(LfdwInvocation *invocation)
{
	LfdwClient *client = lfdw_client_get(&invocation->caller->pool);

	if (invocation->settled)
		return;
	invocation->settled = true;
	lfdw_retry_give(&client->bucket, invocation->retry_cost);
	invocation->stats->bytes += lfdw_http_received(invocation->exchange);
	count_report(invocation->stats, invocation);
}

/* The answer is an error, and as much of it is there as will be read. */
static void
handle_error(LfdwInvocation *invocation, bool raised)
{
	LfdwAwsError error;

	if (raised)
	{
		settle(invocation);
		invocation->too_large = invocation->splittable &&
			lfdw_invocation_answer_too_large(invocation);
		if (!invocation->too_large)
			lfdw_invocation_report_function(invocation);
		return;
	}
	lfdw_invocation_read_error(invocation, &error);
	invocation->too_large = invocation->splittable &&
		error.class == LFDW_AWS_TOO_LARGE;
	if (!invocation->too_large && !retry_error(invocation, &error))
		lfdw_invocation_report_error(invocation, &error);
}

/*
 * Refuses an answer that is encoded in a way nobody asked for.  A header that
 * is wrong about plain JSON does no harm.
 */
static void
check_encoding(LfdwInvocation *invocation)
{
	LfdwBuffer *body = lfdw_http_body(invocation->exchange);
	char	   *encoding;

	if (invocation->encoding_checked || body->len == 0)
		return;
	invocation->encoding_checked = true;
	encoding = lfdw_invocation_encoding(invocation);
	if (encoding && strchr(JSON_STARTS, lfdw_buffer_bytes(body)[0]) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("the answer of Lambda function \"%s\" is encoded",
						invocation->function->label),
				 errdetail("Its header Content-Encoding is \"%s\".", encoding),
				 errhint("Nobody asked for that; have the endpoint, or what is in front of it, answer without.")));
}

/*
 * Looks at what has come of an answer: accepts it, has another attempt follow,
 * or raises the error that it is.
 */
static void
check_answer(LfdwInvocation *invocation)
{
	LfdwHttpExchange *exchange = invocation->exchange;
	int			status = exchange ? lfdw_http_status(exchange) : 0;
	bool		success = status >= 200 && status < 300;
	bool		raised;

	if (exchange == NULL || invocation->too_large)
		return;
	if (status != 0 && !invocation->accepted)
	{
		raised = lfdw_http_header(exchange, "X-Amz-Function-Error") != NULL;
		invocation->accepted = success && !raised;
		if (!invocation->accepted &&
			(lfdw_http_state(exchange) == LFDW_HTTP_DONE ||
			 lfdw_http_body(exchange)->len >= ERROR_BODY_MAX))
		{
			handle_error(invocation, success);
			return;
		}
	}
	if (invocation->accepted)
		check_encoding(invocation);
	if (lfdw_http_state(exchange) == LFDW_HTTP_FAILED &&
		!retry_transport(invocation))
		lfdw_invocation_report_transport(invocation);
	else if (invocation->exchange && invocation->accepted &&
			 lfdw_http_state(exchange) == LFDW_HTTP_DONE)
		settle(invocation);
}

/*
 * Takes in what has come of the answer since the last look, perhaps while
 * others were waited for.  The body then shows what the reader may see: nothing
 * before the answer is known to be no error, and the next attempt's answer once
 * one was given up.  Raises what lfdw_invoke_wait raises for an answer.
 */
void
lfdw_invoke_look(LfdwInvocation *invocation)
{
	bool		visible;

	if (invocation->settled)
		return;
	check_answer(invocation);
	visible = invocation->exchange && invocation->accepted;
	lfdw_body_set(&invocation->body,
				  visible ? lfdw_http_body(invocation->exchange) : NULL,
				  invocation->settled,
				  invocation->attempt + (invocation->exchange == NULL ? 1 : 0));
}

/* The same, where an error says of which call it is. */
static void
look_described(LfdwInvocation *invocation)
{
	ErrorContextCallback callback;

	if (invocation->describe == NULL)
	{
		lfdw_invoke_look(invocation);
		return;
	}
	callback.callback = invocation->describe;
	callback.arg = invocation->describe_arg;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	lfdw_invoke_look(invocation);
	error_context_stack = callback.previous;
}

/*
 * Waits until at least one invocation has something new: bytes of its answer,
 * its end, or a further attempt.
 *
 * Raises the errors of contract and transport as soon as any of them has one
 * that is not tried again: 38000 for a function that raised, AWS's by their
 * class, HV00N or 08006 for the network, 42501 for an address that is not
 * allowed, 54000 for an answer past max_response_bytes; and 57014 for a
 * cancel.
 */
void
lfdw_invoke_wait(LfdwInvocation **invocations, int ninvocations)
{
	LfdwHttpExchange **exchanges = palloc(sizeof(LfdwHttpExchange *) * ninvocations);
	int64		until = PG_INT64_MAX;
	int			n = 0;

	for (int i = 0; i < ninvocations; i++)
	{
		LfdwInvocation *invocation = invocations[i];

		if (invocation->exchange == NULL &&
			lfdw_wait_now_us() >= invocation->retry_at_us)
			begin_attempt(invocation);
		if (invocation->exchange)
			exchanges[n++] = invocation->exchange;
		else
			until = Min(until, invocation->retry_at_us);
	}
	lfdw_http_wait(exchanges, n, until);
	for (int i = 0; i < ninvocations; i++)
		look_described(invocations[i]);
	pfree(exchanges);
}

/* The answer's bytes, as the last look or wait found them. */
LfdwBody *
lfdw_invoke_body(LfdwInvocation *invocation)
{
	return &invocation->body;
}

/*
 * Has the wait add what describe says, by errcontext, to an error of the
 * invocation.  arg must live as long.
 */
void
lfdw_invoke_let_describe(LfdwInvocation *invocation,
						 void (*describe) (void *arg), void *arg)
{
	invocation->describe = describe;
	invocation->describe_arg = arg;
}

/*
 * The caller can ask for less at a time: an answer that is too large for
 * Lambda, or a request, is told by lfdw_invoke_too_large and no error.
 */
void
lfdw_invoke_let_split(LfdwInvocation *invocation)
{
	invocation->splittable = true;
}

/* Has the invocation ended because it asked for too much? */
bool
lfdw_invoke_too_large(const LfdwInvocation *invocation)
{
	return invocation->too_large;
}

/* The HTTP status of an answer that is complete. */
int
lfdw_invoke_status(const LfdwInvocation *invocation)
{
	return lfdw_http_status(invocation->exchange);
}

/* A header of an answer that is complete; see lfdw_http_header. */
char *
lfdw_invoke_header(const LfdwInvocation *invocation, const char *name)
{
	return lfdw_http_header(invocation->exchange, name);
}
