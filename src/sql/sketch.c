/*-------------------------------------------------------------------------
 *
 * sketch.c
 *		lambda_fdw_sketch: from one answer to a CREATE FOREIGN TABLE.
 *
 * The function is invoked with the payload as it is; the table sends the same,
 * so that it is answered the same.
 *
 * IDENTIFICATION
 *	  src/sql/sketch.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/pg_proc.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "lambda/invoke.h"
#include "options/option_kind.h"
#include "pg/compat.h"
#include "pg/extension.h"
#include "sql/sketch_internal.h"
#include "sql/sql_argument.h"
#include "sql/sql_invoke.h"
#include "sql/sql_session.h"
#include "sql/sql_work.h"
#include "value/body_coding.h"

LFDW_SQL_FUNCTION(LFDW_EXTENSION_LAMBDA_FDW, lambda_fdw_sketch);

/* The function whose privilege is asked for. */
#define INVOKING_FUNCTION "lambda_invoke"

/* The arguments, in order. */
enum SketchArgument
{
	ARG_SERVER,
	ARG_FUNCTION,
	ARG_PAYLOAD,
	ARG_ROW_LIMIT
};

/*
 * May the current user invoke functions?  Whoever may execute lambda_invoke of
 * this function's extension may.
 */
static bool
may_invoke(Oid funcid)
{
	Oid			schema = get_func_namespace(funcid);
	Oid			extension = getExtensionOfObject(ProcedureRelationId, funcid);
	CatCList   *functions = SearchSysCacheList1(PROCNAMEARGSNSP,
												CStringGetDatum(INVOKING_FUNCTION));
	bool		may = false;

	for (int i = 0; i < functions->n_members && !may; i++)
	{
		Form_pg_proc function = (Form_pg_proc) GETSTRUCT(&functions->members[i]->tuple);

		may = function->pronamespace == schema &&
			getExtensionOfObject(ProcedureRelationId, function->oid) == extension &&
			lfdw_may_execute(function->oid, GetUserId());
	}
	ReleaseCatCacheList(functions);
	return may;
}

/* The payload as text; raises 22023 for one that no table has. */
static char *
read_payload(FunctionCallInfo fcinfo)
{
	Jsonb	   *payload;
	char	   *text;
	char	   *field;
	char	   *why;

	if (PG_ARGISNULL(ARG_PAYLOAD))
		return NULL;
	payload = PG_GETARG_JSONB_P(ARG_PAYLOAD);
	text = JsonbToCString(NULL, &payload->root, VARSIZE(payload));
	if (!lfdw_option_parse(LFDW_KIND_OBJECT, text, 0, 0, &field, &why))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a foreign table cannot have this payload"),
				 errdetail("%s", why)));
	return text;
}

/* Reads the arguments, and checks them. */
static LfdwSketch *
read_arguments(FunctionCallInfo fcinfo)
{
	LfdwSketch *sketch = palloc0(sizeof(LfdwSketch));

	if (PG_ARGISNULL(ARG_SERVER) || PG_ARGISNULL(ARG_FUNCTION))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("lambda_fdw_sketch needs a server and a function")));
	if (PG_ARGISNULL(ARG_ROW_LIMIT) || PG_GETARG_INT32(ARG_ROW_LIMIT) < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("row_limit must be at least 1")));
	sketch->server = lfdw_sql_argument_text(fcinfo, ARG_SERVER);
	sketch->function = lfdw_sql_argument_text(fcinfo, ARG_FUNCTION);
	sketch->row_limit = PG_GETARG_INT32(ARG_ROW_LIMIT);
	sketch->payload = read_payload(fcinfo);
	return sketch;
}

/* Sets what the payload is in UTF-8: as text, and as a value to walk. */
static void
open_payload(LfdwSketch *sketch)
{
	LfdwJsonReader reader;
	const char *text = sketch->payload ? sketch->payload : "{}";

	text = pg_server_to_any(text, strlen(text), PG_UTF8);
	lfdw_json_init(&reader, text, strlen(text), true);
	lfdw_json_value(&reader, &sketch->payload_value);
	if (sketch->payload)
		sketch->payload = text;
}

/* Makes the columns of what the answer holds. */
static void
find_columns(LfdwSketch *sketch)
{
	if (sketch->form == LFDW_SKETCH_JSON)
		lfdw_sketch_find_rows(sketch);
	switch (sketch->form)
	{
		case LFDW_SKETCH_NOTHING:
			break;
		case LFDW_SKETCH_CSV:
			lfdw_sketch_find_csv_columns(sketch);
			break;
		case LFDW_SKETCH_RAW:
			sketch->nrows = 1;
			lfdw_sketch_add_column(sketch, "body", 4)->type =
				!sketch->is_base64 &&
				pg_verify_mbstr(PG_UTF8, sketch->text, (int) sketch->len, true) ?
				"text" : "bytea";
			break;
		default:
			lfdw_sketch_find_columns(sketch);
	}
}

/* Says what the statement is of. */
static void
add_summary(LfdwSketch *sketch)
{
	if (sketch->ncolumns == 0)
		lfdw_sketch_comment(sketch, "The answer has no row that tells of columns: give a payload that is answered with some.");
	else if (sketch->nrows > (size_t) sketch->row_limit)
		lfdw_sketch_comment(sketch, "The columns are those of %d of the answer's %zu rows.",
							sketch->row_limit, sketch->nrows);
	if (sketch->nleft_out > 0)
		lfdw_sketch_comment(sketch, "More members than a table has columns: %d are left out, and a column jsonb with the option path '' has them all.",
							sketch->nleft_out);
}

/*
 * SQL function: invokes a function once, and returns the text of a CREATE
 * FOREIGN TABLE for what it answered.
 *
 * Raises what lfdw_sql_call_run raises, 42501 for who may not execute
 * lambda_invoke or has no USAGE on the server, and what lfdw_sketch_open_answer
 * raises for an answer that is an error.
 */
static Datum
run_lambda_fdw_sketch(PG_FUNCTION_ARGS)
{
	LfdwSqlCall call = {0};
	LfdwSketch *sketch;
	LfdwOptions *options;
	LfdwInvocation *invocation;
	const char *bytes;
	size_t		len;

	if (!may_invoke(fcinfo->flinfo->fn_oid))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FUNCTION, INVOKING_FUNCTION);
	sketch = read_arguments(fcinfo);
	call.function = sketch->function;
	call.work = lfdw_sql_work(fcinfo, LFDW_OPERATION_FUNCTION);
	call.payload = sketch->payload ? sketch->payload : "{}";
	options = lfdw_server_options(sketch->server, false);
	sketch->max_bytes = options->route.limits.max_response_bytes > 0 ?
		options->route.limits.max_response_bytes : LFDW_UNPACKED_MAX;
	sketch->status_hint = "Give a payload that the function answers with rows.";
	invocation = lfdw_sql_call_run(&call, options, &sketch->label);
	bytes = lfdw_body_show(lfdw_invoke_body(invocation), &len);

	sketch->rows_path = makeStringInfo();
	open_payload(sketch);
	lfdw_sketch_open_answer(sketch, bytes, len);
	find_columns(sketch);
	lfdw_sketch_find_pages(sketch);
	lfdw_sketch_compare_payload(sketch);
	lfdw_sketch_find_error_path(sketch);
	add_summary(sketch);
	PG_RETURN_TEXT_P(cstring_to_text(lfdw_sketch_write(sketch)));
}
