/*-------------------------------------------------------------------------
 *
 * exchange.c
 *		One exchange: what of it has arrived, and what went wrong.
 *
 * libcurl's callbacks call what takes bytes here, so that it does not throw.
 *
 * IDENTIFICATION
 *	  src/http/exchange.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "base/http_head.h"
#include "base/net_address.h"
#include "http/answer_memory.h"
#include "http/exchange_internal.h"

/* What is received ahead of the consumer, unless one row needs more. */
#define BODY_WINDOW (1024 * 1024)

/* All headers of an exchange together: those of 1xx answers, and trailers. */
#define HEADERS_MAX (64 * 1024)

/* Sets up a zeroed exchange.  What it keeps of the request are numbers. */
void
lfdw_exchange_init(LfdwHttpExchange *exchange, const LfdwHttpRequest *request)
{
	exchange->limits = request->limits;
	exchange->network = request->network;
	exchange->wait_event = request->wait_event;
	exchange->discreet = request->discreet;
	exchange->slot = request->slot;
	lfdw_buffer_init(&exchange->head, HEADERS_MAX);
	lfdw_buffer_init(&exchange->body, BODY_WINDOW);
}

/* Notes why the exchange fails; the first reason counts. */
void
lfdw_exchange_note_failure(LfdwHttpExchange *exchange, LfdwHttpFailure failure,
						   const char *message)
{
	if (exchange->has_failure)
		return;
	exchange->has_failure = true;
	exchange->failure = failure;
	strlcpy(exchange->message, message, sizeof(exchange->message));
}

/* Keeps bytes for which buf has room; notes a failure where memory is short. */
static bool
keep_bytes(LfdwHttpExchange *exchange, LfdwBuffer *buf, const char *data,
		   size_t len)
{
	if (lfdw_buffer_append(buf, data, len))
		return true;
	lfdw_exchange_note_failure(exchange, LFDW_HTTP_NO_MEMORY, "out of memory");
	return false;
}

/* Counts what the exchange holds of its answer, and libcurl for it. */
void
lfdw_exchange_count_memory(LfdwHttpExchange *exchange)
{
	lfdw_answer_memory_count(&exchange->counted,
							 exchange->body.size + exchange->pending);
}

/* Does the exchange wait until the memory of all answers is not short? */
bool
lfdw_exchange_must_wait(const LfdwHttpExchange *exchange)
{
	if (exchange->preferred || !lfdw_answer_memory_is_short())
		return false;
	/* a head is small, and others wait for the slot that it releases */
	return exchange->head_complete || !lfdw_exchange_holds_slot(exchange);
}

/* Keeps in mind that bytes which have come are left with libcurl. */
static LfdwTaken
leave_bytes(LfdwHttpExchange *exchange, bool *why, size_t len)
{
	*why = true;
	exchange->pending = len;
	lfdw_exchange_count_memory(exchange);
	return LFDW_TAKEN_LATER;
}

/*
 * Takes bytes of the body, all of them or none.  Where the window is full it
 * says LATER and tells the consumer, who alone can make room; where the memory
 * of all answers is short it says LATER, too.
 */
LfdwTaken
lfdw_exchange_take_body(LfdwHttpExchange *exchange, const char *data,
						size_t len)
{
	exchange->moved = true;
	if (lfdw_exchange_must_wait(exchange))
		return leave_bytes(exchange, &exchange->held_back, len);
	exchange->news = true;
	if (exchange->limits.max_response_bytes > 0 &&
		len > exchange->limits.max_response_bytes - exchange->received)
	{
		lfdw_exchange_note_failure(exchange, LFDW_HTTP_TOO_LARGE,
								   "the body is too large");
		return LFDW_TAKEN_NEVER;
	}
	if (len > exchange->body.limit - exchange->body.len)
		return leave_bytes(exchange, &exchange->paused, len);
	exchange->pending = 0;
	if (!keep_bytes(exchange, &exchange->body, data, len))
		return LFDW_TAKEN_NEVER;
	lfdw_exchange_count_memory(exchange);
	exchange->received += len;
	return LFDW_TAKEN;
}

/*
 * Takes one line of the headers with its end.  Those of 1xx answers, which
 * announce another header block, and trailers are passed over, but count:
 * either could go on for ever.  Returns false where the exchange has failed.
 */
bool
lfdw_exchange_take_header(LfdwHttpExchange *exchange, const char *line,
						  size_t len)
{
	LfdwBuffer *head = &exchange->head;

	exchange->moved = true;
	if (len > HEADERS_MAX - exchange->header_bytes)
	{
		lfdw_exchange_note_failure(exchange, LFDW_HTTP_HEADERS_TOO_LARGE,
								   "the headers are too large");
		return false;
	}
	exchange->header_bytes += len;
	if (exchange->head_complete)
		return true;
	if (!keep_bytes(exchange, head, line, len))
		return false;
	if ((len == 2 && line[0] == '\r') || (len == 1 && line[0] == '\n'))
	{
		exchange->last_status = lfdw_http_head_status(head);
		if (exchange->last_status == 101)
		{
			lfdw_exchange_note_failure(exchange, LFDW_HTTP_BROKEN,
									   "the answer is HTTP status 101, a change of protocol that nobody asked for");
			return false;
		}
		exchange->head_complete = exchange->last_status >= 200;
		if (exchange->head_complete && exchange->slot)
			lfdw_server_slot_answered(exchange->slot);
		if (exchange->head_complete)
			exchange->news = true;
		else
			lfdw_buffer_discard(head, head->len);
	}
	return true;
}

/* Is the failure of an exchange without an answer one of the endpoint, or of the way to it? */
static bool
blames_endpoint(const LfdwHttpExchange *exchange)
{
	switch (exchange->failure)
	{
		case LFDW_HTTP_CANNOT_CONNECT:
		case LFDW_HTTP_TLS:
		case LFDW_HTTP_CONNECT_TIMEOUT:
		case LFDW_HTTP_PROXY_REFUSED:
		case LFDW_HTTP_BROKEN:
			return true;
		case LFDW_HTTP_REQUEST_TIMEOUT:
			/* who was in a hurry has not waited as long as it may take */
			return !exchange->has_deadline;
		case LFDW_HTTP_FORBIDDEN_ADDRESS:
			/* nor may it show by what counts which failure it was */
			return exchange->discreet;
		case LFDW_HTTP_UNREACHABLE:
		case LFDW_HTTP_NO_DESCRIPTOR:
		case LFDW_HTTP_TOO_LARGE:
		case LFDW_HTTP_HEADERS_TOO_LARGE:
		case LFDW_HTTP_NO_MEMORY:
			break;
	}
	return false;
}

/* The exchange has ended: others may begin in its place. */
void
lfdw_exchange_end_slot(LfdwHttpExchange *exchange)
{
	const char *message;

	if (exchange->slot == NULL)
		return;
	if (exchange->state == LFDW_HTTP_FAILED && blames_endpoint(exchange))
	{
		/* as its sender may know it, for others' errors will quote it */
		(void) lfdw_exchange_failure(exchange, &message);
		lfdw_server_slot_failed(exchange->slot, message);
	}
	lfdw_server_slot_release(exchange->slot);
}

/* Is the exchange under way, as max_in_flight counts? */
bool
lfdw_exchange_holds_slot(const LfdwHttpExchange *exchange)
{
	return exchange->slot && lfdw_server_slot_is_held(exchange->slot);
}

/*
 * May the exchange connect to the address?  Where it may not, rule says why:
 * no failure yet, since a name can have several addresses.
 */
bool
lfdw_exchange_may_connect(LfdwHttpExchange *exchange,
						  const struct sockaddr *address)
{
	if ((exchange->network & LFDW_HTTP_DENY_LOCAL) &&
		lfdw_address_is_local(address))
		exchange->rule = "the address is loopback, link-local or a metadata service";
	else if ((exchange->network & LFDW_HTTP_DENY_PRIVATE) &&
			 lfdw_address_is_private(address))
		exchange->rule = "the address is private, and lambda_fdw.deny_private_addresses is on";
	else if ((exchange->network & LFDW_HTTP_ONLY_LOOPBACK) &&
			 !lfdw_address_is_loopback(address))
		exchange->rule = "plain http is for loopback only";
	else if ((exchange->network & LFDW_HTTP_ONLY_CREDENTIALS) &&
			 !lfdw_address_is_credential_service(address))
		exchange->rule = "the address is neither loopback nor a credential service";
	else
		return true;
	return false;
}

/* Will the exchange go on by itself, whatever its consumer does? */
bool
lfdw_exchange_moves(const LfdwHttpExchange *exchange)
{
	return !exchange->paused && !exchange->held_back;
}

/* Would what did not fit before fit now? */
bool
lfdw_exchange_has_room(const LfdwHttpExchange *exchange)
{
	return exchange->pending <= exchange->body.limit - exchange->body.len;
}

/*
 * Of the exchanges that are waited for, has the first go on that can, whatever
 * the memory of all answers: whoever waits for it reads its bytes then.
 */
void
lfdw_exchange_prefer_one(LfdwHttpExchange **exchanges, int nexchanges)
{
	bool		found = false;

	for (int i = 0; i < nexchanges; i++)
	{
		LfdwHttpExchange *exchange = exchanges[i];

		/* what has no descriptor yet may wait for one of the others' */
		exchange->preferred = !found && exchange->attached &&
			(!exchange->paused || lfdw_exchange_has_room(exchange));
		found |= exchange->preferred;
	}
}

/*
 * Has one of the exchanges anything its consumer has not seen?  It counts as
 * seen then, but for its end, and a full window until there is room.
 */
bool
lfdw_exchange_take_any_news(LfdwHttpExchange **exchanges, int nexchanges)
{
	bool		news = false;

	for (int i = 0; i < nexchanges; i++)
	{
		LfdwHttpExchange *exchange = exchanges[i];

		news |= exchange->news || exchange->paused ||
			exchange->state != LFDW_HTTP_RUNNING;
		exchange->news = false;
	}
	return news;
}

/* What a wait for these exchanges is for. */
LfdwWaitEvent
lfdw_exchange_wait_event(LfdwHttpExchange **exchanges, int nexchanges)
{
	for (int i = 0; i < nexchanges; i++)
	{
		if (exchanges[i]->connected)
			return exchanges[i]->wait_event;
	}
	return nexchanges > 0 ? LFDW_WAIT_CONNECT : LFDW_WAIT_BACKOFF;
}

/* How long a limit of ms, 0 for none, still lets wait; PG_INT64_MAX: for ever. */
static int64
left_of(int ms, int64 waited_us)
{
	return ms == 0 ? PG_INT64_MAX :
		Max(ms * INT64CONST(1000) - waited_us, 0);
}

/* What is left of the time to connect in. */
static int64
connect_time_left(const LfdwHttpExchange *exchange)
{
	return exchange->connected ? PG_INT64_MAX :
		left_of(exchange->limits.connect_timeout_ms, exchange->waited_us);
}

/* What is left of the time for the answer, or for its next byte. */
static int64
answer_time_left(const LfdwHttpExchange *exchange)
{
	const LfdwHttpLimits *limits = &exchange->limits;

	return Min(left_of(limits->request_timeout_ms, exchange->waited_us),
			   left_of(limits->stall_timeout_ms, exchange->stalled_us));
}

/* A wait for a descriptor is none for the endpoint; but somebody may be in a hurry. */
static bool
counts_time(const LfdwHttpExchange *exchange)
{
	return !exchange->waiting || exchange->has_deadline;
}

/*
 * How long the exchange may still be waited for before a deadline, in
 * microseconds; PG_INT64_MAX where there is none.
 */
int64
lfdw_exchange_time_left(const LfdwHttpExchange *exchange)
{
	if (!counts_time(exchange))
		return PG_INT64_MAX;
	return Min(connect_time_left(exchange), answer_time_left(exchange));
}

/* Counts time that was spent waiting for the exchange, and not by it for us. */
void
lfdw_exchange_count_wait(LfdwHttpExchange *exchange, int64 elapsed_us)
{
	if (!counts_time(exchange) || exchange->held_back)
		return;
	exchange->waited_us += elapsed_us;
	exchange->stalled_us = exchange->moved ? 0 : exchange->stalled_us + elapsed_us;
	exchange->moved = false;
}

/* lfdw_exchange_time_left of those under way that go on by themselves, the least. */
static int64
time_left_of_any(void)
{
	int64		left = PG_INT64_MAX;
	dlist_iter	pools;

	dlist_foreach(pools, lfdw_pool_list())
	{
		LfdwHttpPool *pool = dlist_container(LfdwHttpPool, node, pools.cur);
		dlist_iter	iter;

		dlist_foreach(iter, &pool->exchanges)
		{
			const LfdwHttpExchange *exchange = dlist_container(LfdwHttpExchange,
															   node, iter.cur);

			if (lfdw_exchange_moves(exchange))
				left = Min(left, lfdw_exchange_time_left(exchange));
		}
	}
	return left;
}

/*
 * The time of lfdw_wait_now_us, which now is, at which libcurl, a deadline or the
 * caller wants attention; PG_INT64_MAX: never.
 */
int64
lfdw_exchange_next_time(LfdwHttpExchange **exchanges, int nexchanges,
						int64 now, int64 until_us)
{
	int64		left = PG_INT64_MAX;
	bool		waits_for_others = false;
	dlist_iter	iter;

	dlist_foreach(iter, lfdw_pool_list())
	{
		LfdwHttpPool *pool = dlist_container(LfdwHttpPool, node, iter.cur);

		if (pool->timer)
			until_us = Min(until_us, pool->timer_at);
	}
	for (int i = 0; i < nexchanges; i++)
	{
		left = Min(left, lfdw_exchange_time_left(exchanges[i]));
		waits_for_others |= exchanges[i]->waiting;
	}
	if (waits_for_others)
		left = Min(left, time_left_of_any());
	return left == PG_INT64_MAX ? until_us : Min(until_us, now + left);
}

/* Milliseconds until then, or -1. */
long
lfdw_exchange_next_timeout(LfdwHttpExchange **exchanges, int nexchanges,
						   int64 until_us)
{
	int64		now = lfdw_wait_now_us();
	int64		at = lfdw_exchange_next_time(exchanges, nexchanges, now, until_us);

	if (at == PG_INT64_MAX)
		return -1;
	return (long) Min((Max(at - now, 0) + 999) / 1000, INT_MAX);
}

/* Is a running exchange past a deadline?  Notes the failure if so. */
bool
lfdw_exchange_note_timeout(LfdwHttpExchange *exchange)
{
	if (exchange->state != LFDW_HTTP_RUNNING ||
		lfdw_exchange_time_left(exchange) > 0)
		return false;
	if (exchange->waiting)
		lfdw_exchange_note_failure(exchange, LFDW_HTTP_NO_DESCRIPTOR,
								   LFDW_NO_DESCRIPTOR_MESSAGE);
	else if (answer_time_left(exchange) == 0)
		lfdw_exchange_note_failure(exchange, LFDW_HTTP_REQUEST_TIMEOUT,
								   "no answer in time");
	else
		lfdw_exchange_note_failure(exchange, LFDW_HTTP_CONNECT_TIMEOUT,
								   "no connection in time");
	return true;
}

/* Where the exchange stands. */
LfdwHttpState
lfdw_exchange_state(const LfdwHttpExchange *exchange)
{
	return exchange->state;
}

/*
 * Is why the exchange failed kept from its sender?  Before there is a connection,
 * with a certificate for the endpoint's name, what becomes of an attempt tells of a
 * network that whoever wrote the endpoint may not see.
 */
static bool
is_hidden(const LfdwHttpExchange *exchange)
{
	if (!exchange->discreet || exchange->state != LFDW_HTTP_FAILED)
		return false;
	switch (exchange->failure)
	{
		case LFDW_HTTP_CANNOT_CONNECT:
		case LFDW_HTTP_FORBIDDEN_ADDRESS:
		case LFDW_HTTP_TLS:
		case LFDW_HTTP_CONNECT_TIMEOUT:
		case LFDW_HTTP_PROXY_REFUSED:
			return true;
		case LFDW_HTTP_REQUEST_TIMEOUT:
			return !exchange->connected;
		default:
			return false;
	}
}

/*
 * Why the exchange, which is FAILED, did; *message becomes libcurl's words or ours,
 * as long as the exchange lives.  They may quote the remote side.
 */
LfdwHttpFailure
lfdw_exchange_failure(const LfdwHttpExchange *exchange, const char **message)
{
	if (is_hidden(exchange))
	{
		*message = "no connection could be made";
		return LFDW_HTTP_UNREACHABLE;
	}
	*message = exchange->message;
	return exchange->failure;
}

/*
 * What lfdw_exchange_failure does not tell, for the server's log alone; NULL for
 * nothing.  It may quote the remote side.
 */
const char *
lfdw_exchange_hidden_cause(const LfdwHttpExchange *exchange)
{
	return is_hidden(exchange) ? exchange->message : NULL;
}

/*
 * May the server have got the request?  Nothing of it is sent before there is a
 * connection, TLS included, to an address that is allowed.
 */
bool
lfdw_exchange_may_be_sent(const LfdwHttpExchange *exchange)
{
	return exchange->connected &&
		!(exchange->has_failure &&
		  exchange->failure == LFDW_HTTP_FORBIDDEN_ADDRESS);
}

/* The HTTP status, or 0 before the headers are complete. */
int
lfdw_exchange_status(const LfdwHttpExchange *exchange)
{
	return exchange->head_complete ? lfdw_http_head_status(&exchange->head) : 0;
}

/*
 * The value of a header of the answer, palloc'd in the current context; NULL
 * where there is none.  The bytes are the remote side's.
 */
char *
lfdw_exchange_header(const LfdwHttpExchange *exchange, const char *name)
{
	return lfdw_http_head_find(&exchange->head, name);
}

/* How many bytes of the body have been received. */
size_t
lfdw_exchange_received(const LfdwHttpExchange *exchange)
{
	return exchange->received;
}

/*
 * The bytes of the body received and not yet discarded.  The consumer
 * discards what it has read; the bytes may move whenever any exchange begins
 * or is waited for.
 */
LfdwBuffer *
lfdw_exchange_body(LfdwHttpExchange *exchange)
{
	return &exchange->body;
}

/*
 * Lets the window grow, for a consumer that can discard nothing of a full
 * one.  max_response_bytes still holds.
 */
void
lfdw_exchange_widen(LfdwHttpExchange *exchange)
{
	if (exchange->paused)
		exchange->body.limit *= 2;
}
