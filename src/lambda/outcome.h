/*-------------------------------------------------------------------------
 *
 * outcome.h
 *		What is known of whether a function has run.
 *
 * IDENTIFICATION
 *	  src/lambda/outcome.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_OUTCOME_H
#define LFDW_OUTCOME_H

#include "postgres.h"

#include "lambda/invoke.h"

typedef enum LfdwOutcome
{
	LFDW_OUTCOME_NOT_RUN,		/* surely not */
	LFDW_OUTCOME_UNKNOWN,		/* nobody knows */
	LFDW_OUTCOME_RUN			/* it answered */
} LfdwOutcome;

extern LfdwOutcome lfdw_outcome_of(const LfdwInvocation *invocation);
extern int	lfdw_outcome_sqlstate(const LfdwInvocation *invocation,
								  int sqlstate);

#endif							/* LFDW_OUTCOME_H */
