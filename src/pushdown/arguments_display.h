/*-------------------------------------------------------------------------
 *
 * arguments_display.h
 *		What a scan would ask, as far as it is known before it runs.
 *
 * IDENTIFICATION
 *	  src/pushdown/arguments_display.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ARGUMENTS_DISPLAY_H
#define LFDW_ARGUMENTS_DISPLAY_H

#include "postgres.h"

#include "pushdown/arguments.h"
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
	LfdwUnknownKind kind;
	bool		each;			/* each value in a call of its own */
	List	   *values;			/* expressions */
} LfdwUnknown;

typedef struct LfdwDisplay
{
	LfdwArguments *arguments;
	int			nbound;			/* conditions in front that are a join's */
	LfdwCondition *conditions;	/* then the terms', in their order */
	List	   *unknowns;		/* of LfdwUnknown: what $1, $2, ... stand for */
} LfdwDisplay;

extern LfdwDisplay *lfdw_arguments_display(const LfdwTable *table, List *terms,
										   LfdwTerm *bound, const char *order_by,
										   List *limit);

#endif							/* LFDW_ARGUMENTS_DISPLAY_H */
