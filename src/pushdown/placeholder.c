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
 * A new placeholder for these expressions: the text that stands for it, palloc'd
 * in the current context.
 */
char *
lfdw_placeholder_add(LfdwArguments *arguments, LfdwUnknownKind kind, List *values)
{
	LfdwUnknown *unknown = palloc0(sizeof(LfdwUnknown));

	unknown->name = psprintf("$%d", list_length(arguments->unknowns) + 1);
	unknown->kind = kind;
	unknown->values = values;
	arguments->unknowns = lappend(arguments->unknowns, unknown);
	return unknown->name;
}

/* Has a placeholder stand for a set's values, one or the list of them. */
static void
set_placeholder(LfdwValueSet *set, char *name)
{
	set->unknown = true;
	set->nvalues = 1;
	set->values = palloc0(sizeof(Datum));
	set->json = palloc(sizeof(char *));
	set->json[0] = name;
	set->placeholder = name;
}

/* The expression of a condition, as a list; the keys of a join are none. */
static List *
values_of(const LfdwCondition *condition)
{
	return condition->term->value ? list_make1(condition->term->value) : NIL;
}

/* Gives a condition without a value a placeholder of its own. */
static void
name_value(LfdwArguments *arguments, LfdwCondition *condition)
{
	set_placeholder(&condition->set,
					lfdw_placeholder_add(arguments, LFDW_UNKNOWN_VALUE,
										 values_of(condition)));
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
name_lists(LfdwArguments *arguments, LfdwCondition **members, int nmembers)
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
	name = lfdw_placeholder_add(arguments, kind, values);
	foreach(lc, lists)
		set_placeholder(&((LfdwCondition *) lfirst(lc))->set, name);
}

/*
 * Gives the "=" and "in" conditions of a column, some of whose conditions have no
 * value yet, what can be said of them: with an "=" all of them are its one value;
 * without one, their lists are what all conditions of the column leave.
 */
static void
name_equalities(LfdwArguments *arguments, LfdwCondition **members, int nmembers)
{
	LfdwCondition *scalar = find_scalar(members, nmembers);

	if (scalar == NULL)
	{
		name_lists(arguments, members, nmembers);
		return;
	}
	if (scalar->set.unknown)
		name_value(arguments, scalar);
	for (int i = 0; i < nmembers; i++)
	{
		if (members[i] == scalar || !lfdw_operator_is_equality(members[i]->term->op))
			continue;
		members[i]->set = lfdw_set_copy(&scalar->set);
		members[i]->set.placeholder = NULL;
	}
}

/* Gives a column's conditions without a value their placeholders. */
static void
name_column(LfdwArguments *arguments, const LfdwColumn *column,
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
	name_equalities(arguments, members, nmembers);
	for (int i = 0; i < nmembers; i++)
	{
		if (members[i]->set.unknown && members[i]->set.json == NULL)
			name_value(arguments, members[i]);
	}
}

/*
 * Gives conditions without a value their placeholders, before arguments are made
 * of them.
 */
void
lfdw_placeholder_name_values(LfdwArguments *arguments, const LfdwTable *table,
							 LfdwCondition *conditions, int nconditions)
{
	bool		unknown = false;

	for (int i = 0; i < nconditions; i++)
		unknown |= conditions[i].set.unknown;
	for (int i = 0; unknown && i < table->ncolumns; i++)
		name_column(arguments, &table->columns[i], conditions, nconditions);
}

/* Names an operator's argument if it is the tightest of bounds not all known. */
static void
name_bound(LfdwArguments *arguments, LfdwOtherArgument *other,
		   const LfdwCondition *conditions, int nconditions)
{
	const LfdwTerm *term = other->condition->term;
	List	   *values = NIL;
	bool		unknown = false;

	for (int i = 0; i < nconditions; i++)
	{
		if (conditions[i].term->column != term->column ||
			conditions[i].term->op != term->op ||
			conditions[i].outcome != LFDW_SENT)
			continue;
		values = lappend(values, conditions[i].term->value);
		unknown |= conditions[i].set.unknown;
	}
	if (unknown && list_length(values) > 1)
		other->json = lfdw_placeholder_add(arguments, LFDW_UNKNOWN_TIGHTEST, values);
}

/*
 * Names the arguments of operators like "<", each the tightest bound, which is not
 * known before all of them are.
 */
void
lfdw_placeholder_name_bounds(LfdwArguments *arguments,
							 const LfdwCondition *conditions, int nconditions)
{
	for (int i = 0; arguments->unknowns && i < arguments->nothers; i++)
	{
		LfdwOtherArgument *other = &arguments->others[i];

		if (lfdw_operator_is_bound(other->condition->term->op))
			name_bound(arguments, other, conditions, nconditions);
	}
}

/* The lists of a column's conditions. */
static List *
lists_of(const LfdwColumn *column, const LfdwCondition *conditions, int nconditions)
{
	List	   *values = NIL;

	for (int i = 0; i < nconditions; i++)
	{
		const LfdwTerm *term = conditions[i].term;

		if (term->column == column && term->op->takes == LFDW_TAKES_LIST &&
			lfdw_operator_is_equality(term->op))
			values = list_concat(values, values_of(&conditions[i]));
	}
	return values;
}

/* Notes of a placeholder that each of its values has a call of its own. */
static void
note_each(const LfdwArguments *arguments, const char *name)
{
	ListCell   *lc;

	foreach(lc, arguments->unknowns)
	{
		LfdwUnknown *unknown = lfirst(lc);

		if (unknown->name == name)
			unknown->each = true;
	}
}

/*
 * Names what one call has of values that go singly or in parts, a known list's
 * too.
 */
void
lfdw_placeholder_name_parts(LfdwArguments *arguments,
							const LfdwCondition *conditions, int nconditions,
							int max_values)
{
	for (int i = 0; i < arguments->nequalities; i++)
	{
		LfdwEquality *equality = &arguments->equalities[i];
		bool		each = equality->send_as == LFDW_SEND_EACH;
		int			most = each ? 1 : max_values;

		if (!each && equality->send_as != LFDW_SEND_PARTS)
			continue;
		if (!equality->set.unknown)
		{
			if (equality->set.nvalues <= most)
				continue;
			set_placeholder(&equality->set,
							lfdw_placeholder_add(arguments, LFDW_UNKNOWN_PART,
												 lists_of(equality->column, conditions,
														  nconditions)));
		}
		if (each)
			note_each(arguments, equality->set.placeholder);
		else if (equality->set.placeholder)
			equality->send_as = LFDW_SEND_LIST;
	}
}
