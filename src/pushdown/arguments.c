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
LfdwManner
lfdw_query_manner(const LfdwColumn *column, bool has_eq, bool has_in)
{
	const LfdwPushdown *eq = &column->pushdown[LFDW_OP_EQ];
	const LfdwPushdown *in = &column->pushdown[LFDW_OP_IN];

	if (!eq->declared)
		return LFDW_SEND_LIST;
	if (!has_eq)
		return in->declared ? LFDW_SEND_LIST : LFDW_SEND_EACH;
	if (has_in && in->declared && strcmp(eq->argument, in->argument) != 0)
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
add_filter(LfdwQuery *query, const LfdwFilter *given)
{
	LfdwFilter *filter = query->filters;

	for (; filter < query->filters + query->nfilters; filter++)
	{
		if (filter->column == given->column && filter->op == given->op &&
			(is_same(filter->json, given->json) ||
			 is_same(filter->argument, given->argument)))
			return;
	}
	query->nfilters++;
	*filter = *given;
}

/*
 * One "=" or "in" as a filter: on its own operator, or as a list, which a request
 * holds once.
 */
static void
add_equality_filter(LfdwQuery *query, const LfdwCondition *condition,
					LfdwManner manner)
{
	const LfdwColumn *column = condition->term->column;
	LfdwFilter	filter = {.column = column,.op = LFDW_OP_IN,.each = -1};

	if (condition->term->op == LFDW_OP_EQ && column->pushdown[LFDW_OP_EQ].declared)
	{
		filter.op = LFDW_OP_EQ;
		filter.json = condition->set.json[0];
	}
	else if (!column->pushdown[LFDW_OP_IN].declared)
		return;
	else if (manner == LFDW_SEND_SCALAR)
		filter.json = lfdw_set_list(&condition->set);
	else
		filter.argument = column->pushdown[LFDW_OP_IN].argument;
	add_filter(query, &filter);
}

/* Is the condition one of the column's that are sent as "=" or "in"? */
static bool
is_equality_of(const LfdwCondition *condition, const LfdwColumn *column)
{
	return condition->term->column == column && condition->term->declared &&
		condition->verdict == LFDW_SENT &&
		(condition->term->op == LFDW_OP_EQ || condition->term->op == LFDW_OP_IN);
}

/* Makes the argument and the filters of a column's "=" and "in". */
static void
add_equalities(LfdwQuery *query, const LfdwColumn *column,
			   const LfdwCondition *conditions, int nconditions)
{
	LfdwArgument *argument = &query->arguments[query->narguments];
	bool		seen[LFDW_NOPERATORS] = {false};

	argument->column = NULL;
	for (int i = 0; i < nconditions; i++)
	{
		if (!is_equality_of(&conditions[i], column))
			continue;
		seen[conditions[i].term->op] = true;
		if (argument->column)
			lfdw_set_intersect(&argument->set, &conditions[i].set, true);
		else
		{
			argument->column = column;
			argument->set = lfdw_set_copy(&conditions[i].set);
		}
	}
	if (argument->column == NULL)
		return;
	argument->manner = lfdw_query_manner(column, seen[LFDW_OP_EQ],
										 seen[LFDW_OP_IN]);
	for (int i = 0; argument->manner != LFDW_SEND_EACH && i < nconditions; i++)
	{
		if (is_equality_of(&conditions[i], column))
			add_equality_filter(query, &conditions[i], argument->manner);
	}
	if (argument->manner == LFDW_SEND_EACH)
	{
		LfdwFilter	filter = {.column = column,.op = LFDW_OP_EQ,.each = query->narguments};

		add_filter(query, &filter);
	}
	query->narguments++;
}

/*
 * Makes a condition the argument of its operator, if that has one and no tighter
 * condition has it.  Returns the argument's name where the condition has it for
 * good: nothing is tighter than the first list.
 */
static const char *
take_argument(LfdwQuery *query, const LfdwCondition *condition,
			  const LfdwCondition **of_argument)
{
	const LfdwTerm *term = condition->term;
	int			i = 0;

	if (term->column->pushdown[term->op].argument == NULL)
		return NULL;
	while (i < query->nothers &&
		   (query->others[i].column != term->column ||
			query->others[i].op != term->op))
		i++;
	if (i < query->nothers &&
		!lfdw_condition_is_tighter(condition, of_argument[i]))
		return NULL;
	if (i == query->nothers)
		query->nothers++;
	query->others[i].column = term->column;
	query->others[i].op = term->op;
	query->others[i].json = lfdw_condition_json(condition);
	of_argument[i] = condition;
	return term->op == LFDW_OP_NOT_IN ?
		term->column->pushdown[term->op].argument : NULL;
}

/*
 * Adds a condition that is no declared "=" or "in": a filter, and the argument
 * if its operator has one, which takes the tightest of several.
 */
static void
add_other(LfdwQuery *query, const LfdwCondition *condition,
		  const LfdwCondition **of_argument)
{
	LfdwFilter	filter = {.column = condition->term->column,
	.op = condition->term->op,.each = -1};

	if (condition->term->declared)
		filter.argument = take_argument(query, condition, of_argument);
	if (filter.argument == NULL)
		filter.json = lfdw_condition_json(condition);
	add_filter(query, &filter);
}

/* A query that asks for everything yet, palloc'd, with room for terms. */
LfdwQuery *
lfdw_query_make(const LfdwBinding *binding, int nterms)
{
	LfdwQuery  *query = palloc0(sizeof(LfdwQuery));

	query->limit = -1;
	query->given = palloc0(sizeof(bool) * (binding->ncolumns + 1));
	query->problems = palloc0(sizeof(char *) * (binding->ncolumns + 1));
	query->arguments = palloc0(sizeof(LfdwArgument) * (binding->ncolumns + 1));
	query->others = palloc0(sizeof(LfdwOtherArgument) * (nterms + 1));
	query->filters = palloc0(sizeof(LfdwFilter) * (nterms + 1));
	return query;
}

/*
 * Were all conditions sent, each on a declared operator, and in calls none of
 * which returns a row of another's?
 */
static bool
is_exact(const LfdwQuery *query, const LfdwCondition *conditions,
		 int nconditions)
{
	for (int i = 0; i < nconditions; i++)
	{
		if (conditions[i].verdict == LFDW_LOCAL || !conditions[i].term->declared)
			return false;
	}
	for (int i = 0; i < query->narguments; i++)
	{
		if (lfdw_set_has_equals(&query->arguments[i].set))
			return false;
	}
	return true;
}

/*
 * Makes the arguments and filters of conditions that were rendered, and says
 * whether they are exact.
 */
void
lfdw_query_fill(LfdwQuery *query, const LfdwBinding *binding,
				const LfdwCondition *conditions, int nconditions)
{
	const LfdwCondition **of_argument = palloc(sizeof(LfdwCondition *) *
											   (nconditions + 1));

	for (int i = 0; i < binding->ncolumns; i++)
		add_equalities(query, &binding->columns[i], conditions, nconditions);
	for (int i = 0; i < nconditions; i++)
	{
		const LfdwTerm *term = conditions[i].term;

		if (term->declared && conditions[i].why)
			query->problems[term->column - binding->columns] =
				lfdw_condition_problem(&conditions[i]);
		if (conditions[i].verdict != LFDW_SENT)
			continue;
		if (term->declared)
			query->given[term->column - binding->columns] = true;
		if (!term->declared ||
			(term->op != LFDW_OP_EQ && term->op != LFDW_OP_IN))
			add_other(query, &conditions[i], of_argument);
	}
	for (int i = 0; i < query->narguments; i++)
		lfdw_set_index(&query->arguments[i].set);
	query->exact = is_exact(query, conditions, nconditions);
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
		if (conditions[n++].verdict == LFDW_NO_ROW)
			return false;
	}
	foreach(lc, terms)
	{
		LfdwTerm   *term = lfirst(lc);
		ExprState  *state = term->value ? list_nth(exprstates, next++) : NULL;

		CHECK_FOR_INTERRUPTS();
		lfdw_condition_evaluate(&conditions[n], term, state, econtext);
		if (conditions[n].verdict == LFDW_NO_ROW)
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
lfdw_query_render(LfdwCondition *conditions, int nconditions, int max_values)
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
LfdwQuery *
lfdw_query_evaluate(const LfdwBinding *binding, List *terms,
					List *exprstates, ExprContext *econtext,
					const LfdwCondition *bound)
{
	int			nterms = list_length(terms) + (bound ? 1 : 0);
	LfdwQuery  *query = lfdw_query_make(binding, nterms);
	LfdwCondition *conditions = palloc0(sizeof(LfdwCondition) * (nterms + 1));

	query->nothing = !evaluate_terms(conditions, terms, exprstates, econtext,
									 bound);
	if (query->nothing)
		return query;
	lfdw_query_render(conditions, nterms, binding->options->max_batch_keys);
	lfdw_query_fill(query, binding, conditions, nterms);
	return query;
}

/* The argument that carries a column's value, or NULL. */
const LfdwArgument *
lfdw_query_argument(const LfdwQuery *query, const LfdwColumn *column)
{
	for (int i = 0; i < query->narguments; i++)
	{
		if (query->arguments[i].column == column)
			return &query->arguments[i];
	}
	return NULL;
}

/*
 * Lets every list go in parts, a call for each: of a length that a call may
 * have, or less where a call turns out to ask for too much.  An answer that must
 * come sorted comes from one call.
 */
void
lfdw_query_divide(LfdwQuery *query)
{
	for (int i = 0; query->order_by == NULL && i < query->narguments; i++)
	{
		if (query->arguments[i].manner == LFDW_SEND_LIST)
			query->arguments[i].manner = LFDW_SEND_PARTS;
	}
}

/* A turn with room for a query's arguments, palloc'd; all values are 0. */
static LfdwTurn *
make_turn(const LfdwQuery *query)
{
	LfdwTurn   *turn = palloc(sizeof(LfdwTurn));

	turn->first = palloc0(sizeof(int) * (query->narguments + 1));
	turn->count = palloc0(sizeof(int) * (query->narguments + 1));
	return turn;
}

/* How many values an argument's part has that begins at first. */
static int
part_size(const LfdwArgument *argument, int first, int max_values)
{
	if (argument->manner == LFDW_SEND_EACH)
		return 1;
	return argument->manner == LFDW_SEND_PARTS ?
		Min(argument->set.nvalues - first, max_values) : argument->set.nvalues;
}

/* The turn of a query's first call, palloc'd in the current context. */
LfdwTurn *
lfdw_query_first_turn(const LfdwQuery *query, int max_values)
{
	LfdwTurn   *turn = make_turn(query);

	for (int i = 0; i < query->narguments; i++)
		turn->count[i] = part_size(&query->arguments[i], 0, max_values);
	return turn;
}

/* A copy of a turn, palloc'd in the current context. */
LfdwTurn *
lfdw_query_copy_turn(const LfdwQuery *query, const LfdwTurn *turn)
{
	LfdwTurn   *copy = make_turn(query);

	memcpy(copy->first, turn->first, sizeof(int) * query->narguments);
	memcpy(copy->count, turn->count, sizeof(int) * query->narguments);
	return copy;
}

/* Counts on to the values of the next call; false after the last. */
bool
lfdw_query_next_turn(const LfdwQuery *query, LfdwTurn *turn, int max_values)
{
	for (int i = 0; i < query->narguments; i++)
	{
		const LfdwArgument *argument = &query->arguments[i];
		bool		more;

		turn->first[i] += turn->count[i];
		more = turn->first[i] < argument->set.nvalues;
		if (!more)
			turn->first[i] = 0;
		turn->count[i] = part_size(argument, turn->first[i], max_values);
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
choose_place(const LfdwArgument *argument, Datum value, int first, int count)
{
	const LfdwValueSet *set = &argument->set;
	int			nestlevel;
	StringInfoData json;

	if (count == 1)
		return set->sorted[first];
	initStringInfo(&json);
	nestlevel = lfdw_sending_modes_begin();
	(void) lfdw_value_to_json(&json, value, set->type->type_id,
							  argument->column->format);
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
 * call's turn carries in the argument at index?  Of several calls it is one's
 * alone.
 */
bool
lfdw_query_matches(const LfdwQuery *query, int index, const LfdwTurn *turn,
				   Datum value)
{
	const LfdwArgument *argument = &query->arguments[index];
	Oid			type = getBaseType(argument->column->typid);
	int			first;
	int			count;
	int			place;

	value = lfdw_set_datum(value, type);
	count = lfdw_set_find(&argument->set, value, &first);
	if (count == 0)
		return false;
	place = choose_place(argument, value, first, count);
	return place >= turn->first[index] &&
		place < turn->first[index] + turn->count[index];
}
