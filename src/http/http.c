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
#include <signal.h>

#include <curl/curl.h>

#include "libpq/pqsignal.h"
#include "miscadmin.h"

#include "http/easy_handle_internal.h"
#include "http/http.h"
#include "http/idle_internal.h"
#include "http/multi_handle_internal.h"
#include "http/wait.h"
#include "pg/owner.h"

/* Descriptors left to others before one more exchange begins beside others. */
#define SPARE_SLOTS 16

/* Frees what libcurl and malloc hold for an exchange; may be called twice. */
static void
release(void *arg)
{
	LfdwHttpExchange *exchange = arg;
	sigset_t	saved;

	sigprocmask(SIG_SETMASK, &BlockSig, &saved);
	lfdw_multi_detach(exchange);
	if (exchange->easy)
		curl_easy_cleanup(exchange->easy);
	curl_slist_free_all(exchange->headers);
	sigprocmask(SIG_SETMASK, &saved, NULL);

	exchange->easy = NULL;
	exchange->headers = NULL;
	lfdw_buffer_free(&exchange->head);
	lfdw_buffer_free(&exchange->body);
	lfdw_multi_close_retired();
}

/*
 * May one more exchange begin beside those under way?  Those that may not can
 * wait for one to end.  Some descriptors are left to others: another scan, or
 * postgres_fdw, may have to make its first connection meanwhile.
 */
bool
lfdw_http_may_begin(const LfdwPoolKey *key)
{
	int			count = SPARE_SLOTS + LFDW_LOOKUP_SLOTS + 1;

	lfdw_pool_reconcile();
	if (!lfdw_pool_needs_slot(lfdw_pool_get(key)))
		return true;
	if (!lfdw_multi_acquire_slots(count))
		return false;
	lfdw_pool_release_slots(count);
	return true;
}

/*
 * Has an exchange what it needs to run?  Returns false where there are too
 * many open files.
 */
static bool
prepare(LfdwHttpExchange *exchange)
{
	LfdwHttpPool *pool = exchange->pool;

	lfdw_pool_reconcile();
	lfdw_multi_drop_dead(pool);
	if (!lfdw_multi_ensure(pool))
		return false;
	if (!lfdw_pool_needs_slot(pool))
		return true;
	exchange->has_slot = lfdw_multi_acquire_slots(1);
	if (exchange->has_slot)
		pool->nreserved++;
	/* that may have closed this pool's own */
	return exchange->has_slot && lfdw_multi_ensure(pool);
}

/* Hands an exchange that is ready to libcurl. */
static void
attach(LfdwHttpExchange *exchange)
{
	CURLMcode	error;
	sigset_t	saved;

	sigprocmask(SIG_SETMASK, &BlockSig, &saved);
	error = curl_multi_add_handle(exchange->pool->multi, exchange->easy);
	if (error == CURLM_OK)
	{
		exchange->attached = true;
		dlist_push_tail(&exchange->pool->exchanges, &exchange->node);
		exchange->pool->nexchanges++;
		lfdw_multi_act_on_timers();
	}
	else
		lfdw_multi_fail(exchange, LFDW_HTTP_BROKEN, curl_multi_strerror(error));
	sigprocmask(SIG_SETMASK, &saved, NULL);
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
 * lfdw_exchange_state.
 */
LfdwHttpExchange *
lfdw_http_begin(const LfdwHttpRequest *request)
{
	LfdwHttpExchange *exchange = palloc0(sizeof(LfdwHttpExchange));

	lfdw_exchange_init(exchange, request);
	if (lfdw_wait_deadline_us() != PG_INT64_MAX)
		apply_deadline(&exchange->limits);
	lfdw_owner_register(CurrentMemoryContext, release, exchange);

	lfdw_multi_init();
	lfdw_idle_begin();
	exchange->pool = lfdw_pool_get(&request->pool);
	exchange->pool->idle_ms = request->limits.idle_connection_ms;
	if (prepare(exchange))
	{
		exchange->easy = curl_easy_init();
		if (exchange->easy == NULL)
			lfdw_multi_report_setup();
		lfdw_multi_set_options(exchange);
		lfdw_easy_set_request(exchange, request);
		attach(exchange);
	}
	else
		lfdw_multi_fail(exchange, LFDW_HTTP_NO_DESCRIPTOR, LFDW_NO_DESCRIPTOR_MESSAGE);
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
	sigset_t	saved;

	sigprocmask(SIG_SETMASK, &BlockSig, &saved);
	lfdw_multi_fail(exchange, failure, message);
	sigprocmask(SIG_SETMASK, &saved, NULL);
}

/* The version of libcurl in use; static text. */
const char *
lfdw_http_library_version(void)
{
	return curl_version_info(CURLVERSION_NOW)->version;
}
