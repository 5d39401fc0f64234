/*-------------------------------------------------------------------------
 *
 * multipart.c
 *		A multipart upload of S3: its requests.
 *
 * CreateMultipartUpload, UploadPart, CompleteMultipartUpload and
 * AbortMultipartUpload of S3's API reference, and PutObject for what is small
 * enough without.
 *
 * IDENTIFICATION
 *	  src/s3/multipart.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/md5.h"
#include "utils/memutils.h"

#include "base/hex.h"
#include "base/uri.h"
#include "base/xml_text.h"
#include "credentials/credentials.h"
#include "http/wait.h"
#include "pg/message.h"
#include "s3/multipart_internal.h"

/* How long of an abort the answer may take that has the upload's ID. */
#define CREATE_MAX_US INT64CONST(1000000)

/* "uploadId=..." behind a part's number, as the query of a request. */
static char *
upload_query(const LfdwS3Multipart *multipart, int number)
{
	StringInfoData query;

	initStringInfo(&query);
	if (number > 0)
		appendStringInfo(&query, "partNumber=%d&", number);
	appendStringInfoString(&query, "uploadId=");
	lfdw_uri_encode(&query, multipart->id, strlen(multipart->id), false);
	return query.data;
}

/* A request for the object.  The body, perhaps NULL, must live as long. */
static LfdwS3Request *
make_request(const LfdwS3Multipart *multipart, const char *method, const char *query,
			 const char *body, size_t len)
{
	LfdwS3Request *request = lfdw_s3_request_create(multipart->object,
													LFDW_S3_UPLOAD, method,
													query);

	request->service.aws.body = body;
	request->service.aws.body_len = len;
	return request;
}

/* Has S3 encrypt the object that a request makes, if a key was given. */
static void
add_kms_key(LfdwS3Request *request, const char *kms_key)
{
	if (kms_key == NULL)
		return;
	lfdw_s3_request_add_header(request, "x-amz-server-side-encryption", "aws:kms");
	lfdw_s3_request_add_header(request, "x-amz-server-side-encryption-aws-kms-key-id",
							   kms_key);
}

/* Sends a request and waits for its end; raises the error if it is one. */
static void
complete(LfdwS3Request *request)
{
	if (lfdw_s3_request_complete(request) != LFDW_SERVICE_DONE)
		lfdw_s3_report_end(request);
}

/*
 * Puts all of an object, which may be empty, by one request, and waits until it
 * is there.
 *
 * S3 is asked before the body is sent: it may answer that the bucket is
 * elsewhere, and close the connection, which would take that answer with it.
 * Proxies that do not know the question refuse it by 417.
 */
void
lfdw_s3_multipart_put(const LfdwS3Multipart *multipart, const char *body,
					  size_t len)
{
	LfdwS3Request *request = make_request(multipart, "PUT", "", body, len);
	LfdwServiceState state;

	request->service.aws.asks_first = true;
	add_kms_key(request, multipart->kms_key);
	state = lfdw_s3_request_complete(request);
	if (state != LFDW_SERVICE_DONE &&
		lfdw_exchange_status(request->run->exchange) == 417)
	{
		request->service.aws.asks_first = false;
		state = lfdw_s3_request_complete(request);
	}
	if (state != LFDW_SERVICE_DONE)
		lfdw_s3_report_end(request);
	lfdw_s3_request_end(request);
}

/* Takes the ID of a multipart upload that is there now. */
static void
take_id(LfdwS3Multipart *multipart)
{
	char	   *id = lfdw_s3_request_element(multipart->create, "UploadId");

	if (id && id[0])
		multipart->id = MemoryContextStrdup(multipart->context, id);
}

/*
 * Begins a multipart upload, and waits until it is there: from the start of
 * this on there is something to abort.
 */
void
lfdw_s3_multipart_create(LfdwS3Multipart *multipart)
{
	LfdwS3Request *create = make_request(multipart, "POST", "uploads", NULL, 0);

	add_kms_key(create, multipart->kms_key);
	multipart->etags = palloc0(sizeof(char *) * LFDW_S3_PARTS_MAX);
	multipart->create = create;
	complete(create);
	take_id(multipart);
	if (multipart->id == NULL)
		lfdw_s3_report_answer(create, "no ID of a multipart upload", NULL);
	multipart->create = NULL;
	lfdw_s3_request_end(create);
}

/*
 * Begins to send the next part, by a request that the caller ends.  The body
 * must live as long.  Raises 54000 past S3's number of parts.
 */
LfdwS3Request *
lfdw_s3_multipart_begin_part(LfdwS3Multipart *multipart, const char *body,
							 size_t len)
{
	LfdwS3Request *request;

	if (multipart->nparts == LFDW_S3_PARTS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("an object in Amazon S3 is too large"),
				 errdetail("It would have more than %d parts of %d MB.",
						   LFDW_S3_PARTS_MAX, LFDW_S3_PART_SIZE / 1024 / 1024),
				 errhint("Write less to one object; the setting aws_s3.file_size_limit says how much.")));
	multipart->nparts++;
	request = make_request(multipart, "PUT",
						   upload_query(multipart, multipart->nparts), body, len);
	lfdw_s3_request_begin(request);
	return request;
}

/* Notes a part that is there, by the request that has sent it. */
void
lfdw_s3_multipart_take_part(LfdwS3Multipart *multipart, int number,
							const LfdwS3Request *request)
{
	char	   *etag = lfdw_s3_request_header(request, "ETag");

	if (etag == NULL)
		lfdw_s3_report_answer(request, "no ETag of a part", NULL);
	multipart->etags[number - 1] = MemoryContextStrdup(multipart->context, etag);
}

/* The parts by number and ETag, as CompleteMultipartUpload takes them. */
static char *
list_of_parts(const LfdwS3Multipart *multipart)
{
	StringInfoData xml;

	initStringInfo(&xml);
	appendStringInfoString(&xml, "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
	for (int i = 0; i < multipart->nparts; i++)
	{
		appendStringInfo(&xml, "<Part><PartNumber>%d</PartNumber><ETag>", i + 1);
		for (const char *p = multipart->etags[i]; *p; p++)
		{
			if (*p == '<' || *p == '&')
				appendStringInfo(&xml, "&#%d;", *p);
			else
				appendStringInfoChar(&xml, *p);
		}
		appendStringInfoString(&xml, "</ETag></Part>");
	}
	appendStringInfoString(&xml, "</CompleteMultipartUpload>");
	return xml.data;
}

/*
 * LfdwServiceRequest.is_error: CompleteMultipartUpload answers 200 before it
 * has done the work, and tells an error in the body.
 */
static bool
is_incomplete(LfdwHttpExchange *exchange)
{
	LfdwBuffer *body = lfdw_exchange_body(exchange);
	char	   *etag;

	return body->len == 0 ||
		!lfdw_xml_find(lfdw_buffer_bytes(body), body->len, "ETag", &etag);
}

/* The hexadecimal digits of a part's ETag as bytes; false for another ETag. */
static bool
read_md5(const char *etag, uint8 *md5)
{
	if (*etag == '"')
		etag++;
	if (strspn(etag, "0123456789abcdef") != 2 * MD5_DIGEST_LENGTH)
		return false;
	for (int i = 0; i < MD5_DIGEST_LENGTH; i++)
		md5[i] = lfdw_hex_value(etag[2 * i]) << 4 | lfdw_hex_value(etag[2 * i + 1]);
	return true;
}

/*
 * The ETag of the object that the parts make: that of the MD5s of the parts, if
 * their ETags are those.  NULL where it is not known.
 */
static char *
expected_etag(const LfdwS3Multipart *multipart)
{
	uint8	   *parts = palloc(MD5_DIGEST_LENGTH * multipart->nparts);
	char		sum[2 * MD5_DIGEST_LENGTH + 1];
	const char *error;

	for (int i = 0; i < multipart->nparts; i++)
	{
		if (!read_md5(multipart->etags[i], parts + MD5_DIGEST_LENGTH * i))
			return NULL;
	}
	if (!pg_md5_hash(parts, MD5_DIGEST_LENGTH * multipart->nparts, sum, &error))
		return NULL;
	return psprintf("\"%s-%d\"", sum, multipart->nparts);
}

/*
 * Is the object there, of these very parts?  No is also the answer where that
 * cannot be told, or the keys do not allow to look.
 */
static bool
is_there(const LfdwS3Multipart *multipart)
{
	char	   *expected = expected_etag(multipart);
	LfdwS3Request *look;
	char	   *etag;

	if (expected == NULL)
		return false;
	look = make_request(multipart, "GET", "", NULL, 0);
	lfdw_s3_request_add_header(look, "Range", "bytes=0-0");
	if (lfdw_s3_request_complete(look) != LFDW_SERVICE_DONE)
		return false;
	etag = lfdw_s3_request_header(look, "ETag");
	lfdw_s3_request_end(look);
	return etag && strcmp(etag, expected) == 0;
}

/*
 * Makes the object of its parts.
 *
 * Where an answer to that was lost, the next attempt may find no upload any
 * more, since the one before has completed it: the object tells.
 */
void
lfdw_s3_multipart_complete(LfdwS3Multipart *multipart)
{
	char	   *list = list_of_parts(multipart);
	LfdwS3Request *request = make_request(multipart, "POST",
										  upload_query(multipart, 0), list,
										  strlen(list));
	LfdwServiceState state;

	request->service.is_error = is_incomplete;
	state = lfdw_s3_request_complete(request);
	if (state != LFDW_SERVICE_DONE &&
		!(state == LFDW_SERVICE_REFUSED && request->run->attempt > 1 &&
		  strcmp(request->run->error.code, "NoSuchUpload") == 0 &&
		  is_there(multipart)))
		lfdw_s3_report_end(request);
	lfdw_s3_request_end(request);
}

/* Waits for the end of an attempt, so long; returns where the request stands. */
static LfdwServiceState
wait_for_attempt(LfdwS3Request *request, int64 until_us)
{
	LfdwServiceState state;

	while ((state = lfdw_s3_request_advance(request, false)) != LFDW_SERVICE_WAITING &&
		   state < LFDW_SERVICE_DONE && lfdw_wait_now_us() < until_us)
		lfdw_s3_request_wait(&request, 1, until_us);
	return state;
}

/* Says that a multipart upload may be left, and how to end it. */
void
lfdw_s3_multipart_warn(const LfdwS3Multipart *multipart, const char *why)
{
	const LfdwS3Object *object = multipart->object;

	ereport(WARNING,
			(errcode(ERRCODE_SYSTEM_ERROR),
			 errmsg("could not abort a multipart upload to Amazon S3"),
			 errdetail("Bucket \"%s\", key \"%s\", upload \"%s\": %s.",
					   object->bucket,
					   lfdw_error_excerpt(object->key, strlen(object->key)),
					   multipart->id ?
					   lfdw_error_excerpt(multipart->id, strlen(multipart->id)) : "?",
					   why),
			 errhint("Its parts cost their storage until it is aborted, as a lifecycle rule of the bucket can do.")));
}

/*
 * Are there credentials for an abort?  Says so where not, since what sending it
 * would raise could not be caught in a session that ends.
 */
static bool
have_credentials(const LfdwS3Multipart *multipart)
{
	const LfdwS3Object *object = multipart->object;
	StringInfoData notes;

	initStringInfo(&notes);
	if (object->credentials ||
		lfdw_credentials_find(object->caller, &object->route, &notes))
		return true;
	lfdw_s3_multipart_warn(multipart,
						   psprintf("there are no credentials: %s", notes.data));
	return false;
}

/*
 * Sends the abort, again as the table of errors says, and waits for the answer
 * until a time of lfdw_wait_now_us.
 */
static void
send_abort(const LfdwS3Multipart *multipart, int64 until_us)
{
	LfdwS3Request *request = make_request(multipart, "DELETE",
										  upload_query(multipart, 0), NULL, 0);
	LfdwServiceState state;

	request->service.tracked.cleans_up = true;
	lfdw_s3_request_begin(request);
	while ((state = wait_for_attempt(request, until_us)) == LFDW_SERVICE_WAITING &&
		   lfdw_wait_now_us() < until_us)
		lfdw_s3_request_wait(&request, 1, until_us);
	if (state == LFDW_SERVICE_REFUSED &&
		strcmp(request->run->error.code, "NoSuchUpload") == 0)
		state = LFDW_SERVICE_DONE;
	if (state == LFDW_SERVICE_REFUSED)
		lfdw_s3_multipart_warn(multipart, psprintf("HTTP status %d %s",
												   request->run->error.status,
												   lfdw_error_excerpt(request->run->error.code,
																	  strlen(request->run->error.code))));
	else if (state != LFDW_SERVICE_DONE)
		lfdw_s3_multipart_warn(multipart, "there was no answer");
	lfdw_s3_request_end(request);
}

/*
 * Ends a multipart upload that is not complete; parts are no longer on their
 * way.  Takes LFDW_S3_ABORT_MAX_US at most, and warns where it may not have succeeded.
 */
void
lfdw_s3_multipart_abort(LfdwS3Multipart *multipart)
{
	int64		now = lfdw_wait_now_us();

	if (multipart->create && multipart->create->run &&
		multipart->create->run->exchange)
	{
		LfdwServiceState state = wait_for_attempt(multipart->create,
												  now + CREATE_MAX_US);

		if (state == LFDW_SERVICE_DONE)
			take_id(multipart);
		else if (state < LFDW_SERVICE_DONE && state != LFDW_SERVICE_WAITING)
			lfdw_s3_multipart_warn(multipart, "S3 did not tell its ID in time");
	}
	if (multipart->id && have_credentials(multipart))
		send_abort(multipart, now + LFDW_S3_ABORT_MAX_US);
}
