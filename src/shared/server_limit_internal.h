/*-------------------------------------------------------------------------
 *
 * server_limit_internal.h
 *		What is shared of a server with limits, and the queue for its slots.
 *
 * IDENTIFICATION
 *	  src/shared/server_limit_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SERVER_LIMIT_INTERNAL_H
#define LFDW_SERVER_LIMIT_INTERNAL_H

#include "postgres.h"

#include "storage/lwlock.h"

#include "base/token_bucket.h"
#include "shared/server_limit.h"

/* No place, no server. */
#define LFDW_NONE (-1)

/* Places of a process; of further servers it asks for slots now and then. */
#define LFDW_PLACES_OF_PROCESS 8

/* A server.  All but the first three members is under its lock. */
typedef struct LfdwServerEntry
{
	LWLock		lock;
	Oid			dbid;			/* changed under the part's lock, too */
	Oid			serverid;		/* InvalidOid: of no server */
	int			encoding;		/* of the database, and of the name */
	char		name[NAMEDATALEN];
	LfdwServerLimits limits;	/* as who came last knew them */
	int			in_flight;
	int			first_place;	/* of the queue */
	int			last_place;
	int			nwaiting;
	int64		ncalls;
	int64		used_at_us;
	LfdwTokenBucket bucket;
	LfdwBreaker breaker;
	TimestampTz opened_at;
	char		last_failure[LFDW_LAST_FAILURE_MAX];
	TimestampTz last_failure_at;
} LfdwServerEntry;

/*
 * What a process has of a server: slots, and a place in the queue.  Under the
 * server's lock, but that its process alone takes it and gives it up.
 */
typedef struct LfdwServerPlace
{
	int			entry;			/* LFDW_NONE: of no server */
	int			pid;
	int			nheld;			/* slots */
	bool		queued;
	int			previous;		/* in the queue */
	int			next;
	int64		present_until_us;	/* its process can take a slot at once,
									 * until then, if it is woken */
} LfdwServerPlace;

extern void lfdw_server_entry_attach(void);
extern LfdwServerEntry *lfdw_server_entry(int number);
extern int	lfdw_server_entry_lock(const LfdwLimitedServer *server);
extern int	lfdw_server_entry_find(Oid serverid);

extern Size lfdw_server_queue_size(const LfdwSegmentSizes *sizes);
extern void lfdw_server_queue_init(LfdwServerPlace *shared_places, int nbackends);
extern void lfdw_server_queue_attach(LfdwServerPlace *shared_places, int nbackends);
extern int	lfdw_server_queue_my_place(int entry);
extern void lfdw_server_queue_give_up(int place);
extern void lfdw_server_queue_join(LfdwServerEntry *entry, int place,
								   int64 present_until_us);
extern void lfdw_server_queue_remove(LfdwServerEntry *entry, int place);
extern int	lfdw_server_queue_ahead(const LfdwServerEntry *entry, int place,
									int64 now_us);
extern void lfdw_server_queue_wake(const LfdwServerEntry *entry, int64 count,
								   int64 now_us);
extern LfdwServerPlace *lfdw_server_queue_place(int place);
extern int	lfdw_server_queue_entry_of_mine(int number, int *place);
extern void lfdw_server_queue_holders(int entry, LfdwServerStatus *status);

#endif							/* LFDW_SERVER_LIMIT_INTERNAL_H */
