/*-------------------------------------------------------------------------
 *
 * invoke_stats.c
 *		What invocations came to, of several scans or processes.
 *
 * IDENTIFICATION
 *	  src/lambda/invoke_stats.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aws/budget.h"
#include "lambda/invoke.h"
#include "pg/compat.h"

/*
 * Begins to count the invocations of a piece of work, which sessions see until the
 * context ends; that must not be after the memory of stats.  Raises what
 * lfdw_work_begin raises.
 */
void
lfdw_invoke_stats_init(LfdwInvokeStats *stats, LfdwOperation operation,
					   MemoryContext context)
{
	memset(stats, 0, sizeof(LfdwInvokeStats));
	stats->work = lfdw_work_begin(operation, context);
	lfdw_work_count_rows(stats->work, &stats->rows);
}

/* Adds what some invocations came to to that of others. */
void
lfdw_invoke_add_stats(LfdwInvokeStats *stats, const LfdwInvokeStats *more)
{
	stats->invocations += more->invocations;
	stats->attempts += more->attempts;
	stats->throttles += more->throttles;
	stats->rows += more->rows;
	stats->others += more->others;
	stats->bytes += more->bytes;
	stats->pages += more->pages;
	stats->no_row_answers += more->no_row_answers;
	stats->cache_hits += more->cache_hits;
	stats->cache_misses += more->cache_misses;
	stats->cache_rows += more->cache_rows;
	stats->cache_bytes += more->cache_bytes;
	stats->unmatched_keys += more->unmatched_keys;
	stats->reports += more->reports;
	stats->duration_ms += more->duration_ms;
	stats->billed_ms += more->billed_ms;
	stats->billed_mb_ms += more->billed_mb_ms;
	stats->init_ms += more->init_ms;
	stats->max_memory_mb = Max(stats->max_memory_mb, more->max_memory_mb);
	if (more->durable_arn[0] != '\0')
		strlcpy(stats->durable_arn, more->durable_arn, sizeof(stats->durable_arn));
}

/*
 * Shows under EXPLAIN ANALYZE what invocations cost by the prices that are set, if
 * one is: that of each request that was not throttled, and of what reports say was
 * billed.
 */
void
lfdw_invoke_explain_cost(const LfdwInvokeStats *stats, ExplainState *es)
{
	if (lfdw_cost_is_known())
		ExplainPropertyFloat("Estimated Cost", "USD",
							 lfdw_cost_estimate(stats->attempts - stats->throttles,
												stats->billed_mb_ms), 9, es);
}
