/*-------------------------------------------------------------------------
 *
 * scan_explain.c
 *		What EXPLAIN shows of a foreign scan.
 *
 * IDENTIFICATION
 *	  src/scan/scan_explain.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/ruleutils.h"

#include "pg/compat.h"
#include "pg/message.h"
#include "pushdown/arguments_display.h"
#include "pushdown/payload.h"
#include "scan/page_rule.h"
#include "scan/scan.h"
#include "scan/scan_explain.h"
#include "scan/scan_plan.h"

/* The function as the table names it, with the qualifier that is called. */
static char *
function_name(const LfdwFunction *function)
{
	return psprintf("%s%s%s", function->name,
					function->qualifier ? ":" : "",
					function->qualifier ? function->qualifier : "");
}

/* Does an expression hold a value that another node of the plan gives? */
static bool
has_exec_param(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param))
		return ((Param *) node)->paramkind == PARAM_EXEC;
	return expression_tree_walker(node, has_exec_param, context);
}

/*
 * The names that expressions of a scan are shown under, or NIL where there are none.
 *
 * Core gives no ancestors to this callback, and without them a parameter has no
 * name: it would be shown as $0, and an assertion would fail.  But it has just
 * shown the Filter of the same node under the right names, or its Output, and
 * these are still set.
 */
static List *
names_of(ForeignScanState *node, Node *expression, ExplainState *es)
{
	const Plan *plan = node->ss.ps.plan;

	if (plan->qual || (es->verbose && plan->targetlist))
		return es->deparse_cxt;
	if (has_exec_param(expression, NULL))
		return NIL;
	return set_deparse_context_plan(es->deparse_cxt, node->ss.ps.plan, NIL);
}

/* An expression of the plan as SQL. */
static char *
shown_expression(ForeignScanState *node, Node *expression, ExplainState *es)
{
	List	   *names = names_of(node, expression, es);

	return names ? deparse_expression(expression, names, es->verbose, false) :
		pstrdup("a parameter");
}

/* Expressions as SQL, with something between them. */
static char *
shown_list(ForeignScanState *node, List *expressions, const char *separator,
		   ExplainState *es)
{
	StringInfoData list;
	ListCell   *lc;

	initStringInfo(&list);
	foreach(lc, expressions)
		appendStringInfo(&list, "%s%s", list.len > 0 ? separator : "",
						 shown_expression(node, lfirst(lc), es));
	return list.data;
}

/* What a placeholder stands for, in words. */
static char *
shown_unknown(ForeignScanState *node, const LfdwUnknown *unknown,
			  int max_values, ExplainState *es)
{
	char	   *values = shown_list(node, unknown->values,
									unknown->kind == LFDW_UNKNOWN_LIMIT ? " + " : ", ",
									es);
	const char *each = unknown->each ? "each of " : "";

	switch (unknown->kind)
	{
		case LFDW_UNKNOWN_REST:
			return psprintf("%swhat the conditions leave of %s", each, values);
		case LFDW_UNKNOWN_TIGHTEST:
			return psprintf("the tightest of %s", values);
		case LFDW_UNKNOWN_PART:
			return unknown->each ? psprintf("each of %s", values) :
				psprintf("up to %d at a time of %s", max_values, values);
		case LFDW_UNKNOWN_KEYS:
			return unknown->each ? pstrdup("each key of the join") :
				psprintf("up to %d keys of the join", max_values);
		default:
			return psprintf("%s%s", each, values);
	}
}

/*
 * "$1 = now(), $2 = each of '{1,2}'::integer[]".  A parameter is left out: the condition it
 * stands in, which EXPLAIN shows as the filter, names it better.
 */
static char *
parameter_list(ForeignScanState *node, const LfdwDisplay *display,
			   int max_values, ExplainState *es)
{
	StringInfoData list;
	ListCell   *lc;
	int			number = 0;

	initStringInfo(&list);
	foreach(lc, display->arguments->unknowns)
	{
		const LfdwUnknown *unknown = lfirst(lc);

		number++;
		if (list_length(unknown->values) == 1 &&
			IsA(linitial(unknown->values), Param) &&
			(unknown->kind == LFDW_UNKNOWN_VALUE ||
			 unknown->kind == LFDW_UNKNOWN_LIMIT))
			continue;
		appendStringInfo(&list, "%s$%d = %s", list.len > 0 ? ", " : "", number,
						 shown_unknown(node, unknown, max_values, es));
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
	if (!text || stats->pages > 0)
		ExplainPropertyInteger("Further Pages", NULL, stats->pages, es);
	ExplainPropertyInteger("Rows Received", NULL, stats->rows, es);
	if (!text || stats->others > 0)
		ExplainPropertyInteger("Rows Not Asked For", NULL, stats->others, es);
	if (!text || stats->no_row_answers > 0)
		ExplainPropertyInteger("Answers Without Rows", NULL,
							   stats->no_row_answers, es);
	if (!text || stats->unmatched_keys > 0)
		ExplainPropertyInteger("Tuples Without Rows", NULL,
							   stats->unmatched_keys, es);
	ExplainPropertyInteger("Bytes Received", NULL, stats->bytes, es);
	if (!text || stats->cache_hits + stats->cache_misses > 0)
	{
		ExplainPropertyInteger("Cache Hits", NULL, stats->cache_hits, es);
		ExplainPropertyInteger("Cache Misses", NULL, stats->cache_misses, es);
	}
	if (!text || stats->cache_hits > 0)
	{
		ExplainPropertyInteger("Cache Rows", NULL, stats->cache_rows, es);
		ExplainPropertyInteger("Cache Bytes", NULL, stats->cache_bytes, es);
	}
	if (!text || stats->attempts > stats->invocations)
		ExplainPropertyInteger("Attempts", NULL, stats->attempts, es);
	if (!text || stats->throttles > 0)
		ExplainPropertyInteger("Throttles", NULL, stats->throttles, es);
	lfdw_invoke_explain_cost(stats, es);
	if (stats->durable_arn[0] != '\0')
		ExplainPropertyText("Durable Execution",
							lfdw_error_text(stats->durable_arn,
											strlen(stats->durable_arn),
											LFDW_DURABLE_ARN_MAX), es);
	if (!es->timing || stats->reports == 0)
		return;
	ExplainPropertyFloat("Function Duration", "ms", stats->duration_ms, 2, es);
	ExplainPropertyFloat("Billed Duration", "ms", stats->billed_ms, 0, es);
	if (!text || stats->init_ms > 0)
		ExplainPropertyFloat("Init Duration", "ms", stats->init_ms, 2, es);
	ExplainPropertyInteger("Max Memory Used", "MB", stats->max_memory_mb, es);
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
shown_order(const LfdwTable *table, List *order)
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
						 quote_identifier(table->by_attnum[linitial_int(key) - 1]->attname),
						 descends ? " DESC" : "",
						 descends == nulls_first ? "" :
						 nulls_first ? " NULLS FIRST" : " NULLS LAST");
	}
	return shown.data;
}

/* A condition that is not sent, with the reason. */
static char *
shown_local(ForeignScanState *node, Node *clause, const char *why,
			ExplainState *es)
{
	return psprintf("%s: %s", shown_expression(node, clause, es), why);
}

/* Shows what stays local: VERBOSE has the reasons. */
static void
explain_local(ForeignScanState *node, List *refused, ExplainState *es)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	List	   *whys = list_nth(plan->fdw_private, LFDW_PLAN_WHYS);
	ListCell   *lc;
	ListCell   *lr;

	forboth(lc, plan->scan.plan.qual, lr, whys)
	{
		const char *why = strVal(lfirst(lr));

		if (why[0] != '\0')
			refused = lappend(refused, shown_local(node, lfirst(lc), why, es));
	}
	if (refused)
		ExplainPropertyList("Local Filter", refused, es);
}

/* Why a condition with its value is not sent; NULL where it is. */
static const char *
refusal(const LfdwCondition *condition)
{
	if (condition->outcome == LFDW_ANY_ROW)
		return "every row meets it";
	if (condition->outcome != LFDW_LOCAL)
		return NULL;
	return condition->why ? condition->why :
		"not every function would read its value alike";
}

/*
 * What is sent: conditions, order and limit.  PostgreSQL's own lines show what it
 * does itself, which includes all conditions again.
 */
static void
explain_pushed(ForeignScanState *node, const LfdwScanDescription *scan,
			   const LfdwDisplay *display, ExplainState *es)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	List	   *order = list_nth(plan->fdw_private, LFDW_PLAN_ORDER);
	List	   *limit = list_nth(plan->fdw_private, LFDW_PLAN_LIMIT);
	const LfdwCondition *condition = display->conditions;
	List	   *pushed = NIL;
	List	   *refused = NIL;
	ListCell   *lc;

	foreach(lc, plan->fdw_recheck_quals)
	{
		const char *why = refusal(condition++);

		if (why == NULL)
			pushed = lappend(pushed, lfirst(lc));
		else
			refused = lappend(refused, shown_local(node, lfirst(lc), why, es));
	}
	if (pushed)
		ExplainPropertyText("Pushed Filter",
							shown_expression(node, (Node *) make_ands_explicit(pushed),
											 es), es);
	if (es->verbose)
		explain_local(node, refused, es);
	if (order)
		ExplainPropertyText("Pushed Sort", shown_order(scan->table, order), es);
	if (linitial_int(limit) >= 0 && display->arguments->limit >= 0)
	{
		char	   *count = shown_count(node, linitial_int(limit), es);

		if (lsecond_int(limit) >= 0)
			count = psprintf("%s + %s", count,
							 shown_count(node, lsecond_int(limit), es));
		ExplainPropertyText("Pushed Limit", count, es);
	}
}

/* What an element of a batch is, and how many a call has at most. */
static void
explain_batch(const LfdwTable *table, ExplainState *es)
{
	StringInfoData columns;

	initStringInfo(&columns);
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (table->columns[i].in_batch)
			appendStringInfo(&columns, "%s%s", columns.len > 0 ? ", " : "",
							 quote_identifier(table->columns[i].attname));
	}
	ExplainPropertyText("Batch",
						psprintf("up to %d of (%s)%s", table->options->max_batch_keys,
								 columns.data,
								 table->aligned ? ", aligned" : ""), es);
}

/* The payload, and what its parameters stand for. */
static void
explain_payload(ForeignScanState *node, const LfdwScanDescription *scan,
				const LfdwDisplay *display, ExplainState *es)
{
	int			max_values = scan->table->options->max_batch_keys;
	LfdwPageRule rule;
	StringInfoData payload;
	char	   *parameters;

	if (display->arguments->nothing)
	{
		ExplainPropertyText("Payload", "none, for no row can match", es);
		return;
	}
	lfdw_page_rule_begin(&rule, scan->table, display->arguments);
	rule.page.shown = true;
	initStringInfo(&payload);
	lfdw_payload_write(&payload, scan->table, display->arguments,
					   lfdw_part_first(display->arguments, max_values),
					   lfdw_payload_columns(scan->table,
											lfdw_scan_plan_attrs((ForeignScan *) node->ss.ps.plan)),
					   &rule.page);
	ExplainPropertyText("Payload", payload.data, es);
	parameters = parameter_list(node, display, max_values, es);
	if (parameters[0] != '\0')
		ExplainPropertyText("Payload Parameters", parameters, es);
}

/* The expressions of the LIMIT and OFFSET that a plan sends; NIL for none. */
static List *
limit_of(const ForeignScan *plan)
{
	List	   *limit = list_nth(plan->fdw_private, LFDW_PLAN_LIMIT);

	if (linitial_int(limit) < 0)
		return NIL;
	return list_make2(list_nth(plan->fdw_exprs, linitial_int(limit)),
					  lsecond_int(limit) < 0 ? NULL :
					  list_nth(plan->fdw_exprs, lsecond_int(limit)));
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
	LfdwDisplay *display;

	lfdw_scan_describe(node, &scan);
	display = lfdw_arguments_display(scan.table, scan.terms, scan.keys, scan.order_by,
									 limit_of((ForeignScan *) node->ss.ps.plan));
	ExplainPropertyText("Function", function_name(&scan.table->function), es);
	if (scan.table->options->splits > 1)
		ExplainPropertyInteger("Splits", NULL, scan.table->options->splits, es);
	explain_pushed(node, &scan, display, es);
	if (es->verbose && scan.table->function.streams)
		ExplainPropertyText("Response Mode", "streaming", es);
	if (es->verbose && scan.table->item)
		explain_batch(scan.table, es);
	if (es->verbose)
		explain_payload(node, &scan, display, es);
	if (es->analyze)
		explain_stats(&scan.stats, es);
}
