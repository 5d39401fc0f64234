/*-------------------------------------------------------------------------
 *
 * s3_error.c
 *		What a request of S3 that failed says, as errors of PostgreSQL.
 *
 * Messages and SQLSTATEs are those of Amazon RDS: 58000 for an export, as
 * the guides show it, 38000 for an import.  What RDS leaves unsaid is hint and
 * context.
 *
 * IDENTIFICATION
 *	  src/s3/s3_error.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aws/network_policy.h"
#include "pg/message.h"
#include "s3/request_internal.h"

/* A key is shown up to so many characters. */
#define SHOWN_KEY_MAX 300

/* The object, for a hint: its key may be long. */
static char *
shown_object(const LfdwS3Object *object)
{
	return psprintf("\"%s\" of bucket \"%s\"",
					lfdw_error_text(object->key, strlen(object->key), SHOWN_KEY_MAX),
					object->bucket);
}

/* " after 3 attempts", where there was more than one. */
static char *
attempts_made(const LfdwS3Request *request)
{
	return request->run->attempt > 1 ?
		psprintf(" after %d attempts", request->run->attempt) : "";
}

/* A header of the answer, fit for a message; "?" where there is none. */
static char *
shown_header(const LfdwS3Request *request, const char *name)
{
	char	   *value = lfdw_s3_request_header(request, name);

	return value ? lfdw_error_excerpt(value, strlen(value)) : "?";
}

/*
 * Raises an error.  what is added to the message, hint may be NULL.  Why there is
 * no connection may be for the server's log alone.
 */
static void
report(const LfdwS3Request *request, const char *what, const char *returned,
	   const char *hint, const char *context)
{
	bool		upload = request->direction == LFDW_S3_UPLOAD;
	const char *hidden = lfdw_exchange_hidden_cause(request->run->exchange);

	ereport(ERROR,
			(errcode(upload ? ERRCODE_SYSTEM_ERROR :
					 ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
			 errmsg("could not %s Amazon S3%s",
					upload ? "upload to" : "download from", what),
			 errdetail("Amazon S3 client returned '%s'.", returned),
			 hidden ? errdetail_log("%s: %s.", request->object->endpoint,
									lfdw_error_excerpt(hidden, strlen(hidden))) : 0,
			 hint ? errhint("%s", hint) : 0,
			 errcontext("%s", context)));
}

/* What would help against a failure of the transport; NULL for nothing sure. */
static const char *
transport_hint(const LfdwS3Request *request, LfdwHttpFailure failure)
{
	const LfdwRoute *route = &request->object->route;

	switch (failure)
	{
		case LFDW_HTTP_CANNOT_CONNECT:
			return psprintf("Check region \"%s\", and the options endpoint and proxy of server \"%s\".",
							route->region, route->server);
		case LFDW_HTTP_FORBIDDEN_ADDRESS:
			return "Use https, or let a superuser set allow_http 'true'.";
		case LFDW_HTTP_UNREACHABLE:
			return LFDW_UNREACHABLE_HINT;
		case LFDW_HTTP_CONNECT_TIMEOUT:
			return psprintf("The option connect_timeout_ms of server \"%s\" allows %d ms.",
							route->server, route->limits.connect_timeout_ms);
		case LFDW_HTTP_REQUEST_TIMEOUT:
			return psprintf("The option request_timeout_ms of server \"%s\" allows %d ms for each request, of a download between two bytes.",
							route->server, route->limits.request_timeout_ms);
		case LFDW_HTTP_PROXY_REFUSED:
			return "Check the option proxy, and the proxy's own rules; it gets no user name and no password.";
		case LFDW_HTTP_NO_DESCRIPTOR:
			return "Raise the server's max_files_per_process and \"ulimit -n\" limits, or run less side by side in one session.";
		default:
			return NULL;
	}
}

/* Has the request never reached the other side? */
static bool
is_unconnected(LfdwHttpFailure failure)
{
	return failure == LFDW_HTTP_CANNOT_CONNECT ||
		failure == LFDW_HTTP_CONNECT_TIMEOUT ||
		failure == LFDW_HTTP_PROXY_REFUSED || failure == LFDW_HTTP_TLS ||
		failure == LFDW_HTTP_UNREACHABLE;
}

/* Raises the error of an exchange that failed. */
static void
report_transport(const LfdwS3Request *request)
{
	const LfdwS3Object *object = request->object;
	const char *proxy = object->route.proxy;
	const char *message;
	LfdwHttpFailure failure = lfdw_exchange_failure(request->run->exchange,
													&message);

	message = lfdw_error_excerpt(message, strlen(message));
	report(request, "",
		   is_unconnected(failure) ? "Unable to connect to endpoint" : message,
		   transport_hint(request, failure),
		   psprintf("%s%s%s: %s%s", object->endpoint,
					proxy ? " by proxy " : "", proxy ? proxy : "", message,
					attempts_made(request)));
}

/* What the keys' owner needs for a request. */
static const char *
permission_hint(const LfdwS3Request *request)
{
	char	   *object = shown_object(request->object);

	if (request->direction == LFDW_S3_UPLOAD)
		return psprintf("The owner of the keys needs s3:PutObject and s3:AbortMultipartUpload on %s, and with a kms_key kms:GenerateDataKey and kms:Decrypt.",
						object);
	return psprintf("The owner of the keys needs s3:GetObject on %s; without s3:ListBucket on the bucket this is also the answer for a key that does not exist.",
					object);
}

/* What would help against an error of S3; NULL for nothing sure. */
static const char *
service_hint(const LfdwS3Request *request)
{
	const LfdwServiceError *error = &request->run->error;
	const LfdwS3Object *object = request->object;

	if (strcmp(error->code, "NoSuchBucket") == 0 ||
		strcmp(error->code, "InvalidBucketName") == 0)
		return psprintf("Check the bucket's name, \"%s\", and the region, \"%s\".",
						object->bucket, object->route.region);
	if (strcmp(error->code, "NoSuchKey") == 0 &&
		object->key[strlen(object->key) - 1] == '/')
		return "S3 knows no folders; give the key of one object.";
	if (strcmp(error->code, "NoSuchKey") == 0)
		return psprintf("There is no object %s; keys are case-sensitive, and rarely begin with a slash.",
						shown_object(object));
	if (strcmp(error->code, "NoSuchUpload") == 0)
		return "Somebody has ended the multipart upload meanwhile, perhaps a lifecycle rule of the bucket.";
	if (strcmp(error->code, "InvalidObjectState") == 0)
		return psprintf("Restore %s from its archive first.", shown_object(object));
	if (error->status == 412)
		return psprintf("Object %s was changed while it was read; read it again.",
						shown_object(object));
	if ((error->status >= 300 && error->status < 400) ||
		strcmp(error->code, "AuthorizationHeaderMalformed") == 0)
		return psprintf("Check the region of bucket \"%s\", for which \"%s\" was taken, and the option endpoint of server \"%s\".",
						object->bucket, object->route.region,
						object->route.server);
	if (error->class == LFDW_AWS_AUTHENTICATION)
		return "Check the keys, and the server's clock.";
	if (error->class == LFDW_AWS_ACCESS_DENIED)
		return permission_hint(request);
	return NULL;
}

/* S3's message, or what came instead of one. */
static char *
service_message(const LfdwS3Request *request)
{
	LfdwBuffer *body = lfdw_exchange_body(request->run->exchange);
	char	   *message = lfdw_s3_request_element(request, "Message");
	int			status = request->run->error.status;

	if (message && message[0])
		return lfdw_error_text(message, strlen(message), LFDW_MESSAGE_MAX);
	if (body->len == 0)
		return psprintf("HTTP status %d, without a body", status);
	return psprintf("HTTP status %d: %s", status,
					lfdw_error_excerpt(lfdw_buffer_bytes(body), body->len));
}

/* Where a request that was answered went, and what S3 calls it. */
static char *
shown_request(const LfdwS3Request *request, const char *code)
{
	return psprintf("%s: %s%s, request %s", request->object->endpoint,
					code[0] ? lfdw_error_excerpt(code, strlen(code)) :
					psprintf("HTTP status %d",
							 lfdw_exchange_status(request->run->exchange)),
					attempts_made(request),
					shown_header(request, "x-amz-request-id"));
}

/*
 * Raises the error of a request that was refused, or failed: 58000 for an
 * upload, 38000 for a download.
 */
void
lfdw_s3_report_end(const LfdwS3Request *request)
{
	bool		missing = request->direction == LFDW_S3_DOWNLOAD &&
	strcmp(request->run->error.code, "NoSuchKey") == 0;

	if (lfdw_exchange_state(request->run->exchange) == LFDW_HTTP_FAILED)
		report_transport(request);
	report(request, missing ? ": file does not exist" : "",
		   service_message(request), service_hint(request),
		   shown_request(request, request->run->error.code));
}

/*
 * Raises the error of an answer that is 2xx and no use all the same; what
 * returned says is ours.
 */
void
lfdw_s3_report_answer(const LfdwS3Request *request, const char *returned,
					  const char *hint)
{
	report(request, "", returned, hint, shown_request(request, ""));
}
