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

#include "common/int.h"
#include "miscadmin.h"

#include "pg/message.h"
#include "pushdown/part.h"

/* An error names so many values of its call. */
#define DESCRIBED_VALUES 20

/* A part with room for these arguments, palloc'd; all values are 0. */
static LfdwPart *
make_part(const LfdwArguments *arguments)
{
	LfdwPart   *part = palloc0(sizeof(LfdwPart));

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
	if (arguments->tuples)
		part->ntuples = lfdw_tuples_run(arguments->tuples, 0, max_values);
	return part;
}

/* A copy of a part, of the same split, palloc'd in the current context. */
LfdwPart *
lfdw_part_copy(const LfdwArguments *arguments, const LfdwPart *part)
{
	LfdwPart   *copy = make_part(arguments);

	memcpy(copy->first, part->first, sizeof(int) * arguments->nequalities);
	memcpy(copy->count, part->count, sizeof(int) * arguments->nequalities);
	copy->first_tuple = part->first_tuple;
	copy->ntuples = part->ntuples;
	copy->split = part->split;
	return copy;
}

/* Goes on to the next tuples, or to the first ones again; false then. */
static bool
next_tuples(const LfdwTuples *tuples, LfdwPart *part, int max_values)
{
	bool		more;

	part->first_tuple += part->ntuples;
	more = part->first_tuple < tuples->ntuples;
	if (!more)
		part->first_tuple = 0;
	part->ntuples = lfdw_tuples_run(tuples, part->first_tuple, max_values);
	return more;
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
	return arguments->tuples && next_tuples(arguments->tuples, part, max_values);
}

/* How many parts there are of the tuples. */
static int64
count_tuple_parts(const LfdwTuples *tuples, int max_values)
{
	int64		count = 0;

	for (int64 first = 0; first < tuples->ntuples;
		 first += lfdw_tuples_run(tuples, first, max_values))
	{
		CHECK_FOR_INTERRUPTS();
		count++;
	}
	return Max(count, 1);
}

/* How many parts the arguments make: as often as lfdw_part_next counts on, and one. */
int64
lfdw_part_count(const LfdwArguments *arguments, int max_values)
{
	int64		count = arguments->tuples ?
	count_tuple_parts(arguments->tuples, max_values) : 1;

	for (int i = 0; i < arguments->nequalities; i++)
	{
		const LfdwEquality *equality = &arguments->equalities[i];
		int64		size = Max(part_size(equality, 0, max_values), 1);

		if (pg_mul_s64_overflow(count, Max((equality->set.nvalues + size - 1) / size, 1),
								&count))
			return PG_INT64_MAX;
	}
	return count;
}

/* The place of a column's value in one of the tuples, in its equality's set. */
static int
tuple_place(const LfdwArguments *arguments, int index, int64 tuple)
{
	const LfdwTuples *tuples = arguments->tuples;

	return lfdw_tuples_at(tuples, tuple)[lfdw_tuples_column(tuples, index)];
}

/* The place of the first value that a call carries of an argument. */
static int
first_place(const LfdwArguments *arguments, int index, const LfdwPart *part)
{
	return lfdw_equality_is_in_tuples(&arguments->equalities[index]) ?
		tuple_place(arguments, index, part->first_tuple) : part->first[index];
}

/* The first value, as JSON, that a call carries of the argument at index. */
const char *
lfdw_part_value(const LfdwArguments *arguments, int index, const LfdwPart *part)
{
	return arguments->equalities[index].set.json[first_place(arguments, index, part)];
}

/* The value, as JSON, that one of a call's tuples has of the argument at index. */
const char *
lfdw_part_element(const LfdwArguments *arguments, int index, const LfdwPart *part,
				  int64 tuple)
{
	return arguments->equalities[index].set.json[tuple_place(arguments, index,
															 part->first_tuple + tuple)];
}

/*
 * The values, as JSON, that a call carries of the argument at index: an array in
 * the current context or the arguments' own.
 */
char	  **
lfdw_part_values(const LfdwArguments *arguments, int index, const LfdwPart *part,
				 int *nvalues)
{
	const LfdwEquality *equality = &arguments->equalities[index];
	char	  **json;

	*nvalues = lfdw_part_carries(arguments, index, part, -1, NULL);
	if (!lfdw_equality_is_in_tuples(equality))
		return equality->set.json + part->first[index];
	json = palloc(sizeof(char *) * *nvalues);
	for (int i = 0; i < *nvalues; i++)
		json[i] = equality->set.json[tuple_place(arguments, index,
												 part->first_tuple + i)];
	return json;
}

/*
 * How many values a call carries of the argument at index, or one of its tuples, if
 * element is not -1; *value, unless it is NULL, becomes the first of them.
 */
int
lfdw_part_carries(const LfdwArguments *arguments, int index, const LfdwPart *part,
				  int element, Datum *value)
{
	const LfdwEquality *equality = &arguments->equalities[index];
	int64		tuple = part->first_tuple + Max(element, 0);
	int			place;

	if (!lfdw_equality_is_in_tuples(equality))
	{
		if (value)
			*value = equality->set.values[part->first[index]];
		return part->count[index];
	}
	place = tuple_place(arguments, index, tuple);
	if (value)
		*value = equality->set.values[place];
	for (int64 i = 1; element < 0 && i < part->ntuples; i++)
	{
		if (tuple_place(arguments, index, tuple + i) != place)
			return part->ntuples;
	}
	return 1;
}

/*
 * The place of a column's value, not NULL and of the column's type, in the set of the
 * argument at index, or -1.  Of values that equal it, it is the one that is sent as
 * the row has it, as far as there is one.
 */
static int
find_value(const LfdwArguments *arguments, int index, Datum value)
{
	const LfdwEquality *equality = &arguments->equalities[index];
	int			first;
	int			count;

	value = lfdw_set_datum(value, equality->base_type);
	count = lfdw_set_find(&equality->set, value, &first);
	return count == 0 ? -1 :
		equality->set.sorted[lfdw_equality_choose(equality, value, first, count)];
}

/*
 * Is a column's value one of those that a call's part carries in the argument at
 * index?  Of several calls it is one's alone.
 */
static bool
has_value(const LfdwArguments *arguments, int index, const LfdwPart *part,
		  Datum value)
{
	int			place = find_value(arguments, index, value);

	return place >= part->first[index] &&
		place < part->first[index] + part->count[index];
}

/*
 * The tuple that a row's values from a column on belong to, where those before
 * have places; -1 for none.  Of tuples that are equal and sent differently it is
 * the one that is sent as the row is, as far as there is one.
 */
static int64
find_tuple(const LfdwArguments *arguments, const TupleTableSlot *slot,
		   int column, int *places)
{
	const LfdwTuples *tuples = arguments->tuples;
	const LfdwEquality *equality;
	Datum		value;
	int			attno;
	int			first;
	int			count;
	int			chosen;
	int64		found = -1;

	if (column == tuples->ncolumns)
		return lfdw_tuples_search(tuples, places);
	equality = &arguments->equalities[tuples->equalities[column]];
	attno = equality->column->attnum - 1;
	if (slot->tts_isnull[attno])
		return -1;
	value = lfdw_set_datum(slot->tts_values[attno], equality->base_type);
	count = lfdw_set_find(&equality->set, value, &first);
	if (count == 0)
		return -1;
	chosen = lfdw_equality_choose(equality, value, first, count);
	for (int i = 0; i < count && found < 0; i++)
	{
		/* the chosen one before all others */
		int			place = i == 0 ? chosen : first + i - (first + i <= chosen);

		CHECK_FOR_INTERRUPTS();
		places[column] = equality->set.sorted[place];
		found = find_tuple(arguments, slot, column + 1, places);
	}
	return found;
}

/*
 * The number of what a row belongs to: of the values of the argument at index, or of
 * the tuples, if index is -1.  -1 for none.
 */
int64
lfdw_part_number_of(const LfdwArguments *arguments, int index,
					const TupleTableSlot *slot)
{
	int64		found;
	int		   *places;

	if (index >= 0)
	{
		int			attno = arguments->equalities[index].column->attnum - 1;

		return slot->tts_isnull[attno] ? -1 :
			find_value(arguments, index, slot->tts_values[attno]);
	}
	places = palloc(sizeof(int) * arguments->tuples->ncolumns);
	found = find_tuple(arguments, slot, 0, places);
	pfree(places);
	return found;
}

/* Is a row's tuple of values one of those that a call carries? */
static bool
has_tuple(const LfdwArguments *arguments, const LfdwPart *part,
		  const TupleTableSlot *slot)
{
	int64		found = lfdw_part_number_of(arguments, -1, slot);

	return found >= part->first_tuple && found < part->first_tuple + part->ntuples;
}

/*
 * Does a row belong to the call that carries a part?  A function that ignores the
 * values it was given would else return a row once for each call.  Of several
 * calls it is one's alone.
 */
bool
lfdw_part_owns(const LfdwArguments *arguments, const LfdwPart *part,
			   const TupleTableSlot *slot)
{
	for (int i = 0; i < arguments->nequalities; i++)
	{
		const LfdwEquality *equality = &arguments->equalities[i];
		int			attno = equality->column->attnum - 1;

		/* what no call has is the recheck's to drop, and to count */
		if ((equality->send_as == LFDW_SEND_EACH ||
			 equality->send_as == LFDW_SEND_PARTS) &&
			part->count[i] < equality->set.nvalues &&
			(slot->tts_isnull[attno] ||
			 !has_value(arguments, i, part, slot->tts_values[attno])))
			return false;
	}
	return arguments->tuples == NULL ||
		part->ntuples == arguments->tuples->ntuples ||
		has_tuple(arguments, part, slot);
}

/* The argument of which a part has the most values that could go apart, or -1. */
static int
splittable_argument(const LfdwArguments *arguments, const LfdwPart *part)
{
	const int  *count = part->count;
	int			longest = -1;

	for (int i = 0; i < arguments->nequalities; i++)
	{
		if (arguments->equalities[i].send_as == LFDW_SEND_PARTS &&
			count[i] > 1 && (longest < 0 || count[i] > count[longest]))
			longest = i;
	}
	return longest;
}

/* Has a part values, or tuples of them, that could go apart? */
bool
lfdw_part_can_split(const LfdwArguments *arguments, const LfdwPart *part)
{
	return part->ntuples > 1 || splittable_argument(arguments, part) >= 0;
}

/*
 * Takes half of a part away: of the tuples, or of the values of one argument,
 * whichever are more.  Returns that half, palloc'd in the current context.
 */
LfdwPart *
lfdw_part_split(const LfdwArguments *arguments, LfdwPart *part)
{
	int			index = splittable_argument(arguments, part);
	LfdwPart   *rest = lfdw_part_copy(arguments, part);

	if (index < 0 || part->ntuples > part->count[index])
	{
		part->ntuples /= 2;
		rest->first_tuple += part->ntuples;
		rest->ntuples -= part->ntuples;
	}
	else
	{
		part->count[index] /= 2;
		rest->first[index] += part->count[index];
		rest->count[index] -= part->count[index];
	}
	return rest;
}

/* Adds values to an error's context, as a call's for one or several columns. */
static void
describe(const LfdwTable *table, const char *values, int64 more,
		 const char *columns)
{
	errcontext("call with %s%s for %s of foreign table \"%s\"",
			   lfdw_error_excerpt(values, strlen(values)),
			   more > 0 ? psprintf(" and " INT64_FORMAT " more", more) : "",
			   columns, table->relname);
}

/* Adds one tuple to a text, in parentheses. */
static void
append_tuple(StringInfo text, const LfdwArguments *arguments, int64 tuple)
{
	const LfdwTuples *tuples = arguments->tuples;

	appendStringInfo(text, "%s(", text->len > 0 ? ", " : "");
	for (int i = 0; i < tuples->ncolumns; i++)
	{
		int			column = tuples->by_column[i];
		const LfdwEquality *equality = &arguments->equalities[tuples->equalities[column]];

		appendStringInfo(text, "%s%s", i > 0 ? ", " : "",
						 equality->set.json[lfdw_tuples_at(tuples, tuple)[column]]);
	}
	appendStringInfoChar(text, ')');
}

/* The columns of the tuples, as a message names them. */
static char *
tuple_columns(const LfdwArguments *arguments)
{
	const LfdwTuples *tuples = arguments->tuples;
	StringInfoData names;

	initStringInfo(&names);
	appendStringInfoString(&names, tuples->ncolumns > 1 ? "columns" : "column");
	for (int i = 0; i < tuples->ncolumns; i++)
		appendStringInfo(&names, "%s \"%s\"", i > 0 ? "," : "",
						 arguments->equalities[tuples->equalities[tuples->by_column[i]]].column->attname);
	return names.data;
}

/* Adds to an error which keys, or tuples of them, its call has. */
void
lfdw_part_describe(const LfdwTable *table, const LfdwArguments *arguments,
				   const LfdwPart *part)
{
	StringInfoData tuples;

	for (int i = 0; i < arguments->nequalities; i++)
	{
		const LfdwEquality *equality = &arguments->equalities[i];
		int			shown = Min(part->count[i], DESCRIBED_VALUES);

		if (lfdw_equality_is_in_tuples(equality))
			continue;
		describe(table, lfdw_set_part(&equality->set, part->first[i], shown),
				 part->count[i] - shown,
				 psprintf("column \"%s\"", equality->column->attname));
	}
	if (arguments->tuples == NULL)
		return;
	initStringInfo(&tuples);
	for (int64 i = 0; i < Min(part->ntuples, DESCRIBED_VALUES); i++)
		append_tuple(&tuples, arguments, part->first_tuple + i);
	describe(table, tuples.data, part->ntuples - Min(part->ntuples, DESCRIBED_VALUES),
			 tuple_columns(arguments));
}
