/*-------------------------------------------------------------------------
 *
 * admission.h
 *		Which attempts may begin: a server's limits, for all sessions.
 *
 * IDENTIFICATION
 *	  src/aws/admission.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ADMISSION_H
#define LFDW_ADMISSION_H

#include "postgres.h"

#include "aws/caller.h"

/* Where a request stands that may have to wait for its attempts to begin. */
typedef struct LfdwAdmission
{
	const LfdwCaller *caller;	/* NULL: it is not limited */
	const LfdwRoute *route;
	bool		to_end;			/* see LfdwTracked.holds_slot_to_end */
	bool		owns_ticket;	/* the ticket ends with the request's memory */
	MemoryContext context;		/* of the request */
	LfdwServerTicket ticket;
	LfdwServerSlot *slot;		/* of the attempt, in its context; NULL: it
								 * needs none, or has not asked */
	int64		waited_us;		/* of all attempts */
	int64		asked_at_us;	/* last, while it waits */
	int64		ask_at_us;		/* next */
} LfdwAdmission;

/* Reads the limits of a server as they are now; false: there is no such server. */
typedef bool (*LfdwLimitsReader) (Oid serverid, LfdwServerLimits *limits);

extern void lfdw_admission_install(LfdwLimitsReader reader);
extern void lfdw_admission_forget_changed(void);
extern void lfdw_admission_init(LfdwAdmission *admission, const LfdwCaller *caller,
								const LfdwRoute *route, bool to_end);
extern bool lfdw_admission_get(LfdwAdmission *admission,
							   MemoryContext attempt_context,
							   int64 present_for_us);
extern int64 lfdw_admission_waited_us(const LfdwAdmission *admission);
extern void lfdw_admission_forget_slot(LfdwAdmission *admission);
extern bool lfdw_admission_may_retry(const LfdwAdmission *admission);
extern bool lfdw_admission_waits(const LfdwAdmission *admission);
extern void lfdw_admission_check_stuck(const LfdwAdmission *admission);
extern void lfdw_admission_leave(void);

#endif							/* LFDW_ADMISSION_H */
