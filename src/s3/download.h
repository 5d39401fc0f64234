/*-------------------------------------------------------------------------
 *
 * download.h
 *		Reads an object of Amazon S3, whatever its size, as it arrives.
 *
 * IDENTIFICATION
 *	  src/s3/download.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_DOWNLOAD_H
#define LFDW_DOWNLOAD_H

#include "postgres.h"

#include "s3/object.h"

typedef struct LfdwS3Download LfdwS3Download;

extern LfdwS3Download *lfdw_s3_download_begin(LfdwS3Object *object);
extern size_t lfdw_s3_download_read(LfdwS3Download *download, char *out,
									size_t size);
extern int64 lfdw_s3_download_size(const LfdwS3Download *download);
extern bool lfdw_s3_download_is_gzip(const LfdwS3Download *download);

#endif							/* LFDW_DOWNLOAD_H */
