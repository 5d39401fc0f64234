/*-------------------------------------------------------------------------
 *
 * modify_exec.c
 *		INSERT, UPDATE, DELETE and COPY, row by row.
 *
 * Each row is made JSON at once.  What becomes of it then depends on who waits for
 * it: RETURNING, WITH CHECK OPTION and row triggers want the row as the function
 * has it, so it is sent at once, alone.  Rows of UPDATE and DELETE, and those of
 * an INSERT that reads the same function, are held until everything has been read.
 * Other rows of INSERT are sent as batches fill.
 *
 * IDENTIFICATION
 *	  src/modify/modify_exec.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "modify/commit.h"
#include "modify/modify_exec.h"
#include "modify/modify_internal.h"
#include "modify/write_row.h"
#include "modify/write_source.h"
#include "options/foreign_object.h"
#include "options/function_options.h"
#include "pg/compat.h"

/* COPY hands over its rows in lots; no lot of core's has more. */
#define COPY_ROWS 1000

/* Is a row of the range table one that reads a function, by its bare name? */
static bool
reads_function(const RangeTblEntry *rte, const char *label)
{
	LfdwOptions *options;
	LfdwFunction function;

	if (rte->rtekind != RTE_RELATION || rte->relkind != RELKIND_FOREIGN_TABLE ||
		!lfdw_foreign_table_is_ours(rte->relid))
		return false;
	options = lfdw_foreign_table_options(rte->relid);
	if (options->function_arn == NULL)
		return false;
	lfdw_function_create(&function, options, options->function_arn, options->qualifier);
	return strcmp(function.label, label) == 0;
}

/* Does a statement that inserts read the function that it writes to? */
static bool
reads_target(const ResultRelInfo *rinfo, const LfdwModify *modify)
{
	ListCell   *lc;

	foreach(lc, modify->estate->es_range_table)
	{
		if ((Index) foreach_current_index(lc) + 1 != rinfo->ri_RangeTableIndex &&
			reads_function(lfirst(lc), modify->table->function.label))
			return true;
	}
	return false;
}

/* Are there triggers of an operation for each row? */
static bool
has_row_triggers(const TriggerDesc *triggers, LfdwWriteOperation operation)
{
	if (triggers == NULL)
		return false;
	switch (operation)
	{
		case LFDW_WRITE_INSERT:
			return triggers->trig_insert_before_row || triggers->trig_insert_after_row;
		case LFDW_WRITE_UPDATE:
			return triggers->trig_update_before_row || triggers->trig_update_after_row;
		default:
			return triggers->trig_delete_before_row || triggers->trig_delete_after_row;
	}
}

/* Decides when rows go, and has their source read first where they must not meet. */
static void
set_moment(LfdwModify *modify, ModifyTableState *mtstate, const ResultRelInfo *rinfo)
{
	const ModifyTable *plan = (const ModifyTable *) mtstate->ps.plan;
	bool		at_once = has_row_triggers(rinfo->ri_TrigDesc, modify->operation) ||
	(plan && (plan->returningLists || plan->withCheckOptionLists));
	bool		reads = modify->operation != LFDW_WRITE_INSERT ||
	reads_target(rinfo, modify);

	if (modify->table->options->deliver_at == LFDW_DELIVER_COMMIT)
		modify->moment = LFDW_MOMENT_COMMIT;
	else if (at_once)
		modify->moment = LFDW_MOMENT_AT_ONCE;
	else
		modify->moment = reads ? LFDW_MOMENT_STATEMENT : LFDW_MOMENT_AS_THEY_COME;
	if (plan && reads && modify->moment == LFDW_MOMENT_AT_ONCE)
	{
		modify->source = outerPlanState(mtstate);
		lfdw_write_source_read_first(modify->source);
	}
}

/* All columns of a row, as pull_varattnos numbers them. */
static Bitmapset *
all_columns(TupleDesc desc)
{
	return bms_add_range(NULL, 1 - FirstLowInvalidHeapAttributeNumber,
						 desc->natts - FirstLowInvalidHeapAttributeNumber);
}

/*
 * The columns that are sent, numbered as by pull_varattnos: those that the
 * statement names, and all where a row moves here or a trigger may have changed any.
 */
static Bitmapset *
sent_columns(const LfdwModify *modify, const ModifyTableState *mtstate,
			 ResultRelInfo *rinfo)
{
	TupleDesc	desc = RelationGetDescr(rinfo->ri_RelationDesc);

	switch (modify->operation)
	{
		case LFDW_WRITE_INSERT:
			if (mtstate->operation == CMD_UPDATE)
				return all_columns(desc);
			return bms_copy(ExecGetInsertedCols(rinfo, modify->estate));
		case LFDW_WRITE_UPDATE:
			if (rinfo->ri_TrigDesc && rinfo->ri_TrigDesc->trig_update_before_row)
				return all_columns(desc);
			return bms_copy(ExecGetAllUpdatedCols(rinfo, modify->estate));
		default:
			return NULL;
	}
}

/* What rows go to: for EXPLAIN alone no more than what it shows. */
static void
set_target(LfdwModify *modify, ResultRelInfo *rinfo, bool explain_only)
{
	Relation	relation = rinfo->ri_RelationDesc;
	Oid			userid = lfdw_result_userid(rinfo, modify->estate);
	const LfdwOptions *options =
	lfdw_foreign_table_options(RelationGetRelid(relation));

	if (explain_only)
	{
		modify->table = lfdw_table_create(relation);
		modify->form = lfdw_write_form_create(modify->table, modify->operation);
		return;
	}
	modify->target = options->deliver_at == LFDW_DELIVER_COMMIT ?
		lfdw_commit_target(relation, userid, modify->operation) :
		lfdw_write_target_create(relation, userid, modify->operation);
	modify->table = modify->target->table;
	modify->form = modify->target->form;
}

/* What is made of rows on their way. */
static void
prepare_rows(LfdwModify *modify, const ModifyTableState *mtstate, ResultRelInfo *rinfo)
{
	EState	   *estate = modify->estate;

	modify->sent = sent_columns(modify, mtstate, rinfo);
	modify->writer = lfdw_writer_create(&modify->stats, LFDW_OPERATION_WRITE);
	modify->old = ExecInitExtraTupleSlot(estate,
										 RelationGetDescr(rinfo->ri_RelationDesc),
										 &TTSOpsVirtual);
	modify->row_context = AllocSetContextCreate(estate->es_query_cxt,
												"lambda_fdw row to be written",
												ALLOCSET_DEFAULT_SIZES);
	initStringInfo(&modify->record);
	lfdw_modify_register(modify);
}

/*
 * Raises 0A000 where triggers of a parent collect rows in transition tables: core does
 * when the first row is written, and would find it too late to take it back.
 */
static void
check_transition_tables(const ModifyTableState *mtstate, const ResultRelInfo *rinfo)
{
	const TransitionCaptureState *capture = mtstate->mt_transition_capture;

	if (rinfo->ri_RootResultRelInfo == NULL || capture == NULL ||
		(mtstate->operation == CMD_MERGE && !capture->tcs_insert_new_table))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot collect transition tuples from child foreign tables")));
}

/* Begins to write to a result relation. */
static void
begin_modify(ModifyTableState *mtstate, ResultRelInfo *rinfo,
			 LfdwWriteOperation operation, bool explain_only)
{
	EState	   *estate = mtstate->ps.state;
	MemoryContext old = MemoryContextSwitchTo(estate->es_query_cxt);
	LfdwModify *modify = palloc0(sizeof(LfdwModify));

	check_transition_tables(mtstate, rinfo);
	modify->estate = estate;
	modify->operation = operation;
	modify->copied = mtstate->ps.plan == NULL;
	set_target(modify, rinfo, explain_only);
	set_moment(modify, mtstate, rinfo);
	if (!explain_only)
		prepare_rows(modify, mtstate, rinfo);
	rinfo->ri_FdwState = modify;
	MemoryContextSwitchTo(old);
}

/*
 * BeginForeignModify: makes the table anew, for its options may have changed, and
 * looks up the keys of the role that writes.  No network yet.
 */
void
lambdaBeginForeignModify(ModifyTableState *mtstate, ResultRelInfo *rinfo,
						 List *fdw_private, int subplan_index, int eflags)
{
	begin_modify(mtstate, rinfo, lfdw_modify_operation(mtstate->operation),
				 (eflags & EXEC_FLAG_EXPLAIN_ONLY) != 0);
}

/*
 * BeginForeignInsert: the same for COPY, and for a partition that a row is routed
 * to, perhaps by an UPDATE.
 *
 * Raises what PlanForeignModify raises, for nothing was planned here; and 0A000 where
 * the UPDATE has the partition as a target too, as postgres_fdw does: the row that
 * moves could be updated again.
 */
void
lambdaBeginForeignInsert(ModifyTableState *mtstate, ResultRelInfo *rinfo)
{
	if (rinfo->ri_FdwState && mtstate->operation == CMD_UPDATE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot route tuples into foreign table to be updated \"%s\"",
						RelationGetRelationName(rinfo->ri_RelationDesc)),
				 errhint("Let the WHERE clause, by the partition key, leave out the partition that rows move to; or delete and insert them.")));
	lfdw_modify_check(lfdw_table_create(rinfo->ri_RelationDesc), LFDW_WRITE_INSERT,
					  (const ModifyTable *) mtstate->ps.plan);
	begin_modify(mtstate, rinfo, LFDW_WRITE_INSERT, false);
}

/*
 * GetForeignModifyBatchSize: only COPY's rows come in lots.  INSERT's are put in
 * batches here, which core would not have across partitions, nor several under
 * way at once.
 */
int
lambdaGetForeignModifyBatchSize(ResultRelInfo *rinfo)
{
	const LfdwModify *modify = rinfo->ri_FdwState;

	return LFDW_COPY_HAS_BATCHES && modify && modify->copied &&
		modify->moment == LFDW_MOMENT_AS_THEY_COME ? COPY_ROWS : 1;
}

/* Keeps a record until the statement ends. */
static void
hold_record(LfdwModify *modify)
{
	if (modify->spool == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(modify->estate->es_query_cxt);

		modify->spool = lfdw_spool_create(CurrentResourceOwner);
		MemoryContextSwitchTo(old);
	}
	lfdw_spool_append(modify->spool, modify->record.data, modify->record.len);
}

/* Sends or keeps the record; returns whether the row is written, as far as is known. */
static bool
pass_record(LfdwModify *modify, TupleTableSlot *slot)
{
	const char *bytes = modify->record.data;
	size_t		len = modify->record.len;

	switch (modify->moment)
	{
		case LFDW_MOMENT_AT_ONCE:
			return lfdw_writer_send_row(modify->writer, modify->target, bytes, len,
										slot);
		case LFDW_MOMENT_AS_THEY_COME:
			lfdw_writer_add(modify->writer, modify->target, bytes, len);
			break;
		case LFDW_MOMENT_STATEMENT:
			hold_record(modify);
			break;
		case LFDW_MOMENT_COMMIT:
			lfdw_commit_hold(modify->target, bytes, len);
			break;
	}
	return true;
}

/*
 * Writes a row: values, NULL for DELETE, over the row that is there, NULL for INSERT.
 *
 * Returns slot, which gets what the function says of the row where it was sent at
 * once; its values live until the next row.  NULL where the function says that it
 * affected no row.
 */
static TupleTableSlot *
write_row(LfdwModify *modify, TupleTableSlot *values, TupleTableSlot *old,
		  TupleTableSlot *slot)
{
	MemoryContext caller = MemoryContextSwitchTo(modify->row_context);
	ErrorContextCallback callback = {
		.previous = error_context_stack,
		.callback = lfdw_writer_describe,
		.arg = modify->estate->es_query_cxt
	};
	bool		written;

	/* COPY's statement has no context of its own */
	if (modify->copied)
		error_context_stack = &callback;
	resetStringInfo(&modify->record);
	lfdw_write_row_append(&modify->record, modify->target, modify->sent, values, old,
						  ++modify->nrows);
	error_context_stack = callback.previous;
	written = pass_record(modify, slot);
	MemoryContextSwitchTo(caller);
	return written ? slot : NULL;
}

/* The row that is there, from the plan's row; until the next row. */
static TupleTableSlot *
old_row(LfdwModify *modify, const ResultRelInfo *rinfo, TupleTableSlot *plan_slot)
{
	bool		isnull;
	Datum		row = ExecGetJunkAttribute(plan_slot, rinfo->ri_RowIdAttNo, &isnull);
	MemoryContext caller = MemoryContextSwitchTo(modify->row_context);
	HeapTupleData tuple = {0};

	tuple.t_data = DatumGetHeapTupleHeader(row);
	tuple.t_len = HeapTupleHeaderGetDatumLength(tuple.t_data);
	ExecForceStoreHeapTuple(&tuple, modify->old, false);
	MemoryContextSwitchTo(caller);
	return modify->old;
}

/*
 * Raises 44000 for a row that the view it is written by does not show.  Core looks
 * when the row is written, and would find it too late to take it back.
 */
static void
check_options(EState *estate, ResultRelInfo *rinfo, TupleTableSlot *slot)
{
	slot->tts_tableOid = RelationGetRelid(rinfo->ri_RelationDesc);
	if (rinfo->ri_WithCheckOptions != NIL)
		ExecWithCheckOptions(WCO_VIEW_CHECK, rinfo, slot, estate);
}

/*
 * ExecForeignInsert
 */
TupleTableSlot *
lambdaExecForeignInsert(EState *estate, ResultRelInfo *rinfo, TupleTableSlot *slot,
						TupleTableSlot *planSlot)
{
	LfdwModify *modify = rinfo->ri_FdwState;

	check_options(estate, rinfo, slot);
	if (modify->source)
		lfdw_write_source_read_rest(modify->source, slot, planSlot);
	MemoryContextReset(modify->row_context);
	return write_row(modify, slot, NULL, slot);
}

/*
 * ExecForeignBatchInsert: a lot of COPY's rows is written when this returns, so that
 * an error has COPY's line, and AFTER triggers come behind.
 */
TupleTableSlot **
lambdaExecForeignBatchInsert(EState *estate, ResultRelInfo *rinfo,
							 TupleTableSlot **slots, TupleTableSlot **planSlots,
							 int *numSlots)
{
	LfdwModify *modify = rinfo->ri_FdwState;

	for (int i = 0; i < *numSlots; i++)
	{
		MemoryContextReset(modify->row_context);
		write_row(modify, slots[i], NULL, slots[i]);
	}
	lfdw_writer_finish(modify->writer);
	return slots;
}

/*
 * ExecForeignUpdate
 */
TupleTableSlot *
lambdaExecForeignUpdate(EState *estate, ResultRelInfo *rinfo, TupleTableSlot *slot,
						TupleTableSlot *planSlot)
{
	LfdwModify *modify = rinfo->ri_FdwState;

	check_options(estate, rinfo, slot);
	MemoryContextReset(modify->row_context);
	return write_row(modify, slot, old_row(modify, rinfo, planSlot), slot);
}

/*
 * ExecForeignDelete: RETURNING has the row that was there, unless the function says
 * more.
 */
TupleTableSlot *
lambdaExecForeignDelete(EState *estate, ResultRelInfo *rinfo, TupleTableSlot *slot,
						TupleTableSlot *planSlot)
{
	LfdwModify *modify = rinfo->ri_FdwState;
	TupleTableSlot *old;

	MemoryContextReset(modify->row_context);
	old = old_row(modify, rinfo, planSlot);
	ExecCopySlot(slot, old);
	return write_row(modify, NULL, old, slot);
}

/*
 * EndForeignModify, EndForeignInsert: sends what a caller without ExecutorFinish,
 * such as COPY, has left.  Memory goes with the query.
 */
void
lambdaEndForeignModify(EState *estate, ResultRelInfo *rinfo)
{
	LfdwModify *modify = rinfo->ri_FdwState;
	MemoryContext old = MemoryContextSwitchTo(estate->es_query_cxt);

	if (modify && modify->target)
		lfdw_modify_send(modify);
	lfdw_write_source_end(estate);
	MemoryContextSwitchTo(old);
}
