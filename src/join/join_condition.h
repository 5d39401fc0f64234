/*-------------------------------------------------------------------------
 *
 * join_condition.h
 *		The conditions of a join that is a custom scan, in EXPLAIN.
 *
 * IDENTIFICATION
 *	  src/join/join_condition.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JOIN_CONDITION_H
#define LFDW_JOIN_CONDITION_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "pg/compat.h"

extern void lfdw_join_condition_explain(const char *label, List *quals,
										List *context, ExplainState *es);
extern void lfdw_join_condition_explain_removed(const PlanState *state,
												ExplainState *es);

#endif							/* LFDW_JOIN_CONDITION_H */
