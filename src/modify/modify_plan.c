/*-------------------------------------------------------------------------
 *
 * modify_plan.c
 *		Which writes can be planned.
 *
 * A plan keeps nothing of ours: which columns a statement writes is core's
 * to say when it begins, and the options may have changed by then.
 *
 * IDENTIFICATION
 *	  src/modify/modify_plan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "optimizer/appendinfo.h"
#include "optimizer/inherit.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "parser/parsetree.h"
#include "utils/rel.h"

#include "modify/modify_internal.h"
#include "modify/modify_plan.h"
#include "modify/write_form.h"
#include "options/foreign_object.h"
#include "pg/compat.h"

/* What an operation of core is to us. */
LfdwWriteOperation
lfdw_modify_operation(CmdType operation)
{
	switch (operation)
	{
		case CMD_UPDATE:
			return LFDW_WRITE_UPDATE;
		case CMD_DELETE:
			return LFDW_WRITE_DELETE;
		default:
			return LFDW_WRITE_INSERT;
	}
}

/* The message of an operation that cannot be, as core has it. */
static int
refusal(const LfdwTable *table, LfdwWriteOperation operation)
{
	errcode(ERRCODE_FEATURE_NOT_SUPPORTED);
	return operation == LFDW_WRITE_INSERT ?
		errmsg("cannot insert into foreign table \"%s\"", table->relname) :
		operation == LFDW_WRITE_UPDATE ?
		errmsg("cannot update foreign table \"%s\"", table->relname) :
		errmsg("cannot delete from foreign table \"%s\"", table->relname);
}

/*
 * Raises 0A000 where an UPDATE or DELETE looks for its rows by ctid: a function's
 * rows have none, so all of them carry the same and would match.
 *
 * Sees the conditions as the planner has prepared them, of views and subqueries too.
 */
static void
check_ctid(PlannerInfo *root, Relation relation, LfdwWriteOperation operation)
{
	int			ctid = SelfItemPointerAttributeNumber - FirstLowInvalidHeapAttributeNumber;
	Bitmapset  *columns = NULL;

	pull_varattnos((Node *) root->parse->jointree, root->parse->resultRelation,
				   &columns);
	if (bms_is_member(ctid, columns))
		ereport(ERROR,
				(refusal(lfdw_table_create(relation), operation),
				 errdetail("Its rows are looked for by ctid, which no row of a function has."),
				 errhint("Look for them by the columns with the option key.")));
}

/* Does core ask for the row that is there by itself? */
static bool
has_whole_row(CmdType operation, const TriggerDesc *triggers)
{
	return operation == CMD_UPDATE ||
		(triggers && (triggers->trig_delete_before_row ||
					  triggers->trig_delete_after_row));
}

/*
 * AddForeignUpdateTargets: the whole row that is there, which has the keys.  Raises
 * 0A000 where it is looked for by ctid.
 */
void
lambdaAddForeignUpdateTargets(PlannerInfo *root, Index rtindex,
							  RangeTblEntry *target_rte, Relation target_relation)
{
	CmdType		operation = root->parse->commandType;
	Var		   *row;

	check_ctid(root, target_relation, lfdw_modify_operation(operation));
	if (has_whole_row(operation, target_relation->trigdesc))
		return;
	/* as core's, whose name and type an inherited target shares */
	row = makeVar(rtindex, InvalidAttrNumber, RECORDOID, -1, InvalidOid, 0);
	add_row_identity_var(root, row, rtindex, "wholerow");
}

/* Raises 0A000 for a table that is only read. */
static void
check_updatable(const LfdwTable *table, LfdwWriteOperation operation)
{
	if (!table->options->updatable)
		ereport(ERROR,
				(refusal(table, operation),
				 errdetail("Its option updatable is not set, so it can only be read."),
				 errhint("Set updatable 'true' if the function takes rows to be written, or invoke it with a payload: SELECT lambda_invoke('server', 'function', payload) FROM ...")));
}

/* Raises 0A000 for rows that no column tells from others. */
static void
check_key(const LfdwTable *table, LfdwWriteOperation operation)
{
	if (operation != LFDW_WRITE_UPDATE && operation != LFDW_WRITE_DELETE)
		return;
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (table->columns[i].key)
			return;
	}
	ereport(ERROR,
			(refusal(table, operation),
			 errdetail("No column tells its rows from each other."),
			 errhint("Set the option key 'true' of the columns that do.")));
}

/* Raises 0A000 for clauses of a statement that a function cannot follow. */
static void
check_clauses(const LfdwTable *table, LfdwWriteOperation operation,
			  const ModifyTable *plan)
{
	if (plan->onConflictAction != ONCONFLICT_NONE)
		ereport(ERROR,
				(refusal(table, operation),
				 errdetail("ON CONFLICT is not supported: only the function knows which rows it has."),
				 errhint("Insert the rows without it, and let the function settle conflicts.")));
	if (plan->returningLists &&
		table->options->invocation_type == LFDW_WRITE_INVOCATION_EVENT)
		ereport(ERROR,
				(refusal(table, operation),
				 errdetail("RETURNING is not supported with its option invocation_type 'Event': the function answers nothing."),
				 errhint("Leave RETURNING out, or drop the option.")));
}

/*
 * Raises 0A000 for an operation that a table does not take, or not with the
 * clauses of plan, which is NULL for COPY.  What the options cannot carry is
 * for lfdw_write_form_create to say.
 */
void
lfdw_modify_check(const LfdwTable *table, LfdwWriteOperation operation,
				  const ModifyTable *plan)
{
	check_updatable(table, operation);
	check_key(table, operation);
	if (plan)
		check_clauses(table, operation, plan);
}

/*
 * PlanForeignModify: raises what can be known before anything runs.
 */
List *
lambdaPlanForeignModify(PlannerInfo *root, ModifyTable *plan,
						Index resultRelation, int subplan_index)
{
	LfdwWriteOperation operation = lfdw_modify_operation(plan->operation);

	/* the query holds a lock */
	Relation	relation = table_open(planner_rt_fetch(resultRelation, root)->relid, NoLock);
	LfdwTable  *table = lfdw_table_create(relation);
	LfdwWriteForm *form;

	lfdw_modify_check(table, operation, plan);
	form = lfdw_write_form_create(table, operation);
	if (operation == LFDW_WRITE_UPDATE)
		lfdw_write_form_check_set(form, get_rel_all_updated_cols(root, find_base_rel(root, resultRelation)));
	table_close(relation, NoLock);
	return NIL;
}

/* Has a foreign table a column with the option key? */
static bool
has_key(Relation relation)
{
	TupleDesc	desc = RelationGetDescr(relation);

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped &&
			lfdw_foreign_column_options(RelationGetRelid(relation), att->attnum)->key)
			return true;
	}
	return false;
}

/*
 * IsForeignRelUpdatable: the operations that a table's options let it take.
 */
int
lambdaIsForeignRelUpdatable(Relation rel)
{
	const LfdwOptions *options = lfdw_foreign_table_options(RelationGetRelid(rel));
	int			operations = 0;

	if (!options->updatable)
		return 0;
	operations |= 1 << CMD_INSERT;
	if (!has_key(rel))
		return operations;
	if (options->envelope || options->update_route)
		operations |= 1 << CMD_UPDATE;
	if (options->envelope || options->delete_route)
		operations |= 1 << CMD_DELETE;
	return operations;
}
