/*-------------------------------------------------------------------------
 *
 * service.h
 *		One request to a service, tried again where that may help.
 *
 * IDENTIFICATION
 *	  src/aws/service.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SERVICE_H
#define LFDW_SERVICE_H

#include "postgres.h"

#include "aws/admission.h"
#include "aws/client.h"
#include "aws/tracking.h"
#include "base/aws_error.h"
#include "http/http_watch.h"

/* Sets of transport failures, for retry_failures. */
#define LFDW_FAILURE(failure) (1 << (failure))
#define LFDW_FAILURES_BEFORE_SENDING \
	(LFDW_FAILURE(LFDW_HTTP_CANNOT_CONNECT) | \
	 LFDW_FAILURE(LFDW_HTTP_UNREACHABLE) | \
	 LFDW_FAILURE(LFDW_HTTP_CONNECT_TIMEOUT))
#define LFDW_FAILURES_ALL (~0)

/* What to ask, and when to ask again. */
typedef struct LfdwServiceRequest
{
	/*
	 * What every attempt sends: a request of a caller's, or, with http, this
	 * as it is.  Then aws is zeroed, and there are no credentials, no code to
	 * read and no tokens.
	 */
	LfdwAwsRequest aws;
	const LfdwHttpRequest *http;

	/*
	 * Whose credentials sign an attempt: those given, or what is got before
	 * each; neither: it is not signed.  Renewing gets others in place of
	 * those with an access key, and says whether there are any.
	 */
	const LfdwCredentials *credentials;
	const LfdwCredentials *(*get_credentials) (const LfdwCaller *caller,
											   const LfdwRoute *route);
	bool		(*renew_credentials) (const LfdwCaller *caller,
									  const LfdwRoute *route,
									  const char *access_key_id);

	/* writes the code of an error into size bytes; NULL: its status tells */
	void		(*read_code) (LfdwHttpExchange *exchange, char *code, size_t size);

	/*
	 * Is a whole answer an error in spite of its status, which is 2xx?  NULL:
	 * never.  The status may have been sent before the work was done.
	 */
	bool		(*is_error) (LfdwHttpExchange *exchange);

	int			max_attempts;
	bool		repeatable;		/* it does no harm if it is done twice */
	int			retry_failures; /* the LFDW_FAILURE()s to try again after */
	int64		retry_delay_us; /* before each retry; 0: the back-off's */
	bool		takes_tokens;	/* retries are paid from the client's bucket */

	LfdwTracked tracked;

	/* where attempts and throttled ones are counted, NULL: nowhere */
	int64	   *attempts;
	int64	   *throttles;
} LfdwServiceRequest;

/* What has come of a request; the last three are the end. */
typedef enum LfdwServiceState
{
	LFDW_SERVICE_WAITING,		/* another attempt follows */
	LFDW_SERVICE_RUNNING,		/* an attempt has not been answered yet */
	LFDW_SERVICE_ANSWERING,		/* the answer is 2xx, and its body arrives */
	LFDW_SERVICE_DONE,			/* the whole answer, 2xx, is there */
	LFDW_SERVICE_REFUSED,		/* the service's error */
	LFDW_SERVICE_FAILED			/* no answer: see lfdw_exchange_failure */
} LfdwServiceState;

/* An error that a service answered with, classified. */
typedef struct LfdwServiceError
{
	int			status;
	char		code[128];
	LfdwAwsErrorClass class;
	LfdwRetry	retry;
} LfdwServiceError;

/* A request under way.  Others read the first three members. */
typedef struct LfdwServiceRun
{
	LfdwHttpExchange *exchange; /* of the attempt, NULL while WAITING */
	int			attempt;		/* how many were begun */
	LfdwServiceError error;		/* the last one */

	const LfdwServiceRequest *request;
	LfdwTracking *tracking;		/* NULL: nobody counts or logs it */
	LfdwServiceState state;
	MemoryContext context;		/* of the attempt */
	LfdwAdmission admission;	/* of the next attempt */
	int64		retry_at_us;	/* next attempt, by lfdw_wait_now_us */
	char	   *id;				/* the same for all attempts */
	char	   *access_key_id;	/* that signed the attempt */
	size_t		received;		/* bytes of the answer that were counted */
	bool		may_be_done;	/* by an attempt before, which nobody knows of */
	int			retry_cost;		/* tokens that the last retry took */
	bool		clock_corrected;	/* once a request */
	bool		renewed;		/* once a request */
} LfdwServiceRun;

extern LfdwServiceRun *lfdw_service_begin(const LfdwServiceRequest *request);
extern void lfdw_service_wait(LfdwServiceRun **runs, int nruns, int64 until_us);
extern pgsocket lfdw_service_watch(LfdwHttpWatch *watch, LfdwServiceRun **runs,
								   int nruns, int64 until_us);
extern void lfdw_service_look(LfdwHttpWatch *watch, LfdwServiceRun **runs,
							  int nruns);
extern LfdwServiceState lfdw_service_advance(LfdwServiceRun *run,
											 bool committed);
extern LfdwServiceState lfdw_service_refuse(LfdwServiceRun *run,
											const char *code, bool committed);
extern LfdwServiceState lfdw_service_complete(LfdwServiceRun *run);
extern void lfdw_service_json_code(LfdwHttpExchange *exchange, char *code,
								   size_t size);

#endif							/* LFDW_SERVICE_H */
