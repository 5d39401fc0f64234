/*-------------------------------------------------------------------------
 *
 * arguments_display.c
 *		What a scan would ask, as far as it is known before it runs.
 *
 * EXPLAIN evaluates the constants among the values and takes everything else as
 * not known yet; the rest is the way of what is sent (lfdw_arguments_make).
 *
 * IDENTIFICATION
 *	  src/pushdown/arguments_display.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/executor.h"

#include "pushdown/arguments_display.h"

/* Evaluates the terms whose values are constant. */
static void
evaluate_constants(LfdwCondition *conditions, List *terms)
{
	ExprContext *econtext = CreateStandaloneExprContext();
	ListCell   *lc;

	foreach(lc, terms)
	{
		LfdwTerm   *term = lfirst(lc);
		LfdwCondition *condition = &conditions[foreach_current_index(lc)];

		if (term->value && !IsA(term->value, Const))
			lfdw_condition_of_unknown(condition, term);
		else
			lfdw_condition_evaluate(condition, term,
									term->value ? ExecInitExpr(term->value, NULL) : NULL,
									econtext);
	}
	FreeExprContext(econtext, true);
}

/* A constant count of rows; false for any other expression. */
static bool
known_count(Node *expr, int64 absent, int64 *count)
{
	*count = absent;
	if (expr == NULL)
		return true;
	if (!IsA(expr, Const))
		return false;
	if (!((Const *) expr)->constisnull)
		*count = DatumGetInt64(((Const *) expr)->constvalue);
	return true;
}

/* The limit, LIMIT and OFFSET together, where it is sent. */
static void
take_limit(LfdwArguments *arguments, List *limit)
{
	int64		count;
	int64		offset;

	if (!arguments->exact || limit == NIL)
		return;
	if (known_count(linitial(limit), -1, &count) &&
		known_count(lsecond(limit), 0, &offset))
	{
		arguments->limit = lfdw_arguments_rows_wanted(count, offset);
		return;
	}
	arguments->limit = 0;
	arguments->limit_text = lfdw_placeholder_add(&arguments->unknowns,
												 LFDW_UNKNOWN_LIMIT,
												 lsecond(limit) ? limit :
												 list_make1(linitial(limit)));
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
		other->json = lfdw_placeholder_add(&arguments->unknowns,
										   LFDW_UNKNOWN_TIGHTEST, values);
}

/*
 * Names the arguments of operators like "<", each the tightest bound, which is not
 * known before all of them are.
 */
static void
name_bounds(LfdwArguments *arguments, const LfdwCondition *conditions,
			int nconditions)
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
			lfdw_operator_is_equality(term->op) && term->value)
			values = lappend(values, term->value);
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

/* Are all tuples known, and one call's? */
static bool
is_one_batch(const LfdwArguments *arguments, int max_values)
{
	const LfdwTuples *tuples = arguments->tuples;

	if (tuples == NULL ||
		lfdw_tuples_run(tuples, 0, max_values) < tuples->ntuples)
		return false;
	for (int i = 0; i < tuples->ncolumns; i++)
	{
		if (arguments->equalities[tuples->equalities[i]].set.unknown)
			return false;
	}
	return true;
}

/* Leaves one tuple, of placeholders, where not all tuples are one call's. */
static void
name_tuples(LfdwArguments *arguments)
{
	LfdwTuples *tuples = arguments->tuples;

	if (tuples == NULL)
		return;
	tuples->ntuples = 1;
	memset(tuples->places, 0, sizeof(int) * tuples->ncolumns);
}

/*
 * Names what one call has of values that go singly or in parts, a known list's
 * too.
 */
static void
name_parts(LfdwArguments *arguments, const LfdwCondition *conditions,
		   int nconditions, int max_values)
{
	bool		whole = is_one_batch(arguments, max_values);

	for (int i = 0; i < arguments->nequalities; i++)
	{
		LfdwEquality *equality = &arguments->equalities[i];
		bool		each = equality->send_as == LFDW_SEND_EACH ||
		equality->send_as == LFDW_SEND_ELEMENT ||
		equality->send_as == LFDW_SEND_TUPLE;
		int			most = each ? 1 : max_values;
		char	   *name;

		if (whole && lfdw_equality_is_in_tuples(equality))
			continue;
		if (!each && equality->send_as != LFDW_SEND_PARTS &&
			equality->send_as != LFDW_SEND_TUPLES)
			continue;
		if (!equality->set.unknown)
		{
			if (equality->set.nvalues <= most)
				continue;
			name = lfdw_placeholder_add(&arguments->unknowns, LFDW_UNKNOWN_PART,
										lists_of(equality->column, conditions,
												 nconditions));
			lfdw_placeholder_stand_for(&equality->set, name, true);
		}
		if (each)
			note_each(arguments, equality->set.placeholder);
		else if (equality->set.placeholder && equality->send_as == LFDW_SEND_PARTS)
			equality->send_as = LFDW_SEND_LIST;
	}
	if (!whole)
		name_tuples(arguments);
}

/* One tuple of the values that a join gives, none of them known; NULL for none. */
static LfdwBound *
bound_of_unknowns(List *terms)
{
	LfdwBound  *bound = palloc(sizeof(LfdwBound));
	ListCell   *lc;

	if (terms == NIL)
		return NULL;
	bound->ncolumns = list_length(terms);
	bound->terms = palloc(sizeof(LfdwTerm *) * bound->ncolumns);
	foreach(lc, terms)
		bound->terms[foreach_current_index(lc)] = lfirst(lc);
	bound->ntuples = 1;
	bound->values = NULL;
	return bound;
}

/*
 * What EXPLAIN shows of a scan: constants as they would be sent, $n for what is
 * not known yet.  Nothing but constants is evaluated.
 *
 * bound are the terms that a bind join above gives keys, order_by its JSON, limit
 * the expressions of LIMIT and OFFSET; NULL and NIL for none.  The arguments say
 * "nothing" where constants alone tell that nobody is asked.  Palloc'd in the
 * current context.
 */
LfdwDisplay *
lfdw_arguments_display(const LfdwTable *table, List *terms, List *bound,
					   const char *order_by, List *limit)
{
	LfdwDisplay *display = palloc0(sizeof(LfdwDisplay));
	int			nbound = list_length(bound);
	int			n = list_length(terms) + nbound;
	LfdwCondition *conditions = palloc(sizeof(LfdwCondition) * (n + 1));
	LfdwArguments *arguments;
	ListCell   *lc;

	foreach(lc, bound)
		lfdw_condition_of_unknown(&conditions[foreach_current_index(lc)], lfirst(lc));
	evaluate_constants(conditions + nbound, terms);
	arguments = lfdw_arguments_make(table, conditions, n,
									bound_of_unknowns(bound), order_by);
	display->conditions = conditions + nbound;
	display->arguments = arguments;
	if (arguments->nothing)
		return display;
	name_bounds(arguments, conditions, n);
	take_limit(arguments, limit);
	name_parts(arguments, conditions, n, table->options->max_batch_keys);
	return display;
}
