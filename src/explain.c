/*-------------------------------------------------------------------------
 *
 * explain.c
 *		What EXPLAIN shows of a foreign scan.
 *
 * IDENTIFICATION
 *	  src/explain.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/ruleutils.h"

#include "compat.h"
#include "lambda_fdw.h"
#include "request.h"
#include "scan.h"

/* The function as the table names it, with the qualifier that is called. */
static char *
function_name(const LfdwTarget *target)
{
	return psprintf("%s%s%s", target->function,
					target->qualifier ? ":" : "",
					target->qualifier ? target->qualifier : "");
}

/* Does each value of the list that $number stands for make a call? */
static bool
is_each(const LfdwQuery *query, int number)
{
	char	   *placeholder = psprintf("$%d", number);

	for (int i = 0; i < query->narguments; i++)
	{
		const LfdwArgument *argument = &query->arguments[i];

		if (argument->manner == LFDW_SEND_EACH &&
			strcmp(argument->set.placeholder, placeholder) == 0)
			return true;
	}
	return false;
}

/*
 * "$1 = now(), $2 = each of '{1,2}'::integer[]".  A parameter is left out: the condition it
 * stands in, which EXPLAIN shows as the filter, names it better.
 */
static char *
parameter_list(ForeignScanState *node, const LfdwQuery *query, List *hidden,
			   ExplainState *es)
{
	List	   *context = set_deparse_context_plan(es->deparse_cxt,
												   node->ss.ps.plan, NIL);
	StringInfoData list;
	ListCell   *lc;
	int			number = 0;

	initStringInfo(&list);
	foreach(lc, hidden)
	{
		number++;
		if (IsA(lfirst(lc), Param))
			continue;
		appendStringInfo(&list, "%s$%d = %s%s", list.len > 0 ? ", " : "", number,
						 is_each(query, number) ? "each of " : "",
						 deparse_expression(lfirst(lc), context, true, false));
	}
	return list.data;
}

/*
 * What the invocations came to; times and memory differ from run to run.  Rows
 * removed are in core's own line.
 */
static void
explain_stats(const LfdwInvokeStats *stats, ExplainState *es)
{
	bool		text = es->format == EXPLAIN_FORMAT_TEXT;

	ExplainPropertyInteger("Invocations", NULL, stats->invocations, es);
	ExplainPropertyInteger("Rows Received", NULL, stats->rows, es);
	ExplainPropertyInteger("Bytes Received", NULL, stats->bytes, es);
	if (!text || stats->attempts > stats->invocations)
		ExplainPropertyInteger("Attempts", NULL, stats->attempts, es);
	if (!text || stats->throttles > 0)
		ExplainPropertyInteger("Throttles", NULL, stats->throttles, es);
	if (!es->timing || stats->reports == 0)
		return;
	ExplainPropertyFloat("Function Duration", "ms", stats->duration_ms, 2, es);
	ExplainPropertyFloat("Billed Duration", "ms", stats->billed_ms, 0, es);
	if (!text || stats->init_ms > 0)
		ExplainPropertyFloat("Init Duration", "ms", stats->init_ms, 2, es);
	ExplainPropertyInteger("Max Memory Used", "MB", stats->max_memory_mb, es);
}

/* An expression of the plan as SQL. */
static char *
shown_expression(ForeignScanState *node, Node *expression, ExplainState *es)
{
	List	   *context = set_deparse_context_plan(es->deparse_cxt,
												   node->ss.ps.plan, NIL);

	return deparse_expression(expression, context, es->verbose, false);
}

/* LIMIT or OFFSET, at its place in fdw_exprs; a constant as the number it is. */
static char *
shown_count(ForeignScanState *node, int place, ExplainState *es)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	Const	   *count = list_nth(plan->fdw_exprs, place);

	if (IsA(count, Const) && !count->constisnull)
		return psprintf("" INT64_FORMAT, DatumGetInt64(count->constvalue));
	return shown_expression(node, (Node *) count, es);
}

/* "placed_at DESC, id", with NULLS where they are not where they would be. */
static char *
shown_order(const LfdwBinding *binding, List *order)
{
	StringInfoData shown;
	ListCell   *lc;

	initStringInfo(&shown);
	foreach(lc, order)
	{
		List	   *key = lfirst(lc);
		bool		descends = lsecond_int(key);
		bool		nulls_first = lthird_int(key);

		appendStringInfo(&shown, "%s%s%s%s", shown.len > 0 ? ", " : "",
						 quote_identifier(binding->by_attnum[linitial_int(key) - 1]->attname),
						 descends ? " DESC" : "",
						 descends == nulls_first ? "" :
						 nulls_first ? " NULLS FIRST" : " NULLS LAST");
	}
	return shown.data;
}

/*
 * What is sent: conditions, order and limit.  PostgreSQL's own lines show what it
 * does itself, which includes all conditions again.
 */
static void
explain_pushed(ForeignScanState *node, const LfdwBinding *binding,
			   ExplainState *es)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	List	   *order = list_nth(plan->fdw_private, LFDW_PLAN_ORDER);
	List	   *limit = list_nth(plan->fdw_private, LFDW_PLAN_LIMIT);

	if (plan->fdw_recheck_quals)
		ExplainPropertyText("Pushed Filter",
							shown_expression(node,
											 (Node *) make_ands_explicit(plan->fdw_recheck_quals),
											 es), es);
	if (order)
		ExplainPropertyText("Pushed Sort", shown_order(binding, order), es);
	if (linitial_int(limit) >= 0)
	{
		char	   *count = shown_count(node, linitial_int(limit), es);

		if (lsecond_int(limit) >= 0)
			count = psprintf("%s + %s", count,
							 shown_count(node, lsecond_int(limit), es));
		ExplainPropertyText("Pushed Limit", count, es);
	}
}

/* The payload, and what its parameters stand for. */
static void
explain_payload(ForeignScanState *node, const LfdwScanDescription *scan,
				ExplainState *es)
{
	StringInfoData payload;
	LfdwQuery  *query;
	List	   *hidden;
	char	   *parameters;
	int			nestlevel;

	nestlevel = lfdw_transmission_modes_begin();
	query = lfdw_query_display(scan->binding, scan->terms, &hidden);
	query->order_by = scan->order_by;
	lfdw_transmission_modes_end(nestlevel);
	initStringInfo(&payload);
	lfdw_request_write(&payload, scan->binding, query,
					   lfdw_query_first_turn(query, INT_MAX),
					   lfdw_request_columns(scan->binding,
											lfdw_plan_attrs((ForeignScan *) node->ss.ps.plan)),
					   NULL);
	ExplainPropertyText("Payload", payload.data, es);
	parameters = parameter_list(node, query, hidden, es);
	if (parameters[0] != '\0')
		ExplainPropertyText("Payload Parameters", parameters, es);
}

/*
 * ExplainForeignScan: the function; under ANALYZE what its invocations came
 * to, with log_type 'Tail' as its log tells; under VERBOSE the payload, in which every
 * value that is no constant stands as $1, $2, ...  Asks nobody.
 */
void
lambdaExplainForeignScan(ForeignScanState *node, ExplainState *es)
{
	LfdwScanDescription scan;

	lfdw_scan_describe(node, &scan);
	ExplainPropertyText("Function", function_name(&scan.binding->target), es);
	explain_pushed(node, scan.binding, es);
	if (es->verbose)
		explain_payload(node, &scan, es);
	if (es->analyze)
		explain_stats(scan.stats, es);
}
