/*-------------------------------------------------------------------------
 *
 * ml_request.c
 *		One request to a service of machine learning, and its answer.
 *
 * Models compute, and change nothing: a request may be sent again wherever that
 * can help, and costs again.
 *
 * IDENTIFICATION
 *	  src/ml/ml_request.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "aws/service.h"
#include "credentials/credentials.h"
#include "lambda/service_error.h"
#include "ml/ml_request.h"

/* An answer may have so many bytes where no option says how many. */
#define ANSWER_MAX (256 * 1024 * 1024)

/*
 * A service as a caller reaches it by a server's route and its option
 * "endpoint", or NULL; palloc'd.
 *
 * Caller, route's strings and option must live as long.  Raises HV00J where no
 * region is known, HV024 for an endpoint beside FIPS or dual stack, and 28000
 * where the caller has no keys.
 */
LfdwMlAccess *
lfdw_ml_access_create(const LfdwMlService *service, const LfdwCaller *caller,
					  const LfdwRoute *route, const char *endpoint_option)
{
	LfdwMlAccess *access = palloc0(sizeof(LfdwMlAccess));

	lfdw_credentials_check(caller, route);
	access->service = service;
	access->caller = caller;
	access->route = *route;
	if (route->limits.max_response_bytes == 0)
		access->route.limits.max_response_bytes = ANSWER_MAX;
	access->endpoint = lfdw_endpoint_service(&access->route, caller,
											 endpoint_option, service->host,
											 service->variable);
	return access;
}

/*
 * The answer's body in the database encoding, palloc'd.  It is text in all the
 * services' answers to what is sent here.
 */
static char *
answer_text(const LfdwMlRequest *request, const LfdwServiceRun *run)
{
	LfdwBuffer *body = lfdw_exchange_body(run->exchange);
	char	   *text = body->len > 0 ?
	pnstrdup(lfdw_buffer_bytes(body), body->len) : pstrdup("");

	if (strlen(text) != body->len)
		ereport(ERROR,
				(errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
				 errmsg("could not %s: the answer has a NUL byte",
						request->aim)));
	return pg_any_to_server(text, body->len, PG_UTF8);
}

/* Waits for the whole answer, whose window grows with it. */
static LfdwServiceState
complete(LfdwServiceRun *run)
{
	LfdwServiceState state;

	while ((state = lfdw_service_advance(run, false)) < LFDW_SERVICE_DONE)
	{
		if (run->exchange)
			lfdw_exchange_widen(run->exchange);
		lfdw_service_wait(&run, 1, PG_INT64_MAX);
	}
	return state;
}

/* Sends the request, body already in UTF-8, and returns the answer. */
static char *
ask(const LfdwMlAccess *access, const LfdwMlRequest *request, const char *body)
{
	const LfdwServiceRequest service_request = {
		.aws.caller = access->caller,
		.aws.route = &access->route,
		.aws.service = access->service->scope,
		.aws.method = "POST",
		.aws.endpoint = access->endpoint,
		.aws.path = request->path,
		.aws.query = "",
		.aws.headers = request->headers,
		.aws.nheaders = request->nheaders,
		.aws.body = body,
		.aws.body_len = strlen(body),
		.aws.limits = access->route.limits,
		.get_credentials = lfdw_credentials_get,
		.renew_credentials = lfdw_credentials_renew,
		.read_code = lfdw_service_json_code,
		.max_attempts = access->route.max_attempts,
		.repeatable = true,
		.retry_failures = LFDW_FAILURES_BEFORE_SENDING |
		LFDW_FAILURE(LFDW_HTTP_BROKEN),
		.takes_tokens = true,
		.tracked.work = access->work,
		.tracked.service = access->service->host,
		.tracked.function = request->target
	};
	const LfdwServiceAim aim = {
		.aim = request->aim,
		.action = access->service->action,
		.endpoint = access->endpoint,
		.route = &access->route
	};
	LfdwServiceRun *run = lfdw_service_begin(&service_request);

	if (complete(run) != LFDW_SERVICE_DONE)
		lfdw_service_error_report(run, &aim);
	return answer_text(request, run);
}

/*
 * Sends a request, waits, and returns the answer's body in the database
 * encoding, palloc'd.
 *
 * Raises 54000 for a body that the service would refuse as too large, the error
 * that the service answered with, by its class (lfdw_sqlstate_of_aws), what
 * lfdw_sqlstate_of_transport says where no answer came, and 22021 for an answer
 * that is no text.
 */
char *
lfdw_ml_ask(const LfdwMlAccess *access, const LfdwMlRequest *request)
{
	int			max_bytes = access->service->max_bytes;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "lambda_fdw request",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	char	   *body = pg_server_to_any(request->body, strlen(request->body),
										PG_UTF8);
	char	   *answer;

	if (max_bytes > 0 && strlen(body) > (size_t) max_bytes)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("could not %s: the input is too large", request->aim),
				 errdetail("It has %zu bytes; %s takes %d.", strlen(body),
						   access->service->label, max_bytes)));
	answer = ask(access, request, body);
	MemoryContextSwitchTo(old);
	answer = pstrdup(answer);
	MemoryContextDelete(context);
	return answer;
}
