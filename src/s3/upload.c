/*-------------------------------------------------------------------------
 *
 * upload.c
 *		Writes an object of Amazon S3, of any size, from pieces.
 *
 * Pieces are gathered in a buffer.  If one is enough it becomes the object by
 * PutObject; else each full one is sent as a part of a multipart upload while
 * the next is filled, by CreateMultipartUpload, UploadPart and
 * CompleteMultipartUpload of S3's API reference.  The buffers, and nothing else
 * of the object, are in memory.
 *
 * Parts move whenever more is written, without waiting, so that they go out
 * while the query runs.  A part is the same bytes under the same number however
 * often it is sent.
 *
 * IDENTIFICATION
 *	  src/s3/upload.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/ilist.h"
#include "miscadmin.h"
#include "storage/ipc.h"

#include "http/wait.h"
#include "pg/owner.h"
#include "s3/multipart_internal.h"
#include "s3/upload.h"

/* One is filled while the others are on their way. */
#define NBUFFERS 4

/* Parts are moved whenever so many bytes were written. */
#define MOVE_BYTES (128 * 1024)

/* Whoever writes was away for so long: see move_parts. */
#define AWAY_US INT64CONST(1000000)

/* A piece of the object, being filled or on its way. */
typedef struct Buffer
{
	char	   *data;			/* LFDW_S3_PART_SIZE bytes, NULL before first
								 * use */
	size_t		len;
	int			number;			/* of the part */
	LfdwS3Request *request;		/* that sends it, NULL for none */
} Buffer;

struct LfdwS3Upload
{
	dlist_node	node;			/* in under_way, until it has ended */
	LfdwS3Multipart multipart;
	Buffer		buffers[NBUFFERS];
	Buffer	   *filling;
	size_t		unmoved;		/* bytes written since parts were moved */
	int64		moved_at_us;	/* when that was, by lfdw_wait_now_us */
	bool		ended;			/* nothing is left to be aborted */
};

/* What an exit of the session has to abort. */
static dlist_head under_way = DLIST_STATIC_INIT(under_way);

/* pg_on_exit_callback: the session ends, and aborts what is under way. */
static void
abort_all(int code, Datum arg)
{
	while (!dlist_is_empty(&under_way))
		lfdw_s3_upload_abort(dlist_head_element(LfdwS3Upload, node, &under_way));
}

/*
 * Has exits not call abort_all any more.
 *
 * That can be told of the latest callback alone, and what the query does may
 * have registered another, as pg_backup_start and libraries do; then ours stays,
 * and finds nothing to do.
 */
static void
forget_exit(void)
{
	MemoryContext old = CurrentMemoryContext;

	PG_TRY();
	{
		cancel_before_shmem_exit(abort_all, 0);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(old);
		FlushErrorState();
	}
	PG_END_TRY();
}

/* Nothing of the upload is left to be aborted. */
static void
set_ended(LfdwS3Upload *upload)
{
	upload->ended = true;
	dlist_delete(&upload->node);
	if (dlist_is_empty(&under_way) && !proc_exit_inprogress)
		forget_exit();
}

/* LfdwRelease: whatever has become of the upload, it is not there any more. */
static void
release(void *arg)
{
	LfdwS3Upload *upload = arg;

	if (!upload->ended)
		dlist_delete(&upload->node);
}

/* Refuses what is no header's value. */
static void
check_kms_key(const char *kms_key)
{
	for (const char *p = kms_key; p && *p; p++)
	{
		if ((unsigned char) *p <= ' ' || (unsigned char) *p >= 0x7F)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("\"%s\" is not a key of AWS KMS", kms_key),
					 errdetail("A key's ID, ARN or alias has printable ASCII characters only, and no blanks.")));
	}
}

/*
 * Begins an object of which nothing is known yet; sends nothing.
 *
 * The upload belongs to the current context.  The object must live as long,
 * and so must kms_key, the key that S3 is to encrypt with, or NULL.  From here
 * to the end of the upload the error handler has to call lfdw_s3_upload_fail,
 * or a multipart upload may be left, which costs its owner money until somebody
 * ends it.  Exits of the session abort it by themselves.
 *
 * Raises 22023 for a kms_key that can be none.
 */
LfdwS3Upload *
lfdw_s3_upload_begin(LfdwS3Object *object, const char *kms_key)
{
	LfdwS3Upload *upload = palloc0(sizeof(LfdwS3Upload));

	if (kms_key && kms_key[0] == '\0')
		kms_key = NULL;
	check_kms_key(kms_key);
	upload->ended = true;
	lfdw_owner_register(CurrentMemoryContext, release, upload);
	if (dlist_is_empty(&under_way))
		before_shmem_exit(abort_all, 0);
	dlist_push_head(&under_way, &upload->node);
	upload->ended = false;
	upload->multipart.object = object;
	upload->multipart.kms_key = kms_key;
	upload->multipart.context = CurrentMemoryContext;
	return upload;
}

/* Looks at a part on its way; it is taken note of once it is there. */
static void
look_at_part(LfdwS3Upload *upload, Buffer *buffer)
{
	LfdwServiceState state = lfdw_s3_request_advance(buffer->request, false);

	if (state < LFDW_SERVICE_DONE)
		return;
	if (state != LFDW_SERVICE_DONE)
		lfdw_s3_report_end(buffer->request);
	lfdw_s3_multipart_take_part(&upload->multipart, buffer->number,
								buffer->request);
	lfdw_s3_request_end(buffer->request);
	buffer->request = NULL;
	buffer->len = 0;
}

/* Looks at the parts on their way; fills requests and returns how many are. */
static int
look_at_parts(LfdwS3Upload *upload, LfdwS3Request **requests)
{
	int			n = 0;

	for (int i = 0; i < NBUFFERS; i++)
	{
		Buffer	   *buffer = &upload->buffers[i];

		if (buffer->request)
			look_at_part(upload, buffer);
		if (buffer->request)
			requests[n++] = buffer->request;
	}
	return n;
}

/* How many parts are on their way, as far as was looked. */
static int
count_parts(const LfdwS3Upload *upload)
{
	int			n = 0;

	for (int i = 0; i < NBUFFERS; i++)
		n += upload->buffers[i].request ? 1 : 0;
	return n;
}

/*
 * Waits until one of the parts on their way is there, or until a time of
 * lfdw_wait_now_us; returns how many are on their way then.
 */
static int
wait_for_part(LfdwS3Upload *upload, int64 until_us)
{
	LfdwS3Request *requests[NBUFFERS];
	int			before = count_parts(upload);
	int			n = look_at_parts(upload, requests);

	while (n > 0 && n == before)
	{
		lfdw_s3_request_wait(requests, n, until_us);
		n = look_at_parts(upload, requests);
		if (lfdw_wait_now_us() >= until_us)
			break;
	}
	return n;
}

/* Has the current buffer sent as the next part. */
static void
send_part(LfdwS3Upload *upload)
{
	LfdwS3Multipart *multipart = &upload->multipart;
	Buffer	   *buffer = upload->filling;

	if (multipart->id == NULL)
		lfdw_s3_multipart_create(multipart);
	/* where descriptors are short, one part follows the other */
	while (!lfdw_http_may_begin(&multipart->object->caller->pool) &&
		   count_parts(upload) > 0)
		wait_for_part(upload, PG_INT64_MAX);
	buffer->number = multipart->nparts + 1;
	buffer->request = lfdw_s3_multipart_begin_part(multipart, buffer->data,
												   buffer->len);
	upload->moved_at_us = lfdw_wait_now_us();
}

/*
 * Moves the parts on their way after something was written, as far as they go
 * without waiting.
 *
 * But S3 gives up on a connection that is silent for some twenty seconds.  A
 * query that takes its time for a row may do so for the next ones too, and use
 * up all attempts: so after such a row the parts are waited for.
 */
static void
move_parts(LfdwS3Upload *upload)
{
	int64		now = lfdw_wait_now_us();
	bool		was_away = now - upload->moved_at_us > AWAY_US;

	if (upload->unmoved < MOVE_BYTES && !was_away)
		return;
	if (was_away)
	{
		while (wait_for_part(upload, PG_INT64_MAX) > 0)
			;
	}
	else
		wait_for_part(upload, now);
	upload->unmoved = 0;
	upload->moved_at_us = lfdw_wait_now_us();
}

/* A buffer that is not on its way, NULL for none. */
static Buffer *
find_buffer(LfdwS3Upload *upload)
{
	for (int i = 0; i < NBUFFERS; i++)
	{
		if (upload->buffers[i].request == NULL)
			return &upload->buffers[i];
	}
	return NULL;
}

/* Finds a buffer to fill, once one is empty if need be. */
static void
take_buffer(LfdwS3Upload *upload)
{
	while ((upload->filling = find_buffer(upload)) == NULL)
		wait_for_part(upload, PG_INT64_MAX);
	if (upload->filling->data == NULL)
		upload->filling->data = palloc(LFDW_S3_PART_SIZE);
}

/*
 * Takes further bytes of the object, which are copied.
 *
 * Sends parts meanwhile, and waits only where all buffers are full, after a
 * pause, and once for the multipart upload.  Raises 58000 where S3 does not take a part, 54000
 * past S3's number of parts, 57014 for a cancel.
 */
void
lfdw_s3_upload_write(LfdwS3Upload *upload, const char *data, size_t len)
{
	MemoryContext old = MemoryContextSwitchTo(upload->multipart.context);

	while (len > 0)
	{
		Buffer	   *buffer;
		size_t		piece;

		if (upload->filling && upload->filling->len == LFDW_S3_PART_SIZE)
		{
			send_part(upload);
			upload->filling = NULL;
		}
		if (upload->filling == NULL)
			take_buffer(upload);
		buffer = upload->filling;
		piece = Min(len, LFDW_S3_PART_SIZE - buffer->len);
		memcpy(buffer->data + buffer->len, data, piece);
		buffer->len += piece;
		upload->unmoved += piece;
		data += piece;
		len -= piece;
	}
	if (count_parts(upload) > 0)
		move_parts(upload);
	MemoryContextSwitchTo(old);
}

/*
 * Sends what has not been sent, and waits until the object is there: by one
 * request up to 8 MB, which may be none, else as a multipart upload.  Raises as
 * lfdw_s3_upload_write.
 */
void
lfdw_s3_upload_finish(LfdwS3Upload *upload)
{
	LfdwS3Multipart *multipart = &upload->multipart;
	MemoryContext old = MemoryContextSwitchTo(multipart->context);
	Buffer	   *last = upload->filling;

	if (multipart->id)
	{
		send_part(upload);
		while (wait_for_part(upload, PG_INT64_MAX) > 0)
			;
		lfdw_s3_multipart_complete(multipart);
	}
	else
		lfdw_s3_multipart_put(multipart, last ? last->data : NULL,
							  last ? last->len : 0);
	set_ended(upload);
	MemoryContextSwitchTo(old);
}

/* Ends the requests that carry parts, so that none arrives after the abort. */
static void
end_parts(LfdwS3Upload *upload)
{
	for (int i = 0; i < NBUFFERS; i++)
	{
		LfdwS3Request *request = upload->buffers[i].request;

		upload->buffers[i].request = NULL;
		if (request)
			lfdw_s3_request_end(request);
	}
}

/*
 * Ends an upload that did not finish: no part and no multipart upload is left,
 * or a WARNING says that one may be.  Harmless after lfdw_s3_upload_finish and
 * if called again.
 *
 * Takes some seconds at most, without serving interrupts, and does not throw.
 * No error may be pending: an error handler puts it aside before, by
 * CopyErrorData and FlushErrorState, as lfdw_s3_upload_fail does.
 */
void
lfdw_s3_upload_abort(LfdwS3Upload *upload)
{
	uint32		held = InterruptHoldoffCount;
	MemoryContext old;

	if (upload->ended)
		return;
	set_ended(upload);
	old = MemoryContextSwitchTo(upload->multipart.context);
	HOLD_INTERRUPTS();
	/* credentials may have to be asked for, from who has more patience */
	lfdw_wait_set_deadline(lfdw_wait_now_us() + LFDW_S3_ABORT_MAX_US);
	PG_TRY();
	{
		end_parts(upload);
		lfdw_s3_multipart_abort(&upload->multipart);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(upload->multipart.context);
		error = CopyErrorData();
		FlushErrorState();
		lfdw_s3_multipart_warn(&upload->multipart, error->message);
	}
	PG_END_TRY();
	lfdw_wait_set_deadline(PG_INT64_MAX);
	/* an error has set it to 0 */
	InterruptHoldoffCount = held;
	MemoryContextSwitchTo(old);
}

/*
 * For an error handler: aborts the upload, and raises the pending error again.
 * Does not return.
 */
void
lfdw_s3_upload_fail(LfdwS3Upload *upload)
{
	ErrorData  *error;

	MemoryContextSwitchTo(upload->multipart.context);
	error = CopyErrorData();
	FlushErrorState();
	lfdw_s3_upload_abort(upload);
	ReThrowError(error);
}
