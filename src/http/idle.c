/*-------------------------------------------------------------------------
 *
 * idle.c
 *		Closes connections that nobody has used for a while.
 *
 * A backend that waits for its client runs no code of ours, and a signal's
 * handler may not call libcurl.  But a backend that has fallen behind with
 * invalidation messages is asked to catch up by a signal, and does so in a
 * transaction of its own as soon as it is idle.  So a timeout asks for that,
 * and the connections are closed at the end of the transaction, as at the end
 * of any other.  In a transaction block the backend catches up without one: the
 * connections then stay until the block ends.
 *
 * Core tells of an abort when the transaction fails, but of nothing when the
 * block ends that it was in, and errors meanwhile take away all timeouts.  The
 * end of the transaction's memory is what comes last, so that counts there.
 *
 * IDENTIFICATION
 *	  src/http/idle.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "http/idle_internal.h"
#include "http/multi_handle_internal.h"
#include "pg/compat.h"

static TimeoutId timeout = MAX_TIMEOUTS;

/* When a pool's connections are to be closed; 0 for never. */
static TimestampTz
close_at(const LfdwHttpPool *pool)
{
	/* looked at again later, while in use */
	TimestampTz since = pool->nexchanges > 0 ? GetCurrentTimestamp() :
	pool->idle_since;

	if (pool->multi == NULL || pool->idle_ms == 0)
		return 0;
	return TimestampTzPlusMilliseconds(since, (int64) pool->idle_ms);
}

/*
 * Closes what has been idle for long enough, and what is retired; has the rest
 * follow in time.  Does not throw.
 */
static void
close_idle(void)
{
	TimestampTz next = 0;
	dlist_iter	iter;

	lfdw_multi_close_retired();
	dlist_foreach(iter, lfdw_pool_list())
	{
		LfdwHttpPool *pool = dlist_container(LfdwHttpPool, node, iter.cur);
		TimestampTz at = close_at(pool);

		if (at == 0)
			continue;
		if (at <= GetCurrentTimestamp() && pool->nexchanges == 0)
			lfdw_multi_close(pool);
		else if (next == 0 || at < next)
			next = at;
	}
	if (next != 0)
		enable_timeout_at(timeout, next);
	else
		disable_timeout(timeout, false);
}

/* MemoryContextCallbackFunction: a transaction that was aborted is over. */
static void
end_aborted(void *is_registered)
{
	*(bool *) is_registered = false;
	close_idle();
}

/* XactCallback; an abort that fails comes here again. */
static void
end_transaction(XactEvent event, void *unused)
{
	static bool is_registered = false;
	static MemoryContextCallback callback = {
		.func = end_aborted,
		.arg = &is_registered
	};

	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_PREPARE)
		close_idle();
	else if (event == XACT_EVENT_ABORT && !is_registered)
	{
		is_registered = true;
		MemoryContextRegisterResetCallback(TopTransactionContext, &callback);
	}
}

/* Has idle connections closed from now on; does so once. */
void
lfdw_idle_begin(void)
{
	if (timeout != MAX_TIMEOUTS)
		return;
	timeout = RegisterTimeout(USER_TIMEOUT, lfdw_ask_for_transaction);
	RegisterXactCallback(end_transaction, NULL);
}
