/*-------------------------------------------------------------------------
 *
 * multipart_internal.h
 *		A multipart upload of S3: its requests; for upload.c.
 *
 * IDENTIFICATION
 *	  src/s3/multipart_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_MULTIPART_INTERNAL_H
#define LFDW_MULTIPART_INTERNAL_H

#include "postgres.h"

#include "s3/request_internal.h"

/* S3 takes parts of 5 MiB to 5 GiB, but for the last, and 10,000 of them. */
#define LFDW_S3_PART_SIZE (8 * 1024 * 1024)
#define LFDW_S3_PARTS_MAX 10000

/* How long an abort may take. */
#define LFDW_S3_ABORT_MAX_US INT64CONST(5000000)

/* What is to become one object; all is palloc'd in its context. */
typedef struct LfdwS3Multipart
{
	LfdwS3Object *object;
	const char *kms_key;		/* NULL for none */
	MemoryContext context;
	LfdwS3Request *create;		/* under way, NULL before and after */
	char	   *id;				/* NULL: there is no multipart upload */
	int			nparts;			/* begun */
	char	  **etags;			/* of the parts that are there, by number */
} LfdwS3Multipart;

extern void lfdw_s3_multipart_put(const LfdwS3Multipart *multipart,
								  const char *body, size_t len);
extern void lfdw_s3_multipart_create(LfdwS3Multipart *multipart);
extern LfdwS3Request *lfdw_s3_multipart_begin_part(LfdwS3Multipart *multipart,
												   const char *body,
												   size_t len);
extern void lfdw_s3_multipart_take_part(LfdwS3Multipart *multipart, int number,
										const LfdwS3Request *request);
extern void lfdw_s3_multipart_complete(LfdwS3Multipart *multipart);
extern void lfdw_s3_multipart_abort(LfdwS3Multipart *multipart);
extern void lfdw_s3_multipart_warn(const LfdwS3Multipart *multipart,
								   const char *why);

#endif							/* LFDW_MULTIPART_INTERNAL_H */
