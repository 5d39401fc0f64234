/*-------------------------------------------------------------------------
 *
 * invoke_internal.h
 *		One invocation and its attempts, for invoke.c, invoke_request.c, answer.c,
 *		outcome.c and invoke_error.c.
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
#include "base/control_doc.h"
#include "lambda/invoke.h"
#include "lambda/response_stream.h"

/* The headers of an invocation that are signed, at most. */
#define LFDW_INVOKE_HEADERS 6

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
	LfdwResponseStream *stream; /* it is streamed, and has begun; else NULL */

	bool		finished;		/* the answer has ended and was counted */
	int64		bytes_counted;	/* of the answer, in stats */
	bool		splittable;		/* the caller can send less ... */
	bool		too_large;		/* ... and has to */
	const List *no_rows_errors; /* errorTypes that say that there are no rows */
	bool		no_rows;		/* the function raised one of them */

	/* what the answer said beside its bytes, once it has ended */
	LfdwErrorDoc *doc;			/* of one that is an error, else NULL */
	char	   *log_tail;		/* the end of the function's log, or NULL */
	size_t		log_tail_len;
};

/* invoke_request.c */
extern void lfdw_invocation_make_request(LfdwInvocation *invocation,
										 const LfdwCaller *caller,
										 StringInfo payload);

/* answer.c */
extern int	lfdw_answer_max_bytes(const LfdwFunction *function);
extern const char *lfdw_answer_bytes(const LfdwInvocation *invocation,
									 size_t *len);
extern void lfdw_answer_read_doc(LfdwInvocation *invocation);
extern void lfdw_answer_read_log(LfdwInvocation *invocation);
extern bool lfdw_answer_is_too_large(const LfdwInvocation *invocation);
extern char *lfdw_answer_encoding(const LfdwInvocation *invocation);

/* outcome.c */
extern int	lfdw_outcome_sqlstate(const LfdwInvocation *invocation,
								  int sqlstate);

/* invoke_error.c */
extern void lfdw_invocation_report_error(const LfdwInvocation *invocation);
extern void lfdw_invocation_report_function(const LfdwInvocation *invocation);
extern void lfdw_invocation_report_transport(const LfdwInvocation *invocation);

#endif							/* LFDW_INVOKE_INTERNAL_H */
