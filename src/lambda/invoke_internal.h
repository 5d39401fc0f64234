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

#include "aws/client.h"
#include "base/aws_error.h"
#include "base/control_doc.h"
#include "lambda/invoke.h"

struct LfdwInvocation
{
	const LfdwFunction *function;
	const LfdwCaller *caller;
	StringInfo	payload;
	LfdwInvokeStats *stats;
	char	   *id;				/* the same for all attempts */
	LfdwBody	body;			/* what the answer's reader sees of it */

	/* the attempt under way */
	int			attempt;		/* from 1 */
	MemoryContext context;		/* reset with each attempt */
	LfdwHttpExchange *exchange; /* NULL while backing off ... */
	int64		retry_at_us;	/* ... until this time of lfdw_wait_now_us */
	char	   *access_key_id;	/* that signed it */
	bool		accepted;		/* the answer is no error */
	bool		encoding_checked;
	bool		settled;		/* the answer has ended and was counted */

	/* what is done once */
	int			retry_cost;		/* tokens that the last retry took */
	bool		clock_corrected;
	bool		renewed;
	bool		splittable;		/* the caller can ask for less ... */
	bool		too_large;		/* ... and has to */

	/* tells, by errcontext, which of several calls an error is of */
	void		(*describe) (void *arg);
	void	   *describe_arg;
};

/* An error of AWS, taken apart. */
typedef struct LfdwAwsError
{
	int			status;
	char		code[128];
	LfdwAwsErrorClass class;
	LfdwRetry	retry;
	LfdwErrorDoc doc;
} LfdwAwsError;

extern void lfdw_invocation_read_error(const LfdwInvocation *invocation,
									   LfdwAwsError *error);
extern void lfdw_invocation_report_error(const LfdwInvocation *invocation,
										 const LfdwAwsError *error);
extern char *lfdw_invocation_encoding(const LfdwInvocation *invocation);
extern bool lfdw_invocation_answer_too_large(const LfdwInvocation *invocation);
extern void lfdw_invocation_report_function(const LfdwInvocation *invocation);
extern void lfdw_invocation_report_transport(const LfdwInvocation *invocation);
extern char *lfdw_invocation_log_tail(const LfdwInvocation *invocation,
									  size_t *len);

#endif							/* LFDW_INVOKE_INTERNAL_H */
