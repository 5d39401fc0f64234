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

/*
 * "$1 = now(), $2 = current_user".  A parameter is left out: the condition it
 * stands in, which EXPLAIN shows as the filter, names it better.
 */
static char *
parameter_list(ForeignScanState *node, List *hidden, ExplainState *es)
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
		appendStringInfo(&list, "%s$%d = %s", list.len > 0 ? ", " : "", number,
						 deparse_expression(lfirst(lc), context, true, false));
	}
	return list.data;
}

/*
 * ExplainForeignScan: the function; under VERBOSE the payload, in which every
 * value that is no constant stands as $1, $2, ...  Asks nobody.
 */
void
lambdaExplainForeignScan(ForeignScanState *node, ExplainState *es)
{
	LfdwScanDescription scan;
	StringInfoData payload;
	LfdwQuery  *query;
	List	   *hidden;
	char	   *parameters;
	int			nestlevel;

	lfdw_scan_describe(node, &scan);
	ExplainPropertyText("Function", function_name(&scan.binding->target), es);
	if (!es->verbose)
		return;

	nestlevel = lfdw_transmission_modes_begin();
	query = lfdw_query_display(scan.binding, scan.terms, &hidden);
	lfdw_transmission_modes_end(nestlevel);
	initStringInfo(&payload);
	lfdw_request_write(&payload, scan.binding, query,
					   palloc0(sizeof(int) * (query->narguments + 1)),
					   scan.columns, NULL);
	ExplainPropertyText("Payload", payload.data, es);
	parameters = parameter_list(node, hidden, es);
	if (parameters[0] != '\0')
		ExplainPropertyText("Payload Parameters", parameters, es);
}
