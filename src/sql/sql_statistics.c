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
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "common/string.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "pg/setting.h"
#include "shared/segment.h"
#include "shared/statistics.h"

/* The columns of lambda_fdw_stats(). */
#define NCOLUMNS 31

PG_FUNCTION_INFO_V1(lambda_fdw_stats);
PG_FUNCTION_INFO_V1(lambda_fdw_stats_reset);
PG_FUNCTION_INFO_V1(lambda_fdw_shared_memory);

/* A row of SQL, column by column. */
typedef struct RowBuilder
{
	Datum		values[NCOLUMNS];
	bool		nulls[NCOLUMNS];
	int			ncolumns;		/* that have their values */
} RowBuilder;

static void
put(RowBuilder *row, Datum value)
{
	row->values[row->ncolumns] = value;
	row->nulls[row->ncolumns++] = false;
}

static void
put_null(RowBuilder *row)
{
	row->nulls[row->ncolumns++] = true;
}

/* Puts a text, NULL for "". */
static void
put_text(RowBuilder *row, const char *text)
{
	if (text[0])
		put(row, CStringGetTextDatum(text));
	else
		put_null(row);
}

/* A text with what is not ASCII as \x and hexadecimal digits. */
static char *
escaped(const char *text)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (const char *p = text; *p; p++)
	{
		if (IS_HIGHBIT_SET(*p))
			appendStringInfo(&buf, "\\x%02x", (unsigned char) *p);
		else
			appendStringInfoChar(&buf, *p);
	}
	return buf.data;
}

/*
 * A text of another database, whose encoding may be another: in this one's.  Never an
 * error, as no name anywhere must keep this database from seeing its own.
 */
static const char *
text_from(const char *text, int encoding)
{
	int			here = GetDatabaseEncoding();
	int			len = strlen(text);
	Oid			proc;
	char	   *converted;

	if (encoding == here || here == PG_SQL_ASCII || pg_is_ascii(text))
		return text;
	proc = FindDefaultConversionProc(encoding, here);
	if (!OidIsValid(proc))
		return escaped(text);
	converted = palloc(len * MAX_CONVERSION_GROWTH + 1);
	if (pg_do_encoding_conversion_buf(proc, encoding, here, (unsigned char *) unconstify(char *, text),
									  len, (unsigned char *) converted,
									  len * MAX_CONVERSION_GROWTH + 1, true) != len)
		return escaped(text);
	return converted;
}

static void
put_time(RowBuilder *row, TimestampTz time)
{
	if (time != 0)
		put(row, TimestampTzGetDatum(time));
	else
		put_null(row);
}

/* Puts microseconds, in milliseconds. */
static void
put_us(RowBuilder *row, double us)
{
	put(row, Float8GetDatum(us / 1000.0));
}

/* What was called: only who may read its statistics sees it. */
static void
put_identity(RowBuilder *row, const LfdwStatisticsRow *stats, bool visible)
{
	int			encoding = stats->key.encoding;

	put(row, ObjectIdGetDatum(stats->key.dbid));
	put(row, ObjectIdGetDatum(stats->key.userid));
	if (visible)
	{
		put(row, ObjectIdGetDatum(stats->key.serverid));
		put_text(row, text_from(stats->server, encoding));
		put_text(row, text_from(stats->key.service, encoding));
		put_text(row, text_from(stats->key.function, encoding));
		put_text(row, text_from(stats->key.qualifier, encoding));
	}
	else
	{
		put_null(row);
		put_null(row);
		put_null(row);
		put_text(row, "<insufficient privilege>");
		put_null(row);
	}
}

/* How long the calls took. */
static void
put_durations(RowBuilder *row, const LfdwStatisticsRow *stats)
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
		put_null(row);
	put_us(row, stats->max_us);
	put(row, PointerGetDatum(construct_array(buckets, LFDW_NBUCKETS, INT8OID, 8,
											 FLOAT8PASSBYVAL, TYPALIGN_DOUBLE)));
}

/* What was billed as far as logs told, and what that costs if prices are known. */
static void
put_billing(RowBuilder *row, const LfdwStatisticsRow *stats)
{
	const LfdwBudget *prices = lfdw_setting_budget();
	const int64 *counts = stats->counts;
	double		gb_seconds = counts[LFDW_COUNT_BILLED_MB_MS] / 1024.0 / 1000.0;

	put(row, Int64GetDatum(counts[LFDW_COUNT_REPORTS]));
	put(row, Int64GetDatum(counts[LFDW_COUNT_BILLED_MS]));
	put(row, Float8GetDatum(gb_seconds));
	if (strcmp(stats->key.service, "lambda") == 0 &&
		(prices->price_request > 0 || prices->price_gb_second > 0))
		put(row, Float8GetDatum((counts[LFDW_COUNT_ATTEMPTS] -
								 counts[LFDW_COUNT_THROTTLES]) * prices->price_request +
								gb_seconds * prices->price_gb_second));
	else
		put_null(row);
}

static void
put_row(RowBuilder *row, const LfdwStatisticsRow *stats, bool visible)
{
	row->ncolumns = 0;
	put_identity(row, stats, visible);
	for (int i = LFDW_COUNT_INVOCATIONS; i <= LFDW_COUNT_RECEIVED_BYTES; i++)
		put(row, Int64GetDatum(stats->counts[i]));
	put_durations(row, stats);
	put_us(row, stats->counts[LFDW_COUNT_SLOT_WAIT_US]);
	put_billing(row, stats);
	put_text(row, visible ? text_from(stats->last_error, stats->key.encoding) : "");
	put_time(row, stats->last_error_at);
	put_time(row, stats->since);
}

/*
 * SQL function: the rows of pg_stat_lambda.  Roles see how much others call, not
 * what, unless they are members of them or of pg_read_all_stats.
 */
Datum
lambda_fdw_stats(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	bool		sees_all = has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS);
	List	   *rows;
	ListCell   *lc;

	InitMaterializedSRF(fcinfo, 0);
	rows = lfdw_statistics_read();
	foreach(lc, rows)
	{
		const LfdwStatisticsRow *stats = lfirst(lc);
		RowBuilder	row;

		put_row(&row, stats,
				sees_all || has_privs_of_role(GetUserId(), stats->key.userid));
		Assert(row.ncolumns == result->setDesc->natts);
		tuplestore_putvalues(result->setResult, result->setDesc, row.values, row.nulls);
	}
	return (Datum) 0;
}

/* SQL function: drops what was counted, of all sessions. */
Datum
lambda_fdw_stats_reset(PG_FUNCTION_ARGS)
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
Datum
lambda_fdw_shared_memory(PG_FUNCTION_ARGS)
{
	const LfdwSegmentSizes *sizes = lfdw_segment_sizes();
	RowBuilder	row = {.ncolumns = 0};
	TupleDesc	desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	put_text(&row, sharing_name());
	put(&row, Int64GetDatum(lfdw_segment_bytes()));
	put(&row, Int32GetDatum(sizes->nbackends));
	put(&row, Int32GetDatum(sizes->nservers));
	put(&row, Int32GetDatum(sizes->nstatistics));
	put(&row, Int32GetDatum(lfdw_statistics_used()));
	put(&row, Int64GetDatum(lfdw_statistics_evictions()));
	put_time(&row, lfdw_statistics_reset_at());
	Assert(row.ncolumns == desc->natts);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  row.values, row.nulls)));
}
