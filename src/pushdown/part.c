/*-------------------------------------------------------------------------
 *
 * part.c
 *		Which values of the arguments each call carries.
 *
 * IDENTIFICATION
 *	  src/pushdown/part.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "pushdown/part.h"
#include "value/value.h"

/* A part with room for these arguments, palloc'd; all values are 0. */
static LfdwPart *
make_part(const LfdwArguments *arguments)
{
	LfdwPart   *part = palloc(sizeof(LfdwPart));

	part->first = palloc0(sizeof(int) * (arguments->nequalities + 1));
	part->count = palloc0(sizeof(int) * (arguments->nequalities + 1));
	return part;
}

/* How many values an argument's part has that begins at first. */
static int
part_size(const LfdwEquality *equality, int first, int max_values)
{
	if (equality->send_as == LFDW_SEND_EACH)
		return 1;
	return equality->send_as == LFDW_SEND_PARTS ?
		Min(equality->set.nvalues - first, max_values) : equality->set.nvalues;
}

/* The part of the first call, palloc'd in the current context. */
LfdwPart *
lfdw_part_first(const LfdwArguments *arguments, int max_values)
{
	LfdwPart   *part = make_part(arguments);

	for (int i = 0; i < arguments->nequalities; i++)
		part->count[i] = part_size(&arguments->equalities[i], 0, max_values);
	return part;
}

/* A copy of a part, palloc'd in the current context. */
LfdwPart *
lfdw_part_copy(const LfdwArguments *arguments, const LfdwPart *part)
{
	LfdwPart   *copy = make_part(arguments);

	memcpy(copy->first, part->first, sizeof(int) * arguments->nequalities);
	memcpy(copy->count, part->count, sizeof(int) * arguments->nequalities);
	return copy;
}

/* Counts on to the values of the next call; false after the last. */
bool
lfdw_part_next(const LfdwArguments *arguments, LfdwPart *part, int max_values)
{
	for (int i = 0; i < arguments->nequalities; i++)
	{
		const LfdwEquality *equality = &arguments->equalities[i];
		bool		more;

		part->first[i] += part->count[i];
		more = part->first[i] < equality->set.nvalues;
		if (!more)
			part->first[i] = 0;
		part->count[i] = part_size(equality, part->first[i], max_values);
		if (more)
			return true;
	}
	return false;
}

/*
 * Which of equal values that are sent differently a column's value belongs to:
 * the one that is sent as it is, or else the first.  first and count are
 * lfdw_set_find's.
 */
static int
choose_place(const LfdwEquality *equality, Datum value, int first, int count)
{
	const LfdwValueSet *set = &equality->set;
	int			nestlevel;
	StringInfoData json;

	if (count == 1)
		return set->sorted[first];
	initStringInfo(&json);
	nestlevel = lfdw_transmission_modes_begin_utc();
	(void) lfdw_value_to_json(&json, value, set->type->type_id,
							  equality->column->format);
	lfdw_transmission_modes_end(nestlevel);
	for (int i = first; i < first + count; i++)
	{
		if (strcmp(set->json[set->sorted[i]], json.data) == 0)
			return set->sorted[i];
	}
	return set->sorted[first];
}

/*
 * Is a column's value, not NULL and of the column's type, one of those that a
 * call's part carries in the argument at index?  Of several calls it is one's
 * alone.
 */
bool
lfdw_part_has(const LfdwArguments *arguments, int index, const LfdwPart *part,
			  Datum value)
{
	const LfdwEquality *equality = &arguments->equalities[index];
	int			first;
	int			count;
	int			place;

	value = lfdw_set_datum(value, equality->base_type);
	count = lfdw_set_find(&equality->set, value, &first);
	if (count == 0)
		return false;
	place = choose_place(equality, value, first, count);
	return place >= part->first[index] &&
		place < part->first[index] + part->count[index];
}
