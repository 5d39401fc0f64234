/*-------------------------------------------------------------------------
 *
 * server_queue.c
 *		Who holds slots of a server, and who waits for one.
 *
 * Each process has a few places in shared memory, one for each server whose slots it
 * holds or waits for.  Those that wait are a queue by server, first come, first
 * served.  A process that is elsewhere, in another scan or with its client, keeps its
 * place in it, but the queue goes on without it: only who is present counts, and that
 * lapses by itself, so that nobody can stand in the way by ending in an error.
 *
 * All of this is under the lock of the server's entry.
 *
 * IDENTIFICATION
 *	  src/shared/server_queue.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/latch.h"

#include "pg/compat.h"
#include "shared/server_limit_internal.h"

static LfdwServerPlace *places;
static int	nplaces;

/* The size of all places. */
Size
lfdw_server_queue_size(const LfdwSegmentSizes *sizes)
{
	return mul_size(sizeof(LfdwServerPlace),
					mul_size(sizes->nbackends, LFDW_PLACES_OF_PROCESS));
}

/* Sets places up that are shared. */
void
lfdw_server_queue_init(LfdwServerPlace *shared_places, int nbackends)
{
	for (int i = 0; i < nbackends * LFDW_PLACES_OF_PROCESS; i++)
		shared_places[i].entry = LFDW_NONE;
}

/* Takes the places that the process shares. */
void
lfdw_server_queue_attach(LfdwServerPlace *shared_places, int nbackends)
{
	places = shared_places;
	nplaces = nbackends * LFDW_PLACES_OF_PROCESS;
}

static int
my_first_place(void)
{
	return lfdw_segment_my_backend() * LFDW_PLACES_OF_PROCESS;
}

/* A place by its number. */
LfdwServerPlace *
lfdw_server_queue_place(int place)
{
	return &places[place];
}

/*
 * The server of one of the places that this process may have, LFDW_NONE for none;
 * *place becomes the place.
 */
int
lfdw_server_queue_entry_of_mine(int number, int *place)
{
	*place = my_first_place() + number;
	return places[*place].entry;
}

/* This process's place for a server, a new one if need be; LFDW_NONE: none is left. */
int
lfdw_server_queue_my_place(int entry)
{
	int			free = LFDW_NONE;

	for (int i = 0; i < LFDW_PLACES_OF_PROCESS; i++)
	{
		int			place;
		int			other = lfdw_server_queue_entry_of_mine(i, &place);

		if (other == entry)
			return place;
		if (other == LFDW_NONE)
			free = place;
	}
	if (free != LFDW_NONE)
	{
		memset(&places[free], 0, sizeof(LfdwServerPlace));
		places[free].entry = entry;
		places[free].pid = MyProcPid;
	}
	return free;
}

/* A place is no longer needed, unless it is. */
void
lfdw_server_queue_give_up(int place)
{
	if (places[place].nheld == 0 && !places[place].queued)
		places[place].entry = LFDW_NONE;
}

/* Has a place be in the queue, at its end if it is new there. */
void
lfdw_server_queue_join(LfdwServerEntry *entry, int place, int64 present_until_us)
{
	LfdwServerPlace *mine = &places[place];

	mine->present_until_us = present_until_us;
	if (mine->queued)
		return;
	mine->queued = true;
	mine->previous = entry->last_place;
	mine->next = LFDW_NONE;
	if (entry->last_place == LFDW_NONE)
		entry->first_place = place;
	else
		places[entry->last_place].next = place;
	entry->last_place = place;
	entry->nwaiting++;
}

/* Takes a place out of the queue, if it is there. */
void
lfdw_server_queue_remove(LfdwServerEntry *entry, int place)
{
	LfdwServerPlace *mine = &places[place];

	if (!mine->queued)
		return;
	mine->queued = false;
	mine->present_until_us = 0;
	if (mine->previous == LFDW_NONE)
		entry->first_place = mine->next;
	else
		places[mine->previous].next = mine->next;
	if (mine->next == LFDW_NONE)
		entry->last_place = mine->previous;
	else
		places[mine->next].previous = mine->previous;
	entry->nwaiting--;
}

/* How many who are present come before a place, which may not be in the queue. */
int
lfdw_server_queue_ahead(const LfdwServerEntry *entry, int place, int64 now_us)
{
	int			nahead = 0;

	for (int i = entry->first_place; i != LFDW_NONE && i != place;
		 i = places[i].next)
		nahead += places[i].present_until_us >= now_us ? 1 : 0;
	return nahead;
}

/* Wakes the first so many of those who are present. */
void
lfdw_server_queue_wake(const LfdwServerEntry *entry, int64 count, int64 now_us)
{
	for (int i = entry->first_place; i != LFDW_NONE && count > 0;
		 i = places[i].next)
	{
		if (places[i].present_until_us < now_us)
			continue;
		count--;
		if (places[i].pid == MyProcPid)
			SetLatch(MyLatch);
		else
			lfdw_wake_proc(i / LFDW_PLACES_OF_PROCESS);
	}
}

/* Adds a process to those that hold most, the most first. */
static void
add_holder(LfdwServerStatus *status, const LfdwServerPlace *place)
{
	int			at = status->nholders;

	while (at > 0 && status->holder_slots[at - 1] < place->nheld)
		at--;
	if (at == LFDW_HOLDERS_SHOWN)
		return;
	status->nholders = Min(status->nholders + 1, LFDW_HOLDERS_SHOWN);
	for (int i = status->nholders - 1; i > at; i--)
	{
		status->holder_pids[i] = status->holder_pids[i - 1];
		status->holder_slots[i] = status->holder_slots[i - 1];
	}
	status->holder_pids[at] = place->pid;
	status->holder_slots[at] = place->nheld;
}

/* Fills who holds most slots of a server, which is zeroed before. */
void
lfdw_server_queue_holders(int entry, LfdwServerStatus *status)
{
	for (int i = 0; i < nplaces; i++)
	{
		if (places[i].entry == entry && places[i].nheld > 0)
			add_holder(status, &places[i]);
	}
}
