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

#include "common/int.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "pushdown/argument_form.h"
#include "pushdown/arguments.h"
#include "pushdown/placeholder.h"

/* What arguments are made of. */
typedef struct Source
{
	const LfdwTable *table;
	LfdwCondition *conditions;	/* those of a join are the first */
	int			nconditions;
	const LfdwBound *bound;		/* what a join gives, NULL for none */
} Source;

/*
 * How the "=" and "in" conditions of a column are sent, by what it declares
 * and what there is.  A list goes in parts: of a length that a call may have, or
 * less where a call turns out to ask for too much.  Only an answer that must come
 * sorted comes from one call.  An input column's list would not tell which row is
 * whose.
 */
static LfdwSendAs
choose_send_as(const LfdwColumn *column, bool has_scalar, bool has_list,
			   bool sorted)
{
	const LfdwPushdown *scalar = column->scalar;
	const LfdwPushdown *list = column->list;
	LfdwSendAs	send_list = sorted ? LFDW_SEND_LIST : LFDW_SEND_PARTS;

	if (!has_scalar && !lfdw_column_takes_list(column))
		return LFDW_SEND_EACH;
	if (!has_scalar || !scalar->declared)
		return send_list;
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
 * A value, or a list of them, as a filter has it: natural JSON, but for numbers whose
 * digits are to be kept.
 */
static char *
filter_value(const LfdwColumn *column, char *json)
{
	return column->argument_format == LFDW_ARGUMENT_DIGITS ?
		lfdw_argument_form_value(LFDW_ARGUMENT_DIGITS, json) : json;
}

/*
 * One "=" or "in" as a filter: on its own operator, or as a list, which a payload
 * holds once.
 */
static void
add_equality_filter(LfdwArguments *arguments, const LfdwCondition *condition,
					LfdwSendAs send_as)
{
	const LfdwColumn *column = condition->term->column;
	const LfdwOperator *op = condition->term->op;
	LfdwFilter	filter = {.column = column,.each = -1};

	filter.op = lfdw_operator_equality(true);
	if (op->takes == LFDW_TAKES_VALUE && column->scalar->declared)
	{
		filter.op = op;
		filter.json = filter_value(column, condition->set.json[0]);
	}
	else if (!column->list->declared)
		return;
	else if (send_as == LFDW_SEND_SCALAR)
		filter.json = filter_value(column, lfdw_set_list(&condition->set));
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

/*
 * Is a column one of several that a join gives values, or one that a batch has
 * beside those in its elements?
 */
static bool
is_in_tuples(const LfdwColumn *column, const Source *source)
{
	bool		found = false;
	int			nsent = source->table->item ? 1 : 0;

	for (int i = 0; source->bound && i < source->bound->ncolumns; i++)
	{
		if (source->conditions[i].outcome != LFDW_SENT)
			continue;
		nsent++;
		found |= source->conditions[i].term->column == column;
	}
	return found && nsent > 1;
}

/*
 * Makes one argument of a column's "=" and "in": the values that all of them
 * leave.  There may be none.
 */
static void
add_equality(LfdwArguments *arguments, const LfdwColumn *column,
			 const Source *source)
{
	LfdwEquality *equality = &arguments->equalities[arguments->nequalities];
	bool		has_scalar = false;
	bool		has_list = false;

	for (int i = 0; i < source->nconditions; i++)
	{
		const LfdwCondition *condition = &source->conditions[i];

		if (!is_equality_of(condition, column))
			continue;
		if (has_scalar || has_list)
			lfdw_set_intersect(&equality->set, &condition->set, true);
		else
			equality->set = lfdw_set_copy(&condition->set);
		if (condition->term->op->takes == LFDW_TAKES_LIST)
			has_list = true;
		else
			has_scalar = true;
	}
	if (!has_scalar && !has_list)
		return;
	arguments->nequalities++;
	equality->column = column;
	equality->base_type = getBaseType(column->typid);
	equality->send_as = choose_send_as(column, has_scalar, has_list,
									   arguments->order_by != NULL);
	if (column->in_batch)
		equality->send_as = LFDW_SEND_ELEMENT;
	else if (is_in_tuples(column, source))
		equality->send_as = LFDW_SEND_TUPLE;
	if (column->input || (column->in_batch && source->table->aligned))
		lfdw_set_remove_equals(&equality->set);
	lfdw_set_index(&equality->set);
}

/* Adds the filters of an argument: what a call has of it, or the conditions. */
static void
add_equality_filters(LfdwArguments *arguments, int index, const Source *source)
{
	const LfdwEquality *equality = &arguments->equalities[index];
	const LfdwColumn *column = equality->column;
	bool		list = lfdw_equality_sends(equality, true);
	LfdwFilter	filter = {.column = column,.each = list ? -1 : index};

	if (equality->send_as == LFDW_SEND_ELEMENT)
		return;
	if (equality->send_as == LFDW_SEND_EACH || lfdw_equality_is_in_tuples(equality))
	{
		filter.op = lfdw_operator_equality(list);
		filter.argument = list ? column->list->argument : NULL;
		add_filter(arguments, &filter);
		return;
	}
	for (int i = 0; i < source->nconditions; i++)
	{
		if (is_equality_of(&source->conditions[i], column))
			add_equality_filter(arguments, &source->conditions[i], equality->send_as);
	}
}

/*
 * Makes a condition the argument of its operator, if that has one and no tighter
 * condition has it.  Returns the argument's name where the condition has it for
 * good: nothing is tighter than the first list.
 */
static const char *
take_argument(LfdwArguments *arguments, const LfdwCondition *condition)
{
	const LfdwTerm *term = condition->term;
	const char *argument = term->column->pushdown[term->op->number].argument;
	LfdwOtherArgument *other = arguments->others;

	if (argument == NULL)
		return NULL;
	for (; other < arguments->others + arguments->nothers; other++)
	{
		if (other->condition->term->column == term->column &&
			other->condition->term->op == term->op)
			break;
	}
	if (other == arguments->others + arguments->nothers)
		arguments->nothers++;
	else if (!lfdw_condition_is_tighter(condition, other->condition))
		return NULL;
	other->condition = condition;
	other->json = lfdw_condition_json(condition);
	return term->op->takes == LFDW_TAKES_LIST ? argument : NULL;
}

/*
 * Adds a condition that is no declared "=" or "in": a filter, and the argument
 * if its operator has one, which takes the tightest of several.
 */
static void
add_other(LfdwArguments *arguments, const LfdwCondition *condition)
{
	LfdwFilter	filter = {.column = condition->term->column,
	.op = condition->term->op,.each = -1};

	if (condition->term->declared)
		filter.argument = take_argument(arguments, condition);
	if (filter.argument == NULL)
		filter.json = filter_value(filter.column, lfdw_condition_json(condition));
	add_filter(arguments, &filter);
}

/* Arguments that ask for everything yet, palloc'd, with room for conditions. */
static LfdwArguments *
create_arguments(const LfdwTable *table, int nconditions, const char *order_by)
{
	LfdwArguments *arguments = palloc0(sizeof(LfdwArguments));

	arguments->limit = -1;
	arguments->order_by = order_by;
	arguments->given = palloc0(sizeof(bool) * (table->ncolumns + 1));
	arguments->problems = palloc0(sizeof(char *) * (table->ncolumns + 1));
	arguments->equalities = palloc0(sizeof(LfdwEquality) * (table->ncolumns + 1));
	arguments->others = palloc0(sizeof(LfdwOtherArgument) * (nconditions + 1));
	arguments->filters = palloc0(sizeof(LfdwFilter) *
								 (nconditions + table->ncolumns + 1));
	return arguments;
}

/*
 * Were all conditions sent, each on a declared operator, and in calls none of
 * which returns a row of another's?
 */
static bool
is_exact(const LfdwArguments *arguments, const Source *source)
{
	for (int i = 0; i < source->nconditions; i++)
	{
		if (source->conditions[i].outcome == LFDW_LOCAL ||
			!source->conditions[i].term->declared)
			return false;
	}
	for (int i = 0; i < arguments->nequalities; i++)
	{
		if (lfdw_set_has_equals(&arguments->equalities[i].set))
			return false;
	}
	return true;
}

/* Notes what a condition gives its column, and adds it unless it is an equality. */
static void
take_condition(LfdwArguments *arguments, const LfdwTable *table,
			   const LfdwCondition *condition)
{
	const LfdwTerm *term = condition->term;
	int			column = term->column - table->columns;

	if (term->declared && condition->why)
		arguments->problems[column] = lfdw_condition_problem(condition);
	if (condition->outcome != LFDW_SENT)
		return;
	if (term->declared)
		arguments->given[column] |= lfdw_term_gives_value(term);
	if (!term->declared || !lfdw_operator_is_equality(term->op))
		add_other(arguments, condition);
}

/*
 * Makes the arguments and filters of conditions that are ready to send, and says
 * whether they are exact.
 */
static void
fill(LfdwArguments *arguments, const Source *source)
{
	bool		tuples = false;
	const LfdwFilter batch = {
		.op = lfdw_operator_equality(true),
		.each = -1,
		.argument = source->table->options->batch_argument
	};

	for (int i = 0; i < source->table->ncolumns; i++)
		add_equality(arguments, &source->table->columns[i], source);
	for (int i = 0; i < arguments->nequalities; i++)
		tuples |= lfdw_equality_is_in_tuples(&arguments->equalities[i]);
	if (tuples)
	{
		arguments->tuples = lfdw_tuples_make(source->table,
											 arguments->equalities,
											 arguments->nequalities,
											 source->bound);
		arguments->nothing = arguments->tuples->ntuples == 0;
	}
	for (int i = 0; i < arguments->nequalities; i++)
		add_equality_filters(arguments, i, source);
	if (tuples && source->table->item)
		add_filter(arguments, &batch);
	for (int i = 0; i < source->nconditions; i++)
		take_condition(arguments, source->table, &source->conditions[i]);
	arguments->exact = is_exact(arguments, source);
}

/*
 * Makes what is asked of conditions that were evaluated, with placeholders for
 * values that are not known yet.  The one way from conditions to a payload,
 * EXPLAIN's too.
 *
 * bound is what a join gives, whose conditions are the first, NULL for none;
 * order_by is what lfdw_payload_order made, NULL for none.  Palloc'd in the
 * current context; the conditions and order_by must live as long.
 */
LfdwArguments *
lfdw_arguments_make(const LfdwTable *table, LfdwCondition *conditions,
					int nconditions, const LfdwBound *bound, const char *order_by)
{
	LfdwArguments *arguments = create_arguments(table, nconditions, order_by);
	const Source source = {table, conditions, nconditions, bound};

	arguments->conditions = conditions;
	arguments->nconditions = nconditions;
	arguments->bound = bound;
	arguments->nothing = !lfdw_conditions_prepare(conditions, nconditions,
												  table->options->max_batch_keys);
	if (arguments->nothing)
		return arguments;
	lfdw_placeholder_name_values(&arguments->unknowns, table, conditions,
								 nconditions);
	fill(arguments, &source);
	return arguments;
}

/*
 * The same arguments without some of the conditions that they are made of, by their
 * places, of which none is a join's, and without a limit.  Palloc'd; what is left
 * is shared.
 */
LfdwArguments *
lfdw_arguments_without(const LfdwTable *table, const LfdwArguments *arguments,
					   const bool *dropped)
{
	LfdwCondition *left = palloc(sizeof(LfdwCondition) * (arguments->nconditions + 1));
	LfdwArguments *made;
	Source		source = {.table = table,.conditions = left,
	.bound = arguments->bound};

	for (int i = 0; i < arguments->nconditions; i++)
	{
		if (!dropped[i])
			left[source.nconditions++] = arguments->conditions[i];
	}
	made = create_arguments(table, source.nconditions, arguments->order_by);
	made->conditions = left;
	made->nconditions = source.nconditions;
	made->bound = arguments->bound;
	fill(made, &source);
	return made;
}

/*
 * Makes a condition of the values that a join gives one column.  A copy of them:
 * conditions sort theirs.
 */
static void
take_bound(LfdwCondition *condition, const LfdwBound *bound, int column)
{
	Datum	   *values = palloc_extended(sizeof(Datum) * (bound->ntuples + 1),
										 MCXT_ALLOC_HUGE);

	for (int i = 0; i < bound->ntuples; i++)
		values[i] = bound->values[(Size) i * bound->ncolumns + column];
	lfdw_condition_of_values(condition, bound->terms[column], values,
							 bound->ntuples);
}

/*
 * Evaluates the terms of a scan for one (re)scan.
 *
 * exprstates are the terms' values in the same order, and may be followed by
 * others; bound is what a join gives, order_by what lfdw_payload_order made, NULL
 * for none.  Everything is allocated in the current context, which should live
 * until the next rescan.  Where no row can
 * match, the terms that follow are not evaluated.  A term whose value JSON cannot
 * carry is left to PostgreSQL's recheck.  Raises what evaluating the expressions
 * raises.
 */
LfdwArguments *
lfdw_arguments_evaluate(const LfdwTable *table, List *terms,
						List *exprstates, ExprContext *econtext,
						const LfdwBound *bound, const char *order_by)
{
	LfdwCondition *conditions = palloc(sizeof(LfdwCondition) *
									   (list_length(terms) +
										(bound ? bound->ncolumns : 0) + 1));
	int			n = 0;
	int			next = 0;
	ListCell   *lc;

	for (; bound && n < bound->ncolumns; n++)
		take_bound(&conditions[n], bound, n);
	foreach(lc, terms)
	{
		LfdwTerm   *term = lfirst(lc);
		ExprState  *state = term->value ? list_nth(exprstates, next++) : NULL;

		CHECK_FOR_INTERRUPTS();
		if (n > 0 && conditions[n - 1].outcome == LFDW_NO_ROW)
			break;
		lfdw_condition_evaluate(&conditions[n++], term, state, econtext);
	}
	return lfdw_arguments_make(table, conditions, n, bound, order_by);
}

/*
 * How many rows LIMIT and OFFSET want together, all pages of a call; -1 for all.
 * limit is -1 for none.  The Limit node raises the errors about negative numbers.
 */
int64
lfdw_arguments_rows_wanted(int64 limit, int64 offset)
{
	int64		wanted;

	if (limit < 0 || offset < 0 || pg_add_s64_overflow(limit, offset, &wanted))
		return -1;
	return wanted;
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
