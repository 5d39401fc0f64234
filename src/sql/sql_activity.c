/*-------------------------------------------------------------------------
 *
 * sql_activity.c
 *		pg_stat_lambda_activity: what the sessions ask of functions now.
 *
 * IDENTIFICATION
 *	  src/sql/sql_activity.c
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
#include "shared/activity.h"
#include "sql/sql_row.h"

LFDW_SQL_FUNCTION(LFDW_EXTENSION_LAMBDA_FDW, lambda_fdw_activity);

static const char *const operation_names[LFDW_NOPERATIONS] = {
	[LFDW_OPERATION_SCAN] = "scan",
	[LFDW_OPERATION_JOIN] = "join",
	[LFDW_OPERATION_WRITE] = "write",
	[LFDW_OPERATION_COMMIT] = "commit",
	[LFDW_OPERATION_FUNCTION] = "function",
	[LFDW_OPERATION_DESCRIBE] = "describe",
	[LFDW_OPERATION_IMPORT] = "import",
	[LFDW_OPERATION_EXPORT] = "export",
	[LFDW_OPERATION_ANALYZE] = "analyze"
};

static const char *const state_names[LFDW_NREQUEST_STATES] = {
	[LFDW_REQUEST_IDLE] = "idle",
	[LFDW_REQUEST_QUEUED] = "queued",
	[LFDW_REQUEST_CONNECTING] = "connecting",
	[LFDW_REQUEST_SENT] = "sent",
	[LFDW_REQUEST_ANSWERING] = "answering",
	[LFDW_REQUEST_BACKING_OFF] = "backing off"
};

/* What is asked, of whom, and where the oldest request stands. */
static void
put_request(LfdwSqlRow *row, const LfdwActivityRow *work, int encoding)
{
	lfdw_sql_row_put_text(row, operation_names[work->operation]);
	lfdw_sql_row_put_oid(row, work->userid);
	lfdw_sql_row_put_oid(row, work->serverid);
	lfdw_sql_row_put_text_from(row, work->server, encoding);
	lfdw_sql_row_put_text(row, work->service);
	lfdw_sql_row_put_text_from(row, work->function, encoding);
	lfdw_sql_row_put_text_from(row, work->qualifier, encoding);
	lfdw_sql_row_put_text(row, state_names[work->state]);
	lfdw_sql_row_put_time(row, work->state_since);
	if (work->attempt > 0)
		lfdw_sql_row_put(row, Int32GetDatum(work->attempt));
	else
		lfdw_sql_row_put_null(row);
	lfdw_sql_row_put_text(row, work->request_id);
}

/* How far the work has come. */
static void
put_progress(LfdwSqlRow *row, const LfdwActivityRow *work)
{
	lfdw_sql_row_put_count(row, work->done);
	lfdw_sql_row_put_count(row, work->under_way);
	lfdw_sql_row_put_count(row, work->to_do);
	lfdw_sql_row_put_count(row, work->rows);
	lfdw_sql_row_put_count(row, work->sent_bytes);
	lfdw_sql_row_put_count(row, work->received_bytes);
	lfdw_sql_row_put_time(row, work->started_at);
	lfdw_sql_row_put_text(row, work->trace_id);
}

/* May the current user see what a session asks?  As with pg_stat_activity. */
static bool
may_see(Oid session_userid)
{
	return has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS) ||
		has_privs_of_role(GetUserId(), session_userid);
}

/* Adds the rows of a process: of each piece of its work that is shown. */
static void
add_process(const LfdwActivityProcess *process, ReturnSetInfo *result)
{
	bool		visible = may_see(process->session_userid);
	LfdwSqlRow	row = {.ncolumns = 0};

	for (int i = 0; i < (int) LFDW_ACTIVITY_ROWS; i++)
	{
		if (!process->rows[i].used)
			continue;
		lfdw_sql_row_put(&row, Int32GetDatum(process->pid));
		if (process->leader_pid != 0)
			lfdw_sql_row_put(&row, Int32GetDatum(process->leader_pid));
		else
			lfdw_sql_row_put_null(&row);
		lfdw_sql_row_put_oid(&row, process->dbid);
		lfdw_sql_row_put_oid(&row, process->session_userid);
		if (visible)
		{
			put_request(&row, &process->rows[i], process->encoding);
			put_progress(&row, &process->rows[i]);
		}
		while (row.ncolumns < result->setDesc->natts)
			lfdw_sql_row_put_null(&row);
		lfdw_sql_row_add(&row, result);
	}
}

/*
 * SQL function: the rows of pg_stat_lambda_activity.  Roles see which sessions ask
 * something, not what, unless they are members of the session's role or of
 * pg_read_all_stats.
 */
static Datum
run_lambda_fdw_activity(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	LfdwActivityProcess *process = palloc(sizeof(LfdwActivityProcess));
	int			nbackends = lfdw_segment_sizes()->nbackends;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < nbackends; i++)
	{
		if (lfdw_activity_read(i, process))
			add_process(process, result);
	}
	return (Datum) 0;
}
