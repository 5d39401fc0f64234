/*-------------------------------------------------------------------------
 *
 * s3_name.h
 *		Names of buckets and objects of Amazon S3, and their URLs.
 *
 * IDENTIFICATION
 *	  src/base/s3_name.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_S3_NAME_H
#define LFDW_S3_NAME_H

#include "base/base.h"

#define LFDW_S3_KEY_MAX 1024	/* bytes of UTF-8 */

extern bool lfdw_s3_bucket_is_valid(const char *bucket, const char **why);
extern bool lfdw_s3_bucket_is_host(const char *bucket);
extern bool lfdw_s3_key_is_valid(const char *key, const char **why);
extern char *lfdw_s3_path(const char *bucket, const char *key);

#endif							/* LFDW_S3_NAME_H */
