/*-------------------------------------------------------------------------
 *
 * declaration.c
 *		Checks that a column's operators fit its type when it is declared.
 *
 * The validator sees a column's options and not its type.  The hook for changed
 * objects sees both: core calls it for each column that gets options, in CREATE
 * and ALTER alike, and for each whose type changes.  The library is there by then,
 * since the validator is in it; where only the type changes it may not be, and
 * the next query finds out (table.c).
 *
 * IDENTIFICATION
 *	  src/options/declaration.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "options/declaration.h"
#include "options/foreign_object.h"
#include "options/option.h"
#include "options/shippable.h"

static object_access_hook_type previous_hook = NULL;

/* Checks a row of pg_attribute as it is now. */
static void
check_attribute(Oid relid, HeapTuple tuple, TupleDesc desc)
{
	Form_pg_attribute att = (Form_pg_attribute) GETSTRUCT(tuple);
	bool		isnull;
	Datum		options = heap_getattr(tuple, Anum_pg_attribute_attfdwoptions,
									   desc, &isnull);

	if (isnull || att->attisdropped || !lfdw_foreign_table_is_ours(relid))
		return;
	lfdw_shippable_check(NameStr(att->attname), get_rel_name(relid),
						 att->atttypid, lfdw_option_pushdown(options));
}

/* The catalog's caches do not show what this command has changed yet. */
static void
check_column(Oid relid, AttrNumber attnum)
{
	Relation	catalog = table_open(AttributeRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&keys[0], Anum_pg_attribute_attrelid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(relid));
	ScanKeyInit(&keys[1], Anum_pg_attribute_attnum, BTEqualStrategyNumber,
				F_INT2EQ, Int16GetDatum(attnum));
	scan = systable_beginscan(catalog, AttributeRelidNumIndexId, true,
							  SnapshotSelf, 2, keys);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		check_attribute(relid, tuple, RelationGetDescr(catalog));
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
}

static void
check_access(ObjectAccessType access, Oid classId, Oid objectId, int subId,
			 void *arg)
{
	if (previous_hook)
		previous_hook(access, classId, objectId, subId, arg);
	if (access == OAT_POST_ALTER && classId == RelationRelationId && subId > 0 &&
		get_rel_relkind(objectId) == RELKIND_FOREIGN_TABLE)
		check_column(objectId, subId);
}

/* Installs the hook, before any that is there already. */
void
lfdw_declaration_install(void)
{
	previous_hook = object_access_hook;
	object_access_hook = check_access;
}
