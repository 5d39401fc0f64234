/*-------------------------------------------------------------------------
 *
 * placeholder.h
 *		What stands in EXPLAIN's payload for values that are not known yet.
 *
 * IDENTIFICATION
 *	  src/pushdown/placeholder.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_PLACEHOLDER_H
#define LFDW_PLACEHOLDER_H

#include "postgres.h"

#include "pushdown/condition.h"

/* What a placeholder stands for. */
typedef enum LfdwUnknownKind
{
	LFDW_UNKNOWN_VALUE,			/* the value of an expression */
	LFDW_UNKNOWN_REST,			/* what a column's conditions leave of lists */
	LFDW_UNKNOWN_TIGHTEST,		/* the tightest of several bounds */
	LFDW_UNKNOWN_PART,			/* some of the values of a long list */
	LFDW_UNKNOWN_KEYS,			/* keys of a bind join */
	LFDW_UNKNOWN_LIMIT			/* LIMIT, and OFFSET if there is one, in all */
} LfdwUnknownKind;

typedef struct LfdwUnknown
{
	char	   *name;			/* $1, $2, ... */
	LfdwUnknownKind kind;
	bool		each;			/* each value in a call of its own */
	List	   *values;			/* expressions */
} LfdwUnknown;

extern char *lfdw_placeholder_add(List **unknowns, LfdwUnknownKind kind,
								  List *values);
extern void lfdw_placeholder_stand_for(LfdwValueSet *set, char *name,
									   bool is_list);
extern void lfdw_placeholder_name_values(List **unknowns, const LfdwTable *table,
										 LfdwCondition *conditions,
										 int nconditions);

#endif							/* LFDW_PLACEHOLDER_H */
