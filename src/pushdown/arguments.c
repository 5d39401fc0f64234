/*-------------------------------------------------------------------------
 *
 * arguments.c
 *		What one (re)scan asks: the values of its conditions, ready to send.
 *
 * IDENTIFICATION
 *	  src/pushdown/arguments.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "pushdown/arguments.h"
#include "pushdown/condition.h"
#include "value/value.h"

/*
 * How the "=" and "in" conditions of a column are sent, by what it declares
 * and what there is.
 */
LfdwSendAs
lfdw_arguments_send_as(const LfdwColumn *column, bool has_scalar, bool has_list)
{
	const LfdwPushdown *scalar = column->scalar;
	const LfdwPushdown *list = column->list;

	if (!scalar->declared)
		return LFDW_SEND_LIST;
	if (!has_scalar)
		return list->declared ? LFDW_SEND_LIST : LFDW_SEND_EACH;
	if (has_list && list->declared && strcmp(scalar->argument, list->argument) != 0)
		return LFDW_SEND_BOTH;
	return LFDW_SEND_SCALAR;
}

/* Are two texts the same, neither of them NULL? */
static bool
is_same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/*
 * Adds a condition to the envelope's, once: with a value as JSON, the one that a
 * call carries of each, or the name of the argument that is its list.
 */
static void
add_filter(LfdwArguments *arguments, const LfdwFilter *given)
{
	LfdwFilter *filter = arguments->filters;

	for (; filter < arguments->filters + arguments->nfilters; filter++)
	{
		if (filter->column == given->column && filter->op == given->op &&
			(is_same(filter->json, given->json) ||
			 is_same(filter->argument, given->argument)))
			return;
	}
	arguments->nfilters++;
	*filter = *given;
}

/*
 * One "=" or "in" as a filter: on its own operator, or as a list, which a request
 * holds once.
 */
static void
add_equality_filter(LfdwArguments *arguments, const LfdwCondition *condition,
					LfdwSendAs send_as)
{
	const LfdwColumn *column = condition->term->column;
	bool		scalar = condition->term->op->takes == LFDW_TAKES_VALUE &&
	column->scalar->declared;
	LfdwFilter	filter = {.column = column,.op = lfdw_operator_equality(!scalar),
	.each = -1};

	if (scalar)
		filter.json = condition->set.json[0];
	else if (!column->list->declared)
		return;
	else if (send_as == LFDW_SEND_SCALAR)
		filter.json = lfdw_set_list(&condition->set);
	else
		filter.argument = column->list->argument;
	add_filter(arguments, &filter);
}

/* Is the condition one of the column's that are sent as "=" or "in"? */
static bool
is_equality_of(const LfdwCondition *condition, const LfdwColumn *column)
{
	return condition->term->column == column && condition->term->declared &&
		condition->outcome == LFDW_SENT &&
		lfdw_operator_is_equality(condition->term->op);
}

/* Makes the argument and the filters of a column's "=" and "in". */
static void
add_equalities(LfdwArguments *arguments, const LfdwColumn *column,
			   const LfdwCondition *conditions, int nconditions)
{
	LfdwEquality *equality = &arguments->equalities[arguments->nequalities];
	bool		has_scalar = false;
	bool		has_list = false;

	equality->column = NULL;
	for (int i = 0; i < nconditions; i++)
	{
		if (!is_equality_of(&conditions[i], column))
			continue;
		if (conditions[i].term->op->takes == LFDW_TAKES_LIST)
			has_list = true;
		else
			has_scalar = true;
		if (equality->column)
			lfdw_set_intersect(&equality->set, &conditions[i].set, true);
		else
		{
			equality->column = column;
			equality->set = lfdw_set_copy(&conditions[i].set);
		}
	}
	if (equality->column == NULL)
		return;
	equality->send_as = lfdw_arguments_send_as(column, has_scalar, has_list);
	for (int i = 0; equality->send_as != LFDW_SEND_EACH && i < nconditions; i++)
	{
		if (is_equality_of(&conditions[i], column))
			add_equality_filter(arguments, &conditions[i], equality->send_as);
	}
	if (equality->send_as == LFDW_SEND_EACH)
	{
		LfdwFilter	filter = {.column = column,.op = lfdw_operator_equality(false),
		.each = arguments->nequalities};

		add_filter(arguments, &filter);
	}
	arguments->nequalities++;
}

/*
 * Makes a condition the argument of its operator, if that has one and no tighter
 * condition has it.  Returns the argument's name where the condition has it for
 * good: nothing is tighter than the first list.
 */
static const char *
take_argument(LfdwArguments *arguments, const LfdwCondition *condition,
			  const LfdwCondition **of_argument)
{
	const LfdwTerm *term = condition->term;
	const char *argument = term->column->pushdown[term->op->number].argument;
	int			i = 0;

	if (argument == NULL)
		return NULL;
	while (i < arguments->nothers &&
		   (arguments->others[i].column != term->column ||
			arguments->others[i].op != term->op))
		i++;
	if (i < arguments->nothers &&
		!lfdw_condition_is_tighter(condition, of_argument[i]))
		return NULL;
	if (i == arguments->nothers)
		arguments->nothers++;
	arguments->others[i].column = term->column;
	arguments->others[i].op = term->op;
	arguments->others[i].json = lfdw_condition_json(condition);
	of_argument[i] = condition;
	return term->op->takes == LFDW_TAKES_LIST ? argument : NULL;
}

/*
 * Adds a condition that is no declared "=" or "in": a filter, and the argument
 * if its operator has one, which takes the tightest of several.
 */
static void
add_other(LfdwArguments *arguments, const LfdwCondition *condition,
		  const LfdwCondition **of_argument)
{
	LfdwFilter	filter = {.column = condition->term->column,
	.op = condition->term->op,.each = -1};

	if (condition->term->declared)
		filter.argument = take_argument(arguments, condition, of_argument);
	if (filter.argument == NULL)
		filter.json = lfdw_condition_json(condition);
	add_filter(arguments, &filter);
}

/* A query that asks for everything yet, palloc'd, with room for terms. */
LfdwArguments *
lfdw_arguments_make(const LfdwTable *table, int nterms)
{
	LfdwArguments *arguments = palloc0(sizeof(LfdwArguments));

	arguments->limit = -1;
	arguments->given = palloc0(sizeof(bool) * (table->ncolumns + 1));
	arguments->problems = palloc0(sizeof(char *) * (table->ncolumns + 1));
	arguments->equalities = palloc0(sizeof(LfdwEquality) * (table->ncolumns + 1));
	arguments->others = palloc0(sizeof(LfdwOtherArgument) * (nterms + 1));
	arguments->filters = palloc0(sizeof(LfdwFilter) * (nterms + 1));
	return arguments;
}

/*
 * Were all conditions sent, each on a declared operator, and in calls none of
 * which returns a row of another's?
 */
static bool
is_exact(const LfdwArguments *arguments, const LfdwCondition *conditions,
		 int nconditions)
{
	for (int i = 0; i < nconditions; i++)
	{
		if (conditions[i].outcome == LFDW_LOCAL || !conditions[i].term->declared)
			return false;
	}
	for (int i = 0; i < arguments->nequalities; i++)
	{
		if (lfdw_set_has_equals(&arguments->equalities[i].set))
			return false;
	}
	return true;
}

/*
 * Makes the arguments and filters of conditions that were rendered, and says
 * whether they are exact.
 */
void
lfdw_arguments_fill(LfdwArguments *arguments, const LfdwTable *table,
					const LfdwCondition *conditions, int nconditions)
{
	const LfdwCondition **of_argument = palloc(sizeof(LfdwCondition *) *
											   (nconditions + 1));

	for (int i = 0; i < table->ncolumns; i++)
		add_equalities(arguments, &table->columns[i], conditions, nconditions);
	for (int i = 0; i < nconditions; i++)
	{
		const LfdwTerm *term = conditions[i].term;

		if (term->declared && conditions[i].why)
			arguments->problems[term->column - table->columns] =
				lfdw_condition_problem(&conditions[i]);
		if (conditions[i].outcome != LFDW_SENT)
			continue;
		if (term->declared)
			arguments->given[term->column - table->columns] = true;
		if (!term->declared || !lfdw_operator_is_equality(term->op))
			add_other(arguments, &conditions[i], of_argument);
	}
	for (int i = 0; i < arguments->nequalities; i++)
		lfdw_set_index(&arguments->equalities[i].set);
	arguments->exact = is_exact(arguments, conditions, nconditions);
}

/*
 * Evaluates one term after the other, behind the bound condition
 * if there is one; false where no row can match.
 */
static bool
evaluate_terms(LfdwCondition *conditions, List *terms, List *exprstates,
			   ExprContext *econtext, const LfdwCondition *bound)
{
	int			n = 0;
	int			next = 0;
	ListCell   *lc;

	if (bound)
	{
		conditions[n] = *bound;
		conditions[n].set = lfdw_set_copy(&bound->set);
		if (conditions[n++].outcome == LFDW_NO_ROW)
			return false;
	}
	foreach(lc, terms)
	{
		LfdwTerm   *term = lfirst(lc);
		ExprState  *state = term->value ? list_nth(exprstates, next++) : NULL;

		CHECK_FOR_INTERRUPTS();
		lfdw_condition_evaluate(&conditions[n], term, state, econtext);
		if (conditions[n].outcome == LFDW_NO_ROW)
			return false;
		n++;
	}
	return !lfdw_conditions_contradict(conditions, n);
}

/*
 * Writes values that are known as JSON: evaluation alone sees the session's
 * settings.
 */
void
lfdw_arguments_render(LfdwCondition *conditions, int nconditions, int max_values)
{
	int			nestlevel = lfdw_sending_modes_begin();

	for (int i = 0; i < nconditions; i++)
	{
		if (!conditions[i].set.unknown)
			lfdw_condition_render(&conditions[i], max_values);
	}
	lfdw_transmission_modes_end(nestlevel);
}

/*
 * Evaluates the terms of a scan for one (re)scan.
 *
 * exprstates are the terms' values in the same order, and may be followed by
 * others; bound is a condition more, NULL for none.  Everything is allocated in the current context, which should live
 * until the next rescan.  A term whose value JSON cannot carry is left to
 * PostgreSQL's recheck.  Raises what evaluating the expressions raises.
 */
LfdwArguments *
lfdw_arguments_evaluate(const LfdwTable *table, List *terms,
						List *exprstates, ExprContext *econtext,
						const LfdwCondition *bound)
{
	int			nterms = list_length(terms) + (bound ? 1 : 0);
	LfdwArguments *arguments = lfdw_arguments_make(table, nterms);
	LfdwCondition *conditions = palloc0(sizeof(LfdwCondition) * (nterms + 1));

	arguments->nothing = !evaluate_terms(conditions, terms, exprstates, econtext,
										 bound);
	if (arguments->nothing)
		return arguments;
	lfdw_arguments_render(conditions, nterms, table->options->max_batch_keys);
	lfdw_arguments_fill(arguments, table, conditions, nterms);
	return arguments;
}

/* The argument that carries a column's value, or NULL. */
const LfdwEquality *
lfdw_arguments_equality(const LfdwArguments *arguments, const LfdwColumn *column)
{
	for (int i = 0; i < arguments->nequalities; i++)
	{
		if (arguments->equalities[i].column == column)
			return &arguments->equalities[i];
	}
	return NULL;
}

/*
 * Lets every list go in parts, a call for each: of a length that a call may
 * have, or less where a call turns out to ask for too much.  An answer that must
 * come sorted comes from one call.
 */
void
lfdw_arguments_divide(LfdwArguments *arguments)
{
	for (int i = 0; arguments->order_by == NULL && i < arguments->nequalities; i++)
	{
		if (arguments->equalities[i].send_as == LFDW_SEND_LIST)
			arguments->equalities[i].send_as = LFDW_SEND_PARTS;
	}
}

/* A part with room for a query's arguments, palloc'd; all values are 0. */
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

/* The part of a query's first call, palloc'd in the current context. */
LfdwPart *
lfdw_arguments_first_part(const LfdwArguments *arguments, int max_values)
{
	LfdwPart   *part = make_part(arguments);

	for (int i = 0; i < arguments->nequalities; i++)
		part->count[i] = part_size(&arguments->equalities[i], 0, max_values);
	return part;
}

/* A copy of a part, palloc'd in the current context. */
LfdwPart *
lfdw_arguments_copy_part(const LfdwArguments *arguments, const LfdwPart *part)
{
	LfdwPart   *copy = make_part(arguments);

	memcpy(copy->first, part->first, sizeof(int) * arguments->nequalities);
	memcpy(copy->count, part->count, sizeof(int) * arguments->nequalities);
	return copy;
}

/* Counts on to the values of the next call; false after the last. */
bool
lfdw_arguments_next_part(const LfdwArguments *arguments, LfdwPart *part, int max_values)
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
	nestlevel = lfdw_sending_modes_begin();
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
lfdw_arguments_matches(const LfdwArguments *arguments, int index, const LfdwPart *part,
					   Datum value)
{
	const LfdwEquality *equality = &arguments->equalities[index];
	Oid			type = getBaseType(equality->column->typid);
	int			first;
	int			count;
	int			place;

	value = lfdw_set_datum(value, type);
	count = lfdw_set_find(&equality->set, value, &first);
	if (count == 0)
		return false;
	place = choose_place(equality, value, first, count);
	return place >= part->first[index] &&
		place < part->first[index] + part->count[index];
}
