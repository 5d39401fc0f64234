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
enum LfdwBindChild
{
	LFDW_BIND_OUTER,
	LFDW_BIND_INNER
};

/* What its custom_exprs are; all of them see the scan tuple. */
enum LfdwBindExpression
{
	LFDW_BIND_OUTER_KEY,
	LFDW_BIND_INNER_KEY,
	LFDW_BIND_JOIN_QUALS,		/* a list */
	LFDW_BIND_OTHER_QUALS		/* a list, for after NULLs were filled in */
};

/* Indexes of the lists in its custom_private. */
enum LfdwBindPrivate
{
	LFDW_BIND_NUMBERS,			/* IntList, see LfdwBindNumber */
	LFDW_BIND_WAITING			/* Float: the part of the cost that is waiting */
};

enum LfdwBindNumber
{
	LFDW_BIND_JOIN_TYPE,
	LFDW_BIND_ATTNUM,			/* of the key column in the foreign table */
	LFDW_BIND_KEY_TYPE,
	LFDW_BIND_COLLATION,
	LFDW_BIND_BATCH_KEYS,		/* keys of a batch */
	LFDW_BIND_FIRST_KEYS,		/* keys of the first batch */
	LFDW_BIND_OUTER_WIDTH,		/* columns of the scan tuple that are outer */
	LFDW_BIND_INNER_WIDTH		/* and inner */
};

/* join_plan.c */
extern void lfdw_bind_join_install(void);
extern Cost lfdw_bind_waiting(const CustomScan *plan);

/* join_exec.c */
extern Node *lambdaCreateBindJoinState(CustomScan *plan);

/* join_explain.c */
extern void lambdaExplainBindJoin(CustomScanState *node, List *ancestors,
								  ExplainState *es);

#endif							/* LFDW_JOIN_H */
