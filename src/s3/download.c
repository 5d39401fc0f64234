/*-------------------------------------------------------------------------
 *
 * download.c
 *		Reads an object of Amazon S3, whatever its size, as it arrives.
 *
 * IDENTIFICATION
 *	  src/s3/download.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "s3/download.h"

struct LfdwS3Download
{
	LfdwS3Object *object;
};

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
	return download;
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
	return 0;
}

/* The bytes of the object as it is stored, which for gzip is packed. */
int64
lfdw_s3_download_size(const LfdwS3Download *download)
{
	return 0;
}

/* Is the object encoded by gzip, so that it is unpacked as it is read? */
bool
lfdw_s3_download_is_gzip(const LfdwS3Download *download)
{
	return false;
}
