/*-------------------------------------------------------------------------
 *
 * tracking.c
 *		What is counted and logged of a request to a service.
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

#include "aws/tracking.h"
#include "http/wait.h"
#include "pg/message.h"
#include "pg/setting.h"
#include "shared/statistics.h"

struct LfdwTracking
{
	dlist_node	node;			/* among those that have not been released */
	LfdwTracked tracked;		/* its strings are not used after the begin */
	LfdwStatisticsKey key;
	char		server[NAMEDATALEN];
	bool		counted;		/* lambda_fdw.track was on when it began */
	LfdwStatisticsDelta delta;
	int64		began_us;		/* its first attempt */
	int			status;			/* of the last attempt, 0: no answer */
	LfdwHttpExchange *exchange; /* of the attempt under way */
	bool		ended;
	bool		released;
	MemoryContextCallback attempt_callback;
	MemoryContextCallback callback;
};

/* What the outcomes are counted as; none for those that are no failure. */
static const int counter_of_outcome[] = {
	[LFDW_CALL_OK] = -1,
	[LFDW_CALL_FUNCTION_ERROR] = LFDW_COUNT_FUNCTION_ERRORS,
	[LFDW_CALL_SERVICE_ERROR] = LFDW_COUNT_SERVICE_ERRORS,
	[LFDW_CALL_THROTTLED] = LFDW_COUNT_SERVICE_ERRORS,
	[LFDW_CALL_TRANSPORT_ERROR] = LFDW_COUNT_TRANSPORT_ERRORS,
	[LFDW_CALL_TIMEOUT] = LFDW_COUNT_TIMEOUTS,
	[LFDW_CALL_CANCELLED] = LFDW_COUNT_CANCELLED,
	[LFDW_CALL_REFUSED] = LFDW_COUNT_REFUSED,
	[LFDW_CALL_LEFT] = -1
};

static dlist_head open_trackings = DLIST_STATIC_INIT(open_trackings);

/* Adds what was counted since the last time, the rows that answers had included. */
static void
record(LfdwTracking *tracking)
{
	LfdwStatisticsDelta *delta = &tracking->delta;
	const LfdwTracked *tracked = &tracking->tracked;
	bool		has_rows = tracked->rows && *tracked->rows != *tracked->rows_recorded;

	if (!tracking->counted || (tracking->ended && delta->duration_us < 0 && !has_rows))
		return;
	if (has_rows)
	{
		delta->counts[LFDW_COUNT_ROWS] = *tracked->rows - *tracked->rows_recorded;
		*tracked->rows_recorded = *tracked->rows;
	}
	lfdw_statistics_add(&tracking->key, tracking->server, delta);
	memset(delta->counts, 0, sizeof(delta->counts));
	delta->duration_us = -1;
	delta->error = NULL;
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
	int			counter;

	if (tracking == NULL || tracking->ended)
		return;
	note_attempt(tracking);
	delta = &tracking->delta;
	if (delta->counts[LFDW_COUNT_ATTEMPTS] == 0)
		outcome = LFDW_CALL_REFUSED;
	else
	{
		delta->counts[LFDW_COUNT_INVOCATIONS] = 1;
		delta->duration_us = lfdw_wait_now_us() - tracking->began_us;
		delta->counts[LFDW_COUNT_TOTAL_US] = delta->duration_us;
	}
	counter = counter_of_outcome[outcome];
	if (counter >= 0)
		delta->counts[counter] = 1;
	delta->error = error;
	record(tracking);
	tracking->ended = true;
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
	lfdw_tracking_end(tracking, aborted || tracking->status == 0 ?
					  LFDW_CALL_CANCELLED : LFDW_CALL_LEFT, NULL);
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

	if (tracked->service == NULL || !lfdw_setting_track())
		return NULL;
	prepare_process();
	tracking = palloc0(sizeof(LfdwTracking));
	tracking->tracked = *tracked;
	tracking->counted = true;
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
	return tracking;
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
	if (tracking->delta.counts[LFDW_COUNT_ATTEMPTS]++ == 0)
		tracking->began_us = lfdw_wait_now_us();
	tracking->delta.counts[LFDW_COUNT_SENT_BYTES] += sent;
	tracking->exchange = exchange;
	/* it is called before the exchange is released, being newer */
	MemoryContextRegisterResetCallback(context, &tracking->attempt_callback);
}

/* The attempt was throttled. */
void
lfdw_tracking_throttled(LfdwTracking *tracking)
{
	if (tracking)
		tracking->delta.counts[LFDW_COUNT_THROTTLES]++;
}

/* The request has waited for a limit of its server. */
void
lfdw_tracking_waited(LfdwTracking *tracking, int64 waited_us)
{
	if (tracking)
		tracking->delta.counts[LFDW_COUNT_SLOT_WAIT_US] += waited_us;
}

/* So many bytes of the answer have come: of a request that has a judge. */
void
lfdw_tracking_received(LfdwTracking *tracking, int64 bytes)
{
	if (tracking && !tracking->ended)
		tracking->delta.counts[LFDW_COUNT_RECEIVED_BYTES] = bytes;
}

/* The log has told what the function's run is billed as. */
void
lfdw_tracking_report(LfdwTracking *tracking, double billed_ms, int memory_mb)
{
	int64		ms = (int64) billed_ms;

	if (tracking == NULL || tracking->ended)
		return;
	tracking->delta.counts[LFDW_COUNT_REPORTS] = 1;
	tracking->delta.counts[LFDW_COUNT_BILLED_MS] = ms;
	tracking->delta.counts[LFDW_COUNT_BILLED_MB_MS] = ms * memory_mb;
}

/* What a failure of the transport is called; nothing that it met is in it. */
static const char *
failure_name(LfdwHttpFailure failure)
{
	switch (failure)
	{
		case LFDW_HTTP_CANNOT_CONNECT:
		case LFDW_HTTP_FORBIDDEN_ADDRESS:
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
	LfdwHttpFailure failure;

	if (tracking == NULL || tracking->ended)
		return;
	failure = lfdw_exchange_failure(tracking->exchange, &message);
	lfdw_tracking_end(tracking,
					  failure == LFDW_HTTP_CONNECT_TIMEOUT ||
					  failure == LFDW_HTTP_REQUEST_TIMEOUT ?
					  LFDW_CALL_TIMEOUT : LFDW_CALL_TRANSPORT_ERROR,
					  failure_name(failure));
}
