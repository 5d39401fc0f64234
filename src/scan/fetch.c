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
typedef struct PageChain
{
	const LfdwFetch *fetch;
	MemoryContext page_context;
	LfdwPart   *part;			/* which values are this call's */
	int			pages;			/* begun so far */
	char	   *cursor;			/* of the page under way, NULL for the first */
	LfdwInvocation *invocation;
	LfdwResponse *response;
} PageChain;

struct LfdwFetch
{
	const LfdwTable *table;
	const LfdwCaller *caller;
	LfdwInvokeStats *stats;
	char	   *columns;		/* the request's "columns" */
	LfdwRow    *row;

	const LfdwArguments *arguments; /* what is answered, NULL for nothing */
	LfdwPart   *next_part;		/* of the call to begin next, NULL: no more */
	List	   *rests;			/* parts of calls that asked for too much */
	bool		can_begin;		/* a call has ended since calls were begun */
	int			nchains;		/* under way */
	PageChain **chains;
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
lfdw_fetch_create(const LfdwTable *table, const LfdwCaller *caller,
				  const Bitmapset *attrs, LfdwInvokeStats *stats)
{
	LfdwFetch  *fetch = palloc0(sizeof(LfdwFetch));

	fetch->context = CurrentMemoryContext;
	fetch->table = table;
	fetch->caller = caller;
	fetch->stats = stats;
	fetch->columns = lfdw_payload_columns(table, attrs);
	fetch->row = lfdw_row_create(table, attrs);
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
	return lfdw_operators[op].name;
}

/* What is wrong with the conditions on a column; NULL if it has none. */
static const char *
problem_of(const LfdwFetch *fetch, int column)
{
	return fetch->arguments->problems[column] ? fetch->arguments->problems[column] :
		fetch->table->columns[column].problem;
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

	for (int i = 0; i < fetch->table->ncolumns; i++)
	{
		if (fetch->table->columns[i].required && !fetch->arguments->given[i] &&
			(missing < 0 || (problem_of(fetch, missing) && !problem_of(fetch, i))))
			missing = i;
	}
	if (missing < 0)
		return;
	column = &fetch->table->columns[missing];
	problem = problem_of(fetch, missing);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
			 errmsg("foreign table \"%s\" needs a value for column \"%s\"",
					fetch->table->relname, column->attname),
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
lfdw_fetch_begin(LfdwFetch *fetch, const LfdwArguments *arguments)
{
	MemoryContext old = MemoryContextSwitchTo(fetch->query_context);

	fetch->arguments = arguments;
	if (!arguments->nothing)
	{
		check_required(fetch);
		fetch->next_part = lfdw_part_first(arguments,
										   fetch->table->options->max_batch_keys);
		fetch->can_begin = true;
		fetch->chains = palloc(sizeof(PageChain *) *
							   fetch->table->options->max_concurrency);
	}
	MemoryContextSwitchTo(old);
}

/* The payload of a call's next page, in UTF-8. */
static StringInfo
write_payload(LfdwFetch *fetch, const PageChain *chain)
{
	StringInfo	payload = makeStringInfo();
	char	   *utf8;

	lfdw_payload_write(payload, fetch->table, fetch->arguments, chain->part,
					   fetch->columns, chain->cursor);
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
splittable_argument(const LfdwFetch *fetch, const PageChain *chain)
{
	int			longest = -1;

	for (int i = 0; i < fetch->arguments->nequalities; i++)
	{
		if (fetch->arguments->equalities[i].send_as == LFDW_SEND_PARTS &&
			chain->part->count[i] > 1 &&
			(longest < 0 || chain->part->count[i] > chain->part->count[longest]))
			longest = i;
	}
	return longest;
}

/*
 * Leaves half of the values of a call that asks for too much to a call of its
 * own, later.
 */
static void
split(LfdwFetch *fetch, PageChain *chain)
{
	MemoryContext old = MemoryContextSwitchTo(fetch->query_context);
	int			index = splittable_argument(fetch, chain);
	LfdwPart   *rest = lfdw_part_copy(fetch->arguments, chain->part);
	int			half = chain->part->count[index] / 2;

	chain->part->count[index] = half;
	rest->first[index] += half;
	rest->count[index] -= half;
	fetch->rests = lappend(fetch->rests, rest);
	fetch->can_begin = true;
	MemoryContextSwitchTo(old);
}

/* Adds to an error which keys its call has. */
static void
describe_call(void *arg)
{
	const PageChain *chain = arg;
	const LfdwArguments *arguments = chain->fetch->arguments;

	for (int i = 0; i < arguments->nequalities; i++)
	{
		const LfdwEquality *equality = &arguments->equalities[i];
		int			shown = Min(chain->part->count[i], DESCRIBED_VALUES);
		int			more = chain->part->count[i] - shown;
		char	   *values = lfdw_set_part(&equality->set, chain->part->first[i], shown);

		errcontext("call with %s%s for column \"%s\" of foreign table \"%s\"",
				   lfdw_error_excerpt(values, strlen(values)),
				   more > 0 ? psprintf(" and %d more", more) : "",
				   equality->column->attname, chain->fetch->table->relname);
	}
}

/* Invokes the function for a call's next page, in the call's page context. */
static void
begin_page(LfdwFetch *fetch, PageChain *chain)
{
	MemoryContext old = MemoryContextSwitchTo(chain->page_context);
	StringInfo	payload = write_payload(fetch, chain);

	while (payload->len > LFDW_PAYLOAD_MAX &&
		   splittable_argument(fetch, chain) >= 0)
	{
		split(fetch, chain);
		payload = write_payload(fetch, chain);
	}
	chain->invocation = lfdw_invoke_begin(&fetch->table->function,
										  fetch->caller, payload, fetch->stats);
	lfdw_invoke_let_describe(chain->invocation, describe_call, chain);
	if (chain->pages == 0 && splittable_argument(fetch, chain) >= 0)
		lfdw_invoke_let_split(chain->invocation);
	chain->response = lfdw_response_create(fetch->table, fetch->row,
										   chain->invocation);
	chain->pages++;
	MemoryContextSwitchTo(old);
}

/* Has a call ask for half as much, after it has asked for too much. */
static void
begin_rest(LfdwFetch *fetch, PageChain *chain)
{
	MemoryContextReset(chain->page_context);
	chain->pages = 0;
	split(fetch, chain);
	begin_page(fetch, chain);
}

/* The values of the next call to begin; NULL after the last. */
static LfdwPart *
take_part(LfdwFetch *fetch)
{
	LfdwPart   *part;

	if (fetch->rests)
	{
		part = linitial(fetch->rests);
		fetch->rests = list_delete_first(fetch->rests);
		return part;
	}
	if (fetch->next_part == NULL)
		return NULL;
	part = lfdw_part_copy(fetch->arguments, fetch->next_part);
	if (!lfdw_part_next(fetch->arguments, fetch->next_part,
						fetch->table->options->max_batch_keys))
		fetch->next_part = NULL;
	return part;
}

/*
 * May a call begin?  Where the session has no descriptors for max_concurrency
 * of them, those under way come first.
 */
static bool
may_begin(const LfdwFetch *fetch)
{
	return fetch->nchains == 0 ||
		(fetch->nchains < fetch->table->options->max_concurrency &&
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
		LfdwPart   *part = take_part(fetch);
		PageChain  *chain;

		if (part == NULL)
		{
			MemoryContextSwitchTo(old);
			return;
		}
		chain = palloc0(sizeof(PageChain));
		chain->fetch = fetch;
		chain->part = part;
		chain->page_context = AllocSetContextCreate(fetch->query_context,
													"lambda_fdw page",
													ALLOCSET_DEFAULT_SIZES);
		MemoryContextSwitchTo(old);
		begin_page(fetch, chain);
		fetch->chains[fetch->nchains++] = chain;
	}
}

/* Refuses a chain of pages that does not come to an end, or cannot go on. */
static void
check_cursor(const LfdwFetch *fetch, const PageChain *chain,
			 const char *cursor)
{
	const LfdwTable *table = fetch->table;

	if (chain->pages >= table->options->max_pages)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg_plural("Lambda function \"%s\" has more than %d page",
							   "Lambda function \"%s\" has more than %d pages",
							   table->options->max_pages,
							   table->function.label, table->options->max_pages),
				 errhint("Raise the option max_pages of foreign table \"%s\".",
						 table->relname)));
	if (chain->cursor && strcmp(chain->cursor, cursor) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
				 errmsg("Lambda function \"%s\" answered with the cursor it was given",
						table->function.label),
				 errdetail("It was sent as the member \"%s\"; going on would ask for the same page again and again.",
						   table->options->cursor_argument ?
						   table->options->cursor_argument : "lambda_fdw.cursor"),
				 errhint("Let the function go on from there, or name the member that it reads by the option cursor_argument.")));
	if (!table->options->envelope && table->options->cursor_argument == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
				 errmsg("Lambda function \"%s\" has a further page, but no request can carry its cursor",
						table->function.label),
				 errhint("Set the option cursor_argument of foreign table \"%s\".",
						 table->relname)));
}

/*
 * Keeps that the last page names a further one that no option reads.  Where a
 * limit was sent, there may be more than was asked for.
 */
static void
note_last_page(LfdwFetch *fetch, const PageChain *chain)
{
	const char *member = lfdw_response_page_member(chain->response);

	if (member && fetch->page_member == NULL && fetch->arguments->limit < 0)
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
	const LfdwTable *table = fetch->table;

	if (fetch->page_member)
		ereport(WARNING,
				(errmsg("Lambda function \"%s\" has a further page, which was not fetched",
						table->function.label),
				 errdetail("Its answer has the member \"%s\", which no option and no column of foreign table \"%s\" reads.%s",
						   fetch->page_member, table->relname, missed == NULL ? "" :
						   psprintf("\nNo row has a member for column \"%s\", but one for \"%s\".",
									missed->attname, alike)),
				 errhint("Set the options cursor_path and cursor_argument of the table.")));
	else if (missed)
		ereport(WARNING,
				(errmsg("no row of the answer of Lambda function \"%s\" has a member for column \"%s\" of foreign table \"%s\"",
						table->function.label, missed->attname, table->relname),
				 errdetail("There is the member \"%s\", which no column reads.",
						   alike),
				 errhint("Set the column's option path to '%s'.", path)));
}

/* After the last row of a page: goes on to the next, or ends the call. */
static void
finish_page(LfdwFetch *fetch, int index)
{
	PageChain  *chain = fetch->chains[index];
	const char *cursor = lfdw_response_cursor(chain->response);

	if (cursor)
	{
		check_cursor(fetch, chain, cursor);
		cursor = MemoryContextStrdup(fetch->query_context, cursor);
		if (chain->cursor)
			pfree(chain->cursor);
		chain->cursor = unconstify(char *, cursor);
		MemoryContextReset(chain->page_context);
		begin_page(fetch, chain);
		return;
	}
	note_last_page(fetch, chain);
	MemoryContextDelete(chain->page_context);
	fetch->chains[index] = fetch->chains[--fetch->nchains];
	fetch->can_begin = true;
}

/*
 * Does a row belong to its call?  A function that ignores the one value it
 * was given would else return a row once for each value.
 */
static bool
is_of_call(const LfdwFetch *fetch, const PageChain *chain,
		   const TupleTableSlot *slot)
{
	for (int i = 0; i < fetch->arguments->nequalities; i++)
	{
		const LfdwEquality *equality = &fetch->arguments->equalities[i];
		int			attno = equality->column->attnum - 1;

		/* what no call has is the recheck's to drop, and to count */
		if ((equality->send_as == LFDW_SEND_EACH ||
			 equality->send_as == LFDW_SEND_PARTS) &&
			chain->part->count[i] < equality->set.nvalues &&
			(slot->tts_isnull[attno] ||
			 !lfdw_part_has(fetch->arguments, i, chain->part,
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
lfdw_fetch_report_mismatch(const LfdwTable *table)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
			 errmsg("Lambda function \"%s\" was asked for a limited number of rows, and returned one that does not match",
					table->function.label),
			 errdetail("It does not filter as the option pushdown declares, so that others may be missing."),
			 errhint("Correct the function, or the option pushdown of foreign table \"%s\", or take limit out of its capabilities.",
					 table->relname)));
}

/* What a call carried as values of a column, for rows that do not echo it. */
static LfdwCarried
carried_by(const void *call, const LfdwColumn *column)
{
	const PageChain *chain = call;
	const LfdwArguments *arguments = chain->fetch->arguments;
	const LfdwEquality *equality = lfdw_arguments_equality(arguments, column);
	LfdwCarried carried = {0};
	int			index;

	if (equality == NULL)
		return carried;
	index = equality - arguments->equalities;
	carried.nvalues = chain->part->count[index];
	carried.type = equality->set.type->type_id;
	carried.value = equality->set.values[chain->part->first[index]];
	return carried;
}

/*
 * Takes the next row from a call into the slot.  Returns what its answer
 * said; a row of another call's value is passed over.
 */
static LfdwResponseStatus
read_row(LfdwFetch *fetch, PageChain *chain, TupleTableSlot *slot)
{
	for (;;)
	{
		MemoryContext old = MemoryContextSwitchTo(chain->page_context);
		LfdwResponseStatus status = lfdw_response_next(chain->response);

		if (status == LFDW_RESPONSE_ROW)
		{
			MemoryContextReset(fetch->row_context);
			MemoryContextSwitchTo(fetch->row_context);
			lfdw_row_store(fetch->row, slot, carried_by, chain);
			fetch->stats->rows++;
		}
		MemoryContextSwitchTo(old);
		if (status != LFDW_RESPONSE_ROW || is_of_call(fetch, chain, slot))
			return status;
		if (fetch->arguments->limit >= 0)
			lfdw_fetch_report_mismatch(fetch->table);
		fetch->stats->others++;
		CHECK_FOR_INTERRUPTS();
	}
}

/* The same, where an error says of which call it is. */
static LfdwResponseStatus
read_call(LfdwFetch *fetch, PageChain *chain, TupleTableSlot *slot)
{
	ErrorContextCallback callback = {
		.callback = describe_call,
		.arg = chain,
		.previous = error_context_stack
	};
	LfdwResponseStatus status;

	error_context_stack = &callback;
	status = read_row(fetch, chain, slot);
	error_context_stack = callback.previous;
	return status;
}

/* Waits until some call has news. */
static void
wait_for_calls(LfdwFetch *fetch)
{
	LfdwInvocation **invocations = palloc(sizeof(LfdwInvocation *) * fetch->nchains);

	for (int i = 0; i < fetch->nchains; i++)
		invocations[i] = fetch->chains[i]->invocation;
	lfdw_invoke_wait(invocations, fetch->nchains);
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
		if (fetch->nchains == 0)
		{
			/* the slot may hold a row that was passed over */
			ExecClearTuple(slot);
			return false;
		}
		while (waiting < fetch->nchains && !ended)
		{
			int			index = (fetch->current + waiting) % fetch->nchains;
			PageChain  *chain = fetch->chains[index];
			LfdwResponseStatus status = read_call(fetch, chain, slot);

			if (lfdw_invoke_too_large(chain->invocation))
			{
				begin_rest(fetch, chain);
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
	fetch->arguments = NULL;
	fetch->next_part = NULL;
	fetch->rests = NIL;
	fetch->can_begin = false;
	fetch->nchains = 0;
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
