/*-------------------------------------------------------------------------
 *
 * writer.c
 *		Sends rows: batches, several under way at once, and what comes of them.
 *
 * Rows come one by one and fill the open batch of their target.  A batch that is
 * closed waits until it may be sent, with max_concurrency of its target's calls side
 * by side at most.  A target with 1 keeps the order of its rows, and the order of its
 * rows and those of others: what came before it has been answered when it is sent, and
 * what comes after waits.
 *
 * A batch is a memory context below the writer's, which holds its rows, its payload
 * and its invocation, and ends with its answer.  So an error ends whatever is under
 * way with the memory of the writer.
 *
 * IDENTIFICATION
 *	  src/modify/writer.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "http/wait.h"
#include "modify/writer_internal.h"

/* While rows come, the calls under way are looked at as often. */
#define LOOK_EVERY_US 5000

/*
 * Makes what sends the rows of a statement, or of a transaction, as operation says.
 * It belongs to the current context; stats, zeroed, must live as long.
 */
LfdwWriter *
lfdw_writer_create(LfdwWriteStats *stats, LfdwOperation operation)
{
	LfdwWriter *writer = palloc0(sizeof(LfdwWriter));

	writer->context = AllocSetContextCreate(CurrentMemoryContext,
											"lambda_fdw writer",
											ALLOCSET_DEFAULT_SIZES);
	writer->stats = stats;
	writer->deadline_us = PG_INT64_MAX;
	writer->to_come = -1;
	lfdw_invoke_stats_init(&stats->invoke, operation, CurrentMemoryContext);
	lfdw_work_count_rows(stats->invoke.work, &stats->written);
	lfdw_write_report_add(writer);
	return writer;
}

/* Whatever is not done at this time of lfdw_wait_now_us is an error, 57014. */
void
lfdw_writer_set_deadline(LfdwWriter *writer, int64 deadline_us)
{
	writer->deadline_us = deadline_us;
}

/* Tells how many rows are to be written in all, before the first is. */
void
lfdw_writer_expect(LfdwWriter *writer, int64 nrows)
{
	writer->to_come = nrows;
}

/*
 * Shows how many calls are still to begin, once it is known how many rows come.  Rows
 * that have no batch yet are taken for those of this target.
 */
static void
show_to_do(const LfdwWriter *writer, const LfdwWriteTarget *target)
{
	int64		rows = writer->to_come;
	int64		batches;
	ListCell   *lc;

	if (writer->to_come < 0)
		return;
	foreach(lc, writer->open)
		rows += ((LfdwWriteBatch *) lfirst(lc))->nrows;
	batches = (rows + target->batch_rows - 1) / target->batch_rows;
	lfdw_work_set_to_do(writer->stats->invoke.work, list_length(writer->ready) +
						Max(batches, list_length(writer->open)));
}

/* Adds a batch at the end of a list, or in front. */
static List *
add_batch(LfdwWriter *writer, List *list, LfdwWriteBatch *batch, bool in_front)
{
	MemoryContext old = MemoryContextSwitchTo(writer->context);

	list = in_front ? lcons(batch, list) : lappend(list, batch);
	MemoryContextSwitchTo(old);
	return list;
}

/*
 * Makes the payload of a batch that may be too large: then half of it is left to a
 * batch of its own, which comes next.
 */
static StringInfo
make_payload(LfdwWriter *writer, LfdwWriteBatch *batch)
{
	int			limit = lfdw_write_batch_limit(batch->target);
	StringInfo	payload = lfdw_write_batch_payload(batch);

	while (payload->len > limit)
	{
		int			len = payload->len;

		MemoryContextReset(batch->call_context);
		if (batch->nrows == 1)
			lfdw_write_report_too_large(batch,
										psprintf("Its payload has %d bytes; Lambda takes %d.",
												 len, limit));
		writer->ready = add_batch(writer, writer->ready,
								  lfdw_write_batch_split(batch), true);
		payload = lfdw_write_batch_payload(batch);
		CHECK_FOR_INTERRUPTS();
	}
	batch->target->overhead = Max(payload->len - batch->records.len, 0) / batch->nrows;
	return payload;
}

/* Invokes the function for a batch. */
static void
begin_call(LfdwWriter *writer, LfdwWriteBatch *batch)
{
	LfdwWriteTarget *target = batch->target;
	StringInfo	payload;
	MemoryContext old;

	writer->current = batch;
	show_to_do(writer, target);
	payload = make_payload(writer, batch);
	batch->function = target->function;
	batch->function.writes = true;
	if (target->durable)
		batch->function.durable_name = batch->id;
	old = MemoryContextSwitchTo(batch->call_context);
	batch->invocation = lfdw_invoke_begin(&batch->function, target->caller,
										  payload, &writer->stats->invoke);
	lfdw_invoke_allow_split(batch->invocation);
	lfdw_batch_answer_expect(writer, batch);
	MemoryContextSwitchTo(old);
	writer->calls = add_batch(writer, writer->calls, batch, false);
	writer->stats->batches++;
	writer->current = NULL;
}

/* Takes a batch out of the calls whose function was not run: it was too large. */
static void
send_halves(LfdwWriter *writer, LfdwWriteBatch *batch)
{
	if (batch->nrows == 1)
		lfdw_write_report_too_large(batch, "Lambda refused its payload.");
	writer->calls = list_delete_ptr(writer->calls, batch);
	batch->invocation = NULL;
	MemoryContextReset(batch->call_context);
	writer->ready = add_batch(writer, writer->ready,
							  lfdw_write_batch_split(batch), true);
	writer->ready = add_batch(writer, writer->ready, batch, true);
}

/* The answer of a batch is there: counts it, and forgets the batch. */
static void
finish_call(LfdwWriter *writer, LfdwWriteBatch *batch)
{
	int			not_affected = lfdw_batch_answer_not_affected(batch);

	writer->written += batch->nrows;
	writer->written_calls++;
	writer->stats->written += batch->nrows;
	lfdw_work_show_rows(writer->stats->invoke.work);
	writer->stats->not_affected += not_affected;
	if (batch->waiter)
	{
		batch->waiter->done = true;
		batch->waiter->affected = not_affected == 0;
	}
	writer->calls = list_delete_ptr(writer->calls, batch);
	MemoryContextDelete(batch->context);
}

/* Takes in what has come of a call. */
static void
look_at_call(LfdwWriter *writer, LfdwWriteBatch *batch)
{
	MemoryContext old = MemoryContextSwitchTo(batch->call_context);
	bool		ended;

	writer->current = batch;
	lfdw_invoke_look(batch->invocation);
	ended = !lfdw_invoke_too_large(batch->invocation) &&
		lfdw_batch_answer_read(writer, batch);
	MemoryContextSwitchTo(old);
	if (ended)
		finish_call(writer, batch);
	else if (lfdw_invoke_too_large(batch->invocation))
		send_halves(writer, batch);
	writer->current = NULL;
}

/* Raises 57014 where there is something to do and the time is up. */
static void
check_deadline(const LfdwWriter *writer)
{
	if (writer->deadline_us != PG_INT64_MAX &&
		lfdw_wait_now_us() >= writer->deadline_us)
		lfdw_write_report_deadline();
}

/*
 * Waits until the calls under way have news, or until this time of
 * lfdw_wait_now_us, and takes it in.
 */
static void
wait_for_calls(LfdwWriter *writer, int64 until_us)
{
	int			ncalls = list_length(writer->calls);
	LfdwInvocation **invocations;
	List	   *calls;
	ListCell   *lc;

	if (ncalls == 0)
		return;
	invocations = palloc(sizeof(LfdwInvocation *) * ncalls);
	foreach(lc, writer->calls)
	{
		const LfdwWriteBatch *batch = lfirst(lc);

		invocations[foreach_current_index(lc)] = batch->invocation;
	}
	lfdw_invoke_wait(invocations, ncalls, Min(until_us, writer->deadline_us));
	pfree(invocations);

	calls = list_copy(writer->calls);
	foreach(lc, calls)
		look_at_call(writer, lfirst(lc));
	list_free(calls);
	writer->looked_at_us = lfdw_wait_now_us();
	if (writer->calls != NIL)
		check_deadline(writer);
}

/* Do rows of two targets keep the order in which they came? */
static bool
keep_order(const LfdwWriteTarget *one, const LfdwWriteTarget *other)
{
	return one != other &&
		(one->max_concurrency == 1 || other->max_concurrency == 1);
}

/* The first of the batches whose rows and those of a target keep their order, or NULL. */
static LfdwWriteBatch *
first_before(const List *batches, const LfdwWriteTarget *target)
{
	ListCell   *lc;

	foreach(lc, batches)
	{
		LfdwWriteBatch *batch = lfirst(lc);

		if (keep_order(batch->target, target))
			return batch;
	}
	return NULL;
}

/* May a batch be sent beside the calls under way? */
static bool
may_begin(const LfdwWriter *writer, const LfdwWriteBatch *batch)
{
	const LfdwWriteTarget *target = batch->target;

	if (writer->calls == NIL)
		return true;
	return first_before(writer->calls, target) == NULL &&
		list_length(writer->calls) < target->max_concurrency &&
		lfdw_invoke_may_begin(target->caller);
}

/* Sends what is ready, as soon as it may be. */
static void
send_ready(LfdwWriter *writer)
{
	while (writer->ready != NIL)
	{
		LfdwWriteBatch *batch = linitial(writer->ready);

		CHECK_FOR_INTERRUPTS();
		check_deadline(writer);
		if (may_begin(writer, batch))
		{
			writer->ready = list_delete_first(writer->ready);
			begin_call(writer, batch);
			/* lets those before send on */
			wait_for_calls(writer, lfdw_wait_now_us());
		}
		else
			wait_for_calls(writer, PG_INT64_MAX);
	}
}

/* Sends an open batch. */
static void
close_batch(LfdwWriter *writer, LfdwWriteBatch *batch)
{
	writer->open = list_delete_ptr(writer->open, batch);
	writer->ready = add_batch(writer, writer->ready, batch, false);
	send_ready(writer);
}

/* Sends all open batches, in the order in which they were begun. */
static void
close_batches(LfdwWriter *writer)
{
	while (writer->open != NIL)
		close_batch(writer, linitial(writer->open));
}

/* The open batch of a target; NULL for none. */
static LfdwWriteBatch *
open_batch(const LfdwWriter *writer, const LfdwWriteTarget *target)
{
	ListCell   *lc;

	foreach(lc, writer->open)
	{
		LfdwWriteBatch *batch = lfirst(lc);

		if (batch->target == target)
			return batch;
	}
	return NULL;
}

/* Would the payload of an open batch probably be too large with a row more? */
static bool
would_be_too_large(const LfdwWriteBatch *batch, size_t len)
{
	size_t		limit = lfdw_write_batch_limit(batch->target);

	/* rows differ */
	limit -= limit / 32;
	return batch->records.len + len +
		batch->target->overhead * (batch->nrows + 1) > limit;
}

/* Adds a row to the open batch of its target, or to a new one, which it returns. */
static LfdwWriteBatch *
add_row(LfdwWriter *writer, LfdwWriteTarget *target, const char *bytes,
		size_t len)
{
	LfdwWriteBatch *batch;

	while ((batch = first_before(writer->open, target)) != NULL)
		close_batch(writer, batch);
	batch = open_batch(writer, target);
	if (batch && would_be_too_large(batch, len))
	{
		close_batch(writer, batch);
		batch = NULL;
	}
	target->nrows++;
	if (writer->to_come > 0)
		writer->to_come--;
	writer->stats->rows++;
	if (batch == NULL)
	{
		batch = lfdw_write_batch_create(writer->context, target, target->nrows);
		writer->open = add_batch(writer, writer->open, batch, false);
	}
	lfdw_write_batch_append(batch, bytes, len);
	return batch;
}

/* Has the errors of what follows tell which rows they are about. */
static void
begin_context(ErrorContextCallback *callback, LfdwWriter *writer)
{
	callback->callback = lfdw_write_report_context;
	callback->arg = writer;
	callback->previous = error_context_stack;
	error_context_stack = callback;
}

/*
 * Gives a row to be written by its record, which is copied.  It is sent with others
 * of its target; full batches are begun, and may have to be waited for.
 *
 * The target must live as long as the writer.  Raises what lfdw_invoke_begin,
 * lfdw_invoke_wait and lfdw_invoke_look raise, about this row or any before; 54000 for
 * a row that is too large alone.
 */
void
lfdw_writer_add(LfdwWriter *writer, LfdwWriteTarget *target, const char *bytes,
				size_t len)
{
	ErrorContextCallback callback;
	LfdwWriteBatch *batch;

	begin_context(&callback, writer);
	batch = add_row(writer, target, bytes, len);
	if (batch->nrows >= target->batch_rows)
		close_batch(writer, batch);
	else if (writer->calls != NIL &&
			 lfdw_wait_now_us() >= writer->looked_at_us + LOOK_EVERY_US)
		wait_for_calls(writer, lfdw_wait_now_us());
	error_context_stack = callback.previous;
}

/*
 * Sends one row by itself and waits for what comes of it, whatever else is under
 * way.  Returns whether the function says that it affected one.  The slot, which has
 * the row, gets what the function returned of it.  Raises what lfdw_writer_add raises.
 */
bool
lfdw_writer_send_row(LfdwWriter *writer, LfdwWriteTarget *target,
					 const char *bytes, size_t len, TupleTableSlot *slot)
{
	LfdwWriteWaiter waiter = {
		.slot = slot
	};
	ErrorContextCallback callback;
	LfdwWriteBatch *batch;

	begin_context(&callback, writer);
	close_batches(writer);
	batch = add_row(writer, target, bytes, len);
	batch->waiter = &waiter;
	close_batch(writer, batch);
	while (!waiter.done)
		wait_for_calls(writer, PG_INT64_MAX);
	error_context_stack = callback.previous;
	return waiter.affected;
}

/* Sends what is left, and waits for all.  Raises what lfdw_writer_add raises. */
void
lfdw_writer_finish(LfdwWriter *writer)
{
	ErrorContextCallback callback;

	writer->to_come = 0;
	lfdw_work_set_to_do(writer->stats->invoke.work,
						list_length(writer->ready) + list_length(writer->open));
	begin_context(&callback, writer);
	close_batches(writer);
	do
	{
		wait_for_calls(writer, PG_INT64_MAX);
		send_ready(writer);
	} while (writer->calls != NIL);
	error_context_stack = callback.previous;
}
