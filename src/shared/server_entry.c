/*-------------------------------------------------------------------------
 *
 * server_entry.c
 *		The servers that have limits, in shared memory: which entry is whose.
 *
 * An entry is a server's from its first call on, and becomes another's when it is
 * idle and there is no other.
 *
 * IDENTIFICATION
 *	  src/shared/server_entry.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <time.h>

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#include "shared/server_limit_internal.h"

/* Servers whose entry a process finds without looking for it. */
#define NKNOWN 16

/* The part; the places are behind the entries. */
typedef struct Part
{
	LWLock		lock;			/* of which entry is whose */
	int			nentries;
	LfdwServerEntry entries[FLEXIBLE_ARRAY_MEMBER];
} Part;

/* This process's part; NULL before first use. */
static Part *part = NULL;

/* Where entries were found, by the server's OID. */
static int	known_entries[NKNOWN];

static Size
places_offset(int nentries)
{
	return MAXALIGN(offsetof(Part, entries) + sizeof(LfdwServerEntry) * nentries);
}

/* The size of the part. */
Size
lfdw_server_limit_size(const LfdwSegmentSizes *sizes)
{
	return add_size(places_offset(sizes->nservers), lfdw_server_queue_size(sizes));
}

static LfdwServerPlace *
places_of(Part *memory)
{
	return (LfdwServerPlace *) ((char *) memory + places_offset(memory->nentries));
}

/* Sets the part up, in memory of its size. */
void
lfdw_server_limit_init(void *memory, const LfdwSegmentSizes *sizes, int tranche)
{
	Part	   *made = memory;

	LWLockInitialize(&made->lock, tranche);
	made->nentries = sizes->nservers;
	for (int i = 0; i < made->nentries; i++)
	{
		LWLockInitialize(&made->entries[i].lock, tranche);
		made->entries[i].first_place = LFDW_NONE;
		made->entries[i].last_place = LFDW_NONE;
	}
	lfdw_server_queue_init(places_of(made), sizes->nbackends);
}

/* A clock that is never set, and that all processes share. */
static int64
clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64) now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The same in microseconds: the times of server_limit.h. */
int64
lfdw_server_clock_us(void)
{
	return clock_ns() / 1000;
}

/* Has the process the part. */
void
lfdw_server_entry_attach(void)
{
	if (part)
		return;
	part = lfdw_segment_part(LFDW_PART_LIMITS);
	lfdw_server_queue_attach(places_of(part), lfdw_segment_sizes()->nbackends);
}

/* An entry by its number. */
LfdwServerEntry *
lfdw_server_entry(int number)
{
	Assert(number >= 0 && number < part->nentries);
	return &part->entries[number];
}

/*
 * May the entry be another server's from now on?  What is lost then is what the next
 * call would tell anew: a breaker that is open though a call may try is left behind
 * by whoever gave up, or dropped the server.
 */
static bool
is_idle(const LfdwServerEntry *entry)
{
	int64		now_ns = clock_ns();

	return entry->in_flight == 0 && entry->nwaiting == 0 &&
		lfdw_breaker_lets(&entry->breaker, now_ns / 1000) &&
		entry->bucket.full_at_ns <= now_ns;
}

/* Makes an entry a server's, under both locks. */
static void
set_server(LfdwServerEntry *entry, const LfdwLimitedServer *server)
{
	entry->dbid = MyDatabaseId;
	entry->serverid = server->serverid;
	entry->encoding = GetDatabaseEncoding();
	entry->name[0] = '\0';
	entry->ncalls = 0;
	memset(&entry->limits, 0, sizeof(entry->limits));
	memset(&entry->bucket, 0, sizeof(entry->bucket));
	memset(&entry->breaker, 0, sizeof(entry->breaker));
	entry->opened_at = 0;
	entry->last_failure[0] = '\0';
	entry->last_failure_at = 0;
}

/*
 * The entry of a server, or one that may become its, the one that was not used for
 * the longest time, under the part's lock; LFDW_NONE where all are in use.
 */
static int
choose_entry(Oid serverid)
{
	int			chosen = LFDW_NONE;

	for (int i = 0; i < part->nentries; i++)
	{
		LfdwServerEntry *entry = &part->entries[i];

		if (entry->serverid == serverid && entry->dbid == MyDatabaseId)
			return i;
		if (chosen != LFDW_NONE &&
			(!OidIsValid(part->entries[chosen].serverid) ||
			 (OidIsValid(entry->serverid) &&
			  entry->used_at_us >= part->entries[chosen].used_at_us)))
			continue;
		LWLockAcquire(&entry->lock, LW_SHARED);
		if (!OidIsValid(entry->serverid) || is_idle(entry))
			chosen = i;
		LWLockRelease(&entry->lock);
	}
	return chosen;
}

static bool
is_of(const LfdwServerEntry *entry, Oid serverid)
{
	return entry->serverid == serverid && entry->dbid == MyDatabaseId;
}

/* Looks for the entry of a server, or makes it; locked.  LFDW_NONE where all are in use. */
static int
find_entry(const LfdwLimitedServer *server)
{
	int			number;

	LWLockAcquire(&part->lock, LW_EXCLUSIVE);
	while ((number = choose_entry(server->serverid)) != LFDW_NONE)
	{
		LfdwServerEntry *entry = &part->entries[number];
		bool		is_found;

		LWLockAcquire(&entry->lock, LW_EXCLUSIVE);
		is_found = is_of(entry, server->serverid);
		/* its server may have been called since it was chosen */
		if (is_found || !OidIsValid(entry->serverid) || is_idle(entry))
		{
			if (!is_found)
				set_server(entry, server);
			known_entries[server->serverid % NKNOWN] = number;
			break;
		}
		LWLockRelease(&entry->lock);
	}
	LWLockRelease(&part->lock);
	return number;
}

/*
 * The entry of a server, locked.  Raises 53400 where there are more servers in use
 * than there is room for.
 */
int
lfdw_server_entry_lock(const LfdwLimitedServer *server)
{
	int			number = known_entries[server->serverid % NKNOWN];
	LfdwServerEntry *entry = &part->entries[number];

	LWLockAcquire(&entry->lock, LW_EXCLUSIVE);
	if (is_of(entry, server->serverid))
		return number;
	LWLockRelease(&entry->lock);
	number = find_entry(server);
	if (number == LFDW_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("too many servers have limits and are in use"),
				 errdetail("There is room for %d, and each has calls under way, calls that wait, or a breaker that has just opened.",
						   part->nentries)));
	return number;
}

/*
 * The entry of a server of the current database, locked; LFDW_NONE: it has none, as
 * nobody has called it while it had limits.
 */
int
lfdw_server_entry_find(Oid serverid)
{
	lfdw_server_entry_attach();
	for (int i = 0; i < part->nentries; i++)
	{
		LfdwServerEntry *entry = &part->entries[i];

		if (!is_of(entry, serverid))
			continue;
		LWLockAcquire(&entry->lock, LW_EXCLUSIVE);
		if (is_of(entry, serverid))
			return i;
		LWLockRelease(&entry->lock);
	}
	return LFDW_NONE;
}

/* Copies how it stands with a server, whose entry is locked. */
static void
read_entry(LfdwServerStatus *status, int number)
{
	const LfdwServerEntry *entry = &part->entries[number];

	memset(status, 0, sizeof(LfdwServerStatus));
	status->dbid = entry->dbid;
	status->serverid = entry->serverid;
	status->encoding = entry->encoding;
	memcpy(status->name, entry->name, NAMEDATALEN);
	status->limits = entry->limits;
	status->in_flight = entry->in_flight;
	status->waiting = entry->nwaiting;
	status->calls = entry->ncalls;
	status->breaker = entry->breaker.state;
	status->failures = entry->breaker.failures;
	status->opened_at = entry->opened_at;
	if (entry->breaker.state == LFDW_BREAKER_OPEN)
		status->probe_at = GetCurrentTimestamp() +
			(entry->breaker.probe_at_us - lfdw_server_clock_us());
	memcpy(status->last_failure, entry->last_failure, LFDW_LAST_FAILURE_MAX);
	status->last_failure_at = entry->last_failure_at;
	lfdw_server_queue_holders(number, status);
}

/* How it stands with a server of the current database; false: nobody has used it. */
bool
lfdw_server_limit_status(Oid serverid, LfdwServerStatus *status)
{
	int			number = lfdw_server_entry_find(serverid);

	if (number == LFDW_NONE)
		return false;
	read_entry(status, number);
	LWLockRelease(&part->entries[number].lock);
	return true;
}

/* How it stands with all servers, palloc'd, and how many there are. */
LfdwServerStatus *
lfdw_server_limit_read(int *count)
{
	LfdwServerStatus *all;

	lfdw_server_entry_attach();
	all = palloc(sizeof(LfdwServerStatus) * part->nentries);
	*count = 0;
	for (int i = 0; i < part->nentries; i++)
	{
		LfdwServerEntry *entry = &part->entries[i];

		LWLockAcquire(&entry->lock, LW_SHARED);
		if (OidIsValid(entry->serverid))
			read_entry(&all[(*count)++], i);
		LWLockRelease(&entry->lock);
	}
	return all;
}
