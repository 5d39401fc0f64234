/*-------------------------------------------------------------------------
 *
 * object.c
 *		An object of Amazon S3, and how it is reached.
 *
 * A bucket whose name can be a host's has its own, BUCKET.s3.REGION; others,
 * and those at an endpoint of one's own, are the first segment of the path.
 *
 * IDENTIFICATION
 *	  src/s3/object.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "aws/endpoint.h"
#include "base/arn.h"
#include "base/s3_name.h"
#include "s3/object_internal.h"

#define SCHEME "https://"

/* Refuses names that no bucket and no object can have, and no region. */
static void
check_names(const char *bucket, const char *utf8_key, const char *region)
{
	const char *why;

	if (!lfdw_s3_bucket_is_valid(bucket, &why))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a bucket of Amazon S3", bucket),
				 errdetail("%s", why)));
	if (!lfdw_s3_key_is_valid(utf8_key, &why))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid key of an object in bucket \"%s\"", bucket),
				 errdetail("%s", why)));
	if (region && !lfdw_region_is_valid(region))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a region", region),
				 errhint("A region looks like \"eu-west-1\".")));
}

/* Decides host and path, by the route's region. */
static void
resolve(LfdwS3Object *object)
{
	const char *key = pg_server_to_any(object->key, strlen(object->key), PG_UTF8);
	bool		own;
	char	   *endpoint = lfdw_endpoint_s3(&object->route, object->caller,
											object->endpoint_option, &own);

	if (!own && lfdw_s3_bucket_is_host(object->bucket))
	{
		object->endpoint = psprintf(SCHEME "%s.%s", object->bucket,
									endpoint + strlen(SCHEME));
		object->path = lfdw_s3_path(NULL, key);
	}
	else
	{
		object->endpoint = endpoint;
		object->path = lfdw_s3_path(object->bucket, key);
	}
}

/*
 * An object, and the way to it, palloc'd; what it is given must live as long.
 *
 * Without credentials it is the caller's that sign.  The route and the option
 * "endpoint" (NULL for none) are the server's; region is the bucket's, NULL or
 * "" for the server's.  Bucket and key are in the database's encoding.  Raises
 * 22023 for a bucket, a key or a region that can be none, HV00J where no region
 * is known, and HV024 for what the endpoint does not allow.  No network.
 */
LfdwS3Object *
lfdw_s3_object_create(const LfdwCaller *caller,
					  const LfdwCredentials *credentials,
					  const LfdwRoute *route, const char *endpoint_option,
					  const char *bucket, const char *key, const char *region)
{
	LfdwS3Object *object = palloc0(sizeof(LfdwS3Object));

	if (region && region[0] == '\0')
		region = NULL;
	check_names(bucket, pg_server_to_any(key, strlen(key), PG_UTF8), region);
	object->caller = caller;
	object->credentials = credentials;
	object->route = *route;
	object->endpoint_option = endpoint_option;
	object->bucket = bucket;
	object->key = key;
	if (region)
		object->route.region = region;
	resolve(object);
	return object;
}

/*
 * S3 says that the bucket is in another region: takes that from now on, once.
 * Returns whether it is one, so that asking again makes sense.
 */
bool
lfdw_s3_object_correct_region(LfdwS3Object *object, const char *region)
{
	MemoryContext old;

	if (object->region_corrected || !lfdw_region_is_valid(region) ||
		strcmp(region, object->route.region) == 0)
		return false;
	old = MemoryContextSwitchTo(GetMemoryChunkContext(object));
	object->region_corrected = true;
	object->route.region = pstrdup(region);
	resolve(object);
	MemoryContextSwitchTo(old);
	return true;
}
