/*-------------------------------------------------------------------------
 *
 * aws_time.h
 *		Points in time as AWS and HTTP write them.
 *
 * IDENTIFICATION
 *	  src/base/aws_time.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_AWS_TIME_H
#define LFDW_AWS_TIME_H

#include "base/base.h"

extern bool lfdw_time_iso8601(const char *text, int64 *unix_seconds);
extern bool lfdw_time_http_date(const char *text, int64 *unix_seconds);

#endif							/* LFDW_AWS_TIME_H */
