/*-------------------------------------------------------------------------
 *
 * admission.c
 *		Which attempts may begin: a server's limits, for all sessions.
 *
 * An attempt that may not begin yet is one more state of its request, which is in the
 * one wait with all others.  So a session that waits moves the bytes of all its calls,
 * and the slots that it holds are released meanwhile.
 *
 * IDENTIFICATION
 *	  src/aws/admission.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "aws/admission.h"
#include "http/http.h"
#include "http/wait.h"
#include "pg/after_run.h"
#include "pg/owner.h"
#include "pg/setting.h"

/* A call that waits asks again, and for the limits, though nobody wakes it. */
#define ASK_EVERY_US INT64CONST(1000000)

/* Servers whose limits a process remembers. */
#define NREMEMBERED 16

typedef struct RememberedLimits
{
	Oid			serverid;
	uint64		as_of;			/* good while this is nchanges */
	LfdwServerLimits limits;
} RememberedLimits;

static RememberedLimits remembered[NREMEMBERED];

/* How often servers may have changed, and one. */
static uint64 nchanges = 1;

/* Changes of the catalogs have been taken in then. */
static int64 accepted_at_us = 0;

static LfdwLimitsReader read_limits;

/* Servers may have changed: their limits are read again. */
void
lfdw_admission_forget_changed(void)
{
	nchanges++;
}

/* Can catalogs be read?  Not by who is about to end, in a hurry. */
static bool
can_read(void)
{
	return IsTransactionState() && lfdw_wait_deadline_us() == PG_INT64_MAX &&
		!proc_exit_inprogress;
}

/* Others are to know that a server has no limits any more. */
static void
lift_limits(const LfdwAdmission *admission, const LfdwServerLimits *limits)
{
	LfdwLimitedServer server = {
		.serverid = admission->caller->pool.serverid,
		.name = admission->route->server,
		.limits = *limits
	};

	lfdw_server_limit_lift(&server);
}

/*
 * The limits of a server as they are now, so that ALTER SERVER holds for calls that
 * wait, and for those that a statement has still to make.
 */
static LfdwServerLimits
present_limits(const LfdwAdmission *admission, int64 now)
{
	Oid			serverid = admission->caller->pool.serverid;
	RememberedLimits *known = &remembered[serverid % NREMEMBERED];

	if (!can_read())
	{
		LfdwServerStatus status;

		/* a COMMIT that waits goes by what others have told since it began */
		if (lfdw_admission_waits(admission) &&
			lfdw_server_limit_status(serverid, &status))
			return status.limits;
		return known->as_of == nchanges && known->serverid == serverid ?
			known->limits : admission->route->server_limits;
	}
	if (lfdw_admission_waits(admission) || now >= accepted_at_us + ASK_EVERY_US)
	{
		accepted_at_us = now;
		AcceptInvalidationMessages();
	}
	if (known->as_of != nchanges || known->serverid != serverid)
	{
		RememberedLimits present = {
			.serverid = serverid,
			/* what is read may be out of date before it is there */
			.as_of = nchanges,
			.limits = admission->route->server_limits
		};

		if (!read_limits(serverid, &present.limits))
			return present.limits;
		if (!lfdw_server_has_limits(&present.limits))
			lift_limits(admission, &present.limits);
		*known = present;
	}
	return known->limits;
}

/*
 * Sets up what decides about the attempts of a request, which begins in the current
 * context; the caller and the route must live as long.
 */
void
lfdw_admission_init(LfdwAdmission *admission, const LfdwCaller *caller,
					const LfdwRoute *route, bool to_end)
{
	admission->caller = caller;
	admission->route = route;
	admission->to_end = to_end;
	admission->context = CurrentMemoryContext;
}

/* LfdwRelease: the request's memory ends, and with it its wait. */
static void
return_ticket(void *ticket)
{
	lfdw_server_ticket_return(ticket);
}

static void
own_ticket(LfdwAdmission *admission)
{
	if (!admission->owns_ticket)
		lfdw_owner_register(admission->context, return_ticket, &admission->ticket);
	admission->owns_ticket = true;
}

/* Raises 55000 where sessions share no memory, unless each may count by itself. */
static void
check_shared(const LfdwAdmission *admission)
{
	if (lfdw_segment_sharing() != LFDW_SHARED_BY_NONE || lfdw_setting_limits_local())
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("server \"%s\" has limits for all sessions, but the sessions share no memory",
					admission->route->server),
			 errhint("Add lambda_fdw to shared_preload_libraries and restart the server, or set lambda_fdw.limits_local to have each session keep the limits by itself.")));
}

/* Raises HV00N: the breaker is open. */
static void
report_refused(const LfdwAdmission *admission)
{
	LfdwServerStatus status;
	int64		seconds = 0;

	if (!lfdw_server_limit_status(admission->caller->pool.serverid, &status))
		memset(&status, 0, sizeof(status));
	if (status.breaker == LFDW_BREAKER_OPEN)
		seconds = (status.probe_at - GetCurrentTimestamp() + 999999) / 1000000;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION),
			 errmsg("calls to server \"%s\" fail at once, for it does not answer",
					admission->route->server),
			 status.opened_at == 0 ? 0 :
			 admission->route->trusted && status.last_failure[0] != '\0' ?
			 errdetail("It has not answered since %s; the last failure was: %s.",
					   timestamptz_to_str(status.opened_at), status.last_failure) :
			 errdetail("It has not answered since %s.",
					   timestamptz_to_str(status.opened_at)),
			 seconds > 0 ?
			 errhint("One call tries again in %d s (option breaker_seconds).", (int) seconds) :
			 errhint("One call is trying again, or the next one will.")));
}

/* "Calls under way: 3 (2 of process 4711, 1 of process 4712); sessions that wait: 1." */
static char *
holders(const LfdwServerStatus *status)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "Calls under way: %d", status->in_flight);
	for (int i = 0; i < status->nholders; i++)
		appendStringInfo(&text, "%s%d of process %d", i == 0 ? " (" : ", ",
						 status->holder_slots[i], status->holder_pids[i]);
	appendStringInfo(&text, "%s; sessions that wait: %d.",
					 status->nholders > 0 ? ")" : "", status->waiting);
	return text.data;
}

/* Is it max_in_flight that the call waits for, and not max_calls_per_minute? */
static bool
lacks_slot(const LfdwServerStatus *status, const LfdwServerLimits *limits)
{
	return limits->max_calls_per_minute == 0 ||
		(limits->max_in_flight > 0 && status->in_flight >= limits->max_in_flight);
}

/* Raises 53400: the call has waited for too long. */
static void
report_timeout(const LfdwAdmission *admission, const LfdwServerLimits *limits)
{
	LfdwServerStatus status;
	const char *option;

	if (!lfdw_server_limit_status(admission->caller->pool.serverid, &status))
		memset(&status, 0, sizeof(status));
	option = lacks_slot(&status, limits) ? "max_in_flight" : "max_calls_per_minute";
	ereport(ERROR,
			(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
			 errmsg("no call could begin on server \"%s\" for %d ms",
					admission->route->server, (int) (admission->waited_us / 1000)),
			 errdetail("The server has the option %s '%d'. %s", option,
					   lacks_slot(&status, limits) ? limits->max_in_flight :
					   limits->max_calls_per_minute, holders(&status)),
			 errhint("Raise %s of the server, or lambda_fdw.slot_timeout, or make fewer calls.",
					 option)));
}

/* How long the request has waited until now; it may have been away for long. */
static int64
waited_until(const LfdwAdmission *admission, int64 now)
{
	return admission->waited_us +
		(admission->asked_at_us == 0 ? 0 :
		 Min(now - admission->asked_at_us, ASK_EVERY_US));
}

/* Adds the time since the call has asked last. */
static void
count_wait(LfdwAdmission *admission, int64 now)
{
	admission->waited_us = waited_until(admission, now);
	admission->asked_at_us = now;
}

/* What is left of lambda_fdw.slot_timeout, or before a deadline; 0: nothing. */
static int64
time_left(const LfdwAdmission *admission, int64 now)
{
	int			timeout_ms = lfdw_setting_slot_timeout_ms();
	int64		left = PG_INT64_MAX;

	if (timeout_ms > 0)
		left = timeout_ms * INT64CONST(1000) - admission->waited_us;
	if (lfdw_wait_deadline_us() != PG_INT64_MAX)
		left = Min(left, lfdw_wait_deadline_us() - now);
	return Max(left, 0);
}

/* The call is in the queue: says when it is to ask again. */
static void
stay(LfdwAdmission *admission, const LfdwServerLimits *limits, int64 now,
	 int64 again_at_us)
{
	int64		left;

	count_wait(admission, now);
	left = time_left(admission, now);
	if (left == 0)
		report_timeout(admission, limits);
	admission->ask_at_us = Min(Min(again_at_us, now + ASK_EVERY_US),
							   left == PG_INT64_MAX ? PG_INT64_MAX : now + left);
}

/* pg_on_exit_callback: others take the slots once the connections are closed. */
static void
cut_all(int code, Datum arg)
{
	lfdw_http_cut();
}

/* Has the process, once, do so before its slots are released in another way. */
static void
prepare_exit(void)
{
	static bool prepared = false;

	if (!prepared)
		before_shmem_exit(cut_all, (Datum) 0);
	prepared = true;
}

/* Asks for a slot. */
static bool
ask(LfdwAdmission *admission, const LfdwServerLimits *limits, int64 now,
	int64 present_for_us)
{
	LfdwLimitedServer server = {
		.serverid = admission->caller->pool.serverid,
		.name = admission->route->server,
		.limits = *limits
	};
	int64		again_at_us;

	switch (lfdw_server_limit_admit(&server, &admission->ticket, admission->slot, now,
									present_for_us == 0 ? 0 : now + present_for_us,
									&again_at_us))
	{
		case LFDW_ADMITTED:
			prepare_exit();
			break;
		case LFDW_QUEUED:
			stay(admission, limits, now, again_at_us);
			return false;
		case LFDW_REFUSED:
			report_refused(admission);
			break;
	}
	if (admission->asked_at_us != 0)
		count_wait(admission, now);
	admission->asked_at_us = 0;
	return true;
}

/*
 * May the next attempt begin?  Its slot is made in its context, and released with it
 * at the latest.  Where it may not, the request waits, and asks again at ask_at_us;
 * if it does so in a wait for the latch of such a length, it is woken when it may.
 * On the way out of a session there are no limits: what is left to do then is to end
 * what was begun.
 *
 * Raises HV00N where the breaker is open, 53400 after lambda_fdw.slot_timeout and
 * where the deadline has come, and 55000 where the sessions share no memory.
 */
bool
lfdw_admission_get(LfdwAdmission *admission, MemoryContext attempt_context,
				   int64 present_for_us)
{
	int64		now;
	LfdwServerLimits limits;

	if (admission->caller == NULL || proc_exit_inprogress)
		return true;
	now = lfdw_wait_now_us();
	limits = present_limits(admission, now);
	if (!lfdw_server_has_limits(&limits))
	{
		lfdw_server_ticket_return(&admission->ticket);
		return true;
	}
	check_shared(admission);
	own_ticket(admission);
	if (admission->slot == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(attempt_context);

		admission->slot = lfdw_server_slot_create(admission->to_end);
		MemoryContextSwitchTo(old);
	}
	return ask(admission, &limits, now, present_for_us);
}

/* The attempt's context is reset. */
void
lfdw_admission_forget_slot(LfdwAdmission *admission)
{
	admission->slot = NULL;
}

/* How long the request has waited for its server's limits, in microseconds. */
int64
lfdw_admission_waited_us(const LfdwAdmission *admission)
{
	return waited_until(admission, lfdw_wait_now_us());
}

/* Does the call wait for a slot? */
bool
lfdw_admission_waits(const LfdwAdmission *admission)
{
	return admission->asked_at_us != 0;
}

/*
 * Is there any use in another attempt after one that failed?  Not once the breaker is
 * open: how the attempt failed says more than that.
 */
bool
lfdw_admission_may_retry(const LfdwAdmission *admission)
{
	LfdwServerStatus status;

	return admission->slot == NULL ||
		!lfdw_server_limit_status(admission->caller->pool.serverid, &status) ||
		status.breaker == LFDW_BREAKER_CLOSED;
}

/*
 * Raises 53400 if the call, which its session waits for, waits for that session alone:
 * for answers that nobody reads meanwhile, and for which there is no memory.
 */
void
lfdw_admission_check_stuck(const LfdwAdmission *admission)
{
	if (lfdw_server_ticket_is_for_own(&admission->ticket) && lfdw_http_is_stuck())
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("no call can begin on server \"%s\" beside the streamed answers that this session has not read to their end",
						admission->route->server),
				 errdetail("They hold all that max_in_flight allows, and there is no memory left to read them on."),
				 errhint("Raise max_in_flight of the server, or lambda_fdw.answer_mem.")));
}

/* The wait has ended: nobody is to wake this session for a slot before the next. */
void
lfdw_admission_leave(void)
{
	lfdw_server_limit_leave();
}

/*
 * LfdwAfterRun: a session must not keep others from their calls while it waits for its
 * client, or for a lock.  So where a cursor stops before its end, the heads of the
 * answers come in that it holds slots for.
 */
static void
settle(QueryDesc *query, uint64 count)
{
	if (count > 0 && query->estate->es_processed >= count && !IsParallelWorker())
		lfdw_http_settle();
}

/* Takes who reads the limits of servers; once, while the library loads. */
void
lfdw_admission_install(LfdwLimitsReader reader)
{
	read_limits = reader;
	lfdw_after_run_add(settle);
}
