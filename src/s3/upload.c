/*-------------------------------------------------------------------------
 *
 * upload.c
 *		Writes an object of Amazon S3, of any size, from pieces.
 *
 * IDENTIFICATION
 *	  src/s3/upload.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "s3/upload.h"

struct LfdwS3Upload
{
	LfdwS3Object *object;
	const char *kms_key;
};

/*
 * Begins an object of which nothing is known yet; sends nothing.
 *
 * The upload belongs to the current context.  The object must live as long,
 * and so must kms_key, the key that S3 is to encrypt with, or NULL.  From here
 * to the end of the upload errors and exits have to be followed by
 * lfdw_s3_upload_abort, or a multipart upload may be left, which costs its
 * owner money until somebody ends it:
 *
 *	upload = lfdw_s3_upload_begin(object, kms_key);
 *	PG_ENSURE_ERROR_CLEANUP(lfdw_s3_upload_cleanup, PointerGetDatum(upload));
 *	{
 *		... lfdw_s3_upload_write ...
 *		lfdw_s3_upload_finish(upload);
 *	}
 *	PG_END_ENSURE_ERROR_CLEANUP(lfdw_s3_upload_cleanup, PointerGetDatum(upload));
 */
LfdwS3Upload *
lfdw_s3_upload_begin(LfdwS3Object *object, const char *kms_key)
{
	LfdwS3Upload *upload = palloc0(sizeof(LfdwS3Upload));

	upload->object = object;
	upload->kms_key = kms_key;
	return upload;
}

/*
 * Takes further bytes of the object, which are copied.
 *
 * Sends parts meanwhile, and waits only where all buffers are full.  Raises
 * 58000 where S3 does not take a part, 54000 past S3's number of parts, 57014
 * for a cancel.
 */
void
lfdw_s3_upload_write(LfdwS3Upload *upload, const char *data, size_t len)
{
}

/*
 * Sends what has not been sent, and waits until the object is there: by one
 * request up to LFDW_S3_PART_SIZE bytes, which may be none, else as a multipart
 * upload.  Raises as lfdw_s3_upload_write.
 */
void
lfdw_s3_upload_finish(LfdwS3Upload *upload)
{
}

/*
 * Ends an upload that did not finish: no part and no multipart upload is left,
 * or a WARNING says that one may be.  Harmless after lfdw_s3_upload_finish and
 * if called again.
 *
 * Takes some seconds at most, without serving interrupts, and does not throw.
 * No error may be pending: an error handler puts it aside before, by
 * CopyErrorData and FlushErrorState, as lfdw_s3_upload_cleanup does.
 */
void
lfdw_s3_upload_abort(LfdwS3Upload *upload)
{
}

/*
 * pg_on_exit_callback, for PG_ENSURE_ERROR_CLEANUP: aborts the upload that is
 * the argument.  In an error handler, where code is 0, it raises the pending
 * error again, and does not return.
 */
void
lfdw_s3_upload_cleanup(int code, Datum upload)
{
}
