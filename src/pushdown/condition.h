/*-------------------------------------------------------------------------
 *
 * condition.h
 *		A condition with its values, and what several of them say together.
 *
 * IDENTIFICATION
 *	  src/pushdown/condition.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_CONDITION_H
#define LFDW_CONDITION_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "pushdown/term.h"
#include "pushdown/value_set.h"

/* What the values of a condition mean for a (re)scan. */
typedef enum LfdwOutcome
{
	LFDW_NO_ROW,				/* no row can match */
	LFDW_ANY_ROW,				/* every row matches, NULLs too */
	LFDW_LOCAL,					/* there is nothing to send; rechecked only */
	LFDW_SENT
} LfdwOutcome;

typedef struct LfdwCondition
{
	LfdwTerm   *term;
	LfdwOutcome outcome;
	char	   *why;			/* LFDW_LOCAL: the reason */
	LfdwValueSet set;			/* no values for the tests of NULL */
} LfdwCondition;

extern void lfdw_condition_evaluate(LfdwCondition *condition, LfdwTerm *term,
									ExprState *state, ExprContext *econtext);
extern void lfdw_condition_of_values(LfdwCondition *condition, LfdwTerm *term,
									 Datum *values, int nvalues);
extern void lfdw_condition_of_unknown(LfdwCondition *condition, LfdwTerm *term);
extern bool lfdw_conditions_prepare(LfdwCondition *conditions, int nconditions,
									int max_values);
extern char *lfdw_condition_problem(const LfdwCondition *condition);
extern char *lfdw_condition_json(const LfdwCondition *condition);
extern bool lfdw_condition_is_tighter(const LfdwCondition *a,
									  const LfdwCondition *b);

#endif							/* LFDW_CONDITION_H */
