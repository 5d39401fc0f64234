/*-------------------------------------------------------------------------
 *
 * join_condition.c
 *		The conditions of a join that is a custom scan, in EXPLAIN.
 *
 * IDENTIFICATION
 *	  src/join/join_condition.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "utils/ruleutils.h"

#include "join/join_condition.h"

/* Shows conditions as SQL, if there are any; context is that of the plan. */
void
lfdw_join_condition_explain(const char *label, List *quals, List *context,
							ExplainState *es)
{
	if (quals)
		ExplainPropertyText(label,
							deparse_expression((Node *) make_ands_explicit(quals),
											   context, true, false), es);
}

/* Rows that a filter dropped, on average of the loops, as core shows them. */
static void
explain_removed(const char *label, double removed, double nloops,
				ExplainState *es)
{
	if (es->format != EXPLAIN_FORMAT_TEXT || removed > 0)
		ExplainPropertyFloat(label, NULL, removed / Max(nloops, 1), 0, es);
}

/* Shows how many rows the join's conditions dropped, where that was counted. */
void
lfdw_join_condition_explain_removed(const PlanState *state, ExplainState *es)
{
	const NodeInstrumentation *instr = state->instrument;

	if (instr == NULL)
		return;
	explain_removed("Rows Removed by Join Filter", instr->nfiltered1,
					instr->nloops, es);
	explain_removed("Rows Removed by Filter", instr->nfiltered2,
					instr->nloops, es);
}
