/*-------------------------------------------------------------------------
 *
 * modify_internal.h
 *		A result relation, from the first of its rows to their delivery.
 *
 * IDENTIFICATION
 *	  src/modify/modify_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_MODIFY_INTERNAL_H
#define LFDW_MODIFY_INTERNAL_H

#include "postgres.h"

#include "lib/ilist.h"
#include "lib/stringinfo.h"
#include "modify/write_form.h"
#include "modify/write_target.h"
#include "modify/writer.h"
#include "nodes/execnodes.h"
#include "pg/spool.h"

/* When rows go. */
typedef enum LfdwWriteMoment
{
	LFDW_MOMENT_AT_ONCE,		/* one a call, whose answer is waited for */
	LFDW_MOMENT_AS_THEY_COME,	/* batches, as they fill */
	LFDW_MOMENT_STATEMENT,		/* when everything has been read */
	LFDW_MOMENT_COMMIT
} LfdwWriteMoment;

/* A foreign table that a statement writes to; it lives as long as the statement. */
typedef struct LfdwModify
{
	dlist_node	link;			/* of all there are; see modify_finish.c */
	EState	   *estate;
	LfdwWriteOperation operation;
	LfdwWriteMoment moment;
	bool		copied;			/* the rows are COPY's */
	PlanState  *source;			/* that is read before a row is sent, or NULL */
	LfdwTable  *table;
	LfdwWriteForm *form;
	LfdwWriteTarget *target;	/* NULL for EXPLAIN alone */
	Bitmapset  *sent;			/* columns that the statement writes */
	TupleTableSlot *old;		/* for the row that is there */
	MemoryContext row_context;	/* of what was made of the last row */
	StringInfoData record;		/* the last row's */
	int64		nrows;
	LfdwSpool  *spool;			/* rows held to the end, NULL: none yet */
	LfdwWriter *writer;
	LfdwWriteStats stats;
	int64		reported;		/* of the rows not affected */
} LfdwModify;

extern void lfdw_modify_check(const LfdwTable *table, LfdwWriteOperation operation,
							  const ModifyTable *plan);
extern LfdwWriteOperation lfdw_modify_operation(CmdType operation);
extern void lfdw_modify_register(LfdwModify *modify);
extern void lfdw_modify_send(LfdwModify *modify);

#endif							/* LFDW_MODIFY_INTERNAL_H */
