/*-------------------------------------------------------------------------
 *
 * sql_limits.c
 *		SQL function that shows servers with limits.
 *
 * IDENTIFICATION
 *	  src/sql/sql_limits.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"

#include "pg/extension.h"
#include "shared/server_limit.h"
#include "sql/sql_row.h"

LFDW_SQL_FUNCTION(LFDW_EXTENSION_LAMBDA_FDW, lambda_fdw_server_limits);

static const char *const breaker_names[] = {
	[LFDW_BREAKER_CLOSED] = "closed",
	[LFDW_BREAKER_OPEN] = "open",
	[LFDW_BREAKER_PROBING] = "half-open"
};

/* Puts the columns of a row; what the network has said is for those who may see all. */
static void
put_row(LfdwSqlRow *row, const LfdwServerStatus *status, bool sees_all)
{
	lfdw_sql_row_put_oid(row, status->dbid);
	lfdw_sql_row_put_oid(row, status->serverid);
	lfdw_sql_row_put_text_from(row, status->name, status->encoding);
	lfdw_sql_row_put(row, Int32GetDatum(status->limits.max_in_flight));
	lfdw_sql_row_put(row, Int32GetDatum(status->in_flight));
	lfdw_sql_row_put(row, Int32GetDatum(status->waiting));
	lfdw_sql_row_put(row, Int32GetDatum(status->limits.max_calls_per_minute));
	lfdw_sql_row_put_count(row, status->calls);
	lfdw_sql_row_put_text(row, breaker_names[status->breaker]);
	lfdw_sql_row_put(row, Int32GetDatum(status->failures));
	lfdw_sql_row_put_time(row, status->opened_at);
	lfdw_sql_row_put_time(row, status->probe_at);
	lfdw_sql_row_put_text(row, sees_all ? status->last_failure : NULL);
	lfdw_sql_row_put_time(row, status->last_failure_at);
}

/*
 * SQL function: how it stands with the servers that have limits, of all databases;
 * who may not read all statistics sees those of the current one.
 */
static Datum
run_lambda_fdw_server_limits(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	bool		sees_all = has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS);
	LfdwSqlRow	row = {.ncolumns = 0};
	int			count;
	LfdwServerStatus *all = lfdw_server_limit_read(&count);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
	{
		if (all[i].dbid != MyDatabaseId && !sees_all)
			continue;
		put_row(&row, &all[i], sees_all);
		lfdw_sql_row_add(&row, result);
	}
	return (Datum) 0;
}
