/*-------------------------------------------------------------------------
 *
 * join_cost.c
 *		What bind joins cost.
 *
 * Calls are what is dear.  They are counted as pushdown/part.c will make them of
 * the distinct keys of the outer side.
 *
 * IDENTIFICATION
 *	  src/join/join_cost.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "utils/selfuncs.h"

#include "join/join_plan_internal.h"
#include "scan/rel_info.h"
#include "scan/scan_cost.h"

/* Keys of a batch where the function takes one at a time. */
#define SINGLE_KEYS_FACTOR 16

/*
 * How many keys of these columns the outer side has.  Where nobody knows they are
 * all different: core's guess of 200 would make calls for a million keys look
 * cheap.
 */
static double
count_distinct(const LfdwBindJoin *join, List *keys, const Path *outer)
{
	List	   *values = NIL;
	EstimationInfo info;
	double		distinct;
	ListCell   *lc;

	if (keys == NIL)
		return 1;
	foreach(lc, keys)
		values = lappend(values, lfdw_join_key_term(join, lfirst(lc))->value);
	distinct = estimate_num_groups(join->root, values, outer->rows, NULL, &info);
	return Max(info.flags & SELFLAG_USED_DEFAULT ? outer->rows : distinct, 1);
}

/* Can calls carry several values of a column of the key? */
static bool
takes_several(const LfdwBindJoin *join, RestrictInfo *key)
{
	const LfdwColumn *column = lfdw_join_key_term(join, key)->column;

	return column->in_batch || lfdw_column_takes_list(column);
}

/*
 * How many calls tuples make where those that agree in the columns beside share one,
 * as many as a call may carry.
 */
static double
count_shared(const LfdwBindJoin *join, List *beside, double tuples,
			 const Path *outer)
{
	LfdwRelInfo *info = join->innerrel->fdw_private;
	double		groups = Min(count_distinct(join, beside, outer), tuples);

	return groups * ceil(tuples / groups / info->table->options->max_batch_keys);
}

/* The columns of the key that are not in a batch of the function's. */
static List *
beside_batch(const LfdwBindJoin *join, List *keys)
{
	List	   *beside = NIL;
	ListCell   *lc;

	foreach(lc, keys)
	{
		if (!lfdw_join_key_term(join, lfirst(lc))->column->in_batch)
			beside = lappend(beside, lfirst(lc));
	}
	return beside;
}

/*
 * How many calls tuples make.  Where the function takes no batches of them, those that
 * agree in all columns but one that takes lists share a call; the column is the one
 * that leaves the fewest.
 */
static double
count_calls(const LfdwBindJoin *join, List *keys, double tuples,
			const Path *outer)
{
	LfdwRelInfo *info = join->innerrel->fdw_private;
	double		calls = tuples;
	ListCell   *lc;

	if (info->table->options->batch_argument)
		return count_shared(join, beside_batch(join, keys), tuples, outer);
	foreach(lc, keys)
	{
		List	   *beside = list_delete_ptr(list_copy(keys), lfirst(lc));

		if (takes_several(join, lfirst(lc)))
			calls = Min(calls, count_shared(join, beside, tuples, outer));
	}
	return calls;
}

/* Is a column one of the key? */
static bool
is_of_key(const LfdwBindJoin *join, List *keys, const LfdwColumn *column)
{
	ListCell   *lc;

	foreach(lc, keys)
	{
		if (lfdw_join_key_term(join, lfirst(lc))->column == column)
			return true;
	}
	return false;
}

/*
 * How many values the relation's own lists have together, where the function takes one
 * of them at a time: of the columns in a batch, each makes a tuple more of every one;
 * of the others, a call.  What the join has of the same column is all that is left of
 * such a list.
 */
static double
count_own_values(const LfdwBindJoin *join, List *keys, bool in_batch)
{
	RelOptInfo *rel = join->innerrel;
	double		values = 1;
	ListCell   *lc;

	foreach(lc, lfdw_rel_info_terms(join->root, rel, rel->baserestrictinfo))
	{
		const LfdwTerm *term = lfirst(lc);

		if (term->column->in_batch == in_batch &&
			!is_of_key(join, keys, term->column))
			values *= lfdw_scan_cost_list_calls(term);
	}
	return values;
}

/* How many keys a batch may have: as many as its calls side by side may carry. */
static int
batch_keys_of(const LfdwBindJoin *join, List *keys)
{
	LfdwRelInfo *info = join->innerrel->fdw_private;
	const LfdwOptions *options = info->table->options;
	ListCell   *lc;

	foreach(lc, keys)
	{
		if (takes_several(join, lfirst(lc)))
			return options->max_concurrency * Min(options->max_batch_keys, 1000000);
	}
	return options->max_concurrency * SINGLE_KEYS_FACTOR;
}

/*
 * What a bind join by these keys costs: the outer side, calls side by side for its
 * distinct keys, and the rows that come back for them.
 */
void
lfdw_join_cost_estimate(const LfdwBindJoin *join, List *keys, const Path *outer,
						LfdwJoinCost *cost)
{
	const RelOptInfo *inner = join->innerrel;
	LfdwRelInfo *info = inner->fdw_private;
	const LfdwOptions *options = info->table->options;
	double		distinct = count_distinct(join, keys, outer);
	double		tuples = distinct * count_own_values(join, keys, true);
	double		calls = count_calls(join, keys, tuples, outer) *
	count_own_values(join, keys, false) * options->splits;
	double		received = distinct * inner->rows *
	clauselist_selectivity(join->root, keys, 0, JOIN_INNER, NULL);
	double		rounds;
	Cost		latency = lfdw_scan_cost_latency(options);
	QualCost	quals;

	cost->batch_keys = batch_keys_of(join, keys);
	rounds = Max(ceil(calls / options->max_concurrency),
				 ceil(distinct / cost->batch_keys));
	cost_qual_eval(&quals, join->restrictlist, join->root);
	cost->startup = outer->startup_cost + quals.startup + latency +
		options->fdw_startup_cost;
	cost->waiting = Max(rounds, 1) * latency;
	cost->total = outer->total_cost + quals.startup + options->fdw_startup_cost +
		cost->waiting +
		outer->rows * cpu_operator_cost * 2 +
		received * (options->fdw_tuple_cost + cpu_tuple_cost +
					inner->baserestrictcost.per_tuple) +
		received * Max(outer->rows / distinct, 1) *
		(quals.per_tuple + cpu_tuple_cost);
}
