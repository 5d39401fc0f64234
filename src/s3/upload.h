/*-------------------------------------------------------------------------
 *
 * upload.h
 *		Writes an object of Amazon S3, of any size, from pieces.
 *
 * IDENTIFICATION
 *	  src/s3/upload.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_UPLOAD_H
#define LFDW_UPLOAD_H

#include "postgres.h"

#include "s3/object.h"

typedef struct LfdwS3Upload LfdwS3Upload;

extern LfdwS3Upload *lfdw_s3_upload_begin(LfdwS3Object *object,
										  const char *kms_key);
extern void lfdw_s3_upload_write(LfdwS3Upload *upload, const char *data,
								 size_t len);
extern void lfdw_s3_upload_finish(LfdwS3Upload *upload);
extern void lfdw_s3_upload_abort(LfdwS3Upload *upload);
extern void lfdw_s3_upload_fail(LfdwS3Upload *upload);

#endif							/* LFDW_UPLOAD_H */
