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
#include "pushdown/term.h"
#include "pushdown/value_set.h"

/* How the values of a column reach the function. */
typedef enum LfdwManner
{
	LFDW_SEND_SCALAR,			/* the argument of "=" */
	LFDW_SEND_LIST,				/* the argument of "in" */
	LFDW_SEND_BOTH,				/* each under its own name */
	LFDW_SEND_EACH,				/* "=" once for each value: a call each */
	LFDW_SEND_PARTS				/* "in", in parts: a call for each */
} LfdwManner;

/* What a column's "=" and "in" conditions make, intersected. */
typedef struct LfdwArgument
{
	const LfdwColumn *column;
	LfdwManner	manner;
	LfdwValueSet set;
} LfdwArgument;

/*
 * Which values of the arguments a call carries.  first holds, for an argument
 * that makes a call a value, the index of the value; for one sent in parts, the
 * first of count values; 0 for all others.
 */
typedef struct LfdwTurn
{
	int		   *first;
	int		   *count;
} LfdwTurn;

/* The argument of any other operator. */
typedef struct LfdwOtherArgument
{
	const LfdwColumn *column;
	LfdwOperator op;
	char	   *json;
} LfdwOtherArgument;

/* One condition as the envelope shows it. */
typedef struct LfdwFilter
{
	const LfdwColumn *column;
	LfdwOperator op;
	int			each;			/* the value that this argument's turn
								 * carries, or -1 */
	char	   *json;			/* this value, or NULL */
	const char *argument;		/* the list that this argument is, or NULL */
} LfdwFilter;

typedef struct LfdwQuery
{
	bool		nothing;		/* no row can match: no invocation */
	bool		exact;			/* every term was sent on a declared operator */
	int64		limit;			/* rows wanted of each call, -1: all */
	const char *limit_text;		/* EXPLAIN's name for it, or NULL */
	const char *order_by;		/* JSON, NULL for none */
	bool	   *given;			/* by column: a declared operator was sent */
	char	  **problems;		/* by column: why a condition was not */
	int			narguments;
	LfdwArgument *arguments;
	int			nothers;
	LfdwOtherArgument *others;
	int			nfilters;
	LfdwFilter *filters;
} LfdwQuery;

struct LfdwCondition;
extern LfdwQuery *lfdw_query_evaluate(const LfdwBinding *binding, List *terms,
									  List *exprstates, ExprContext *econtext,
									  const struct LfdwCondition *bound);
extern LfdwQuery *lfdw_query_make(const LfdwBinding *binding, int nterms);
extern void lfdw_query_render(struct LfdwCondition *conditions,
							  int nconditions, int max_values);
extern void lfdw_query_fill(LfdwQuery *query, const LfdwBinding *binding,
							const struct LfdwCondition *conditions,
							int nconditions);
extern const LfdwArgument *lfdw_query_argument(const LfdwQuery *query,
											   const LfdwColumn *column);
extern bool lfdw_query_matches(const LfdwQuery *query, int index,
							   const LfdwTurn *turn, Datum value);
extern void lfdw_query_divide(LfdwQuery *query);
extern LfdwTurn *lfdw_query_first_turn(const LfdwQuery *query, int max_values);
extern LfdwTurn *lfdw_query_copy_turn(const LfdwQuery *query,
									  const LfdwTurn *turn);
extern bool lfdw_query_next_turn(const LfdwQuery *query, LfdwTurn *turn,
								 int max_values);
extern LfdwManner lfdw_query_manner(const LfdwColumn *column, bool has_eq,
									bool has_in);

#endif							/* LFDW_ARGUMENTS_H */
