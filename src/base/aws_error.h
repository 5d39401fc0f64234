/*-------------------------------------------------------------------------
 *
 * aws_error.h
 *		The errors of AWS's services, sorted by what they mean to a caller.
 *
 * IDENTIFICATION
 *	  src/base/aws_error.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_AWS_ERROR_H
#define LFDW_AWS_ERROR_H

#include "base/base.h"

typedef enum LfdwAwsErrorClass
{
	LFDW_AWS_BAD_REQUEST,		/* the request is wrong, and will stay so */
	LFDW_AWS_AUTHENTICATION,	/* keys, token, signature or clock */
	LFDW_AWS_ACCESS_DENIED,		/* the keys' owner may not */
	LFDW_AWS_NOT_FOUND,			/* no such function, bucket, object ... */
	LFDW_AWS_TOO_LARGE,			/* the payload */
	LFDW_AWS_THROTTLED,			/* too many requests just now */
	LFDW_AWS_NOT_READY,			/* it is being set up or changed */
	LFDW_AWS_ENVIRONMENT,		/* the function's environment is broken */
	LFDW_AWS_MODEL_FAILED,		/* a model raised, or took too long */
	LFDW_AWS_UNAVAILABLE		/* the service failed */
} LfdwAwsErrorClass;

/*
 * What an error says about trying again.  Lambda's user guide tells which
 * errors come before the handler ("rejected before your function receives it").
 */
typedef enum LfdwRetry
{
	LFDW_RETRY_NEVER,			/* it would fail again, or must not run twice */
	LFDW_RETRY_NOT_RUN,			/* surely not run: reads and writes */
	LFDW_RETRY_MAY_HAVE_RUN,	/* nobody knows: reads, idempotent writes */
	LFDW_RETRY_CLOCK,			/* once, if our clock was wrong */
	LFDW_RETRY_RENEW			/* once, with new credentials */
} LfdwRetry;

extern LfdwAwsErrorClass lfdw_aws_error_classify(int status, const char *code);
extern LfdwRetry lfdw_aws_error_retry(int status, const char *code);
extern bool lfdw_aws_error_may_have_run(int status, const char *code);
extern void lfdw_aws_error_code(char *code, size_t size, const char *raw);

#endif							/* LFDW_AWS_ERROR_H */
