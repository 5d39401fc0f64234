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
#include "options/table_access.h"

#include "modify/row_object.h"
#include "modify/write_form.h"
#include "modify/write_payload.h"
#include "options/argument_name.h"
#include "value/json_writer.h"

struct LfdwWriteForm
{
	LfdwWriteOperation operation;
	LfdwWritePayload *payload;	/* of the function's own; NULL: the envelope */
	char	   *head;			/* of the envelope's payload, before batch_id */
	LfdwRowObject *object;		/* what key and values in the envelope are */
};

/* Raises 0A000 about an operation that the options of a table cannot carry. */
static void
report_operation(const LfdwTable *table, LfdwWriteOperation operation,
				 const char *detail, const char *hint)
{
	const char *name = table->relname;

	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 operation == LFDW_WRITE_INSERT ?
			 errmsg("cannot insert into foreign table \"%s\"", name) :
			 operation == LFDW_WRITE_UPDATE ?
			 errmsg("cannot update foreign table \"%s\"", name) :
			 operation == LFDW_WRITE_DELETE ?
			 errmsg("cannot delete from foreign table \"%s\"", name) :
			 errmsg("cannot truncate foreign table \"%s\"", name),
			 errdetail("%s", detail),
			 errhint("%s", hint)));
}

/* Raises 0A000 where the options of a table cannot carry an operation. */
static void
check_operation(const LfdwTable *table, LfdwWriteOperation operation)
{
	const LfdwOptions *options = table->options;
	const char *hint;
	const char *why = NULL;

	switch (operation)
	{
		case LFDW_WRITE_UPDATE:
		case LFDW_WRITE_DELETE:
			why = lfdw_table_unchangeable(table, operation == LFDW_WRITE_DELETE, &hint);
			break;
		case LFDW_WRITE_INSERT:
			hint = "Add the method and the path, as in insert_route 'POST /orders'.";
			if (lfdw_event_is_http(options->event) && options->insert_route == NULL)
				why = "It has the option \"event\", and no option \"insert_route\".";
			break;
		default:
			hint = "Set envelope 'true'.";
			if (!lfdw_event_is_http(options->event) && !options->envelope)
				why = "With the option \"envelope\" 'false' no request says what is to be done.";
			break;
	}
	if (why)
		report_operation(table, operation, why, hint);
}

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
	appendStringInfo(&head, "{\"version\":%d", LFDW_ENVELOPE_VERSION);
	lfdw_json_append_string_member(&head, "operation",
								   lfdw_write_operation_name(operation));
	lfdw_json_append_string_member(&head, "table", table->name);
	lfdw_json_append_key(&head, "batch_id");
	return head.data;
}

/*
 * Makes how rows of an operation are a payload; palloc'd in the current context.
 *
 * table must live as long.  Needs no network, so that a plan is refused what it
 * could not do: raises 0A000 for an operation that the table's options cannot
 * carry, HV024 where its columns do not fit them.
 */
LfdwWriteForm *
lfdw_write_form_create(const LfdwTable *table, LfdwWriteOperation operation)
{
	LfdwWriteForm *form = palloc0(sizeof(LfdwWriteForm));

	check_operation(table, operation);
	form->operation = operation;
	if (!table->options->envelope)
	{
		form->payload = lfdw_write_payload_create(table, operation);
		return form;
	}
	form->head = make_head(table, operation);
	form->object = lfdw_row_object_create(table, NULL);
	return form;
}

/*
 * Raises 0A000 where UPDATE sets a column that its request has no room for; set has
 * attribute numbers as pull_varattnos gives them.
 */
void
lfdw_write_form_check_set(const LfdwWriteForm *form, const Bitmapset *set)
{
	if (form->payload)
		lfdw_write_payload_check_set(form->payload, set);
}

/* Are there rows that their request cannot carry? */
bool
lfdw_write_form_checks_rows(const LfdwWriteForm *form)
{
	return form->payload && lfdw_write_payload_is_event(form->payload);
}

/*
 * Raises 22023 for a row that its request cannot carry, by its number in the
 * statement.
 */
void
lfdw_write_form_check_row(const LfdwWriteForm *form, const LfdwWriteRow *row,
						  int64 number)
{
	if (form->payload)
		lfdw_write_payload_check_row(form->payload, row, number);
}

/* Can one payload carry several rows? */
bool
lfdw_write_form_takes_batches(const LfdwWriteForm *form)
{
	return form->payload ? lfdw_write_payload_is_list(form->payload) :
		form->operation != LFDW_WRITE_TRUNCATE;
}

/* How rows are sent, in a few words for EXPLAIN; palloc'd. */
char *
lfdw_write_form_describe(const LfdwWriteForm *form)
{
	StringInfoData words;

	initStringInfo(&words);
	if (form->payload)
		lfdw_write_payload_describe(&words, form->payload);
	else if (form->operation == LFDW_WRITE_TRUNCATE)
		appendStringInfoString(&words, "envelope");
	else
		appendStringInfoString(&words, "rows of the envelope");
	return words.data;
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
 * Scratch memory is left in the current context.
 */
void
lfdw_write_form_write(StringInfo out, const LfdwWriteTarget *target,
					  const LfdwWriteRow *rows, int nrows, const char *batch_id)
{
	const LfdwWriteForm *form = target->form;

	if (form->payload)
	{
		lfdw_write_payload_write(out, form->payload, rows, nrows);
		return;
	}
	appendStringInfoString(out, form->head);
	lfdw_json_append_string(out, batch_id);
	if (form->operation == LFDW_WRITE_TRUNCATE)
		append_truncate(out, &rows[0].truncate);
	else
		append_rows(out, form, rows, nrows);
	appendStringInfoString(out, "}}");
}

/*
 * What batchItemFailures calls a row of a batch, by its number there, from 0;
 * palloc'd.
 */
char *
lfdw_write_form_item_id(const LfdwWriteTarget *target, const LfdwWriteRow *row,
						int number)
{
	const LfdwWriteForm *form = target->form;

	return form->payload ? lfdw_write_payload_item_id(form->payload, row, number) :
		lfdw_row_object_id(form->object, row->values, number);
}
