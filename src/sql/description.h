/*-------------------------------------------------------------------------
 *
 * description.h
 *		What a function says of the tables that it serves.
 *
 * Everything in it is data of a remote side: checked, in the database encoding, and
 * never a piece of SQL.
 *
 * IDENTIFICATION
 *	  src/sql/description.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_DESCRIPTION_H
#define LFDW_DESCRIPTION_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "options/option.h"
#include "shared/activity.h"

typedef struct LfdwDescribedColumn
{
	const char *name;			/* shorter than NAMEDATALEN */
	Oid			typid;
	int32		typmod;
	Oid			collation;		/* InvalidOid: the type's own */
	bool		not_null;
	List	   *options;		/* of DefElem with String, as CREATE takes
								 * them */
} LfdwDescribedColumn;

typedef struct LfdwDescribedTable
{
	const char *name;			/* shorter than NAMEDATALEN */
	List	   *columns;		/* of LfdwDescribedColumn; NIL where not
								 * wanted */
	List	   *options;		/* as those of a column; likewise */
} LfdwDescribedTable;

/*
 * What a description is read for.  Of a table that is not wanted only the name is
 * read: what else is said of it, as a type that is not installed, is no error.
 */
typedef struct LfdwDescriptionUse
{
	bool		(*wants) (const char *table, const void *arg);
	const void *arg;
	bool		compares;		/* no table is made: types may be any role's */
} LfdwDescriptionUse;

/*
 * options: of the server and, where it is asked for a table, of that table; their
 * function_arn, qualifier, payload and tenant_id say whom to ask and how.
 */
extern List *lfdw_description_ask(const LfdwOptions *options,
								  const LfdwDescriptionUse *use, LfdwWork *work);
extern List *lfdw_description_ask_all(const List *asked,
									  const LfdwDescriptionUse *use, LfdwWork *work);

#endif							/* LFDW_DESCRIPTION_H */
