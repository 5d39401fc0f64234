/*-------------------------------------------------------------------------
 *
 * invoke.c
 *		Lambda's Invoke: a payload goes out, an answer comes back.
 *
 * Attempts are service.c's.  Once rows were taken from an answer, there are no
 * more of them.
 *
 * IDENTIFICATION
 *	  src/lambda/invoke.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "aws/budget.h"
#include "aws/client.h"
#include "base/log_report.h"
#include "http/wait.h"
#include "lambda/error_type.h"
#include "lambda/invoke_internal.h"
#include "pg/message.h"
#include "pg/owner.h"
#include "shared/result_cache.h"

/* What a function that raised says is read up to here. */
#define RAISED_BODY_MAX (256 * 1024)

/* What JSON can begin with, a byte order mark included. */
#define JSON_STARTS " \t\r\n{[\"-0123456789tfn\xEF"

/* Lets the window of the answer grow, if it is full; for its body. */
static void
widen_window(void *source)
{
	LfdwInvocation *invocation = source;

	if (invocation->stream)
		lfdw_response_stream_widen(invocation->stream);
	else if (invocation->run->exchange)
		lfdw_exchange_widen(invocation->run->exchange);
}

/* LfdwRelease: what a write came to is known, or never will be. */
static void
end_write(void *arg)
{
	lfdw_result_cache_raise_function(*(uint32 *) arg);
}

/* What a function has answered may not hold from here on, nor until the write ended. */
static void
begin_write(const LfdwFunction *function)
{
	uint32	   *number = palloc(sizeof(uint32));

	*number = lfdw_result_cache_function(function->label);
	lfdw_owner_register(CurrentMemoryContext, end_write, number);
	lfdw_result_cache_raise_function(*number);
}

/*
 * Begins an invocation and returns once it is under way; before that
 * credentials may have to be asked for.
 *
 * The payload is UTF-8.  The invocation belongs to the current context, and
 * function, caller, payload and stats must live as long.  Raises 54000 for a
 * payload past Lambda's limit and 53400 past a limit of the statement, before
 * anything is sent, and 28000 where there are no credentials.
 */
LfdwInvocation *
lfdw_invoke_begin(const LfdwFunction *function, const LfdwCaller *caller,
				  StringInfo payload, LfdwInvokeStats *stats)
{
	LfdwInvocation *invocation = palloc0(sizeof(LfdwInvocation));

	lfdw_invoke_check_payload(function, payload->len);
	invocation->function = function;
	invocation->stats = stats;
	lfdw_body_init(&invocation->body, invocation, widen_window);
	lfdw_invocation_make_request(invocation, caller, payload);
	stats->invocations++;
	if (function->writes)
		begin_write(function);
	invocation->run = lfdw_service_begin(&invocation->request);
	return invocation;
}

/*
 * May one more invocation run beside those under way?  See lfdw_http_may_begin; nor
 * one that the statement may not make, as those under way may be enough for it.
 */
bool
lfdw_invoke_may_begin(const LfdwCaller *caller)
{
	return lfdw_budget_has_room() && lfdw_http_may_begin(&caller->pool);
}

/* Adds what the log tells of an invocation that has ended. */
static void
count_report(const LfdwInvocation *invocation)
{
	LfdwInvokeStats *stats = invocation->stats;
	LfdwLogReport report;

	if (invocation->log_tail == NULL ||
		!lfdw_log_report_read(&report, invocation->log_tail,
							  invocation->log_tail_len))
		return;
	stats->reports++;
	stats->duration_ms += report.duration_ms;
	stats->billed_ms += report.billed_ms;
	stats->billed_mb_ms += lfdw_log_report_mb_ms(&report);
	stats->init_ms += report.init_ms;
	stats->max_memory_mb = Max(stats->max_memory_mb, report.max_memory_mb);
	lfdw_budget_add_report(lfdw_log_report_mb_ms(&report));
	lfdw_tracking_report(invocation->run->tracking, report.billed_ms,
						 lfdw_log_report_mb_ms(&report));
}

/*
 * Counts what has come of the answer, which may be left before its end; one that
 * was given up for another attempt's counts no more.
 */
static void
count_bytes(LfdwInvocation *invocation)
{
	int64		received = invocation->stream ?
	(int64) invocation->stream->received : lfdw_answer_received(invocation);

	invocation->stats->bytes += received - invocation->bytes_counted;
	invocation->bytes_counted = received;
	lfdw_tracking_received(invocation->run->tracking, received);
}

/* The whole answer is there, or as much as will be read: counts it. */
static void
finish(LfdwInvocation *invocation)
{
	const char *durable_arn = lfdw_invoke_header(invocation,
												 LFDW_DURABLE_ARN_HEADER);

	invocation->finished = true;
	count_bytes(invocation);
	if (durable_arn)
		strlcpy(invocation->stats->durable_arn, durable_arn,
				sizeof(invocation->stats->durable_arn));
	lfdw_answer_read_log(invocation);
	count_report(invocation);
}

/* The answer was no error, or as good as one that is none. */
static void
finish_well(LfdwInvocation *invocation)
{
	finish(invocation);
	lfdw_tracking_end(invocation->run->tracking, LFDW_CALL_OK, NULL);
}

/*
 * Ends what is tracked of a function that raised.  The type of its error is shown, not
 * the message, which may have anything.
 */
static void
track_raised(const LfdwInvocation *invocation)
{
	const char *type = invocation->doc->error_type;

	lfdw_tracking_end(invocation->run->tracking,
					  invocation->no_rows ? LFDW_CALL_OK : LFDW_CALL_FUNCTION_ERROR,
					  invocation->no_rows ? NULL :
					  type[0] ? lfdw_error_excerpt(type, strlen(type)) :
					  "the function raised an error");
}

/* May less be sent at a time, by others?  A write that may have happened may not. */
static bool
may_split(const LfdwInvocation *invocation)
{
	return invocation->splittable &&
		(!invocation->function->writes ||
		 lfdw_outcome_of(invocation) == LFDW_NOT_RUN);
}

/*
 * The function raised: an error, more than Lambda passes on, or no rows; of a
 * streamed answer perhaps behind rows that were taken, and then it is an error.
 */
static void
handle_raised(LfdwInvocation *invocation)
{
	bool		committed = invocation->body.committed;

	finish(invocation);
	lfdw_answer_read_doc(invocation);
	invocation->too_large = !committed && may_split(invocation) &&
		lfdw_answer_is_too_large(invocation);
	invocation->no_rows = !committed &&
		lfdw_error_type_is_among(invocation->doc->error_type,
								 invocation->no_rows_errors);
	track_raised(invocation);
	if (!invocation->too_large && !invocation->no_rows)
		lfdw_invocation_report_function(invocation);
}

/* The service refused: an error, or the payload was too large. */
static void
handle_refused(LfdwInvocation *invocation)
{
	lfdw_answer_read_doc(invocation);
	invocation->too_large = may_split(invocation) &&
		invocation->run->error.class == LFDW_AWS_TOO_LARGE;
	if (!invocation->too_large)
		lfdw_invocation_report_error(invocation);
}

/*
 * Refuses an answer that is encoded in a way nobody asked for.  A header that
 * is wrong about plain JSON does no harm.
 */
static void
check_encoding(LfdwInvocation *invocation)
{
	LfdwBuffer *body = lfdw_exchange_body(invocation->run->exchange);
	char	   *encoding;

	if (invocation->encoding_checked || invocation->stream || body->len == 0)
		return;
	invocation->encoding_checked = true;
	encoding = lfdw_answer_encoding(invocation);
	if (encoding && strchr(JSON_STARTS, lfdw_buffer_bytes(body)[0]) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("the answer of Lambda function \"%s\" is encoded",
						invocation->function->label),
				 errdetail("Its header Content-Encoding is \"%s\".", encoding),
				 errhint("Nobody asked for that; have the endpoint, or what is in front of it, answer without.")));
}

/*
 * Takes in an answer that is 2xx, whole or not.  A function that raised is one
 * of these; what it says is read before it is reported.
 */
static void
take_answer(LfdwInvocation *invocation, bool is_whole)
{
	LfdwHttpExchange *exchange = invocation->run->exchange;

	if (!invocation->accepted)
		invocation->accepted =
			lfdw_exchange_header(exchange, "X-Amz-Function-Error") == NULL;
	if (invocation->accepted)
	{
		check_encoding(invocation);
		if (is_whole)
			finish_well(invocation);
	}
	else if (is_whole || lfdw_exchange_body(exchange)->len >= RAISED_BODY_MAX)
		handle_raised(invocation);
}

/* Has an answer begun that is no error of the service? */
static bool
is_2xx(const LfdwInvocation *invocation)
{
	int			status = lfdw_exchange_status(invocation->run->exchange);

	return status >= 200 && status < 300;
}

/* Is the answer an event stream?  Takes what has come of it if so. */
static bool
take_messages(LfdwInvocation *invocation)
{
	LfdwHttpExchange *exchange = invocation->run->exchange;

	if (!invocation->function->streams || exchange == NULL ||
		invocation->run->state >= LFDW_SERVICE_DONE || !is_2xx(invocation))
		return false;
	if (invocation->stream == NULL &&
		lfdw_exchange_header(exchange, "X-Amz-Function-Error") == NULL)
		invocation->stream =
			lfdw_response_stream_create(exchange,
										lfdw_answer_max_bytes(invocation->function),
										invocation->run->context);
	if (invocation->stream)
		lfdw_response_stream_take(invocation->stream);
	return invocation->stream != NULL;
}

/* Where an attempt stands, whose answer may be streamed. */
static LfdwServiceState
advance(LfdwInvocation *invocation)
{
	bool		committed = invocation->body.committed;

	if (take_messages(invocation) && invocation->stream->has_more)
		return LFDW_SERVICE_ANSWERING;
	if (invocation->stream && invocation->stream->state == LFDW_STREAM_REFUSED)
		return lfdw_service_refuse(invocation->run, invocation->stream->end.code,
								   committed);
	return lfdw_service_advance(invocation->run, committed);
}

/*
 * Looks at what has come of an invocation: accepts the answer, or raises the
 * error that it is.
 */
static void
check_answer(LfdwInvocation *invocation)
{
	LfdwServiceState state = advance(invocation);

	/* where another attempt follows the stream is no more */
	if (state != LFDW_SERVICE_WAITING && state != LFDW_SERVICE_FAILED &&
		invocation->stream && invocation->stream->state == LFDW_STREAM_RAISED)
	{
		handle_raised(invocation);
		return;
	}
	switch (state)
	{
		case LFDW_SERVICE_WAITING:
			invocation->stream = NULL;
			invocation->accepted = false;
			invocation->encoding_checked = false;
			break;
		case LFDW_SERVICE_RUNNING:
			break;
		case LFDW_SERVICE_ANSWERING:
			take_answer(invocation, false);
			break;
		case LFDW_SERVICE_DONE:
			take_answer(invocation, true);
			break;
		case LFDW_SERVICE_REFUSED:
			handle_refused(invocation);
			break;
		case LFDW_SERVICE_FAILED:
			/* an encoding that nobody asked for says more than what broke */
			if (is_2xx(invocation))
				take_answer(invocation, false);
			lfdw_invocation_report_transport(invocation);
			break;
	}
}

/* Is the answer of no more use than what has arrived of it? */
static bool
is_past_use(const LfdwInvocation *invocation)
{
	LfdwHttpState state = invocation->run->exchange ?
	lfdw_exchange_state(invocation->run->exchange) : LFDW_HTTP_RUNNING;

	return invocation->body.end_by_us != PG_INT64_MAX &&
		(state == LFDW_HTTP_FAILED ||
		 (state != LFDW_HTTP_DONE &&
		  lfdw_wait_now_us() >= invocation->body.end_by_us));
}

/*
 * Takes in what has come of the answer since the last look, perhaps while
 * others were waited for.  The body then shows what the reader may see: nothing
 * before the answer is known to be no error, and the next attempt's answer once
 * one was given up.  More bytes of an answer that was seen are shown without a
 * look; its end, or that it broke off, is not.
 *
 * Raises the errors of contract and transport that are not tried again: 38000
 * for a function that raised, AWS's by their class, HV00N or 08006 for the
 * network, 42501 for an address that is not allowed, 54000 for an answer past
 * max_response_bytes.
 */
void
lfdw_invoke_look(LfdwInvocation *invocation)
{
	LfdwServiceRun *run = invocation->run;

	if (invocation->finished || invocation->too_large)
		return;
	if (is_past_use(invocation))
		finish_well(invocation);
	else
		check_answer(invocation);
	count_bytes(invocation);
	lfdw_body_set(&invocation->body,
				  !invocation->accepted ? NULL :
				  invocation->stream ? &invocation->stream->window :
				  lfdw_exchange_body(run->exchange),
				  invocation->accepted && invocation->finished &&
				  !invocation->too_large && !invocation->no_rows,
				  run->attempt + (run->exchange == NULL ? 1 : 0));
}

/*
 * The requests of invocations, palloc'd; *until_us becomes the time at which the
 * first of them is of no more use, or has something to take, if that is before.
 */
static LfdwServiceRun **
list_runs(LfdwInvocation **invocations, int ninvocations, int64 *until_us)
{
	LfdwServiceRun **runs = palloc(sizeof(LfdwServiceRun *) * ninvocations);

	for (int i = 0; i < ninvocations; i++)
	{
		runs[i] = invocations[i]->run;
		*until_us = Min(*until_us, invocations[i]->body.end_by_us);
		/* what has come and was not taken yet needs no wait */
		if (invocations[i]->stream && invocations[i]->stream->has_more)
			*until_us = 0;
	}
	return runs;
}

/*
 * Waits until at least one invocation has something new for lfdw_invoke_look:
 * bytes of its answer, its end, the end of its use, or that an attempt failed; or
 * until the time until_us of lfdw_wait_now_us.  Begins the further attempts whose
 * time has come, with what getting credentials raises; raises 57014 for a cancel.
 */
void
lfdw_invoke_wait(LfdwInvocation **invocations, int ninvocations, int64 until_us)
{
	LfdwServiceRun **runs = list_runs(invocations, ninvocations, &until_us);

	lfdw_service_wait(runs, ninvocations, until_us);
	pfree(runs);
}

/* Has another wait for the same: see lfdw_http_watch_arm. */
pgsocket
lfdw_invoke_watch(LfdwHttpWatch *watch, LfdwInvocation **invocations,
				  int ninvocations)
{
	int64		until_us = PG_INT64_MAX;
	LfdwServiceRun **runs = list_runs(invocations, ninvocations, &until_us);
	pgsocket	fd = lfdw_service_watch(watch, runs, ninvocations, until_us);

	pfree(runs);
	return fd;
}

/* After that wait, before lfdw_invoke_look: see lfdw_service_look. */
void
lfdw_invoke_watch_look(LfdwHttpWatch *watch, LfdwInvocation **invocations,
					   int ninvocations)
{
	int64		until_us = PG_INT64_MAX;
	LfdwServiceRun **runs = list_runs(invocations, ninvocations, &until_us);

	lfdw_service_look(watch, runs, ninvocations);
	pfree(runs);
}

/* The answer's bytes; see lfdw_invoke_look. */
LfdwBody *
lfdw_invoke_body(LfdwInvocation *invocation)
{
	return &invocation->body;
}

/*
 * The caller can send less at a time: a payload that is too large for Lambda, and
 * an answer unless it is that of a write, is told by lfdw_invoke_too_large and no
 * error.
 */
void
lfdw_invoke_allow_split(LfdwInvocation *invocation)
{
	invocation->splittable = true;
}

/* Has the invocation ended because payload or answer were too large? */
bool
lfdw_invoke_too_large(const LfdwInvocation *invocation)
{
	return invocation->too_large;
}

/*
 * These errorTypes, exactly, say that there are no rows: a function that raises
 * one of them is told by lfdw_invoke_has_no_rows and no error.  The list is in the
 * database encoding and must live as long as the invocation.
 */
void
lfdw_invoke_allow_no_rows(LfdwInvocation *invocation, const List *errors)
{
	invocation->no_rows_errors = errors;
}

/* Has the function raised an error that says that there are no rows? */
bool
lfdw_invoke_has_no_rows(const LfdwInvocation *invocation)
{
	return invocation->no_rows;
}

/* The HTTP status of an answer that has ended. */
int
lfdw_invoke_status(const LfdwInvocation *invocation)
{
	return lfdw_exchange_status(invocation->run->exchange);
}

/* A header of an answer that has ended; see lfdw_exchange_header. */
char *
lfdw_invoke_header(const LfdwInvocation *invocation, const char *name)
{
	return lfdw_exchange_header(invocation->run->exchange, name);
}
