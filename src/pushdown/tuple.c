/*-------------------------------------------------------------------------
 *
 * tuple.c
 *		Values of several columns that belong together, and how calls carry them.
 *
 * A call can carry several tuples where they agree in all columns but one, whose
 * values are a list then.  Which column that is, is chosen for the tuples at hand:
 * the one that leaves the fewest calls.
 *
 * IDENTIFICATION
 *	  src/pushdown/tuple.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "pushdown/tuple.h"

/* The tuples that constant lists may make: their places are some 100 MB. */
#define MAX_TUPLES 10000000

/* The places of a tuple's values. */
const int  *
lfdw_tuples_at(const LfdwTuples *tuples, int64 index)
{
	return tuples->places + index * tuples->ncolumns;
}

/* Compares the first values of two tuples. */
static int
compare_first(const int *a, const int *b, int n)
{
	for (int i = 0; i < n; i++)
	{
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	}
	return 0;
}

static int
compare_tuples(const void *a, const void *b, void *arg)
{
	return compare_first(a, b, ((const LfdwTuples *) arg)->ncolumns);
}

/* Room for the places of tuples, palloc'd in the current context. */
static int *
make_places(int64 ntuples, int ncolumns)
{
	return palloc_extended(sizeof(int) * (ntuples * ncolumns + 1),
						   MCXT_ALLOC_HUGE);
}

/* The place in a tuple of the column that an equality is of, or -1. */
int
lfdw_tuples_column(const LfdwTuples *tuples, int equality)
{
	for (int i = 0; i < tuples->ncolumns; i++)
	{
		if (tuples->equalities[i] == equality)
			return i;
	}
	return -1;
}

/* Must the tuples of a call agree in a column? */
static bool
is_fixed(const LfdwTable *table, const LfdwEquality *equality)
{
	return equality->send_as != LFDW_SEND_ELEMENT ||
		(equality->column->input && !table->aligned);
}

/*
 * Notes which columns the tuples have: those of equalities that are sent as such,
 * the ones first in which the tuples of a call must agree.
 */
static void
take_columns(LfdwTuples *tuples, const LfdwTable *table,
			 const LfdwEquality *equalities, int nequalities)
{
	tuples->equalities = palloc(sizeof(int) * (nequalities + 1));
	for (int i = 0; i < nequalities; i++)
	{
		if (lfdw_equality_is_in_tuples(&equalities[i]) && is_fixed(table, &equalities[i]))
			tuples->equalities[tuples->ncolumns++] = i;
	}
	tuples->nfixed = tuples->ncolumns;
	for (int i = 0; i < nequalities; i++)
	{
		if (lfdw_equality_is_in_tuples(&equalities[i]) && !is_fixed(table, &equalities[i]))
			tuples->equalities[tuples->ncolumns++] = i;
	}
}

/* Which of the values that a join gives is that of an equality's column; -1: none. */
static int
bound_column(const LfdwBound *bound, const LfdwEquality *equality)
{
	for (int i = 0; bound && i < bound->ncolumns; i++)
	{
		if (bound->terms[i]->column == equality->column)
			return i;
	}
	return -1;
}

/*
 * Finds the places of the values of a tuple that a join gives, but for columns that
 * it gives none; false where a condition has excluded one of them.  Without values,
 * in EXPLAIN, the first of those that a condition leaves stands for them.
 */
static bool
find_places(const LfdwTuples *tuples, const LfdwEquality *equalities,
			const Datum *values, const int *columns, int *places)
{
	for (int i = 0; i < tuples->ncolumns; i++)
	{
		const LfdwEquality *equality = &equalities[tuples->equalities[i]];
		Datum		value;
		int			first;
		int			count;

		places[i] = 0;
		if (columns[i] < 0 || values == NULL || equality->set.unknown)
			continue;
		value = values[columns[i]];
		count = lfdw_set_find(&equality->set, value, &first);
		if (count < 1)
			return false;
		places[i] = equality->set.sorted[lfdw_equality_choose(equality, value,
															  first, count)];
	}
	return true;
}

/*
 * How many tuples the columns that no join gives make of one: their values in all
 * combinations.  Raises 54000 where there would be too many in all.
 */
static int64
count_combinations(const LfdwTable *table, const LfdwTuples *tuples,
				   const LfdwEquality *equalities, const int *columns,
				   int64 ntuples)
{
	int64		combinations = 1;

	for (int i = 0; i < tuples->ncolumns; i++)
	{
		if (columns[i] < 0)
			combinations *= equalities[tuples->equalities[i]].set.nvalues;
		if (combinations * Max(ntuples, 1) > MAX_TUPLES)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("the conditions on foreign table \"%s\" make more than %d tuples of values",
							table->relname, MAX_TUPLES),
					 errdetail("The option batch_argument has its function asked for each combination of the values in their lists."),
					 errhint("Shorten the lists, or ask for some of their values at a time.")));
	}
	return combinations;
}

/* Goes to the next combination of the values of columns that no join gives. */
static void
next_combination(const LfdwTuples *tuples, const LfdwEquality *equalities,
				 const int *columns, int *places)
{
	for (int i = tuples->ncolumns - 1; i >= 0; i--)
	{
		if (columns[i] >= 0)
			continue;
		if (++places[i] < equalities[tuples->equalities[i]].set.nvalues)
			return;
		places[i] = 0;
	}
}

/*
 * Takes the tuples that a join gives, but for those that conditions exclude, each
 * with all combinations of the values of the other columns.
 */
static void
take_tuples(LfdwTuples *tuples, const LfdwTable *table,
			const LfdwEquality *equalities, const LfdwBound *bound)
{
	int			ngiven = bound ? bound->ntuples : 1;
	int		   *columns = palloc(sizeof(int) * tuples->ncolumns);
	int		   *places = palloc(sizeof(int) * tuples->ncolumns);
	int64		combinations;

	for (int i = 0; i < tuples->ncolumns; i++)
		columns[i] = bound_column(bound, &equalities[tuples->equalities[i]]);
	combinations = count_combinations(table, tuples, equalities, columns, ngiven);
	tuples->places = make_places(ngiven * combinations, tuples->ncolumns);
	for (int t = 0; t < ngiven; t++)
	{
		const Datum *values = bound && bound->values ?
		bound->values + (Size) t * bound->ncolumns : NULL;

		if (!find_places(tuples, equalities, values, columns, places))
			continue;
		for (int64 n = 0; n < combinations; n++)
		{
			CHECK_FOR_INTERRUPTS();
			memcpy(tuples->places + tuples->ntuples++ * tuples->ncolumns, places,
				   sizeof(int) * tuples->ncolumns);
			next_combination(tuples, equalities, columns, places);
		}
	}
	pfree(columns);
	pfree(places);
}

/* Sorts the tuples, and keeps each once. */
static void
sort_tuples(LfdwTuples *tuples)
{
	Size		size = sizeof(int) * tuples->ncolumns;
	int64		kept = 0;

	qsort_arg(tuples->places, tuples->ntuples, size, compare_tuples, tuples);
	for (int64 i = 0; i < tuples->ntuples; i++)
	{
		if (kept > 0 && compare_tuples(lfdw_tuples_at(tuples, kept - 1),
									   lfdw_tuples_at(tuples, i), tuples) == 0)
			continue;
		memmove(tuples->places + kept * tuples->ncolumns,
				lfdw_tuples_at(tuples, i), size);
		kept++;
	}
	tuples->ntuples = kept;
}

/* The tuples with one of their columns as the last, sorted so. */
static LfdwTuples
arrange(const LfdwTuples *tuples, int last)
{
	LfdwTuples	arranged = *tuples;

	arranged.equalities = palloc(sizeof(int) * tuples->ncolumns);
	arranged.places = make_places(tuples->ntuples, tuples->ncolumns);
	for (int i = 0; i < tuples->ncolumns; i++)
	{
		int			from = i == tuples->ncolumns - 1 ? last : i < last ? i : i + 1;

		arranged.equalities[i] = tuples->equalities[from];
		for (int64 t = 0; t < tuples->ntuples; t++)
			arranged.places[t * tuples->ncolumns + i] =
				lfdw_tuples_at(tuples, t)[from];
	}
	arranged.nfixed = tuples->ncolumns - 1;
	sort_tuples(&arranged);
	return arranged;
}

/* How many calls sorted tuples make. */
static int64
count_runs(const LfdwTuples *tuples, int max_tuples)
{
	int64		runs = 0;

	for (int64 i = 0; i < tuples->ntuples; runs++)
		i += lfdw_tuples_run(tuples, i, max_tuples);
	return runs;
}

/* Are some values not known yet, so that there may be more tuples? */
static bool
is_unknown(const LfdwTuples *tuples, const LfdwEquality *equalities)
{
	for (int i = 0; i < tuples->ncolumns; i++)
	{
		if (equalities[tuples->equalities[i]].set.unknown)
			return true;
	}
	return false;
}

/*
 * Chooses the column whose values are a list in each call: the one that leaves the
 * fewest, if any leaves fewer than there are tuples.
 */
static void
choose_list(LfdwTuples *tuples, const LfdwEquality *equalities, int max_tuples)
{
	LfdwTuples	best = *tuples;
	int64		fewest = is_unknown(tuples, equalities) ? PG_INT64_MAX : tuples->ntuples;

	for (int i = 0; i < tuples->ncolumns; i++)
	{
		LfdwTuples	arranged;
		int64		runs;

		if (!lfdw_column_takes_list(equalities[tuples->equalities[i]].column))
			continue;
		CHECK_FOR_INTERRUPTS();
		arranged = arrange(tuples, i);
		runs = count_runs(&arranged, max_tuples);
		if (runs >= fewest)
		{
			pfree(arranged.places);
			continue;
		}
		fewest = runs;
		best = arranged;
	}
	*tuples = best;
}

/* Notes where in a tuple the columns stand in the order of the arguments. */
static void
note_order(LfdwTuples *tuples, int nequalities)
{
	int			n = 0;

	tuples->by_column = palloc(sizeof(int) * (tuples->ncolumns + 1));
	for (int i = 0; i < nequalities; i++)
	{
		int			column = lfdw_tuples_column(tuples, i);

		if (column >= 0)
			tuples->by_column[n++] = column;
	}
}

/*
 * Makes the tuples of the equalities that are sent as such, of which there are some:
 * those that a join gives, NULL for none, as far as conditions leave them, with the
 * values that conditions give other columns.
 *
 * Values that EXPLAIN does not know have placeholders.  Palloc'd in the current
 * context.  Raises 54000 where there are too many.
 */
LfdwTuples *
lfdw_tuples_make(const LfdwTable *table, LfdwEquality *equalities, int nequalities,
				 const LfdwBound *bound)
{
	LfdwTuples *tuples = palloc0(sizeof(LfdwTuples));

	take_columns(tuples, table, equalities, nequalities);
	take_tuples(tuples, table, equalities, bound);
	sort_tuples(tuples);
	if (table->item == NULL)
	{
		choose_list(tuples, equalities, table->options->max_batch_keys);
		if (tuples->nfixed < tuples->ncolumns)
			equalities[tuples->equalities[tuples->nfixed]].send_as = LFDW_SEND_TUPLES;
	}
	note_order(tuples, nequalities);
	return tuples;
}

/*
 * How many tuples from the first on a call carries, of at most so many: those that
 * agree where they must.
 */
int64
lfdw_tuples_run(const LfdwTuples *tuples, int64 first, int max_tuples)
{
	int64		n = 1;

	if (tuples->nfixed == tuples->ncolumns)
		return n;
	while (n < max_tuples && first + n < tuples->ntuples &&
		   compare_first(lfdw_tuples_at(tuples, first),
						 lfdw_tuples_at(tuples, first + n), tuples->nfixed) == 0)
		n++;
	return n;
}

/* The index of the tuple with these values' places, or -1. */
int64
lfdw_tuples_search(const LfdwTuples *tuples, const int *places)
{
	int64		low = 0;
	int64		high = tuples->ntuples;

	while (low < high)
	{
		int64		middle = low + (high - low) / 2;
		int			order = compare_first(lfdw_tuples_at(tuples, middle), places,
										  tuples->ncolumns);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}
