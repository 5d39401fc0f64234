/*-------------------------------------------------------------------------
 *
 * operator.c
 *		The operators that a column can declare, and what each means.
 *
 * IDENTIFICATION
 *	  src/options/operator.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_operator.h"
#include "utils/lsyscache.h"

#include "options/operator.h"

enum
{
	LFDW_OP_EQ,
	LFDW_OP_IN,
	LFDW_OP_NE,
	LFDW_OP_NOT_IN,
	LFDW_OP_LT,
	LFDW_OP_LE,
	LFDW_OP_GT,
	LFDW_OP_GE,
	LFDW_OP_LIKE,
	LFDW_OP_ILIKE,
	LFDW_OP_IS_NULL,
	LFDW_OP_IS_NOT_NULL
};

StaticAssertDecl(LFDW_OP_IS_NOT_NULL == LFDW_NOPERATORS - 1,
				 "LFDW_NOPERATORS counts the operators");

#define BELOW LFDW_KEEPS_BELOW
#define EQUAL LFDW_KEEPS_EQUAL
#define ABOVE LFDW_KEEPS_ABOVE
#define ROW(op, ...) [op] = {op, __VA_ARGS__}
#define OTHER(op) &lfdw_operators[op]

/*
 * An integer that the column's type cannot hold follows from what is kept: the
 * column's values are all below one that is too large, all above one that is
 * too small.
 */
/* *INDENT-OFF* */
const LfdwOperator lfdw_operators[LFDW_NOPERATORS] = {
	/*
	 * number, name, takes, keeps, strategy, oid, named_by_column, negation,
	 * listed
	 */
	ROW(LFDW_OP_EQ, "=", LFDW_TAKES_VALUE, EQUAL, BTEqualStrategyNumber, InvalidOid, true, OTHER(LFDW_OP_NE), OTHER(LFDW_OP_IN)),
	ROW(LFDW_OP_IN, "in", LFDW_TAKES_LIST, EQUAL, 0, InvalidOid, true, NULL, NULL),
	ROW(LFDW_OP_NE, "<>", LFDW_TAKES_VALUE, BELOW | ABOVE, 0, InvalidOid, false, NULL, OTHER(LFDW_OP_NOT_IN)),
	ROW(LFDW_OP_NOT_IN, "not in", LFDW_TAKES_LIST, BELOW | ABOVE, 0, InvalidOid, false, NULL, NULL),
	ROW(LFDW_OP_LT, "<", LFDW_TAKES_VALUE, BELOW, BTLessStrategyNumber, InvalidOid, false, NULL, NULL),
	ROW(LFDW_OP_LE, "<=", LFDW_TAKES_VALUE, BELOW | EQUAL, BTLessEqualStrategyNumber, InvalidOid, false, NULL, NULL),
	ROW(LFDW_OP_GT, ">", LFDW_TAKES_VALUE, ABOVE, BTGreaterStrategyNumber, InvalidOid, false, NULL, NULL),
	ROW(LFDW_OP_GE, ">=", LFDW_TAKES_VALUE, ABOVE | EQUAL, BTGreaterEqualStrategyNumber, InvalidOid, false, NULL, NULL),
	ROW(LFDW_OP_LIKE, "like", LFDW_TAKES_PATTERN, 0, 0, OID_TEXT_LIKE_OP, false, NULL, NULL),
	ROW(LFDW_OP_ILIKE, "ilike", LFDW_TAKES_PATTERN, 0, 0, OID_TEXT_ICLIKE_OP, false, NULL, NULL),
	ROW(LFDW_OP_IS_NULL, "is null", LFDW_TAKES_NOTHING, LFDW_KEEPS_NULL, 0, InvalidOid, false, NULL, NULL),
	ROW(LFDW_OP_IS_NOT_NULL, "is not null", LFDW_TAKES_NOTHING, BELOW | EQUAL | ABOVE, 0, InvalidOid, false, NULL, NULL),
};

/* *INDENT-ON* */

const char	lfdw_operator_names[] =
"=, <>, <, <=, >, >=, in, not in, like, ilike, is null and is not null";

/* Equality with a value, or with any value of a list. */
const LfdwOperator *
lfdw_operator_equality(bool list)
{
	return &lfdw_operators[list ? LFDW_OP_IN : LFDW_OP_EQ];
}

/* The test that NULL passes, or the one that everything else does. */
const LfdwOperator *
lfdw_operator_null_test(bool isnull)
{
	return &lfdw_operators[isnull ? LFDW_OP_IS_NULL : LFDW_OP_IS_NOT_NULL];
}

/* The operator that is a strategy of btree orders, or NULL. */
static const LfdwOperator *
find_strategy(int strategy)
{
	for (int i = 0; strategy != 0 && i < LFDW_NOPERATORS; i++)
	{
		if (lfdw_operators[i].strategy == strategy)
			return &lfdw_operators[i];
	}
	return NULL;
}

/*
 * The operator that one of the server's, by OID, is for a type: by itself, by
 * the type's btree order opfamily (invalid for none), or as the negator of one
 * that is in the order.  NULL for any other.
 */
const LfdwOperator *
lfdw_operator_find(Oid opno, Oid opfamily)
{
	const LfdwOperator *op;
	Oid			negator;

	for (int i = 0; i < LFDW_NOPERATORS; i++)
	{
		if (OidIsValid(lfdw_operators[i].oid) && lfdw_operators[i].oid == opno)
			return &lfdw_operators[i];
	}
	if (!OidIsValid(opfamily))
		return NULL;
	op = find_strategy(get_op_opfamily_strategy(opno, opfamily));
	if (op)
		return op;
	negator = get_negator(opno);
	if (!OidIsValid(negator))
		return NULL;
	op = find_strategy(get_op_opfamily_strategy(negator, opfamily));
	return op ? op->negation : NULL;
}
