/*-------------------------------------------------------------------------
 *
 * service.c
 *		One request to a service, tried again where that may help.
 *
 * A request is a number of attempts, as the SDKs' standard retry mode makes
 * them: attempt, look at what came of it, then wait, correct the clock or renew
 * the credentials, and attempt again.  What an error means is said by one
 * table, in aws_error.c; where services differ, the request says so.
 *
 * There are two ways to go through the attempts.  Who has many requests side by
 * side waits for them with lfdw_service_wait, and then advances each;
 * lfdw_service_complete does both for one whose answer is short.
 *
 * IDENTIFICATION
 *	  src/aws/service.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/pg_prng.h"
#include "utils/memutils.h"

#include "aws/budget.h"
#include "aws/service.h"
#include "base/control_doc.h"
#include "http/wait.h"
#include "pg/message.h"

/* An error's body is read up to here; all of AWS's are far shorter. */
#define ERROR_BODY_MAX (256 * 1024)

/*
 * Where an Append waits, who wakes this session cannot always end its wait: so it asks
 * by itself, and is taken for present for a little longer.
 */
#define ASK_IN_APPEND_US INT64CONST(20000)
#define PRESENT_IN_APPEND_US INT64CONST(50000)

/*
 * In a wait of our own it asks again long before that, on a busy machine too.  Who is
 * stopped holds the others up for as long.
 */
#define PRESENT_IN_WAIT_US INT64CONST(5000000)

/* Sends a request to AWS, signed with what the request says. */
static LfdwHttpExchange *
send_signed(LfdwServiceRun *run)
{
	const LfdwServiceRequest *request = run->request;
	LfdwAwsAttempt attempt = {
		.number = run->attempt + 1,
		.max = request->max_attempts,
		.invocation_id = run->id,
		.credentials = request->credentials,
		.once = !request->repeatable,
		.slot = run->admission.slot
	};

	if (request->get_credentials)
		attempt.credentials = request->get_credentials(request->aws.caller,
													   request->aws.route);
	run->access_key_id = attempt.credentials ?
		pstrdup(attempt.credentials->access_key_id) : NULL;
	return lfdw_client_begin(&request->aws, &attempt);
}

/*
 * Begins the next attempt, in a context of its own, or has it wait until its server's
 * limits let it; see lfdw_admission_get for present_for_us.
 */
static void
begin_attempt(LfdwServiceRun *run, int64 present_for_us)
{
	const LfdwServiceRequest *request = run->request;
	MemoryContext old;

	lfdw_tracking_may_refuse(run->tracking, "past a limit of its server");
	if (!lfdw_admission_get(&run->admission, run->context, present_for_us))
	{
		lfdw_tracking_queue(run->tracking);
		run->retry_at_us = run->admission.ask_at_us;
		return;
	}
	lfdw_tracking_may_refuse(run->tracking, "no credentials, or the request cannot be signed");
	old = MemoryContextSwitchTo(run->context);
	run->exchange = request->http ? lfdw_http_begin(request->http) :
		send_signed(run);
	MemoryContextSwitchTo(old);
	run->state = LFDW_SERVICE_RUNNING;
	run->received = 0;
	if (run->attempt > 0)
		lfdw_budget_add_retry(request->tracked.service, request->aws.body_len);
	run->attempt++;
	lfdw_tracking_attempt(run->tracking, run->exchange, request->aws.body_len,
						  run->context);
	if (request->attempts)
		(*request->attempts)++;
}

/*
 * Begins a request and returns once its first attempt is under way, or waits for its
 * server's limits; before that credentials may have to be asked for.
 *
 * The run belongs to the current context: resetting that ends it.  The request
 * and what it points to must live as long.  Raises what getting credentials
 * raises, HV000 or HV001 where the request cannot be signed or sent, 42501 where
 * lambda_fdw.allowed_endpoints does not have its endpoint, and what
 * lfdw_budget_take_call raises, before anything is sent.
 */
LfdwServiceRun *
lfdw_service_begin(const LfdwServiceRequest *request)
{
	LfdwServiceRun *run = palloc0(sizeof(LfdwServiceRun));

	/* what is sent as it is has no caller whose bucket or keys it could use */
	Assert(request->http == NULL ||
		   (request->read_code == NULL && !request->takes_tokens &&
			request->get_credentials == NULL &&
			request->renew_credentials == NULL &&
			request->tracked.service == NULL));
	run->request = request;
	if (request->http == NULL)
		run->tracking = lfdw_tracking_begin(&request->tracked, request->aws.caller,
											request->aws.route->server);
	lfdw_tracking_may_refuse(run->tracking, "the endpoint is not allowed");
	run->context = AllocSetContextCreate(CurrentMemoryContext,
										 "lambda_fdw attempt",
										 ALLOCSET_DEFAULT_SIZES);
	if (request->http == NULL)
	{
		lfdw_client_check_endpoint(&request->aws);
		run->id = lfdw_client_uuid();
	}
	lfdw_tracking_may_refuse(run->tracking, "past a limit of the statement");
	if (!request->tracked.cleans_up)
		lfdw_budget_take_call(request->tracked.service, request->aws.body_len);
	if (request->tracked.service && !request->tracked.cleans_up)
		lfdw_admission_init(&run->admission, request->aws.caller,
							request->aws.route,
							request->tracked.holds_slot_to_end);
	lfdw_tracking_waits_by(run->tracking, &run->admission);
	begin_attempt(run, 0);
	return run;
}

/* Ends the attempt and has another follow at a time of lfdw_wait_now_us. */
static void
end_attempt(LfdwServiceRun *run, int64 retry_at_us)
{
	lfdw_tracking_back_off(run->tracking);
	run->retry_at_us = retry_at_us;
	run->exchange = NULL;
	lfdw_admission_forget_slot(&run->admission);
	MemoryContextReset(run->context);
}

/*
 * Ends the attempt and has another follow after a while, if the bucket still
 * has the tokens.  hint_us is how long the service asks to wait, or -1.
 */
static bool
back_off(LfdwServiceRun *run, bool throttled, int64 hint_us)
{
	const LfdwServiceRequest *request = run->request;
	int64		delay = request->retry_delay_us;

	if (request->takes_tokens &&
		!lfdw_backoff_take(&lfdw_client_get(&request->aws.caller->pool)->bucket,
						   throttled, &run->retry_cost))
		return false;
	if (delay == 0)
		delay = lfdw_backoff_delay_us(run->attempt, throttled,
									  pg_prng_double(&pg_global_prng_state),
									  hint_us);
	end_attempt(run, lfdw_wait_now_us() + delay);
	return true;
}

/* Is what was wrong with the signature put right, so that signing anew helps? */
static bool
correct_signature(LfdwServiceRun *run)
{
	const LfdwServiceRequest *request = run->request;
	const LfdwAwsRequest *aws = &request->aws;

	if (run->error.retry == LFDW_RETRY_CLOCK && !run->clock_corrected)
	{
		run->clock_corrected =
			lfdw_client_correct_clock(lfdw_client_get(&aws->caller->pool),
									  run->exchange);
		return run->clock_corrected;
	}
	if (run->error.retry == LFDW_RETRY_RENEW && !run->renewed &&
		request->renew_credentials)
	{
		run->renewed = true;
		return request->renew_credentials(aws->caller, aws->route,
										  run->access_key_id);
	}
	return false;
}

/*
 * After an error of the service: does another attempt follow?
 *
 * What is wrong with the signature is corrected even if none may, or the next
 * request would meet the same error.
 */
static bool
retry_error(LfdwServiceRun *run, bool may_retry)
{
	bool		throttled = run->error.class == LFDW_AWS_THROTTLED;
	bool		may_be_done = false;

	switch (run->error.retry)
	{
		case LFDW_RETRY_NEVER:
			return false;
		case LFDW_RETRY_MAY_HAVE_RUN:
			if (!run->request->repeatable)
				return false;
			may_be_done = true;
			break;
		case LFDW_RETRY_NOT_RUN:
			break;
		case LFDW_RETRY_CLOCK:
		case LFDW_RETRY_RENEW:
			if (!correct_signature(run) || !may_retry)
				return false;
			end_attempt(run, 0);
			return true;
	}
	if (!may_retry ||
		!back_off(run, throttled, lfdw_client_retry_hint_us(run->exchange)))
		return false;
	run->may_be_done |= may_be_done;
	return true;
}

/* After a failure of the transport: does another attempt follow? */
static bool
retry_failure(LfdwServiceRun *run, bool may_retry)
{
	const char *message;
	LfdwHttpFailure failure = lfdw_exchange_failure(run->exchange, &message);
	bool		may_be_done = lfdw_exchange_may_be_sent(run->exchange);

	if (!may_retry || !lfdw_admission_may_retry(&run->admission) ||
		(run->request->retry_failures & LFDW_FAILURE(failure)) == 0 ||
		!back_off(run, false, -1))
		return false;
	run->may_be_done |= may_be_done;
	return true;
}

/* Classifies the error whose code has been read. */
static void
classify_error(LfdwServiceRun *run, int status)
{
	LfdwServiceError *error = &run->error;

	error->status = status;
	error->class = lfdw_aws_error_classify(error->status, error->code);
	error->retry = lfdw_aws_error_retry(error->status, error->code);
	if (error->class != LFDW_AWS_THROTTLED)
		return;
	lfdw_tracking_throttled(run->tracking);
	if (run->request->throttles)
		(*run->request->throttles)++;
	lfdw_budget_add_throttle(run->request->tracked.service);
}

/* Takes apart what the service says is wrong, and classifies it. */
static void
read_error(LfdwServiceRun *run)
{
	LfdwServiceError *error = &run->error;

	error->code[0] = '\0';
	if (run->request->read_code)
		run->request->read_code(run->exchange, error->code, sizeof(error->code));
	classify_error(run, lfdw_exchange_status(run->exchange));
}

/* An error of the service in a word, for pg_stat_lambda. */
static const char *
error_name(const LfdwServiceError *error)
{
	return error->code[0] == '\0' ? psprintf("HTTP status %d", error->status) :
		psprintf("%s (HTTP status %d)",
				 lfdw_error_excerpt(error->code, strlen(error->code)),
				 error->status);
}

/* After an error of the service: has another attempt follow, or ends. */
static void
end_with_error(LfdwServiceRun *run, bool may_retry)
{
	if (retry_error(run, may_retry))
	{
		run->state = LFDW_SERVICE_WAITING;
		return;
	}
	run->state = LFDW_SERVICE_REFUSED;
	if (run->tracking)
		lfdw_tracking_end(run->tracking,
						  run->error.class == LFDW_AWS_THROTTLED ?
						  LFDW_CALL_THROTTLED : LFDW_CALL_SERVICE_ERROR,
						  error_name(&run->error));
}

/* After a failure of the transport: has another attempt follow, or ends. */
static void
end_with_failure(LfdwServiceRun *run, bool may_retry)
{
	if (retry_failure(run, may_retry))
	{
		run->state = LFDW_SERVICE_WAITING;
		return;
	}
	run->state = LFDW_SERVICE_FAILED;
	lfdw_tracking_fail(run->tracking);
}

/* May another attempt follow? */
static bool
has_attempts(const LfdwServiceRun *run, bool committed)
{
	return !committed && run->attempt < run->request->max_attempts;
}

/* The whole answer is there: gives back what the last retry cost. */
static void
succeed(LfdwServiceRun *run)
{
	const LfdwServiceRequest *request = run->request;

	run->state = LFDW_SERVICE_DONE;
	if (request->takes_tokens)
		lfdw_backoff_give(&lfdw_client_get(&request->aws.caller->pool)->bucket,
						  run->retry_cost);
	if (!request->tracked.has_judge)
		lfdw_tracking_end(run->tracking, LFDW_CALL_OK, NULL);
}

/* Counts what has come of the answer since the last look. */
static void
count_received(LfdwServiceRun *run)
{
	size_t		before = run->received;

	/* known before an error, which an upload looks past to end what it began */
	run->received = lfdw_exchange_received(run->exchange);
	if (run->request->tracked.service && !run->request->tracked.cleans_up)
	{
		lfdw_tracking_may_refuse(run->tracking, "past a limit of the statement");
		lfdw_budget_add_answer(run->received - before);
		lfdw_tracking_may_refuse(run->tracking, NULL);
	}
}

/*
 * Looks at what has come of the attempt, and has another follow where the
 * request allows one.  committed says that what was read of the answer is in
 * use, so that none may.  Returns where the request stands; an end is told
 * again at each further call.  Does not wait, but to renew credentials.  Raises
 * what lfdw_budget_add_answer raises.
 */
LfdwServiceState
lfdw_service_advance(LfdwServiceRun *run, bool committed)
{
	bool		may_retry = has_attempts(run, committed);
	bool		ended;
	bool		success;
	int			status;

	if (run->exchange == NULL || run->state >= LFDW_SERVICE_DONE)
		return run->state;
	lfdw_tracking_look(run->tracking);
	count_received(run);
	status = lfdw_exchange_status(run->exchange);
	ended = lfdw_exchange_state(run->exchange) == LFDW_HTTP_DONE;
	success = status >= 200 && status < 300 &&
		!(ended && run->request->is_error &&
		  run->request->is_error(run->exchange));
	if (status != 0 && !success &&
		(ended || lfdw_exchange_body(run->exchange)->len >= ERROR_BODY_MAX))
	{
		read_error(run);
		end_with_error(run, may_retry);
	}
	else if (lfdw_exchange_state(run->exchange) == LFDW_HTTP_FAILED)
		end_with_failure(run, may_retry);
	else if (success && ended)
		succeed(run);
	else if (success)
		run->state = LFDW_SERVICE_ANSWERING;
	return run->state;
}

/*
 * Begins the attempts whose time has come, and those that wait for their server's limits
 * as far as these let them.  Returns whether any waits for that still.
 */
static bool
begin_due(LfdwServiceRun **runs, int nruns, int64 present_for_us)
{
	bool		waits = false;

	for (int i = 0; i < nruns; i++)
	{
		LfdwServiceRun *run = runs[i];

		if (run->exchange == NULL && run->state == LFDW_SERVICE_WAITING &&
			(lfdw_admission_waits(&run->admission) ||
			 lfdw_wait_now_us() >= run->retry_at_us))
			begin_attempt(run, present_for_us);
		waits |= run->exchange == NULL && lfdw_admission_waits(&run->admission);
	}

	/*
	 * the slot may be that of a stream of this session, which nobody reads
	 * now
	 */
	if (waits)
		lfdw_http_read_on();
	return waits;
}

/*
 * The attempts under way, palloc'd, and how many there are; *until_us becomes the
 * time of the first that follows, if that is before.
 */
static LfdwHttpExchange **
list_exchanges(LfdwServiceRun **runs, int nruns, int *nexchanges,
			   int64 *until_us)
{
	LfdwHttpExchange **exchanges = palloc(sizeof(LfdwHttpExchange *) * nruns);

	*nexchanges = 0;
	for (int i = 0; i < nruns; i++)
	{
		if (runs[i]->exchange)
			exchanges[(*nexchanges)++] = runs[i]->exchange;
		else
			*until_us = Min(*until_us, runs[i]->retry_at_us);
	}
	return exchanges;
}

/*
 * The answer, which began as a success, says within that the service has failed:
 * by a code, as a header has one, which counts as status 500 where it is unknown.
 * As lfdw_service_advance, it has another attempt follow or returns REFUSED.
 */
LfdwServiceState
lfdw_service_refuse(LfdwServiceRun *run, const char *code, bool committed)
{
	lfdw_aws_error_code(run->error.code, sizeof(run->error.code), code);
	classify_error(run, 500);
	end_with_error(run, has_attempts(run, committed));
	return run->state;
}

/* Raises 53400 if the request waits for a slot that this session alone could release. */
static void
check_stuck(LfdwServiceRun *run)
{
	lfdw_tracking_may_refuse(run->tracking, "past a limit of its server");
	lfdw_admission_check_stuck(&run->admission);
	lfdw_tracking_may_refuse(run->tracking, NULL);
}

/* Do all requests wait for their next attempt? */
static bool
all_wait(LfdwServiceRun **runs, int nruns)
{
	for (int i = 0; i < nruns; i++)
	{
		if (runs[i]->exchange || runs[i]->state != LFDW_SERVICE_WAITING)
			return false;
	}
	return true;
}

/*
 * Waits until at least one of the requests has something new: bytes of its
 * answer, its end, or a further attempt; or until the time until_us of
 * lfdw_wait_now_us.  Begins the attempts whose time has come, with what
 * lfdw_service_begin raises; see lfdw_http_wait for interrupts.
 *
 * Who was woken for a slot takes it before leaving the queue, and who asks again in
 * vain does not leave it: others would be served before.
 */
void
lfdw_service_wait(LfdwServiceRun **runs, int nruns, int64 until_us)
{
	bool		waits = begin_due(runs, nruns, PRESENT_IN_WAIT_US);
	bool		waited;

	do
	{
		int64		wait_until_us = until_us;
		int			nexchanges;
		LfdwHttpExchange **exchanges = list_exchanges(runs, nruns, &nexchanges,
													  &wait_until_us);

		for (int i = 0; i < nruns && nexchanges == 0; i++)
			check_stuck(runs[i]);
		lfdw_http_wait(exchanges, nexchanges, wait_until_us,
					   waits ? LFDW_WAIT_SLOT : LFDW_WAIT_NONE);
		pfree(exchanges);
		waited = waits;
		if (waits)
			waits = begin_due(runs, nruns, PRESENT_IN_WAIT_US);
	} while (waited && waits && all_wait(runs, nruns) && lfdw_wait_now_us() < until_us);
	if (waits)
		lfdw_admission_leave();
}

/* Has another wait for the same: see lfdw_http_watch_arm. */
pgsocket
lfdw_service_watch(LfdwHttpWatch *watch, LfdwServiceRun **runs, int nruns,
				   int64 until_us)
{
	int			nexchanges;
	LfdwHttpExchange **exchanges;
	pgsocket	fd;

	for (int i = 0; i < nruns; i++)
	{
		if (lfdw_admission_waits(&runs[i]->admission))
			until_us = Min(until_us, lfdw_wait_now_us() + ASK_IN_APPEND_US);
	}
	exchanges = list_exchanges(runs, nruns, &nexchanges, &until_us);
	fd = lfdw_http_watch_arm(watch, exchanges, nexchanges, until_us);
	pfree(exchanges);
	return fd;
}

/*
 * After that wait: takes in what has come, and begins the attempts whose time
 * has, as lfdw_service_wait does.  Waits for credentials alone.
 */
void
lfdw_service_look(LfdwHttpWatch *watch, LfdwServiceRun **runs, int nruns)
{
	int64		until_us = PG_INT64_MAX;
	int			nexchanges;
	LfdwHttpExchange **exchanges = list_exchanges(runs, nruns, &nexchanges,
												  &until_us);

	lfdw_http_watch_look(watch, exchanges, nexchanges);
	pfree(exchanges);
	(void) begin_due(runs, nruns, PRESENT_IN_APPEND_US);
}

/*
 * Waits for the end of a request and returns how it ended.  The answer must
 * fit the window of its body: nobody takes bytes meanwhile.
 */
LfdwServiceState
lfdw_service_complete(LfdwServiceRun *run)
{
	while (lfdw_service_advance(run, false) < LFDW_SERVICE_DONE)
		lfdw_service_wait(&run, 1, PG_INT64_MAX);
	return run->state;
}

/*
 * LfdwServiceRequest.read_code, for services whose errors are JSON: the code is
 * in a header (AWS's protocol restJson1) or the document (awsJson1_1).
 */
void
lfdw_service_json_code(LfdwHttpExchange *exchange, char *code, size_t size)
{
	char	   *header = lfdw_exchange_header(exchange, "x-amzn-ErrorType");
	LfdwBuffer *body = lfdw_exchange_body(exchange);
	LfdwErrorDoc doc = {0};

	if (header == NULL && body->len > 0)
		lfdw_error_doc_read(&doc, lfdw_buffer_bytes(body), body->len);
	lfdw_aws_error_code(code, size, header ? header : doc.code);
}
