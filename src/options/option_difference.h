/*-------------------------------------------------------------------------
 *
 * option_difference.h
 *		Where the options of a foreign table and its function's description differ.
 *
 * IDENTIFICATION
 *	  src/options/option_difference.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_OPTION_DIFFERENCE_H
#define LFDW_OPTION_DIFFERENCE_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* An option, or an element of one that is a set, that is not the same. */
typedef struct LfdwOptionDifference
{
	const char *option;
	const char *ours;			/* in its canonical form; NULL: not there */
	const char *theirs;
	bool		unkept;			/* lambda_fdw relies on the function for it,
								 * which does not say that it does so */
} LfdwOptionDifference;

extern List *lfdw_option_table_differences(List *ours, List *theirs);
extern List *lfdw_option_column_differences(const char *column,
											List *ours, List *our_table,
											List *theirs, List *their_table);

#endif							/* LFDW_OPTION_DIFFERENCE_H */
