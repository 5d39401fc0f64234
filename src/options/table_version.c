/*-------------------------------------------------------------------------
 *
 * table_version.c
 *		Which version of the catalogs' rows a table is made of.
 *
 * A row's version is who wrote it and where it stands: each change, and each return to
 * what it was, is another, in a transaction too.  Nothing of what a row says is in it,
 * so that no secret is.
 *
 * IDENTIFICATION
 *	  src/options/table_version.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "utils/syscache.h"

#include "options/table_version.h"

/* Appends the version of a row of a catalog, which it releases. */
static void
append_row(StringInfo out, int cache, HeapTuple row)
{
	TransactionId xmin;

	if (!HeapTupleIsValid(row))
	{
		appendStringInfoString(out, "none;");
		return;
	}
	xmin = HeapTupleHeaderGetRawXmin(row->t_data);
	appendStringInfo(out, "%d:%u:%u.%u;", cache, xmin,
					 ItemPointerGetBlockNumberNoCheck(&row->t_self),
					 ItemPointerGetOffsetNumberNoCheck(&row->t_self));
	ReleaseSysCache(row);
}

/*
 * The versions of a foreign table, of its columns and of its server, as a text that is
 * palloc'd in the current context.
 */
char *
lfdw_table_version(Oid relid, Oid serverid)
{
	StringInfo	out = makeStringInfo();
	HeapTuple	row = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	int			natts = HeapTupleIsValid(row) ?
	((Form_pg_class) GETSTRUCT(row))->relnatts : 0;

	appendStringInfo(out, "%u,%u;", relid, serverid);
	append_row(out, RELOID, row);
	append_row(out, FOREIGNTABLEREL,
			   SearchSysCache1(FOREIGNTABLEREL, ObjectIdGetDatum(relid)));
	append_row(out, FOREIGNSERVEROID,
			   SearchSysCache1(FOREIGNSERVEROID, ObjectIdGetDatum(serverid)));
	for (int i = 1; i <= natts; i++)
		append_row(out, ATTNUM, SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid),
												Int16GetDatum(i)));
	return out->data;
}

/* Appends the version of a user mapping, InvalidOid for none. */
void
lfdw_mapping_version_append(StringInfo out, Oid umid)
{
	appendStringInfo(out, "%u;", umid);
	append_row(out, USERMAPPINGOID, OidIsValid(umid) ?
			   SearchSysCache1(USERMAPPINGOID, ObjectIdGetDatum(umid)) : NULL);
}
