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

#include "common/hashfn.h"
#include "utils/datum.h"
#include "utils/memutils.h"

#include "join/join_internal.h"

/* Room for keys that a table begins with, at least and at most. */
#define FIRST_ROOM 64
#define FIRST_ROOM_MAX (256 * 1024)

/* A hash of the bits of a Datum: the finalizer of MurmurHash3. */
static inline uint32
hash_bits(uint64 bits)
{
	bits = (bits ^ (bits >> 33)) * UINT64CONST(0xff51afd7ed558ccd);
	bits = (bits ^ (bits >> 33)) * UINT64CONST(0xc4ceb9fe1a85ec53);
	return (uint32) (bits ^ (bits >> 33));
}

static uint32
hash_key(const LfdwKeyType *type, const LfdwKey *key)
{
	uint32		hash = 0;

	for (int i = 0; i < type->ncolumns; i++)
	{
		const LfdwKeyColumn *column = &type->columns[i];

		hash = hash_combine(hash, column->by_bits ? hash_bits(key->values[i]) :
							DatumGetUInt32(FunctionCall1Coll(&column->type->hash_proc_finfo,
															 column->collation,
															 key->values[i])));
	}
	return hash;
}

static bool
keys_equal(const LfdwKeyType *type, const LfdwKey *a, const LfdwKey *b)
{
	for (int i = 0; i < type->ncolumns; i++)
	{
		const LfdwKeyColumn *column = &type->columns[i];

		if (column->by_bits ? a->values[i] != b->values[i] :
			!DatumGetBool(FunctionCall2Coll(&column->type->eq_opr_finfo,
											column->collation,
											a->values[i], b->values[i])))
			return false;
	}
	return true;
}

/* Are two keys the same to the byte, and so sent alike? */
static bool
keys_identical(const LfdwKeyType *type, const LfdwKey *a, const LfdwKey *b)
{
	for (int i = 0; i < type->ncolumns; i++)
	{
		const TypeCacheEntry *column = type->columns[i].type;

		if (!datum_image_eq(a->values[i], b->values[i], column->typbyval,
							column->typlen))
			return false;
	}
	return true;
}

static Size
key_size(const LfdwKeyType *type)
{
	return offsetof(LfdwKey, values) + sizeof(Datum) * type->ncolumns;
}

/*
 * Makes a copy of one key, without those that equal it; its values are in the current
 * context.
 */
static void
copy_key(const LfdwKeyType *type, LfdwKey *copy, const LfdwKey *key)
{
	copy->next = NULL;
	for (int i = 0; i < type->ncolumns; i++)
	{
		const TypeCacheEntry *column = type->columns[i].type;

		copy->values[i] = datumCopy(key->values[i], column->typbyval,
									column->typlen);
	}
}

/*
 * A row with room for a key behind it, in the current context: whoever looks a key up
 * goes on to its row, so both are to be in one place.
 */
static void *
make_row(const LfdwKeyType *type, Size size, LfdwKey **key)
{
	char	   *row = palloc(MAXALIGN(size) + key_size(type));

	*key = (LfdwKey *) (row + MAXALIGN(size));
	return row;
}

#define SH_PREFIX lfdw_keytab
#define SH_ELEMENT_TYPE LfdwKeyEntry
#define SH_KEY_TYPE LfdwKey *
#define SH_KEY key
#define SH_HASH_KEY(tb, key) hash_key((tb)->private_data, key)
#define SH_EQUAL(tb, a, b) keys_equal((tb)->private_data, a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, entry) (entry)->hash
#define SH_SCOPE extern
#define SH_DEFINE
#include "lib/simplehash.h"

/*
 * For how many keys of a batch there is room before its table grows.  The table is up
 * to twice as large, and it and the rows are to have half the memory each.
 */
static uint32
first_room(const LfdwJoinState *state)
{
	double		rows = Min(state->outer->plan->plan_rows, state->batch_keys);
	Size		most = Min(state->max_bytes / (4 * sizeof(LfdwKeyEntry)), FIRST_ROOM_MAX);

	return Max(Min(rows, most), FIRST_ROOM);
}

/* Begins an empty batch. */
void
lfdw_join_batch_reset(LfdwJoinState *state)
{
	MemoryContextReset(state->batch_context);
	state->keys = lfdw_keytab_create(state->batch_context, first_room(state),
									 &state->key_type);
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

/*
 * The entry of a key with this hash, made if there is none, with a copy of the key in
 * the room given, or in the current context for NULL.
 */
static LfdwKeyEntry *
insert_key(lfdw_keytab_hash * table, const LfdwKeyType *type, LfdwKey *key,
		   uint32 hash, LfdwKey *room)
{
	bool		found;
	LfdwKeyEntry *entry = lfdw_keytab_insert_hash(table, key, hash, &found);

	if (!found)
	{
		entry->key = room ? room : palloc(key_size(type));
		copy_key(type, entry->key, key);
		entry->recalled = false;
		entry->rows = NULL;
		entry->answer = NULL;
	}
	return entry;
}

/* Is a key among keys that equal it as it is? */
static bool
has_spelling(const LfdwKeyType *type, const LfdwKey *keys, const LfdwKey *key)
{
	for (; keys; keys = keys->next)
	{
		if (keys_identical(type, keys, key))
			return true;
	}
	return false;
}

/* Are keys all among others? */
static bool
has_spellings(const LfdwKeyType *type, const LfdwKey *keys,
			  const LfdwKey *others)
{
	for (; others; others = others->next)
	{
		if (!has_spelling(type, keys, others))
			return false;
	}
	return true;
}

/* Adds a copy of a key, in the room given, behind the first of those that equal it. */
static void
add_spelling(const LfdwKeyType *type, LfdwKey *keys, const LfdwKey *key,
			 LfdwKey *room)
{
	copy_key(type, room, key);
	room->next = keys->next;
	keys->next = room;
}

/*
 * Adds an outer row to the batch, under the key that was evaluated; one without a
 * key can match nothing.
 */
void
lfdw_join_batch_add(LfdwJoinState *state, TupleTableSlot *slot, bool has_key)
{
	const LfdwKeyType *type = &state->key_type;
	MemoryContext old = MemoryContextSwitchTo(state->batch_context);
	LfdwKey    *room;
	LfdwOuterRow *row = make_row(type, sizeof(LfdwOuterRow), &room);

	memset(row, 0, sizeof(LfdwOuterRow));
	row->tuple = ExecCopySlotMinimalTuple(slot);
	*state->last = row;
	state->last = &row->next;
	if (has_key)
	{
		LfdwKeyEntry *entry = insert_key(state->keys, type, state->key,
										 hash_key(type, state->key), room);

		row->next_of_key = entry->rows;
		entry->rows = row;
		if (entry->key != room && !has_spelling(type, entry->key, state->key))
		{
			add_spelling(type, entry->key, state->key, room);
			state->nspellings++;
		}
	}
	MemoryContextSwitchTo(old);
}

/*
 * Has the batch as many keys, or as much memory, as it may have?  Not without a row,
 * which would be taken for the end.
 */
bool
lfdw_join_batch_is_full(const LfdwJoinState *state)
{
	return state->rows != NULL &&
		((int) state->keys->members >= state->batch_keys ||
		 MemoryContextMemAllocated(state->batch_context, true) > state->max_bytes);
}

/*
 * Finds what is remembered of a batch's key; true if that is the whole answer to all
 * of its spellings.  What there is of another answer, one that an earlier batch did
 * not read to the end included, is dropped: all of it comes again.
 */
static bool
recall_key(LfdwJoinState *state, LfdwKeyEntry *entry)
{
	LfdwKeyEntry *known = state->memory->members == 0 ? NULL :
	lfdw_keytab_lookup_hash(state->memory, entry->key, entry->hash);

	if (known == NULL)
		return false;
	entry->answer = known->answer;
	if (known->answer->complete &&
		has_spellings(&state->key_type, known->answer->keys, entry->key))
		return true;
	known->answer->complete = false;
	known->answer->rows = NULL;
	return false;
}

/*
 * Collects the batch's keys whose answer is not remembered, for the scan.  Returns
 * how many there are, those that equal each other once; with none the scan need
 * not run.
 */
int
lfdw_join_batch_make_bound(LfdwJoinState *state)
{
	int			ncolumns = state->key_type.ncolumns;
	Size		most = (Size) state->keys->members + state->nspellings;
	Datum	   *values = MemoryContextAllocExtended(state->batch_context,
													sizeof(Datum) * (most * ncolumns + 1),
													MCXT_ALLOC_HUGE);
	lfdw_keytab_iterator iterator;
	LfdwKeyEntry *entry;
	int			ntuples = 0;
	int			nkeys = 0;

	lfdw_keytab_start_iterate(state->keys, &iterator);
	while ((entry = lfdw_keytab_iterate(state->keys, &iterator)) != NULL)
	{
		entry->recalled = recall_key(state, entry);
		if (entry->recalled)
			continue;
		nkeys++;
		for (const LfdwKey *key = entry->key; key; key = key->next)
			memcpy(values + (Size) ntuples++ * ncolumns, key->values,
				   sizeof(Datum) * ncolumns);
	}
	state->bound.ntuples = ntuples;
	state->bound.values = values;
	state->bound.more_follow = !state->outer_done;
	return nkeys;
}

/* Will somebody ask for what is remembered now, and is there room for it? */
static bool
may_remember(const LfdwJoinState *state)
{
	return state->remembers &&
		MemoryContextMemAllocated(state->memory_context, true) < state->max_memory;
}

/*
 * Gives a key of the batch an answer to remember, without rows yet, in the current
 * context.
 */
static void
make_answer(LfdwJoinState *state, LfdwKeyEntry *entry, LfdwKey *key, LfdwKey *room)
{
	LfdwKeyEntry *known = insert_key(state->memory, &state->key_type, key,
									 entry->hash, room);

	known->answer = palloc0(sizeof(LfdwAnswer));
	known->answer->keys = known->key;
	entry->answer = known->answer;
}

/*
 * Remembers a row of the key that was asked for and evaluated, if there is use and room.
 */
void
lfdw_join_batch_remember(LfdwJoinState *state, TupleTableSlot *slot)
{
	LfdwKeyEntry *entry = state->entry;
	MemoryContext old;
	LfdwKey    *room;
	LfdwInnerRow *row;

	if (!may_remember(state))
		return;
	old = MemoryContextSwitchTo(state->memory_context);
	row = make_row(&state->key_type, sizeof(LfdwInnerRow), &room);
	if (entry->answer == NULL)
		make_answer(state, entry, state->key, room);
	row->tuple = ExecCopySlotMinimalTuple(slot);
	row->next = entry->answer->rows;
	entry->answer->rows = row;
	MemoryContextSwitchTo(old);
}

/*
 * Makes the keys of an answer those that were asked for.  The one it has may be a
 * row's, or an earlier batch's, that equals them.
 */
static void
take_spellings(const LfdwKeyType *type, LfdwAnswer *answer, const LfdwKey *key)
{
	if (!keys_identical(type, answer->keys, key))
	{
		answer->keys = palloc(key_size(type));
		copy_key(type, answer->keys, key);
	}
	answer->keys->next = NULL;
	for (key = key->next; key; key = key->next)
		add_spelling(type, answer->keys, key, palloc(key_size(type)));
}

/*
 * After the last row: what was remembered of the keys asked for is all there is
 * of them, unless there was no room, or no need.
 */
void
lfdw_join_batch_complete(LfdwJoinState *state)
{
	MemoryContext old = MemoryContextSwitchTo(state->memory_context);
	lfdw_keytab_iterator iterator;
	LfdwKeyEntry *entry;

	lfdw_keytab_start_iterate(state->keys, &iterator);
	while ((entry = lfdw_keytab_iterate(state->keys, &iterator)) != NULL &&
		   may_remember(state))
	{
		if (entry->recalled)
			continue;
		if (entry->answer == NULL)
			make_answer(state, entry, entry->key, NULL);
		entry->answer->complete = true;
		take_spellings(&state->key_type, entry->answer, entry->key);
	}
	MemoryContextSwitchTo(old);
}
