/*-------------------------------------------------------------------------
 *
 * query.c
 *		What one (re)scan asks: the values of its conditions, ready to send.
 *
 * Every condition here is a member of a top-level AND, so a NULL value, an
 * empty list or two sets without a common value mean that no row matches,
 * and nobody need be asked.
 *
 * IDENTIFICATION
 *	  src/query.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "query.h"
#include "value.h"

/* JSON readers in double arithmetic tell integers apart up to here. */
#define HINT_INTEGER_MAX (INT64CONST(1) << 53)

/* A term with its values. */
typedef struct LfdwBoundTerm
{
	LfdwTerm   *term;
	LfdwValueSet set;
} LfdwBoundTerm;

/* One value and where it stood. */
typedef struct SortItem
{
	Datum		value;
	int			position;
} SortItem;

/* The smallest and largest value of an integer type. */
static void
integer_bounds(Oid type, int64 *min, int64 *max)
{
	*min = type == INT2OID ? PG_INT16_MIN : type == INT4OID ? PG_INT32_MIN : PG_INT64_MIN;
	*max = type == INT2OID ? PG_INT16_MAX : type == INT4OID ? PG_INT32_MAX : PG_INT64_MAX;
}

/* A Datum of any integer type as a number. */
static int64
integer_value(Datum value, Oid type)
{
	return type == INT2OID ? DatumGetInt16(value) :
		type == INT4OID ? DatumGetInt32(value) : DatumGetInt64(value);
}

static int
compare_values(const LfdwValueSet *set, Datum a, Datum b)
{
	return DatumGetInt32(FunctionCall2Coll(&set->type->cmp_proc_finfo,
										   set->collation, a, b));
}

static int
compare_items(const void *a, const void *b, void *arg)
{
	const SortItem *left = a;
	const SortItem *right = b;
	int			order = compare_values(arg, left->value, right->value);

	return order != 0 ? order : left->position - right->position;
}

/* The values sorted, each with its position. */
static SortItem *
sort_values(const LfdwValueSet *set)
{
	SortItem   *items = palloc_extended(sizeof(SortItem) * set->nvalues,
										MCXT_ALLOC_HUGE);

	for (int i = 0; i < set->nvalues; i++)
	{
		items[i].value = set->values[i];
		items[i].position = i;
	}
	qsort_arg(items, set->nvalues, sizeof(SortItem), compare_items,
			  unconstify(LfdwValueSet *, set));
	return items;
}

/* Keeps the values of a set that are marked, in their order. */
static void
keep_marked(LfdwValueSet *set, const bool *keep)
{
	int			kept = 0;

	for (int i = 0; i < set->nvalues; i++)
	{
		if (!keep[i])
			continue;
		set->values[kept] = set->values[i];
		if (set->json)
			set->json[kept] = set->json[i];
		kept++;
	}
	set->nvalues = kept;
}

/* Keeps the first of equal values. */
static void
remove_duplicates(LfdwValueSet *set)
{
	SortItem   *items;
	bool	   *keep;

	if (set->nvalues < 2)
		return;
	items = sort_values(set);
	keep = palloc(set->nvalues);
	for (int i = 0; i < set->nvalues; i++)
		keep[items[i].position] = i == 0 ||
			compare_values(set, items[i - 1].value, items[i].value) != 0;
	keep_marked(set, keep);
}

/* Keeps the values that the other set has too. */
static void
intersect(LfdwValueSet *set, const LfdwValueSet *other)
{
	SortItem   *items = sort_values(other);
	bool	   *keep = palloc(set->nvalues + 1);

	for (int i = 0; i < set->nvalues; i++)
	{
		int			low = 0;
		int			high = other->nvalues;

		keep[i] = false;
		while (low < high && !keep[i])
		{
			int			middle = (low + high) / 2;
			int			order = compare_values(set, set->values[i],
											   items[middle].value);

			if (order == 0)
				keep[i] = true;
			else if (order < 0)
				high = middle;
			else
				low = middle + 1;
		}
	}
	keep_marked(set, keep);
}

/*
 * Turns integers of any width into bigint, so that all conditions of a column
 * compare alike, and drops those that the column's type cannot hold.
 */
static void
widen_integers(LfdwValueSet *set, Oid type, Oid column_type)
{
	bool	   *keep = palloc(set->nvalues + 1);
	int64		min;
	int64		max;

	integer_bounds(column_type, &min, &max);
	for (int i = 0; i < set->nvalues; i++)
	{
		int64		value = integer_value(set->values[i], type);

		keep[i] = value >= min && value <= max;
		set->values[i] = Int64GetDatum(value);
	}
	keep_marked(set, keep);
}

/* Takes the elements that are not NULL out of an array. */
static void
take_elements(LfdwValueSet *set, Oid type, Datum array)
{
	int16		typlen;
	bool		typbyval;
	char		typalign;
	bool	   *nulls;
	bool	   *keep;

	get_typlenbyvalalign(type, &typlen, &typbyval, &typalign);
	deconstruct_array(DatumGetArrayTypePCopy(array), type, typlen, typbyval,
					  typalign, &set->values, &nulls, &set->nvalues);
	keep = palloc(set->nvalues + 1);
	for (int i = 0; i < set->nvalues; i++)
		keep[i] = !nulls[i];
	keep_marked(set, keep);
}

/*
 * Evaluates a term in the current context.  An empty set means that no row
 * can match.
 */
static void
evaluate_term(LfdwBoundTerm *bound, ExprState *state, ExprContext *econtext)
{
	LfdwTerm   *term = bound->term;
	LfdwValueSet *set = &bound->set;
	Oid			type = term->valtype;
	bool		isnull;
	Datum		value = ExecEvalExpr(state, econtext, &isnull);

	set->nvalues = 0;
	set->json = NULL;
	set->placeholder = NULL;
	set->collation = term->collation;
	set->type = lookup_type_cache(lfdw_qual_is_integer(type) ? INT8OID : type,
								  TYPECACHE_CMP_PROC_FINFO);
	if (isnull)
		return;
	if (term->op == LFDW_OP_IN)
		take_elements(set, type, value);
	else
	{
		set->nvalues = 1;
		set->values = palloc(sizeof(Datum));
		set->values[0] = datumCopy(value, set->type->typbyval,
								   set->type->typlen);
	}
	if (lfdw_qual_is_integer(type))
		widen_integers(set, type, getBaseType(term->column->typid));
	remove_duplicates(set);
}

/*
 * Writes a set's values as JSON.  Returns false where one of them has no form
 * there (infinity, NaN), or, for a hint, none that every function reads alike.
 */
static bool
render_set(LfdwBoundTerm *bound)
{
	LfdwValueSet *set = &bound->set;
	Oid			type = set->type->type_id;
	bool		hint = !lfdw_qual_is_declared(bound->term);
	StringInfoData json;

	set->json = palloc_extended(sizeof(char *) * set->nvalues, MCXT_ALLOC_HUGE);
	for (int i = 0; i < set->nvalues; i++)
	{
		if (hint && type == INT8OID &&
			(DatumGetInt64(set->values[i]) > HINT_INTEGER_MAX ||
			 DatumGetInt64(set->values[i]) < -HINT_INTEGER_MAX))
			return false;
		initStringInfo(&json);
		if (!lfdw_value_to_json(&json, set->values[i], type,
								bound->term->column->format))
			return false;
		set->json[i] = json.data;
	}
	return true;
}

/* How the conditions of a column are sent, by what it declares. */
static LfdwManner
choose_manner(const LfdwColumn *column, bool has_eq, bool has_in)
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

static void
add_filter(LfdwQuery *query, const LfdwColumn *column, LfdwOperator op,
		   int each, char *json)
{
	LfdwFilter *filter = &query->filters[query->nfilters++];

	filter->column = column;
	filter->op = op;
	filter->each = each;
	filter->json = json;
}

/* One declared condition as a filter: on its own operator, or as a list. */
static void
add_declared_filter(LfdwQuery *query, const LfdwBoundTerm *bound)
{
	const LfdwColumn *column = bound->term->column;

	if (bound->term->op == LFDW_OP_EQ && column->pushdown[LFDW_OP_EQ].declared)
		add_filter(query, column, LFDW_OP_EQ, -1, bound->set.json[0]);
	else if (column->pushdown[LFDW_OP_IN].declared)
		add_filter(query, column, LFDW_OP_IN, -1, lfdw_query_list(&bound->set));
}

/* Makes the argument and the filters of one column with declared operators. */
static void
add_column(LfdwQuery *query, const LfdwColumn *column,
		   const LfdwBoundTerm *bounds, int nbounds)
{
	LfdwArgument *argument = &query->arguments[query->narguments];
	bool		seen[LFDW_NOPERATORS] = {false};

	argument->column = NULL;
	for (int i = 0; i < nbounds; i++)
	{
		if (bounds[i].term->column != column || bounds[i].set.json == NULL)
			continue;
		seen[bounds[i].term->op] = true;
		if (argument->column)
			intersect(&argument->set, &bounds[i].set);
		else
		{
			argument->column = column;
			argument->set = bounds[i].set;
			argument->set.values = memcpy(palloc_extended(sizeof(Datum) * bounds[i].set.nvalues, MCXT_ALLOC_HUGE),
										  bounds[i].set.values,
										  sizeof(Datum) * bounds[i].set.nvalues);
			argument->set.json = memcpy(palloc_extended(sizeof(char *) * bounds[i].set.nvalues, MCXT_ALLOC_HUGE),
										bounds[i].set.json,
										sizeof(char *) * bounds[i].set.nvalues);
		}
	}
	if (argument->column == NULL)
		return;
	if (argument->set.nvalues == 0)
		query->nothing = true;
	argument->manner = choose_manner(column, seen[LFDW_OP_EQ],
									 seen[LFDW_OP_IN]);
	if (argument->manner == LFDW_SEND_EACH)
		add_filter(query, column, LFDW_OP_EQ, query->narguments, NULL);
	else
	{
		for (int i = 0; i < nbounds; i++)
		{
			if (bounds[i].term->column == column && bounds[i].set.json)
				add_declared_filter(query, &bounds[i]);
		}
	}
	query->narguments++;
}

static LfdwQuery *
make_query(const LfdwBinding *binding, int nterms)
{
	LfdwQuery  *query = palloc0(sizeof(LfdwQuery));

	query->arguments = palloc0(sizeof(LfdwArgument) * (binding->ncolumns + 1));
	query->filters = palloc0(sizeof(LfdwFilter) * (nterms + 1));
	return query;
}

/* The arguments and filters of terms whose values are known. */
static void
fill_query(LfdwQuery *query, const LfdwBinding *binding,
		   const LfdwBoundTerm *bounds, int nbounds)
{
	for (int i = 0; i < binding->ncolumns; i++)
	{
		const LfdwColumn *column = &binding->columns[i];

		if (column->pushdown[LFDW_OP_EQ].declared ||
			column->pushdown[LFDW_OP_IN].declared)
			add_column(query, column, bounds, nbounds);
	}
	for (int i = 0; i < nbounds; i++)
	{
		const LfdwTerm *term = bounds[i].term;

		if (!lfdw_qual_is_declared(term) && bounds[i].set.json)
			add_filter(query, term->column, term->op, -1,
					   term->op == LFDW_OP_EQ ? bounds[i].set.json[0] :
					   lfdw_query_list(&bounds[i].set));
	}
}

/*
 * Evaluates the terms of a scan for one (re)scan.
 *
 * exprstates are the terms' values in the same order.  Everything is
 * allocated in the current context, which should live until the next rescan.
 * A term whose value JSON cannot carry is left to PostgreSQL's recheck.
 * Raises what evaluating the expressions raises.
 */
LfdwQuery *
lfdw_query_evaluate(const LfdwBinding *binding, List *terms,
					List *exprstates, ExprContext *econtext)
{
	LfdwQuery  *query = make_query(binding, list_length(terms));
	LfdwBoundTerm *bounds = palloc0(sizeof(LfdwBoundTerm) * (list_length(terms) + 1));
	int			nbounds = 0;
	ListCell   *lc;
	ListCell   *ls;

	forboth(lc, terms, ls, exprstates)
	{
		LfdwBoundTerm *bound = &bounds[nbounds];

		CHECK_FOR_INTERRUPTS();
		bound->term = lfirst(lc);
		evaluate_term(bound, lfirst(ls), econtext);
		if (bound->set.nvalues == 0)
		{
			query->nothing = true;
			return query;
		}
		if (render_set(bound))
			nbounds++;
	}
	fill_query(query, binding, bounds, nbounds);
	return query;
}

/*
 * Renders a constant for EXPLAIN.  Returns false where the value is to be
 * shown as a placeholder: no constant, nothing JSON can carry, or a list
 * whose values each make a call.
 */
static bool
display_constant(LfdwBoundTerm *bound)
{
	LfdwTerm   *term = bound->term;
	LfdwValueSet *set = &bound->set;
	Const	   *constant = (Const *) term->value;

	if (!IsA(constant, Const) || constant->constisnull)
		return false;
	if (term->op == LFDW_OP_IN)
	{
		if (lfdw_qual_is_declared(term) &&
			choose_manner(term->column, false, true) == LFDW_SEND_EACH)
			return false;
		take_elements(set, term->valtype, constant->constvalue);
	}
	else
	{
		set->nvalues = 1;
		set->values = palloc(sizeof(Datum));
		set->values[0] = constant->constvalue;
	}
	return render_set(bound);
}

/*
 * What EXPLAIN shows of a scan: constants as they would be sent, every other
 * value as $n.  Nothing is evaluated, and only the first condition of a
 * column is shown as its argument.  *hidden becomes the list of the values
 * that $1, $2 ... stand for.  Allocated in the current context.
 */
LfdwQuery *
lfdw_query_display(const LfdwBinding *binding, List *terms, List **hidden)
{
	LfdwQuery  *query = make_query(binding, list_length(terms));
	ListCell   *lc;

	*hidden = NIL;
	foreach(lc, terms)
	{
		LfdwBoundTerm bound = {.term = lfirst(lc)};

		bound.set.type = lookup_type_cache(bound.term->valtype,
										   TYPECACHE_CMP_PROC_FINFO);
		if (!display_constant(&bound))
		{
			*hidden = lappend(*hidden, bound.term->value);
			bound.set.nvalues = 1;
			bound.set.values = palloc0(sizeof(Datum));
			bound.set.json = palloc(sizeof(char *));
			bound.set.json[0] = psprintf("$%d", list_length(*hidden));
			bound.set.placeholder = bound.set.json[0];
		}
		if (!lfdw_qual_is_declared(bound.term))
			fill_query(query, binding, &bound, 1);
		else if (lfdw_query_argument(query, bound.term->column) == NULL)
			add_column(query, bound.term->column, &bound, 1);
	}
	return query;
}

/*
 * The values of a set as a JSON array, palloc'd in the current context.
 */
char *
lfdw_query_list(const LfdwValueSet *set)
{
	StringInfoData list;

	if (set->placeholder)
		return set->placeholder;
	initStringInfo(&list);
	appendStringInfoChar(&list, '[');
	for (int i = 0; i < set->nvalues; i++)
	{
		if (i > 0)
			appendStringInfoChar(&list, ',');
		appendStringInfoString(&list, set->json[i]);
	}
	appendStringInfoChar(&list, ']');
	return list.data;
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
 * Is a column's value, not NULL and of the column's type, equal to the
 * argument's value at an index?
 */
bool
lfdw_query_matches(const LfdwArgument *argument, int index, Datum value)
{
	Oid			type = getBaseType(argument->column->typid);

	if (lfdw_qual_is_integer(type))
		value = Int64GetDatum(integer_value(value, type));
	return compare_values(&argument->set, value,
						  argument->set.values[index]) == 0;
}
