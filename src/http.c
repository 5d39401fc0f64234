/*-------------------------------------------------------------------------
 *
 * http.c
 *		HTTP exchanges: the only user of libcurl, and the only wait.
 *
 * A backend has one multi handle, which keeps connections between
 * statements.  libcurl says which sockets it waits for and until when; the
 * wait itself is PostgreSQL's, so that cancel, terminate, the postmaster's
 * death and barriers act at once.  No call of libcurl blocks.
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

#include <limits.h>
#include <signal.h>
#include <time.h>

#include <curl/curl.h>

#include "lib/ilist.h"
#include "libpq/pqsignal.h"
#include "miscadmin.h"

#include "common/http_head.h"
#include "common/net_address.h"
#include "http.h"
#include "http_wait.h"
#include "owner.h"

/* What is received ahead of the consumer, unless one row needs more. */
#define BODY_WINDOW (1024 * 1024)

#define READ_SIZE (256 * 1024)	/* what libcurl reads at once */
#define HEADERS_MAX (64 * 1024) /* of one answer, together */
#define IDLE_CONNECTIONS_MAX 32 /* that a backend keeps */

/* Network address translators forget a silent connection after 350 s. */
#define KEEPALIVE_SECONDS 45L

struct LfdwHttpExchange
{
	dlist_node	node;			/* in state.exchanges while attached */
	CURL	   *easy;
	struct curl_slist *headers;
	bool		attached;		/* the multi handle has it */

	/* limits */
	size_t		max_response_bytes;
	int			connect_timeout_ms;
	int			request_timeout_ms;
	int			network;		/* LFDW_HTTP_ flags */

	/* progress */
	LfdwHttpState state;
	bool		news;			/* something the consumer has not seen */
	bool		connected;
	bool		paused;			/* the window is full */
	bool		head_complete;
	int64		waited_ms;		/* time spent waiting for this exchange */
	size_t		received;		/* bytes of the body */
	LfdwBuffer	head;
	LfdwBuffer	body;

	/* failure */
	bool		has_failure;	/* failure was set by a callback */
	LfdwHttpFailure failure;
	char		message[CURL_ERROR_SIZE];
	char		curl_message[CURL_ERROR_SIZE];	/* CURLOPT_ERRORBUFFER */
};

static struct
{
	CURLM	   *multi;
	dlist_head	exchanges;
	bool		timer;			/* libcurl wants to be called at ... */
	int64		timer_at;		/* ... this time */
}			state;

static int64
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Notes why a transfer is about to be aborted; the first reason counts. */
static void
note_failure(LfdwHttpExchange *exchange, LfdwHttpFailure failure,
			 const char *message)
{
	if (exchange->has_failure)
		return;
	exchange->has_failure = true;
	exchange->failure = failure;
	strlcpy(exchange->message, message, sizeof(exchange->message));
}

/* CURLOPT_WRITEFUNCTION */
static size_t
receive_body(char *data, size_t size, size_t count, void *arg)
{
	LfdwHttpExchange *exchange = arg;
	size_t		len = size * count;

	if (len > exchange->max_response_bytes - exchange->received)
	{
		note_failure(exchange, LFDW_HTTP_TOO_LARGE, "the body is too large");
		return 0;
	}
	if (len > exchange->body.limit - exchange->body.len)
	{
		exchange->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	if (!lfdw_buffer_append(&exchange->body, data, len))
	{
		note_failure(exchange, LFDW_HTTP_NO_MEMORY, "out of memory");
		return 0;
	}
	exchange->received += len;
	exchange->news = true;
	return len;
}

/* CURLOPT_HEADERFUNCTION: a line at a time; trailers are passed over. */
static size_t
receive_header(char *data, size_t size, size_t count, void *arg)
{
	LfdwHttpExchange *exchange = arg;
	size_t		len = size * count;

	if (len >= 5 && memcmp(data, "HTTP/", 5) == 0)
		lfdw_buffer_discard(&exchange->head, exchange->head.len);
	if (exchange->head_complete)
		return len;
	if (!lfdw_buffer_append(&exchange->head, data, len))
	{
		note_failure(exchange, LFDW_HTTP_TOO_LARGE, "the headers are too large");
		return 0;
	}
	if ((len == 2 && data[0] == '\r') || (len == 1 && data[0] == '\n'))
	{
		/* 1xx announces another header block */
		exchange->head_complete = lfdw_http_head_status(&exchange->head) >= 200;
		exchange->news |= exchange->head_complete;
	}
	return len;
}

/* Is the exchange forbidden to connect to the address? */
static bool
is_forbidden(LfdwHttpExchange *exchange, const struct sockaddr *address)
{
	const char *rule = NULL;

	if ((exchange->network & LFDW_HTTP_DENY_LOCAL) &&
		lfdw_address_is_local(address))
		rule = "the address is loopback, link-local or a metadata service";
	else if ((exchange->network & LFDW_HTTP_ONLY_LOOPBACK) &&
			 !lfdw_address_is_loopback(address))
		rule = "plain http is for loopback only";
	if (rule)
		note_failure(exchange, LFDW_HTTP_FORBIDDEN_ADDRESS, rule);
	return rule != NULL;
}

/* CURLOPT_OPENSOCKETFUNCTION: the address is known, nothing is sent yet. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	if (is_forbidden(arg, &address->addr))
		return CURL_SOCKET_BAD;
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
				  address->protocol);
}

/*
 * CURLOPT_PREREQFUNCTION: connected.  A connection that another server's
 * exchange opened must pass this one's rules too.
 */
static int
before_request(void *arg, char *address, char *local, int port, int local_port)
{
	LfdwHttpExchange *exchange = arg;
	struct sockaddr_storage parsed;

	exchange->connected = true;
	if (!lfdw_address_parse(address, &parsed))
	{
		note_failure(exchange, LFDW_HTTP_FORBIDDEN_ADDRESS,
					 "the address is not known");
		return CURL_PREREQFUNC_ABORT;
	}
	/* an address that was refused before was one of several */
	exchange->has_failure = false;
	return is_forbidden(exchange, (struct sockaddr *) &parsed) ?
		CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* CURLMOPT_SOCKETFUNCTION */
static int
watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
	if (what == CURL_POLL_REMOVE)
		lfdw_wait_forget(fd);
	else if (!lfdw_wait_watch(fd, (what & CURL_POLL_IN) != 0,
							  (what & CURL_POLL_OUT) != 0))
		return -1;
	return 0;
}

/* CURLMOPT_TIMERFUNCTION */
static int
set_timer(CURLM *multi, long timeout_ms, void *arg)
{
	state.timer = timeout_ms >= 0;
	state.timer_at = now_ms() + timeout_ms;
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
	curl_multi_remove_handle(state.multi, exchange->easy);
}

/* Ends a transfer that failed; signals are blocked. */
static void
fail(LfdwHttpExchange *exchange, LfdwHttpFailure failure, const char *message)
{
	note_failure(exchange, failure, message);
	exchange->state = LFDW_HTTP_FAILED;
	exchange->news = true;
	detach(exchange);
}

/* What libcurl's result means to us. */
static LfdwHttpFailure
classify(CURLcode result)
{
	switch (result)
	{
		case CURLE_COULDNT_RESOLVE_HOST:
		case CURLE_COULDNT_RESOLVE_PROXY:
		case CURLE_COULDNT_CONNECT:
		case CURLE_URL_MALFORMAT:
		case CURLE_UNSUPPORTED_PROTOCOL:
			return LFDW_HTTP_CANNOT_CONNECT;
		case CURLE_SSL_CONNECT_ERROR:
		case CURLE_SSL_CERTPROBLEM:
		case CURLE_SSL_CIPHER:
		case CURLE_SSL_CACERT_BADFILE:
		case CURLE_SSL_ISSUER_ERROR:
		case CURLE_SSL_ENGINE_INITFAILED:
		case CURLE_SSL_INVALIDCERTSTATUS:
		case CURLE_PEER_FAILED_VERIFICATION:
			return LFDW_HTTP_TLS;
		case CURLE_OUT_OF_MEMORY:
			return LFDW_HTTP_NO_MEMORY;
		default:
			return LFDW_HTTP_BROKEN;
	}
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
		exchange->news = true;
		detach(exchange);
		return;
	}
	fail(exchange, classify(result),
		 exchange->curl_message[0] ? exchange->curl_message :
		 curl_easy_strerror(result));
}

/* The multi handle is unusable: gives it up, and whatever it carried. */
static void
discard_multi(CURLMcode error)
{
	while (!dlist_is_empty(&state.exchanges))
		fail(dlist_container(LfdwHttpExchange, node,
							 dlist_head_node(&state.exchanges)),
			 LFDW_HTTP_BROKEN, curl_multi_strerror(error));
	curl_multi_cleanup(state.multi);
	state.multi = NULL;
	state.timer = false;
	lfdw_wait_forget_all();
}

/* Lets libcurl handle a ready socket, or its timer; signals are blocked. */
static void
act(curl_socket_t fd, int mask)
{
	CURLMcode	error;
	CURLMsg    *message;
	int			count;

	if (state.multi == NULL)
		return;
	error = curl_multi_socket_action(state.multi, fd, mask, &count);
	if (error != CURLM_OK)
	{
		discard_multi(error);
		return;
	}
	while ((message = curl_multi_info_read(state.multi, &count)) != NULL)
	{
		if (message->msg == CURLMSG_DONE)
			finish(message->easy_handle, message->data.result);
	}
}

/* Calls libcurl if the time it asked for has come; signals are blocked. */
static void
act_on_timer(void)
{
	if (state.timer && now_ms() >= state.timer_at)
	{
		state.timer = false;
		act(CURL_SOCKET_TIMEOUT, 0);
	}
}

/* Creates the multi handle on first use, never while the library loads. */
static void
ensure_multi(void)
{
	static bool initialized = false;

	if (state.multi)
		return;
	if (!initialized)
	{
		if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_ERROR),
					 errmsg("could not initialize libcurl")));
		dlist_init(&state.exchanges);
		initialized = true;
	}
	state.multi = curl_multi_init();
	if (state.multi == NULL ||
		curl_multi_setopt(state.multi, CURLMOPT_SOCKETFUNCTION, watch_socket) != CURLM_OK ||
		curl_multi_setopt(state.multi, CURLMOPT_TIMERFUNCTION, set_timer) != CURLM_OK ||
		curl_multi_setopt(state.multi, CURLMOPT_MAXCONNECTS, (long) IDLE_CONNECTIONS_MAX) != CURLM_OK)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OUT_OF_MEMORY),
				 errmsg("could not set up libcurl")));
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
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NOPROXY, "*");
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
	SET(CURLOPT_PREREQFUNCTION, before_request);
	SET(CURLOPT_PREREQDATA, exchange);
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
	SET(CURLOPT_HTTPHEADER, exchange->headers);
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_POSTFIELDS, request->body);
	SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) request->body_len);
	SET(CURLOPT_FORBID_REUSE, request->keep_connection ? 0L : 1L);
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

	exchange->max_response_bytes = request->max_response_bytes;
	exchange->connect_timeout_ms = request->connect_timeout_ms;
	exchange->request_timeout_ms = request->request_timeout_ms;
	exchange->network = request->network;
	lfdw_buffer_init(&exchange->head, HEADERS_MAX);
	lfdw_buffer_init(&exchange->body, BODY_WINDOW);
	lfdw_owner_register(CurrentMemoryContext, release, exchange);

	ensure_multi();
	exchange->easy = curl_easy_init();
	if (exchange->easy == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	set_common_options(exchange);
	set_request_options(exchange, request);

	sigprocmask(SIG_SETMASK, &BlockSig, &saved);
	error = curl_multi_add_handle(state.multi, exchange->easy);
	if (error == CURLM_OK)
	{
		exchange->attached = true;
		dlist_push_tail(&state.exchanges, &exchange->node);
		act_on_timer();
	}
	else
		fail(exchange, LFDW_HTTP_BROKEN, curl_multi_strerror(error));
	sigprocmask(SIG_SETMASK, &saved, NULL);
	return exchange;
}

/* Milliseconds until libcurl or a deadline wants attention; -1 for never. */
static long
next_timeout(LfdwHttpExchange **exchanges, int nexchanges)
{
	int64		timeout = state.timer ? Max(state.timer_at - now_ms(), 0) : PG_INT64_MAX;

	for (int i = 0; i < nexchanges; i++)
	{
		const LfdwHttpExchange *exchange = exchanges[i];

		if (exchange->connect_timeout_ms > 0 && !exchange->connected)
			timeout = Min(timeout, exchange->connect_timeout_ms - exchange->waited_ms);
		if (exchange->request_timeout_ms > 0)
			timeout = Min(timeout, exchange->request_timeout_ms - exchange->waited_ms);
	}
	return timeout == PG_INT64_MAX ? -1 : (long) Max(Min(timeout, INT_MAX), 0);
}

/* Waits once, and lets libcurl handle what became ready. */
static void
wait_once(long timeout)
{
	LfdwReadySocket ready[LFDW_READY_MAX];
	int			nready = lfdw_wait_for_sockets(timeout, ready);
	sigset_t	saved;

	sigprocmask(SIG_SETMASK, &BlockSig, &saved);
	for (int i = 0; i < nready; i++)
		act(ready[i].fd, (ready[i].readable ? CURL_CSELECT_IN : 0) |
			(ready[i].writeable ? CURL_CSELECT_OUT : 0));
	act_on_timer();
	sigprocmask(SIG_SETMASK, &saved, NULL);
}

/* Lets transfers go on whose consumer has made room. */
static void
resume_paused(void)
{
	dlist_mutable_iter iter;
	sigset_t	saved;

	sigprocmask(SIG_SETMASK, &BlockSig, &saved);
	dlist_foreach_modify(iter, &state.exchanges)
	{
		LfdwHttpExchange *exchange = dlist_container(LfdwHttpExchange, node,
													 iter.cur);

		if (exchange->paused &&
			exchange->body.limit - exchange->body.len >= exchange->body.limit / 2)
		{
			CURLcode	error;

			exchange->paused = false;
			error = curl_easy_pause(exchange->easy, CURLPAUSE_CONT);
			if (error != CURLE_OK && !exchange->paused)
				fail(exchange, classify(error), curl_easy_strerror(error));
		}
	}
	sigprocmask(SIG_SETMASK, &saved, NULL);
}

/* Counts the time waited, and ends exchanges past a deadline. */
static void
check_deadlines(LfdwHttpExchange **exchanges, int nexchanges, int64 elapsed_ms)
{
	sigset_t	saved;

	sigprocmask(SIG_SETMASK, &BlockSig, &saved);
	for (int i = 0; i < nexchanges; i++)
	{
		LfdwHttpExchange *exchange = exchanges[i];

		exchange->waited_ms += elapsed_ms;
		if (exchange->state != LFDW_HTTP_RUNNING)
			continue;
		if (exchange->connect_timeout_ms > 0 && !exchange->connected &&
			exchange->waited_ms >= exchange->connect_timeout_ms)
			fail(exchange, LFDW_HTTP_CONNECT_TIMEOUT, "no connection in time");
		else if (exchange->request_timeout_ms > 0 &&
				 exchange->waited_ms >= exchange->request_timeout_ms)
			fail(exchange, LFDW_HTTP_REQUEST_TIMEOUT, "no answer in time");
	}
	sigprocmask(SIG_SETMASK, &saved, NULL);
}

/* Has one of the exchanges news?  They count as seen then. */
static bool
take_news(LfdwHttpExchange **exchanges, int nexchanges)
{
	bool		news = false;

	for (int i = 0; i < nexchanges; i++)
	{
		news |= exchanges[i]->news ||
			exchanges[i]->state != LFDW_HTTP_RUNNING;
		exchanges[i]->news = false;
	}
	return news;
}

/*
 * Waits until at least one of the exchanges has something its consumer has
 * not seen: its headers, bytes of the body, its end or its failure.
 *
 * All exchanges of the backend make progress meanwhile; the time counts for
 * the deadlines of those given.  Interrupts are served at once and may raise
 * errors; so may the wait event set, for want of descriptors.
 */
void
lfdw_http_wait(LfdwHttpExchange **exchanges, int nexchanges)
{
	for (;;)
	{
		int64		start;

		CHECK_FOR_INTERRUPTS();
		resume_paused();
		if (take_news(exchanges, nexchanges))
			return;
		start = now_ms();
		wait_once(next_timeout(exchanges, nexchanges));
		check_deadlines(exchanges, nexchanges, now_ms() - start);
	}
}

/* Where the exchange stands. */
LfdwHttpState
lfdw_http_state(const LfdwHttpExchange *exchange)
{
	return exchange->state;
}

/*
 * Why the exchange failed; *message becomes libcurl's words or ours, as long
 * as the exchange lives.  They may quote the remote side.
 */
LfdwHttpFailure
lfdw_http_failure(const LfdwHttpExchange *exchange, const char **message)
{
	*message = exchange->message;
	return exchange->failure;
}

/* The HTTP status, or 0 before the headers are complete. */
int
lfdw_http_status(const LfdwHttpExchange *exchange)
{
	return exchange->head_complete ? lfdw_http_head_status(&exchange->head) : 0;
}

/*
 * The value of a header of the answer, palloc'd in the current context; NULL
 * where there is none.  The bytes are the remote side's.
 */
char *
lfdw_http_header(const LfdwHttpExchange *exchange, const char *name)
{
	return lfdw_http_head_find(&exchange->head, name);
}

/*
 * The bytes of the body received and not yet discarded.  The consumer
 * discards what it has read; the bytes may move whenever any exchange begins
 * or is waited for.
 */
LfdwBuffer *
lfdw_http_body(LfdwHttpExchange *exchange)
{
	return &exchange->body;
}

/*
 * Lets the window grow, for a consumer that can discard nothing of a full
 * one.  max_response_bytes still holds.
 */
void
lfdw_http_widen(LfdwHttpExchange *exchange)
{
	if (exchange->paused)
		exchange->body.limit *= 2;
}
