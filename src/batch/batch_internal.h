/*-------------------------------------------------------------------------
 *
 * batch_internal.h
 *		The plan and the state of a batch join.
 *
 * IDENTIFICATION
 *	  src/batch/batch_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_BATCH_INTERNAL_H
#define LFDW_BATCH_INTERNAL_H

#include "postgres.h"

#include "executor/tuptable.h"
#include "nodes/execnodes.h"
#include "nodes/extensible.h"
#include "portability/instr_time.h"

#include "ml/ml_function.h"

/* What its custom_exprs are; all of them see the scan tuple. */
enum LfdwBatchExpression
{
	LFDW_BATCH_CALL,			/* FuncExpr */
	LFDW_BATCH_RESULT,			/* casts of the result, a CaseTestExpr; or
								 * NULL */
	LFDW_BATCH_QUALS,			/* a list */
	LFDW_BATCH_OTHER_QUALS		/* a list, for after NULLs were filled in */
};

/* Indexes of the lists in its custom_private, IntLists both. */
enum LfdwBatchPrivate
{
	LFDW_BATCH_NUMBERS,			/* see LfdwBatchNumber */
	LFDW_BATCH_COLUMNS			/* of the function: numbers of those that the
								 * scan tuple has */
};

enum LfdwBatchNumber
{
	LFDW_BATCH_JOIN_TYPE,
	LFDW_BATCH_FUNCTION,		/* index in lfdw_batch_functions */
	LFDW_BATCH_FIRST_ROWS,		/* rows of the first batch */
	LFDW_BATCH_OUTER_WIDTH		/* columns of the scan tuple that are outer */
};

/* An outer row, for as long as its batch. */
typedef struct LfdwBatchRow
{
	MinimalTuple tuple;
	LfdwMlCall	call;
	LfdwMlResult result;
} LfdwBatchRow;

/* What batches came to, for EXPLAIN. */
typedef struct LfdwBatchStats
{
	int64		batches;
	int64		rows;
	int			min_rows;
	int			max_rows;
	double		ms;
	double		min_ms;
	double		max_ms;
} LfdwBatchStats;

typedef struct LfdwBatchState
{
	CustomScanState css;
	PlanState  *outer;
	const LfdwMlFunction *function;
	JoinType	jointype;
	int			outer_width;
	List	   *columns;		/* of the function, in the scan tuple */
	List	   *args;			/* ExprStates */
	LfdwMlArguments arguments;
	NullableDatum *values;		/* of the arguments */
	ExprState  *result;			/* NULL: the result as it is */
	ExprState  *joinqual;
	ExprState  *otherqual;
	LfdwMlAccess *access;		/* NULL: nothing was asked yet */

	/* the batch */
	MemoryContext batch_context;
	int			max_rows;		/* how many calls it may ask for */
	LfdwBatchRow *rows;
	int			nrows;
	int			room;			/* in rows */
	int			next;			/* the row to return */
	size_t		kept_bytes;		/* of outer rows; the calls' are limited */
	TupleTableSlot *pending;	/* read, and of the next batch; or NULL */
	bool		outer_done;
	TupleTableSlot *outer_slot;

	LfdwBatchStats stats;
} LfdwBatchState;

/* batch_plan.c */
extern const LfdwMlFunction *const lfdw_batch_functions[];

/* batch_exec.c */
extern Node *lambdaCreateBatchState(CustomScan *plan);

/* batch_explain.c */
extern void lambdaExplainBatch(CustomScanState *node, List *ancestors,
							   ExplainState *es);

#endif							/* LFDW_BATCH_INTERNAL_H */
