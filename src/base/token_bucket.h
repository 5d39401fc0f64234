/*-------------------------------------------------------------------------
 *
 * token_bucket.h
 *		How many calls may begin in a minute.
 *
 * A bucket fills evenly, up to a sixth of a minute's tokens and at least one.
 *
 * IDENTIFICATION
 *	  src/base/token_bucket.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_TOKEN_BUCKET_H
#define LFDW_TOKEN_BUCKET_H

#include "base/base.h"

/* A full one is zeroed. */
typedef struct LfdwTokenBucket
{
	int64		full_at_ns;		/* if nothing more is taken */
} LfdwTokenBucket;

extern int64 lfdw_token_bucket_count(const LfdwTokenBucket *bucket, int per_minute,
									 int64 now_ns);
extern void lfdw_token_bucket_take(LfdwTokenBucket *bucket, int per_minute,
								   int64 now_ns);
extern int64 lfdw_token_bucket_time_ns(const LfdwTokenBucket *bucket,
									   int per_minute, int64 n);

#endif							/* LFDW_TOKEN_BUCKET_H */
