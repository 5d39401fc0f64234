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

#include "catalog/namespace.h"
#include "common/string.h"
#include "mb/pg_wchar.h"
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

/* Puts a text of a database of this encoding, NULL for "". */
void
lfdw_sql_row_put_text_from(LfdwSqlRow *row, const char *text, int encoding)
{
	lfdw_sql_row_put_text(row, text_from(text, encoding));
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
