/*-------------------------------------------------------------------------
 *
 * arguments.h
 *		What one (re)scan asks: the values of its conditions, ready to send.
 *
 * IDENTIFICATION
 *	  src/pushdown/arguments.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ARGUMENTS_H
#define LFDW_ARGUMENTS_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "pushdown/condition.h"
#include "pushdown/tuple.h"

/* The argument of any other operator. */
typedef struct LfdwOtherArgument
{
	const LfdwCondition *condition; /* that it is the value of */
	char	   *json;
} LfdwOtherArgument;

/* One condition as the envelope shows it. */
typedef struct LfdwFilter
{
	const LfdwColumn *column;	/* NULL: those of a batch */
	const LfdwOperator *op;
	int			each;			/* the value that this argument's part
								 * carries, or -1 */
	char	   *json;			/* this value, or NULL */
	const char *argument;		/* the list that this argument is, or NULL */
} LfdwFilter;

typedef struct LfdwArguments
{
	bool		nothing;		/* no row can match: no invocation */
	bool		exact;			/* every term was sent on a declared operator */
	int64		limit;			/* rows wanted of each call, -1: all */
	const char *limit_text;		/* EXPLAIN's name for it, or NULL */
	const char *order_by;		/* JSON, NULL for none */
	bool	   *given;			/* by column: a declared operator was sent */
	char	  **problems;		/* by column: why a condition was not */
	int			nequalities;
	LfdwEquality *equalities;
	LfdwTuples *tuples;			/* of the equalities sent so; NULL: none are */
	int			nothers;
	LfdwOtherArgument *others;
	int			nfilters;
	LfdwFilter *filters;
	LfdwCondition *conditions;	/* all that they are made of; those of a join
								 * are the first */
	int			nconditions;
	const LfdwBound *bound;		/* what the join gives, or NULL */
	List	   *unknowns;		/* of LfdwUnknown: what EXPLAIN's $1, $2, ...
								 * stand for */
} LfdwArguments;

extern LfdwArguments *lfdw_arguments_evaluate(const LfdwTable *table, List *terms,
											  List *exprstates, ExprContext *econtext,
											  const LfdwBound *bound,
											  const char *order_by);
extern LfdwArguments *lfdw_arguments_make(const LfdwTable *table,
										  LfdwCondition *conditions,
										  int nconditions, const LfdwBound *bound,
										  const char *order_by);
extern LfdwArguments *lfdw_arguments_without(const LfdwTable *table,
											 const LfdwArguments *arguments,
											 const bool *dropped);
extern int64 lfdw_arguments_rows_wanted(int64 limit, int64 offset);
extern const LfdwEquality *lfdw_arguments_equality(const LfdwArguments *arguments,
												   const LfdwColumn *column);

#endif							/* LFDW_ARGUMENTS_H */
