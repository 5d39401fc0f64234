/*-------------------------------------------------------------------------
 *
 * key_list.c
 *		What a (re)scan asks, key by key.
 *
 * Where at most one of the equalities has several values, or they go as tuples, what a
 * scan asks is a list of keys, each of which could be asked for alone.  Which call
 * carries which of them does not matter then.
 *
 * IDENTIFICATION
 *	  src/pushdown/key_list.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "pushdown/key_list.h"

/* What stands for a key's values in a sample: any argument's form has it. */
#define SAMPLE_VALUE "0"

/*
 * Counts the keys.  False where the arguments are combinations of several lists; or
 * have values that are equal and sent differently, whose rows depend on what else is
 * asked with them.
 */
bool
lfdw_key_list_make(LfdwKeyList *list, const LfdwArguments *arguments)
{
	list->arguments = arguments;
	list->index = -1;
	list->nkeys = arguments->tuples ? arguments->tuples->ntuples : 1;
	for (int i = 0; i < arguments->nequalities; i++)
	{
		const LfdwEquality *equality = &arguments->equalities[i];

		if (lfdw_set_has_equals(&equality->set))
			return false;
		if (lfdw_equality_is_in_tuples(equality) || equality->set.nvalues == 1)
			continue;
		if (list->nkeys != 1 || list->index >= 0)
			return false;
		list->index = i;
	}
	if (list->index >= 0)
		list->nkeys = arguments->equalities[list->index].set.nvalues;
	return true;
}

/* The place of a key's value in the set of an equality. */
static int
place_of(const LfdwKeyList *list, int index, int64 key)
{
	const LfdwTuples *tuples = list->arguments->tuples;

	if (lfdw_equality_is_in_tuples(&list->arguments->equalities[index]))
		return lfdw_tuples_at(tuples, list->index < 0 ? key : 0)
			[lfdw_tuples_column(tuples, index)];
	return index == list->index ? key : 0;
}

/* Appends the values of a key, as JSON, each with a NUL behind it. */
void
lfdw_key_list_write(StringInfo out, const LfdwKeyList *list, int64 key)
{
	for (int i = 0; i < list->arguments->nequalities; i++)
	{
		const char *json =
		list->arguments->equalities[i].set.json[place_of(list, i, key)];

		appendBinaryStringInfo(out, json, strlen(json) + 1);
	}
}

/* The value that a key has of the equality at index, as its set holds it. */
Datum
lfdw_key_list_value(const LfdwKeyList *list, int index, int64 key)
{
	return list->arguments->equalities[index].set.values[place_of(list, index, key)];
}

/*
 * The key that a row of the table belongs to, or -1.  All of a key's values are looked
 * at: a row that has others, of a function that does not filter, is not the key's,
 * though the recheck of this scan would drop it; that of one for more keys would not.
 */
int64
lfdw_key_list_find(const LfdwKeyList *list, const TupleTableSlot *slot)
{
	const LfdwArguments *arguments = list->arguments;

	for (int i = 0; i < arguments->nequalities; i++)
	{
		if (i != list->index && !lfdw_equality_is_in_tuples(&arguments->equalities[i]) &&
			lfdw_part_number_of(arguments, i, slot) < 0)
			return -1;
	}
	/* beside a list there is one tuple */
	if (list->index >= 0 && arguments->tuples &&
		lfdw_part_number_of(arguments, -1, slot) < 0)
		return -1;
	return list->index < 0 && arguments->tuples == NULL ? 0 :
		lfdw_part_number_of(arguments, list->index, slot);
}

/* Which of the keys a part has: *count from *first on. */
void
lfdw_key_list_of_part(const LfdwKeyList *list, const LfdwPart *part, int64 *first,
					  int64 *count)
{
	*first = 0;
	*count = 1;
	if (list->index >= 0)
	{
		*first = part->first[list->index];
		*count = part->count[list->index];
	}
	else if (list->arguments->tuples)
	{
		*first = part->first_tuple;
		*count = part->ntuples;
	}
}

/* The values of a set at some of its places, indexed. */
static LfdwValueSet
pick_values(const LfdwValueSet *set, const int64 *places, int64 nplaces)
{
	LfdwValueSet picked = lfdw_set_copy(set);

	for (int64 i = 0; i < nplaces; i++)
	{
		picked.values[i] = set->values[places[i]];
		picked.json[i] = set->json[places[i]];
	}
	picked.nvalues = nplaces;
	lfdw_set_index(&picked);
	return picked;
}

/* Some of the tuples, in the same order. */
static LfdwTuples *
pick_tuples(const LfdwTuples *tuples, const int64 *numbers, int64 n)
{
	LfdwTuples *picked = palloc(sizeof(LfdwTuples));

	*picked = *tuples;
	picked->ntuples = n;
	picked->places = palloc_extended(sizeof(int) * (n * tuples->ncolumns + 1),
									 MCXT_ALLOC_HUGE);
	for (int64 i = 0; i < n; i++)
		memcpy(picked->places + i * tuples->ncolumns, lfdw_tuples_at(tuples, numbers[i]),
			   sizeof(int) * tuples->ncolumns);
	return picked;
}

/* A copy of the arguments that shares all but the array of equalities. */
static LfdwArguments *
copy_arguments(const LfdwArguments *arguments)
{
	LfdwArguments *copy = palloc(sizeof(LfdwArguments));
	Size		size = sizeof(LfdwEquality) * (arguments->nequalities + 1);

	*copy = *arguments;
	copy->equalities = palloc(size);
	memcpy(copy->equalities, arguments->equalities,
		   sizeof(LfdwEquality) * arguments->nequalities);
	return copy;
}

/*
 * The arguments that ask for some of the keys alone, at least one, in ascending order:
 * palloc'd, and sharing the rest with the list's.
 */
LfdwArguments *
lfdw_key_list_keep(const LfdwKeyList *list, const int64 *keys, int64 nkeys)
{
	LfdwArguments *kept = copy_arguments(list->arguments);

	if (list->index >= 0)
		kept->equalities[list->index].set =
			pick_values(&list->arguments->equalities[list->index].set, keys, nkeys);
	else if (list->arguments->tuples)
		kept->tuples = pick_tuples(list->arguments->tuples, keys, nkeys);
	return kept;
}

/*
 * The arguments of one key of which no value is said, the same for all of the list's
 * keys: for writing alone, palloc'd.
 */
LfdwArguments *
lfdw_key_list_sample(const LfdwKeyList *list)
{
	const int64 first = 0;
	LfdwArguments *sample = lfdw_key_list_keep(list, &first, 1);

	for (int i = 0; i < sample->nequalities; i++)
	{
		LfdwValueSet *set = &sample->equalities[i].set;

		set->json = palloc(sizeof(char *) * set->nvalues);
		for (int j = 0; j < set->nvalues; j++)
			set->json[j] = pstrdup(SAMPLE_VALUE);
	}
	return sample;
}
