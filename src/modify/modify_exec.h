/*-------------------------------------------------------------------------
 *
 * modify_exec.h
 *		INSERT, UPDATE, DELETE and COPY, row by row.
 *
 * IDENTIFICATION
 *	  src/modify/modify_exec.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_MODIFY_EXEC_H
#define LFDW_MODIFY_EXEC_H

#include "postgres.h"

#include "executor/tuptable.h"
#include "nodes/execnodes.h"

extern void lambdaBeginForeignModify(ModifyTableState *mtstate, ResultRelInfo *rinfo,
									 List *fdw_private, int subplan_index, int eflags);
extern void lambdaBeginForeignInsert(ModifyTableState *mtstate, ResultRelInfo *rinfo);
extern int	lambdaGetForeignModifyBatchSize(ResultRelInfo *rinfo);
extern TupleTableSlot *lambdaExecForeignInsert(EState *estate, ResultRelInfo *rinfo,
											   TupleTableSlot *slot,
											   TupleTableSlot *planSlot);
extern TupleTableSlot **lambdaExecForeignBatchInsert(EState *estate,
													 ResultRelInfo *rinfo,
													 TupleTableSlot **slots,
													 TupleTableSlot **planSlots,
													 int *numSlots);
extern TupleTableSlot *lambdaExecForeignUpdate(EState *estate, ResultRelInfo *rinfo,
											   TupleTableSlot *slot,
											   TupleTableSlot *planSlot);
extern TupleTableSlot *lambdaExecForeignDelete(EState *estate, ResultRelInfo *rinfo,
											   TupleTableSlot *slot,
											   TupleTableSlot *planSlot);
extern void lambdaEndForeignModify(EState *estate, ResultRelInfo *rinfo);

#endif							/* LFDW_MODIFY_EXEC_H */
