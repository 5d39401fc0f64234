/*-------------------------------------------------------------------------
 *
 * request_internal.h
 *		One request of S3's API, and what went wrong with it.
 *
 * IDENTIFICATION
 *	  src/s3/request_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_REQUEST_INTERNAL_H
#define LFDW_REQUEST_INTERNAL_H

#include "postgres.h"

#include "aws/service.h"
#include "s3/object.h"

/* No request has more of its own, to be signed. */
#define LFDW_S3_HEADERS_MAX 4

/* What is done with an object; errors are named after it. */
typedef enum LfdwS3Direction
{
	LFDW_S3_DOWNLOAD,
	LFDW_S3_UPLOAD
} LfdwS3Direction;

/* A request, in a memory context of its own, whose end ends it. */
typedef struct LfdwS3Request
{
	MemoryContext context;
	LfdwS3Object *object;
	LfdwS3Direction direction;
	LfdwServiceRequest service; /* to be completed before it begins */
	LfdwHeader	headers[LFDW_S3_HEADERS_MAX];
	MemoryContext run_context;
	LfdwServiceRun *run;		/* NULL before it begins */
} LfdwS3Request;

/* request.c */
extern LfdwS3Request *lfdw_s3_request_create(LfdwS3Object *object,
											 LfdwS3Direction direction,
											 const char *method,
											 const char *query);
extern void lfdw_s3_request_add_header(LfdwS3Request *request,
									   const char *name, const char *value);
extern void lfdw_s3_request_begin(LfdwS3Request *request);
extern LfdwServiceState lfdw_s3_request_advance(LfdwS3Request *request,
												bool committed);
extern void lfdw_s3_request_wait(LfdwS3Request **requests, int nrequests,
								 int64 until_us);
extern LfdwServiceState lfdw_s3_request_complete(LfdwS3Request *request);
extern char *lfdw_s3_request_header(const LfdwS3Request *request,
									const char *name);
extern char *lfdw_s3_request_element(const LfdwS3Request *request,
									 const char *name);
extern void lfdw_s3_request_end(LfdwS3Request *request);

/* s3_error.c */
extern void lfdw_s3_report_end(const LfdwS3Request *request);
extern void lfdw_s3_report_answer(const LfdwS3Request *request,
								  const char *returned, const char *hint);

#endif							/* LFDW_REQUEST_INTERNAL_H */
