/*-------------------------------------------------------------------------
 *
 * equality.h
 *		The values that a column may have, and how they reach the function.
 *
 * IDENTIFICATION
 *	  src/pushdown/equality.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_EQUALITY_H
#define LFDW_EQUALITY_H

#include "postgres.h"

#include "options/table.h"
#include "pushdown/value_set.h"

/* How the values of a column reach the function. */
typedef enum LfdwSendAs
{
	LFDW_SEND_SCALAR,			/* the argument of "=" */
	LFDW_SEND_LIST,				/* the argument of "in", whole */
	LFDW_SEND_BOTH,				/* each under its own name */
	LFDW_SEND_EACH,				/* one value in each call */
	LFDW_SEND_PARTS,			/* "in", in parts: a call for each */
	LFDW_SEND_TUPLE,			/* as the tuples of a call say, which agree in
								 * it */
	LFDW_SEND_TUPLES,			/* the same, "in": they differ in it alone */
	LFDW_SEND_ELEMENT			/* the same, in the elements of a batch */
} LfdwSendAs;

/* What a column's "=" and "in" conditions make, intersected. */
typedef struct LfdwEquality
{
	const LfdwColumn *column;
	Oid			base_type;		/* of the column's values */
	LfdwSendAs	send_as;
	LfdwValueSet set;			/* indexed */
} LfdwEquality;

/* Do its values go with those of other columns? */
static inline bool
lfdw_equality_is_in_tuples(const LfdwEquality *equality)
{
	return equality->send_as == LFDW_SEND_TUPLE ||
		equality->send_as == LFDW_SEND_TUPLES ||
		equality->send_as == LFDW_SEND_ELEMENT;
}

extern bool lfdw_equality_sends(const LfdwEquality *equality, bool list);
extern int	lfdw_equality_choose(const LfdwEquality *equality, Datum value,
								 int first, int count);

#endif							/* LFDW_EQUALITY_H */
