/*-------------------------------------------------------------------------
 *
 * sql_row.c
 *		A row of a function's result, column by column.
 *
 * IDENTIFICATION
 *	  src/sql/sql_row.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "sql/sql_row.h"

/* Puts the value of the next column. */
void
lfdw_sql_row_put(LfdwSqlRow *row, Datum value)
{
	Assert(row->ncolumns < LFDW_SQL_ROW_COLUMNS);
	row->values[row->ncolumns] = value;
	row->nulls[row->ncolumns++] = false;
}

/* Leaves the next column NULL. */
void
lfdw_sql_row_put_null(LfdwSqlRow *row)
{
	Assert(row->ncolumns < LFDW_SQL_ROW_COLUMNS);
	row->nulls[row->ncolumns++] = true;
}

/* Puts a text, NULL for NULL and "". */
void
lfdw_sql_row_put_text(LfdwSqlRow *row, const char *text)
{
	if (text && text[0])
		lfdw_sql_row_put(row, CStringGetTextDatum(text));
	else
		lfdw_sql_row_put_null(row);
}

/* Puts a time, NULL for 0. */
void
lfdw_sql_row_put_time(LfdwSqlRow *row, TimestampTz time)
{
	if (time != 0)
		lfdw_sql_row_put(row, TimestampTzGetDatum(time));
	else
		lfdw_sql_row_put_null(row);
}

/* Puts an oid, NULL for InvalidOid. */
void
lfdw_sql_row_put_oid(LfdwSqlRow *row, Oid oid)
{
	if (OidIsValid(oid))
		lfdw_sql_row_put(row, ObjectIdGetDatum(oid));
	else
		lfdw_sql_row_put_null(row);
}

/* Puts a bigint, NULL for what is below 0. */
void
lfdw_sql_row_put_count(LfdwSqlRow *row, int64 count)
{
	if (count >= 0)
		lfdw_sql_row_put(row, Int64GetDatum(count));
	else
		lfdw_sql_row_put_null(row);
}

/* Adds the row to a result of InitMaterializedSRF, and begins the next. */
void
lfdw_sql_row_add(LfdwSqlRow *row, ReturnSetInfo *result)
{
	Assert(row->ncolumns == result->setDesc->natts);
	tuplestore_putvalues(result->setResult, result->setDesc, row->values, row->nulls);
	row->ncolumns = 0;
}
