/*-------------------------------------------------------------------------
 *
 * scan.c
 *		Execution of foreign scans.
 *
 * A scan is a set of calls, side by side: one, or one for each value where
 * the function takes one value at a time.  A call is a chain of pages.
 *
 * Contexts: the query context holds the values of one (re)scan and its calls,
 * the page context of a call one invocation with its answer, the row context
 * one row.  Resetting a context ends the invocations in it.
 *
 * IDENTIFICATION
 *	  src/scan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/executor.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "lambda_fdw.h"
#include "request.h"
#include "response.h"
#include "row.h"
#include "scan.h"
#include "target.h"

/* One chain of pages. */
typedef struct LambdaCall
{
	MemoryContext page_context;
	int		   *turn;			/* by argument: which value is this call's */
	int			pages;			/* begun so far */
	char	   *cursor;			/* of the page under way, NULL for the first */
	LfdwInvocation *invocation;
	LfdwResponse *response;
} LambdaCall;

typedef struct LambdaScan
{
	LfdwBinding *binding;
	List	   *terms;
	List	   *exprstates;		/* the terms' values */
	LfdwCaller *caller;
	LfdwInvokeStats stats;		/* of all (re)scans */
	char	   *columns;		/* the request's "columns" */
	LfdwRow    *row;

	/* this (re)scan */
	LfdwQuery  *query;			/* NULL until the first row is asked for */
	int		   *next_turn;		/* of the call to begin next, NULL: no more */
	int			ncalls;			/* under way */
	LambdaCall **calls;
	int			current;		/* the call that gave the last row */
	bool		finished;

	/* rows kept for a rescan with the same values */
	Tuplestorestate *store;		/* NULL where nobody will ask */
	TupleTableSlot *store_slot;
	bool		replaying;

	MemoryContext query_context;
	MemoryContext row_context;
} LambdaScan;

/* Keeps the rows where a rescan with the same parameters may come. */
static void
prepare_store(ForeignScanState *node, LambdaScan *scan, int eflags)
{
	if (!(eflags & EXEC_FLAG_REWIND))
		return;
	scan->store = tuplestore_begin_heap(true, false, work_mem);
	scan->store_slot = ExecInitExtraTupleSlot(node->ss.ps.state,
											  RelationGetDescr(node->ss.ss_currentRelation),
											  &TTSOpsMinimalTuple);
}

/*
 * BeginForeignScan: binds the table anew, for its options may have changed,
 * and looks up the keys of the role the scan runs as.  No network yet.
 */
void
lambdaBeginForeignScan(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	LambdaScan *scan = palloc0(sizeof(LambdaScan));
	MemoryContext context = CurrentMemoryContext;
	Oid			userid;

	node->fdw_state = scan;
	scan->binding = lfdw_binding_create(node->ss.ss_currentRelation);
	scan->terms = lfdw_qual_deserialize(scan->binding,
										list_nth(plan->fdw_private,
												 LFDW_PLAN_TERMS),
										plan->fdw_exprs);
	scan->columns = lfdw_request_columns(scan->binding, lfdw_plan_attrs(plan));
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;

	userid = lfdw_scan_userid(node);
	lfdw_option_check_owner(scan->binding->options);
	scan->caller = lfdw_option_caller(scan->binding->options->serverid, userid);
	lfdw_credentials_check(scan->caller);
	lfdw_target_resolve(&scan->binding->target, scan->binding->options,
						scan->caller);
	scan->exprstates = ExecInitExprList(plan->fdw_exprs, &node->ss.ps);
	scan->row = lfdw_row_create(scan->binding, lfdw_plan_attrs(plan));
	scan->query_context = AllocSetContextCreate(context, "lambda_fdw query",
												ALLOCSET_DEFAULT_SIZES);
	scan->row_context = AllocSetContextCreate(context, "lambda_fdw row",
											  ALLOCSET_DEFAULT_SIZES);
	prepare_store(node, scan, eflags);
}

/* Refuses a query that gives a required column no value. */
static void
check_required(const LambdaScan *scan)
{
	for (int i = 0; i < scan->binding->ncolumns; i++)
	{
		const LfdwColumn *column = &scan->binding->columns[i];

		if (column->required &&
			lfdw_query_argument(scan->query, column) == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
					 errmsg("foreign table \"%s\" needs a value for column \"%s\"",
							scan->binding->relname, column->attname),
					 errdetail("Its function cannot be invoked without one."),
					 errhint("Add a condition such as %s = ... to the query, or join the column with =.",
							 column->attname)));
	}
}

/* Evaluates what this (re)scan asks, in the query context. */
static void
begin_query(ForeignScanState *node, LambdaScan *scan)
{
	MemoryContext old = MemoryContextSwitchTo(scan->query_context);
	int			nestlevel = lfdw_transmission_modes_begin();

	scan->query = lfdw_query_evaluate(scan->binding, scan->terms,
									  scan->exprstates,
									  node->ss.ps.ps_ExprContext);
	lfdw_transmission_modes_end(nestlevel);
	if (scan->query->nothing)
		scan->finished = true;
	else
	{
		check_required(scan);
		scan->next_turn = palloc0(sizeof(int) * (scan->query->narguments + 1));
		scan->calls = palloc(sizeof(LambdaCall *) *
							 scan->binding->options->max_concurrency);
	}
	MemoryContextSwitchTo(old);
}

/* Counts on to the values of the next call; there is none after the last. */
static void
advance_turn(LambdaScan *scan)
{
	for (int i = 0; i < scan->query->narguments; i++)
	{
		const LfdwArgument *argument = &scan->query->arguments[i];

		if (argument->manner != LFDW_SEND_EACH)
			continue;
		if (++scan->next_turn[i] < argument->set.nvalues)
			return;
		scan->next_turn[i] = 0;
	}
	scan->next_turn = NULL;
}

/* The payload of a call's next page, in UTF-8. */
static StringInfo
write_payload(LambdaScan *scan, const LambdaCall *call)
{
	StringInfo	payload = makeStringInfo();
	char	   *utf8;

	lfdw_request_write(payload, scan->binding, scan->query, call->turn,
					   scan->columns, call->cursor);
	utf8 = pg_server_to_any(payload->data, payload->len, PG_UTF8);
	if (utf8 != payload->data)
	{
		payload->data = utf8;
		payload->len = strlen(utf8);
		payload->maxlen = payload->len + 1;
	}
	return payload;
}

/* Invokes the function for a call's next page, in the call's page context. */
static void
begin_page(LambdaScan *scan, LambdaCall *call)
{
	MemoryContext old = MemoryContextSwitchTo(call->page_context);

	call->invocation = lfdw_invoke_begin(&scan->binding->target,
										 scan->caller, write_payload(scan, call),
										 &scan->stats);
	call->response = lfdw_response_create(scan->binding, scan->row,
										  call->invocation);
	call->pages++;
	MemoryContextSwitchTo(old);
}

/* Begins calls until there are as many as may be, or no more to begin. */
static void
begin_calls(LambdaScan *scan)
{
	int			narguments = scan->query->narguments;

	while (scan->next_turn &&
		   scan->ncalls < scan->binding->options->max_concurrency)
	{
		MemoryContext old = MemoryContextSwitchTo(scan->query_context);
		LambdaCall *call = palloc0(sizeof(LambdaCall));

		call->turn = palloc(sizeof(int) * (narguments + 1));
		memcpy(call->turn, scan->next_turn, sizeof(int) * narguments);
		call->page_context = AllocSetContextCreate(scan->query_context,
												   "lambda_fdw page",
												   ALLOCSET_DEFAULT_SIZES);
		MemoryContextSwitchTo(old);
		begin_page(scan, call);
		scan->calls[scan->ncalls++] = call;
		advance_turn(scan);
	}
}

/* Refuses a chain of pages that does not come to an end, or cannot go on. */
static void
check_cursor(const LambdaScan *scan, const LambdaCall *call,
			 const char *cursor)
{
	const LfdwBinding *binding = scan->binding;

	if (call->pages >= binding->options->max_pages)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("Lambda function \"%s\" has more than %d pages",
						binding->target.label, binding->options->max_pages),
				 errhint("Raise the option max_pages of foreign table \"%s\".",
						 binding->relname)));
	if (call->cursor && strcmp(call->cursor, cursor) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
				 errmsg("Lambda function \"%s\" answered with the cursor it was given",
						binding->target.label),
				 errdetail("Going on would ask for the same page again and again.")));
	if (!binding->options->envelope && binding->options->cursor_argument == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
				 errmsg("Lambda function \"%s\" has a further page, but no request can carry its cursor",
						binding->target.label),
				 errhint("Set the option cursor_argument of foreign table \"%s\".",
						 binding->relname)));
}

/* After the last row of a page: goes on to the next, or ends the call. */
static void
finish_page(LambdaScan *scan, int index)
{
	LambdaCall *call = scan->calls[index];
	const char *cursor = lfdw_response_cursor(call->response);

	if (cursor)
	{
		check_cursor(scan, call, cursor);
		cursor = MemoryContextStrdup(scan->query_context, cursor);
		if (call->cursor)
			pfree(call->cursor);
		call->cursor = unconstify(char *, cursor);
		MemoryContextReset(call->page_context);
		begin_page(scan, call);
		return;
	}
	MemoryContextDelete(call->page_context);
	scan->calls[index] = scan->calls[--scan->ncalls];
}

/*
 * Does a row belong to its call?  A function that ignores the one value it
 * was given would else return a row once for each value.
 */
static bool
is_of_call(const LambdaScan *scan, const LambdaCall *call,
		   const TupleTableSlot *slot)
{
	for (int i = 0; i < scan->query->narguments; i++)
	{
		const LfdwArgument *argument = &scan->query->arguments[i];
		int			attno = argument->column->attnum - 1;

		if (argument->manner == LFDW_SEND_EACH &&
			(slot->tts_isnull[attno] ||
			 !lfdw_query_matches(argument, call->turn[i],
								 slot->tts_values[attno])))
			return false;
	}
	return true;
}

/*
 * Takes the next row from a call into the slot.  Returns what its answer
 * said; a row of another call's value is passed over.
 */
static LfdwResponseStatus
read_call(LambdaScan *scan, LambdaCall *call, TupleTableSlot *slot)
{
	for (;;)
	{
		MemoryContext old = MemoryContextSwitchTo(call->page_context);
		LfdwResponseStatus status = lfdw_response_next(call->response);

		if (status == LFDW_RESPONSE_ROW)
		{
			MemoryContextReset(scan->row_context);
			MemoryContextSwitchTo(scan->row_context);
			lfdw_row_store(scan->row, slot, scan->query, call->turn);
		}
		MemoryContextSwitchTo(old);
		if (status != LFDW_RESPONSE_ROW || is_of_call(scan, call, slot))
			return status;
		CHECK_FOR_INTERRUPTS();
	}
}

/* Waits until some call has news. */
static void
wait_for_calls(LambdaScan *scan)
{
	LfdwInvocation **invocations = palloc(sizeof(LfdwInvocation *) * scan->ncalls);

	for (int i = 0; i < scan->ncalls; i++)
		invocations[i] = scan->calls[i]->invocation;
	lfdw_invoke_wait(invocations, scan->ncalls);
	pfree(invocations);
}

/* Fetches the next row from whichever call has one; false at the end. */
static bool
fetch_row(LambdaScan *scan, TupleTableSlot *slot)
{
	for (;;)
	{
		int			waiting = 0;
		bool		ended = false;

		begin_calls(scan);
		if (scan->ncalls == 0)
			return false;
		while (waiting < scan->ncalls && !ended)
		{
			int			index = (scan->current + waiting) % scan->ncalls;
			LfdwResponseStatus status = read_call(scan, scan->calls[index], slot);

			if (status == LFDW_RESPONSE_ROW)
			{
				scan->current = index;
				return true;
			}
			if (status == LFDW_RESPONSE_END)
			{
				finish_page(scan, index);
				ended = true;
			}
			waiting++;
		}
		if (!ended)
			wait_for_calls(scan);
	}
}

/* The next kept row, or none when all were replayed. */
static bool
replay_row(LambdaScan *scan, TupleTableSlot *slot)
{
	TupleTableSlot *kept = scan->store_slot;

	if (!tuplestore_gettupleslot(scan->store, true, false, kept))
	{
		scan->replaying = false;
		return false;
	}
	slot_getallattrs(kept);
	ExecClearTuple(slot);
	memcpy(slot->tts_values, kept->tts_values,
		   sizeof(Datum) * kept->tts_tupleDescriptor->natts);
	memcpy(slot->tts_isnull, kept->tts_isnull,
		   sizeof(bool) * kept->tts_tupleDescriptor->natts);
	ExecStoreVirtualTuple(slot);
	return true;
}

/*
 * IterateForeignScan: the next row, as soon as it has arrived.
 */
TupleTableSlot *
lambdaIterateForeignScan(ForeignScanState *node)
{
	LambdaScan *scan = node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	ExecClearTuple(slot);
	if (scan->replaying && replay_row(scan, slot))
		return slot;
	if (scan->query == NULL)
		begin_query(node, scan);
	if (scan->finished)
		return slot;
	if (!fetch_row(scan, slot))
	{
		/* the slot may hold a row that was passed over */
		scan->finished = true;
		return ExecClearTuple(slot);
	}
	if (scan->store)
		tuplestore_puttupleslot(scan->store, slot);
	return slot;
}

/* Ends the calls under way and forgets the values. */
static void
forget_query(LambdaScan *scan)
{
	MemoryContextReset(scan->query_context);
	scan->query = NULL;
	scan->next_turn = NULL;
	scan->ncalls = 0;
	scan->current = 0;
	scan->finished = false;
}

/*
 * ReScanForeignScan: new parameters mean new invocations; with the old ones
 * the rows that were kept come again, and the scan goes on after them.
 */
void
lambdaReScanForeignScan(ForeignScanState *node)
{
	LambdaScan *scan = node->fdw_state;

	if (scan->store && node->ss.ps.chgParam == NULL)
	{
		tuplestore_rescan(scan->store);
		scan->replaying = true;
		return;
	}
	if (scan->store)
		tuplestore_clear(scan->store);
	scan->replaying = false;
	forget_query(scan);
}

/*
 * EndForeignScan: ends what is under way, an answer of which no more is
 * wanted included.
 */
void
lambdaEndForeignScan(ForeignScanState *node)
{
	LambdaScan *scan = node->fdw_state;

	if (scan == NULL || scan->query_context == NULL)
		return;
	MemoryContextDelete(scan->query_context);
	MemoryContextDelete(scan->row_context);
	if (scan->store)
		tuplestore_end(scan->store);
}

/*
 * What EXPLAIN needs of a scan that was begun, perhaps for EXPLAIN alone: the
 * binding, the terms, the request's columns and what the invocations came to,
 * all of the scan's own.
 */
void
lfdw_scan_describe(ForeignScanState *node, LfdwScanDescription *description)
{
	LambdaScan *scan = node->fdw_state;

	description->binding = scan->binding;
	description->terms = scan->terms;
	description->columns = scan->columns;
	description->stats = &scan->stats;
}
