/*-------------------------------------------------------------------------
 *
 * modify_explain.c
 *		What EXPLAIN shows of a foreign table that is written.
 *
 * IDENTIFICATION
 *	  src/modify/modify_explain.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lambda/invoke.h"
#include "modify/modify_explain.h"
#include "modify/modify_internal.h"
#include "pg/compat.h"

/* When rows go, in words. */
static const char *
moment_name(LfdwWriteMoment moment)
{
	switch (moment)
	{
		case LFDW_MOMENT_AT_ONCE:
			return "each row at once";
		case LFDW_MOMENT_AS_THEY_COME:
			return "as batches fill";
		case LFDW_MOMENT_STATEMENT:
			return "when all rows have been read";
		case LFDW_MOMENT_COMMIT:
			return "at commit";
	}
	return NULL;
}

/* Rows that a call carries at most. */
static int
batch_size(const LfdwModify *modify)
{
	if (modify->moment == LFDW_MOMENT_AT_ONCE ||
		!lfdw_write_form_takes_batches(modify->form))
		return 1;
	return modify->table->options->batch_size;
}

/* What became of the rows, by the function's own words. */
static void
explain_stats(const LfdwModify *modify, ExplainState *es)
{
	const LfdwWriteStats *stats = &modify->stats;
	bool		text = es->format == EXPLAIN_FORMAT_TEXT;
	bool		held = modify->moment == LFDW_MOMENT_COMMIT;

	if (!text || held)
		ExplainPropertyInteger("Rows Held", NULL, held ? modify->nrows : 0, es);
	if (text && held)
		return;
	ExplainPropertyInteger("Batches", NULL, stats->batches, es);
	ExplainPropertyInteger("Invocations", NULL, stats->invoke.invocations, es);
	if (!text || stats->invoke.attempts > stats->invoke.invocations)
		ExplainPropertyInteger("Attempts", NULL, stats->invoke.attempts, es);
	lfdw_invoke_explain_cost(&stats->invoke, es);
	ExplainPropertyInteger("Rows Written", NULL, stats->written, es);
	if (!text || stats->not_affected > 0)
		ExplainPropertyInteger("Rows Not Affected", NULL, stats->not_affected, es);
}

/*
 * ExplainForeignModify: how rows are the payload, how many a call has, when they go,
 * and under ANALYZE what became of them.  Asks nobody.
 */
void
lambdaExplainForeignModify(ModifyTableState *mtstate, ResultRelInfo *rinfo,
						   List *fdw_private, int subplan_index,
						   struct ExplainState *es)
{
	const LfdwModify *modify = rinfo->ri_FdwState;
	const LfdwOptions *options = modify->table->options;

	ExplainPropertyText("Lambda Write", lfdw_write_form_describe(modify->form), es);
	ExplainPropertyInteger("Batch Size", NULL, batch_size(modify), es);
	ExplainPropertyText("Delivery", moment_name(modify->moment), es);
	if (options->invocation_type == LFDW_WRITE_INVOCATION_EVENT)
		ExplainPropertyText("Invocation Type", lfdw_invocation_types[LFDW_EVENT], es);
	if (es->analyze)
		explain_stats(modify, es);
}
