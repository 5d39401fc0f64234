/*-------------------------------------------------------------------------
 *
 * s3_name.c
 *		Names of buckets and objects of Amazon S3, and their URLs.
 *
 * The rules are those of the S3 user guide: "Bucket naming rules", with the
 * older names that us-east-1 still has, "Naming Amazon S3 objects", and
 * "Virtual hosting of buckets".
 *
 * IDENTIFICATION
 *	  src/base/s3_name.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/s3_name.h"
#include "base/uri.h"

#define BUCKET_MIN 3
#define BUCKET_MAX 63
#define OLD_BUCKET_MAX 255		/* before 2018, in us-east-1 */

#define LOWER_CASE "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define OLD_ONLY "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"

/*
 * Can a bucket have this name?  False with a static text in *why, which says
 * what to give instead where that can be guessed.
 */
bool
lfdw_s3_bucket_is_valid(const char *bucket, const char **why)
{
	size_t		len = strlen(bucket);

	if (pg_strncasecmp(bucket, "s3://", 5) == 0)
		*why = "A bucket is given by its bare name, without \"s3://\", and the object's key by itself.";
	else if (strncmp(bucket, "arn:", 4) == 0)
		*why = "A bucket is given by its bare name, not by an ARN; an access point by its alias.";
	else if (strchr(bucket, '/'))
		*why = "A bucket is given by its bare name; folders are the beginning of the object's key.";
	else if (strspn(bucket, LOWER_CASE DIGITS ".-" OLD_ONLY) != len)
		*why = "A bucket's name has letters, digits, dots and hyphens only.";
	else if (len < BUCKET_MIN || len > OLD_BUCKET_MAX)
		*why = "A bucket's name has 3 to 63 characters.";
	else if (strcmp(bucket, "...") == 0)
		*why = "A bucket's name begins with a letter or a digit.";
	else
		return true;
	return false;
}

/*
 * Can the bucket be the first label of a host name?  S3's certificates cover
 * one label, so a name with dots cannot, and DNS knows no case.
 */
bool
lfdw_s3_bucket_is_host(const char *bucket)
{
	size_t		len = strlen(bucket);

	return len >= BUCKET_MIN && len <= BUCKET_MAX &&
		strspn(bucket, LOWER_CASE DIGITS "-") == len &&
		bucket[0] != '-' && bucket[len - 1] != '-';
}

/*
 * Can an object have this key, which is UTF-8?  False with a static text in
 * *why.
 */
bool
lfdw_s3_key_is_valid(const char *key, const char **why)
{
	if (key[0] == '\0')
		*why = "An object's key has at least one character.";
	else if (strlen(key) > LFDW_S3_KEY_MAX)
		*why = "An object's key has at most 1024 bytes in UTF-8.";
	else
		return true;
	return false;
}

/*
 * The path of a key on the wire, palloc'd: below the bucket's own host, where
 * bucket is NULL, or with the bucket as its first segment.
 *
 * Everything but unreserved characters and slashes is percent-encoded, once;
 * nothing is normalized, as keys may have empty segments and dots.
 */
char *
lfdw_s3_path(const char *bucket, const char *key)
{
	StringInfoData path;

	initStringInfo(&path);
	if (bucket)
		appendStringInfo(&path, "/%s", bucket);
	appendStringInfoChar(&path, '/');
	lfdw_uri_encode(&path, key, strlen(key), true);
	return path.data;
}
