/*-------------------------------------------------------------------------
 *
 * table_cache.c
 *		The foreign tables of a session, as the catalogs have them.
 *
 * A query needs a table when it is planned and when it runs, and so does the next
 * one: what the options say is worked out once, and kept until a catalog that it
 * was read from changes, or as many others as are kept were used since.  Whoever uses
 * a table then goes on with what it was.
 *
 * IDENTIFICATION
 *	  src/options/table_cache.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/ilist.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "options/foreign_object.h"
#include "options/table.h"
#include "options/table_internal.h"
#include "pg/extension.h"
#include "pg/owner.h"

/* So many tables are kept; each takes some 20 kB. */
#define KEPT_MAX 256

/* A table that is kept, or was and is still used. */
typedef struct KeptTable
{
	dlist_node	node;			/* among those kept */
	Oid			relid;
	MemoryContext context;		/* holds this, and all of the table */
	int			nusers;
	bool		kept;			/* by the cache */
	uint64		generation;		/* of servers and roles: see
								 * lfdw_foreign_generation */
	LfdwTable	table;
} KeptTable;

typedef struct CacheEntry
{
	Oid			relid;
	KeptTable  *kept;
} CacheEntry;

static HTAB *cache = NULL;

/*
 * Those kept, the last used first.  None is used that is older than the last change of
 * a server or role, so those that are older come last.
 */
static dlist_head kept_by_use = DLIST_STATIC_INIT(kept_by_use);

/* How many changes of relations have been announced. */
static uint64 nchanges = 0;

/* Frees a table that nobody needs.  Does not throw. */
static void
free_if_unused(KeptTable *kept)
{
	if (!kept->kept && kept->nusers == 0)
		MemoryContextDelete(kept->context);
}

/* Ends a use of a table; called where the user's memory ends. */
static void
end_use(void *arg)
{
	KeptTable  *kept = arg;

	kept->nusers--;
	free_if_unused(kept);
}

/* Keeps a table no longer.  Does not throw. */
static void
forget(KeptTable *kept)
{
	hash_search(cache, &kept->relid, HASH_REMOVE, NULL);
	dlist_delete(&kept->node);
	kept->kept = false;
	free_if_unused(kept);
}

/* Of those kept, the one that nobody has used for the longest time; NULL for none. */
static KeptTable *
last_kept(void)
{
	return dlist_is_empty(&kept_by_use) ? NULL :
		dlist_tail_element(KeptTable, node, &kept_by_use);
}

/* Keeps no table that is older than the last change of a server or role. */
static void
forget_outdated(void)
{
	uint64		generation = lfdw_foreign_generation();
	KeptTable  *last;

	while ((last = last_kept()) != NULL && last->generation != generation)
		forget(last);
}

/* A relation, or all if it is InvalidOid, may have changed. */
static void
forget_relation(Datum arg, Oid relid)
{
	CacheEntry *entry;
	KeptTable  *last;

	nchanges++;
	if (OidIsValid(relid))
	{
		entry = hash_search(cache, &relid, HASH_FIND, NULL);
		if (entry)
			forget(entry->kept);
		return;
	}
	while ((last = last_kept()) != NULL)
		forget(last);
}

/* Makes the cache on first use. */
static void
create_cache(void)
{
	HASHCTL		control = {
		.keysize = sizeof(Oid),
		.entrysize = sizeof(CacheEntry),
		.hcxt = CacheMemoryContext
	};

	if (cache)
		return;
	cache = hash_create("lambda_fdw tables", 64, &control,
						HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterRelcacheCallback(forget_relation, (Datum) 0);
}

/*
 * Makes a table of what the catalogs say, which nobody uses yet, and keeps it
 * unless they have changed meanwhile.
 */
static KeptTable *
make_table(Relation relation)
{
	uint64		before = nchanges;
	Oid			relid = RelationGetRelid(relation);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "lambda_fdw table",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	KeptTable  *kept = palloc0(sizeof(KeptTable));

	kept->relid = relid;
	kept->context = context;
	kept->generation = lfdw_foreign_generation();
	lfdw_table_make(&kept->table, relation);
	MemoryContextSwitchTo(old);
	if (nchanges != before || kept->generation != lfdw_foreign_generation())
		return kept;
	((CacheEntry *) hash_search(cache, &relid, HASH_ENTER, NULL))->kept = kept;
	kept->kept = true;
	dlist_push_head(&kept_by_use, &kept->node);
	MemoryContextSetParent(context, CacheMemoryContext);
	if (hash_get_num_entries(cache) > KEPT_MAX)
		forget(last_kept());
	return kept;
}

/*
 * A foreign table with its columns, the operators they declare and its function.
 *
 * Takes an open relation, of which it keeps nothing.  The result is palloc'd in the
 * current context and is the caller's to complete; what it points to is shared, and
 * lives as long as that context.  Needs no network.  Raises HV024 where options of
 * the table, its columns and its server contradict each other, and what
 * lfdw_extension_check does.
 */
LfdwTable *
lfdw_table_create(Relation relation)
{
	LfdwTable  *table = palloc(sizeof(LfdwTable));
	Oid			relid = RelationGetRelid(relation);
	CacheEntry *entry;
	KeptTable  *kept;

	lfdw_extension_check(LFDW_EXTENSION_LAMBDA_FDW);
	create_cache();
	forget_outdated();
	entry = hash_search(cache, &relid, HASH_FIND, NULL);
	kept = entry ? entry->kept : make_table(relation);
	if (entry)
		dlist_move_head(&kept_by_use, &kept->node);
	lfdw_owner_register(CurrentMemoryContext, end_use, kept);
	kept->nusers++;

	/* a context's children are deleted before end_use is called */
	if (!kept->kept)
		MemoryContextSetParent(kept->context, CacheMemoryContext);
	*table = kept->table;
	return table;
}
