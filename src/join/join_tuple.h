/*-------------------------------------------------------------------------
 *
 * join_tuple.h
 *		The scan tuple of a join that is a custom scan, while it runs.
 *
 * IDENTIFICATION
 *	  src/join/join_tuple.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JOIN_TUPLE_H
#define LFDW_JOIN_TUPLE_H

#include "postgres.h"

#include "executor/executor.h"
#include "nodes/execnodes.h"

/* Fills columns of the scan tuple from a row, or with NULLs if it is NULL. */
static inline void
lfdw_join_tuple_fill(CustomScanState *node, int first, int width,
					 TupleTableSlot *slot)
{
	TupleTableSlot *scan = node->ss.ss_ScanTupleSlot;

	if (slot)
		slot_getallattrs(slot);
	for (int i = 0; i < width; i++)
	{
		scan->tts_values[first + i] = slot ? slot->tts_values[i] : (Datum) 0;
		scan->tts_isnull[first + i] = slot ? slot->tts_isnull[i] : true;
	}
}

/*
 * The context in which expressions see the scan tuple; what was evaluated in it
 * before is gone.
 */
static inline ExprContext *
lfdw_join_tuple_show(CustomScanState *node)
{
	TupleTableSlot *scan = node->ss.ss_ScanTupleSlot;
	ExprContext *econtext = node->ss.ps.ps_ExprContext;

	ResetExprContext(econtext);
	if (TTS_EMPTY(scan))
		ExecStoreVirtualTuple(scan);
	econtext->ecxt_scantuple = scan;
	return econtext;
}

#endif							/* LFDW_JOIN_TUPLE_H */
