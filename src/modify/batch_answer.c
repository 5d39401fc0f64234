/*-------------------------------------------------------------------------
 *
 * batch_answer.c
 *		What a function says of the rows of a batch.
 *
 * IDENTIFICATION
 *	  src/modify/batch_answer.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"

#include "modify/writer_internal.h"
#include "response/response.h"

/* What takes a row of a target, all of its columns; kept from one to the next. */
static LfdwRow *
returned_row(LfdwWriter *writer, const LfdwWriteTarget *target)
{
	const LfdwTable *table = target->table;
	MemoryContext old;
	Bitmapset  *attrs = NULL;

	if (writer->returned_of == target)
		return writer->returned;
	old = MemoryContextSwitchTo(writer->context);
	for (int i = 0; i < table->ncolumns; i++)
		attrs = bms_add_member(attrs, table->columns[i].attnum -
							   FirstLowInvalidHeapAttributeNumber);
	writer->returned = lfdw_row_create(table, attrs);
	writer->returned_of = target;
	MemoryContextSwitchTo(old);
	return writer->returned;
}

/*
 * Makes ready to read the answer of a batch whose invocation has begun, in the
 * context of its call.  Nothing is read of the answer to an Event, which has none,
 * nor to a payload that is of no table.
 */
void
lfdw_batch_answer_expect(LfdwWriter *writer, LfdwWriteBatch *batch)
{
	const LfdwWriteTarget *target = batch->target;

	batch->response = NULL;
	if (target->table == NULL || batch->function.type == LFDW_EVENT)
		return;
	lfdw_invoke_allow_no_rows(batch->invocation,
							  target->table->options->no_rows_errors);
	batch->response = lfdw_response_create(target->table,
										   batch->waiter ? returned_row(writer, target) : NULL,
										   lfdw_invoke_body(batch->invocation));
	lfdw_response_expect_write(batch->response);
}

/* Raises the error about more rows than were written. */
static void
report_rows(const LfdwWriteBatch *batch)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
			 errmsg("Lambda function \"%s\" returned more than one row for the one that was written",
					batch->target->function.label),
			 errhint("Let it return the row as it is now, or nothing.")));
}

/* Passes over an answer that nobody reads.  Is it at its end? */
static bool
pass_answer(LfdwWriteBatch *batch)
{
	LfdwBody   *body = lfdw_invoke_body(batch->invocation);
	size_t		len;

	lfdw_body_show(body, &len);
	lfdw_body_discard(body, len);
	return lfdw_body_ended(body);
}

/*
 * Reads what has come of the answer of a batch; the row that a function returned of
 * one goes to whoever waits for it.  Is the answer at its end?  Raises what
 * lfdw_response_next and lfdw_row_store_over raise.
 */
bool
lfdw_batch_answer_read(LfdwWriter *writer, LfdwWriteBatch *batch)
{
	if (batch->response == NULL)
		return pass_answer(batch);
	if (lfdw_invoke_has_no_rows(batch->invocation))
		return true;
	for (;;)
	{
		switch (lfdw_response_next(batch->response))
		{
			case LFDW_RESPONSE_ROW:
				if (batch->nreturned++ > 0)
					report_rows(batch);
				lfdw_row_store_over(writer->returned, batch->waiter->slot);
				break;
			case LFDW_RESPONSE_MORE:
				return false;
			case LFDW_RESPONSE_END:
			case LFDW_RESPONSE_NO_ROWS:
				return true;
		}
	}
}

/*
 * How many rows of a batch whose answer is at its end the function did not affect: it
 * says how many it did, or lists them, or means all.  Raises 38000 where it could not
 * write some.
 */
int
lfdw_batch_answer_not_affected(const LfdwWriteBatch *batch)
{
	const LfdwWriteAnswer *answer;
	int64		affected;

	if (batch->response == NULL)
		return 0;
	if (lfdw_invoke_has_no_rows(batch->invocation))
		return batch->nrows;
	answer = lfdw_response_write_answer(batch->response);
	if (answer->failures != NIL)
		lfdw_write_report_failures(batch, answer->failures);
	if (answer->none)
		return batch->nrows;
	affected = answer->affected >= 0 ? answer->affected : answer->nrows;
	return affected < 0 ? 0 : (int) Max(batch->nrows - affected, 0);
}
