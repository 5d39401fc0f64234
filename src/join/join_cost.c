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

/* Does the function take lists of a column of the key? */
static bool
takes_list(const LfdwBindJoin *join, RestrictInfo *key)
{
	return lfdw_join_key_term(join, key)->column->list->declared;
}

/*
 * How many calls keys make.  Those that agree in all columns but one that takes
 * lists share a call; the column is the one that leaves the fewest.
 */
static double
count_calls(const LfdwBindJoin *join, List *keys, double distinct,
			const Path *outer)
{
	LfdwRelInfo *info = join->innerrel->fdw_private;
	double		calls = distinct;
	ListCell   *lc;

	foreach(lc, keys)
	{
		double		groups;

		if (!takes_list(join, lfirst(lc)))
			continue;
		groups = count_distinct(join, list_delete_ptr(list_copy(keys), lfirst(lc)),
								outer);
		groups = Min(groups, distinct);
		calls = Min(calls, groups * ceil(distinct / groups /
										 info->table->options->max_batch_keys));
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
 * How often each call is made for the relation's own lists, where the function takes
 * one of their values at a time.  What the join has of the same column is all that is
 * left of such a list.
 */
static double
count_own_values(const LfdwBindJoin *join, List *keys)
{
	RelOptInfo *rel = join->innerrel;
	double		values = 1;
	ListCell   *lc;

	foreach(lc, lfdw_rel_info_terms(join->root, rel, rel->baserestrictinfo))
	{
		const LfdwTerm *term = lfirst(lc);

		if (!is_of_key(join, keys, term->column))
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
		if (takes_list(join, lfirst(lc)))
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
	double		calls = count_calls(join, keys, distinct, outer) *
	count_own_values(join, keys);
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
		outer->rows * cpu_operator_cost * 2 * list_length(keys) +
		received * (options->fdw_tuple_cost + cpu_tuple_cost +
					inner->baserestrictcost.per_tuple) +
		received * Max(outer->rows / distinct, 1) *
		(quals.per_tuple + cpu_tuple_cost);
}
