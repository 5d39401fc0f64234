/*-------------------------------------------------------------------------
 *
 * descriptor.c
 *		Descriptors for exchanges, and those that wait for one.
 *
 * An exchange for which there is no descriptor waits, as if it were connecting,
 * until another exchange of the backend ends and leaves its connection, whoever
 * owns that: each wait for exchanges looks here first, and the time counts for the
 * deadlines of those that are waited for so.
 *
 * A transfer that is paused ends only when its consumer goes on, who may be below
 * the one that waits here: a cursor, the outer side of a join.  So where no other
 * exchange moves by itself, one that waits takes a descriptor past the share that
 * extensions have of the backend's (ReserveExternalFD): the server closes files of
 * its own for that, and opens them again when it needs them.  It fails only where
 * the system has no descriptor either.
 *
 * IDENTIFICATION
 *	  src/http/descriptor.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "http/descriptor_internal.h"
#include "http/multi_handle_internal.h"

/* Left to core: an asynchronous Append opens a wait event set at each wait. */
#define SLOTS_OF_CORE 4

/*
 * Has an exchange what it needs to run?  Returns false where there are too
 * many open files.  Does not throw.
 */
static bool
prepare(LfdwHttpExchange *exchange)
{
	LfdwHttpPool *pool = exchange->pool;

	if (!lfdw_multi_ensure(pool))
		return false;
	if (exchange->has_slot || !lfdw_pool_needs_slot(pool))
		return true;
	if (!lfdw_multi_acquire_slots(1 + SLOTS_OF_CORE))
		return false;
	lfdw_pool_release_slots(SLOTS_OF_CORE);
	exchange->has_slot = true;
	pool->nreserved++;
	/* that may have closed this pool's own */
	return lfdw_multi_ensure(pool);
}

/* The same past the backend's share; false only where memory is short. */
static bool
prepare_anyhow(LfdwHttpExchange *exchange)
{
	if (!exchange->has_slot)
	{
		lfdw_pool_acquire_slots_always(1);
		exchange->has_slot = true;
		exchange->pool->nreserved++;
	}
	return lfdw_multi_ensure_anyhow(exchange->pool);
}

/*
 * Begins an exchange whose handle knows its request, or has it wait for a
 * descriptor.  Does not throw.
 */
void
lfdw_descriptor_begin(LfdwHttpExchange *exchange)
{
	if (prepare(exchange))
		lfdw_multi_attach(exchange);
	else
		lfdw_multi_postpone(exchange);
}

/* Begins an exchange that waits, if there is a descriptor for it now. */
static void
try_to_begin(LfdwHttpExchange *exchange)
{
	bool		others_move = lfdw_multi_any_moves();

	/* a failure is seen again until something has changed */
	if (others_move && !lfdw_multi_ended_since(exchange))
		return;
	lfdw_multi_drop_dead(exchange->pool);
	if (prepare(exchange) || (!others_move && prepare_anyhow(exchange)))
		lfdw_multi_attach(exchange);
	else if (others_move)
		lfdw_multi_postpone(exchange);
	else
		lfdw_multi_fail(exchange, LFDW_HTTP_NO_DESCRIPTOR,
						LFDW_NO_DESCRIPTOR_MESSAGE);
}

/*
 * Begins exchanges that wait, as far as there are descriptors.  Returns whether any
 * waits no longer.  Does not throw.
 */
bool
lfdw_descriptor_begin_waiting(void)
{
	bool		begun = false;
	dlist_iter	pools;

	dlist_foreach(pools, lfdw_pool_list())
	{
		LfdwHttpPool *pool = dlist_container(LfdwHttpPool, node, pools.cur);
		dlist_mutable_iter iter;

		dlist_foreach_modify(iter, &pool->waiting)
		{
			LfdwHttpExchange *exchange = dlist_container(LfdwHttpExchange, node,
														 iter.cur);

			try_to_begin(exchange);
			begun |= !exchange->waiting;
		}
	}
	return begun;
}
