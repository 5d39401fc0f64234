/*-------------------------------------------------------------------------
 *
 * sql_row.h
 *		A row of a function's result, column by column.
 *
 * IDENTIFICATION
 *	  src/sql/sql_row.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SQL_ROW_H
#define LFDW_SQL_ROW_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "nodes/execnodes.h"

#define LFDW_SQL_ROW_COLUMNS 40

typedef struct LfdwSqlRow
{
	Datum		values[LFDW_SQL_ROW_COLUMNS];
	bool		nulls[LFDW_SQL_ROW_COLUMNS];
	int			ncolumns;		/* that have their values */
} LfdwSqlRow;

extern void lfdw_sql_row_put(LfdwSqlRow *row, Datum value);
extern void lfdw_sql_row_put_null(LfdwSqlRow *row);
extern void lfdw_sql_row_put_text(LfdwSqlRow *row, const char *text);
extern void lfdw_sql_row_put_text_from(LfdwSqlRow *row, const char *text,
									   int encoding);
extern void lfdw_sql_row_put_time(LfdwSqlRow *row, TimestampTz time);
extern void lfdw_sql_row_put_oid(LfdwSqlRow *row, Oid oid);
extern void lfdw_sql_row_put_count(LfdwSqlRow *row, int64 count);
extern void lfdw_sql_row_add(LfdwSqlRow *row, ReturnSetInfo *result);

#endif							/* LFDW_SQL_ROW_H */
