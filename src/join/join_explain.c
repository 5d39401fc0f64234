/*-------------------------------------------------------------------------
 *
 * join_explain.c
 *		What EXPLAIN shows of a bind join.
 *
 * IDENTIFICATION
 *	  src/join/join_explain.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/ruleutils.h"

#include "join/join_condition.h"
#include "join/join_internal.h"
#include "pg/compat.h"

static const char *
join_name(JoinType jointype)
{
	switch (jointype)
	{
		case JOIN_LEFT:
			return "Left";
		case JOIN_SEMI:
			return "Semi";
		case JOIN_ANTI:
			return "Anti";
		default:
			return "Inner";
	}
}

/* The columns of the key, each with what it is compared with, as SQL. */
static char *
shown_keys(const CustomScan *plan, List *context)
{
	List	   *inner = list_nth(plan->custom_exprs, LFDW_JOIN_INNER_KEYS);
	List	   *outer = list_nth(plan->custom_exprs, LFDW_JOIN_OUTER_KEYS);
	bool		several = list_length(inner) > 1;
	StringInfoData keys;
	ListCell   *li;
	ListCell   *lo;

	initStringInfo(&keys);
	forboth(li, inner, lo, outer)
		appendStringInfo(&keys, "%s%s%s = %s%s", keys.len > 0 ? " AND " : "",
						 several ? "(" : "",
						 deparse_expression(lfirst(li), context, true, false),
						 deparse_expression(lfirst(lo), context, true, false),
						 several ? ")" : "");
	return keys.data;
}

/* What execution came to. */
static void
explain_counts(const LfdwJoinState *state, ExplainState *es)
{
	lfdw_join_condition_explain_removed(&state->css.ss.ps, es);
	if (es->format != EXPLAIN_FORMAT_TEXT || state->others > 0)
		ExplainPropertyInteger("Rows Not Asked For", NULL, state->others, es);
	ExplainPropertyInteger("Batches", NULL, state->batches, es);
	ExplainPropertyInteger("Keys Sent", NULL, state->keys_sent, es);
	ExplainPropertyInteger("Keys Known", NULL, state->keys_saved, es);
}

/*
 * ExplainCustomScan: the kind of join, its conditions, and how many keys go
 * together; under ANALYZE the batches, the keys sent, and those that were known.
 */
void
lambdaExplainCustomScan(CustomScanState *node, List *ancestors, ExplainState *es)
{
	LfdwJoinState *state = (LfdwJoinState *) node;
	CustomScan *plan = (CustomScan *) node->ss.ps.plan;
	List	   *context = set_deparse_context_plan(es->deparse_cxt,
												   node->ss.ps.plan, ancestors);

	ExplainPropertyText("Join Type", join_name(state->jointype), es);
	ExplainPropertyText("Bind Key", shown_keys(plan, context), es);
	lfdw_join_condition_explain("Join Filter",
								list_nth(plan->custom_exprs, LFDW_JOIN_QUALS),
								context, es);
	lfdw_join_condition_explain("Filter",
								list_nth(plan->custom_exprs, LFDW_JOIN_OTHER_QUALS),
								context, es);
	ExplainPropertyInteger("Batch Keys", NULL, state->max_keys, es);
	if (es->analyze)
		explain_counts(state, es);
}
