/*-------------------------------------------------------------------------
 *
 * write_source.h
 *		The rows to be written, read to their end first.
 *
 * IDENTIFICATION
 *	  src/modify/write_source.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_WRITE_SOURCE_H
#define LFDW_WRITE_SOURCE_H

#include "postgres.h"

#include "nodes/execnodes.h"

extern void lfdw_write_source_read_first(PlanState *node);
extern void lfdw_write_source_read_rest(const PlanState *node, TupleTableSlot *slot,
										TupleTableSlot *plan_slot);
extern void lfdw_write_source_end(const EState *estate);

#endif							/* LFDW_WRITE_SOURCE_H */
