/*-------------------------------------------------------------------------
 *
 * scan_cost.c
 *		What foreign scans cost.
 *
 * Waiting is what makes a call dear: what one takes is told by the option
 * invocation_latency_ms.
 *
 * IDENTIFICATION
 *	  src/scan/scan_cost.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"

#include "pushdown/term_list.h"
#include "scan/rel_info.h"
#include "scan/scan_cost.h"

/* Planner cost of a millisecond: core reads some hundred pages in one. */
#define COST_PER_MS 100.0

/*
 * What a scan without a required value costs: more than anything disabled, so
 * that it is planned only where every other plan fails too.
 */
#define MISSING_VALUE_COST 1.0e15

/* A synchronous answer has at most 6 MB, and JSON some bytes a column. */
#define PAGE_BYTES (6.0 * 1024 * 1024)
#define JSON_BYTES_PER_COLUMN 16

/* A row that must come sorted is dearer than one that need not by this. */
#define SORTED_ROW_SHARE 0.05

/* How many values a list has, where the planner can't see. */
#define UNKNOWN_LIST_LENGTH 10

/* Is it an equality with any value of a list? */
static bool
is_any_of_list(const LfdwTerm *term)
{
	return term->op->takes == LFDW_TAKES_LIST &&
		lfdw_operator_is_equality(term->op);
}

/* Can a condition make a call for each of several values? */
static bool
makes_calls(const LfdwTerm *term)
{
	return is_any_of_list(term) && term->declared &&
		!lfdw_column_takes_list(term->column);
}

/* How many values a list has. */
static double
list_values(const LfdwTerm *term)
{
	Const	   *list = (Const *) term->value;
	ArrayType  *array;

	if (!IsA(list, Const) || list->constisnull)
		return UNKNOWN_LIST_LENGTH;
	array = DatumGetArrayTypeP(list->constvalue);
	return ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
}

/*
 * How many invocations a condition makes, or tuples of a batch: as many as its list
 * has values, where the function takes one.
 */
double
lfdw_scan_cost_list_calls(const LfdwTerm *term)
{
	return makes_calls(term) ? Max(list_values(term), 1) : 1;
}

/*
 * Is a condition sure to need one call alone: no value of its own each, and no
 * list that calls would have in parts?
 */
bool
lfdw_scan_cost_is_one_call(const LfdwTerm *term, const LfdwOptions *options)
{
	return !is_any_of_list(term) ||
		(!makes_calls(term) && IsA(term->value, Const) &&
		 list_values(term) <= options->max_batch_keys);
}

/* The part of the rows that the function returns: declared terms filter. */
static Selectivity
returned_share(PlannerInfo *root, RelOptInfo *baserel, List *restrictions)
{
	List	   *declared = NIL;
	ListCell   *lc;

	foreach(lc, restrictions)
	{
		if (lfdw_rel_info_clause(root, baserel, lfirst(lc))->why == NULL)
			declared = lappend(declared, lfirst(lc));
	}
	return clauselist_selectivity(root, declared, baserel->relid, JOIN_INNER,
								  NULL);
}

/* What waiting for an invocation costs. */
Cost
lfdw_scan_cost_latency(const LfdwOptions *options)
{
	return options->invocation_latency_ms * COST_PER_MS;
}

/* Calls in rounds, pages one after the other, and rows. */
static void
cost_calls(RelOptInfo *baserel, double calls, double received,
		   LfdwScanCost *cost)
{
	LfdwRelInfo *info = baserel->fdw_private;
	const LfdwOptions *options = info->table->options;
	double		bytes = received * (baserel->reltarget->width +
									JSON_BYTES_PER_COLUMN *
									Max(list_length(baserel->reltarget->exprs), 1));
	double		page_bytes = ceil(bytes / calls / PAGE_BYTES);
	double		page_rows = options->page_size > 0 ?
	ceil(received / calls / options->page_size) : 0;
	double		pages = Max(Max(page_bytes, page_rows), 1);
	Cost		latency = lfdw_scan_cost_latency(options);
	double		rounds = ceil(calls / options->max_concurrency);

	cost->startup = options->fdw_startup_cost +
		baserel->baserestrictcost.startup + rounds * latency;
	cost->work = received * (options->fdw_tuple_cost + cpu_tuple_cost +
							 baserel->baserestrictcost.per_tuple);
	cost->total = cost->startup + (pages - 1) * latency + cost->work;
	cost->units = calls;
	cost->waiting = (rounds + pages - 1) * latency;
}

/*
 * What a scan costs under some conditions and join clauses of a relation of
 * ours; sorted says that the function sorts its rows.
 */
void
lfdw_scan_cost_estimate(PlannerInfo *root, RelOptInfo *baserel,
						List *restrictions, bool sorted, LfdwScanCost *cost)
{
	LfdwRelInfo *info = baserel->fdw_private;
	List	   *terms = lfdw_rel_info_terms(root, baserel, restrictions);
	bool		missing = lfdw_term_missing(info->table, terms) != NULL;
	double		calls = 1;
	double		tuples = 1;
	ListCell   *lc;

	foreach(lc, terms)
	{
		const LfdwTerm *term = lfirst(lc);

		if (term->column->in_batch)
			tuples *= lfdw_scan_cost_list_calls(term);
		else
			calls *= lfdw_scan_cost_list_calls(term);
	}
	calls *= ceil(tuples / info->table->options->max_batch_keys) *
		info->table->options->splits;
	cost_calls(baserel, calls, baserel->tuples *
			   returned_share(root, baserel, restrictions), cost);
	cost->disabled_nodes = missing ? 1 : 0;
	if (missing)
	{
		cost->startup += MISSING_VALUE_COST;
		cost->total += MISSING_VALUE_COST;
	}
	if (sorted)
		cost->total += (cost->total - cost->startup) * SORTED_ROW_SHARE;
}
