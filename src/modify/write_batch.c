/*-------------------------------------------------------------------------
 *
 * write_batch.c
 *		Rows that one invocation carries, and their payload.
 *
 * IDENTIFICATION
 *	  src/modify/write_batch.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "modify/write_form.h"
#include "modify/write_row.h"
#include "modify/writer_internal.h"

/* Rows that a batch has room for at first. */
#define INITIAL_ROWS 64

/*
 * Makes an empty batch in a context of its own below the one given, which is
 * deleted to end all that there is of it.  first is the number of its first row.
 */
LfdwWriteBatch *
lfdw_write_batch_create(MemoryContext context, LfdwWriteTarget *target,
						int64 first)
{
	MemoryContext own = AllocSetContextCreate(context, "lambda_fdw batch",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(own);
	LfdwWriteBatch *batch = palloc0(sizeof(LfdwWriteBatch));

	batch->context = own;
	batch->target = target;
	batch->first = first;
	batch->room = INITIAL_ROWS;
	batch->ends = palloc(sizeof(size_t) * batch->room);
	initStringInfo(&batch->records);
	batch->call_context = AllocSetContextCreate(own, "lambda_fdw write",
												ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(old);
	return batch;
}

/* Adds a row by its record, which is copied. */
void
lfdw_write_batch_append(LfdwWriteBatch *batch, const char *bytes, size_t len)
{
	appendBinaryStringInfo(&batch->records, bytes, len);
	if (batch->nrows == batch->room)
	{
		batch->room *= 2;
		batch->ends = repalloc_huge(batch->ends, sizeof(size_t) * batch->room);
	}
	batch->ends[batch->nrows++] = batch->records.len;
}

/*
 * Takes the second half of a batch's rows, which are two or more, out of it.
 * Returns them as a batch of their own, beside it.
 */
LfdwWriteBatch *
lfdw_write_batch_split(LfdwWriteBatch *batch)
{
	int			kept = batch->nrows / 2;
	LfdwWriteBatch *rest =
	lfdw_write_batch_create(MemoryContextGetParent(batch->context),
							batch->target, batch->first + kept);

	for (int i = kept; i < batch->nrows; i++)
	{
		size_t		len;
		const char *record = lfdw_write_batch_record(batch, i, &len);

		lfdw_write_batch_append(rest, record, len);
	}
	batch->nrows = kept;
	batch->records.len = batch->ends[kept - 1];
	return rest;
}

/* Writes the payload of a batch in the database encoding. */
static void
write_payload(StringInfo payload, const LfdwWriteBatch *batch)
{
	const LfdwWriteTarget *target = batch->target;
	LfdwWriteRow *rows;
	size_t		len;

	if (target->form == NULL)
	{
		const char *record = lfdw_write_batch_record(batch, 0, &len);

		Assert(batch->nrows == 1);
		appendBinaryStringInfo(payload, record, len);
		return;
	}
	rows = MemoryContextAllocHuge(CurrentMemoryContext,
								  sizeof(LfdwWriteRow) * batch->nrows);
	for (int i = 0; i < batch->nrows; i++)
	{
		const char *record = lfdw_write_batch_record(batch, i, &len);

		lfdw_write_row_read(&rows[i], target, record, len);
	}
	lfdw_write_form_write(payload, target, rows, batch->nrows, batch->id);
}

/*
 * Gives a batch an id, a new one each time, and makes its payload, in UTF-8 and in
 * the context of its call.  Raises what lfdw_write_form_write raises.
 */
StringInfo
lfdw_write_batch_payload(LfdwWriteBatch *batch)
{
	MemoryContext old = MemoryContextSwitchTo(batch->call_context);
	StringInfo	payload = makeStringInfo();
	MemoryContext rows_context = AllocSetContextCreate(batch->call_context,
													   "lambda_fdw rows",
													   ALLOCSET_DEFAULT_SIZES);
	char	   *utf8;

	lfdw_batch_id_next(batch->id);
	MemoryContextSwitchTo(rows_context);
	write_payload(payload, batch);
	MemoryContextSwitchTo(batch->call_context);
	MemoryContextDelete(rows_context);
	utf8 = pg_server_to_any(payload->data, payload->len, PG_UTF8);
	if (utf8 != payload->data)
	{
		pfree(payload->data);
		payload->data = utf8;
		payload->len = strlen(utf8);
		payload->maxlen = payload->len + 1;
	}
	MemoryContextSwitchTo(old);
	return payload;
}

/* How many bytes the payload of a target may have. */
int
lfdw_write_batch_limit(const LfdwWriteTarget *target)
{
	return target->function.type == LFDW_EVENT ? LFDW_EVENT_PAYLOAD_MAX :
		LFDW_PAYLOAD_MAX;
}
