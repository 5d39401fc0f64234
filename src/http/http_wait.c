/*-------------------------------------------------------------------------
 *
 * http_wait.c
 *		The wait for HTTP exchanges.
 *
 * All exchanges of the backend make progress in it, whoever waits.
 *
 * IDENTIFICATION
 *	  src/http/http_wait.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <signal.h>

#include <curl/curl.h>

#include "libpq/pqsignal.h"
#include "miscadmin.h"

#include "http/http.h"
#include "http/multi_handle_internal.h"
#include "http/wait.h"

/* Waits once, and lets libcurl handle what became ready. */
static void
wait_once(LfdwWaitEvent event, long timeout)
{
	LfdwReadySocket ready[LFDW_READY_MAX];
	int			nready = lfdw_wait_for_sockets(event, timeout, ready);
	sigset_t	saved;

	sigprocmask(SIG_SETMASK, &BlockSig, &saved);
	for (int i = 0; i < nready; i++)
		lfdw_multi_act(ready[i].owner, ready[i].fd,
					   (ready[i].readable ? CURL_CSELECT_IN : 0) |
					   (ready[i].writeable ? CURL_CSELECT_OUT : 0));
	lfdw_multi_act_on_timers();
	sigprocmask(SIG_SETMASK, &saved, NULL);
}

/* Lets a pool's transfers go on whose consumer has made room. */
static void
resume_paused(LfdwHttpPool *pool)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &pool->exchanges)
	{
		LfdwHttpExchange *exchange = dlist_container(LfdwHttpExchange, node,
													 iter.cur);

		if (exchange->paused && lfdw_exchange_has_room(exchange))
		{
			CURLcode	error;

			exchange->paused = false;
			error = curl_easy_pause(exchange->easy, CURLPAUSE_CONT);
			if (error != CURLE_OK && !exchange->paused)
				lfdw_multi_fail_with_result(exchange, error);
		}
	}
}

static void
resume_all_paused(void)
{
	dlist_iter	iter;
	sigset_t	saved;

	sigprocmask(SIG_SETMASK, &BlockSig, &saved);
	dlist_foreach(iter, lfdw_pool_list())
		resume_paused(dlist_container(LfdwHttpPool, node, iter.cur));
	sigprocmask(SIG_SETMASK, &saved, NULL);
}

/* Counts the time waited, and ends exchanges past a deadline. */
static void
check_deadlines(LfdwHttpExchange **exchanges, int nexchanges, int64 elapsed_us)
{
	sigset_t	saved;

	sigprocmask(SIG_SETMASK, &BlockSig, &saved);
	for (int i = 0; i < nexchanges; i++)
	{
		LfdwHttpExchange *exchange = exchanges[i];

		lfdw_exchange_count_wait(exchange, elapsed_us);
		if (lfdw_exchange_note_timeout(exchange))
			lfdw_multi_fail(exchange, exchange->failure, exchange->message);
	}
	sigprocmask(SIG_SETMASK, &saved, NULL);
}

/*
 * Waits until at least one of the exchanges has something its consumer has
 * not seen: its headers, bytes of the body, its end or its failure; or has a
 * window so full that the consumer must discard bytes or widen it.  At the
 * time until_us of lfdw_wait_now_us it returns all the same; PG_INT64_MAX
 * means never, and a time that has come that bytes are moved as far as they go
 * without waiting.  So it does when the latch was set: whoever set it may have told
 * the caller something in another way.
 *
 * All exchanges of the backend make progress meanwhile; the time counts for
 * the deadlines of those given.  Interrupts are served at once and may raise
 * errors; so may the wait event set, for want of descriptors.
 */
void
lfdw_http_wait(LfdwHttpExchange **exchanges, int nexchanges, int64 until_us)
{
	for (;;)
	{
		int64		start;
		int64		now;

		CHECK_FOR_INTERRUPTS();
		resume_all_paused();
		if (lfdw_exchange_take_any_news(exchanges, nexchanges))
			return;
		start = lfdw_wait_now_us();
		wait_once(lfdw_exchange_wait_event(exchanges, nexchanges),
				  lfdw_exchange_next_timeout(exchanges, nexchanges, until_us));
		now = lfdw_wait_now_us();
		check_deadlines(exchanges, nexchanges, now - start);
		if (lfdw_wait_was_woken() || now >= until_us)
			return;
	}
}
