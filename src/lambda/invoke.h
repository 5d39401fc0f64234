/*-------------------------------------------------------------------------
 *
 * invoke.h
 *		Lambda's Invoke: a payload goes out, an answer comes back.
 *
 * IDENTIFICATION
 *	  src/lambda/invoke.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_INVOKE_H
#define LFDW_INVOKE_H

#include "postgres.h"

#include "base/buffer.h"
#include "credentials/credentials.h"
#include "lib/stringinfo.h"

/* A request body may have this many bytes, by the type of invocation. */
#define LFDW_PAYLOAD_MAX (6 * 1024 * 1024)
#define LFDW_EVENT_PAYLOAD_MAX (1024 * 1024)

typedef enum LfdwInvocationType
{
	LFDW_REQUEST_RESPONSE,
	LFDW_EVENT,
	LFDW_DRY_RUN
} LfdwInvocationType;

#define LFDW_NINVOCATION_TYPES (LFDW_DRY_RUN + 1)

/* As the API has them; case matters to it. */
extern const char *const lfdw_invocation_types[LFDW_NINVOCATION_TYPES];

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
	bool		repeatable;		/* the function may run twice */
	bool		as_rds;			/* errors have the words of RDS's aws_lambda */
} LfdwFunction;

/* What invocations came to, added up; times as the function's log has them. */
typedef struct LfdwInvokeStats
{
	int64		invocations;
	int64		attempts;
	int64		throttles;
	int64		rows;			/* of the answers, kept or not */
	int64		others;			/* of the rows, those of another call's values */
	int64		bytes;			/* of the answers' bodies */
	int64		reports;		/* invocations whose log told the following */
	double		duration_ms;
	double		billed_ms;
	double		init_ms;
	int			max_memory_mb;	/* the most of any */
} LfdwInvokeStats;

typedef struct LfdwInvocation LfdwInvocation;

extern bool lfdw_invoke_may_begin(const LfdwCaller *caller);
extern LfdwInvocation *lfdw_invoke_begin(const LfdwFunction *function,
										 const LfdwCaller *caller,
										 StringInfo payload,
										 LfdwInvokeStats *stats);
extern void lfdw_invoke_wait(LfdwInvocation **invocations, int ninvocations);
extern bool lfdw_invoke_complete(const LfdwInvocation *invocation);
extern LfdwBuffer *lfdw_invoke_body(LfdwInvocation *invocation);
extern void lfdw_invoke_widen(LfdwInvocation *invocation);
extern int	lfdw_invoke_attempt(const LfdwInvocation *invocation);
extern void lfdw_invoke_commit(LfdwInvocation *invocation);
extern void lfdw_invoke_let_describe(LfdwInvocation *invocation,
									 void (*describe) (void *arg), void *arg);
extern void lfdw_invoke_let_split(LfdwInvocation *invocation);
extern bool lfdw_invoke_too_large(const LfdwInvocation *invocation);
extern int	lfdw_invoke_status(const LfdwInvocation *invocation);
extern char *lfdw_invoke_header(const LfdwInvocation *invocation,
								const char *name);

#endif							/* LFDW_INVOKE_H */
