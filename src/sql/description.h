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
	List	   *columns;		/* of LfdwDescribedColumn */
	List	   *options;		/* as those of a column */
} LfdwDescribedTable;

/*
 * options: of the server and, where it is asked for a table, of that table; their
 * function_arn, qualifier, payload and tenant_id say whom to ask and how.
 */
extern List *lfdw_description_ask(const LfdwOptions *options, LfdwWork *work);
extern List *lfdw_description_ask_all(const List *asked, LfdwWork *work);

#endif							/* LFDW_DESCRIPTION_H */
