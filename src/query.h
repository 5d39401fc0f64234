/*-------------------------------------------------------------------------
 *
 * query.h
 *		What one (re)scan asks: the values of its conditions, ready to send.
 *
 * IDENTIFICATION
 *	  src/query.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_QUERY_H
#define LFDW_QUERY_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "qual.h"
#include "utils/typcache.h"

/* Values of one type that differ from each other, in the order given. */
typedef struct LfdwValueSet
{
	TypeCacheEntry *type;
	Oid			collation;
	int			nvalues;
	Datum	   *values;
	char	  **json;			/* each value as JSON, in database encoding */
	char	   *placeholder;	/* EXPLAIN's name for all of them, or NULL */
} LfdwValueSet;

/* How the values of a column reach the function. */
typedef enum LfdwManner
{
	LFDW_SEND_SCALAR,			/* the argument of "=" */
	LFDW_SEND_LIST,				/* the argument of "in" */
	LFDW_SEND_BOTH,				/* each under its own name */
	LFDW_SEND_EACH				/* "=" once for each value: a call each */
} LfdwManner;

/* The argument that a column's declared conditions make, intersected. */
typedef struct LfdwArgument
{
	const LfdwColumn *column;
	LfdwManner	manner;
	LfdwValueSet set;
} LfdwArgument;

/* One condition as the envelope shows it. */
typedef struct LfdwFilter
{
	const LfdwColumn *column;
	LfdwOperator op;
	int			each;			/* value of this argument's turn, or -1 */
	char	   *json;			/* else this value */
} LfdwFilter;

typedef struct LfdwQuery
{
	bool		nothing;		/* no row can match: no invocation */
	int			narguments;
	LfdwArgument *arguments;
	int			nfilters;
	LfdwFilter *filters;
} LfdwQuery;

extern LfdwQuery *lfdw_query_evaluate(const LfdwBinding *binding, List *terms,
									  List *exprstates, ExprContext *econtext);
extern LfdwQuery *lfdw_query_display(const LfdwBinding *binding, List *terms,
									 List **hidden);
extern char *lfdw_query_list(const LfdwValueSet *set);
extern const LfdwArgument *lfdw_query_argument(const LfdwQuery *query,
											   const LfdwColumn *column);
extern bool lfdw_query_matches(const LfdwArgument *argument, int index,
							   Datum value);

#endif							/* LFDW_QUERY_H */
