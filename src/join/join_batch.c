/*-------------------------------------------------------------------------
 *
 * join_batch.c
 *		A batch of a bind join: its outer rows by key, and answers remembered.
 *
 * IDENTIFICATION
 *	  src/join/join_batch.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/datum.h"
#include "utils/memutils.h"

#include "join/join_internal.h"

/* A batch begins with room for so many keys. */
#define FIRST_ROOM 64

static uint32
hash_key(const LfdwKeyType *type, Datum key)
{
	return DatumGetUInt32(FunctionCall1Coll(&type->type->hash_proc_finfo,
											type->collation, key));
}

static bool
keys_equal(const LfdwKeyType *type, Datum a, Datum b)
{
	return DatumGetBool(FunctionCall2Coll(&type->type->eq_opr_finfo,
										  type->collation, a, b));
}

#define SH_PREFIX lfdw_keytab
#define SH_ELEMENT_TYPE LfdwKeyEntry
#define SH_KEY_TYPE Datum
#define SH_KEY key
#define SH_HASH_KEY(tb, key) hash_key((tb)->private_data, key)
#define SH_EQUAL(tb, a, b) keys_equal((tb)->private_data, a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, entry) (entry)->hash
#define SH_SCOPE extern
#define SH_DEFINE
#include "lib/simplehash.h"

/* Begins an empty batch. */
void
lfdw_join_batch_reset(LfdwJoinState *state)
{
	MemoryContextReset(state->batch_context);
	state->keys = lfdw_keytab_create(state->batch_context, FIRST_ROOM, &state->key_type);
	state->nspellings = 0;
	state->rows = NULL;
	state->last = &state->rows;
	state->phase = LFDW_JOIN_READ;
	state->entry = NULL;
	state->row = NULL;
	state->answer = NULL;
}

/* Forgets the answers of earlier batches. */
void
lfdw_join_batch_forget(LfdwJoinState *state)
{
	MemoryContextReset(state->memory_context);
	state->memory = lfdw_keytab_create(state->memory_context, FIRST_ROOM,
									   &state->key_type);
}

/* The entry of a key, made if there is none, with a copy of the key. */
static LfdwKeyEntry *
insert_key(lfdw_keytab_hash * table, MemoryContext context, const LfdwKeyType *type,
		   Datum key)
{
	bool		found;
	LfdwKeyEntry *entry = lfdw_keytab_insert(table, key, &found);

	if (!found)
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		entry->key = datumCopy(key, type->type->typbyval, type->type->typlen);
		entry->spellings = NULL;
		entry->complete = false;
		entry->rows = NULL;
		entry->answer = NULL;
		entry->remembered = NULL;
		MemoryContextSwitchTo(old);
	}
	return entry;
}

/* Has an entry a key just as this one is? */
static bool
has_spelling(const LfdwKeyEntry *entry, const LfdwKeyType *type, Datum key)
{
	bool		byval = type->type->typbyval;
	int			length = type->type->typlen;

	if (datum_image_eq(entry->key, key, byval, length))
		return true;
	for (LfdwSpelling *other = entry->spellings; other; other = other->next)
	{
		if (datum_image_eq(other->key, key, byval, length))
			return true;
	}
	return false;
}

/* Has an entry every spelling that another has? */
static bool
has_spellings(const LfdwKeyEntry *entry, const LfdwKeyType *type,
			  const LfdwKeyEntry *other)
{
	if (!has_spelling(entry, type, other->key))
		return false;
	for (LfdwSpelling *spelling = other->spellings; spelling; spelling = spelling->next)
	{
		if (!has_spelling(entry, type, spelling->key))
			return false;
	}
	return true;
}

/* Adds a spelling to an entry in a context; returns whether it was new. */
static bool
add_spelling(LfdwKeyEntry *entry, MemoryContext context,
			 const LfdwKeyType *type, Datum key)
{
	MemoryContext old;
	LfdwSpelling *spelling;

	if (has_spelling(entry, type, key))
		return false;
	old = MemoryContextSwitchTo(context);
	spelling = palloc(sizeof(LfdwSpelling));
	spelling->key = datumCopy(key, type->type->typbyval, type->type->typlen);
	spelling->next = entry->spellings;
	entry->spellings = spelling;
	MemoryContextSwitchTo(old);
	return true;
}

/* Adds an outer row to the batch; one without a key can match nothing. */
void
lfdw_join_batch_add(LfdwJoinState *state, TupleTableSlot *slot, Datum key,
					bool isnull)
{
	MemoryContext old = MemoryContextSwitchTo(state->batch_context);
	LfdwOuterRow *row = palloc0(sizeof(LfdwOuterRow));

	row->tuple = ExecCopySlotMinimalTuple(slot);
	*state->last = row;
	state->last = &row->next;
	if (!isnull)
	{
		LfdwKeyEntry *entry = insert_key(state->keys, state->batch_context,
										 &state->key_type, key);

		row->next_of_key = entry->rows;
		entry->rows = row;
		if (add_spelling(entry, state->batch_context, &state->key_type, key))
			state->nspellings++;
	}
	MemoryContextSwitchTo(old);
}

/* Has the batch as many keys, or as much memory, as it may have? */
bool
lfdw_join_batch_is_full(const LfdwJoinState *state)
{
	return (int) state->keys->members >= state->batch_keys ||
		MemoryContextMemAllocated(state->batch_context, true) > state->max_bytes;
}

/*
 * The remembered entry of a batch's key, if it has the whole answer to all of its
 * spellings; else NULL.  What there is of another answer, one that an earlier batch
 * did not read to the end included, is dropped: all of it comes again.
 */
static LfdwKeyEntry *
recall_key(LfdwJoinState *state, const LfdwKeyEntry *entry)
{
	LfdwKeyEntry *known = lfdw_keytab_lookup(state->memory, entry->key);

	if (known && known->complete &&
		has_spellings(known, &state->key_type, entry))
		return known;
	if (known)
	{
		known->complete = false;
		known->answer = NULL;
	}
	return NULL;
}

/*
 * Collects the batch's keys whose answer is not remembered.  Returns
 * how many there are; with none the scan need not run.
 */
int
lfdw_join_batch_make_bound(LfdwJoinState *state)
{
	MemoryContext old = MemoryContextSwitchTo(state->batch_context);
	Datum	   *values = palloc_extended(sizeof(Datum) * ((Size) state->keys->members +
														  state->nspellings + 1),
										 MCXT_ALLOC_HUGE);
	lfdw_keytab_iterator iterator;
	LfdwKeyEntry *entry;
	int			nvalues = 0;
	int			nkeys = 0;

	lfdw_keytab_start_iterate(state->keys, &iterator);
	while ((entry = lfdw_keytab_iterate(state->keys, &iterator)) != NULL)
	{
		entry->remembered = recall_key(state, entry);
		if (entry->remembered)
			continue;
		nkeys++;
		values[nvalues++] = entry->key;
		for (LfdwSpelling *other = entry->spellings; other; other = other->next)
			values[nvalues++] = other->key;
	}
	state->bound.ntuples = nvalues;
	state->bound.values = values;
	MemoryContextSwitchTo(old);
	return nkeys;
}

/* Is there room to remember more? */
static bool
has_room(const LfdwJoinState *state)
{
	return MemoryContextMemAllocated(state->memory_context, true) <
		state->max_memory;
}

/* Remembers a row of a key that was asked for, if there is room. */
void
lfdw_join_batch_remember(LfdwJoinState *state, Datum key, TupleTableSlot *slot)
{
	MemoryContext old;
	LfdwKeyEntry *entry;
	LfdwInnerRow *row;

	if (!has_room(state))
		return;
	old = MemoryContextSwitchTo(state->memory_context);
	entry = insert_key(state->memory, state->memory_context, &state->key_type,
					   key);
	row = palloc(sizeof(LfdwInnerRow));
	row->tuple = ExecCopySlotMinimalTuple(slot);
	row->next = entry->answer;
	entry->answer = row;
	MemoryContextSwitchTo(old);
}

/*
 * After the last row: what was remembered of the keys asked for is all there is
 * of them, unless there was no room.
 */
void
lfdw_join_batch_complete(LfdwJoinState *state)
{
	lfdw_keytab_iterator iterator;
	LfdwKeyEntry *entry;
	const TypeCacheEntry *type = state->key_type.type;

	lfdw_keytab_start_iterate(state->keys, &iterator);
	while ((entry = lfdw_keytab_iterate(state->keys, &iterator)) != NULL)
	{
		LfdwKeyEntry *known;
		MemoryContext old;

		if (!has_room(state))
			return;
		if (entry->remembered)
			continue;
		known = insert_key(state->memory, state->memory_context,
						   &state->key_type, entry->key);
		known->complete = true;
		/* an earlier batch may have asked by another spelling */
		old = MemoryContextSwitchTo(state->memory_context);
		known->key = datumCopy(entry->key, type->typbyval, type->typlen);
		MemoryContextSwitchTo(old);
		known->spellings = NULL;
		for (LfdwSpelling *other = entry->spellings; other; other = other->next)
			(void) add_spelling(known, state->memory_context,
								&state->key_type, other->key);
	}
}
