/*-------------------------------------------------------------------------
 *
 * arguments_display.c
 *		What a scan would ask, as far as it is known before it runs.
 *
 * EXPLAIN's payload is made by the code that makes the one that is sent, from the
 * constants among the values.  Where a value that is not known yet can change what
 * is sent, a placeholder stands in its place, never a guess.
 *
 * IDENTIFICATION
 *	  src/pushdown/arguments_display.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/int.h"
#include "executor/executor.h"
#include "utils/lsyscache.h"

#include "pushdown/arguments_display.h"

/* A new placeholder, for these expressions. */
static char *
add_unknown(LfdwDisplay *display, LfdwUnknownKind kind, List *values)
{
	LfdwUnknown *unknown = palloc0(sizeof(LfdwUnknown));

	unknown->kind = kind;
	unknown->values = values;
	display->unknowns = lappend(display->unknowns, unknown);
	return psprintf("$%d", list_length(display->unknowns));
}

/* Has a set, whose values are not known yet, one text stand for them. */
static void
set_text(LfdwValueSet *set, char *text, bool whole_list)
{
	set->unknown = true;
	set->nvalues = 1;
	set->values = palloc0(sizeof(Datum));
	set->json = palloc(sizeof(char *));
	set->json[0] = text;
	set->placeholder = whole_list ? text : NULL;
}

/* A condition whose values come when the scan runs. */
static void
take_unknown(LfdwCondition *condition, LfdwTerm *term)
{
	memset(condition, 0, sizeof(*condition));
	condition->term = term;
	condition->outcome = LFDW_SENT;
	condition->set.collation = term->collation;
	condition->set.type = lookup_type_cache(lfdw_set_type(term->valtype),
											TYPECACHE_CMP_PROC_FINFO);
	condition->set.unknown = true;
}

/*
 * Evaluates what is constant.  Returns false where no row can match, whatever
 * the other values are.
 */
static bool
take_terms(LfdwDisplay *display, List *terms, LfdwTerm *bound)
{
	ExprContext *econtext = CreateStandaloneExprContext();
	LfdwCondition *condition = display->conditions;
	bool		possible = true;
	ListCell   *lc;

	if (bound)
		take_unknown(condition++, bound);
	foreach(lc, terms)
	{
		LfdwTerm   *term = lfirst(lc);

		if (term->value && !IsA(term->value, Const))
			take_unknown(condition, term);
		else
			lfdw_condition_evaluate(condition, term,
									term->value ? ExecInitExpr(term->value, NULL) : NULL,
									econtext);
		possible &= condition++->outcome != LFDW_NO_ROW;
	}
	FreeExprContext(econtext, true);
	return possible;
}

/*
 * Does what is known contradict itself?  Conditions without values take no part,
 * but against IS NULL; of "not in" a list that may turn out to be empty not even
 * there.
 */
static bool
is_contradiction(LfdwDisplay *display, int nconditions)
{
	LfdwCondition *conditions = display->conditions;
	bool		found;

	for (int i = 0; i < nconditions; i++)
	{
		const LfdwOperator *op = conditions[i].term->op;

		if (conditions[i].set.unknown && op->takes == LFDW_TAKES_LIST &&
			!lfdw_operator_is_equality(op))
			conditions[i].outcome = LFDW_ANY_ROW;
	}
	found = lfdw_conditions_contradict(conditions, nconditions);
	for (int i = 0; i < nconditions; i++)
	{
		if (conditions[i].set.unknown)
			conditions[i].outcome = LFDW_SENT;
	}
	return found;
}

/* The expression of a condition, as a list; a join's condition has none. */
static List *
values_of(const LfdwDisplay *display, const LfdwCondition *condition)
{
	return condition - display->conditions < display->nbound ? NIL :
		list_make1(condition->term->value);
}

/*
 * Gives the "=" and "in" conditions of a column, some of which have no value
 * yet, what can be said of them: with an "=" all of them are its one value;
 * without one, their lists are what all conditions of the column leave.
 */
static void
name_equalities(LfdwDisplay *display, LfdwCondition **members, int nmembers)
{
	LfdwCondition *chosen = NULL;
	List	   *values = NIL;
	bool		keys = false;

	for (int i = 0; i < nmembers; i++)
	{
		const LfdwOperator *op = members[i]->term->op;

		if (!lfdw_operator_is_equality(op))
			continue;
		if (op->takes == LFDW_TAKES_VALUE &&
			(chosen == NULL || (chosen->set.unknown && !members[i]->set.unknown)))
			chosen = members[i];
		if (op->takes == LFDW_TAKES_LIST)
		{
			keys |= members[i] - display->conditions < display->nbound;
			values = list_concat(values, values_of(display, members[i]));
		}
	}
	if (chosen && chosen->set.unknown)
		set_text(&chosen->set,
				 add_unknown(display, LFDW_UNKNOWN_VALUE,
							 values_of(display, chosen)), true);
	else if (chosen == NULL && (values || keys))
	{
		char	   *text = add_unknown(display, keys ? LFDW_UNKNOWN_KEYS :
									   nmembers == 1 ? LFDW_UNKNOWN_VALUE :
									   LFDW_UNKNOWN_REST, values);

		for (int i = 0; i < nmembers; i++)
		{
			if (lfdw_operator_is_equality(members[i]->term->op))
				set_text(&members[i]->set, text, true);
		}
		return;
	}
	for (int i = 0; chosen && i < nmembers; i++)
	{
		if (members[i] == chosen || !lfdw_operator_is_equality(members[i]->term->op))
			continue;
		members[i]->set = lfdw_set_copy(&chosen->set);
		members[i]->set.placeholder = NULL;
	}
}

/* Gives a column's conditions without a value their placeholders. */
static void
name_column(LfdwDisplay *display, const LfdwColumn *column, int nconditions)
{
	LfdwCondition **members = palloc(sizeof(LfdwCondition *) * (nconditions + 1));
	int			nmembers = 0;
	bool		unknown = false;

	for (int i = 0; i < nconditions; i++)
	{
		LfdwCondition *condition = &display->conditions[i];

		if (condition->term->column != column || condition->outcome != LFDW_SENT)
			continue;
		members[nmembers++] = condition;
		unknown |= condition->set.unknown;
	}
	if (!unknown)
		return;
	name_equalities(display, members, nmembers);
	for (int i = 0; i < nmembers; i++)
	{
		if (members[i]->set.unknown && members[i]->set.json == NULL)
			set_text(&members[i]->set,
					 add_unknown(display, LFDW_UNKNOWN_VALUE,
								 values_of(display, members[i])), true);
	}
}

/*
 * The argument of an operator like "<" is the tightest bound, which is not known
 * before all of them are.
 */
static void
name_bounds(LfdwDisplay *display, int nconditions)
{
	LfdwArguments *arguments = display->arguments;

	for (int i = 0; i < arguments->nothers; i++)
	{
		LfdwOtherArgument *other = &arguments->others[i];
		List	   *values = NIL;
		bool		unknown = false;

		for (int j = 0; lfdw_operator_is_bound(other->op) && j < nconditions; j++)
		{
			LfdwCondition *condition = &display->conditions[j];

			if (condition->term->column != other->column ||
				condition->term->op != other->op ||
				condition->outcome != LFDW_SENT)
				continue;
			values = lappend(values, condition->term->value);
			unknown |= condition->set.unknown;
		}
		if (unknown && list_length(values) > 1)
			other->json = add_unknown(display, LFDW_UNKNOWN_TIGHTEST, values);
	}
}

/* The lists of a column's conditions. */
static List *
lists_of(const LfdwDisplay *display, const LfdwColumn *column, int nconditions)
{
	List	   *values = NIL;

	for (int i = display->nbound; i < nconditions; i++)
	{
		if (display->conditions[i].term->column == column &&
			display->conditions[i].term->op->takes == LFDW_TAKES_LIST &&
			lfdw_operator_is_equality(display->conditions[i].term->op))
			values = lappend(values, display->conditions[i].term->value);
	}
	return values;
}

/* Shows lists that go a value or a part at a time as what one call has of them. */
static void
name_parts(LfdwDisplay *display, int nconditions, int max_values)
{
	for (int i = 0; i < display->arguments->nequalities; i++)
	{
		LfdwEquality *equality = &display->arguments->equalities[i];
		bool		each = equality->send_as == LFDW_SEND_EACH;
		int			most = each ? 1 : max_values;

		if (!each && equality->send_as != LFDW_SEND_PARTS)
			continue;
		if (!equality->set.unknown)
		{
			if (equality->set.nvalues <= most)
				continue;
			set_text(&equality->set,
					 add_unknown(display, LFDW_UNKNOWN_PART,
								 lists_of(display, equality->column, nconditions)),
					 true);
		}
		if (each && equality->set.placeholder)
		{
			LfdwUnknown *unknown = list_nth(display->unknowns,
											atoi(equality->set.placeholder + 1) - 1);

			unknown->each = true;
		}
		else if (equality->set.placeholder)
			equality->send_as = LFDW_SEND_LIST;
	}
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
take_limit(LfdwDisplay *display, List *limit)
{
	int64		count;
	int64		offset;
	int64		wanted;

	if (!display->arguments->exact || limit == NIL)
		return;
	if (known_count(linitial(limit), -1, &count) &&
		known_count(lsecond(limit), 0, &offset))
	{
		if (count >= 0 && offset >= 0 &&
			!pg_add_s64_overflow(count, offset, &wanted))
			display->arguments->limit = wanted;
		return;
	}
	display->arguments->limit = 0;
	display->arguments->limit_text = add_unknown(display, LFDW_UNKNOWN_LIMIT,
												 lsecond(limit) ? limit :
												 list_make1(linitial(limit)));
}

/*
 * What EXPLAIN shows of a scan: constants as they would be sent, $n for what is
 * not known yet.  Nothing but constants is evaluated.
 *
 * bound is the condition that a bind join above gives it, order_by its JSON, limit the
 * expressions of LIMIT and OFFSET; NULL and NIL for none.  The query says
 * nothing where constants alone tell that nobody is asked.  Palloc'd in the
 * current context.
 */
LfdwDisplay *
lfdw_arguments_display(const LfdwTable *table, List *terms, LfdwTerm *bound,
					   const char *order_by, List *limit)
{
	LfdwDisplay *display = palloc0(sizeof(LfdwDisplay));
	int			n = list_length(terms) + (bound ? 1 : 0);
	int			max_values = table->options->max_batch_keys;

	display->nbound = bound ? 1 : 0;
	display->conditions = palloc0(sizeof(LfdwCondition) * (n + 1));
	display->arguments = lfdw_arguments_make(table, n);
	display->arguments->nothing = !take_terms(display, terms, bound) ||
		is_contradiction(display, n);
	if (display->arguments->nothing)
		return display;
	lfdw_arguments_render(display->conditions, n, max_values);
	for (int i = 0; i < table->ncolumns; i++)
		name_column(display, &table->columns[i], n);
	lfdw_arguments_fill(display->arguments, table, display->conditions, n);
	name_bounds(display, n);
	take_limit(display, limit);
	display->arguments->order_by = order_by;
	lfdw_arguments_divide(display->arguments);
	name_parts(display, n, max_values);
	return display;
}
