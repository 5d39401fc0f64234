/*-------------------------------------------------------------------------
 *
 * http_idle.c
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
 * IDENTIFICATION
 *	  src/http_idle.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "http_multi.h"

static TimeoutId timeout = MAX_TIMEOUTS;

/* When a pool's connections are to be closed; 0 for never. */
static TimestampTz
close_at(const LfdwHttpPool *pool)
{
	/* what an abort leaves under way is released soon after */
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

	lfdw_http_close_retired();
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

/* XactCallback */
static void
end_transaction(XactEvent event, void *unused)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT ||
		event == XACT_EVENT_PREPARE)
		close_idle();
}

/* Has idle connections closed from now on. */
void
lfdw_idle_begin(void)
{
	if (timeout != MAX_TIMEOUTS)
		return;
	timeout = RegisterTimeout(USER_TIMEOUT, lfdw_ask_for_transaction);
	RegisterXactCallback(end_transaction, NULL);
}
