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
#include "pushdown/placeholder.h"

typedef struct LfdwDisplay
{
	LfdwArguments *arguments;
	LfdwCondition *conditions;	/* the terms', in their order */
} LfdwDisplay;

extern LfdwDisplay *lfdw_arguments_display(const LfdwTable *table, List *terms,
										   List *bound, const char *order_by,
										   List *limit);

#endif							/* LFDW_ARGUMENTS_DISPLAY_H */
