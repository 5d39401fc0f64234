/*-------------------------------------------------------------------------
 *
 * function.h
 *		A Lambda function, and how it is called: plain types.
 *
 * IDENTIFICATION
 *	  src/lambda/function.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_FUNCTION_H
#define LFDW_FUNCTION_H

#include "postgres.h"

#include "aws/caller.h"

typedef enum LfdwInvocationType
{
	LFDW_REQUEST_RESPONSE,
	LFDW_EVENT,
	LFDW_DRY_RUN
} LfdwInvocationType;

#define LFDW_NINVOCATION_TYPES (LFDW_DRY_RUN + 1)

/* Where a function is called, and how; the strings outlive the invocations. */
typedef struct LfdwFunction
{
	LfdwRoute	route;
	const char *endpoint;		/* URL; NULL until lfdw_function_resolve */
	const char *name;			/* name, partial ARN or ARN, no qualifier */
	const char *qualifier;		/* NULL for none */
	const char *label;			/* the function's bare name, for messages */
	LfdwInvocationType type;
	bool		log_tail;		/* ask for the end of the function's log */
	const char *client_context; /* base64, NULL for none */
	const char *tenant_id;		/* NULL for none */
	const char *durable_name;	/* of a durable execution, NULL for none; the
								 * same again runs nothing anew */
	bool		streams;		/* by InvokeWithResponseStream */
	bool		repeatable;		/* the function may run twice */
	bool		writes;			/* an outcome that nobody knows has an
								 * SQLSTATE of its own */
	bool		as_rds;			/* errors have the words of RDS's aws_lambda */
} LfdwFunction;

#endif							/* LFDW_FUNCTION_H */
