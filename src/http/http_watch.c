/*-------------------------------------------------------------------------
 *
 * http_watch.c
 *		HTTP exchanges that another's wait waits for: Append's.
 *
 * Whoever waits for exchanges of several scans, and for others beside, does so
 * in a wait event set of its own.  It asks each scan for a descriptor, waits,
 * and tells the scans whose descriptor was ready:
 *
 *	arm		the descriptor is ready at once if there is news that another wait
 *			took in, else when any exchange of the backend can go on, or a time
 *			has come
 *	look	what became ready is moved, the time waited is counted
 *
 * Between the first arm and the wait nothing else must be waited for: news that
 * this took in would not end the wait.
 *
 * The end of the wait is seen at the first look, be it another Append's; that of a
 * wait of which nobody was told at the next arm.  At most a second of it counts,
 * since the executor may have been elsewhere for long.  So that no wait is longer,
 * it ends after a second.  That also has a cancel seen by an Append that does not
 * wait for the latch, as that of older minor releases.
 *
 * IDENTIFICATION
 *	  src/http/http_watch.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/ilist.h"

#include "http/exchange_internal.h"
#include "http/http_wait_internal.h"
#include "http/http_watch.h"
#include "pg/owner.h"

#ifdef LFDW_WAIT_USES_EPOLL

/* The longest time without a look. */
#define LOOK_EVERY_US INT64CONST(1000000)

struct LfdwHttpWatch
{
	dlist_node	node;			/* among those armed */
	bool		armed;
	int64		armed_at_us;
	int64		waited_us;		/* not counted yet */
	pgsocket	fd;
	bool		always_ready;	/* is fd that? */
	bool		news;			/* not looked at yet */
};

/* Those that have not been looked at since. */
static dlist_head armed_watches = DLIST_STATIC_INIT(armed_watches);

static void
disarm(LfdwHttpWatch *watch)
{
	if (watch->armed)
		dlist_delete(&watch->node);
	watch->armed = false;
}

/*
 * Adds what was waited since the watch was armed: no wait is longer than
 * LOOK_EVERY_US, and before it the executor may have been elsewhere for long.
 */
static void
add_waited(LfdwHttpWatch *watch, int64 now)
{
	watch->waited_us += Min(now - watch->armed_at_us, LOOK_EVERY_US);
}

/* Gives the descriptor back; may be called twice. */
static void
release(void *arg)
{
	LfdwHttpWatch *watch = arg;

	disarm(watch);
	if (watch->fd != PGINVALID_SOCKET)
		lfdw_socket_set_take_back(watch->fd);
	watch->fd = PGINVALID_SOCKET;
}

/* Can exchanges be watched on this system? */
bool
lfdw_http_watch_is_possible(void)
{
	return true;
}

/*
 * Makes what a scan needs for its exchanges to be watched.  It belongs to the
 * current memory context.  Returns NULL where there is no descriptor for it.
 * Raises what the first wait raises.
 */
LfdwHttpWatch *
lfdw_http_watch_create(void)
{
	LfdwHttpWatch *watch = palloc0(sizeof(LfdwHttpWatch));

	watch->fd = PGINVALID_SOCKET;
	lfdw_owner_register(CurrentMemoryContext, release, watch);
	watch->fd = lfdw_socket_set_lend();
	return watch->fd == PGINVALID_SOCKET ? NULL : watch;
}

/* Counts what was waited for the exchanges, and ends those past a deadline. */
static void
count(LfdwHttpWatch *watch, LfdwHttpExchange **exchanges, int nexchanges)
{
	lfdw_http_count(exchanges, nexchanges, watch->waited_us);
	watch->waited_us = 0;
}

/* Has the descriptor be ready always, or when there is something to do. */
static void
set_always_ready(LfdwHttpWatch *watch, bool ready)
{
	if (watch->always_ready == ready)
		return;
	if (!lfdw_socket_set_lend_ready(watch->fd, ready))
		ereport(ERROR,
				(errcode(ERRCODE_SYSTEM_ERROR),
				 errmsg("could not duplicate a descriptor: %m")));
	watch->always_ready = ready;
}

/*
 * The descriptor to wait for, readable, until one of the exchanges has something
 * its consumer has not seen, or until the time until_us of lfdw_wait_now_us.  It
 * may be ready before.  Time until lfdw_http_watch_look counts for the deadlines
 * of the exchanges.  See lfdw_http_wait.
 */
pgsocket
lfdw_http_watch_arm(LfdwHttpWatch *watch, LfdwHttpExchange **exchanges,
					int nexchanges, int64 until_us)
{
	bool		resumed = lfdw_http_resume(exchanges, nexchanges);
	int64		now = lfdw_wait_now_us();

	/* those that have been armed do not look for news any more */
	if (resumed && !dlist_is_empty(&armed_watches))
		lfdw_socket_set_timer(now);
	if (watch->armed)
		add_waited(watch, now);
	else
		dlist_push_tail(&armed_watches, &watch->node);
	watch->armed = true;
	watch->armed_at_us = now;
	count(watch, exchanges, nexchanges);
	watch->news |= lfdw_exchange_take_any_news(exchanges, nexchanges) ||
		now >= until_us;
	set_always_ready(watch, watch->news);
	if (!watch->news)
		lfdw_socket_set_timer(Min(lfdw_exchange_next_time(exchanges, nexchanges,
														  now, until_us),
								  now + LOOK_EVERY_US));
	return watch->fd;
}

/* The wait is over, for all: moves what is ready. */
static void
end_wait(void)
{
	int64		now = lfdw_wait_now_us();
	LfdwReadySocket ready[LFDW_READY_MAX];
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &armed_watches)
	{
		LfdwHttpWatch *watch = dlist_container(LfdwHttpWatch, node, iter.cur);

		add_waited(watch, now);
		disarm(watch);
	}
	lfdw_http_act(ready, lfdw_socket_set_poll(ready));
}

/*
 * After the wait: takes in what has come of the exchanges that the watch was
 * armed for, which whoever waits for the scan is to see now.  Does not wait.
 */
void
lfdw_http_watch_look(LfdwHttpWatch *watch, LfdwHttpExchange **exchanges,
					 int nexchanges)
{
	if (watch->armed)
		end_wait();
	count(watch, exchanges, nexchanges);
	(void) lfdw_exchange_take_any_news(exchanges, nexchanges);
	watch->news = false;
}

#else

/* Can exchanges be watched on this system? */
bool
lfdw_http_watch_is_possible(void)
{
	return false;
}

/* There is no watch, so that nothing is done with one. */
LfdwHttpWatch *
lfdw_http_watch_create(void)
{
	return NULL;
}

pgsocket
lfdw_http_watch_arm(LfdwHttpWatch *watch, LfdwHttpExchange **exchanges,
					int nexchanges, int64 until_us)
{
	return PGINVALID_SOCKET;
}

void
lfdw_http_watch_look(LfdwHttpWatch *watch, LfdwHttpExchange **exchanges,
					 int nexchanges)
{
}

#endif							/* LFDW_WAIT_USES_EPOLL */
