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

#include "executor/tuptable.h"
#include "pushdown/arguments.h"

/*
 * Which values of the arguments a call carries.  first holds, for an argument
 * sent one value a call, the index of the value; for one sent in parts, the
 * first of count values; 0 for all others.  Of the tuples it is ntuples from
 * first_tuple on.  Of the rows that there are for them it asks for one split.
 */
typedef struct LfdwPart
{
	int		   *first;
	int		   *count;
	int64		first_tuple;
	int64		ntuples;
	int			split;			/* from 0, of those that the option splits
								 * counts */
} LfdwPart;

extern LfdwPart *lfdw_part_first(const LfdwArguments *arguments, int max_values);
extern LfdwPart *lfdw_part_copy(const LfdwArguments *arguments,
								const LfdwPart *part);
extern bool lfdw_part_next(const LfdwArguments *arguments, LfdwPart *part,
						   int max_values);
extern int64 lfdw_part_count(const LfdwArguments *arguments, int max_values);
extern const char *lfdw_part_value(const LfdwArguments *arguments, int index,
								   const LfdwPart *part);
extern char **lfdw_part_values(const LfdwArguments *arguments, int index,
							   const LfdwPart *part, int *nvalues);
extern const char *lfdw_part_element(const LfdwArguments *arguments, int index,
									 const LfdwPart *part, int64 tuple);
extern int	lfdw_part_carries(const LfdwArguments *arguments, int index,
							  const LfdwPart *part, int element, Datum *value);
extern int64 lfdw_part_number_of(const LfdwArguments *arguments, int index,
								 const TupleTableSlot *slot);
extern bool lfdw_part_owns(const LfdwArguments *arguments, const LfdwPart *part,
						   const TupleTableSlot *slot);
extern bool lfdw_part_can_split(const LfdwArguments *arguments,
								const LfdwPart *part);
extern LfdwPart *lfdw_part_split(const LfdwArguments *arguments, LfdwPart *part);
extern void lfdw_part_describe(const LfdwTable *table, const LfdwArguments *arguments,
							   const LfdwPart *part);

#endif							/* LFDW_PART_H */
