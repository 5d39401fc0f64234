/*-------------------------------------------------------------------------
 *
 * collation.c
 *		Which collations compare byte by byte.
 *
 * From the catalogs: the header that declares core's own answer needs ICU's
 * headers from 18 on, and an extension may be built without them.
 *
 * IDENTIFICATION
 *	  src/pg/collation.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_database.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "pg/collation.h"

/* The provider of 17 and later that knows no language. */
#define PROVIDER_BUILTIN 'b'

/* Does a provider's locale of this name compare byte by byte? */
static bool
is_bytewise(char provider, HeapTuple tuple, int cache, AttrNumber attnum)
{
	bool		isnull;
	Datum		name = SysCacheGetAttr(cache, tuple, attnum, &isnull);
	char	   *locale = isnull ? "" : TextDatumGetCString(name);

	if (provider == PROVIDER_BUILTIN)
		return true;
	return provider == COLLPROVIDER_LIBC &&
		(strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0);
}

/* The same of the database's own collation. */
static bool
default_is_bytewise(void)
{
	HeapTuple	tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
	bool		bytewise;

	if (!HeapTupleIsValid(tuple))
		return false;
	bytewise = is_bytewise(((Form_pg_database) GETSTRUCT(tuple))->datlocprovider,
						   tuple, DATABASEOID, Anum_pg_database_datcollate);
	ReleaseSysCache(tuple);
	return bytewise;
}

/*
 * Does a collation compare byte by byte, as C and POSIX do?
 */
bool
lfdw_collation_is_c(Oid collation)
{
	HeapTuple	tuple;
	bool		bytewise;

	if (collation == DEFAULT_COLLATION_OID)
		return default_is_bytewise();
	tuple = SearchSysCache1(COLLOID, ObjectIdGetDatum(collation));
	if (!HeapTupleIsValid(tuple))
		return false;
	bytewise = is_bytewise(((Form_pg_collation) GETSTRUCT(tuple))->collprovider,
						   tuple, COLLOID, Anum_pg_collation_collcollate);
	ReleaseSysCache(tuple);
	return bytewise;
}
