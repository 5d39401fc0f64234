/*-------------------------------------------------------------------------
 *
 * modify_truncate.c
 *		TRUNCATE, which is an operation without rows.
 *
 * IDENTIFICATION
 *	  src/modify/modify_truncate.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "modify/commit.h"
#include "modify/modify_truncate.h"
#include "modify/write_row.h"
#include "modify/writer.h"
#include "options/foreign_object.h"

/* Raises 0A000 for a table whose function does not take TRUNCATE. */
static const LfdwOptions *
check_truncatable(Relation relation)
{
	const LfdwOptions *options =
	lfdw_foreign_table_options(RelationGetRelid(relation));

	if (!options->truncatable)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot truncate foreign table \"%s\"",
						RelationGetRelationName(relation)),
				 errdetail("Its option truncatable is not set."),
				 errhint("Set truncatable 'true' if the function takes the operation truncate.")));
	return options;
}

/* Sends one table's, or holds it until commit. */
static void
truncate_table(Relation relation, LfdwWriter *writer, const LfdwTruncate *told)
{
	const LfdwOptions *options = check_truncatable(relation);
	LfdwWriteTarget *target;

	if (options->deliver_at == LFDW_DELIVER_COMMIT)
	{
		target = lfdw_commit_target(relation, GetUserId(), LFDW_WRITE_TRUNCATE);
		lfdw_commit_hold(target, (const char *) told, sizeof(*told));
		return;
	}
	target = lfdw_write_target_create(relation, GetUserId(), LFDW_WRITE_TRUNCATE);
	lfdw_writer_add(writer, target, (const char *) told, sizeof(*told));
	/* a table after the other, in the order of the statement */
	lfdw_writer_finish(writer);
}

/*
 * ExecForeignTruncate: one invocation a table, once all are known to take it.
 */
void
lambdaExecForeignTruncate(List *rels, DropBehavior behavior, bool restart_seqs)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "lambda_fdw TRUNCATE",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	LfdwTruncate told = {0};
	LfdwWriter *writer;
	ListCell   *lc;

	told.cascade = behavior == DROP_CASCADE;
	told.restart_identity = restart_seqs;
	foreach(lc, rels)
		check_truncatable(lfirst(lc));
	writer = lfdw_writer_create(palloc0(sizeof(LfdwWriteStats)),
								LFDW_OPERATION_WRITE);
	foreach(lc, rels)
		truncate_table(lfirst(lc), writer, &told);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}
