/*-------------------------------------------------------------------------
 *
 * request.c
 *		One request of S3's API.
 *
 * The API is that of Amazon S3's API reference, version 2006-03-01: answers
 * and errors are XML.  Every request of ours may be sent again, see
 * docs/internals.md, "Objects of S3", so that all have the same rules.
 *
 * IDENTIFICATION
 *	  src/s3/request.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/aws_error.h"
#include "base/xml_text.h"
#include "credentials/credentials.h"
#include "s3/object_internal.h"
#include "s3/request_internal.h"

/*
 * Answers that are no objects are documents of some hundred bytes.  They wait
 * in the window of the exchange, which is larger than this: who sends more would
 * have it full, and the request never end.
 */
#define ANSWER_MAX (512 * 1024)

/* The text of an element of an answer, palloc'd; NULL where there is none. */
static char *
element_of(LfdwHttpExchange *exchange, const char *name)
{
	LfdwBuffer *body = lfdw_exchange_body(exchange);
	char	   *text;

	if (body->len == 0 ||
		!lfdw_xml_find(lfdw_buffer_bytes(body), body->len, name, &text))
		return NULL;
	return text;
}

/* LfdwServiceRequest.read_code: S3 has it in the answer's XML. */
static void
read_code(LfdwHttpExchange *exchange, char *code, size_t size)
{
	char	   *text = element_of(exchange, "Code");

	lfdw_aws_error_code(code, size, text ? text : "");
}

/*
 * A request for an object, which does not begin yet, with no headers and no
 * body; to be completed in request->service.  The query is as on the wire, ""
 * for none.  It lives until lfdw_s3_request_end, at most as long as the current
 * context.
 */
LfdwS3Request *
lfdw_s3_request_create(LfdwS3Object *object, LfdwS3Direction direction,
					   const char *method, const char *query)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "lambda_fdw S3 request",
												  ALLOCSET_SMALL_SIZES);
	LfdwS3Request *request = MemoryContextAllocZero(context,
													sizeof(LfdwS3Request));
	LfdwServiceRequest *service = &request->service;

	request->context = context;
	request->run_context = AllocSetContextCreate(context,
												 "lambda_fdw S3 attempts",
												 ALLOCSET_SMALL_SIZES);
	request->object = object;
	request->direction = direction;
	service->aws.caller = object->caller;
	service->aws.route = &object->route;
	service->aws.service = "s3";
	service->aws.method = method;
	service->aws.query = MemoryContextStrdup(context, query);
	service->aws.path_encoded_once = true;
	service->aws.sends_content_hash = true;
	service->aws.headers = request->headers;
	service->aws.limits = object->route.limits;
	service->aws.limits.max_response_bytes = ANSWER_MAX;
	service->credentials = object->credentials;
	if (object->credentials == NULL)
	{
		service->get_credentials = lfdw_credentials_get;
		service->renew_credentials = lfdw_credentials_renew;
	}
	service->read_code = read_code;
	service->max_attempts = object->route.max_attempts;
	service->repeatable = true;
	service->retry_failures = LFDW_FAILURES_BEFORE_SENDING |
		LFDW_FAILURE(LFDW_HTTP_BROKEN) |
		LFDW_FAILURE(LFDW_HTTP_REQUEST_TIMEOUT);
	service->takes_tokens = true;
	service->tracked.work = object->work;
	service->tracked.service = "s3";
	service->tracked.function = object->bucket;
	return request;
}

/* Adds a header, which is signed, and copied. */
void
lfdw_s3_request_add_header(LfdwS3Request *request, const char *name,
						   const char *value)
{
	LfdwAwsRequest *aws = &request->service.aws;

	Assert(aws->nheaders < LFDW_S3_HEADERS_MAX);
	request->headers[aws->nheaders].name = name;
	request->headers[aws->nheaders].value = MemoryContextStrdup(request->context,
																value);
	aws->nheaders++;
}

/*
 * Begins a request, or begins it anew for another region; raises what
 * lfdw_service_begin raises.
 */
void
lfdw_s3_request_begin(LfdwS3Request *request)
{
	MemoryContext old;

	request->service.aws.endpoint = request->object->endpoint;
	request->service.aws.path = request->object->path;
	request->run = NULL;
	MemoryContextReset(request->run_context);
	old = MemoryContextSwitchTo(request->run_context);
	request->run = lfdw_service_begin(&request->service);
	MemoryContextSwitchTo(old);
}

/*
 * Has the request been refused because the bucket is in another region, which
 * S3 tells with it?  It is asked there then: once an object.
 */
static bool
follow_region(LfdwS3Request *request)
{
	int			status = request->run->error.status;
	char	   *region;

	if (status != 301 && status != 307 && status != 400)
		return false;
	region = lfdw_s3_request_header(request, "x-amz-bucket-region");
	if (region == NULL)
		region = lfdw_s3_request_element(request, "Region");
	if (region == NULL || !lfdw_s3_object_correct_region(request->object, region))
		return false;
	lfdw_s3_request_begin(request);
	return true;
}

/* Where a request stands: lfdw_service_advance, and it follows the region. */
LfdwServiceState
lfdw_s3_request_advance(LfdwS3Request *request, bool committed)
{
	MemoryContext old = MemoryContextSwitchTo(request->run_context);
	LfdwServiceState state = lfdw_service_advance(request->run, committed);

	if (state == LFDW_SERVICE_REFUSED && follow_region(request))
		state = request->run->state;
	MemoryContextSwitchTo(old);
	return state;
}

/* Waits for requests: see lfdw_service_wait. */
void
lfdw_s3_request_wait(LfdwS3Request **requests, int nrequests, int64 until_us)
{
	LfdwServiceRun **runs = palloc(sizeof(LfdwServiceRun *) * nrequests);

	for (int i = 0; i < nrequests; i++)
		runs[i] = requests[i]->run;
	lfdw_service_wait(runs, nrequests, until_us);
	pfree(runs);
}

/* Begins a request whose answer is short, and waits for its end. */
LfdwServiceState
lfdw_s3_request_complete(LfdwS3Request *request)
{
	LfdwServiceState state;

	lfdw_s3_request_begin(request);
	while ((state = lfdw_s3_request_advance(request, false)) < LFDW_SERVICE_DONE)
		lfdw_s3_request_wait(&request, 1, PG_INT64_MAX);
	return state;
}

/* A header of the answer, palloc'd; NULL where there is none. */
char *
lfdw_s3_request_header(const LfdwS3Request *request, const char *name)
{
	return lfdw_exchange_header(request->run->exchange, name);
}

/* The text of an element of the answer, palloc'd; NULL where there is none. */
char *
lfdw_s3_request_element(const LfdwS3Request *request, const char *name)
{
	return element_of(request->run->exchange, name);
}

/* Ends a request, whatever has come of it, and frees it. */
void
lfdw_s3_request_end(LfdwS3Request *request)
{
	MemoryContextDelete(request->context);
}
