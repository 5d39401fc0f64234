/*-------------------------------------------------------------------------
 *
 * tracking.h
 *		What is counted, shown and logged of a request to a service.
 *
 * IDENTIFICATION
 *	  src/aws/tracking.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_TRACKING_H
#define LFDW_TRACKING_H

#include "postgres.h"

#include "aws/admission.h"
#include "aws/caller.h"
#include "http/exchange.h"
#include "shared/activity.h"

/*
 * As what a request is counted, shown and limited.  The strings are in the
 * database encoding.
 */
typedef struct LfdwTracked
{
	const char *service;		/* "lambda", "s3", ...; NULL: it is neither
								 * counted nor limited */
	const char *function;		/* what is called there: a function, a bucket,
								 * a model */
	const char *qualifier;		/* NULL for none */
	bool		holds_slot_to_end;	/* max_in_flight counts it as long as its
									 * answer comes: it is streamed */
	bool		cleans_up;		/* without it something would be left: no
								 * budget refuses it */
	bool		has_judge;		/* what a 2xx answer is, and how many bytes,
								 * says who asked */
	LfdwWork   *work;			/* what makes the request, NULL for nothing
								 * that is shown */

	/*
	 * How many rows answers had, and of how many of them pg_stat_lambda
	 * knows; NULL where there are none.  They live in the context in which
	 * the request begins or in one above.
	 */
	const int64 *rows;
	int64	   *rows_recorded;
} LfdwTracked;

/* What has come of a request in the end. */
typedef enum LfdwCallOutcome
{
	LFDW_CALL_OK,
	LFDW_CALL_FUNCTION_ERROR,	/* Lambda answered that the function raised */
	LFDW_CALL_SERVICE_ERROR,
	LFDW_CALL_THROTTLED,		/* a service error, too */
	LFDW_CALL_TRANSPORT_ERROR,
	LFDW_CALL_TIMEOUT,
	LFDW_CALL_CANCELLED,		/* nobody waited for its answer, or its
								 * statement failed */
	LFDW_CALL_REFUSED,			/* nothing was sent, for it raised an error */
	LFDW_CALL_NOT_SENT,			/* its session gave it up before */
	LFDW_CALL_LEFT				/* the rest of its answer was of no use */
} LfdwCallOutcome;

typedef struct LfdwTracking LfdwTracking;

extern LfdwTracking *lfdw_tracking_begin(const LfdwTracked *tracked,
										 const LfdwCaller *caller,
										 const char *server);
extern void lfdw_tracking_may_refuse(LfdwTracking *tracking, const char *why);
extern void lfdw_tracking_attempt(LfdwTracking *tracking,
								  LfdwHttpExchange *exchange, size_t sent,
								  MemoryContext context);
extern void lfdw_tracking_look(LfdwTracking *tracking);
extern void lfdw_tracking_queue(LfdwTracking *tracking);
extern void lfdw_tracking_back_off(LfdwTracking *tracking);
extern void lfdw_tracking_throttled(LfdwTracking *tracking);
extern void lfdw_tracking_waits_by(LfdwTracking *tracking,
								   const LfdwAdmission *admission);
extern void lfdw_tracking_received(LfdwTracking *tracking, int64 bytes);
extern void lfdw_tracking_report(LfdwTracking *tracking, double billed_ms,
								 int64 billed_mb_ms);
extern void lfdw_tracking_end(LfdwTracking *tracking, LfdwCallOutcome outcome,
							  const char *error);
extern void lfdw_tracking_fail(LfdwTracking *tracking);

#endif							/* LFDW_TRACKING_H */
