/*-------------------------------------------------------------------------
 *
 * modify_truncate.h
 *		TRUNCATE.
 *
 * IDENTIFICATION
 *	  src/modify/modify_truncate.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_MODIFY_TRUNCATE_H
#define LFDW_MODIFY_TRUNCATE_H

#include "postgres.h"

#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"

extern void lambdaExecForeignTruncate(List *rels, DropBehavior behavior,
									  bool restart_seqs);

#endif							/* LFDW_MODIFY_TRUNCATE_H */
