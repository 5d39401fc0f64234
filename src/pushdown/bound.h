/*-------------------------------------------------------------------------
 *
 * bound.h
 *		Keys that a join above gives a scan.
 *
 * IDENTIFICATION
 *	  src/pushdown/bound.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_BOUND_H
#define LFDW_BOUND_H

#include "postgres.h"

#include "pushdown/term.h"

/*
 * Tuples of values of columns, tuple by tuple.  The values are as sets hold those
 * of the terms' types, and none is NULL.  Equal ones that may be sent differently,
 * as 1.0 and 1.00, are tuples of their own.  EXPLAIN's one tuple has no values.
 */
typedef struct LfdwBound
{
	int			ncolumns;
	LfdwTerm  **terms;			/* "in", one for each column, without values */
	int			ntuples;
	Datum	   *values;			/* ntuples * ncolumns, or NULL */
	bool		more_follow;	/* perhaps, in bounds that come later */
} LfdwBound;

#endif							/* LFDW_BOUND_H */
