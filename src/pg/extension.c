/*-------------------------------------------------------------------------
 *
 * extension.c
 *		Which versions of its extensions' SQL this library serves.
 *
 * Files of a new release replace the library at once, but each database has the SQL
 * that it was given until ALTER EXTENSION UPDATE; and a server that has the library
 * preloaded goes on with the old one, whatever is updated.  What uses the library
 * therefore asks first whether the two belong together.  The answer is kept until
 * the catalogs change, so that asking again costs a comparison.
 *
 * IDENTIFICATION
 *	  src/pg/extension.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xlog.h"
#include "catalog/indexing.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/rel.h"

#include "pg/compat.h"
#include "pg/extension.h"

#define SERVED_MAX 8

/* An extension, and the versions of its SQL that are served, the newest last. */
typedef struct Served
{
	const char *name;
	const char *versions[SERVED_MAX];
} Served;

static const Served served[LFDW_NEXTENSIONS] = {
	[LFDW_EXTENSION_LAMBDA_FDW] = {"lambda_fdw", {"1.0"}},
	[LFDW_EXTENSION_AWS_LAMBDA] = {"aws_lambda", {"1.0"}},
	[LFDW_EXTENSION_AWS_S3] = {"aws_s3", {"1.1"}},
	[LFDW_EXTENSION_AWS_ML] = {"aws_ml", {"1.0", "2.0"}}
};

/* Those whose versions were found to be served since the catalogs last changed. */
static bool checked[LFDW_NEXTENSIONS];

/* How often the catalogs have changed. */
static uint64 nchanges = 0;

/* Was the library loaded when the server started? */
static bool preloaded = false;

/* Notes how the library is loaded; called once, by _PG_init. */
void
lfdw_extension_install(void)
{
	preloaded = process_shared_preload_libraries_in_progress;
}

static const char *
newest_version(const Served *extension)
{
	int			i = 0;

	while (i + 1 < SERVED_MAX && extension->versions[i + 1])
		i++;
	return extension->versions[i];
}

static bool
is_served(const Served *extension, const char *version)
{
	for (int i = 0; i < SERVED_MAX && extension->versions[i]; i++)
	{
		if (strcmp(extension->versions[i], version) == 0)
			return true;
	}
	return false;
}

/* Is a version later than another?  Numbers between dots count, as far as there are. */
static bool
is_later(const char *version, const char *other)
{
	for (;;)
	{
		char	   *end;
		char	   *other_end;
		unsigned long number = strtoul(version, &end, 10);
		unsigned long other_number = strtoul(other, &other_end, 10);

		if (number != other_number)
			return number > other_number;
		if (*end != '.' || *other_end != '.')
			return *end == '.';
		version = end + 1;
		other = other_end + 1;
	}
}

/* The installed version of an extension, palloc'd, and its OID; NULL for none. */
static char *
installed_version(const char *name, Oid *oid)
{
	Relation	catalog = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	char	   *version = NULL;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ,
				CStringGetDatum(name));
	scan = systable_beginscan(catalog, ExtensionNameIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, Anum_pg_extension_extversion,
										 RelationGetDescr(catalog), &isnull);

		*oid = ((Form_pg_extension) GETSTRUCT(tuple))->oid;
		version = isnull ? pstrdup("") : TextDatumGetCString(value);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return version;
}

/* The versions that are served, as an error names them. */
static char *
version_list(const Served *extension)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < SERVED_MAX && extension->versions[i]; i++)
		appendStringInfo(&list, "%s%s", i ? ", " : "", extension->versions[i]);
	return list.data;
}

/* What is to be done about a version that is not served. */
static int
remedy(const Served *extension, const char *version)
{
	if (!is_later(version, newest_version(extension)))
		return RecoveryInProgress() ?
			errhint("Run ALTER EXTENSION %s UPDATE on the primary.", extension->name) :
			errhint("Run ALTER EXTENSION %s UPDATE.", extension->name);
	if (preloaded)
		return errhint("Install the library that comes with version %s, and restart the server, which has the library preloaded.",
					   version);
	return errhint("Install the library that comes with version %s, and start a new session.",
				   version);
}

/* Has all versions looked up again. */
static void
forget_checked(Datum arg, LfdwCacheId cacheid, uint32 hashvalue)
{
	memset(checked, 0, sizeof(checked));
	nchanges++;
}

/* Has changes of the catalogs announced from now on. */
static void
register_callback(void)
{
	static bool registered = false;

	if (registered)
		return;
	CacheRegisterSyscacheCallback(LFDW_EXTENSION_CACHE, forget_checked, (Datum) 0);
	registered = true;
}

/*
 * Raises 55000 where the SQL of an extension, as this database has it, is of a version
 * that this library does not serve; the error names both and says what to do.
 *
 * The scripts of the extension itself, which may come through such versions, and
 * pg_upgrade, which restores the old version's SQL, are left alone.  Needs a
 * transaction.  Where the version was found to be served it reads nothing until the
 * catalogs change.
 */
void
lfdw_extension_check(LfdwExtension extension)
{
	const Served *own = &served[extension];
	Oid			oid = InvalidOid;
	uint64		before = nchanges;
	char	   *version;

	if (checked[extension] || IsBinaryUpgrade)
		return;
	register_callback();
	version = installed_version(own->name, &oid);
	if (version == NULL || is_served(own, version))
	{
		/* a change that was announced while it was read may be of this */
		checked[extension] = nchanges == before;
		return;
	}
	if (creating_extension && CurrentExtensionObject == oid)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("extension \"%s\" is of version %s, which lambda_fdw's library %s does not serve",
					own->name, version, LFDW_VERSION),
	/* it may hold keys: user mappings, arguments of aws_s3 */
			 errhidestmt(true),
			 errdetail("The library serves version %s.", version_list(own)),
			 remedy(own, version)));
}

/*
 * Fills what is known of an extension in this database, palloc'd in the current
 * context.  Reads the catalog.
 */
void
lfdw_extension_read(LfdwExtension extension, LfdwExtensionState *state)
{
	Oid			oid;

	state->name = served[extension].name;
	state->newest = newest_version(&served[extension]);
	state->installed = installed_version(state->name, &oid);
	state->served = state->installed == NULL ||
		is_served(&served[extension], state->installed);
}
