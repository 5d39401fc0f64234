/*-------------------------------------------------------------------------
 *
 * download.c
 *		Reads an object of Amazon S3, whatever its size, as it arrives.
 *
 * GetObject, as in S3's API reference.  What has arrived waits in the window of
 * the exchange, which is all the memory that an object takes, and what the
 * reader leaves there stops the transfer.
 *
 * A transfer that breaks goes on at the byte after the break, by Range, and
 * If-Match has S3 refuse that where the object is another by then.  Bytes are
 * taken from an answer only once its head has said that they are those.
 *
 * IDENTIFICATION
 *	  src/s3/download.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/gzip.h"
#include "pg/message.h"
#include "pg/owner.h"
#include "s3/download.h"
#include "s3/request_internal.h"

struct LfdwS3Download
{
	LfdwS3Object *object;
	MemoryContext context;
	LfdwS3Request *request;		/* under way, or the last one */
	bool		head_read;		/* of the request's answer */
	bool		committed;		/* bytes of it were taken */

	/* the object, as it is stored; size is -1 while it is not known */
	int64		offset;			/* bytes taken */
	int64		size;
	char	   *etag;			/* NULL for none */

	bool		encoded;		/* by gzip */
	LfdwGzip	gzip;
};

/* Asks for the object, from the byte that is wanted next. */
static void
begin_request(LfdwS3Download *download)
{
	LfdwS3Request *request;
	LfdwHttpLimits *limits;
	MemoryContext old = MemoryContextSwitchTo(download->context);

	request = lfdw_s3_request_create(download->object, LFDW_S3_DOWNLOAD, "GET", "");
	limits = &request->service.aws.limits;
	limits->stall_timeout_ms = limits->request_timeout_ms;
	limits->request_timeout_ms = 0;
	limits->max_response_bytes = 0;
	if (download->offset > 0)
	{
		lfdw_s3_request_add_header(request, "Range",
								   psprintf("bytes=" INT64_FORMAT "-",
											download->offset));
		lfdw_s3_request_add_header(request, "If-Match", download->etag);
	}
	download->request = request;
	download->head_read = false;
	download->committed = false;
	lfdw_s3_request_begin(request);
	MemoryContextSwitchTo(old);
}

/* A number of decimal digits; -1 for anything else.  *end is set behind it. */
static int64
read_number(const char *text, const char **end)
{
	size_t		digits = strspn(text, "0123456789");

	*end = text + digits;
	return digits == 0 || digits > 18 ? -1 : strtoll(text, NULL, 10);
}

/*
 * Is an encoding among those that the header names, "gzip, aws-chunked"?  Some
 * put there what is none, such as "utf-8".
 */
static bool
has_encoding(const char *header, const char *encoding)
{
	size_t		len = strlen(encoding);

	while (header && *header)
	{
		size_t		word = strcspn(header, ", \t");

		if (word == len && pg_strncasecmp(header, encoding, len) == 0)
			return true;
		header += word;
		header += strspn(header, ", \t");
	}
	return false;
}

/* Takes the encoding from a header, which may be that of the user's metadata. */
static void
read_encoding(LfdwS3Download *download, const char *name)
{
	static const char *const others[] = {"br", "compress", "deflate", "zstd"};
	char	   *header = lfdw_s3_request_header(download->request, name);

	if (has_encoding(header, "gzip") || has_encoding(header, "x-gzip"))
		download->encoded = true;
	for (int i = 0; i < (int) lengthof(others); i++)
	{
		if (has_encoding(header, others[i]))
			lfdw_s3_report_answer(download->request,
								  psprintf("an object encoded by \"%s\"", others[i]),
								  "Of compressed objects, those by gzip can be read.");
	}
}

/*
 * The answer that begins an object: takes its size, version and encoding.  Other
 * statuses of success are for a part of it, or none.
 */
static void
read_first_head(LfdwS3Download *download)
{
	int			status = lfdw_exchange_status(download->request->run->exchange);
	MemoryContext old = MemoryContextSwitchTo(download->context);
	char	   *length = lfdw_s3_request_header(download->request, "Content-Length");
	const char *end = "";

	if (status != 200)
		lfdw_s3_report_answer(download->request,
							  psprintf("HTTP status %d where all of the object was asked for",
									   status), NULL);
	download->size = length ? read_number(length, &end) : -1;
	if (*end != '\0')
		download->size = -1;
	download->etag = lfdw_s3_request_header(download->request, "ETag");
	download->encoded = false;
	read_encoding(download, "Content-Encoding");
	read_encoding(download, "x-amz-meta-content-encoding");
	MemoryContextSwitchTo(old);
}

/*
 * The answer that goes on with an object: it must be of the rest, and no other's.
 * It tells the size where the first one did not.
 */
static void
check_further_head(LfdwS3Download *download)
{
	LfdwS3Request *request = download->request;
	char	   *range = lfdw_s3_request_header(request, "Content-Range");
	const char *at = range;
	int64		first = -1;
	int64		total = -1;

	if (lfdw_exchange_status(request->run->exchange) != 206)
		lfdw_s3_report_answer(request, "an answer that is not the rest of the object",
							  "The transfer broke, and the endpoint knows no Range to go on with.");
	if (at && strncmp(at, "bytes ", 6) == 0)
	{
		first = read_number(at + 6, &at);
		if (*at == '-')
			read_number(at + 1, &at);
		if (*at == '/')
			total = read_number(at + 1, &at);
	}
	if (first != download->offset ||
		(download->size >= 0 && total != download->size))
		lfdw_s3_report_answer(request,
							  psprintf("bytes \"%s\" of the object where those from " INT64_FORMAT " of " INT64_FORMAT " were asked for",
									   range ? lfdw_error_excerpt(range, strlen(range)) : "",
									   download->offset, download->size),
							  NULL);
	download->size = total;
}

/* Are there bytes of the object to take?  An answer's head is read before. */
static bool
has_bytes(LfdwS3Download *download)
{
	LfdwHttpExchange *exchange = download->request->run->exchange;
	int			status = exchange ? lfdw_exchange_status(exchange) : 0;

	if (status < 200 || status >= 300)
		return false;
	if (!download->head_read && download->offset == 0)
		read_first_head(download);
	else if (!download->head_read)
		check_further_head(download);
	download->head_read = true;
	return lfdw_exchange_body(exchange)->len > 0;
}

/*
 * The answer has ended, or broken off: asks for the rest, unless nothing has
 * come of this one.  Each request has attempts of its own, so that is how many
 * breaks in a row there may be.
 */
static void
resume(LfdwS3Download *download)
{
	LfdwS3Request *request = download->request;
	bool		failed = lfdw_exchange_state(request->run->exchange) == LFDW_HTTP_FAILED;

	if (download->committed && download->etag &&
		request->service.max_attempts > 1)
	{
		begin_request(download);
		lfdw_s3_request_end(request);
	}
	else if (failed)
		lfdw_s3_report_end(request);
	else
		lfdw_s3_report_answer(request,
							  psprintf("an object that ends after " INT64_FORMAT " of " INT64_FORMAT " bytes",
									   download->offset, download->size), NULL);
}

/* The object has been read, as far as is known. */
static bool
is_complete(const LfdwS3Download *download)
{
	return download->head_read && download->offset == download->size;
}

/* The answer has ended as it should; does the object end with it? */
static bool
ends_object(LfdwS3Download *download)
{
	if (download->size < 0)
		download->size = download->offset;
	return download->offset == download->size;
}

/*
 * The bytes are all there, so that only the answer's end is awaited, which comes
 * with them or not at all: it gives back what retries have cost, and lets the
 * connection be kept.
 */
static void
end_request(LfdwS3Download *download)
{
	LfdwS3Request *request = download->request;

	while (lfdw_s3_request_advance(request, true) == LFDW_SERVICE_ANSWERING &&
		   lfdw_exchange_body(request->run->exchange)->len == 0)
		lfdw_s3_request_wait(&request, 1, PG_INT64_MAX);
}

/*
 * Waits until there are bytes of the object to take, or for the head alone.
 * Returns false at the object's end.
 */
static bool
wait_for_bytes(LfdwS3Download *download, bool head_alone)
{
	while (!has_bytes(download))
	{
		if (is_complete(download))
		{
			end_request(download);
			return false;
		}
		if (head_alone && download->head_read)
			return true;
		switch (lfdw_s3_request_advance(download->request, download->committed))
		{
			case LFDW_SERVICE_WAITING:
				download->head_read = false;
				break;
			case LFDW_SERVICE_RUNNING:
			case LFDW_SERVICE_ANSWERING:
				break;
			case LFDW_SERVICE_REFUSED:
				lfdw_s3_report_end(download->request);
				break;
			case LFDW_SERVICE_DONE:
				if (ends_object(download))
					return false;
				resume(download);
				break;
			case LFDW_SERVICE_FAILED:
				resume(download);
				break;
		}
		lfdw_s3_request_wait(&download->request, 1, PG_INT64_MAX);
	}
	return true;
}

/* LfdwRelease: frees what zlib holds. */
static void
release(void *arg)
{
	LfdwS3Download *download = arg;

	lfdw_gzip_free(&download->gzip);
}

/*
 * Asks for an object, and waits for the head of the answer: size and encoding
 * are known when it returns.
 *
 * The download belongs to the current context, whose reset ends it; the object
 * must live as long.  Raises 38000 where S3 does not give the object, 28000
 * without credentials.
 */
LfdwS3Download *
lfdw_s3_download_begin(LfdwS3Object *object)
{
	LfdwS3Download *download = palloc0(sizeof(LfdwS3Download));

	download->object = object;
	download->context = CurrentMemoryContext;
	download->size = -1;
	lfdw_owner_register(CurrentMemoryContext, release, download);
	begin_request(download);
	wait_for_bytes(download, true);
	return download;
}

/* Takes bytes of the object, as they are stored. */
static void
take(LfdwS3Download *download, size_t len)
{
	lfdw_buffer_discard(lfdw_exchange_body(download->request->run->exchange), len);
	download->offset += len;
	download->committed = true;
}

/*
 * Refuses gzip that no header tells of: as text it would be nonsense, and the
 * first bytes of no other format are the same.
 */
static void
check_first_bytes(LfdwS3Download *download)
{
	LfdwBuffer *body = lfdw_exchange_body(download->request->run->exchange);

	if (download->offset == 0 && body->len >= LFDW_GZIP_MAGIC_LEN &&
		memcmp(lfdw_buffer_bytes(body), LFDW_GZIP_MAGIC, LFDW_GZIP_MAGIC_LEN) == 0)
		lfdw_s3_report_answer(download->request,
							  "an object that is compressed by gzip, which its Content-Encoding does not say",
							  psprintf("Say so: aws s3 cp \"s3://%s/%s\" \"s3://%s/%s\" --content-encoding gzip --metadata-directive REPLACE",
									   download->object->bucket,
									   lfdw_error_excerpt(download->object->key,
														  strlen(download->object->key)),
									   download->object->bucket,
									   lfdw_error_excerpt(download->object->key,
														  strlen(download->object->key))));
}

/* Reads the object's bytes as they are. */
static size_t
read_plain(LfdwS3Download *download, char *out, size_t size)
{
	LfdwBuffer *body;

	if (!wait_for_bytes(download, false))
		return 0;
	check_first_bytes(download);
	body = lfdw_exchange_body(download->request->run->exchange);
	size = Min(size, body->len);
	memcpy(out, lfdw_buffer_bytes(body), size);
	take(download, size);
	return size;
}

/* Raises the error of gzip that cannot be unpacked. */
static void
report_gzip(const LfdwS3Download *download)
{
	lfdw_s3_report_answer(download->request,
						  psprintf("an object that cannot be unpacked as gzip, which its Content-Encoding says it is: %s, before byte " INT64_FORMAT,
								   download->gzip.error, download->offset),
						  "Check how the object was compressed, or correct its Content-Encoding.");
}

/* Unpacks the bytes that have arrived; returns how many it made, perhaps none. */
static size_t
unpack(LfdwS3Download *download, char *out, size_t size)
{
	LfdwBuffer *body = lfdw_exchange_body(download->request->run->exchange);
	size_t		used;
	size_t		made = lfdw_gzip_read(&download->gzip, lfdw_buffer_bytes(body),
									  body->len, &used, out, size);

	take(download, used);
	return made;
}

/* Reads the object's bytes unpacked. */
static size_t
read_gzip(LfdwS3Download *download, char *out, size_t size)
{
	size_t		made = 0;
	size_t		used;

	if (download->gzip.stream == NULL && !lfdw_gzip_init(&download->gzip))
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	if (download->gzip.more)
		made = lfdw_gzip_read(&download->gzip, NULL, 0, &used, out, size);
	while (made == 0 && download->gzip.error == NULL)
	{
		if (!wait_for_bytes(download, false))
		{
			lfdw_gzip_end(&download->gzip);
			break;
		}
		made = unpack(download, out, size);
	}

	/*
	 * the rows before a fault come through, so that their errors are told
	 * first
	 */
	if (made == 0 && download->gzip.error)
		report_gzip(download);
	return made;
}

/*
 * Copies the next bytes of the object to out, unpacked where the object is
 * encoded by gzip: at least one and at most size, which is not 0; waits where
 * none has arrived.  Returns how many; 0 at the object's end.
 *
 * A transfer that breaks goes on at the byte after the break.  Raises 38000
 * where that cannot be, the object has changed meanwhile, or its gzip is
 * corrupt; 57014 for a cancel.
 */
size_t
lfdw_s3_download_read(LfdwS3Download *download, char *out, size_t size)
{
	return download->encoded ? read_gzip(download, out, size) :
		read_plain(download, out, size);
}

/*
 * The bytes of the object as it is stored, which for gzip is packed; -1 where
 * the endpoint does not say before its end.
 */
int64
lfdw_s3_download_size(const LfdwS3Download *download)
{
	return download->size;
}

/* Is the object encoded by gzip, so that it is unpacked as it is read? */
bool
lfdw_s3_download_is_gzip(const LfdwS3Download *download)
{
	return download->encoded;
}
