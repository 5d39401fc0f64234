/*-------------------------------------------------------------------------
 *
 * sql_statistics.c
 *		SQL functions that show and reset what calls came to.
 *
 * IDENTIFICATION
 *	  src/sql/sql_statistics.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "aws/budget.h"
#include "pg/extension.h"
#include "shared/segment.h"
#include "shared/statistics.h"
#include "sql/sql_row.h"

LFDW_SQL_FUNCTION(LFDW_EXTENSION_LAMBDA_FDW, lambda_fdw_stats);
LFDW_SQL_FUNCTION(LFDW_EXTENSION_LAMBDA_FDW, lambda_fdw_stats_reset);
LFDW_SQL_FUNCTION(LFDW_EXTENSION_LAMBDA_FDW, lambda_fdw_shared_memory);

/* Puts microseconds, in milliseconds. */
static void
put_us(LfdwSqlRow *row, double us)
{
	lfdw_sql_row_put(row, Float8GetDatum(us / 1000.0));
}

/* What was called: only who may read its statistics sees it. */
static void
put_identity(LfdwSqlRow *row, const LfdwStatisticsRow *stats, bool visible)
{
	int			encoding = stats->key.encoding;

	lfdw_sql_row_put_oid(row, stats->key.dbid);
	lfdw_sql_row_put_oid(row, stats->key.userid);
	if (visible)
	{
		lfdw_sql_row_put_oid(row, stats->key.serverid);
		lfdw_sql_row_put_text_from(row, stats->server, encoding);
		lfdw_sql_row_put_text_from(row, stats->key.service, encoding);
		lfdw_sql_row_put_text_from(row, stats->key.function, encoding);
		lfdw_sql_row_put_text_from(row, stats->key.qualifier, encoding);
	}
	else
	{
		lfdw_sql_row_put_null(row);
		lfdw_sql_row_put_null(row);
		lfdw_sql_row_put_null(row);
		lfdw_sql_row_put_text(row, "<insufficient privilege>");
		lfdw_sql_row_put_null(row);
	}
}

/* How long the calls took. */
static void
put_durations(LfdwSqlRow *row, const LfdwStatisticsRow *stats)
{
	Datum		buckets[LFDW_NBUCKETS];
	int64		ended = 0;

	for (int i = 0; i < LFDW_NBUCKETS; i++)
	{
		buckets[i] = Int64GetDatum(stats->buckets[i]);
		ended += stats->buckets[i];
	}
	put_us(row, stats->counts[LFDW_COUNT_TOTAL_US]);
	if (ended > 0)
		put_us(row, (double) stats->counts[LFDW_COUNT_TOTAL_US] / ended);
	else
		lfdw_sql_row_put_null(row);
	put_us(row, stats->max_us);
	lfdw_sql_row_put(row, PointerGetDatum(construct_array(buckets, LFDW_NBUCKETS, INT8OID, 8,
														  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE)));
}

/* What was billed as far as logs told, and what that costs if prices are known. */
static void
put_billing(LfdwSqlRow *row, const LfdwStatisticsRow *stats)
{
	const int64 *counts = stats->counts;
	int64		requests = counts[LFDW_COUNT_ATTEMPTS] - counts[LFDW_COUNT_THROTTLES];
	double		gb_seconds = counts[LFDW_COUNT_BILLED_MB_MS] / 1024.0 / 1000.0;

	lfdw_sql_row_put_count(row, counts[LFDW_COUNT_REPORTS]);
	lfdw_sql_row_put_count(row, counts[LFDW_COUNT_BILLED_MS]);
	lfdw_sql_row_put(row, Float8GetDatum(gb_seconds));
	if (strcmp(stats->key.service, "lambda") == 0 && lfdw_cost_is_known())
		lfdw_sql_row_put(row, Float8GetDatum(lfdw_cost_estimate(requests,
																counts[LFDW_COUNT_BILLED_MB_MS])));
	else
		lfdw_sql_row_put_null(row);
}

static void
put_row(LfdwSqlRow *row, const LfdwStatisticsRow *stats, bool visible)
{
	put_identity(row, stats, visible);
	for (int i = LFDW_COUNT_INVOCATIONS; i <= LFDW_COUNT_CACHE_MISSES; i++)
		lfdw_sql_row_put_count(row, stats->counts[i]);
	put_durations(row, stats);
	put_us(row, stats->counts[LFDW_COUNT_SLOT_WAIT_US]);
	put_billing(row, stats);
	lfdw_sql_row_put_text_from(row, visible ? stats->last_error : "", stats->key.encoding);
	lfdw_sql_row_put_time(row, stats->last_error_at);
	lfdw_sql_row_put_time(row, stats->since);
}

/*
 * SQL function: the rows of pg_stat_lambda.  Roles see how much others call, not
 * what, unless they are members of them or of pg_read_all_stats.
 */
static Datum
run_lambda_fdw_stats(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	bool		sees_all = has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS);
	LfdwSqlRow	row = {.ncolumns = 0};
	ListCell   *lc;

	InitMaterializedSRF(fcinfo, 0);
	foreach(lc, lfdw_statistics_read())
	{
		const LfdwStatisticsRow *stats = lfirst(lc);

		put_row(&row, stats,
				sees_all || has_privs_of_role(GetUserId(), stats->key.userid));
		lfdw_sql_row_add(&row, result);
	}
	return (Datum) 0;
}

/* SQL function: drops what was counted, of all sessions. */
static Datum
run_lambda_fdw_stats_reset(PG_FUNCTION_ARGS)
{
	lfdw_statistics_reset();
	PG_RETURN_VOID();
}

static const char *
sharing_name(void)
{
	switch (lfdw_segment_sharing())
	{
		case LFDW_SHARED_BY_PRELOAD:
			return "preload";
		case LFDW_SHARED_BY_REGISTRY:
			return "registry";
		case LFDW_SHARED_BY_NONE:
			break;
	}
	return "session";
}

/* SQL function: how sessions share memory, and what there is in it. */
static Datum
run_lambda_fdw_shared_memory(PG_FUNCTION_ARGS)
{
	const LfdwSegmentSizes *sizes = lfdw_segment_sizes();
	LfdwSqlRow	row = {.ncolumns = 0};
	TupleDesc	desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	lfdw_sql_row_put_text(&row, sharing_name());
	lfdw_sql_row_put_count(&row, lfdw_segment_bytes());
	lfdw_sql_row_put(&row, Int32GetDatum(sizes->nbackends));
	lfdw_sql_row_put(&row, Int32GetDatum(sizes->nservers));
	lfdw_sql_row_put(&row, Int32GetDatum(sizes->nstatistics));
	lfdw_sql_row_put(&row, Int32GetDatum(lfdw_statistics_used()));
	lfdw_sql_row_put_count(&row, lfdw_statistics_evictions());
	lfdw_sql_row_put_time(&row, lfdw_statistics_reset_at());
	Assert(row.ncolumns == desc->natts);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  row.values, row.nulls)));
}
