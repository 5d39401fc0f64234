/*-------------------------------------------------------------------------
 *
 * object.c
 *		An object of Amazon S3, and how it is reached.
 *
 * IDENTIFICATION
 *	  src/s3/object.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "s3/object.h"

/*
 * An object, and the way to it, palloc'd; what it is given must live as long.
 *
 * Without credentials it is the caller's that sign.  The route and the option
 * "endpoint" (NULL for none) are the server's; region is the bucket's, NULL or
 * "" for the server's.  Bucket and key are in the database's encoding.  Raises
 * 22023 for a bucket, a key or a region that can be none, and HV00J where no
 * region is known.  No network.
 */
LfdwS3Object *
lfdw_s3_object_create(const LfdwCaller *caller,
					  const LfdwCredentials *credentials,
					  const LfdwRoute *route, const char *endpoint_option,
					  const char *bucket, const char *key, const char *region)
{
	LfdwS3Object *object = palloc0(sizeof(LfdwS3Object));

	object->caller = caller;
	object->credentials = credentials;
	object->route = *route;
	object->endpoint_option = endpoint_option;
	object->bucket = bucket;
	object->key = key;
	if (region && region[0])
		object->route.region = region;
	return object;
}
