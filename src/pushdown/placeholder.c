/*-------------------------------------------------------------------------
 *
 * placeholder.c
 *		What stands in EXPLAIN's payload for values that are not known yet.
 *
 * Where a value that is not known yet can change what is sent, a placeholder
 * stands in its place, never a guess.  In a scan that runs all values are known,
 * and nothing here has anything to do.
 *
 * IDENTIFICATION
 *	  src/pushdown/placeholder.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "pushdown/placeholder.h"

/*
 * A new placeholder for these expressions, added to the unknowns: the text that
 * stands for it, palloc'd in the current context.
 */
char *
lfdw_placeholder_add(List **unknowns, LfdwUnknownKind kind, List *values)
{
	LfdwUnknown *unknown = palloc0(sizeof(LfdwUnknown));

	unknown->name = psprintf("$%d", list_length(*unknowns) + 1);
	unknown->kind = kind;
	unknown->values = values;
	*unknowns = lappend(*unknowns, unknown);
	return unknown->name;
}

/*
 * Has a placeholder stand for a set's values: for the list of them, or for one,
 * which may still be sent in a list.
 */
void
lfdw_placeholder_stand_for(LfdwValueSet *set, char *name, bool is_list)
{
	set->unknown = true;
	set->nvalues = 1;
	set->values = palloc0(sizeof(Datum));
	set->json = palloc(sizeof(char *));
	set->json[0] = name;
	set->placeholder = is_list ? name : NULL;
}

/* The expression of a condition, as a list; the keys of a join are none. */
static List *
values_of(const LfdwCondition *condition)
{
	return condition->term->value ? list_make1(condition->term->value) : NIL;
}

/* Gives a condition without a value a placeholder of its own. */
static void
name_value(List **unknowns, LfdwCondition *condition)
{
	lfdw_placeholder_stand_for(&condition->set,
							   lfdw_placeholder_add(unknowns, LFDW_UNKNOWN_VALUE,
													values_of(condition)),
							   condition->term->op->takes == LFDW_TAKES_LIST);
}

/* The "=" among a column's conditions that tells its value best, or NULL. */
static LfdwCondition *
find_scalar(LfdwCondition **members, int nmembers)
{
	LfdwCondition *found = NULL;

	for (int i = 0; i < nmembers; i++)
	{
		const LfdwOperator *op = members[i]->term->op;

		if (lfdw_operator_is_equality(op) && op->takes == LFDW_TAKES_VALUE &&
			(found == NULL || (found->set.unknown && !members[i]->set.unknown)))
			found = members[i];
	}
	return found;
}

/* Gives the lists of a column one placeholder: what all its conditions leave. */
static void
name_lists(List **unknowns, LfdwCondition **members, int nmembers)
{
	LfdwUnknownKind kind = nmembers == 1 ? LFDW_UNKNOWN_VALUE : LFDW_UNKNOWN_REST;
	List	   *lists = NIL;
	List	   *values = NIL;
	ListCell   *lc;
	char	   *name;

	for (int i = 0; i < nmembers; i++)
	{
		if (!lfdw_operator_is_equality(members[i]->term->op))
			continue;
		lists = lappend(lists, members[i]);
		values = list_concat(values, values_of(members[i]));
		if (members[i]->term->value == NULL)
			kind = LFDW_UNKNOWN_KEYS;
	}
	if (lists == NIL)
		return;
	name = lfdw_placeholder_add(unknowns, kind, values);
	foreach(lc, lists)
		lfdw_placeholder_stand_for(&((LfdwCondition *) lfirst(lc))->set, name,
								   true);
}

/*
 * Gives the "=" and "in" conditions of a column, some of whose conditions have no
 * value yet, what can be said of them: with an "=" all of them are its one value;
 * without one, their lists are what all conditions of the column leave.
 */
static void
name_equalities(List **unknowns, LfdwCondition **members, int nmembers)
{
	LfdwCondition *scalar = find_scalar(members, nmembers);

	if (scalar == NULL)
	{
		name_lists(unknowns, members, nmembers);
		return;
	}
	if (scalar->set.unknown)
		name_value(unknowns, scalar);
	for (int i = 0; i < nmembers; i++)
	{
		if (members[i] == scalar || !lfdw_operator_is_equality(members[i]->term->op))
			continue;
		members[i]->set = lfdw_set_copy(&scalar->set);
	}
}

/* Gives a column's conditions without a value their placeholders. */
static void
name_column(List **unknowns, const LfdwColumn *column,
			LfdwCondition *conditions, int nconditions)
{
	LfdwCondition **members = palloc(sizeof(LfdwCondition *) * (nconditions + 1));
	int			nmembers = 0;
	bool		unknown = false;

	for (int i = 0; i < nconditions; i++)
	{
		if (conditions[i].term->column != column ||
			conditions[i].outcome != LFDW_SENT)
			continue;
		members[nmembers++] = &conditions[i];
		unknown |= conditions[i].set.unknown;
	}
	if (!unknown)
		return;
	name_equalities(unknowns, members, nmembers);
	for (int i = 0; i < nmembers; i++)
	{
		if (members[i]->set.unknown && members[i]->set.json == NULL)
			name_value(unknowns, members[i]);
	}
}

/*
 * Gives conditions without a value their placeholders, before arguments are made
 * of them.
 */
void
lfdw_placeholder_name_values(List **unknowns, const LfdwTable *table,
							 LfdwCondition *conditions, int nconditions)
{
	bool		unknown = false;

	for (int i = 0; i < nconditions; i++)
		unknown |= conditions[i].set.unknown;
	for (int i = 0; unknown && i < table->ncolumns; i++)
		name_column(unknowns, &table->columns[i], conditions, nconditions);
}
