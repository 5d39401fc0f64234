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
 * HTTP/2 is spoken where the other side offers it, one exchange at a time on a
 * connection: exchanges that share one would wait for each other whenever a
 * consumer pauses.
 *
 * Nothing throws across libcurl: its callbacks only note what happened.
 * Signals are blocked around its calls, because a thread that it starts to
 * look up a name would run PostgreSQL's signal handlers (curl issue 8339).
 *
 * IDENTIFICATION
 *	  src/http/multi_handle.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include <curl/curl.h>

#include "libpq/pqsignal.h"
#include "utils/timestamp.h"

#include "base/net_address.h"
#include "http/easy_handle_internal.h"
#include "http/multi_handle_internal.h"
#include "http/wait.h"

#define READ_SIZE (256 * 1024)	/* what libcurl reads at once */
#define IDLE_CONNECTIONS_MAX 32 /* that a pool keeps */

/* Network address translators forget a silent connection after 350 s. */
#define KEEPALIVE_SECONDS 45L

StaticAssertDecl(sizeof(((LfdwHttpExchange *) NULL)->curl_message) >= CURL_ERROR_SIZE,
				 "libcurl writes messages of CURL_ERROR_SIZE bytes");

/* Names looked up, and TLS sessions, of all pools. */
static CURLSH *share = NULL;

/* CURLOPT_WRITEFUNCTION */
static size_t
receive_body(char *data, size_t size, size_t count, void *exchange)
{
	switch (lfdw_exchange_take_body(exchange, data, size * count))
	{
		case LFDW_TAKEN:
			return size * count;
		case LFDW_TAKEN_LATER:
			return CURL_WRITEFUNC_PAUSE;
		case LFDW_TAKEN_NEVER:
			break;
	}
	return 0;
}

/* CURLOPT_HEADERFUNCTION: a line at a time. */
static size_t
receive_header(char *line, size_t size, size_t count, void *exchange)
{
	return lfdw_exchange_take_header(exchange, line, size * count) ?
		size * count : 0;
}

/*
 * CURLOPT_RESOLVER_START_FUNCTION: a name is about to be looked up, for which
 * libcurl opens a pair of descriptors.
 */
static int
start_lookup(void *resolver, void *unused, void *arg)
{
	LfdwHttpExchange *exchange = arg;

	if (!exchange->looks_up)
		lfdw_pool_acquire_slots_always(LFDW_LOOKUP_SLOTS);
	exchange->looks_up = true;
	return 0;
}

/* Has an exchange a slot for a socket now?  It becomes the socket's. */
static bool
take_slot(LfdwHttpExchange *exchange)
{
	bool		had_slot = exchange->has_slot;

	/* the name has been looked up */
	if (exchange->has_slot)
		exchange->pool->nreserved--;
	exchange->has_slot = false;
	lfdw_exchange_release_slots(exchange);
	return had_slot || lfdw_pool_acquire_slots(1);
}

/*
 * CURLOPT_OPENSOCKETFUNCTION: the address is known, nothing is sent yet.
 * libcurl goes on to the name's next address where this one is refused.
 */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	LfdwHttpExchange *exchange = arg;
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (!lfdw_exchange_may_connect(exchange, &address->addr))
		return CURL_SOCKET_BAD;
	if (!take_slot(exchange))
	{
		exchange->no_descriptor = true;
		return CURL_SOCKET_BAD;
	}
	fd = socket(address->family, address->socktype, address->protocol);
	if (fd == CURL_SOCKET_BAD && (errno == EMFILE || errno == ENFILE))
		exchange->no_descriptor = true;
	if (fd != CURL_SOCKET_BAD &&
		lfdw_pool_add_socket(exchange->pool, fd, &address->addr))
	{
		exchange->pool->nopening += exchange->opened_socket ? 0 : 1;
		exchange->opened_socket = true;
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		return fd;
	}
	if (fd != CURL_SOCKET_BAD)
		close(fd);
	lfdw_pool_release_slots(1);
	return CURL_SOCKET_BAD;
}

/* CURLOPT_CLOSESOCKETFUNCTION; the exchange that opened it may be long gone. */
static int
close_socket(void *pool, curl_socket_t fd)
{
	lfdw_pool_remove_socket(pool, fd);
	return close(fd);
}

/*
 * CURLOPT_PREREQFUNCTION: connected.  A connection that was kept must pass the
 * rules of this exchange too.
 *
 * libcurl sends a request again by itself where a kept connection dies before
 * the answer; whether a function may run twice is not for it to say.
 */
static int
before_request(void *arg, char *address, char *local, int port, int local_port)
{
	LfdwHttpExchange *exchange = arg;
	struct sockaddr_storage parsed;

	if (exchange->connected)
	{
		lfdw_exchange_note_failure(exchange, LFDW_HTTP_BROKEN,
								   "the connection was closed before an answer");
		return CURL_PREREQFUNC_ABORT;
	}
	exchange->connected = true;
	/* whoever waits may begin more: a connection kept needs no slot */
	exchange->news = true;
	lfdw_exchange_release_slots(exchange);
	if (!lfdw_address_parse(address, &parsed))
		exchange->rule = "the address is not known";
	else if (lfdw_exchange_may_connect(exchange, (struct sockaddr *) &parsed))
		return CURL_PREREQFUNC_OK;
	lfdw_exchange_note_failure(exchange, LFDW_HTTP_FORBIDDEN_ADDRESS,
							   exchange->rule);
	return CURL_PREREQFUNC_ABORT;
}

/* CURLMOPT_SOCKETFUNCTION */
static int
watch_socket(CURL *easy, curl_socket_t fd, int what, void *pool, void *unused)
{
	bool		in_use = what != CURL_POLL_REMOVE && what != CURL_POLL_NONE;

	lfdw_pool_mark_socket(pool, fd, in_use);
	if (!in_use)
		lfdw_wait_forget(fd);
	else if (!lfdw_wait_watch(pool, fd, (what & CURL_POLL_IN) != 0,
							  (what & CURL_POLL_OUT) != 0))
		return -1;
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

/*
 * Takes an exchange out of the multi handle; signals are blocked.  A
 * detached exchange no longer uses its pool, which may be freed first.
 */
void
lfdw_multi_detach(LfdwHttpExchange *exchange)
{
	lfdw_exchange_release_slots(exchange);
	if (!exchange->attached)
		return;
	exchange->attached = false;
	dlist_delete(&exchange->node);
	exchange->pool->nexchanges--;
	exchange->pool->idle_since = GetCurrentTimestamp();
	curl_multi_remove_handle(exchange->pool->multi, exchange->easy);
	lfdw_pool_reconcile();
	exchange->pool->nopening -= exchange->opened_socket ? 1 : 0;
}

/* Ends a transfer that failed; signals are blocked. */
void
lfdw_multi_fail(LfdwHttpExchange *exchange, LfdwHttpFailure failure, const char *message)
{
	lfdw_exchange_note_failure(exchange, failure, message);
	exchange->state = LFDW_HTTP_FAILED;
	lfdw_multi_detach(exchange);
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

/* Ends a transfer that libcurl gave up; signals are blocked. */
void
lfdw_multi_fail_with_result(LfdwHttpExchange *exchange, int result)
{
	LfdwHttpFailure failure = classify(exchange, result);
	const char *message = exchange->curl_message;
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

/* A transfer is over. */
static void
finish(CURL *easy, CURLcode result)
{
	LfdwHttpExchange *exchange = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &exchange);
	if (exchange == NULL)
		return;
	if (result == CURLE_OK && exchange->head_complete)
	{
		exchange->state = LFDW_HTTP_DONE;
		lfdw_multi_detach(exchange);
		return;
	}
	lfdw_multi_fail_with_result(exchange, result);
}

/* Closes a pool's connections; signals are blocked. */
static void
close_multi(LfdwHttpPool *pool)
{
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
	sigset_t	saved;

	sigprocmask(SIG_SETMASK, &BlockSig, &saved);
	close_multi(pool);
	sigprocmask(SIG_SETMASK, &saved, NULL);
}

/*
 * Frees the retired pools that carry nothing more, with their connections.
 * Does not throw.
 */
void
lfdw_multi_close_retired(void)
{
	dlist_mutable_iter iter;
	sigset_t	saved;

	sigprocmask(SIG_SETMASK, &BlockSig, &saved);
	dlist_foreach_modify(iter, lfdw_pool_list())
	{
		LfdwHttpPool *pool = dlist_container(LfdwHttpPool, node, iter.cur);

		if (pool->retired && dlist_is_empty(&pool->exchanges))
		{
			close_multi(pool);
			lfdw_pool_free(pool);
		}
	}
	sigprocmask(SIG_SETMASK, &saved, NULL);
}

/* Closes the connections of pools that carry nothing.  Does not throw. */
static void
close_unused(void)
{
	dlist_iter	iter;

	dlist_foreach(iter, lfdw_pool_list())
	{
		LfdwHttpPool *pool = dlist_container(LfdwHttpPool, node, iter.cur);

		if (dlist_is_empty(&pool->exchanges))
			lfdw_multi_close(pool);
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

/* Lets libcurl handle a ready socket, or its timer; signals are blocked. */
void
lfdw_multi_act(LfdwHttpPool *pool, int fd, int mask)
{
	CURLMcode	error;
	CURLMsg    *message;
	int			count;

	if (pool->multi == NULL)
		return;
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

/* Calls libcurl where the time it asked for has come; signals are blocked. */
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
 * Creates a pool's multi handle on first use.  Returns false where there are
 * too many open files.
 */
bool
lfdw_multi_ensure(LfdwHttpPool *pool)
{
	CURLM	   *multi;

	if (pool->multi)
		return true;
	if (!lfdw_multi_acquire_slots(LFDW_MULTI_SLOTS))
		return false;
	multi = curl_multi_init();
	if (multi == NULL ||
		curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch_socket) != CURLM_OK ||
		curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, pool) != CURLM_OK ||
		curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer) != CURLM_OK ||
		curl_multi_setopt(multi, CURLMOPT_TIMERDATA, pool) != CURLM_OK ||
		curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long) CURLPIPE_NOTHING) != CURLM_OK ||
		curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long) IDLE_CONNECTIONS_MAX) != CURLM_OK)
	{
		curl_multi_cleanup(multi);
		lfdw_pool_release_slots(LFDW_MULTI_SLOTS);
		lfdw_multi_report_setup();
	}
	pool->multi = multi;
	return true;
}

/* What every exchange sets alike. */
void
lfdw_multi_set_options(LfdwHttpExchange *exchange)
{
	CURL	   *easy = exchange->easy;

	SET(CURLOPT_PRIVATE, exchange);
	SET(CURLOPT_ERRORBUFFER, exchange->curl_message);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_QUICK_EXIT, 1L);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_2TLS);
	SET(CURLOPT_SHARE, share);
	SET(CURLOPT_TCP_NODELAY, 1L);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_TCP_KEEPIDLE, KEEPALIVE_SECONDS);
	SET(CURLOPT_TCP_KEEPINTVL, KEEPALIVE_SECONDS);
	SET(CURLOPT_BUFFERSIZE, (long) READ_SIZE);
	/* deadlines are ours: they must not count the executor's time */
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long) INT_MAX);
	SET(CURLOPT_WRITEFUNCTION, receive_body);
	SET(CURLOPT_WRITEDATA, exchange);
	SET(CURLOPT_HEADERFUNCTION, receive_header);
	SET(CURLOPT_HEADERDATA, exchange);
	SET(CURLOPT_RESOLVER_START_FUNCTION, start_lookup);
	SET(CURLOPT_RESOLVER_START_DATA, exchange);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, exchange);
	SET(CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	SET(CURLOPT_CLOSESOCKETDATA, exchange->pool);
	SET(CURLOPT_PREREQFUNCTION, before_request);
	SET(CURLOPT_PREREQDATA, exchange);
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
