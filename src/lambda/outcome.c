/*-------------------------------------------------------------------------
 *
 * outcome.c
 *		What is known of whether a function has run.
 *
 * IDENTIFICATION
 *	  src/lambda/outcome.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lambda/invoke_internal.h"

/* What the attempt that is under way, or was the last, says. */
static LfdwInvokeOutcome
outcome_of_attempt(const LfdwServiceRun *run)
{
	int			status = run->exchange ? lfdw_exchange_status(run->exchange) : 0;

	switch (run->state)
	{
		case LFDW_SERVICE_WAITING:
			/* for another attempt; may_be_done has those before */
			return LFDW_NOT_RUN;
		case LFDW_SERVICE_REFUSED:
			return lfdw_aws_error_may_have_run(run->error.status, run->error.code) ?
				LFDW_MAY_HAVE_RUN : LFDW_NOT_RUN;
		case LFDW_SERVICE_RUNNING:
		case LFDW_SERVICE_FAILED:
			if (!lfdw_exchange_may_be_sent(run->exchange))
				return LFDW_NOT_RUN;
			break;
		case LFDW_SERVICE_ANSWERING:
		case LFDW_SERVICE_DONE:
			break;
	}
	return status >= 200 && status < 300 ? LFDW_HAS_RUN : LFDW_MAY_HAVE_RUN;
}

/*
 * Has the function run, as far as anybody knows?  Lambda answers with 2xx once
 * it has, and to an Event once it will.  An attempt that nobody knows of leaves
 * it unknown, though the next was refused.
 */
LfdwInvokeOutcome
lfdw_outcome_of(const LfdwInvocation *invocation)
{
	LfdwInvokeOutcome outcome = outcome_of_attempt(invocation->run);

	return outcome == LFDW_NOT_RUN && invocation->run->may_be_done ?
		LFDW_MAY_HAVE_RUN : outcome;
}

/*
 * The SQLSTATE of an invocation that failed with another: 08007 of a write whose
 * outcome nobody knows, the connection having been lost inside of the answer
 * included.
 */
int
lfdw_outcome_sqlstate(const LfdwInvocation *invocation, int sqlstate)
{
	LfdwInvokeOutcome outcome = lfdw_outcome_of(invocation);

	return invocation->function->writes &&
		(outcome == LFDW_MAY_HAVE_RUN ||
		 (outcome == LFDW_HAS_RUN && sqlstate == ERRCODE_CONNECTION_FAILURE)) ?
		ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN : sqlstate;
}
