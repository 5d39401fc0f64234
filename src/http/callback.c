/*-------------------------------------------------------------------------
 *
 * callback.c
 *		What libcurl calls back of an exchange.
 *
 * Nothing throws across libcurl: its callbacks only note what happened.
 *
 * A thread that libcurl starts to look up a name would run PostgreSQL's signal
 * handlers if it could (curl issue 8339), and it has the signals blocked that
 * are blocked where it starts.  So they are from the moment that libcurl tells of
 * a look-up to the end of the call, and around each call while a look-up is under
 * way; other calls are spared the two system calls.
 *
 * IDENTIFICATION
 *	  src/http/callback.c
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

#include "base/net_address.h"
#include "http/callback_internal.h"
#include "http/pool.h"
#include "http/wait.h"


/* Network address translators forget a silent connection after 350 s. */
#define KEEPALIVE_SECONDS 45L

/* Between lfdw_callback_begin and lfdw_callback_end. */
static bool calling = false;

/* Signals are blocked since then; these were before. */
static bool blocking = false;
static sigset_t saved_signals;

/* Exchanges that look up a name. */
static int	nlookups = 0;

static LfdwHttpExchange *
exchange_of(void *handle)
{
	return ((LfdwEasyHandle *) handle)->exchange;
}

static void
block_signals(void)
{
	if (calling && !blocking)
	{
		sigprocmask(SIG_SETMASK, &BlockSig, &saved_signals);
		blocking = true;
	}
}

/*
 * Calls of libcurl that may make progress follow, up to lfdw_callback_end, with
 * nothing between that raises errors.
 */
void
lfdw_callback_begin(void)
{
	Assert(!calling);

	calling = true;
	if (nlookups > 0)
		block_signals();
}

/* The calls that were begun have ended. */
void
lfdw_callback_end(void)
{
	if (blocking)
		sigprocmask(SIG_SETMASK, &saved_signals, NULL);
	blocking = false;
	calling = false;
}

/* CURLOPT_WRITEFUNCTION */
static size_t
receive_body(char *data, size_t size, size_t count, void *handle)
{
	switch (lfdw_exchange_take_body(exchange_of(handle), data, size * count))
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
receive_header(char *line, size_t size, size_t count, void *handle)
{
	return lfdw_exchange_take_header(exchange_of(handle), line, size * count) ?
		size * count : 0;
}

/*
 * CURLOPT_RESOLVER_START_FUNCTION: a name is about to be looked up, for which
 * libcurl opens a pair of descriptors, and may start a thread.
 */
static int
start_lookup(void *resolver, void *unused, void *handle)
{
	LfdwHttpExchange *exchange = exchange_of(handle);

	if (!exchange->looks_up)
	{
		lfdw_pool_acquire_slots_always(LFDW_LOOKUP_SLOTS);
		nlookups++;
	}
	exchange->looks_up = true;
	block_signals();
	return 0;
}

/* Gives back the slots that an exchange has without a descriptor. */
void
lfdw_callback_release_slots(LfdwHttpExchange *exchange)
{
	if (exchange->has_slot)
	{
		exchange->pool->nreserved--;
		lfdw_pool_release_slots(1);
	}
	if (exchange->looks_up)
	{
		lfdw_pool_release_slots(LFDW_LOOKUP_SLOTS);
		nlookups--;
	}
	exchange->has_slot = false;
	exchange->looks_up = false;
}

/* The sockets that an exchange has opened are connected, or closed. */
void
lfdw_callback_settle(LfdwHttpExchange *exchange)
{
	if (!exchange->connecting)
		return;
	exchange->connecting = false;
	exchange->pool->nconnecting--;
	lfdw_pool_settle_sockets(exchange->pool, exchange);
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
	lfdw_callback_release_slots(exchange);
	return had_slot || lfdw_pool_acquire_slots(1);
}

/*
 * CURLOPT_OPENSOCKETFUNCTION: the address is known, nothing is sent yet.
 * libcurl goes on to the name's next address where this one is refused.
 */
static curl_socket_t
open_socket(void *handle, curlsocktype purpose, struct curl_sockaddr *address)
{
	LfdwHttpExchange *exchange = exchange_of(handle);
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
	/* the one that had the number before may have been closed without telling */
	if (fd != CURL_SOCKET_BAD)
		lfdw_wait_forget(fd);
	if (fd != CURL_SOCKET_BAD &&
		lfdw_pool_add_socket(exchange->pool, fd, exchange, &address->addr))
	{
		exchange->pool->nconnecting += exchange->connecting ? 0 : 1;
		exchange->connecting = true;
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
	lfdw_wait_forget(fd);
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
before_request(void *handle, char *address, char *local, int port, int local_port)
{
	LfdwHttpExchange *exchange = exchange_of(handle);
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
	lfdw_callback_release_slots(exchange);
	lfdw_callback_settle(exchange);
	if (exchange->network == 0)
		return CURL_PREREQFUNC_OK;
	if (address[0] == '\0')
	{
		/* the peer had gone before it could be asked for */
		exchange->connected = false;
		lfdw_exchange_note_failure(exchange, LFDW_HTTP_CANNOT_CONNECT,
								   "the connection was closed before the request");
		return CURL_PREREQFUNC_ABORT;
	}
	if (!lfdw_address_parse(address, &parsed))
		exchange->rule = "the address is not known";
	else if (lfdw_exchange_may_connect(exchange, (struct sockaddr *) &parsed))
		return CURL_PREREQFUNC_OK;
	lfdw_exchange_note_failure(exchange, LFDW_HTTP_FORBIDDEN_ADDRESS,
							   exchange->rule);
	return CURL_PREREQFUNC_ABORT;
}

/*
 * Tells libcurl's handle what to call back, and all else that every exchange of a
 * pool wants alike.  Raises HV000 where libcurl does not take it.
 */
void
lfdw_callback_set(LfdwEasyHandle *handle, LfdwHttpPool *pool)
{
	CURL	   *easy = handle->easy;

	SET(CURLOPT_PRIVATE, handle);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_QUICK_EXIT, 1L);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_TCP_NODELAY, 1L);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_TCP_KEEPIDLE, KEEPALIVE_SECONDS);
	SET(CURLOPT_TCP_KEEPINTVL, KEEPALIVE_SECONDS);
	/* deadlines are ours: they must not count the executor's time */
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long) INT_MAX);
	SET(CURLOPT_WRITEFUNCTION, receive_body);
	SET(CURLOPT_WRITEDATA, handle);
	SET(CURLOPT_HEADERFUNCTION, receive_header);
	SET(CURLOPT_HEADERDATA, handle);
	SET(CURLOPT_RESOLVER_START_FUNCTION, start_lookup);
	SET(CURLOPT_RESOLVER_START_DATA, handle);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, handle);
	SET(CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	SET(CURLOPT_CLOSESOCKETDATA, pool);
	SET(CURLOPT_PREREQFUNCTION, before_request);
	SET(CURLOPT_PREREQDATA, handle);
}
