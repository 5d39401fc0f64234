/*-------------------------------------------------------------------------
 *
 * object.h
 *		An object of Amazon S3, and how it is reached.
 *
 * IDENTIFICATION
 *	  src/s3/object.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_OBJECT_H
#define LFDW_OBJECT_H

#include "postgres.h"

#include "aws/caller.h"
#include "shared/activity.h"

/*
 * One object, made by lfdw_s3_object_create; who makes it sets work.  The last members are the
 * module's, and change with the region, which S3 may correct once.
 */
typedef struct LfdwS3Object
{
	const LfdwCaller *caller;
	const LfdwCredentials *credentials; /* given ones; NULL: the caller's */
	LfdwRoute	route;			/* region: the bucket's, once it is known */
	const char *endpoint_option;	/* the server's option, NULL for none */
	const char *bucket;
	const char *key;			/* as the user gave it, for messages */
	LfdwWork   *work;			/* that the requests belong to, NULL for none */

	char	   *endpoint;		/* URL, with the bucket's host where it has
								 * one */
	char	   *path;			/* below the endpoint, percent-encoded once */
	bool		region_corrected;	/* S3 has said which region it is */
} LfdwS3Object;

extern LfdwS3Object *lfdw_s3_object_create(const LfdwCaller *caller,
										   const LfdwCredentials *credentials,
										   const LfdwRoute *route,
										   const char *endpoint_option,
										   const char *bucket, const char *key,
										   const char *region);

#endif							/* LFDW_OBJECT_H */
