/*-------------------------------------------------------------------------
 *
 * table.h
 *		A foreign table bound to its function: columns, arguments, target.
 *
 * IDENTIFICATION
 *	  src/options/table.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_TABLE_H
#define LFDW_TABLE_H

#include "postgres.h"

#include "access/attnum.h"
#include "lambda/function.h"
#include "options/option.h"
#include "utils/rel.h"

typedef struct LfdwColumn
{
	AttrNumber	attnum;
	const char *attname;
	const char *name;			/* on the JSON side; NULL for path '' */
	LfdwPointer *path;
	bool		path_given;		/* by the option, not the column's name */
	Oid			typid;
	int32		typmod;
	Oid			collation;
	LfdwFormat	format;
	bool		required;
	const char *problem;		/* why the query's condition on it is not sent */
	LfdwPushdown pushdown[LFDW_NOPERATORS]; /* default arguments filled in */
} LfdwColumn;

typedef struct LfdwTable
{
	const char *relname;
	LfdwOptions *options;
	LfdwFunction function;
	int			ncolumns;
	LfdwColumn *columns;		/* those not dropped, in the table's order */
	int			natts;
	LfdwColumn **by_attnum;		/* natts of them, NULL where dropped */
} LfdwTable;

extern LfdwTable *lfdw_table_create(Relation relation);
extern bool lfdw_table_takes(const LfdwTable *table,
							 const LfdwColumn *column, LfdwOperator op);

#endif							/* LFDW_TABLE_H */
