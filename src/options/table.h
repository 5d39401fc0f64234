/*-------------------------------------------------------------------------
 *
 * table.h
 *		A foreign table as a query needs it: its columns and its function.
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
#include "options/batch_item.h"
#include "options/option.h"
#include "options/places.h"
#include "utils/relcache.h"

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
	LfdwArgumentFormat argument_format;
	bool		required;
	bool		key;			/* of the row that UPDATE and DELETE are about */
	bool		input;			/* the value is the query's */
	bool		in_batch;		/* its values go in the list of batch_argument */
	bool		beside_batch;	/* each of its values is a call beside that
								 * list */
	const char *null_if;		/* a string that is NULL, or NULL for none */
	const LfdwHttpEvent *event; /* that its values go into, or NULL */
	LfdwPushdown pushdown[LFDW_NOPERATORS]; /* by an operator's number;
											 * default arguments filled in */
	const LfdwPushdown *scalar; /* of these, "=": how one value is sent */
	const LfdwPushdown *list;	/* of these, "in": how several are */
} LfdwColumn;

/* What the members point to is the same for all who use the table. */
typedef struct LfdwTable
{
	Oid			relid;
	const char *version;		/* of the catalogs' rows that this is made of */
	const char *relname;
	const char *name;			/* that the function knows it by */
	const LfdwOptions *options;
	LfdwFunction function;		/* lfdw_function_resolve completes it */
	List	   *problems;		/* of the query's conditions: see
								 * lfdw_required_column_note */
	LfdwPlaces *places;			/* of the arguments in the payload */
	LfdwBatchItem *item;		/* an element of a batch, NULL: there are none */
	bool		aligned;		/* the answer has one for each of a batch */
	int			ncolumns;
	const LfdwColumn *columns;	/* those not dropped, in the table's order */
	int			natts;
	const LfdwColumn **by_attnum;	/* natts of them, NULL where dropped */
} LfdwTable;

/* Can a call have a list of values of a column by "in"? */
static inline bool
lfdw_column_takes_list(const LfdwColumn *column)
{
	return column->list->declared && !column->input && !column->in_batch &&
		!column->beside_batch;
}

extern LfdwTable *lfdw_table_create(Relation relation);
extern Bitmapset *lfdw_table_attrs(const LfdwTable *table);
extern bool lfdw_table_takes(const LfdwTable *table,
							 const LfdwColumn *column,
							 const LfdwOperator *op);
extern char *lfdw_table_refusal(const LfdwColumn *column,
								const LfdwOperator *op,
								const char *json);

#endif							/* LFDW_TABLE_H */
