/*-------------------------------------------------------------------------
 *
 * qual.c
 *		Which conditions of a query can be sent to the function.
 *
 * A condition is sent where the column declares its operator, and as a hint
 * where no honest function can differ from PostgreSQL.  PostgreSQL rechecks
 * every one, so what matters here is never to send a condition under which
 * a function could drop a row that PostgreSQL would keep.
 *
 * IDENTIFICATION
 *	  src/qual.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "access/transam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"

#include "qual.h"

/* Is this one of the types that hold integers of any width? */
bool
lfdw_qual_is_integer(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

/*
 * Types whose values mean the same on both sides: PostgreSQL's own and enums.
 * An extension's type (citext) may compare in a way of its own.
 */
static bool
is_known_type(Oid type)
{
	Oid			element = get_element_type(type);

	if (OidIsValid(element))
		return is_known_type(element);
	if (type_is_rowtype(type))
		return false;
	return type < FirstNormalObjectId || type_is_enum(type);
}

/*
 * The column that an operand is, or NULL.  *type becomes the type that the
 * operand is compared as.  A cast is looked through only where it changes
 * neither the value nor how it compares: a domain's to its base, varchar's
 * to text.
 */
static const LfdwColumn *
match_column(const LfdwBinding *binding, Index relid, Node *node, Oid *type)
{
	Var		   *var;
	Oid			base;

	*type = exprType(node);
	while (IsA(node, RelabelType))
		node = (Node *) ((RelabelType *) node)->arg;
	if (!IsA(node, Var))
		return NULL;
	var = (Var *) node;
	if ((Index) var->varno != relid || var->varlevelsup != 0 ||
		var->varattno <= 0 || var->varattno > binding->natts)
		return NULL;

	base = getBaseType(var->vartype);
	if (*type != var->vartype && *type != base &&
		!(base == VARCHAROID && *type == TEXTOID))
		return NULL;
	*type = getBaseType(*type);
	return binding->by_attnum[var->varattno - 1];
}

/* Is the operator the equality that the type's btree order is built on? */
static bool
is_equality(Oid opno, Oid type)
{
	Oid			opclass = GetDefaultOpClass(type, BTREE_AM_OID);

	return OidIsValid(opclass) &&
		get_op_opfamily_strategy(opno, get_opclass_family(opclass)) ==
		BTEqualStrategyNumber;
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
is_hintable(const LfdwBinding *binding, const LfdwColumn *column)
{
	if (!binding->options->envelope || column->name == NULL ||
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

/* Does the column declare an operator that can carry an equality? */
static bool
is_declared(const LfdwColumn *column)
{
	return column->pushdown[LFDW_OP_EQ].declared ||
		column->pushdown[LFDW_OP_IN].declared;
}

static LfdwTerm *
make_term(const LfdwColumn *column, LfdwOperator op, Oid valtype,
		  Oid collation, Node *value)
{
	LfdwTerm   *term = palloc(sizeof(LfdwTerm));

	term->column = column;
	term->op = op;
	term->valtype = valtype;
	term->collation = collation;
	term->value = (Expr *) value;
	return term;
}

/* column = value, or column = ANY (values), by the operator's OID. */
static LfdwTerm *
classify_comparison(PlannerInfo *root, const LfdwBinding *binding,
					Index relid, LfdwOperator op, Oid opno, Oid collation,
					Node *left, Node *right)
{
	Oid			type;
	Oid			valtype = exprType(right);
	const LfdwColumn *column = match_column(binding, relid, left, &type);

	if (column == NULL || !is_stable_value(root, relid, right))
		return NULL;
	if (op == LFDW_OP_IN)
		valtype = get_base_element_type(valtype);
	valtype = getBaseType(valtype);

	if (valtype != type && !(lfdw_qual_is_integer(valtype) && lfdw_qual_is_integer(type)))
		return NULL;
	if (!is_known_type(type) || !is_equality(opno, type))
		return NULL;
	if (OidIsValid(collation) && !get_collation_isdeterministic(collation))
		return NULL;
	if (!is_declared(column) && !is_hintable(binding, column))
		return NULL;
	return make_term(column, op, valtype, collation, right);
}

static LfdwTerm *
classify_operator(PlannerInfo *root, const LfdwBinding *binding, Index relid,
				  OpExpr *expr)
{
	LfdwTerm   *term;
	Oid			commutator;

	if (list_length(expr->args) != 2)
		return NULL;
	term = classify_comparison(root, binding, relid, LFDW_OP_EQ, expr->opno,
							   expr->inputcollid, linitial(expr->args),
							   lsecond(expr->args));
	if (term)
		return term;
	commutator = get_commutator(expr->opno);
	if (!OidIsValid(commutator))
		return NULL;
	return classify_comparison(root, binding, relid, LFDW_OP_EQ, commutator,
							   expr->inputcollid, lsecond(expr->args),
							   linitial(expr->args));
}

/* "active" and "NOT active" are what the planner makes of "active = true". */
static LfdwTerm *
classify_boolean(const LfdwBinding *binding, Index relid, Node *node,
				 bool value)
{
	Oid			type;
	const LfdwColumn *column = match_column(binding, relid, node, &type);

	if (column == NULL || type != BOOLOID ||
		(!is_declared(column) && !is_hintable(binding, column)))
		return NULL;
	return make_term(column, LFDW_OP_EQ, BOOLOID, InvalidOid,
					 makeBoolConst(value, false));
}

/*
 * Tells whether, and as what, a condition can be sent.
 *
 * Takes a member of the top-level AND of the conditions on the relation
 * relid, the condition's own nodes are shared.  Returns a term palloc'd in
 * the current context, or NULL for a condition that stays local.
 */
LfdwTerm *
lfdw_qual_classify(PlannerInfo *root, const LfdwBinding *binding, Index relid,
				   Expr *clause)
{
	if (IsA(clause, OpExpr))
		return classify_operator(root, binding, relid, (OpExpr *) clause);
	if (IsA(clause, ScalarArrayOpExpr))
	{
		ScalarArrayOpExpr *expr = (ScalarArrayOpExpr *) clause;

		if (!expr->useOr)
			return NULL;
		return classify_comparison(root, binding, relid, LFDW_OP_IN,
								   expr->opno, expr->inputcollid,
								   linitial(expr->args), lsecond(expr->args));
	}
	if (is_notclause(clause))
		return classify_boolean(binding, relid,
								(Node *) get_notclausearg(clause), false);
	return classify_boolean(binding, relid, (Node *) clause, true);
}

/*
 * Is an expression a column of the relation relid, perhaps under a cast that
 * changes nothing, whose declared operators a join could give its value?
 */
bool
lfdw_qual_is_column(const LfdwBinding *binding, Index relid,
					const LfdwColumn *column, Node *node)
{
	Oid			type;

	return is_declared(column) &&
		match_column(binding, relid, node, &type) == column;
}

/*
 * Is the term sent on a declared operator, so that it narrows the answer and
 * satisfies a required column?  Else it is a hint.
 */
bool
lfdw_qual_is_declared(const LfdwTerm *term)
{
	return is_declared(term->column);
}

/*
 * The first required column that none of the terms gives a value, or NULL.
 */
const LfdwColumn *
lfdw_qual_missing(const LfdwBinding *binding, List *terms)
{
	for (int i = 0; i < binding->ncolumns; i++)
	{
		bool		found = !binding->columns[i].required;
		ListCell   *lc;

		foreach(lc, terms)
		{
			if (((LfdwTerm *) lfirst(lc))->column == &binding->columns[i])
				found = true;
		}
		if (!found)
			return &binding->columns[i];
	}
	return NULL;
}

/*
 * The terms as lists of numbers, for a plan; their values travel apart, in
 * fdw_exprs.
 */
List *
lfdw_qual_serialize(List *terms)
{
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, terms)
	{
		LfdwTerm   *term = (LfdwTerm *) lfirst(lc);

		result = lappend(result,
						 list_make4_int(term->column->attnum, term->op,
										(int) term->valtype,
										(int) term->collation));
	}
	return result;
}

/*
 * The terms of a plan, from what lfdw_qual_serialize made and their values.
 */
List *
lfdw_qual_deserialize(const LfdwBinding *binding, List *list, List *values)
{
	List	   *result = NIL;
	ListCell   *lc;
	ListCell   *lv;

	forboth(lc, list, lv, values)
	{
		List	   *numbers = (List *) lfirst(lc);

		result = lappend(result,
						 make_term(binding->by_attnum[linitial_int(numbers) - 1],
								   lsecond_int(numbers),
								   (Oid) lthird_int(numbers),
								   (Oid) lfourth_int(numbers),
								   lfirst(lv)));
	}
	return result;
}
