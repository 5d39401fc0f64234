/*-------------------------------------------------------------------------
 *
 * join.h
 *		Joins that send the keys of one side to the function in batches.
 *
 * IDENTIFICATION
 *	  src/join/join.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JOIN_H
#define LFDW_JOIN_H

#include "postgres.h"

#include "nodes/extensible.h"

/* The children of a bind join, in custom_plans and custom_ps. */
enum LfdwJoinChild
{
	LFDW_JOIN_OUTER,
	LFDW_JOIN_INNER
};

/* What its custom_exprs are; all of them see the scan tuple. */
enum LfdwJoinExpression
{
	LFDW_JOIN_OUTER_KEY,
	LFDW_JOIN_INNER_KEY,
	LFDW_JOIN_QUALS,			/* a list */
	LFDW_JOIN_OTHER_QUALS		/* a list, for after NULLs were filled in */
};

/* Indexes of the lists in its custom_private. */
enum LfdwJoinPrivate
{
	LFDW_JOIN_NUMBERS,			/* IntList, see LfdwJoinNumber */
	LFDW_JOIN_WAITING			/* Float: the part of the cost that is waiting */
};

enum LfdwJoinNumber
{
	LFDW_JOIN_TYPE,
	LFDW_JOIN_ATTNUM,			/* of the key column in the foreign table */
	LFDW_JOIN_KEY_TYPE,
	LFDW_JOIN_COLLATION,
	LFDW_JOIN_BATCH_KEYS,		/* keys of a batch */
	LFDW_JOIN_FIRST_KEYS,		/* keys of the first batch */
	LFDW_JOIN_OUTER_WIDTH,		/* columns of the scan tuple that are outer */
	LFDW_JOIN_INNER_WIDTH		/* and inner */
};

/* join_plan.c */
extern void lfdw_join_install(void);
extern Cost lfdw_join_waiting(const CustomScan *plan);

/* join_exec.c */
extern Node *lambdaCreateBindJoinState(CustomScan *plan);

/* join_explain.c */
extern void lambdaExplainBindJoin(CustomScanState *node, List *ancestors,
								  ExplainState *es);

#endif							/* LFDW_JOIN_H */
