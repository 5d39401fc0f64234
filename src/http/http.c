/*-------------------------------------------------------------------------
 *
 * http.c
 *		HTTP exchanges over libcurl, and the only wait.
 *
 * An exchange begins here, is told to libcurl (easy_handle.c), runs in its
 * pool's multi handle (multi_handle.c), which notes what arrives (exchange.c),
 * and is waited for here, together with all others of the backend.
 *
 * IDENTIFICATION
 *	  src/http/http.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include <curl/curl.h>

#include "libpq/pqsignal.h"

#include "http/answer_memory.h"
#include "http/descriptor_internal.h"
#include "http/easy_handle_internal.h"
#include "http/http.h"
#include "http/idle_internal.h"
#include "http/multi_handle_internal.h"
#include "http/wait.h"
#include "libpq/pqsignal.h"
#include "pg/owner.h"

/* Descriptors left to others before one more exchange begins beside others. */
#define SPARE_SLOTS 16

/* Frees what libcurl and malloc hold for an exchange; may be called twice. */
static void
release(void *arg)
{
	LfdwHttpExchange *exchange = arg;

	lfdw_callback_begin();
	lfdw_multi_detach(exchange);
	lfdw_callback_end();
	lfdw_buffer_free(&exchange->head);
	lfdw_buffer_free(&exchange->body);
	exchange->pending = 0;
	lfdw_exchange_count_memory(exchange);
	lfdw_multi_close_retired();
}

/*
 * May one more exchange begin beside those under way?  Those that may not can
 * wait for one to end.  Some descriptors are left to others: another scan, or
 * postgres_fdw, may have to make its first connection meanwhile.  Nor may one
 * whose answer there is no memory for.
 */
bool
lfdw_http_may_begin(const LfdwPoolKey *key)
{
	int			count = SPARE_SLOTS + LFDW_LOOKUP_SLOTS + 1;

	if (lfdw_answer_memory_is_short())
		return false;
	if (!lfdw_pool_needs_slot(lfdw_pool_get(key)))
		return true;
	if (!lfdw_multi_acquire_slots(count))
		return false;
	lfdw_pool_release_slots(count);
	return true;
}

/* Has an exchange that begins end by the deadline that is set, if one is. */
static void
apply_deadline(LfdwHttpLimits *limits)
{
	int64		left_ms = (lfdw_wait_deadline_us() - lfdw_wait_now_us()) / 1000;

	if (limits->request_timeout_ms == 0 || left_ms < limits->request_timeout_ms)
		limits->request_timeout_ms = (int) Max(Min(left_ms, INT_MAX), 1);
}

/*
 * Begins an exchange and returns at once.
 *
 * The exchange belongs to the current memory context: resetting it ends the
 * exchange.  Only the request's body must live as long.  Raises HV001 or
 * HV000 where libcurl cannot be set up; what goes wrong later is told by
 * lfdw_exchange_state.  Where there is no descriptor for it, it waits for one: see
 * descriptor.c.
 */
LfdwHttpExchange *
lfdw_http_begin(const LfdwHttpRequest *request)
{
	LfdwHttpExchange *exchange = palloc0(sizeof(LfdwHttpExchange));

	/* only servers that show its name would notice */
	if (request->wait_event == LFDW_WAIT_NONE)
		elog(ERROR, "an HTTP request without a wait event");
	lfdw_exchange_init(exchange, request);
	exchange->has_deadline = lfdw_wait_deadline_us() != PG_INT64_MAX;
	if (exchange->has_deadline)
		apply_deadline(&exchange->limits);
	lfdw_owner_register(CurrentMemoryContext, release, exchange);

	lfdw_multi_init();
	lfdw_idle_begin();
	exchange->pool = lfdw_pool_get(&request->pool);
	exchange->pool->idle_ms = request->limits.idle_connection_ms;
	lfdw_multi_drop_dead(exchange->pool);
	lfdw_easy_begin(exchange, request, lfdw_multi_share());
	lfdw_descriptor_begin(exchange);
	/* not before: the request's strings may belong to a pool */
	lfdw_multi_close_retired();
	return exchange;
}

/*
 * Ends an exchange whose body is not what it has to be, as if it had failed so by
 * itself.
 */
void
lfdw_http_reject(LfdwHttpExchange *exchange, LfdwHttpFailure failure,
				 const char *message)
{
	lfdw_callback_begin();
	lfdw_multi_fail(exchange, failure, message);
	lfdw_callback_end();
}

/* libcurl, which no other folder knows. */
LfdwLibrary
lfdw_http_library(void)
{
	LfdwLibrary library = {"libcurl", LIBCURL_VERSION, curl_version_info(CURLVERSION_NOW)->version};

	return library;
}

/* What libcurl does TLS and HTTP/2 with, or that it does not; palloc'd. */
char *
lfdw_http_library_details(void)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	return psprintf("%s, %s%s",
					info->ssl_version ? info->ssl_version : "no TLS",
					info->features & CURL_VERSION_HTTP2 ? "HTTP/2 by nghttp2 " : "no HTTP/2",
					info->nghttp2_version ? info->nghttp2_version : "");
}
