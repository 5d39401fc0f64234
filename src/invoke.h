/*-------------------------------------------------------------------------
 *
 * invoke.h
 *		Lambda's Invoke: a payload goes out, an answer comes back.
 *
 * IDENTIFICATION
 *	  src/invoke.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_INVOKE_H
#define LFDW_INVOKE_H

#include "postgres.h"

#include "common/buffer.h"
#include "credentials.h"
#include "lib/stringinfo.h"

/* A request body of a synchronous invocation may have this many bytes. */
#define LFDW_PAYLOAD_MAX (6 * 1024 * 1024)

/* Where a function is called, and how; the strings outlive the invocations. */
typedef struct LfdwTarget
{
	const char *function;		/* name, partial ARN or ARN, no qualifier */
	const char *qualifier;		/* NULL for none */
	const char *label;			/* the function's bare name, for messages */
	const char *region;
	const char *endpoint;		/* URL without a trailing slash */
	int			connect_timeout_ms;
	int			request_timeout_ms;
	size_t		max_response_bytes;
	bool		keep_connections;
	int			network;		/* LFDW_HTTP_ flags */
} LfdwTarget;

typedef struct LfdwInvocation LfdwInvocation;

extern LfdwInvocation *lfdw_invoke_begin(const LfdwTarget *target,
										 const LfdwCredentials *credentials,
										 StringInfo payload);
extern void lfdw_invoke_wait(LfdwInvocation **invocations, int ninvocations);
extern bool lfdw_invoke_complete(const LfdwInvocation *invocation);
extern LfdwBuffer *lfdw_invoke_body(LfdwInvocation *invocation);
extern void lfdw_invoke_widen(LfdwInvocation *invocation);

#endif							/* LFDW_INVOKE_H */
