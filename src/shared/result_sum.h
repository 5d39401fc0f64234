/*-------------------------------------------------------------------------
 *
 * result_sum.h
 *		What is kept of a table's answers that a role asked for first.
 *
 * IDENTIFICATION
 *	  src/shared/result_sum.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_RESULT_SUM_H
#define LFDW_RESULT_SUM_H

#include "postgres.h"

#include "shared/result_store.h"

typedef struct LfdwResultSum
{
	Oid			dbid;
	Oid			relid;
	Oid			userid;
	int64		answers;
	int64		asking;			/* that somebody asks for */
	int64		rows;
	int64		bytes;			/* of memory */
	int64		hits;
	int64		oldest_us;		/* ago */
} LfdwResultSum;

/* Those of all tables and roles; items are found by slots, of which 0 is empty. */
typedef struct LfdwResultSums
{
	int			count;
	LfdwResultSum *items;
	uint16	   *slots;			/* the number of an item, from 1 on */
} LfdwResultSums;

extern LfdwResultSums *lfdw_result_sums_create(void);
extern void lfdw_result_sums_add(LfdwResultSums *sums, const LfdwResultEntry *entry);

#endif							/* LFDW_RESULT_SUM_H */
