/*-------------------------------------------------------------------------
 *
 * modify_explain.h
 *		What EXPLAIN shows of a foreign table that is written.
 *
 * IDENTIFICATION
 *	  src/modify/modify_explain.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_MODIFY_EXPLAIN_H
#define LFDW_MODIFY_EXPLAIN_H

#include "postgres.h"

#include "commands/explain.h"
#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"

extern void lambdaExplainForeignModify(ModifyTableState *mtstate,
									   ResultRelInfo *rinfo, List *fdw_private,
									   int subplan_index, struct ExplainState *es);

#endif							/* LFDW_MODIFY_EXPLAIN_H */
