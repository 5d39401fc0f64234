/*-------------------------------------------------------------------------
 *
 * term_list.c
 *		The terms of a scan together: what they lack, and how a plan holds them.
 *
 * IDENTIFICATION
 *	  src/pushdown/term_list.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "pushdown/term_list.h"

/*
 * The first required column that none of the terms gives a value, or NULL.
 */
const LfdwColumn *
lfdw_term_missing(const LfdwTable *table, List *terms)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		bool		found = !table->columns[i].required;
		ListCell   *lc;

		foreach(lc, terms)
		{
			LfdwTerm   *term = (LfdwTerm *) lfirst(lc);

			if (term->column == &table->columns[i] && lfdw_term_gives_value(term))
				found = true;
		}
		if (!found)
			return &table->columns[i];
	}
	return NULL;
}

/*
 * The terms as lists of numbers, for a plan; their values travel apart, in
 * fdw_exprs.
 */
List *
lfdw_term_serialize(List *terms)
{
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, terms)
	{
		LfdwTerm   *term = (LfdwTerm *) lfirst(lc);

		result = lappend(result,
						 list_make4_int(term->column->attnum, term->op->number,
										(int) term->valtype,
										(int) term->collation));
	}
	return result;
}

/*
 * The values of terms, for a plan's fdw_exprs; those that need none have none.
 */
List *
lfdw_term_values(List *terms)
{
	List	   *values = NIL;
	ListCell   *lc;

	foreach(lc, terms)
	{
		LfdwTerm   *term = (LfdwTerm *) lfirst(lc);

		if (term->value)
			values = lappend(values, term->value);
	}
	return values;
}

/*
 * The terms of a plan, from what lfdw_term_serialize made and their values.
 * The list of values may be longer: what follows is not the terms'.
 */
List *
lfdw_term_deserialize(const LfdwTable *table, List *list, List *values)
{
	List	   *result = NIL;
	int			next = 0;
	ListCell   *lc;

	foreach(lc, list)
	{
		List	   *numbers = (List *) lfirst(lc);
		const LfdwOperator *op = &lfdw_operators[lsecond_int(numbers)];
		bool		has_value = op->takes != LFDW_TAKES_NOTHING;

		result = lappend(result,
						 lfdw_term_make(table,
										table->by_attnum[linitial_int(numbers) - 1],
										op, (Oid) lthird_int(numbers),
										(Oid) lfourth_int(numbers),
										has_value ? list_nth(values, next) : NULL));
		next += has_value;
	}
	return result;
}

/*
 * The terms that a join's keys make, from what lfdw_term_serialize made of its
 * clauses' terms: "in", without values.
 */
List *
lfdw_term_deserialize_keys(const LfdwTable *table, List *list)
{
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, list)
	{
		List	   *numbers = (List *) lfirst(lc);

		result = lappend(result,
						 lfdw_term_make(table,
										table->by_attnum[linitial_int(numbers) - 1],
										lfdw_operator_equality(true),
										(Oid) lthird_int(numbers),
										(Oid) lfourth_int(numbers), NULL));
	}
	return result;
}
