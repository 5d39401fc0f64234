/*-------------------------------------------------------------------------
 *
 * condition.c
 *		A condition with its values, and what several of them say together.
 *
 * Every condition here is a member of a top-level AND, so a NULL value, an
 * empty list or two conditions that exclude each other mean that no row
 * matches, and nobody need be asked.
 *
 * IDENTIFICATION
 *	  src/pushdown/condition.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "pg/message.h"
#include "pushdown/argument_form.h"
#include "pushdown/condition.h"
#include "value/value.h"

/* JSON readers in double arithmetic tell integers apart up to here. */
#define HINT_INTEGER_MAX (INT64CONST(1) << 53)

/* Takes the values of a list. */
static LfdwOutcome
take_list(LfdwCondition *condition, Datum array)
{
	LfdwValueSet *set = &condition->set;
	bool		has_null;

	lfdw_set_take_array(set, condition->term->valtype, array, &has_null);
	if (lfdw_operator_is_equality(condition->term->op))
		return set->nvalues == 0 ? LFDW_NO_ROW : LFDW_SENT;
	if (has_null)
		return LFDW_NO_ROW;
	return set->nvalues == 0 ? LFDW_ANY_ROW : LFDW_SENT;
}

/* Sets up a condition whose values follow. */
static void
init_condition(LfdwCondition *condition, LfdwTerm *term)
{
	Oid			type = term->valtype;

	memset(condition, 0, sizeof(*condition));
	condition->term = term;
	condition->outcome = LFDW_SENT;
	condition->set.collation = term->collation;
	condition->set.type = lookup_type_cache(lfdw_set_type(type),
											TYPECACHE_CMP_PROC_FINFO);
}

/* Leaves a condition to PostgreSQL's recheck, for a reason. */
static void
keep_local(LfdwCondition *condition, char *why)
{
	condition->outcome = LFDW_LOCAL;
	condition->why = why;
}

/*
 * Drops integers that the column's type cannot hold: the function is not shown
 * them, for its type may not hold them either.  All values of the column stand
 * on one side of such an integer, so where none is left nothing matches, or
 * whatever is not NULL does.
 */
static void
drop_outside(LfdwCondition *condition)
{
	Oid			type = getBaseType(condition->term->column->typid);
	int			side;

	if (condition->outcome != LFDW_SENT ||
		!lfdw_set_is_integer(condition->term->valtype))
		return;
	side = lfdw_set_drop_outside(&condition->set, type);
	if (condition->set.nvalues > 0)
		return;
	if (lfdw_operator_keeps(condition->term->op, -side))
		keep_local(condition, psprintf("its values are out of range for type %s",
									   format_type_be(type)));
	else
		condition->outcome = LFDW_NO_ROW;
}

/*
 * Evaluates a term in the current context; its JSON is made later.  Raises
 * what evaluating the expression raises.
 */
void
lfdw_condition_evaluate(LfdwCondition *condition, LfdwTerm *term,
						ExprState *state, ExprContext *econtext)
{
	bool		isnull;
	Datum		value;

	init_condition(condition, term);
	if (state == NULL)
		return;
	value = ExecEvalExpr(state, econtext, &isnull);
	if (isnull)
	{
		condition->outcome = LFDW_NO_ROW;
		return;
	}
	if (term->op->takes == LFDW_TAKES_LIST)
		condition->outcome = take_list(condition, value);
	else
		lfdw_set_take_value(&condition->set, term->valtype, value);
	drop_outside(condition);
}

/*
 * A condition whose values come when the scan runs: EXPLAIN's, and one that a
 * join gives.
 */
void
lfdw_condition_of_unknown(LfdwCondition *condition, LfdwTerm *term)
{
	init_condition(condition, term);
	condition->set.unknown = true;
}

/*
 * A condition "column in values" for values that are at hand: none NULL, and
 * as sets hold those of the term's type.  The condition takes over the array,
 * whose values must live as long.
 */
void
lfdw_condition_of_values(LfdwCondition *condition, LfdwTerm *term,
						 Datum *values, int nvalues)
{
	init_condition(condition, term);
	condition->set.values = values;
	condition->set.nvalues = nvalues;
	lfdw_set_sort(&condition->set);
	if (nvalues == 0)
		condition->outcome = LFDW_NO_ROW;
	drop_outside(condition);
}

/*
 * Why a condition that could be sent by its form was left to the recheck, as a
 * sentence; palloc'd in the current context.
 */
char *
lfdw_condition_problem(const LfdwCondition *condition)
{
	return psprintf("Its condition %s %s ... cannot be sent: %s.",
					condition->term->column->attname,
					condition->term->op->name, condition->why);
}

/* The condition's value as JSON: a list for those that take one. */
char *
lfdw_condition_json(const LfdwCondition *condition)
{
	switch (condition->term->op->takes)
	{
		case LFDW_TAKES_LIST:
			return lfdw_set_list(&condition->set);
		case LFDW_TAKES_NOTHING:
			return pstrdup("true");
		default:
			return condition->set.json[0];
	}
}

/* Takes out of a condition's equal values what another excludes. */
static bool
exclude(LfdwCondition *condition, const LfdwCondition *other)
{
	const LfdwOperator *op = other->term->op;

	if (op->takes == LFDW_TAKES_VALUE)
		lfdw_set_filter(&condition->set, other->set.values[0], op);
	else if (op->takes == LFDW_TAKES_LIST)
		lfdw_set_intersect(&condition->set, &other->set,
						   lfdw_operator_is_equality(op));
	return condition->set.nvalues == 0;
}

/* Is a lower bound above an upper one, or at it where either excludes it? */
static bool
bounds_cross(const LfdwCondition *lower, const LfdwCondition *upper)
{
	int			both = lower->term->op->keeps & upper->term->op->keeps;
	int			order;

	if (!lfdw_operator_is_bound(lower->term->op) ||
		!lfdw_operator_is_bound(upper->term->op) ||
		!(lower->term->op->keeps & LFDW_KEEPS_ABOVE) ||
		!(upper->term->op->keeps & LFDW_KEEPS_BELOW))
		return false;
	order = lfdw_set_compare(&lower->set, lower->set.values[0],
							 upper->set.values[0]);
	return order > 0 || (order == 0 && !(both & LFDW_KEEPS_EQUAL));
}

/*
 * Can a condition keep a row whose column is NULL?  So does "not in", if a list
 * that is not known yet turns out to be empty.
 */
static bool
may_keep_null(const LfdwCondition *condition)
{
	const LfdwOperator *op = condition->term->op;

	return (op->keeps & LFDW_KEEPS_NULL) ||
		(condition->set.unknown && op->takes == LFDW_TAKES_LIST &&
		 !lfdw_operator_is_equality(op));
}

/*
 * Does the first of two conditions of a column leave the second no row?  Those
 * without values yet tell by their operators alone.
 */
static bool
excludes(LfdwCondition *a, LfdwCondition *b)
{
	if (b->term->op->keeps & LFDW_KEEPS_NULL)
		return !may_keep_null(a);
	if (b->set.nvalues == 0 || a->set.nvalues == 0 ||
		!lfdw_set_comparable(&a->set, &b->set))
		return false;
	if (lfdw_operator_is_equality(b->term->op))
		return exclude(b, a);
	return bounds_cross(a, b);
}

/*
 * Has one condition no row, or do two exclude each other?  What is left of lists
 * after the others of their column is all that need be asked for.
 */
static bool
contradict(LfdwCondition *conditions, int nconditions)
{
	for (int i = 0; i < nconditions; i++)
	{
		if (conditions[i].outcome == LFDW_NO_ROW)
			return true;
	}
	for (int i = 0; i < nconditions; i++)
	{
		for (int j = 0; j < nconditions; j++)
		{
			CHECK_FOR_INTERRUPTS();
			if (i != j &&
				conditions[i].term->column == conditions[j].term->column &&
				conditions[i].outcome != LFDW_ANY_ROW &&
				conditions[j].outcome != LFDW_ANY_ROW &&
				excludes(&conditions[i], &conditions[j]))
				return true;
		}
	}
	return false;
}

/* Is a hint's value an integer that not every function reads alike? */
static bool
is_large_hint(const LfdwCondition *condition, Datum value)
{
	return !condition->term->declared &&
		condition->set.type->type_id == INT8OID &&
		(DatumGetInt64(value) > HINT_INTEGER_MAX ||
		 DatumGetInt64(value) < -HINT_INTEGER_MAX);
}

/* Why a value cannot be sent. */
static char *
describe_value(const LfdwValueSet *set, Datum value)
{
	Oid			type = set->type->type_id;
	Oid			function;
	bool		varlena;
	char	   *text;

	getTypeOutputInfo(type, &function, &varlena);
	text = OidOutputFunctionCall(function, value);
	return psprintf("JSON cannot carry its value \"%s\" of type %s",
					lfdw_error_excerpt(text, strlen(text)),
					format_type_be(type));
}

/*
 * Writes the values as JSON, each once.  A condition stays local where one of
 * them has no form there (infinity, NaN), or, for a hint, none that every
 * function reads alike; or where its list is longer than max_values and cannot go
 * in parts.
 */
static void
render(LfdwCondition *condition, LfdwOutput *output, int max_values)
{
	LfdwValueSet *set = &condition->set;
	LfdwTerm   *term = condition->term;
	StringInfoData json;
	char	   *why;

	set->json = palloc_extended(sizeof(char *) * (set->nvalues + 1), MCXT_ALLOC_HUGE);
	initStringInfo(&json);
	for (int i = 0; i < set->nvalues && condition->outcome == LFDW_SENT; i++)
	{
		resetStringInfo(&json);
		if (is_large_hint(condition, set->values[i]))
			keep_local(condition, NULL);
		else if (!lfdw_output_to_json(&json, output, set->values[i]))
			keep_local(condition, describe_value(set, set->values[i]));
		else if (term->declared &&
				 !lfdw_argument_form_can_carry(term->column->argument_format, json.data))
			keep_local(condition, pstrdup("its value has a comma, which its argument_format, csv, cannot carry"));
		else if (term->declared &&
				 (why = lfdw_table_refusal(term->column, term->op, json.data)) != NULL)
			keep_local(condition, why);
		/* a buffer each would be a kilobyte for a key of a join */
		set->json[i] = pnstrdup(json.data, json.len);
	}
	pfree(json.data);
	if (condition->outcome != LFDW_SENT || term->op->takes != LFDW_TAKES_LIST)
		return;
	lfdw_set_remove_duplicates(set);
	if (set->nvalues > max_values &&
		!(lfdw_operator_is_equality(term->op) && term->declared))
		keep_local(condition,
				   psprintf("its list is longer than the option max_batch_keys, %d, allows",
							max_values));
}

/*
 * Makes evaluated conditions ready to send: takes out of their values what others
 * exclude, and writes what is left as JSON.  Returns false where no row can meet
 * them all.
 *
 * max_values is how many values a list may have that cannot go in parts.  Values
 * were evaluated under the session's settings; those that could look different under
 * others are written under lfdw_transmission_modes_begin_utc's, which cost as much
 * as all else here.
 */
bool
lfdw_conditions_prepare(LfdwCondition *conditions, int nconditions, int max_values)
{
	if (contradict(conditions, nconditions))
		return false;
	for (int i = 0; i < nconditions; i++)
	{
		LfdwCondition *condition = &conditions[i];
		LfdwOutput *output;
		bool		follows;
		int			nestlevel;

		if (condition->set.unknown)
			continue;
		output = lfdw_value_output(condition->set.type->type_id,
								   condition->term->column->format);
		follows = lfdw_output_follows_settings(output);
		nestlevel = follows ? lfdw_transmission_modes_begin_utc() : 0;
		render(condition, output, max_values);
		if (follows)
			lfdw_transmission_modes_end(nestlevel);
	}
	return true;
}

/*
 * Of two conditions with the same operator: does the first leave fewer rows?
 * EXPLAIN's placeholders have no value to tell by.
 */
bool
lfdw_condition_is_tighter(const LfdwCondition *a, const LfdwCondition *b)
{
	int			order;

	if (!lfdw_operator_is_bound(a->term->op) ||
		a->set.unknown || b->set.unknown ||
		!lfdw_set_comparable(&a->set, &b->set))
		return false;
	order = lfdw_set_compare(&a->set, a->set.values[0], b->set.values[0]);
	return order != 0 && lfdw_operator_keeps(a->term->op, order);
}
