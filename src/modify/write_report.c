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

#include "lambda/outcome.h"
#include "modify/writer_internal.h"

/* Batches in doubt that are named, at most. */
#define SHOWN_MAX 10

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
		case LFDW_OUTCOME_NOT_RUN:
			return "not written";
		case LFDW_OUTCOME_RUN:
			return "the function has run and may have written";
		case LFDW_OUTCOME_UNKNOWN:
			break;
	}
	return "may be written";
}

/* Names the batches under way, but for the one that the error is about. */
static void
describe_calls(const LfdwWriter *writer)
{
	ListCell   *lc;
	int			shown = 0;
	int			more = 0;

	foreach(lc, writer->calls)
	{
		const LfdwWriteBatch *batch = lfirst(lc);

		if (batch == writer->current ||
			lfdw_outcome_of(batch->invocation) == LFDW_OUTCOME_NOT_RUN)
			continue;
		if (shown++ < SHOWN_MAX)
			errcontext("%s: was under way, may be written", shown_batch(batch));
		else
			more++;
	}
	if (more > 0)
		errcontext("%d more calls were under way, and their rows may be written",
				   more);
}

/*
 * Adds to an error which rows it is about, which were written before, and which
 * may be: a callback of error_context_stack.
 */
void
lfdw_write_report_context(void *arg)
{
	const LfdwWriter *writer = arg;

	if (writer->current)
		errcontext("%s: %s", shown_batch(writer->current),
				   shown_outcome(writer->current));
	describe_calls(writer);
	if (writer->written_calls > 0)
		errcontext("rows written before: " INT64_FORMAT ", in calls: " INT64_FORMAT,
				   writer->written, writer->written_calls);
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
