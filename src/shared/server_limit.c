/*-------------------------------------------------------------------------
 *
 * server_limit.c
 *		Limits of a server for the whole cluster.
 *
 * A call begins once it is admitted, and has a slot then, which is released when its
 * answer's head has come, at its end or with its memory; so each of its owners may
 * release it, and the second finds nothing to do.  A call that is not admitted waits
 * in the queue (server_queue.c); who releases a slot wakes whom it may be for, who
 * takes it by being admitted.
 *
 * Nothing here waits, but for locks that are held for some instructions, and after a
 * call was admitted nothing throws.
 *
 * IDENTIFICATION
 *	  src/shared/server_limit.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/ilist.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "utils/timestamp.h"

#include "pg/message.h"
#include "pg/owner.h"
#include "shared/server_limit_internal.h"

struct LfdwServerSlot
{
	dlist_node	node;			/* in held_slots, while it is held */
	bool		held;
	bool		to_end;			/* the answer's head does not release it */
	bool		is_probe;
	bool		has_outcome;	/* the breaker was told what came of the call */
	int			entry;
	int			place;			/* LFDW_NONE: it is held without one */
	LfdwServerLimits limits;
};

static dlist_head held_slots = DLIST_STATIC_INIT(held_slots);

/* Calls of this process that wait, by its places. */
static int	nwaiting[LFDW_PLACES_OF_PROCESS];

/* Is there any limit? */
bool
lfdw_server_has_limits(const LfdwServerLimits *limits)
{
	return limits->max_in_flight > 0 || limits->max_calls_per_minute > 0 ||
		limits->breaker_failures > 0;
}

/* pg_on_exit_callback: the session ends, and leaves nothing. */
static void
leave_all(int code, Datum arg)
{
	while (!dlist_is_empty(&held_slots))
		lfdw_server_slot_release(dlist_head_element(LfdwServerSlot, node,
													&held_slots));
	for (int i = 0; i < LFDW_PLACES_OF_PROCESS; i++)
	{
		LfdwServerTicket ticket = {.waits = true,.place = i};

		while (nwaiting[i] > 0)
		{
			ticket.waits = true;
			lfdw_server_ticket_return(&ticket);
		}
	}
}

/* Has the process its part of what is shared, and leave it when it exits. */
static void
attach(void)
{
	static bool leaves = false;

	lfdw_server_entry_attach();
	if (!leaves)
		before_shmem_exit(leave_all, (Datum) 0);
	leaves = true;
}

/* How many calls may begin now, if nobody waits. */
static int64
count_free(const LfdwServerEntry *entry, const LfdwServerLimits *limits,
		   int64 now_us)
{
	int64		count = PG_INT64_MAX;

	if (limits->max_in_flight > 0)
		count = Max(limits->max_in_flight - entry->in_flight, 0);
	if (limits->max_calls_per_minute > 0)
		count = Min(count, lfdw_token_bucket_count(&entry->bucket,
												   limits->max_calls_per_minute,
												   now_us * 1000));
	return count;
}

/* Wakes those for whom there may be a slot, or an error. */
static void
wake(const LfdwServerEntry *entry, int64 now_us)
{
	if (entry->nwaiting > 0)
		lfdw_server_queue_wake(entry,
							   lfdw_breaker_lets(&entry->breaker, now_us) ?
							   count_free(entry, &entry->limits, now_us) : PG_INT64_MAX,
							   now_us);
}

/* Notes what the server is called, and its limits, as this session knows them. */
static void
note_server(LfdwServerEntry *entry, const LfdwLimitedServer *server, int64 now_us)
{
	entry->used_at_us = now_us;
	if (strcmp(entry->name, server->name) != 0)
		strlcpy(entry->name, server->name, NAMEDATALEN);
	if (memcmp(&entry->limits, &server->limits, sizeof(LfdwServerLimits)) != 0)
	{
		entry->limits = server->limits;
		wake(entry, now_us);
	}
	if (server->limits.breaker_failures == 0 &&
		entry->breaker.state != LFDW_BREAKER_CLOSED)
	{
		lfdw_breaker_answer(&entry->breaker);
		entry->opened_at = 0;
	}
}

/* Gives a call that may begin its slot. */
static void
take(LfdwServerEntry *entry, int number, int place, LfdwServerSlot *slot,
	 const LfdwServerLimits *limits, int64 now_us)
{
	slot->entry = number;
	slot->place = place;
	slot->limits = *limits;
	slot->held = true;
	slot->is_probe = lfdw_breaker_begin(&entry->breaker);
	dlist_push_tail(&held_slots, &slot->node);
	entry->in_flight++;
	entry->ncalls++;
	if (limits->max_calls_per_minute > 0)
		lfdw_token_bucket_take(&entry->bucket, limits->max_calls_per_minute,
							   now_us * 1000);
	if (place != LFDW_NONE)
		lfdw_server_queue_place(place)->nheld++;
}

/* The number of a place among those of this process. */
static int
own_number(int place)
{
	return place % LFDW_PLACES_OF_PROCESS;
}

/*
 * One call of this process waits no longer.  The others have their turn behind those
 * of other processes, if this one's has come.
 */
static void
end_waiting(LfdwServerEntry *entry, LfdwServerTicket *ticket, int place, bool admitted)
{
	int64		present_until_us;

	if (!ticket->waits || place == LFDW_NONE)
		return;
	ticket->waits = false;
	nwaiting[own_number(place)]--;
	if (nwaiting[own_number(place)] > 0 && !admitted)
		return;
	present_until_us = lfdw_server_queue_place(place)->present_until_us;
	lfdw_server_queue_remove(entry, place);
	if (nwaiting[own_number(place)] > 0)
		lfdw_server_queue_join(entry, place, present_until_us);
}

/* A call waits: it is in the queue by its process's place. */
static void
begin_waiting(LfdwServerEntry *entry, LfdwServerTicket *ticket, int place,
			  int64 present_until_us)
{
	if (place == LFDW_NONE)
		return;
	if (!ticket->waits)
		nwaiting[own_number(place)]++;
	ticket->waits = true;
	ticket->place = own_number(place);
	lfdw_server_queue_join(entry, place, present_until_us);
}

/* When a call that waits should ask again though nobody wakes it. */
static int64
time_to_ask(const LfdwServerEntry *entry, const LfdwServerLimits *limits, int nahead)
{
	int64		time_ns;

	if (limits->max_calls_per_minute == 0 ||
		(limits->max_in_flight > 0 &&
		 entry->in_flight + nahead >= limits->max_in_flight))
		return PG_INT64_MAX;
	time_ns = lfdw_token_bucket_time_ns(&entry->bucket, limits->max_calls_per_minute,
										nahead + 1);
	return (time_ns + 999) / 1000;
}

/* Has the entry, which is locked, admit a call or not. */
static LfdwAdmittance
admit_to(int number, const LfdwLimitedServer *server, LfdwServerTicket *ticket,
		 LfdwServerSlot *slot, int64 now_us, int64 present_until_us,
		 int64 *again_at_us)
{
	LfdwServerEntry *entry = lfdw_server_entry(number);
	int			place = lfdw_server_queue_my_place(number);
	int			nahead = lfdw_server_queue_ahead(entry, place, now_us);
	bool		fits = count_free(entry, &server->limits, now_us) > nahead;

	*again_at_us = PG_INT64_MAX;
	if (lfdw_breaker_lets(&entry->breaker, now_us) && fits)
	{
		take(entry, number, place, slot, &server->limits, now_us);
		end_waiting(entry, ticket, place, true);
		return LFDW_ADMITTED;
	}
	/* where a probe is due and does not fit, others fail all the same */
	if (entry->breaker.state != LFDW_BREAKER_CLOSED)
	{
		end_waiting(entry, ticket, place, false);
		if (place != LFDW_NONE)
			lfdw_server_queue_give_up(place);
		return LFDW_REFUSED;
	}
	begin_waiting(entry, ticket, place, present_until_us);
	*again_at_us = time_to_ask(entry, &server->limits, nahead);
	return LFDW_QUEUED;
}

/*
 * Asks whether a call may begin on a server now, and gives it the slot if so.  Else it
 * is in the queue, by its ticket, or refused.  Its process is woken for the slot if it
 * waits for its latch until then, 0: it does not; *again_at_us becomes a time to ask
 * at, if that is sooner.  Times are those of CLOCK_MONOTONIC.
 *
 * Raises 53400 where there is no room for the server.
 */
LfdwAdmittance
lfdw_server_limit_admit(const LfdwLimitedServer *server, LfdwServerTicket *ticket,
						LfdwServerSlot *slot, int64 now_us,
						int64 present_until_us, int64 *again_at_us)
{
	int			number;
	LfdwAdmittance admittance;

	Assert(!slot->held);
	attach();
	number = lfdw_server_entry_lock(server);
	note_server(lfdw_server_entry(number), server, now_us);
	admittance = admit_to(number, server, ticket, slot, now_us, present_until_us,
						  again_at_us);
	LWLockRelease(&lfdw_server_entry(number)->lock);
	return admittance;
}

/*
 * A server has no limits, as far as its options go: what is left of some that it had
 * is shown, and kept, no longer.
 */
void
lfdw_server_limit_lift(const LfdwLimitedServer *server)
{
	int			number = lfdw_server_entry_find(server->serverid);

	if (number == LFDW_NONE)
		return;
	note_server(lfdw_server_entry(number), server, lfdw_server_clock_us());
	LWLockRelease(&lfdw_server_entry(number)->lock);
}

/* The call waits no longer, and does not begin.  May be called twice; does not throw. */
void
lfdw_server_ticket_return(LfdwServerTicket *ticket)
{
	int			place;
	int			number;
	LfdwServerEntry *entry;

	if (!ticket->waits)
		return;
	/* who exits has left all queues before its memory is released */
	if (nwaiting[ticket->place] == 0)
	{
		ticket->waits = false;
		return;
	}
	number = lfdw_server_queue_entry_of_mine(ticket->place, &place);
	entry = lfdw_server_entry(number);
	LWLockAcquire(&entry->lock, LW_EXCLUSIVE);
	end_waiting(entry, ticket, place, false);
	lfdw_server_queue_give_up(place);
	/* it may have been woken for a slot that it does not take */
	wake(entry, lfdw_server_clock_us());
	LWLockRelease(&entry->lock);
}

/* Does the call wait for slots that are all its own process's? */
bool
lfdw_server_ticket_is_for_own(const LfdwServerTicket *ticket)
{
	int			place;
	LfdwServerEntry *entry;
	bool		all_own;

	if (!ticket->waits)
		return false;
	entry = lfdw_server_entry(lfdw_server_queue_entry_of_mine(ticket->place, &place));
	LWLockAcquire(&entry->lock, LW_SHARED);
	all_own = entry->limits.max_in_flight > 0 &&
		entry->in_flight >= entry->limits.max_in_flight &&
		lfdw_server_queue_place(place)->nheld == entry->in_flight;
	LWLockRelease(&entry->lock);
	return all_own;
}

/*
 * The process does not wait for its latch any more: who waits behind it has what it
 * does not take.
 */
void
lfdw_server_limit_leave(void)
{
	for (int i = 0; i < LFDW_PLACES_OF_PROCESS; i++)
	{
		int			place;
		int			number;
		LfdwServerEntry *entry;

		if (nwaiting[i] == 0)
			continue;
		number = lfdw_server_queue_entry_of_mine(i, &place);
		entry = lfdw_server_entry(number);
		LWLockAcquire(&entry->lock, LW_EXCLUSIVE);
		if (lfdw_server_queue_place(place)->present_until_us != 0)
		{
			lfdw_server_queue_place(place)->present_until_us = 0;
			wake(entry, lfdw_server_clock_us());
		}
		LWLockRelease(&entry->lock);
	}
}

/* LfdwRelease: the memory of a call ends. */
static void
release_slot(void *slot)
{
	lfdw_server_slot_release(slot);
}

/*
 * A slot that a call may be admitted to.  It belongs to the current context, whose
 * reset releases it.  One that is held to the answer's end is not released by its
 * head.
 */
LfdwServerSlot *
lfdw_server_slot_create(bool to_end)
{
	LfdwServerSlot *slot = palloc0(sizeof(LfdwServerSlot));

	slot->to_end = to_end;
	lfdw_owner_register(CurrentMemoryContext, release_slot, slot);
	return slot;
}

/* Has this process any call under way by a slot? */
bool
lfdw_server_holds_slots(void)
{
	return !dlist_is_empty(&held_slots);
}

/* Is there a call under way by the slot? */
bool
lfdw_server_slot_is_held(const LfdwServerSlot *slot)
{
	return slot->held;
}

/*
 * May the call keep others from theirs until its answer's head comes?  Not where
 * max_in_flight is no limit, nor where the head does not release its slot.
 */
bool
lfdw_server_slot_blocks(const LfdwServerSlot *slot)
{
	LfdwServerEntry *entry;
	bool		limited;

	if (!slot->held || slot->to_end)
		return false;
	entry = lfdw_server_entry(slot->entry);
	LWLockAcquire(&entry->lock, LW_SHARED);
	limited = entry->limits.max_in_flight > 0;
	LWLockRelease(&entry->lock);
	return limited;
}

/* Gives the slot back, under the lock of its server. */
static void
give_back(LfdwServerSlot *slot)
{
	LfdwServerEntry *entry = lfdw_server_entry(slot->entry);
	int64		now = lfdw_server_clock_us();

	slot->held = false;
	dlist_delete(&slot->node);
	entry->in_flight--;
	if (slot->is_probe && !slot->has_outcome)
		lfdw_breaker_abandon(&entry->breaker, now);
	if (slot->place != LFDW_NONE)
	{
		lfdw_server_queue_place(slot->place)->nheld--;
		lfdw_server_queue_give_up(slot->place);
	}
	wake(entry, now);
}

/*
 * The breaker is to be told what has come of the slot's call, for the only time: its
 * entry, locked; NULL where that is known, or nothing is held.
 */
static LfdwServerEntry *
lock_for_outcome(LfdwServerSlot *slot)
{
	LfdwServerEntry *entry;

	if (!slot->held || slot->has_outcome)
		return NULL;
	slot->has_outcome = true;
	entry = lfdw_server_entry(slot->entry);
	LWLockAcquire(&entry->lock, LW_EXCLUSIVE);
	return entry;
}

/*
 * The head of an answer has come, whatever it says: its function has ended.  Does not
 * throw.
 */
void
lfdw_server_slot_answered(LfdwServerSlot *slot)
{
	LfdwServerEntry *entry = lock_for_outcome(slot);

	if (entry == NULL)
		return;
	lfdw_breaker_answer(&entry->breaker);
	entry->opened_at = 0;
	if (!slot->to_end)
		give_back(slot);
	LWLockRelease(&entry->lock);
}

/* Tells the breaker, under the lock. */
static void
note_failure(LfdwServerEntry *entry, const LfdwServerSlot *slot, const char *message)
{
	int64		now = lfdw_server_clock_us();

	if (entry->breaker.state == LFDW_BREAKER_CLOSED || slot->is_probe)
	{
		/* other databases have other encodings */
		lfdw_error_ascii(entry->last_failure, message, LFDW_LAST_FAILURE_MAX);
		entry->last_failure_at = GetCurrentTimestamp();
	}
	if (slot->limits.breaker_failures > 0 &&
		lfdw_breaker_fail(&entry->breaker, slot->is_probe,
						  slot->limits.breaker_failures,
						  slot->limits.breaker_seconds, now))
	{
		if (entry->opened_at == 0)
			entry->opened_at = GetCurrentTimestamp();
		wake(entry, now);
	}
}

/*
 * No answer has come, nor will: the endpoint, or the way to it, has failed, in these
 * words, which may be the remote side's.  Does not throw.
 */
void
lfdw_server_slot_failed(LfdwServerSlot *slot, const char *message)
{
	LfdwServerEntry *entry = lock_for_outcome(slot);

	if (entry == NULL)
		return;
	note_failure(entry, slot, message);
	give_back(slot);
	LWLockRelease(&entry->lock);
}

/* The call has ended, however.  May be called twice; does not throw. */
void
lfdw_server_slot_release(LfdwServerSlot *slot)
{
	LfdwServerEntry *entry;

	if (!slot->held)
		return;
	entry = lfdw_server_entry(slot->entry);
	LWLockAcquire(&entry->lock, LW_EXCLUSIVE);
	give_back(slot);
	LWLockRelease(&entry->lock);
}
