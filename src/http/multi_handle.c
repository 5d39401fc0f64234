/*-------------------------------------------------------------------------
 *
 * multi_handle.c
 *		The pools' multi handles: what libcurl calls back, and what it opens.
 *
 * Each pool has a multi handle, which keeps connections between statements;
 * names and TLS sessions are shared by all.  libcurl says which sockets it
 * waits for and until when; the wait itself is PostgreSQL's, so that cancel,
 * terminate, the postmaster's death and barriers act at once.  No call of
 * libcurl blocks.
 *
 * HTTP/1.1 is spoken, one exchange at a time on a connection: exchanges that
 * share one would wait for each other whenever a consumer pauses, and for one
 * exchange HTTP/2 is but more work.
 *
 * IDENTIFICATION
 *	  src/http/multi_handle.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <curl/curl.h>

#include "utils/timestamp.h"

#include "http/easy_handle_internal.h"
#include "http/multi_handle_internal.h"
#include "http/wait.h"

/* Connections that a pool keeps at least, libcurl counts those in use too. */
#define KEPT_CONNECTIONS_MIN 32

/* Exchanges that libcurl has carried, but for those under way. */
static uint64 nended = 0;

/* Names looked up, and TLS sessions, of all pools. */
static CURLSH *share = NULL;

/*
 * CURLMOPT_SOCKETFUNCTION
 *
 * A connection that is kept is watched on: the next exchange finds it so, which
 * saves two system calls each, and it will not be heard of before unless it ends.
 */
static int
watch_socket(CURL *easy, curl_socket_t fd, int what, void *pool, void *unused)
{
	bool		in_use = what != CURL_POLL_REMOVE && what != CURL_POLL_NONE;
	bool		is_kept = lfdw_pool_mark_socket(pool, fd, in_use);

	if (in_use)
		return lfdw_wait_watch(pool, fd, (what & CURL_POLL_IN) != 0,
							   (what & CURL_POLL_OUT) != 0) ? 0 : -1;
	if (!is_kept)
		lfdw_wait_forget(fd);
	return 0;
}

/* CURLMOPT_TIMERFUNCTION */
static int
set_timer(CURLM *multi, long timeout_ms, void *arg)
{
	LfdwHttpPool *pool = arg;

	pool->timer = timeout_ms >= 0;
	pool->timer_at = lfdw_wait_now_us() + timeout_ms * INT64CONST(1000);
	return 0;
}

/* Takes an exchange out of the multi handle, or from those that wait for one. */
static void
remove_exchange(LfdwHttpExchange *exchange)
{
	lfdw_callback_release_slots(exchange);
	if (exchange->attached)
	{
		exchange->pool->nexchanges--;
		exchange->pool->idle_since = GetCurrentTimestamp();
		curl_multi_remove_handle(exchange->pool->multi, exchange->easy);
		lfdw_callback_settle(exchange);
	}
	if (exchange->attached || exchange->waiting)
		dlist_delete(&exchange->node);
	exchange->attached = false;
	exchange->waiting = false;
}

/*
 * Takes an exchange out of the multi handle, between lfdw_callback_begin and _end,
 * and its handle away.  A detached exchange no longer uses its pool, which may be
 * freed first.
 */
void
lfdw_multi_detach(LfdwHttpExchange *exchange)
{
	nended += exchange->attached ? 1 : 0;
	remove_exchange(exchange);
	lfdw_easy_end(exchange);
}

/*
 * Has an exchange wait until there is a descriptor for it, with no slot of its
 * own.  That leaves none to others, so it is no end.
 */
void
lfdw_multi_postpone(LfdwHttpExchange *exchange)
{
	remove_exchange(exchange);
	exchange->no_descriptor = false;
	exchange->waiting = true;
	exchange->waits_since = nended;
	dlist_push_tail(&exchange->pool->waiting, &exchange->node);
}

/* Has any exchange ended since one began to wait? */
bool
lfdw_multi_ended_since(const LfdwHttpExchange *exchange)
{
	return nended != exchange->waits_since;
}

/* Will any exchange go on by itself, whatever its consumer does? */
bool
lfdw_multi_any_moves(void)
{
	dlist_iter	pools;

	dlist_foreach(pools, lfdw_pool_list())
	{
		LfdwHttpPool *pool = dlist_container(LfdwHttpPool, node, pools.cur);
		dlist_iter	iter;

		dlist_foreach(iter, &pool->exchanges)
		{
			if (lfdw_exchange_moves(dlist_container(LfdwHttpExchange, node,
													iter.cur)))
				return true;
		}
	}
	return false;
}

/* Ends a transfer that failed. */
void
lfdw_multi_fail(LfdwHttpExchange *exchange, LfdwHttpFailure failure, const char *message)
{
	lfdw_exchange_note_failure(exchange, failure, message);
	exchange->state = LFDW_HTTP_FAILED;
	/* whoever takes the slot begins when this connection is closed */
	lfdw_multi_detach(exchange);
	lfdw_exchange_end_slot(exchange);
}

/* What a proxy answered CONNECT with; 0 where it was not asked, or did not. */
static int
connect_status(const LfdwHttpExchange *exchange)
{
	long		status = 0;

	if (exchange->easy)
		curl_easy_getinfo(exchange->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	return (int) status;
}

/*
 * What libcurl's result means to us.
 *
 * It also fails to connect where a kept connection has died and no other can
 * be had; the request has been sent all the same.
 */
static LfdwHttpFailure
classify(const LfdwHttpExchange *exchange, CURLcode result)
{
	if (result == CURLE_OUT_OF_MEMORY)
	{
		/* 7.88 says so of a header line of more than 100 kB */
		return exchange->connected && !exchange->head_complete ?
			LFDW_HTTP_HEADERS_TOO_LARGE : LFDW_HTTP_NO_MEMORY;
	}
	if (exchange->connected)
		return LFDW_HTTP_BROKEN;
	if (exchange->no_descriptor)
		return LFDW_HTTP_NO_DESCRIPTOR;
	if (connect_status(exchange) / 100 == 4)
		return LFDW_HTTP_PROXY_REFUSED;
	switch (result)
	{
		case CURLE_COULDNT_CONNECT:
			return exchange->rule ? LFDW_HTTP_FORBIDDEN_ADDRESS :
				LFDW_HTTP_CANNOT_CONNECT;
		case CURLE_SSL_CONNECT_ERROR:
		case CURLE_SSL_CERTPROBLEM:
		case CURLE_SSL_CIPHER:
		case CURLE_SSL_CACERT_BADFILE:
		case CURLE_SSL_ISSUER_ERROR:
		case CURLE_SSL_ENGINE_INITFAILED:
		case CURLE_SSL_INVALIDCERTSTATUS:
		case CURLE_PEER_FAILED_VERIFICATION:
			return LFDW_HTTP_TLS;
		default:
			return LFDW_HTTP_CANNOT_CONNECT;
	}
}

/* Ends a transfer that libcurl gave up. */
void
lfdw_multi_fail_with_result(LfdwHttpExchange *exchange, int result)
{
	LfdwHttpFailure failure = classify(exchange, result);
	const char *message = exchange->handle->message;
	int			status = connect_status(exchange);
	char		text[64];

	if (failure == LFDW_HTTP_FORBIDDEN_ADDRESS)
		message = exchange->rule;
	else if (failure == LFDW_HTTP_HEADERS_TOO_LARGE)
		message = "a header is too large";
	else if (failure == LFDW_HTTP_NO_DESCRIPTOR)
		message = LFDW_NO_DESCRIPTOR_MESSAGE;
	else if (!exchange->connected && status != 0 && status / 100 != 2)
	{
		snprintf(text, sizeof(text),
				 "the proxy answered CONNECT with HTTP status %d", status);
		message = text;
	}
	else if (exchange->connected && !exchange->head_complete &&
			 exchange->last_status != 0)
	{
		snprintf(text, sizeof(text),
				 "the answer is HTTP status %d, and no other follows",
				 exchange->last_status);
		message = text;
	}
	else if (result == CURLE_OK)
		message = "the answer ended before its headers did";
	else if (message[0] == '\0')
		message = curl_easy_strerror(result);
	lfdw_multi_fail(exchange, failure, message);
}

/*
 * Has an exchange found no descriptor although it had a slot for one, while others
 * are under way that will leave theirs?  The system has fewer then than the server
 * takes for granted.
 */
static bool
must_wait(LfdwHttpExchange *exchange, CURLcode result)
{
	bool		others_move;

	if (result == CURLE_OK || exchange->has_failure ||
		classify(exchange, result) != LFDW_HTTP_NO_DESCRIPTOR)
		return false;
	/* it does not count itself */
	exchange->paused = true;
	others_move = lfdw_multi_any_moves();
	exchange->paused = false;
	return others_move;
}

/* A transfer is over. */
static void
finish(CURL *easy, CURLcode result)
{
	LfdwEasyHandle *handle = NULL;
	LfdwHttpExchange *exchange;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &handle);
	if (handle == NULL)
		return;
	exchange = handle->exchange;
	if (result == CURLE_OK && exchange->head_complete)
	{
		exchange->state = LFDW_HTTP_DONE;
		lfdw_exchange_end_slot(exchange);
		lfdw_multi_detach(exchange);
	}
	else if (must_wait(exchange, result))
		lfdw_multi_postpone(exchange);
	else
		lfdw_multi_fail_with_result(exchange, result);
}

/* Closes a pool's connections. */
static void
close_multi(LfdwHttpPool *pool)
{
	lfdw_easy_free_idle(pool);
	if (pool->multi)
	{
		curl_multi_cleanup(pool->multi);
		lfdw_pool_forget_sockets(pool);
		lfdw_pool_release_slots(LFDW_MULTI_SLOTS);
	}
	pool->multi = NULL;
	pool->timer = false;
	lfdw_wait_forget_all(pool);
}

/* The multi handle is unusable: gives it up, and whatever it carried. */
static void
discard_multi(LfdwHttpPool *pool, CURLMcode error)
{
	while (!dlist_is_empty(&pool->exchanges))
		lfdw_multi_fail(dlist_container(LfdwHttpExchange, node,
										dlist_head_node(&pool->exchanges)),
						LFDW_HTTP_BROKEN, curl_multi_strerror(error));
	close_multi(pool);
}

/* Closes a pool's connections.  Does not throw. */
void
lfdw_multi_close(LfdwHttpPool *pool)
{
	lfdw_callback_begin();
	close_multi(pool);
	lfdw_callback_end();
}

/*
 * Frees the retired pools that carry nothing more, with their connections.
 * Does not throw.
 */
void
lfdw_multi_close_retired(void)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, lfdw_pool_list())
	{
		LfdwHttpPool *pool = dlist_container(LfdwHttpPool, node, iter.cur);

		if (pool->retired && dlist_is_empty(&pool->exchanges) &&
			dlist_is_empty(&pool->waiting))
		{
			lfdw_multi_close(pool);
			lfdw_pool_free(pool);
		}
	}
}

static void
set_max_connections(LfdwHttpPool *pool, int max)
{
	if (curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, (long) max) == CURLM_OK)
		pool->max_connections = max;
}

/*
 * Closes the connections of pools that carry nothing; of others, one that nobody
 * uses as each of their exchanges ends.  Does not throw.
 */
static void
close_unused(void)
{
	dlist_iter	iter;

	dlist_foreach(iter, lfdw_pool_list())
	{
		LfdwHttpPool *pool = dlist_container(LfdwHttpPool, node, iter.cur);

		if (dlist_is_empty(&pool->exchanges))
			lfdw_multi_close(pool);
		else if (pool->nsockets > pool->nexchanges)
			set_max_connections(pool, pool->nexchanges);
	}
}

/* Acquires slots, if need be those of connections that nobody uses now. */
bool
lfdw_multi_acquire_slots(int count)
{
	if (lfdw_pool_acquire_slots(count))
		return true;
	close_unused();
	return lfdw_pool_acquire_slots(count);
}

/* Lets libcurl handle a ready socket, or its timer. */
void
lfdw_multi_act(LfdwHttpPool *pool, int fd, int mask)
{
	CURLMcode	error;
	CURLMsg    *message;
	int			count;

	if (pool->multi == NULL)
		return;
	if (fd != CURL_SOCKET_TIMEOUT && !lfdw_pool_uses_socket(pool, fd))
	{
		/* a connection that nobody uses has ended: libcurl will find it so */
		lfdw_wait_forget(fd);
		return;
	}
	error = curl_multi_socket_action(pool->multi, fd, mask, &count);
	if (error != CURLM_OK)
	{
		discard_multi(pool, error);
		return;
	}
	while ((message = curl_multi_info_read(pool->multi, &count)) != NULL)
	{
		if (message->msg == CURLMSG_DONE)
			finish(message->easy_handle, message->data.result);
	}
}

/* Calls libcurl where the time it asked for has come. */
void
lfdw_multi_act_on_timers(void)
{
	dlist_iter	iter;

	dlist_foreach(iter, lfdw_pool_list())
	{
		LfdwHttpPool *pool = dlist_container(LfdwHttpPool, node, iter.cur);

		if (pool->timer && lfdw_wait_now_us() >= pool->timer_at)
		{
			pool->timer = false;
			lfdw_multi_act(pool, CURL_SOCKET_TIMEOUT, 0);
		}
	}
}

/* Raises the error about libcurl's own set-up. */
void
lfdw_multi_report_setup(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_OUT_OF_MEMORY),
			 errmsg("could not set up libcurl")));
}

/* Initializes libcurl on first use, never while the library loads. */
void
lfdw_multi_init(void)
{
	static bool initialized = false;
	CURLSH	   *made;

	if (share)
		return;
	if (!initialized && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		lfdw_multi_report_setup();
	initialized = true;
	made = curl_share_init();
	if (made == NULL ||
		curl_share_setopt(made, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS) != CURLSHE_OK ||
		curl_share_setopt(made, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK)
	{
		curl_share_cleanup(made);
		lfdw_multi_report_setup();
	}
	share = made;
}

/*
 * Creates a pool's multi handle, whose slots are acquired and given back where
 * libcurl makes none.
 */
static bool
make_multi(LfdwHttpPool *pool)
{
	CURLM	   *multi = curl_multi_init();

	if (multi == NULL ||
		curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch_socket) != CURLM_OK ||
		curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, pool) != CURLM_OK ||
		curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer) != CURLM_OK ||
		curl_multi_setopt(multi, CURLMOPT_TIMERDATA, pool) != CURLM_OK ||
		curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long) KEPT_CONNECTIONS_MIN) != CURLM_OK)
	{
		curl_multi_cleanup(multi);
		lfdw_pool_release_slots(LFDW_MULTI_SLOTS);
		return false;
	}
	pool->multi = multi;
	pool->max_connections = KEPT_CONNECTIONS_MIN;
	return true;
}

/*
 * Creates a pool's multi handle on first use.  Returns false where there are
 * too many open files, or no memory.  Does not throw.
 */
bool
lfdw_multi_ensure(LfdwHttpPool *pool)
{
	return pool->multi || (lfdw_multi_acquire_slots(LFDW_MULTI_SLOTS) &&
						   make_multi(pool));
}

/* The same past the backend's share of descriptors. */
bool
lfdw_multi_ensure_anyhow(LfdwHttpPool *pool)
{
	if (pool->multi)
		return true;
	lfdw_pool_acquire_slots_always(LFDW_MULTI_SLOTS);
	return make_multi(pool);
}

/*
 * Hands an exchange that is ready to libcurl, which keeps as many connections as
 * there were exchanges side by side.  Does not throw.
 */
void
lfdw_multi_attach(LfdwHttpExchange *exchange)
{
	LfdwHttpPool *pool = exchange->pool;
	CURLMcode	error;

	lfdw_callback_begin();
	if (exchange->waiting)
		dlist_delete(&exchange->node);
	exchange->waiting = false;
	if (pool->nexchanges >= pool->max_connections)
		set_max_connections(pool, Max(pool->max_connections * 2, KEPT_CONNECTIONS_MIN));
	error = curl_multi_add_handle(pool->multi, exchange->easy);
	if (error == CURLM_OK)
	{
		exchange->attached = true;
		dlist_push_tail(&pool->exchanges, &exchange->node);
		pool->nexchanges++;
		lfdw_multi_act_on_timers();
	}
	else
		lfdw_multi_fail(exchange, LFDW_HTTP_BROKEN, curl_multi_strerror(error));
	lfdw_callback_end();
}

/* What exchanges of all pools share, as libcurl knows it; see lfdw_multi_init. */
void *
lfdw_multi_share(void)
{
	return share;
}

/*
 * Closes a pool's connections where one of them has died and none is in use:
 * libcurl 8 looks for dead ones once a second at most, and would send a request
 * over them.
 */
void
lfdw_multi_drop_dead(LfdwHttpPool *pool)
{
	if (dlist_is_empty(&pool->exchanges) && lfdw_pool_has_dead_socket(pool))
		lfdw_multi_close(pool);
}
