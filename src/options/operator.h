/*-------------------------------------------------------------------------
 *
 * operator.h
 *		The operators that a column can declare, and what each means.
 *
 * Plain data.  No other file names an operator to learn what it means: it asks
 * the operator's row.
 *
 * IDENTIFICATION
 *	  src/options/operator.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_OPERATOR_H
#define LFDW_OPERATOR_H

#include "postgres.h"

#define LFDW_NOPERATORS 12

/* What stands on an operator's right side. */
typedef enum LfdwTakes
{
	LFDW_TAKES_NOTHING,			/* a test of NULL; it is sent as true */
	LFDW_TAKES_VALUE,
	LFDW_TAKES_LIST,
	LFDW_TAKES_PATTERN			/* a pattern for text */
} LfdwTakes;

/*
 * Which rows an operator keeps, by where the column's value stands against the
 * operator's, or against those of its list.  None of these for a pattern.
 */
#define LFDW_KEEPS_BELOW 1
#define LFDW_KEEPS_EQUAL 2
#define LFDW_KEEPS_ABOVE 4
#define LFDW_KEEPS_NULL 8

typedef struct LfdwOperator
{
	int			number;			/* its place in lfdw_operators */
	const char *name;			/* in the option "pushdown" and the envelope */
	LfdwTakes	takes;
	int			keeps;			/* LFDW_KEEPS_ flags */
	int			strategy;		/* of a btree order; 0: none */
	Oid			oid;			/* of the server's operator that it is, where
								 * no btree order tells */
	bool		named_by_column;	/* its argument has the column's name by
									 * default; else none */
	const struct LfdwOperator *negation;	/* where no btree order has it */
	const struct LfdwOperator *listed;	/* the same with a list: "= ANY" or
										 * "<> ALL" */
} LfdwOperator;

/* One operator as a column declares it. */
typedef struct LfdwPushdown
{
	bool		declared;
	char	   *argument;		/* NULL: the default */
	int			slot;			/* of the argument in the payload, -1: none */
} LfdwPushdown;

/* By number; errors list what a column declares in this order. */
extern const LfdwOperator lfdw_operators[LFDW_NOPERATORS];

/* All names, for an error about one that is none. */
extern const char lfdw_operator_names[];

extern const LfdwOperator *lfdw_operator_equality(bool list);
extern const LfdwOperator *lfdw_operator_null_test(bool isnull);
extern const LfdwOperator *lfdw_operator_find(Oid opno, Oid opfamily);

/* Does it keep the equals of its values alone?  "=" and "in" do. */
static inline bool
lfdw_operator_is_equality(const LfdwOperator *op)
{
	return op->keeps == LFDW_KEEPS_EQUAL;
}

/* Is its value a bound, so that of several one is the tightest? */
static inline bool
lfdw_operator_is_bound(const LfdwOperator *op)
{
	return ((op->keeps & LFDW_KEEPS_BELOW) != 0) !=
		((op->keeps & LFDW_KEEPS_ABOVE) != 0);
}

/* Does it keep a value that compares with its own as order (<, = or > 0) says? */
static inline bool
lfdw_operator_keeps(const LfdwOperator *op, int order)
{
	return (op->keeps & (order < 0 ? LFDW_KEEPS_BELOW :
						 order > 0 ? LFDW_KEEPS_ABOVE : LFDW_KEEPS_EQUAL)) != 0;
}

#endif							/* LFDW_OPERATOR_H */
