/*-------------------------------------------------------------------------
 *
 * http.c
 *		HTTP exchanges: the only user of libcurl, and the only wait.
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
 *	  src/http.c
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
#include "miscadmin.h"
#include "storage/fd.h"

#include "common/net_address.h"
#include "http.h"
#include "http_exchange.h"
#include "http_wait.h"
#include "owner.h"

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
 * CURLOPT_OPENSOCKETFUNCTION: the address is known, nothing is sent yet.
 * libcurl goes on to the name's next address where this one is refused.  The
 * descriptor counts among those that fd.c leaves to others.
 */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	LfdwHttpExchange *exchange = arg;
	curl_socket_t fd;

	if (!lfdw_exchange_may_connect(exchange, &address->addr) ||
		!AcquireExternalFD())
		return CURL_SOCKET_BAD;
	fd = socket(address->family, address->socktype, address->protocol);
	if (fd != CURL_SOCKET_BAD &&
		lfdw_pool_add_socket(exchange->pool, fd, &address->addr))
	{
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		return fd;
	}
	if (fd != CURL_SOCKET_BAD)
		close(fd);
	ReleaseExternalFD();
	return CURL_SOCKET_BAD;
}

/* CURLOPT_CLOSESOCKETFUNCTION; the exchange that opened it may be long gone. */
static int
close_socket(void *pool, curl_socket_t fd)
{
	lfdw_pool_remove_socket(pool, fd);
	ReleaseExternalFD();
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
	if (what == CURL_POLL_REMOVE || what == CURL_POLL_NONE)
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

/* Takes an exchange out of the multi handle; signals are blocked. */
static void
detach(LfdwHttpExchange *exchange)
{
	if (!exchange->attached)
		return;
	exchange->attached = false;
	dlist_delete(&exchange->node);
	curl_multi_remove_handle(exchange->pool->multi, exchange->easy);
}

/* Ends a transfer that failed; signals are blocked. */
static void
fail(LfdwHttpExchange *exchange, LfdwHttpFailure failure, const char *message)
{
	lfdw_exchange_note_failure(exchange, failure, message);
	exchange->state = LFDW_HTTP_FAILED;
	detach(exchange);
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
static void
fail_with_result(LfdwHttpExchange *exchange, CURLcode result)
{
	LfdwHttpFailure failure = classify(exchange, result);
	const char *message = exchange->curl_message;

	if (failure == LFDW_HTTP_FORBIDDEN_ADDRESS)
		message = exchange->rule;
	else if (failure == LFDW_HTTP_HEADERS_TOO_LARGE)
		message = "a header is too large";
	else if (message[0] == '\0')
		message = curl_easy_strerror(result);
	fail(exchange, failure, message);
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
		detach(exchange);
		return;
	}
	fail_with_result(exchange, result);
}

/* Closes a pool's connections; signals are blocked. */
static void
close_multi(LfdwHttpPool *pool)
{
	if (pool->multi)
		curl_multi_cleanup(pool->multi);
	pool->multi = NULL;
	pool->timer = false;
	lfdw_wait_forget_all(pool);
}

/* The multi handle is unusable: gives it up, and whatever it carried. */
static void
discard_multi(LfdwHttpPool *pool, CURLMcode error)
{
	while (!dlist_is_empty(&pool->exchanges))
		fail(dlist_container(LfdwHttpExchange, node,
							 dlist_head_node(&pool->exchanges)),
			 LFDW_HTTP_BROKEN, curl_multi_strerror(error));
	close_multi(pool);
}

/*
 * Frees the retired pools that carry nothing more, with their connections.
 * Does not throw.
 */
void
lfdw_http_close_retired(void)
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

/* Lets libcurl handle a ready socket, or its timer; signals are blocked. */
static void
act(LfdwHttpPool *pool, curl_socket_t fd, int mask)
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
static void
act_on_timers(void)
{
	dlist_iter	iter;

	dlist_foreach(iter, lfdw_pool_list())
	{
		LfdwHttpPool *pool = dlist_container(LfdwHttpPool, node, iter.cur);

		if (pool->timer && lfdw_wait_now_us() >= pool->timer_at)
		{
			pool->timer = false;
			act(pool, CURL_SOCKET_TIMEOUT, 0);
		}
	}
}

/* Raises the error about libcurl's own set-up. */
static void
report_setup(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_OUT_OF_MEMORY),
			 errmsg("could not set up libcurl")));
}

/* Initializes libcurl on first use, never while the library loads. */
static void
ensure_libcurl(void)
{
	static bool initialized = false;
	CURLSH	   *made;

	if (share)
		return;
	if (!initialized && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		report_setup();
	initialized = true;
	made = curl_share_init();
	if (made == NULL ||
		curl_share_setopt(made, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS) != CURLSHE_OK ||
		curl_share_setopt(made, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK)
	{
		curl_share_cleanup(made);
		report_setup();
	}
	share = made;
}

/* Creates a pool's multi handle on first use. */
static void
ensure_multi(LfdwHttpPool *pool)
{
	CURLM	   *multi;

	if (pool->multi)
		return;
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
		report_setup();
	}
	pool->multi = multi;
}

/* Frees what libcurl and malloc hold for an exchange; may be called twice. */
static void
release(void *arg)
{
	LfdwHttpExchange *exchange = arg;
	sigset_t	saved;

	sigprocmask(SIG_SETMASK, &BlockSig, &saved);
	detach(exchange);
	if (exchange->easy)
		curl_easy_cleanup(exchange->easy);
	curl_slist_free_all(exchange->headers);
	sigprocmask(SIG_SETMASK, &saved, NULL);

	exchange->easy = NULL;
	exchange->headers = NULL;
	lfdw_buffer_free(&exchange->head);
	lfdw_buffer_free(&exchange->body);
	lfdw_http_close_retired();
}

/* Adds a header line, or raises out of memory. */
static void
add_header(LfdwHttpExchange *exchange, const char *line)
{
	struct curl_slist *longer = curl_slist_append(exchange->headers, line);

	if (longer == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	exchange->headers = longer;
}

#define SET(option, value) \
	do { \
		CURLcode	set_result = curl_easy_setopt(easy, option, value); \
		if (set_result != CURLE_OK) \
			ereport(ERROR, \
					(errcode(ERRCODE_FDW_ERROR), \
					 errmsg("could not set libcurl's option %s", #option), \
					 errdetail("%s", curl_easy_strerror(set_result)))); \
	} while (0)

/* What every exchange sets alike. */
static void
set_common_options(LfdwHttpExchange *exchange)
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
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, exchange);
	SET(CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	SET(CURLOPT_CLOSESOCKETDATA, exchange->pool);
	SET(CURLOPT_PREREQFUNCTION, before_request);
	SET(CURLOPT_PREREQDATA, exchange);
}

/* The method, and the body of those that have one. */
static void
set_method(CURL *easy, const LfdwHttpRequest *request)
{
	if (strcmp(request->method, "GET") == 0)
	{
		SET(CURLOPT_HTTPGET, 1L);
		return;
	}
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_POSTFIELDS, request->body);
	SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) request->body_len);
	if (strcmp(request->method, "POST") != 0)
		SET(CURLOPT_CUSTOMREQUEST, request->method);
}

static void
set_request_options(LfdwHttpExchange *exchange, const LfdwHttpRequest *request)
{
	CURL	   *easy = exchange->easy;

	for (int i = 0; i < request->nheaders; i++)
		add_header(exchange, psprintf("%s: %s", request->headers[i].name,
									  request->headers[i].value));
	/* libcurl would wait a second for 100 Continue before a large body */
	add_header(exchange, "Expect:");

	SET(CURLOPT_URL, request->url);
	/* the environment's proxies are not the server's */
	SET(CURLOPT_PROXY, request->proxy ? request->proxy : "");
	SET(CURLOPT_NOPROXY, request->proxy ? "" : "*");
	if (request->ca_bundle)
	{
		SET(CURLOPT_CAINFO, request->ca_bundle);
		SET(CURLOPT_PROXY_CAINFO, request->ca_bundle);
	}
	SET(CURLOPT_HTTPHEADER, exchange->headers);
	set_method(easy, request);
	SET(CURLOPT_FORBID_REUSE, request->keep_connection ? 0L : 1L);
	/* what drop_dead_connections had to leave */
	if (request->once && lfdw_pool_has_dead_socket(exchange->pool))
		SET(CURLOPT_FRESH_CONNECT, 1L);
}

/*
 * Closes a pool's connections where one of them has died and none is in use:
 * libcurl 8 looks for dead ones once a second at most, and would send a request
 * over them.
 */
static void
drop_dead_connections(LfdwHttpPool *pool)
{
	sigset_t	saved;

	if (!dlist_is_empty(&pool->exchanges) || !lfdw_pool_has_dead_socket(pool))
		return;
	sigprocmask(SIG_SETMASK, &BlockSig, &saved);
	close_multi(pool);
	sigprocmask(SIG_SETMASK, &saved, NULL);
}

/*
 * Begins an exchange and returns at once.
 *
 * The exchange belongs to the current memory context: resetting it ends the
 * exchange.  Only the request's body must live as long.  Raises HV001 or
 * HV000 where libcurl cannot be set up; what goes wrong later is told by
 * lfdw_http_state.
 */
LfdwHttpExchange *
lfdw_http_begin(const LfdwHttpRequest *request)
{
	LfdwHttpExchange *exchange = palloc0(sizeof(LfdwHttpExchange));
	CURLMcode	error;
	sigset_t	saved;

	lfdw_exchange_init(exchange, request);
	lfdw_owner_register(CurrentMemoryContext, release, exchange);

	ensure_libcurl();
	exchange->pool = lfdw_pool_get(&request->pool);
	drop_dead_connections(exchange->pool);
	ensure_multi(exchange->pool);
	exchange->easy = curl_easy_init();
	if (exchange->easy == NULL)
		report_setup();
	set_common_options(exchange);
	set_request_options(exchange, request);

	sigprocmask(SIG_SETMASK, &BlockSig, &saved);
	error = curl_multi_add_handle(exchange->pool->multi, exchange->easy);
	if (error == CURLM_OK)
	{
		exchange->attached = true;
		dlist_push_tail(&exchange->pool->exchanges, &exchange->node);
		act_on_timers();
	}
	else
		fail(exchange, LFDW_HTTP_BROKEN, curl_multi_strerror(error));
	sigprocmask(SIG_SETMASK, &saved, NULL);
	/* not before: the request's strings may belong to a pool */
	lfdw_http_close_retired();
	return exchange;
}

/* Waits once, and lets libcurl handle what became ready. */
static void
wait_once(LfdwWaitEvent event, long timeout)
{
	LfdwReadySocket ready[LFDW_READY_MAX];
	int			nready = lfdw_wait_for_sockets(event, timeout, ready);
	sigset_t	saved;

	sigprocmask(SIG_SETMASK, &BlockSig, &saved);
	for (int i = 0; i < nready; i++)
		act(ready[i].owner, ready[i].fd,
			(ready[i].readable ? CURL_CSELECT_IN : 0) |
			(ready[i].writeable ? CURL_CSELECT_OUT : 0));
	act_on_timers();
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
				fail_with_result(exchange, error);
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

		exchange->waited_us += elapsed_us;
		if (lfdw_exchange_note_timeout(exchange))
			fail(exchange, exchange->failure, exchange->message);
	}
	sigprocmask(SIG_SETMASK, &saved, NULL);
}

/*
 * Waits until at least one of the exchanges has something its consumer has
 * not seen: its headers, bytes of the body, its end or its failure; or has a
 * window so full that the consumer must discard bytes or widen it.  At the
 * time until_us of lfdw_wait_now_us it returns all the same; PG_INT64_MAX
 * means never.
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

		CHECK_FOR_INTERRUPTS();
		resume_all_paused();
		if (lfdw_exchange_take_any_news(exchanges, nexchanges))
			return;
		start = lfdw_wait_now_us();
		if (start >= until_us)
			return;
		wait_once(lfdw_exchange_wait_event(exchanges, nexchanges),
				  lfdw_exchange_next_timeout(exchanges, nexchanges, until_us));
		check_deadlines(exchanges, nexchanges, lfdw_wait_now_us() - start);
	}
}

/* The version of libcurl in use; static text. */
const char *
lfdw_http_library_version(void)
{
	return curl_version_info(CURLVERSION_NOW)->version;
}
