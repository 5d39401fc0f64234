/*-------------------------------------------------------------------------
 *
 * value_set.c
 *		The values of a condition: of one type, none twice.
 *
 * Values are compared by the btree comparison of their type, which is the
 * equality and the order that the conditions mean.
 *
 * IDENTIFICATION
 *	  src/value_set.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "value_set.h"

/* One value and where it stood. */
typedef struct SortItem
{
	Datum		value;
	int			position;
} SortItem;

/* Is this one of the types that hold integers of any width? */
bool
lfdw_set_is_integer(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

/* A Datum of any integer type as a number. */
int64
lfdw_set_integer(Datum value, Oid type)
{
	return type == INT2OID ? DatumGetInt16(value) :
		type == INT4OID ? DatumGetInt32(value) : DatumGetInt64(value);
}

/* The order of two values of a set's type: below, at or above 0. */
int
lfdw_set_compare(const LfdwValueSet *set, Datum a, Datum b)
{
	return DatumGetInt32(FunctionCall2Coll(&set->type->cmp_proc_finfo,
										   set->collation, a, b));
}

/* Can the values of two sets be compared with each other? */
bool
lfdw_set_comparable(const LfdwValueSet *a, const LfdwValueSet *b)
{
	return a->type == b->type && a->collation == b->collation &&
		OidIsValid(a->type->cmp_proc_finfo.fn_oid);
}

static int
compare_items(const void *a, const void *b, void *arg)
{
	const SortItem *left = a;
	const SortItem *right = b;
	int			order = lfdw_set_compare(arg, left->value, right->value);

	return order != 0 ? order : left->position - right->position;
}

/* The values sorted, each with its position. */
static SortItem *
sort_values(const LfdwValueSet *set)
{
	SortItem   *items = palloc_extended(sizeof(SortItem) * (set->nvalues + 1),
										MCXT_ALLOC_HUGE);

	for (int i = 0; i < set->nvalues; i++)
	{
		items[i].value = set->values[i];
		items[i].position = i;
	}
	qsort_arg(items, set->nvalues, sizeof(SortItem), compare_items,
			  unconstify(LfdwValueSet *, set));
	return items;
}

/* Keeps the values of a set that are marked, in their order. */
static void
keep_marked(LfdwValueSet *set, const bool *keep)
{
	int			kept = 0;

	for (int i = 0; i < set->nvalues; i++)
	{
		if (!keep[i])
			continue;
		set->values[kept] = set->values[i];
		if (set->json)
			set->json[kept] = set->json[i];
		kept++;
	}
	set->nvalues = kept;
}

/* Keeps the first of equal values. */
void
lfdw_set_remove_duplicates(LfdwValueSet *set)
{
	SortItem   *items;
	bool	   *keep;

	if (set->nvalues < 2)
		return;
	items = sort_values(set);
	keep = palloc(set->nvalues);
	for (int i = 0; i < set->nvalues; i++)
		keep[items[i].position] = i == 0 ||
			lfdw_set_compare(set, items[i - 1].value, items[i].value) != 0;
	keep_marked(set, keep);
}

/* Sorts the values, for lfdw_set_find and parts that can be told apart. */
void
lfdw_set_sort(LfdwValueSet *set)
{
	SortItem   *items = sort_values(set);
	LfdwValueSet old = lfdw_set_copy(set);

	for (int i = 0; i < set->nvalues; i++)
	{
		set->values[i] = items[i].value;
		if (set->json)
			set->json[i] = old.json[items[i].position];
	}
}

/* Where a value is in a sorted set, or -1. */
int
lfdw_set_find(const LfdwValueSet *set, Datum value)
{
	int			low = 0;
	int			high = set->nvalues;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = lfdw_set_compare(set, value, set->values[middle]);

		if (order == 0)
			return middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

/*
 * Keeps the values that the other set has too; or, if with is false, those
 * that it has not.
 */
void
lfdw_set_intersect(LfdwValueSet *set, const LfdwValueSet *other, bool with)
{
	LfdwValueSet sorted = lfdw_set_copy(other);
	bool	   *keep = palloc(set->nvalues + 1);

	lfdw_set_sort(&sorted);
	for (int i = 0; i < set->nvalues; i++)
		keep[i] = (lfdw_set_find(&sorted, set->values[i]) >= 0) == with;
	keep_marked(set, keep);
}

/* Keeps the values whose order against a bound is of the kind kept. */
void
lfdw_set_filter(LfdwValueSet *set, Datum bound, LfdwKeep keep)
{
	bool	   *marks = palloc(set->nvalues + 1);

	for (int i = 0; i < set->nvalues; i++)
		marks[i] = keep(lfdw_set_compare(set, set->values[i], bound));
	keep_marked(set, marks);
}

/* The smallest and largest value of an integer type. */
static void
integer_bounds(Oid type, int64 *min, int64 *max)
{
	*min = type == INT2OID ? PG_INT16_MIN : type == INT4OID ? PG_INT32_MIN : PG_INT64_MIN;
	*max = type == INT2OID ? PG_INT16_MAX : type == INT4OID ? PG_INT32_MAX : PG_INT64_MAX;
}

/*
 * Turns integers of any width into bigint, so that all conditions of a column
 * compare alike, and drops those that the column's type cannot hold.  Returns
 * on which side the last of those was: -1 below, 1 above, 0 for none.
 */
int
lfdw_set_widen_integers(LfdwValueSet *set, Oid type, Oid column_type)
{
	bool	   *keep = palloc(set->nvalues + 1);
	int			side = 0;
	int64		min;
	int64		max;

	integer_bounds(column_type, &min, &max);
	for (int i = 0; i < set->nvalues; i++)
	{
		int64		value = lfdw_set_integer(set->values[i], type);

		keep[i] = value >= min && value <= max;
		if (!keep[i])
			side = value < min ? -1 : 1;
		set->values[i] = Int64GetDatum(value);
	}
	keep_marked(set, keep);
	return side;
}

/* Takes the elements that are not NULL out of an array of this type. */
void
lfdw_set_take_array(LfdwValueSet *set, Oid type, Datum array, bool *has_null)
{
	int16		typlen;
	bool		typbyval;
	char		typalign;
	bool	   *nulls;
	bool	   *keep;

	get_typlenbyvalalign(type, &typlen, &typbyval, &typalign);
	deconstruct_array(DatumGetArrayTypePCopy(array), type, typlen, typbyval,
					  typalign, &set->values, &nulls, &set->nvalues);
	*has_null = false;
	keep = palloc(set->nvalues + 1);
	for (int i = 0; i < set->nvalues; i++)
	{
		keep[i] = !nulls[i];
		*has_null |= nulls[i];
	}
	keep_marked(set, keep);
}

/* A copy that can lose values of its own; palloc'd in the current context. */
LfdwValueSet
lfdw_set_copy(const LfdwValueSet *set)
{
	LfdwValueSet copy = *set;

	copy.values = palloc_extended(sizeof(Datum) * (set->nvalues + 1), MCXT_ALLOC_HUGE);
	memcpy(copy.values, set->values, sizeof(Datum) * set->nvalues);
	if (set->json)
	{
		copy.json = palloc_extended(sizeof(char *) * (set->nvalues + 1), MCXT_ALLOC_HUGE);
		memcpy(copy.json, set->json, sizeof(char *) * set->nvalues);
	}
	return copy;
}

/* The values as a JSON array, palloc'd in the current context. */
char *
lfdw_set_list(const LfdwValueSet *set)
{
	return set->placeholder ? set->placeholder :
		lfdw_set_part(set, 0, set->nvalues);
}

/* Some of the values as a JSON array, palloc'd in the current context. */
char *
lfdw_set_part(const LfdwValueSet *set, int first, int count)
{
	StringInfoData list;

	initStringInfo(&list);
	appendStringInfoChar(&list, '[');
	for (int i = first; i < first + count; i++)
	{
		if (i > first)
			appendStringInfoChar(&list, ',');
		appendStringInfoString(&list, set->json[i]);
	}
	appendStringInfoChar(&list, ']');
	return list.data;
}
