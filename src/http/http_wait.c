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

#include <curl/curl.h>

#include "miscadmin.h"

#include "http/answer_memory.h"
#include "http/callback_internal.h"
#include "http/descriptor_internal.h"
#include "http/http.h"
#include "http/http_wait_internal.h"
#include "http/multi_handle_internal.h"
#include "http/wait.h"

/* Lets libcurl handle the sockets that are ready, and the times that have come. */
void
lfdw_http_act(const LfdwReadySocket *ready, int nready)
{
	lfdw_callback_begin();
	for (int i = 0; i < nready; i++)
		lfdw_multi_act(ready[i].owner, ready[i].fd,
					   (ready[i].readable ? CURL_CSELECT_IN : 0) |
					   (ready[i].writeable ? CURL_CSELECT_OUT : 0));
	lfdw_multi_act_on_timers();
	lfdw_callback_end();
}

/* Waits once, and moves what became ready. */
static void
wait_once(LfdwWaitEvent event, long timeout)
{
	LfdwReadySocket ready[LFDW_READY_MAX];
	int			nready = lfdw_wait_for_sockets(event, timeout, ready);

	lfdw_http_act(ready, nready);
}

/*
 * Holds a transfer back while the memory of all answers is short, before libcurl
 * reads any more of it.
 */
static void
hold_back(LfdwHttpExchange *exchange)
{
	lfdw_answer_memory_trim(&exchange->body);
	lfdw_exchange_count_memory(exchange);
	if (exchange->held_back || !exchange->connected ||
		!lfdw_exchange_has_room(exchange))
		return;
	/* a consumer who has made room can do no more */
	exchange->paused = false;
	exchange->held_back = true;
	(void) curl_easy_pause(exchange->easy, CURLPAUSE_RECV);
}

/*
 * Lets a pool's transfers go on whose consumer has made room, and holds back
 * those that there is no memory for.  Returns whether any has gone on.
 */
static bool
resume_paused(LfdwHttpPool *pool)
{
	bool		resumed = false;
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &pool->exchanges)
	{
		LfdwHttpExchange *exchange = dlist_container(LfdwHttpExchange, node,
													 iter.cur);

		if (lfdw_exchange_must_wait(exchange))
			hold_back(exchange);
		else if (exchange->held_back ||
				 (exchange->paused && lfdw_exchange_has_room(exchange)))
		{
			CURLcode	error;

			exchange->paused = false;
			exchange->held_back = false;
			resumed = true;
			error = curl_easy_pause(exchange->easy, CURLPAUSE_CONT);
			if (error != CURLE_OK && !exchange->paused)
				lfdw_multi_fail_with_result(exchange, error);
		}
	}
	return resumed;
}

/*
 * The same for all pools, and for what waits for a descriptor, when these exchanges
 * are about to be waited for.  Returns whether any exchange may have news by that.
 */
bool
lfdw_http_resume(LfdwHttpExchange **exchanges, int nexchanges)
{
	bool		resumed = false;
	dlist_iter	iter;

	lfdw_exchange_prefer_one(exchanges, nexchanges);
	lfdw_callback_begin();
	dlist_foreach(iter, lfdw_pool_list())
		resumed |= resume_paused(dlist_container(LfdwHttpPool, node, iter.cur));
	lfdw_callback_end();
	return lfdw_descriptor_begin_waiting() || resumed;
}

static void
count_one(LfdwHttpExchange *exchange, int64 elapsed_us)
{
	lfdw_exchange_count_wait(exchange, elapsed_us);
	if (lfdw_exchange_note_timeout(exchange))
		lfdw_multi_fail(exchange, exchange->failure, exchange->message);
}

/* Counts for all that are under way, but for those given. */
static void
count_others(LfdwHttpExchange **exchanges, int nexchanges, int64 elapsed_us)
{
	dlist_iter	pools;

	dlist_foreach(pools, lfdw_pool_list())
	{
		LfdwHttpPool *pool = dlist_container(LfdwHttpPool, node, pools.cur);
		dlist_mutable_iter iter;

		dlist_foreach_modify(iter, &pool->exchanges)
		{
			LfdwHttpExchange *exchange = dlist_container(LfdwHttpExchange, node,
														 iter.cur);
			int			i = 0;

			while (i < nexchanges && exchanges[i] != exchange)
				i++;
			if (i == nexchanges && lfdw_exchange_moves(exchange))
				count_one(exchange, elapsed_us);
		}
	}
}

/* Counts the time waited, and ends exchanges past a deadline. */
void
lfdw_http_count(LfdwHttpExchange **exchanges, int nexchanges, int64 elapsed_us)
{
	lfdw_callback_begin();
	for (int i = 0; i < nexchanges; i++)
		count_one(exchanges[i], elapsed_us);
	lfdw_callback_end();
}

/*
 * The same; who waits for a descriptor waits for those that have one, as does who is
 * said to wait for others.
 */
static void
count_with_others(LfdwHttpExchange **exchanges, int nexchanges,
				  int64 elapsed_us, bool waited_for_others)
{
	for (int i = 0; i < nexchanges; i++)
		waited_for_others |= exchanges[i]->waiting;
	lfdw_http_count(exchanges, nexchanges, elapsed_us);
	if (!waited_for_others)
		return;
	lfdw_callback_begin();
	count_others(exchanges, nexchanges, elapsed_us);
	lfdw_callback_end();
}

/*
 * Waits until at least one of the exchanges has something its consumer has
 * not seen: its headers, bytes of the body, its end or its failure; or has a
 * window so full that the consumer must discard bytes or widen it.  At the
 * time until_us of lfdw_wait_now_us it returns all the same; PG_INT64_MAX
 * means never, and a time that has come that bytes are moved as far as they go
 * without waiting.  So it does when the latch was set: whoever set it may have told
 * the caller something in another way.  other says what else the caller waits for, a
 * slot or an answer of another session, or LFDW_WAIT_NONE: the time of exchanges of
 * other scans, which may have it, counts then, too.
 *
 * All exchanges of the backend make progress meanwhile; the time counts for
 * the deadlines of those given.  Interrupts are served at once and may raise
 * errors; so may the wait event set, for want of descriptors.
 */
void
lfdw_http_wait(LfdwHttpExchange **exchanges, int nexchanges, int64 until_us,
			   LfdwWaitEvent other)
{
	for (;;)
	{
		int64		start;
		int64		now;

		CHECK_FOR_INTERRUPTS();
		(void) lfdw_http_resume(exchanges, nexchanges);
		if (lfdw_exchange_take_any_news(exchanges, nexchanges))
			return;
		start = lfdw_wait_now_us();
		wait_once(other != LFDW_WAIT_NONE && nexchanges == 0 ? other :
				  lfdw_exchange_wait_event(exchanges, nexchanges),
				  lfdw_exchange_next_timeout(exchanges, nexchanges, until_us));
		now = lfdw_wait_now_us();
		count_with_others(exchanges, nexchanges, now - start,
						  other != LFDW_WAIT_NONE);
		if (lfdw_wait_was_woken() || now >= until_us)
			return;
	}
}

/* Adds those exchanges of a list that hold a slot to an array, if it is not NULL. */
static int
add_holders(dlist_head *list, LfdwHttpExchange **holders)
{
	int			count = 0;
	dlist_iter	iter;

	dlist_foreach(iter, list)
	{
		LfdwHttpExchange *exchange = dlist_container(LfdwHttpExchange, node,
													 iter.cur);

		if (lfdw_exchange_holds_slot(exchange))
		{
			if (holders)
				holders[count] = exchange;
			count++;
		}
	}
	return count;
}

/* The exchanges of the backend that hold a slot, and how many there are. */
static int
fill_holders(LfdwHttpExchange **holders)
{
	int			count = 0;
	dlist_iter	iter;

	dlist_foreach(iter, lfdw_pool_list())
	{
		LfdwHttpPool *pool = dlist_container(LfdwHttpPool, node, iter.cur);

		count += add_holders(&pool->exchanges, holders ? holders + count : NULL);
		count += add_holders(&pool->waiting, holders ? holders + count : NULL);
	}
	return count;
}

/* The same, palloc'd. */
static LfdwHttpExchange **
list_holders(int *count)
{
	LfdwHttpExchange **holders = palloc(sizeof(LfdwHttpExchange *) *
										fill_holders(NULL));

	*count = fill_holders(holders);
	return holders;
}

/*
 * Has the exchanges that hold a slot be read on, whatever their consumers do, as far as
 * the memory of all answers goes: for who waits for a slot, which may be one of theirs.
 */
void
lfdw_http_read_on(void)
{
	int			count;
	LfdwHttpExchange **holders;

	if (lfdw_answer_memory_is_short())
		return;
	holders = list_holders(&count);
	for (int i = 0; i < count; i++)
		lfdw_exchange_widen(holders[i]);
	pfree(holders);
}

/*
 * Do none of the exchanges that hold a slot go on, because there is no memory for
 * their answers?
 */
bool
lfdw_http_is_stuck(void)
{
	int			count;
	LfdwHttpExchange **holders;
	bool		stuck = true;

	if (!lfdw_answer_memory_is_short())
		return false;
	holders = list_holders(&count);
	for (int i = 0; i < count; i++)
		stuck &= !lfdw_exchange_moves(holders[i]);
	pfree(holders);
	return stuck;
}

/* Drops exchanges whose head nobody waits for, or has come; keeps the order. */
static int
keep_settling(LfdwHttpExchange **exchanges, int count)
{
	int			kept = 0;

	for (int i = 0; i < count; i++)
	{
		if (lfdw_server_slot_blocks(exchanges[i]->slot))
			exchanges[kept++] = exchanges[i];
	}
	return kept;
}

/*
 * Waits until no exchange of the backend holds a slot that others may wait for, but for
 * those that hold it to their end.  Each that has one has news for its consumer then.
 * Raises what lfdw_http_wait raises.
 */
void
lfdw_http_settle(void)
{
	int			count;
	int			nall;
	LfdwHttpExchange **all;
	LfdwHttpExchange **settling;

	/* workers ask before each row */
	if (!lfdw_server_holds_slots())
		return;
	all = list_holders(&nall);
	settling = palloc(sizeof(LfdwHttpExchange *) * nall);
	memcpy(settling, all, sizeof(LfdwHttpExchange *) * nall);
	count = nall;
	while ((count = keep_settling(settling, count)) > 0)
		lfdw_http_wait(settling, count, PG_INT64_MAX, LFDW_WAIT_NONE);
	for (int i = 0; i < nall; i++)
		all[i]->news = true;
	pfree(settling);
	pfree(all);
}

/*
 * The process exits: closes what holds a slot, and then releases that.  Does not throw,
 * but for want of memory.
 */
void
lfdw_http_cut(void)
{
	int			count;
	LfdwHttpExchange **holders = list_holders(&count);

	lfdw_callback_begin();
	for (int i = 0; i < count; i++)
	{
		lfdw_multi_detach(holders[i]);
		lfdw_exchange_end_slot(holders[i]);
	}
	lfdw_callback_end();
	pfree(holders);
}
