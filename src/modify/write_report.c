/*-------------------------------------------------------------------------
 *
 * write_report.c
 *		What the errors of writes say of their rows.
 *
 * IDENTIFICATION
 *	  src/modify/write_report.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "modify/write_form.h"
#include "modify/write_row.h"
#include "modify/writer_internal.h"
#include "pg/message.h"
#include "pg/owner.h"

/* Batches in doubt, and rows that failed, that are named, at most. */
#define SHOWN_MAX 10

/* Those whose memory is there. */
static dlist_head writers = DLIST_STATIC_INIT(writers);

/* A row of a batch, by its number in it. */
static void
read_row(LfdwWriteRow *row, const LfdwWriteBatch *batch, int number)
{
	size_t		len;
	const char *record = lfdw_write_batch_record(batch, number, &len);

	lfdw_write_row_read(row, batch->target, record, len);
}

/* "row 7", "rows 301 to 400". */
static char *
shown_rows(const LfdwWriteBatch *batch)
{
	return batch->nrows == 1 ? psprintf("row " INT64_FORMAT, batch->first) :
		psprintf("rows " INT64_FORMAT " to " INT64_FORMAT, batch->first,
				 batch->first + batch->nrows - 1);
}

/* Which rows of what a batch has, and its id if it has one. */
static char *
shown_batch(const LfdwWriteBatch *batch)
{
	static const char *const operations[] = {
		[LFDW_WRITE_INSERT] = "INSERT into",
		[LFDW_WRITE_UPDATE] = "UPDATE of",
		[LFDW_WRITE_DELETE] = "DELETE from",
		[LFDW_WRITE_TRUNCATE] = "TRUNCATE of"
	};
	const LfdwWriteTarget *target = batch->target;
	const char *comma = batch->id[0] ? ", batch " : "";

	if (target->operation == LFDW_WRITE_PAYLOAD)
		return psprintf("payload " INT64_FORMAT " for Lambda function \"%s\"%s%s",
						batch->first, target->function.label, comma, batch->id);
	if (target->operation == LFDW_WRITE_TRUNCATE)
		return psprintf("%s foreign table \"%s\"%s%s",
						operations[target->operation], target->table->relname,
						comma, batch->id);
	return psprintf("%s of %s foreign table \"%s\"%s%s", shown_rows(batch),
					operations[target->operation], target->table->relname,
					comma, batch->id);
}

/* What is known of the rows of the batch that an error is about. */
static const char *
shown_outcome(const LfdwWriteBatch *batch)
{
	if (batch->invocation == NULL)
		return "not sent";
	switch (lfdw_outcome_of(batch->invocation))
	{
		case LFDW_NOT_RUN:
			return "not written";
		case LFDW_HAS_RUN:
			if (batch->target->operation == LFDW_WRITE_PAYLOAD ||
				batch->target->operation == LFDW_WRITE_TRUNCATE)
				return "the function has run";
			return batch->nrows == 1 ?
				"the function has run and may have written it" :
				"the function has run and may have written them";
		case LFDW_MAY_HAVE_RUN:
			break;
	}
	return "may be written";
}

static void
unlink_writer(void *writer)
{
	dlist_delete(&((LfdwWriter *) writer)->link);
}

/*
 * Has the errors of other writers tell of this one's calls, where they are of the same
 * statement, as partitions are: it leaves with its memory.
 */
void
lfdw_write_report_add(LfdwWriter *writer)
{
	lfdw_owner_register(writer->context, unlink_writer, writer);
	dlist_push_tail(&writers, &writer->link);
}

/* Are two writers of one statement, or of one transaction's end? */
static bool
are_together(const LfdwWriter *one, const LfdwWriter *other)
{
	return MemoryContextGetParent(one->context) ==
		MemoryContextGetParent(other->context);
}

/*
 * Names the batches under way, but for the one that the error is about.  Returns how
 * many are named, with those that were before.
 */
static int
describe_calls(const LfdwWriter *writer, int named)
{
	ListCell   *lc;

	foreach(lc, writer->calls)
	{
		const LfdwWriteBatch *batch = lfirst(lc);

		if (batch == writer->current ||
			lfdw_outcome_of(batch->invocation) == LFDW_NOT_RUN)
			continue;
		if (named++ < SHOWN_MAX)
			errcontext("%s: was under way, may be written", shown_batch(batch));
	}
	return named;
}

/*
 * Adds to an error which rows it is about, which were written before, and which
 * may be: a callback of error_context_stack.
 */
void
lfdw_write_report_context(void *arg)
{
	const LfdwWriter *writer = arg;
	int64		written = 0;
	int64		calls = 0;
	int			named = 0;
	dlist_iter	iter;

	if (writer->current)
		errcontext("%s: %s", shown_batch(writer->current),
				   shown_outcome(writer->current));
	dlist_foreach(iter, &writers)
	{
		const LfdwWriter *other = dlist_container(LfdwWriter, link, iter.cur);

		if (!are_together(writer, other))
			continue;
		named = describe_calls(other, named);
		written += other->written;
		calls += other->written_calls;
	}
	if (named > SHOWN_MAX)
		errcontext("%d more calls were under way, and their rows may be written",
				   named - SHOWN_MAX);
	if (calls > 0)
		errcontext("rows written before: " INT64_FORMAT ", in calls: " INT64_FORMAT,
				   written, calls);
}

/* The row that a failure is about, by its number in the batch; -1: none has it. */
static int
failed_row(const LfdwWriteBatch *batch, const LfdwRowFailure *failure)
{
	if (failure->index >= 0)
		return failure->index < batch->nrows ? (int) failure->index : -1;
	for (int i = 0; failure->id && i < batch->nrows; i++)
	{
		LfdwWriteRow row;
		char	   *id;

		read_row(&row, batch, i);
		id = lfdw_write_form_item_id(batch->target, &row, i);
		if (id && strcmp(id, failure->id) == 0)
			return i;
	}
	return -1;
}

/* ", key {"id": 5}"; "" of a row without one. */
static char *
shown_key(const LfdwWriteBatch *batch, int number)
{
	const LfdwTable *table = batch->target->table;
	const char *separator = "";
	StringInfoData key;
	LfdwWriteRow row;

	read_row(&row, batch, number);
	initStringInfo(&key);
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LfdwColumn *column = &table->columns[i];

		if (row.keys[i] == NULL)
			continue;
		appendStringInfo(&key, "%s%s=%s", separator, column->attname, row.keys[i]);
		separator = ", ";
	}
	return key.len > 0 ?
		psprintf(" (%s)", lfdw_error_excerpt(key.data, key.len)) : "";
}

/* Adds a line about one row that failed. */
static void
append_failure(StringInfo out, const LfdwWriteBatch *batch,
			   const LfdwRowFailure *failure)
{
	int			row = failed_row(batch, failure);

	if (out->len > 0)
		appendStringInfoChar(out, '\n');
	if (row >= 0)
		appendStringInfo(out, "row " INT64_FORMAT "%s", batch->first + row,
						 shown_key(batch, row));
	else if (failure->id)
		appendStringInfo(out, "item \"%s\", which is no row's",
						 lfdw_error_excerpt(failure->id, strlen(failure->id)));
	else if (failure->index >= 0)
		appendStringInfo(out, "index " INT64_FORMAT ", which is no row's",
						 failure->index);
	else
		appendStringInfoString(out, "a row that it does not name");
	if (failure->message)
		appendStringInfo(out, ": %s", failure->message);
}

/* Raises 38000: the function says that it could not write some rows of a batch. */
void
lfdw_write_report_failures(const LfdwWriteBatch *batch, const List *failures)
{
	int			nfailures = list_length(failures);
	StringInfoData detail;

	initStringInfo(&detail);
	for (int i = 0; i < Min(nfailures, SHOWN_MAX); i++)
		append_failure(&detail, batch, list_nth(failures, i));
	if (nfailures > SHOWN_MAX)
		appendStringInfo(&detail, "\nand %d more", nfailures - SHOWN_MAX);
	ereport(ERROR,
			(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
			 errmsg("Lambda function \"%s\" could not write %d of %d rows",
					batch->target->function.label, Min(nfailures, batch->nrows),
					batch->nrows),
			 errdetail("%s", detail.data)));
}

/* Raises 57014: the time is up. */
void
lfdw_write_report_deadline(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_QUERY_CANCELED),
			 errmsg("canceling COMMIT due to lambda_fdw.commit_timeout"),
			 errdetail("Not all rows that were held for the commit could be sent in time.")));
}

/* Raises 54000 for one row that is too large alone. */
void
lfdw_write_report_too_large(const LfdwWriteBatch *batch, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("row " INT64_FORMAT " is too large to be sent to Lambda function \"%s\"",
					batch->first, batch->target->function.label),
			 errdetail("%s", detail)));
}
