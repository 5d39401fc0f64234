/*-------------------------------------------------------------------------
 *
 * value_set.c
 *		The values of a condition, of one type.
 *
 * Values are compared by the btree comparison of their type, which is the
 * equality and the order that the conditions mean.  They are the same where
 * what is sent for them is: a function may tell 1.0 from 1.00.
 *
 * Integers of any width are bigint from the moment they enter a set, so that
 * all conditions of a column compare, hash and copy alike.
 *
 * IDENTIFICATION
 *	  src/pushdown/value_set.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "pushdown/value_set.h"
#include "value/json_writer.h"

/* Is this one of the types that hold integers of any width? */
bool
lfdw_set_is_integer(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

/* The type as which values of a type are held: bigint for all integers. */
Oid
lfdw_set_type(Oid type)
{
	return lfdw_set_is_integer(type) ? INT8OID : type;
}

/*
 * A value of a type as a set holds it.  Where bigint is no Datum of its own, it
 * is palloc'd in the current context.
 */
Datum
lfdw_set_datum(Datum value, Oid type)
{
	switch (type)
	{
		case INT2OID:
			return Int64GetDatum(DatumGetInt16(value));
		case INT4OID:
			return Int64GetDatum(DatumGetInt32(value));
		default:
			return value;
	}
}

static inline int
compare_integers(int64 a, int64 b)
{
	return (a > b) - (a < b);
}

/*
 * The order of two values of a set's type: below, at or above 0.  Most keys are
 * integers, and there are many of them.
 */
int
lfdw_set_compare(const LfdwValueSet *set, Datum a, Datum b)
{
	if (set->type->type_id == INT8OID)
		return compare_integers(DatumGetInt64(a), DatumGetInt64(b));
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

/* Equal values keep the order that they were given in. */
static int
compare_places(const void *a, const void *b, void *arg)
{
	const LfdwValueSet *set = arg;
	int			left = *(const int *) a;
	int			right = *(const int *) b;
	int			order = lfdw_set_compare(set, set->values[left],
										 set->values[right]);

	return order != 0 ? order : left - right;
}

static int
compare_json(const void *a, const void *b, void *arg)
{
	const LfdwValueSet *set = arg;
	int			left = *(const int *) a;
	int			right = *(const int *) b;
	int			order = strcmp(set->json[left], set->json[right]);

	return order != 0 ? order : left - right;
}

/* By value before JSON, for values that are compared fast and often are sorted. */
static int
compare_both(const void *a, const void *b, void *arg)
{
	const LfdwValueSet *set = arg;
	int			order = lfdw_set_compare(set, set->values[*(const int *) a],
										 set->values[*(const int *) b]);

	return order != 0 ? order : compare_json(a, b, arg);
}

/* The places of the values, sorted; palloc'd in the current context. */
static int *
sort_places(const LfdwValueSet *set, qsort_arg_comparator compare)
{
	int		   *places = palloc_extended(sizeof(int) * (set->nvalues + 1),
										 MCXT_ALLOC_HUGE);

	for (int i = 0; i < set->nvalues; i++)
		places[i] = i;
	qsort_arg(places, set->nvalues, sizeof(int), compare,
			  unconstify(LfdwValueSet *, set));
	return places;
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
	set->sorted = NULL;
}

/* Marks for the values of a set, palloc'd in the current context. */
static bool *
make_marks(const LfdwValueSet *set)
{
	return palloc_extended(set->nvalues + 1, MCXT_ALLOC_HUGE);
}

/* Keeps the first of those values that are the same as JSON. */
void
lfdw_set_remove_duplicates(LfdwValueSet *set)
{
	int		   *places;
	bool	   *keep;

	if (set->nvalues < 2)
		return;
	places = sort_places(set, set->type->typbyval &&
						 OidIsValid(set->type->cmp_proc_finfo.fn_oid) ?
						 compare_both : compare_json);
	keep = make_marks(set);
	for (int i = 0; i < set->nvalues; i++)
		keep[places[i]] = i == 0 ||
			strcmp(set->json[places[i - 1]], set->json[places[i]]) != 0;
	keep_marked(set, keep);
	pfree(places);
	pfree(keep);
}

/*
 * Keeps the first of equal values, however they are sent: for a column whose rows
 * are those that it is asked for, each of them would have the same.
 */
void
lfdw_set_remove_equals(LfdwValueSet *set)
{
	int		   *places;
	bool	   *keep;

	if (set->nvalues < 2)
		return;
	places = sort_places(set, compare_places);
	keep = make_marks(set);
	for (int i = 0; i < set->nvalues; i++)
		keep[places[i]] = i == 0 ||
			lfdw_set_compare(set, set->values[places[i - 1]],
							 set->values[places[i]]) != 0;
	keep_marked(set, keep);
	pfree(places);
	pfree(keep);
}

#define ST_SORT sort_integers
#define ST_ELEMENT_TYPE Datum
#define ST_COMPARE(a, b) compare_integers((int64) *(a), (int64) *(b))
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* Sorts the values, before their JSON is made: the same ones are sent alike. */
void
lfdw_set_sort(LfdwValueSet *set)
{
	LfdwValueSet old;
	int		   *places;

	if (set->type->type_id == INT8OID && set->type->typbyval)
	{
		sort_integers(set->values, set->nvalues);
		return;
	}
	old = lfdw_set_copy(set);
	places = sort_places(set, compare_places);

	for (int i = 0; i < set->nvalues; i++)
		set->values[i] = old.values[places[i]];
	pfree(places);
}

/* Prepares a set for lfdw_set_find and lfdw_set_has_equals. */
void
lfdw_set_index(LfdwValueSet *set)
{
	set->sorted = sort_places(set, compare_places);
}

/*
 * How many values of an indexed set equal a value; the first of them stands at
 * sorted[*first], the others behind it.
 */
int
lfdw_set_find(const LfdwValueSet *set, Datum value, int *first)
{
	int			low = 0;
	int			high = set->nvalues;
	int			n = 0;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (lfdw_set_compare(set, set->values[set->sorted[middle]], value) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*first = low;
	while (low + n < set->nvalues &&
		   lfdw_set_compare(set, set->values[set->sorted[low + n]], value) == 0)
		n++;
	return n;
}

/* Are some values of an indexed set equal, though they are sent differently? */
bool
lfdw_set_has_equals(const LfdwValueSet *set)
{
	for (int i = 1; i < set->nvalues; i++)
	{
		if (lfdw_set_compare(set, set->values[set->sorted[i - 1]],
							 set->values[set->sorted[i]]) == 0)
			return true;
	}
	return false;
}

/*
 * Keeps the values that the other set has too; or, if with is false, those
 * that it has not.
 */
void
lfdw_set_intersect(LfdwValueSet *set, const LfdwValueSet *other, bool with)
{
	LfdwValueSet indexed = *other;
	bool	   *keep;
	int			first;

	if (set->unknown || other->unknown)
		return;
	keep = make_marks(set);
	lfdw_set_index(&indexed);
	for (int i = 0; i < set->nvalues; i++)
		keep[i] = (lfdw_set_find(&indexed, set->values[i], &first) > 0) == with;
	keep_marked(set, keep);
	pfree(indexed.sorted);
	pfree(keep);
}

/* Keeps the values that a comparison with a value of the same type keeps. */
void
lfdw_set_filter(LfdwValueSet *set, Datum value, const LfdwOperator *op)
{
	bool	   *keep = make_marks(set);

	for (int i = 0; i < set->nvalues; i++)
		keep[i] = lfdw_operator_keeps(op, lfdw_set_compare(set, set->values[i],
														   value));
	keep_marked(set, keep);
	pfree(keep);
}

/* The smallest and largest value of an integer type. */
static void
integer_bounds(Oid type, int64 *min, int64 *max)
{
	*min = type == INT2OID ? PG_INT16_MIN : type == INT4OID ? PG_INT32_MIN : PG_INT64_MIN;
	*max = type == INT2OID ? PG_INT16_MAX : type == INT4OID ? PG_INT32_MAX : PG_INT64_MAX;
}

/*
 * Drops the integers that the column's type cannot hold.  Returns on which side
 * the last of those was: -1 below, 1 above, 0 for none.
 */
int
lfdw_set_drop_outside(LfdwValueSet *set, Oid column_type)
{
	bool	   *keep = make_marks(set);
	int			side = 0;
	int64		min;
	int64		max;

	integer_bounds(column_type, &min, &max);
	for (int i = 0; i < set->nvalues; i++)
	{
		int64		value = DatumGetInt64(set->values[i]);

		keep[i] = value >= min && value <= max;
		if (!keep[i])
			side = value < min ? -1 : 1;
	}
	keep_marked(set, keep);
	pfree(keep);
	return side;
}

/* Takes one value of a type; it is copied. */
void
lfdw_set_take_value(LfdwValueSet *set, Oid type, Datum value)
{
	set->nvalues = 1;
	set->values = palloc(sizeof(Datum));
	set->values[0] = datumCopy(lfdw_set_datum(value, type),
							   set->type->typbyval, set->type->typlen);
}

/*
 * Takes the elements that are not NULL out of an array.  type is that of the
 * elements, or what a domain that they are of is based on.
 */
void
lfdw_set_take_array(LfdwValueSet *set, Oid type, Datum array, bool *has_null)
{
	ArrayType  *copy = DatumGetArrayTypePCopy(array);
	int16		typlen;
	bool		typbyval;
	char		typalign;
	bool	   *nulls;

	get_typlenbyvalalign(ARR_ELEMTYPE(copy), &typlen, &typbyval, &typalign);
	deconstruct_array(copy, ARR_ELEMTYPE(copy), typlen, typbyval, typalign,
					  &set->values, &nulls, &set->nvalues);
	*has_null = false;
	for (int i = 0; i < set->nvalues; i++)
	{
		*has_null |= nulls[i];
		if (!nulls[i])
			set->values[i] = lfdw_set_datum(set->values[i], type);
		nulls[i] = !nulls[i];
	}
	keep_marked(set, nulls);
}

/* A copy that can lose values of its own; palloc'd in the current context. */
LfdwValueSet
lfdw_set_copy(const LfdwValueSet *set)
{
	LfdwValueSet copy = *set;

	copy.sorted = NULL;
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
		lfdw_json_append_comma(&list);
		appendStringInfoString(&list, set->json[i]);
	}
	appendStringInfoChar(&list, ']');
	return list.data;
}
