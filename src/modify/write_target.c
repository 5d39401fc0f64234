/*-------------------------------------------------------------------------
 *
 * write_target.c
 *		What rows are written to: a function, an operation, and how it is called.
 *
 * IDENTIFICATION
 *	  src/modify/write_target.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/rel.h"

#include "modify/write_form.h"
#include "modify/write_row.h"
#include "modify/write_target.h"
#include "options/function_options.h"

/* The function as writes call it, and the caller who does. */
static void
set_function(LfdwWriteTarget *target)
{
	const LfdwOptions *options = target->table->options;

	target->function = target->table->function;
	target->function.type = options->invocation_type == LFDW_WRITE_INVOCATION_EVENT ?
		LFDW_EVENT : LFDW_REQUEST_RESPONSE;
	target->function.repeatable = options->idempotent;
	target->function.streams = false;
	target->caller = lfdw_function_caller(options, target->userid);
	lfdw_function_resolve(&target->function, options, target->caller);
}

/*
 * Makes what rows of an operation are written to, but for LFDW_WRITE_PAYLOAD, whose
 * target is of no table.
 *
 * Takes an open relation, of which it keeps nothing; everything is palloc'd in the
 * current context, and the user mapping is that of now.  Needs no network.  Raises
 * what lfdw_table_create, lfdw_write_form_create and lfdw_function_caller raise.
 */
LfdwWriteTarget *
lfdw_write_target_create(Relation relation, Oid userid, LfdwWriteOperation operation)
{
	LfdwWriteTarget *target = palloc0(sizeof(LfdwWriteTarget));
	const LfdwOptions *options;

	target->operation = operation;
	target->relid = RelationGetRelid(relation);
	target->userid = userid;
	target->table = lfdw_table_create(relation);
	options = target->table->options;
	target->form = lfdw_write_form_create(target->table, operation);
	target->maker = lfdw_row_maker_create(target->table);
	target->batch_rows = lfdw_write_form_takes_batches(target->form) ?
		options->batch_size : 1;
	target->max_concurrency = options->max_concurrency;
	target->durable = options->durable;
	set_function(target);
	return target;
}
