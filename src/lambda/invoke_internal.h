/*-------------------------------------------------------------------------
 *
 * invoke_internal.h
 *		One invocation and its attempts, for invoke.c and invoke_error.c.
 *
 * IDENTIFICATION
 *	  src/lambda/invoke_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_INVOKE_INTERNAL_H
#define LFDW_INVOKE_INTERNAL_H

#include "postgres.h"

#include "aws/service.h"
#include "lambda/invoke.h"

/* The headers of an invocation that are signed, at most. */
#define LFDW_INVOKE_HEADERS 5

struct LfdwInvocation
{
	const LfdwFunction *function;
	LfdwInvokeStats *stats;
	LfdwServiceRequest request;
	LfdwHeader	headers[LFDW_INVOKE_HEADERS];	/* of the request */
	LfdwServiceRun *run;		/* its attempts */
	LfdwBody	body;			/* what the answer's reader sees of it */

	/* the answer of the attempt under way */
	bool		accepted;		/* it is no error */
	bool		encoding_checked;

	bool		finished;		/* the answer has ended and was counted */
	bool		splittable;		/* the caller can send less ... */
	bool		too_large;		/* ... and has to */
};

extern void lfdw_invocation_read_code(LfdwHttpExchange *exchange, char *code,
									  size_t size);
extern void lfdw_invocation_report_error(const LfdwInvocation *invocation);
extern char *lfdw_invocation_encoding(const LfdwInvocation *invocation);
extern bool lfdw_invocation_answer_too_large(const LfdwInvocation *invocation);
extern void lfdw_invocation_report_function(const LfdwInvocation *invocation);
extern void lfdw_invocation_report_transport(const LfdwInvocation *invocation);
extern char *lfdw_invocation_log_tail(const LfdwInvocation *invocation,
									  size_t *len);

#endif							/* LFDW_INVOKE_INTERNAL_H */
