/*-------------------------------------------------------------------------
 *
 * tuple.h
 *		Values of several columns that belong together, and how calls carry them.
 *
 * IDENTIFICATION
 *	  src/pushdown/tuple.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_TUPLE_H
#define LFDW_TUPLE_H

#include "postgres.h"

#include "pushdown/bound.h"
#include "pushdown/equality.h"

/*
 * The tuples that a (re)scan asks for, each once, sorted, so that those which may
 * share a call stand side by side.  A value is known by its place in the set of its
 * column's equality.
 */
typedef struct LfdwTuples
{
	int			ncolumns;
	int		   *equalities;		/* indexes in the arguments', in the order of
								 * the values in a tuple */
	int		   *by_column;		/* the same order as the arguments': places in
								 * a tuple */
	int			nfixed;			/* how many of the first values the tuples of
								 * a call have in common */
	int64		ntuples;
	int		   *places;			/* ntuples * ncolumns */
} LfdwTuples;

extern LfdwTuples *lfdw_tuples_make(const LfdwTable *table,
									LfdwEquality *equalities, int nequalities,
									const LfdwBound *bound);
extern int64 lfdw_tuples_run(const LfdwTuples *tuples, int64 first, int max_tuples);
extern int	lfdw_tuples_column(const LfdwTuples *tuples, int equality);
extern const int *lfdw_tuples_at(const LfdwTuples *tuples, int64 index);
extern int64 lfdw_tuples_search(const LfdwTuples *tuples, const int *places);

#endif							/* LFDW_TUPLE_H */
