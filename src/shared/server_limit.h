/*-------------------------------------------------------------------------
 *
 * server_limit.h
 *		Limits of a server for the whole cluster: max_in_flight,
 *		max_calls_per_minute, and the circuit breaker.
 *
 * IDENTIFICATION
 *	  src/shared/server_limit.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SERVER_LIMIT_H
#define LFDW_SERVER_LIMIT_H

#include "postgres.h"

#include "datatype/timestamp.h"

#include "base/breaker.h"
#include "shared/segment.h"

/* What a server's options say; 0: no limit. */
typedef struct LfdwServerLimits
{
	int			max_in_flight;
	int			max_calls_per_minute;
	int			breaker_failures;	/* in a row, after which calls fail at
									 * once ... */
	int			breaker_seconds;	/* ... for so long */
} LfdwServerLimits;

/* A server of the current database that has limits. */
typedef struct LfdwLimitedServer
{
	Oid			serverid;
	const char *name;
	LfdwServerLimits limits;
} LfdwLimitedServer;

/* The place of a call that is under way among those that may be. */
typedef struct LfdwServerSlot LfdwServerSlot;

/* A call's part of its process's place in the queue; zeroed: it does not wait. */
typedef struct LfdwServerTicket
{
	bool		waits;
	int			place;			/* of this process; NONE: it has none left */
} LfdwServerTicket;

typedef enum LfdwAdmittance
{
	LFDW_ADMITTED,				/* the call has a slot */
	LFDW_QUEUED,				/* it waits for one */
	LFDW_REFUSED				/* the breaker is open */
} LfdwAdmittance;

#define LFDW_LAST_FAILURE_MAX 192

/* Sessions that hold slots, as errors name them. */
#define LFDW_HOLDERS_SHOWN 5

/* How it stands with a server. */
typedef struct LfdwServerStatus
{
	Oid			dbid;
	Oid			serverid;
	int			encoding;		/* of the database, and of the name */
	char		name[NAMEDATALEN];
	LfdwServerLimits limits;	/* as the session that came last knew them */
	int			in_flight;
	int			waiting;		/* sessions */
	int64		calls;			/* that were begun, by attempt */
	LfdwBreakerState breaker;
	int			failures;		/* in a row */
	TimestampTz opened_at;		/* 0: the breaker is closed */
	TimestampTz probe_at;		/* where it is open */
	char		last_failure[LFDW_LAST_FAILURE_MAX];	/* ASCII */
	TimestampTz last_failure_at;	/* 0: there was none */
	int			nholders;		/* those that hold most, and how many */
	int			holder_pids[LFDW_HOLDERS_SHOWN];
	int			holder_slots[LFDW_HOLDERS_SHOWN];
} LfdwServerStatus;

extern Size lfdw_server_limit_size(const LfdwSegmentSizes *sizes);
extern void lfdw_server_limit_init(void *memory, const LfdwSegmentSizes *sizes,
								   int tranche);
extern bool lfdw_server_holds_slots(void);
extern bool lfdw_server_has_limits(const LfdwServerLimits *limits);
extern LfdwServerSlot *lfdw_server_slot_create(bool to_end);
extern LfdwAdmittance lfdw_server_limit_admit(const LfdwLimitedServer *server,
											  LfdwServerTicket *ticket,
											  LfdwServerSlot *slot, int64 now_us,
											  int64 present_until_us,
											  int64 *again_at_us);
extern void lfdw_server_limit_lift(const LfdwLimitedServer *server);
extern void lfdw_server_ticket_return(LfdwServerTicket *ticket);
extern bool lfdw_server_ticket_is_for_own(const LfdwServerTicket *ticket);
extern void lfdw_server_limit_leave(void);
extern bool lfdw_server_slot_is_held(const LfdwServerSlot *slot);
extern bool lfdw_server_slot_blocks(const LfdwServerSlot *slot);
extern void lfdw_server_slot_answered(LfdwServerSlot *slot);
extern void lfdw_server_slot_failed(LfdwServerSlot *slot, const char *message);
extern void lfdw_server_slot_release(LfdwServerSlot *slot);
extern bool lfdw_server_limit_status(Oid serverid, LfdwServerStatus *status);
extern LfdwServerStatus *lfdw_server_limit_read(int *count);
extern int64 lfdw_server_clock_us(void);

#endif							/* LFDW_SERVER_LIMIT_H */
