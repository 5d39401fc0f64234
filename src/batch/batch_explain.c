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

#include "utils/ruleutils.h"

#include "batch/batch_internal.h"
#include "join/join_condition.h"
#include "pg/compat.h"

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
	List	   *context = set_deparse_context_plan(es->deparse_cxt,
												   node->ss.ps.plan, ancestors);

	ExplainPropertyText("Join Type",
						state->jointype == JOIN_LEFT ? "Left" : "Inner", es);
	ExplainPropertyText("Function Call",
						deparse_expression(list_nth(plan->custom_exprs, LFDW_BATCH_CALL),
										   context, true, false), es);
	lfdw_join_condition_explain("Join Filter",
								list_nth(plan->custom_exprs, LFDW_BATCH_QUALS), context, es);
	lfdw_join_condition_explain("Filter",
								list_nth(plan->custom_exprs, LFDW_BATCH_OTHER_QUALS),
								context, es);
	if (!es->analyze)
		return;
	lfdw_join_condition_explain_removed(&node->ss.ps, es);
	ExplainPropertyText("Batch Processing",
						batch_processing(&state->stats, es->timing), es);
}
