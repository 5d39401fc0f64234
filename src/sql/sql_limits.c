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
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "shared/server_limit.h"

PG_FUNCTION_INFO_V1(lambda_fdw_server_limits);

static const char *const breaker_names[] = {
	[LFDW_BREAKER_CLOSED] = "closed",
	[LFDW_BREAKER_OPEN] = "open",
	[LFDW_BREAKER_PROBING] = "half-open"
};

/* The columns of lambda_fdw_server_limits(). */
enum
{
	DATID,
	SERVERID,
	SERVER,
	MAX_IN_FLIGHT,
	IN_FLIGHT,
	WAITING,
	MAX_CALLS_PER_MINUTE,
	CALLS,
	BREAKER,
	FAILURES,
	OPENED_AT,
	NEXT_PROBE_AT,
	LAST_FAILURE,
	LAST_FAILURE_AT,
	NCOLUMNS
};

/* Puts a time, NULL for none. */
static void
put_time(Datum *value, bool *isnull, TimestampTz time)
{
	*value = TimestampTzGetDatum(time);
	*isnull = time == 0;
}

/* A name of a server; of another database, whose encoding is another, its ASCII. */
static Datum
shown_name(const LfdwServerStatus *status)
{
	char	   *name = pstrdup(status->name);

	for (char *at = name; status->dbid != MyDatabaseId && *at; at++)
	{
		if (IS_HIGHBIT_SET(*at))
			*at = '?';
	}
	return CStringGetTextDatum(name);
}

/* Makes a row; what the network has said is for those who may see all. */
static void
fill_row(Datum *values, bool *nulls, const LfdwServerStatus *status, bool sees_all)
{
	values[DATID] = ObjectIdGetDatum(status->dbid);
	values[SERVERID] = ObjectIdGetDatum(status->serverid);
	values[SERVER] = shown_name(status);
	values[MAX_IN_FLIGHT] = Int32GetDatum(status->limits.max_in_flight);
	values[IN_FLIGHT] = Int32GetDatum(status->in_flight);
	values[WAITING] = Int32GetDatum(status->waiting);
	values[MAX_CALLS_PER_MINUTE] = Int32GetDatum(status->limits.max_calls_per_minute);
	values[CALLS] = Int64GetDatum(status->calls);
	values[BREAKER] = CStringGetTextDatum(breaker_names[status->breaker]);
	values[FAILURES] = Int32GetDatum(status->failures);
	put_time(&values[OPENED_AT], &nulls[OPENED_AT], status->opened_at);
	put_time(&values[NEXT_PROBE_AT], &nulls[NEXT_PROBE_AT], status->probe_at);
	nulls[LAST_FAILURE] = !sees_all || status->last_failure[0] == '\0';
	values[LAST_FAILURE] = CStringGetTextDatum(status->last_failure);
	put_time(&values[LAST_FAILURE_AT], &nulls[LAST_FAILURE_AT],
			 status->last_failure_at);
}

/*
 * SQL function: how it stands with the servers that have limits, of all databases;
 * who may not read all statistics sees those of the current one.
 */
Datum
lambda_fdw_server_limits(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	bool		sees_all = has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS);
	int			count;
	LfdwServerStatus *all = lfdw_server_limit_read(&count);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
	{
		Datum		values[NCOLUMNS];
		bool		nulls[NCOLUMNS] = {false};

		if (all[i].dbid != MyDatabaseId && !sees_all)
			continue;
		fill_row(values, nulls, &all[i], sees_all);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
