/*-------------------------------------------------------------------------
 *
 * limit.h
 *		LIMIT, sent where the function honours it.
 *
 * IDENTIFICATION
 *	  src/scan/limit.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_LIMIT_H
#define LFDW_LIMIT_H

#include "postgres.h"

#include "nodes/pathnodes.h"

extern void lambdaGetForeignUpperPaths(PlannerInfo *root,
									   UpperRelationKind stage,
									   RelOptInfo *input_rel,
									   RelOptInfo *output_rel, void *extra);

#endif							/* LFDW_LIMIT_H */
