/*-------------------------------------------------------------------------
 *
 * part.h
 *		Which values of the arguments each call carries.
 *
 * IDENTIFICATION
 *	  src/pushdown/part.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_PART_H
#define LFDW_PART_H

#include "postgres.h"

#include "pushdown/arguments.h"

/*
 * Which values of the arguments a call carries.  first holds, for an argument
 * sent one value a call, the index of the value; for one sent in parts, the
 * first of count values; 0 for all others.
 */
typedef struct LfdwPart
{
	int		   *first;
	int		   *count;
} LfdwPart;

extern LfdwPart *lfdw_part_first(const LfdwArguments *arguments, int max_values);
extern LfdwPart *lfdw_part_copy(const LfdwArguments *arguments,
								const LfdwPart *part);
extern bool lfdw_part_next(const LfdwArguments *arguments, LfdwPart *part,
						   int max_values);
extern bool lfdw_part_has(const LfdwArguments *arguments, int index,
						  const LfdwPart *part, Datum value);

#endif							/* LFDW_PART_H */
