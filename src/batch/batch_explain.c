/*-------------------------------------------------------------------------
 *
 * batch_explain.c
 *		What EXPLAIN shows of a batch join.
 *
 * IDENTIFICATION
 *	  src/batch/batch_explain.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "utils/ruleutils.h"

#include "batch/batch_internal.h"
#include "pg/compat.h"

/* Shows conditions as SQL, if there are any. */
static void
explain_conditions(const char *label, List *quals, List *context,
				   ExplainState *es)
{
	if (quals)
		ExplainPropertyText(label,
							deparse_expression((Node *) make_ands_explicit(quals),
											   context, true, false), es);
}

/* Rows that a filter dropped, on average of the loops, as core shows them. */
static void
explain_removed(const char *label, double removed, const Instrumentation *instr,
				ExplainState *es)
{
	if (es->format != EXPLAIN_FORMAT_TEXT || removed > 0)
		ExplainPropertyFloat(label, NULL, removed / Max(instr->nloops, 1), 0, es);
}

/* The requests in the words of Aurora's guide ("Verifying batch-mode execution"). */
static char *
batch_processing(const LfdwBatchStats *stats, bool timing)
{
	StringInfoData text;
	double		batches = Max(stats->batches, 1);

	initStringInfo(&text);
	appendStringInfo(&text,
					 "num batches=" INT64_FORMAT " avg/min/max batch size=%.3f/%.3f/%.3f",
					 stats->batches, stats->rows / batches,
					 (double) stats->min_rows, (double) stats->max_rows);
	if (timing)
		appendStringInfo(&text, " avg/min/max batch call time=%.3f/%.3f/%.3f",
						 stats->ms / batches, stats->min_ms, stats->max_ms);
	return text.data;
}

/*
 * ExplainCustomScan: the kind of join, the call, and the conditions; under
 * ANALYZE the requests, and how many rows they had.
 */
void
lambdaExplainBatch(CustomScanState *node, List *ancestors, ExplainState *es)
{
	LfdwBatchState *state = (LfdwBatchState *) node;
	CustomScan *plan = (CustomScan *) node->ss.ps.plan;
	const Instrumentation *instr = node->ss.ps.instrument;
	List	   *context = set_deparse_context_plan(es->deparse_cxt,
												   node->ss.ps.plan, ancestors);

	ExplainPropertyText("Join Type",
						state->jointype == JOIN_LEFT ? "Left" : "Inner", es);
	ExplainPropertyText("Function Call",
						deparse_expression(list_nth(plan->custom_exprs, LFDW_BATCH_CALL),
										   context, true, false), es);
	explain_conditions("Join Filter",
					   list_nth(plan->custom_exprs, LFDW_BATCH_QUALS), context, es);
	explain_conditions("Filter",
					   list_nth(plan->custom_exprs, LFDW_BATCH_OTHER_QUALS),
					   context, es);
	if (!es->analyze)
		return;
	if (instr)
	{
		explain_removed("Rows Removed by Join Filter", instr->nfiltered1, instr, es);
		explain_removed("Rows Removed by Filter", instr->nfiltered2, instr, es);
	}
	ExplainPropertyText("Batch Processing",
						batch_processing(&state->stats, es->timing), es);
}
