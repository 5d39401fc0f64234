/*-------------------------------------------------------------------------
 *
 * fetch.c
 *		The calls that answer one query, side by side, and their rows.
 *
 * A query is answered by one call, or by one for each value where the function
 * takes one value at a time.  A call is a chain of pages.
 *
 * Contexts: the query context holds the values of one query and its calls, the
 * page context of a call one invocation with its answer, the row context one
 * row.  Resetting a context ends the invocations in it.
 *
 * IDENTIFICATION
 *	  src/scan/fetch.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/executor.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "pg/message.h"
#include "pushdown/payload.h"
#include "response/response.h"
#include "scan/fetch.h"

/* An error names so many values of its call. */
#define DESCRIBED_VALUES 20

/* One chain of pages. */
typedef struct LfdwCall
{
	const LfdwFetch *fetch;
	MemoryContext page_context;
	LfdwTurn   *turn;			/* which values are this call's */
	int			pages;			/* begun so far */
	char	   *cursor;			/* of the page under way, NULL for the first */
	LfdwInvocation *invocation;
	LfdwResponse *response;
} LfdwCall;

struct LfdwFetch
{
	const LfdwBinding *binding;
	const LfdwCaller *caller;
	LfdwInvokeStats *stats;
	char	   *columns;		/* the request's "columns" */
	LfdwRow    *row;

	const LfdwQuery *query;		/* what is answered, NULL for nothing */
	LfdwTurn   *next_turn;		/* of the call to begin next, NULL: no more */
	List	   *halves;			/* turns of calls that asked for too much */
	bool		can_begin;		/* a call has ended since calls were begun */
	int			ncalls;			/* under way */
	LfdwCall  **calls;
	int			current;		/* the call that gave the last row */

	const char *page_member;	/* that names a page which nobody asks for */

	MemoryContext context;		/* where this lives */
	MemoryContext query_context;
	MemoryContext row_context;
};

/*
 * Makes what answers queries of a table, one after the other.
 *
 * attrs are the columns wanted, as pull_varattnos gives them.  The result
 * belongs to the current context; binding, whose target must be resolved,
 * caller and stats must live as long.
 */
LfdwFetch *
lfdw_fetch_create(const LfdwBinding *binding, const LfdwCaller *caller,
				  const Bitmapset *attrs, LfdwInvokeStats *stats)
{
	LfdwFetch  *fetch = palloc0(sizeof(LfdwFetch));

	fetch->context = CurrentMemoryContext;
	fetch->binding = binding;
	fetch->caller = caller;
	fetch->stats = stats;
	fetch->columns = lfdw_request_columns(binding, attrs);
	fetch->row = lfdw_row_create(binding, attrs);
	fetch->query_context = AllocSetContextCreate(CurrentMemoryContext,
												 "lambda_fdw query",
												 ALLOCSET_DEFAULT_SIZES);
	fetch->row_context = AllocSetContextCreate(CurrentMemoryContext,
											   "lambda_fdw row",
											   ALLOCSET_DEFAULT_SIZES);
	return fetch;
}

/* Where the next query is to be evaluated; lfdw_fetch_reset empties it. */
MemoryContext
lfdw_fetch_context(LfdwFetch *fetch)
{
	return fetch->query_context;
}

/* The first operator that a column declares; a required one has some. */
static const char *
declared_operator(const LfdwColumn *column)
{
	int			op = 0;

	while (op < LFDW_NOPERATORS - 1 && !column->pushdown[op].declared)
		op++;
	return lfdw_operator_names[op];
}

/* What is wrong with the conditions on a column; NULL if it has none. */
static const char *
problem_of(const LfdwFetch *fetch, int column)
{
	return fetch->query->problems[column] ? fetch->query->problems[column] :
		fetch->binding->columns[column].problem;
}

/*
 * Refuses a query that gives a required column no value.  One without any
 * condition is named first: it may be why the others have none that counts.
 */
static void
check_required(const LfdwFetch *fetch)
{
	const LfdwColumn *column;
	int			missing = -1;
	const char *problem;

	for (int i = 0; i < fetch->binding->ncolumns; i++)
	{
		if (fetch->binding->columns[i].required && !fetch->query->given[i] &&
			(missing < 0 || (problem_of(fetch, missing) && !problem_of(fetch, i))))
			missing = i;
	}
	if (missing < 0)
		return;
	column = &fetch->binding->columns[missing];
	problem = problem_of(fetch, missing);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
			 errmsg("foreign table \"%s\" needs a value for column \"%s\"",
					fetch->binding->relname, column->attname),
			 errdetail("%s", problem ? problem :
					   "Its function cannot be invoked without one."),
			 problem ? 0 :
			 errhint("Add a condition such as %s %s ... to the query, or join the column.",
					 column->attname, declared_operator(column))));
}

/*
 * Begins to answer a query, which was evaluated in lfdw_fetch_context.  Nobody
 * is asked before the first row is fetched.  Raises HV002 where a required
 * column has no value.
 */
void
lfdw_fetch_begin(LfdwFetch *fetch, const LfdwQuery *query)
{
	MemoryContext old = MemoryContextSwitchTo(fetch->query_context);

	fetch->query = query;
	if (!query->nothing)
	{
		check_required(fetch);
		fetch->next_turn = lfdw_query_first_turn(query,
												 fetch->binding->options->max_batch_keys);
		fetch->can_begin = true;
		fetch->calls = palloc(sizeof(LfdwCall *) *
							  fetch->binding->options->max_concurrency);
	}
	MemoryContextSwitchTo(old);
}

/* The payload of a call's next page, in UTF-8. */
static StringInfo
write_payload(LfdwFetch *fetch, const LfdwCall *call)
{
	StringInfo	payload = makeStringInfo();
	char	   *utf8;

	lfdw_request_write(payload, fetch->binding, fetch->query, call->turn,
					   fetch->columns, call->cursor);
	utf8 = pg_server_to_any(payload->data, payload->len, PG_UTF8);
	if (utf8 != payload->data)
	{
		payload->data = utf8;
		payload->len = strlen(utf8);
		payload->maxlen = payload->len + 1;
	}
	return payload;
}

/* The argument of which a call carries the most values that could go apart, or -1. */
static int
splittable_argument(const LfdwFetch *fetch, const LfdwCall *call)
{
	int			longest = -1;

	for (int i = 0; i < fetch->query->narguments; i++)
	{
		if (fetch->query->arguments[i].manner == LFDW_SEND_PARTS &&
			call->turn->count[i] > 1 &&
			(longest < 0 || call->turn->count[i] > call->turn->count[longest]))
			longest = i;
	}
	return longest;
}

/*
 * Leaves half of the values of a call that asks for too much to a call of its
 * own, later.
 */
static void
halve(LfdwFetch *fetch, LfdwCall *call)
{
	MemoryContext old = MemoryContextSwitchTo(fetch->query_context);
	int			index = splittable_argument(fetch, call);
	LfdwTurn   *rest = lfdw_query_copy_turn(fetch->query, call->turn);
	int			half = call->turn->count[index] / 2;

	call->turn->count[index] = half;
	rest->first[index] += half;
	rest->count[index] -= half;
	fetch->halves = lappend(fetch->halves, rest);
	fetch->can_begin = true;
	MemoryContextSwitchTo(old);
}

/* Adds to an error which keys its call has. */
static void
describe_call(void *arg)
{
	const LfdwCall *call = arg;
	const LfdwQuery *query = call->fetch->query;

	for (int i = 0; i < query->narguments; i++)
	{
		const LfdwArgument *argument = &query->arguments[i];
		int			shown = Min(call->turn->count[i], DESCRIBED_VALUES);
		int			more = call->turn->count[i] - shown;
		char	   *values = lfdw_set_part(&argument->set, call->turn->first[i], shown);

		errcontext("call with %s%s for column \"%s\" of foreign table \"%s\"",
				   lfdw_error_excerpt(values, strlen(values)),
				   more > 0 ? psprintf(" and %d more", more) : "",
				   argument->column->attname, call->fetch->binding->relname);
	}
}

/* Invokes the function for a call's next page, in the call's page context. */
static void
begin_page(LfdwFetch *fetch, LfdwCall *call)
{
	MemoryContext old = MemoryContextSwitchTo(call->page_context);
	StringInfo	payload = write_payload(fetch, call);

	while (payload->len > LFDW_PAYLOAD_MAX &&
		   splittable_argument(fetch, call) >= 0)
	{
		halve(fetch, call);
		payload = write_payload(fetch, call);
	}
	call->invocation = lfdw_invoke_begin(&fetch->binding->target,
										 fetch->caller, payload, fetch->stats);
	lfdw_invoke_let_describe(call->invocation, describe_call, call);
	if (call->pages == 0 && splittable_argument(fetch, call) >= 0)
		lfdw_invoke_let_split(call->invocation);
	call->response = lfdw_response_create(fetch->binding, fetch->row,
										  call->invocation);
	call->pages++;
	MemoryContextSwitchTo(old);
}

/* Has a call ask for half as much, after it has asked for too much. */
static void
begin_half(LfdwFetch *fetch, LfdwCall *call)
{
	MemoryContextReset(call->page_context);
	call->pages = 0;
	halve(fetch, call);
	begin_page(fetch, call);
}

/* The values of the next call to begin; NULL after the last. */
static LfdwTurn *
take_turn(LfdwFetch *fetch)
{
	LfdwTurn   *turn;

	if (fetch->halves)
	{
		turn = linitial(fetch->halves);
		fetch->halves = list_delete_first(fetch->halves);
		return turn;
	}
	if (fetch->next_turn == NULL)
		return NULL;
	turn = lfdw_query_copy_turn(fetch->query, fetch->next_turn);
	if (!lfdw_query_next_turn(fetch->query, fetch->next_turn,
							  fetch->binding->options->max_batch_keys))
		fetch->next_turn = NULL;
	return turn;
}

/*
 * May a call begin?  Where the session has no descriptors for max_concurrency
 * of them, those under way come first.
 */
static bool
may_begin(const LfdwFetch *fetch)
{
	return fetch->ncalls == 0 ||
		(fetch->ncalls < fetch->binding->options->max_concurrency &&
		 lfdw_invoke_may_begin(fetch->caller));
}

/*
 * Begins calls until there are as many as may be, or no more to begin.  It asks
 * again only when a call has ended, since to ask for descriptors costs a system
 * call for each that is open, and this is called for each row.
 */
static void
begin_calls(LfdwFetch *fetch)
{
	if (!fetch->can_begin)
		return;
	fetch->can_begin = false;
	while (may_begin(fetch))
	{
		MemoryContext old = MemoryContextSwitchTo(fetch->query_context);
		LfdwTurn   *turn = take_turn(fetch);
		LfdwCall   *call;

		if (turn == NULL)
		{
			MemoryContextSwitchTo(old);
			return;
		}
		call = palloc0(sizeof(LfdwCall));
		call->fetch = fetch;
		call->turn = turn;
		call->page_context = AllocSetContextCreate(fetch->query_context,
												   "lambda_fdw page",
												   ALLOCSET_DEFAULT_SIZES);
		MemoryContextSwitchTo(old);
		begin_page(fetch, call);
		fetch->calls[fetch->ncalls++] = call;
	}
}

/* Refuses a chain of pages that does not come to an end, or cannot go on. */
static void
check_cursor(const LfdwFetch *fetch, const LfdwCall *call,
			 const char *cursor)
{
	const LfdwBinding *binding = fetch->binding;

	if (call->pages >= binding->options->max_pages)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg_plural("Lambda function \"%s\" has more than %d page",
							   "Lambda function \"%s\" has more than %d pages",
							   binding->options->max_pages,
							   binding->target.label, binding->options->max_pages),
				 errhint("Raise the option max_pages of foreign table \"%s\".",
						 binding->relname)));
	if (call->cursor && strcmp(call->cursor, cursor) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
				 errmsg("Lambda function \"%s\" answered with the cursor it was given",
						binding->target.label),
				 errdetail("It was sent as the member \"%s\"; going on would ask for the same page again and again.",
						   binding->options->cursor_argument ?
						   binding->options->cursor_argument : "lambda_fdw.cursor"),
				 errhint("Let the function go on from there, or name the member that it reads by the option cursor_argument.")));
	if (!binding->options->envelope && binding->options->cursor_argument == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
				 errmsg("Lambda function \"%s\" has a further page, but no request can carry its cursor",
						binding->target.label),
				 errhint("Set the option cursor_argument of foreign table \"%s\".",
						 binding->relname)));
}

/*
 * Keeps that the last page names a further one that no option reads.  Where a
 * limit was sent, there may be more than was asked for.
 */
static void
note_last_page(LfdwFetch *fetch, const LfdwCall *call)
{
	const char *member = lfdw_response_page_member(call->response);

	if (member && fetch->page_member == NULL && fetch->query->limit < 0)
		fetch->page_member = MemoryContextStrdup(fetch->context, member);
}

/*
 * Warns, once a scan, of answers that were read as the options say, and
 * probably are not meant so.
 */
static void
warn_of_unread(const LfdwFetch *fetch)
{
	const char *alike = NULL;
	const char *path = NULL;
	const LfdwColumn *missed = lfdw_row_missed(fetch->row, &alike, &path);
	const LfdwBinding *binding = fetch->binding;

	if (fetch->page_member)
		ereport(WARNING,
				(errmsg("Lambda function \"%s\" has a further page, which was not fetched",
						binding->target.label),
				 errdetail("Its answer has the member \"%s\", which no option and no column of foreign table \"%s\" reads.%s",
						   fetch->page_member, binding->relname, missed == NULL ? "" :
						   psprintf("\nNo row has a member for column \"%s\", but one for \"%s\".",
									missed->attname, alike)),
				 errhint("Set the options cursor_path and cursor_argument of the table.")));
	else if (missed)
		ereport(WARNING,
				(errmsg("no row of the answer of Lambda function \"%s\" has a member for column \"%s\" of foreign table \"%s\"",
						binding->target.label, missed->attname, binding->relname),
				 errdetail("There is the member \"%s\", which no column reads.",
						   alike),
				 errhint("Set the column's option path to '%s'.", path)));
}

/* After the last row of a page: goes on to the next, or ends the call. */
static void
finish_page(LfdwFetch *fetch, int index)
{
	LfdwCall   *call = fetch->calls[index];
	const char *cursor = lfdw_response_cursor(call->response);

	if (cursor)
	{
		check_cursor(fetch, call, cursor);
		cursor = MemoryContextStrdup(fetch->query_context, cursor);
		if (call->cursor)
			pfree(call->cursor);
		call->cursor = unconstify(char *, cursor);
		MemoryContextReset(call->page_context);
		begin_page(fetch, call);
		return;
	}
	note_last_page(fetch, call);
	MemoryContextDelete(call->page_context);
	fetch->calls[index] = fetch->calls[--fetch->ncalls];
	fetch->can_begin = true;
}

/*
 * Does a row belong to its call?  A function that ignores the one value it
 * was given would else return a row once for each value.
 */
static bool
is_of_call(const LfdwFetch *fetch, const LfdwCall *call,
		   const TupleTableSlot *slot)
{
	for (int i = 0; i < fetch->query->narguments; i++)
	{
		const LfdwArgument *argument = &fetch->query->arguments[i];
		int			attno = argument->column->attnum - 1;

		/* what no call has is the recheck's to drop, and to count */
		if ((argument->manner == LFDW_SEND_EACH ||
			 argument->manner == LFDW_SEND_PARTS) &&
			call->turn->count[i] < argument->set.nvalues &&
			(slot->tts_isnull[attno] ||
			 !lfdw_query_matches(fetch->query, i, call->turn,
								 slot->tts_values[attno])))
			return false;
	}
	return true;
}

/*
 * Raises the error about a row that does not match although a limit was sent:
 * rows that do may be missing in its place.
 */
void
lfdw_fetch_report_mismatch(const LfdwBinding *binding)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
			 errmsg("Lambda function \"%s\" was asked for a limited number of rows, and returned one that does not match",
					binding->target.label),
			 errdetail("It does not filter as the option pushdown declares, so that others may be missing."),
			 errhint("Correct the function, or the option pushdown of foreign table \"%s\", or take limit out of its capabilities.",
					 binding->relname)));
}

/*
 * Takes the next row from a call into the slot.  Returns what its answer
 * said; a row of another call's value is passed over.
 */
static LfdwResponseStatus
read_row(LfdwFetch *fetch, LfdwCall *call, TupleTableSlot *slot)
{
	for (;;)
	{
		MemoryContext old = MemoryContextSwitchTo(call->page_context);
		LfdwResponseStatus status = lfdw_response_next(call->response);

		if (status == LFDW_RESPONSE_ROW)
		{
			MemoryContextReset(fetch->row_context);
			MemoryContextSwitchTo(fetch->row_context);
			lfdw_row_store(fetch->row, slot, fetch->query, call->turn);
			fetch->stats->rows++;
		}
		MemoryContextSwitchTo(old);
		if (status != LFDW_RESPONSE_ROW || is_of_call(fetch, call, slot))
			return status;
		if (fetch->query->limit >= 0)
			lfdw_fetch_report_mismatch(fetch->binding);
		fetch->stats->others++;
		CHECK_FOR_INTERRUPTS();
	}
}

/* The same, where an error says of which call it is. */
static LfdwResponseStatus
read_call(LfdwFetch *fetch, LfdwCall *call, TupleTableSlot *slot)
{
	ErrorContextCallback callback = {
		.callback = describe_call,
		.arg = call,
		.previous = error_context_stack
	};
	LfdwResponseStatus status;

	error_context_stack = &callback;
	status = read_row(fetch, call, slot);
	error_context_stack = callback.previous;
	return status;
}

/* Waits until some call has news. */
static void
wait_for_calls(LfdwFetch *fetch)
{
	LfdwInvocation **invocations = palloc(sizeof(LfdwInvocation *) * fetch->ncalls);

	for (int i = 0; i < fetch->ncalls; i++)
		invocations[i] = fetch->calls[i]->invocation;
	lfdw_invoke_wait(invocations, fetch->ncalls);
	pfree(invocations);
}

/*
 * Fetches the next row from whichever call has one; false at the end, with the
 * slot empty.  The row lives until the next is fetched.  Waits, and raises what
 * lfdw_invoke_wait, lfdw_response_next and lfdw_row_store raise.
 */
bool
lfdw_fetch_row(LfdwFetch *fetch, TupleTableSlot *slot)
{
	for (;;)
	{
		int			waiting = 0;
		bool		ended = false;

		begin_calls(fetch);
		if (fetch->ncalls == 0)
		{
			/* the slot may hold a row that was passed over */
			ExecClearTuple(slot);
			return false;
		}
		while (waiting < fetch->ncalls && !ended)
		{
			int			index = (fetch->current + waiting) % fetch->ncalls;
			LfdwCall   *call = fetch->calls[index];
			LfdwResponseStatus status = read_call(fetch, call, slot);

			if (lfdw_invoke_too_large(call->invocation))
			{
				begin_half(fetch, call);
				ended = true;
				break;
			}

			if (status == LFDW_RESPONSE_ROW)
			{
				fetch->current = index;
				return true;
			}
			if (status == LFDW_RESPONSE_END)
			{
				finish_page(fetch, index);
				ended = true;
			}
			waiting++;
		}
		if (!ended)
			wait_for_calls(fetch);
	}
}

/* Ends the calls under way and forgets the query. */
void
lfdw_fetch_reset(LfdwFetch *fetch)
{
	MemoryContextReset(fetch->query_context);
	fetch->query = NULL;
	fetch->next_turn = NULL;
	fetch->halves = NIL;
	fetch->can_begin = false;
	fetch->ncalls = 0;
	fetch->current = 0;
}

/*
 * Ends everything, an answer of which no more is wanted included.  Warns of what
 * the answers had and nobody read.
 */
void
lfdw_fetch_end(LfdwFetch *fetch)
{
	warn_of_unread(fetch);
	MemoryContextDelete(fetch->query_context);
	MemoryContextDelete(fetch->row_context);
}
