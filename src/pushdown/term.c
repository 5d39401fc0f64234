/*-------------------------------------------------------------------------
 *
 * term.c
 *		Which clauses of a query can be sent to the function.
 *
 * A clause is sent where the column declares its operator, and as a hint
 * where no honest function can differ from PostgreSQL.  PostgreSQL rechecks
 * every one, so what matters here is never to send a clause under which
 * a function could drop a row that PostgreSQL would keep.
 *
 * IDENTIFICATION
 *	  src/pushdown/term.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "options/shippable.h"
#include "pg/collation.h"
#include "pushdown/term.h"
#include "pushdown/value_set.h"

/* Where a clause is from, and why the function does not filter by it. */
typedef struct ClassifyContext
{
	PlannerInfo *root;
	const LfdwTable *table;
	Index		relid;
	const char *why;
} ClassifyContext;

/* Is a cast one that the parser may write as a function, a relabelling or both? */
static Node *
under_cast(Node *node)
{
	if (IsA(node, RelabelType))
		return (Node *) ((RelabelType *) node)->arg;
	if (IsA(node, CoerceViaIO))
		return (Node *) ((CoerceViaIO *) node)->arg;
	if (IsA(node, FuncExpr) && ((FuncExpr *) node)->args != NIL &&
		(((FuncExpr *) node)->funcformat == COERCE_IMPLICIT_CAST ||
		 ((FuncExpr *) node)->funcformat == COERCE_EXPLICIT_CAST))
		return linitial(((FuncExpr *) node)->args);
	return NULL;
}

/*
 * The column of the table that an operand is under its casts, or NULL.
 * *relabelled says whether none of these changes the value.
 */
static const LfdwColumn *
column_under_casts(const LfdwTable *table, Index relid, Node *node,
				   bool *relabelled)
{
	Var		   *var;

	*relabelled = true;
	for (Node *inner = under_cast(node); inner; inner = under_cast(node))
	{
		*relabelled &= IsA(node, RelabelType);
		node = inner;
	}
	if (!IsA(node, Var))
		return NULL;
	var = (Var *) node;
	if ((Index) var->varno != relid || var->varlevelsup != 0 ||
		var->varattno <= 0 || var->varattno > table->natts)
		return NULL;
	return table->by_attnum[var->varattno - 1];
}

/* Do values of two types compare alike, by the order of the first, a base type? */
static bool
compares_as(Oid base, Oid type)
{
	type = getBaseType(type);
	return type == base ||
		((base == VARCHAROID || base == CIDROID) &&
		 type == lfdw_shippable_input(base));
}

/*
 * The column that an expression is, or NULL.  *type becomes its base type.  A
 * cast is looked through only where it changes neither the value nor how it
 * compares: a domain's to its base, and that to the type whose order a type
 * borrows (varchar text's, cidr inet's).
 */
static const LfdwColumn *
find_column(const LfdwTable *table, Index relid, Node *node, Oid *type)
{
	bool		relabelled;
	const LfdwColumn *column = column_under_casts(table, relid, node,
												  &relabelled);

	if (column == NULL)
		return NULL;
	*type = getBaseType(column->typid);
	return relabelled && compares_as(*type, exprType(node)) ? column : NULL;
}

/* The same for an operand of a condition: notes a cast that stands between. */
static const LfdwColumn *
match_column(ClassifyContext *context, Node *node, Oid *type)
{
	const LfdwColumn *column = find_column(context->table, context->relid, node,
										   type);
	bool		relabelled;

	if (column)
		return column;
	column = column_under_casts(context->table, context->relid, node, &relabelled);
	if (column)
		context->why = psprintf("it compares as type %s, and the column is of type %s",
								format_type_be(exprType(node)),
								format_type_be(column->typid));
	return NULL;
}

/*
 * Does a function order as PostgreSQL does under this collation?  Byte by byte
 * it does; nobody knows whose tables of a language it has.
 */
static bool
orders_alike(Oid collation)
{
	return !OidIsValid(collation) || lfdw_collation_is_c(collation);
}

/* Types that every function orders alike, given the collation. */
static bool
is_sortable_type(Oid type)
{
	switch (type)
	{
		case BOOLOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
		case DATEOID:
		case TIMEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case UUIDOID:
		case TEXTOID:
			return true;
		default:
			return false;
	}
}

/*
 * The column that a sort expression is, if the function can sort by it: its
 * order is the type's own, which is no domain, and that of bytes where it is
 * text.  Else NULL.
 */
const LfdwColumn *
lfdw_term_sort_column(const LfdwTable *table, Index relid, Node *node,
					  Oid opfamily, Oid collation)
{
	Oid			type;
	const LfdwColumn *column = find_column(table, relid, node, &type);

	/* where the column has NULL the function sorts a string */
	if (column == NULL || column->name == NULL || column->null_if)
		return NULL;
	if (type == VARCHAROID)
		type = TEXTOID;
	/* of a domain the function may know no more than the name */
	if (getBaseType(column->typid) != column->typid || !is_sortable_type(type) ||
		lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY)->btree_opf != opfamily ||
		!orders_alike(collation))
		return NULL;
	return column;
}

/* Is the value one for the whole (re)scan? */
static bool
is_stable_value(PlannerInfo *root, Index relid, Node *node)
{
	return !bms_is_member(relid, pull_varnos(root, node)) &&
		!contain_volatile_functions(node) &&
		!contain_subplans(node);
}

/* Can a condition on this column be a hint, its operator undeclared? */
static bool
is_hintable(const LfdwTable *table, const LfdwColumn *column)
{
	if (!table->options->envelope || column->name == NULL ||
		column->format != LFDW_FORMAT_DEFAULT)
		return false;
	switch (column->typid)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case BOOLOID:
		case UUIDOID:
		case TEXTOID:
			return true;
		case VARCHAROID:
			return column->typmod == -1;
		default:
			return false;
	}
}

/* The operators that a column declares, as the option has them. */
static char *
declared_operators(const LfdwColumn *column)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int op = 0; op < LFDW_NOPERATORS; op++)
	{
		if (column->pushdown[op].declared)
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "",
							 lfdw_operators[op].name);
	}
	return list.data;
}

/* Why a condition of this operator is not sent as a declared one. */
static const char *
describe_undeclared(const LfdwColumn *column, const LfdwOperator *op)
{
	const char *declared = declared_operators(column);

	if (declared[0] == '\0')
		return "the column has no option \"pushdown\"";
	if (column->pushdown[op->number].declared)
		return psprintf("without the envelope its operator \"%s\" needs an argument",
						op->name);
	return psprintf("its operator is \"%s\", and the option \"pushdown\" declares \"%s\"",
					op->name, declared);
}

/* Can a condition of this operator be sent, declared or as a hint? */
static bool
is_sendable(ClassifyContext *context, const LfdwColumn *column, const LfdwOperator *op)
{
	if (lfdw_table_takes(context->table, column, op))
		return true;
	context->why = describe_undeclared(column, op);
	return lfdw_operator_is_equality(op) &&
		is_hintable(context->table, column);
}

/*
 * A term, palloc'd in the current context, with nothing copied.  value is NULL
 * for an operator that takes none.
 */
LfdwTerm *
lfdw_term_make(const LfdwTable *table, const LfdwColumn *column,
			   const LfdwOperator *op, Oid valtype, Oid collation, Node *value)
{
	LfdwTerm   *term = palloc(sizeof(LfdwTerm));

	term->column = column;
	term->op = op;
	term->declared = lfdw_table_takes(table, column, op);
	term->valtype = valtype;
	term->collation = collation;
	term->value = (Expr *) value;
	return term;
}

/* Why a value is not one for the whole (re)scan. */
static const char *
describe_unstable(const ClassifyContext *context, Node *node)
{
	if (contain_volatile_functions(node))
		return "its value is volatile";
	if (contain_subplans(node))
		return "its value is a subquery's for each row";
	return "its value is of the same table";
}

/*
 * The type of a value that is compared with a column of a base type as the
 * column's own: any integer's, or the column's.  Invalid for others.
 */
static Oid
value_type(ClassifyContext *context, Oid type, Oid valtype)
{
	if (lfdw_set_is_integer(valtype) && lfdw_set_is_integer(type))
		return valtype;
	if (compares_as(type, valtype))
		return type;
	context->why = psprintf("its value is of type %s, and the column of type %s",
							format_type_be(valtype), format_type_be(type));
	return InvalidOid;
}

/* Does a comparison under a collation mean the same to every function? */
static bool
is_plain_collation(ClassifyContext *context, Oid collation, const LfdwOperator *op)
{
	if (OidIsValid(collation) && !get_collation_isdeterministic(collation))
		context->why = "its collation is nondeterministic";
	else if (lfdw_operator_is_bound(op) && !orders_alike(collation))
		context->why = "its collation is neither C nor POSIX";
	else
		return true;
	return false;
}

/*
 * column operator value, or column operator ANY or ALL (values), by the
 * operator's OID.
 */
static LfdwTerm *
classify_comparison(ClassifyContext *context, Oid opno, Oid collation, bool array,
					Node *left, Node *right)
{
	Oid			type;
	Oid			valtype = exprType(right);
	const LfdwColumn *column = match_column(context, left, &type);
	const LfdwOperator *op;

	if (column == NULL)
		return NULL;
	if (!is_stable_value(context->root, context->relid, right))
	{
		context->why = describe_unstable(context, right);
		return NULL;
	}
	op = lfdw_operator_find(opno, lookup_type_cache(type,
													TYPECACHE_BTREE_OPFAMILY)->btree_opf);
	if (op && array)
		op = op->listed;
	if (op == NULL)
	{
		context->why = "its operator is none that can be sent";
		return NULL;
	}
	if (array)
		valtype = get_base_element_type(valtype);
	valtype = value_type(context, type, getBaseType(valtype));
	if (!OidIsValid(valtype) || !is_plain_collation(context, collation, op) ||
		!is_sendable(context, column, op))
		return NULL;
	return lfdw_term_make(context->table, column, op, valtype, collation, right);
}

static LfdwTerm *
classify_operator(ClassifyContext *context, OpExpr *expr)
{
	LfdwTerm   *term;
	Oid			commutator;

	if (list_length(expr->args) != 2)
		return NULL;
	term = classify_comparison(context, expr->opno, expr->inputcollid, false,
							   linitial(expr->args), lsecond(expr->args));
	if (term)
		return term;
	commutator = get_commutator(expr->opno);
	if (!OidIsValid(commutator))
		return NULL;
	return classify_comparison(context, commutator, expr->inputcollid, false,
							   lsecond(expr->args), linitial(expr->args));
}

/* = ANY is in, and <> ALL not in; <> ANY and = ALL are neither. */
static LfdwTerm *
classify_array(ClassifyContext *context, ScalarArrayOpExpr *expr)
{
	LfdwTerm   *term = classify_comparison(context, expr->opno,
										   expr->inputcollid, true,
										   linitial(expr->args),
										   lsecond(expr->args));

	if (term == NULL || lfdw_operator_is_equality(term->op) == expr->useOr)
		return term;
	context->why = "it is neither = ANY nor <> ALL";
	return NULL;
}

/* "active" and "NOT active" are what the planner makes of "active = true". */
static LfdwTerm *
classify_boolean(ClassifyContext *context, Node *node, bool value)
{
	Oid			type;
	const LfdwColumn *column = match_column(context, node, &type);
	const LfdwOperator *op = lfdw_operator_equality(false);

	if (column == NULL || type != BOOLOID || !is_sendable(context, column, op))
		return NULL;
	return lfdw_term_make(context->table, column, op, BOOLOID, InvalidOid,
						  makeBoolConst(value, false));
}

/* column IS NULL, column IS NOT NULL */
static LfdwTerm *
classify_null(ClassifyContext *context, Node *node, bool isnull)
{
	Oid			type;
	const LfdwColumn *column = match_column(context, node, &type);
	const LfdwOperator *op = lfdw_operator_null_test(isnull);

	if (column == NULL || !is_sendable(context, column, op))
		return NULL;
	return lfdw_term_make(context->table, column, op, type, InvalidOid, NULL);
}

/* The tests that NULL passes stay local, but for those of NULL itself. */
static LfdwTerm *
classify_boolean_test(ClassifyContext *context, BooleanTest *test)
{
	Node	   *node = (Node *) test->arg;

	switch (test->booltesttype)
	{
		case IS_TRUE:
			return classify_boolean(context, node, true);
		case IS_FALSE:
			return classify_boolean(context, node, false);
		case IS_UNKNOWN:
			return classify_null(context, node, true);
		case IS_NOT_UNKNOWN:
			return classify_null(context, node, false);
		default:
			return NULL;
	}
}

/* An OR of equalities on one column is one "in" with all the values. */
static LfdwTerm *
classify_or(ClassifyContext *context, BoolExpr *expr)
{
	ArrayExpr  *array = makeNode(ArrayExpr);
	LfdwTerm   *first = NULL;
	ListCell   *lc;

	foreach(lc, expr->args)
	{
		LfdwTerm   *term = IsA(lfirst(lc), OpExpr) ?
		classify_operator(context, lfirst(lc)) : NULL;

		if (term == NULL || !lfdw_operator_is_equality(term->op))
			return NULL;
		if (first == NULL)
			first = term;
		if (term->column != first->column || term->valtype != first->valtype ||
			term->collation != first->collation)
			return NULL;
		array->elements = lappend(array->elements, term->value);
	}
	array->element_typeid = first->valtype;
	array->array_typeid = get_array_type(first->valtype);
	array->array_collid = first->collation;
	array->location = -1;
	if (!OidIsValid(array->array_typeid))
		return NULL;
	return lfdw_term_make(context->table, first->column, lfdw_operator_equality(true),
						  first->valtype, first->collation,
						  eval_const_expressions(context->root, (Node *) array));
}

static LfdwTerm *
classify(ClassifyContext *context, Expr *clause)
{
	switch (nodeTag(clause))
	{
		case T_OpExpr:
			return classify_operator(context, (OpExpr *) clause);
		case T_ScalarArrayOpExpr:
			return classify_array(context, (ScalarArrayOpExpr *) clause);
		case T_BooleanTest:
			return classify_boolean_test(context, (BooleanTest *) clause);
		case T_NullTest:
			return classify_null(context, (Node *) ((NullTest *) clause)->arg,
								 ((NullTest *) clause)->nulltesttype == IS_NULL);
		case T_BoolExpr:
			if (is_notclause(clause))
				return classify_boolean(context, (Node *) get_notclausearg(clause),
										false);
			if (is_orclause(clause))
				return classify_or(context, (BoolExpr *) clause);
			return NULL;
		default:
			return classify_boolean(context, (Node *) clause, true);
	}
}

/*
 * As classify(), for a condition of a relation.  One that mentions no column
 * decides whether the scan is begun at all.  One that comes after those of
 * row-level security, which a partition has from its parent, is only sent by
 * an operator that tells nothing of the rows it is asked about, as core has it
 * for an index: the function's answer is told by errors, its log and EXPLAIN.
 */
static LfdwTerm *
classify_restriction(ClassifyContext *context, RelOptInfo *rel, RestrictInfo *rinfo)
{
	if (rinfo->pseudoconstant)
		return NULL;
	if (!restriction_is_securely_promotable(rinfo, rel))
	{
		context->why = "row-level security goes before it, and it is not leakproof";
		return NULL;
	}
	return classify(context, rinfo->clause);
}

/*
 * Tells whether, and as what, a condition can be sent.
 *
 * Takes a member of the top-level AND of the conditions on the relation, or a
 * join clause; the condition's own nodes are shared.  Returns a term palloc'd in
 * the current context, or NULL for a condition that stays local.  *why becomes
 * NULL where the function filters by the condition; else, for a hint too, the
 * reason, in words that follow "it cannot be sent:", palloc'd or static.
 */
LfdwTerm *
lfdw_term_classify(PlannerInfo *root, const LfdwTable *table,
				   RelOptInfo *rel, RestrictInfo *rinfo, const char **why)
{
	ClassifyContext context = {.root = root,.table = table,.relid = rel->relid};
	LfdwTerm   *term = classify_restriction(&context, rel, rinfo);

	if (term && term->declared)
		*why = NULL;
	else
		*why = context.why ? context.why :
			"it does not compare the column with a value";
	return term;
}

/*
 * Is an expression a column of the relation relid, perhaps under a cast that
 * changes nothing, whose declared operators a join could give its value?
 */
bool
lfdw_term_is_column(const LfdwTable *table, Index relid,
					const LfdwColumn *column, Node *node)
{
	Oid			type;

	return lfdw_table_takes(table, column, lfdw_operator_equality(false)) &&
		find_column(table, relid, node, &type) == column;
}
