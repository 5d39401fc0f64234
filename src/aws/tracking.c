/*-------------------------------------------------------------------------
 *
 * tracking.c
 *		What is counted, shown and logged of a request to a service.
 *
 * Every request that is tracked ends exactly once: where its answer has been judged,
 * or, if nobody came to that, when its memory is released: by the end of a scan, by an
 * error, by a cancel.  A process that exits by a FATAL error may not come to that
 * before the shared memory is gone, so it ends what is left before.
 *
 * What runs while memory is released must not raise errors, nor read catalogs: names
 * are copied when a request begins.
 *
 * IDENTIFICATION
 *	  src/aws/tracking.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "lib/ilist.h"
#include "storage/ipc.h"
#include "utils/memutils.h"

#include "aws/call_log.h"
#include "aws/tracking.h"
#include "http/wait.h"
#include "pg/message.h"
#include "pg/setting.h"
#include "pg/trace.h"
#include "shared/statistics.h"

struct LfdwTracking
{
	dlist_node	node;			/* among those that have not been released */
	LfdwTracked tracked;		/* its strings are not used after the begin */
	LfdwStatisticsKey key;
	char		server[NAMEDATALEN];
	bool		counted;		/* lambda_fdw.track was on when it began */
	bool		logged;			/* ... and there was a log of calls */
	LfdwStatisticsDelta delta;
	LfdwWorkRequest shown;
	bool		has_read_id;
	char		request_id[LFDW_REQUEST_ID_MAX];	/* of the last attempt */
	char	   *trace_id;		/* NULL for none */
	const char *refusal;		/* what an error would be, NULL: of another */
	const char *reason;			/* of a failure of the transport, for the log */
	int			attempts;
	int64		began_us;		/* the first one */
	int			status;			/* of the last attempt, 0: no answer */
	const LfdwAdmission *admission; /* NULL: it has not asked to be let in */
	LfdwHttpExchange *exchange; /* of the attempt under way */
	MemoryContext context;		/* of the exchange */
	bool		ended;
	bool		recorded;		/* but for rows that come later */
	bool		released;
	MemoryContextCallback attempt_callback;
	MemoryContextCallback callback;
};

/* What the outcomes are counted as, no failures as nothing, and what the log says. */
static const struct
{
	int			counter;
	const char *name;
}			outcomes[] = {
	[LFDW_CALL_OK] = {-1, "ok"},
	[LFDW_CALL_FUNCTION_ERROR] = {LFDW_COUNT_FUNCTION_ERRORS, "function error"},
	[LFDW_CALL_SERVICE_ERROR] = {LFDW_COUNT_SERVICE_ERRORS, "service error"},
	[LFDW_CALL_THROTTLED] = {LFDW_COUNT_SERVICE_ERRORS, "throttled"},
	[LFDW_CALL_TRANSPORT_ERROR] = {LFDW_COUNT_TRANSPORT_ERRORS, "transport error"},
	[LFDW_CALL_TIMEOUT] = {LFDW_COUNT_TIMEOUTS, "timeout"},
	[LFDW_CALL_CANCELLED] = {LFDW_COUNT_CANCELLED, "cancelled"},
	[LFDW_CALL_REFUSED] = {LFDW_COUNT_REFUSED, "refused"},
	[LFDW_CALL_NOT_SENT] = {-1, "not sent"},
	[LFDW_CALL_LEFT] = {-1, "left"}
};

static dlist_head open_trackings = DLIST_STATIC_INIT(open_trackings);

/* Adds what was counted since the last time, the rows that answers had included. */
static void
record(LfdwTracking *tracking)
{
	LfdwStatisticsDelta *delta = &tracking->delta;
	const LfdwTracked *tracked = &tracking->tracked;
	bool		has_rows = tracked->rows && *tracked->rows != *tracked->rows_recorded;

	if (!tracking->counted || (tracking->recorded && !has_rows))
		return;
	if (has_rows)
	{
		delta->counts[LFDW_COUNT_ROWS] = *tracked->rows - *tracked->rows_recorded;
		*tracked->rows_recorded = *tracked->rows;
	}
	tracking->recorded = true;
	lfdw_statistics_add(&tracking->key, tracking->server, delta);
	memset(delta->counts, 0, sizeof(delta->counts));
	delta->duration_us = -1;
	delta->error = NULL;
}

/* Has the log have its line. */
static void
log_end(const LfdwTracking *tracking, LfdwCallOutcome outcome)
{
	const LfdwStatisticsDelta *delta = &tracking->delta;
	LfdwCallLine line = {
		.server = tracking->server,
		.service = tracking->key.service,
		.function = tracking->key.function,
		.qualifier = tracking->key.qualifier,
		.outcome = outcomes[outcome].name,
		.failed = outcomes[outcome].counter >= 0,
		.error = tracking->reason ? tracking->reason : delta->error,
		.status = tracking->status,
		.attempts = tracking->attempts,
		.duration_us = Max(delta->duration_us, 0),
		.slot_wait_us = delta->counts[LFDW_COUNT_SLOT_WAIT_US],
		.sent_bytes = delta->counts[LFDW_COUNT_SENT_BYTES],
		.received_bytes = delta->counts[LFDW_COUNT_RECEIVED_BYTES],
		.request_id = tracking->request_id,
		.trace_id = tracking->trace_id
	};

	if (tracking->logged)
		lfdw_call_log_write(&line);
}

/* Notes what the attempt under way has come to. */
static void
note_attempt(LfdwTracking *tracking)
{
	if (tracking->exchange == NULL)
		return;
	tracking->status = lfdw_exchange_status(tracking->exchange);
	if (!tracking->tracked.has_judge)
		tracking->delta.counts[LFDW_COUNT_RECEIVED_BYTES] =
			lfdw_exchange_received(tracking->exchange);
}

/* The attempt's memory is released, the exchange's included. */
static void
lose_attempt(void *arg)
{
	LfdwTracking *tracking = arg;

	if (!tracking->ended)
		note_attempt(tracking);
	tracking->exchange = NULL;
}

/*
 * Ends a request with its outcome, if it has not ended before.  The error is in the
 * database encoding, NULL for none; it is shown to whoever may see the counts, and
 * must have nothing of payload, answer or secrets.
 */
void
lfdw_tracking_end(LfdwTracking *tracking, LfdwCallOutcome outcome, const char *error)
{
	LfdwStatisticsDelta *delta;

	if (tracking == NULL || tracking->ended)
		return;
	note_attempt(tracking);
	delta = &tracking->delta;
	if (tracking->admission)
		delta->counts[LFDW_COUNT_SLOT_WAIT_US] =
			lfdw_admission_waited_us(tracking->admission);
	if (tracking->attempts > 0)
	{
		delta->counts[LFDW_COUNT_INVOCATIONS] = 1;
		delta->duration_us = lfdw_wait_now_us() - tracking->began_us;
		delta->counts[LFDW_COUNT_TOTAL_US] = delta->duration_us;
	}
	if (outcomes[outcome].counter >= 0)
		delta->counts[outcomes[outcome].counter] = 1;
	delta->error = error;
	tracking->ended = true;
	lfdw_work_request_end(&tracking->shown);
	log_end(tracking, outcome);
	record(tracking);
}

/* What a request comes to that nobody has ended. */
static LfdwCallOutcome
outcome_of_release(const LfdwTracking *tracking, bool aborted)
{
	if (tracking->attempts == 0)
		return tracking->refusal ? LFDW_CALL_REFUSED : LFDW_CALL_NOT_SENT;
	return aborted || tracking->status == 0 ? LFDW_CALL_CANCELLED : LFDW_CALL_LEFT;
}

/* Ends what nobody has ended, and records the last rows; once. */
static void
release(LfdwTracking *tracking, bool aborted)
{
	if (tracking->released)
		return;
	tracking->released = true;
	dlist_delete(&tracking->node);
	note_attempt(tracking);
	lfdw_tracking_end(tracking, outcome_of_release(tracking, aborted),
					  tracking->refusal);
	record(tracking);
}

/* The request's memory is released: in a transaction that fails, or as it ends. */
static void
release_callback(void *arg)
{
	release(arg, !IsTransactionState());
}

/* The process exits, by a FATAL error if there are requests. */
static void
release_all(int code, Datum arg)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &open_trackings)
		release(dlist_container(LfdwTracking, node, iter.cur), true);
}

/* Has the process, once, end what is left when it exits, and attach what is shared. */
static void
prepare_process(void)
{
	static bool prepared = false;

	if (prepared)
		return;
	/* first use of the memory may raise errors: not where it is released */
	(void) lfdw_segment_sharing();
	before_shmem_exit(release_all, 0);
	prepared = true;
}

/* Shows the request as one of the work that makes it. */
static void
show(LfdwTracking *tracking, const LfdwCaller *caller, const char *server)
{
	const LfdwTracked *tracked = &tracking->tracked;
	LfdwWorkTarget target = {
		.userid = caller->userid,
		.serverid = caller->pool.serverid,
		.server = server,
		.service = tracked->service,
		.function = tracked->function,
		.qualifier = tracked->qualifier
	};

	lfdw_work_request_begin(&tracking->shown, tracking->counted ? tracked->work : NULL,
							&target);
}

/* Shows where it stands. */
static void
show_state(LfdwTracking *tracking, LfdwRequestState state)
{
	const int64 *counts = tracking->delta.counts;
	LfdwWorkProgress progress = {
		.state = state,
		.attempt = tracking->attempts,
		.sent_bytes = counts[LFDW_COUNT_SENT_BYTES],
		.received_bytes = counts[LFDW_COUNT_RECEIVED_BYTES]
	};

	lfdw_work_request_state(&tracking->shown, &progress);
}

/*
 * Begins to track a request of a caller through a server of this name; NULL where
 * nothing of it is counted or logged.  It belongs to the current context, where the
 * request is to belong, too.
 */
LfdwTracking *
lfdw_tracking_begin(const LfdwTracked *tracked, const LfdwCaller *caller,
					const char *server)
{
	LfdwTracking *tracking;
	bool		counted = lfdw_setting_track();
	bool		logged = lfdw_call_log_is_on();
	const char *trace_id;

	if (tracked->service == NULL || (!counted && !logged))
		return NULL;
	prepare_process();
	trace_id = logged ? lfdw_trace_header() : NULL;
	tracking = palloc0(sizeof(LfdwTracking));
	tracking->tracked = *tracked;
	tracking->counted = counted;
	tracking->logged = logged;
	if (trace_id)
		tracking->trace_id = pstrdup(trace_id);
	strlcpy(tracking->server, server, sizeof(tracking->server));
	lfdw_statistics_key(&tracking->key, caller->userid, caller->pool.serverid,
						tracked->service, tracked->function, tracked->qualifier);
	tracking->delta.duration_us = -1;
	tracking->attempt_callback.func = lose_attempt;
	tracking->attempt_callback.arg = tracking;
	tracking->callback.func = release_callback;
	tracking->callback.arg = tracking;
	dlist_push_tail(&open_trackings, &tracking->node);
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &tracking->callback);
	show(tracking, caller, server);
	return tracking;
}

/*
 * What may raise an error next, which ends the request: a constant text; NULL: nothing
 * that is the request's own.
 */
void
lfdw_tracking_may_refuse(LfdwTracking *tracking, const char *why)
{
	if (tracking)
		tracking->refusal = why;
}

/*
 * An attempt has begun, which sends so many bytes of a body; its exchange belongs to
 * the context.
 */
void
lfdw_tracking_attempt(LfdwTracking *tracking, LfdwHttpExchange *exchange, size_t sent,
					  MemoryContext context)
{
	if (tracking == NULL)
		return;
	tracking->refusal = NULL;
	tracking->delta.counts[LFDW_COUNT_ATTEMPTS] = ++tracking->attempts;
	if (tracking->attempts == 1)
		tracking->began_us = lfdw_wait_now_us();
	tracking->delta.counts[LFDW_COUNT_SENT_BYTES] += sent;
	tracking->exchange = exchange;
	tracking->context = context;
	tracking->has_read_id = false;
	tracking->request_id[0] = '\0';
	show_state(tracking, LFDW_REQUEST_CONNECTING);
	/* it is called before the exchange is released, being newer */
	MemoryContextRegisterResetCallback(context, &tracking->attempt_callback);
}

/* Reads the id that the service has given to the request, once its head is there. */
static void
read_request_id(LfdwTracking *tracking)
{
	MemoryContext old;
	char	   *id;

	if (tracking->has_read_id || !(tracking->logged || tracking->shown.work))
		return;
	tracking->has_read_id = true;
	old = MemoryContextSwitchTo(tracking->context);
	id = lfdw_exchange_header(tracking->exchange, "x-amzn-RequestId");
	if (id == NULL)
		id = lfdw_exchange_header(tracking->exchange, "x-amz-request-id");
	if (id)
		lfdw_error_ascii(tracking->request_id, id, LFDW_REQUEST_ID_MAX);
	lfdw_work_request_id(&tracking->shown, tracking->request_id);
	MemoryContextSwitchTo(old);
}

/* Looks at what has come of the attempt under way. */
void
lfdw_tracking_look(LfdwTracking *tracking)
{
	if (tracking == NULL || tracking->ended || tracking->exchange == NULL)
		return;
	note_attempt(tracking);
	if (tracking->status != 0)
		read_request_id(tracking);
	show_state(tracking, tracking->status != 0 ? LFDW_REQUEST_ANSWERING :
			   lfdw_exchange_may_be_sent(tracking->exchange) ? LFDW_REQUEST_SENT :
			   LFDW_REQUEST_CONNECTING);
}

/* The next attempt waits for a limit of its server. */
void
lfdw_tracking_queue(LfdwTracking *tracking)
{
	if (tracking == NULL)
		return;
	tracking->refusal = NULL;
	show_state(tracking, LFDW_REQUEST_QUEUED);
}

/* Another attempt follows the one under way. */
void
lfdw_tracking_back_off(LfdwTracking *tracking)
{
	if (tracking)
		show_state(tracking, LFDW_REQUEST_BACKING_OFF);
}

/* The attempt was throttled. */
void
lfdw_tracking_throttled(LfdwTracking *tracking)
{
	if (tracking)
		tracking->delta.counts[LFDW_COUNT_THROTTLES]++;
}

/*
 * What knows how long the request has waited for its server's limits; it must live as
 * long.
 */
void
lfdw_tracking_waits_by(LfdwTracking *tracking, const LfdwAdmission *admission)
{
	if (tracking)
		tracking->admission = admission;
}

/* So many bytes of the answer have come: of a request that has a judge. */
void
lfdw_tracking_received(LfdwTracking *tracking, int64 bytes)
{
	if (tracking == NULL || tracking->ended)
		return;
	tracking->delta.counts[LFDW_COUNT_RECEIVED_BYTES] = bytes;
	show_state(tracking, tracking->shown.state);
}

/* The log has told what the function's run is billed as; see lfdw_log_report_mb_ms. */
void
lfdw_tracking_report(LfdwTracking *tracking, double billed_ms, int64 billed_mb_ms)
{
	if (tracking == NULL || tracking->ended)
		return;
	tracking->delta.counts[LFDW_COUNT_REPORTS] = 1;
	tracking->delta.counts[LFDW_COUNT_BILLED_MS] = (int64) billed_ms;
	tracking->delta.counts[LFDW_COUNT_BILLED_MB_MS] = billed_mb_ms;
}

/* What a failure of the transport is called; nothing that it met is in it. */
static const char *
failure_name(LfdwHttpFailure failure)
{
	switch (failure)
	{
		case LFDW_HTTP_CANNOT_CONNECT:
		case LFDW_HTTP_FORBIDDEN_ADDRESS:
		case LFDW_HTTP_UNREACHABLE:
			/* which of them tells what is behind an address */
			return "no connection";
		case LFDW_HTTP_TLS:
			return "TLS failed";
		case LFDW_HTTP_CONNECT_TIMEOUT:
			return "no connection in time";
		case LFDW_HTTP_PROXY_REFUSED:
			return "the proxy refused";
		case LFDW_HTTP_NO_DESCRIPTOR:
			return "too many open files";
		case LFDW_HTTP_REQUEST_TIMEOUT:
			return "no answer in time";
		case LFDW_HTTP_TOO_LARGE:
			return "the answer is too large";
		case LFDW_HTTP_HEADERS_TOO_LARGE:
			return "the answer's headers are too large";
		case LFDW_HTTP_BROKEN:
			return "the connection broke";
		case LFDW_HTTP_NO_MEMORY:
			return "out of memory";
	}
	return NULL;				/* keep the compiler quiet */
}

/* Ends a request whose last attempt failed: see lfdw_exchange_failure. */
void
lfdw_tracking_fail(LfdwTracking *tracking)
{
	const char *message;
	const char *hidden;
	LfdwHttpFailure failure;

	if (tracking == NULL || tracking->ended)
		return;
	failure = lfdw_exchange_failure(tracking->exchange, &message);
	hidden = lfdw_exchange_hidden_cause(tracking->exchange);
	if (hidden)
		message = hidden;
	if (tracking->logged)
		tracking->reason = lfdw_error_excerpt(message, strlen(message));
	lfdw_tracking_end(tracking,
					  failure == LFDW_HTTP_CONNECT_TIMEOUT ||
					  failure == LFDW_HTTP_REQUEST_TIMEOUT ?
					  LFDW_CALL_TIMEOUT : LFDW_CALL_TRANSPORT_ERROR,
					  failure_name(failure));
}
