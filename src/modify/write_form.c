/*-------------------------------------------------------------------------
 *
 * write_form.c
 *		How rows that are written are the payload of an invocation.
 *
 * IDENTIFICATION
 *	  src/modify/write_form.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "modify/row_object.h"
#include "modify/write_form.h"
#include "options/argument_name.h"
#include "value/json_writer.h"

/* The version of the envelope. */
#define ENVELOPE_VERSION 2

struct LfdwWriteForm
{
	LfdwWriteOperation operation;
	const LfdwTable *table;
	char	   *head;			/* of the envelope's payload, before batch_id */
	LfdwRowObject *object;
};

/* What an envelope's payload begins with, up to the value of batch_id. */
static char *
make_head(const LfdwTable *table, LfdwWriteOperation operation)
{
	StringInfoData head;

	initStringInfo(&head);
	appendStringInfoChar(&head, '{');
	if (table->options->payload)
		lfdw_json_append_members(&head, table->options->payload);
	lfdw_json_append_key(&head, LFDW_ENVELOPE_KEY);
	appendStringInfo(&head, "{\"version\":%d", ENVELOPE_VERSION);
	lfdw_json_append_string_member(&head, "operation",
								   lfdw_write_operation_name(operation));
	lfdw_json_append_string_member(&head, "table", table->relname);
	lfdw_json_append_key(&head, "batch_id");
	return head.data;
}

/*
 * Makes how rows of an operation are a payload; palloc'd in the current context.
 * table must live as long.  Needs no network.
 */
LfdwWriteForm *
lfdw_write_form_create(const LfdwTable *table, LfdwWriteOperation operation)
{
	LfdwWriteForm *form = palloc0(sizeof(LfdwWriteForm));

	form->operation = operation;
	form->table = table;
	form->head = make_head(table, operation);
	form->object = lfdw_row_object_create(table, NULL);
	return form;
}

/* Can one payload carry several rows? */
bool
lfdw_write_form_takes_batches(const LfdwWriteForm *form)
{
	return form->operation != LFDW_WRITE_TRUNCATE;
}

/* How rows are sent, in a few words for EXPLAIN; palloc'd. */
char *
lfdw_write_form_describe(const LfdwWriteForm *form)
{
	return pstrdup(form->operation == LFDW_WRITE_TRUNCATE ? "envelope" :
				   "rows of the envelope");
}

/* Appends the rows of an envelope. */
static void
append_rows(StringInfo out, const LfdwWriteForm *form, const LfdwWriteRow *rows,
			int nrows)
{
	appendStringInfoString(out, ",\"rows\":[");
	for (int i = 0; i < nrows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (i > 0)
			appendStringInfoChar(out, ',');
		appendStringInfoString(out, "{\"key\":");
		lfdw_row_object_write(out, form->object, rows[i].keys, i);
		appendStringInfoString(out, ",\"values\":");
		lfdw_row_object_write(out, form->object, rows[i].values, i);
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, ']');
}

/* Appends what an envelope has of TRUNCATE. */
static void
append_truncate(StringInfo out, const LfdwTruncate *truncate)
{
	lfdw_json_append_key(out, "cascade");
	lfdw_json_append_bool(out, truncate->cascade);
	lfdw_json_append_key(out, "restart_identity");
	lfdw_json_append_bool(out, truncate->restart_identity);
}

/*
 * Appends the payload of a batch, in the database encoding.
 *
 * rows are those that lfdw_write_row_read gave; batch_id is for the envelope.
 */
void
lfdw_write_form_write(StringInfo out, const LfdwWriteTarget *target,
					  const LfdwWriteRow *rows, int nrows, const char *batch_id)
{
	const LfdwWriteForm *form = target->form;

	appendStringInfoString(out, form->head);
	lfdw_json_append_string(out, batch_id);
	if (form->operation == LFDW_WRITE_TRUNCATE)
		append_truncate(out, &rows[0].truncate);
	else
		append_rows(out, form, rows, nrows);
	appendStringInfoString(out, "}}");
}

/*
 * What batchItemFailures would call a row of a batch, by its number there, from 0;
 * palloc'd.
 */
char *
lfdw_write_form_item_id(const LfdwWriteTarget *target, const LfdwWriteRow *row,
						int number)
{
	return psprintf("%d", number);
}
