/*-------------------------------------------------------------------------
 *
 * page_chain.c
 *		One call of a function and its further pages.
 *
 * A call carries one part of the arguments' values.  A page that names a cursor is
 * followed by another; a call that asks for too much leaves half of its values to
 * a call of their own.
 *
 * The page context of a call holds one invocation with its answer, and resetting
 * it ends them; the row context holds one row.
 *
 * IDENTIFICATION
 *	  src/scan/page_chain.c
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
#include "scan/page_chain.h"
#include "scan/page_rule.h"

struct LfdwPageChain
{
	LfdwChainShared *shared;
	MemoryContext page_context;
	LfdwPart   *part;			/* which values are this call's */
	LfdwPageRule rule;			/* which page is under way */
	LfdwInvocation *invocation;
	LfdwResponse *response;
	bool		needs_more;		/* the response has read all it was shown */
};

/* The payload of a call's next page, in UTF-8. */
static StringInfo
write_payload(const LfdwPageChain *chain)
{
	const LfdwChainShared *shared = chain->shared;
	StringInfo	payload = makeStringInfo();
	char	   *utf8;

	lfdw_payload_write(payload, shared->table, shared->arguments, chain->part,
					   shared->columns, &chain->rule.page);
	utf8 = pg_server_to_any(payload->data, payload->len, PG_UTF8);
	if (utf8 != payload->data)
	{
		payload->data = utf8;
		payload->len = strlen(utf8);
		payload->maxlen = payload->len + 1;
	}
	return payload;
}

/*
 * Can the call that is about to begin a page ask for less?  Only before its first:
 * the values that are left go to a call that begins at the first page, and those
 * of a later page have had rows.
 */
static bool
can_split(const LfdwPageChain *chain)
{
	return chain->rule.page.number == 0 &&
		lfdw_part_can_split(chain->shared->arguments, chain->part);
}

/*
 * Leaves half of the values of a call that asks for too much to a call of their
 * own, later.
 */
static void
split(LfdwPageChain *chain)
{
	LfdwChainShared *shared = chain->shared;
	MemoryContext old = MemoryContextSwitchTo(shared->call_context);
	LfdwPart   *rest = lfdw_part_split(shared->arguments, chain->part);

	shared->parts_left = lappend(shared->parts_left, rest);
	MemoryContextSwitchTo(old);
}

/* Adds to an error which keys its call has. */
static void
describe_call(void *arg)
{
	const LfdwPageChain *chain = arg;

	lfdw_part_describe(chain->shared->table, chain->shared->arguments, chain->part);
}

/* Invokes the function for a call's next page, in the call's page context. */
static void
begin_page(LfdwPageChain *chain)
{
	const LfdwChainShared *shared = chain->shared;
	MemoryContext old = MemoryContextSwitchTo(chain->page_context);
	StringInfo	payload = write_payload(chain);

	while (payload->len > LFDW_PAYLOAD_MAX && can_split(chain))
	{
		split(chain);
		payload = write_payload(chain);
	}
	chain->invocation = lfdw_invoke_begin(&shared->table->function,
										  shared->caller, payload,
										  shared->stats);
	if (can_split(chain))
		lfdw_invoke_allow_split(chain->invocation);
	chain->response = lfdw_response_create(shared->table, shared->row,
										   lfdw_invoke_body(chain->invocation));
	if (shared->table->options->splits > 1)
		lfdw_response_expect_split(chain->response, chain->part->split);
	if (shared->table->aligned)
		lfdw_response_align(chain->response, chain->part->ntuples);
	if (lfdw_page_rule_takes_none(&chain->rule))
	{
		lfdw_invoke_allow_no_rows(chain->invocation,
								  shared->table->options->no_rows_errors);
		lfdw_response_allow_no_rows(chain->response);
	}
	chain->needs_more = true;
	if (chain->rule.page.number > 0)
		shared->stats->pages++;
	MemoryContextSwitchTo(old);
}

/*
 * Begins the call that carries a part of the arguments.
 *
 * The chain belongs to the calls' context, as the part must.  Raises what
 * lfdw_invoke_begin raises.
 */
LfdwPageChain *
lfdw_page_chain_begin(LfdwChainShared *shared, LfdwPart *part)
{
	LfdwPageChain *chain = MemoryContextAllocZero(shared->call_context,
												  sizeof(LfdwPageChain));
	MemoryContext old;

	chain->shared = shared;
	chain->part = part;
	old = MemoryContextSwitchTo(shared->call_context);
	lfdw_page_rule_begin(&chain->rule, shared->table, shared->arguments);
	MemoryContextSwitchTo(old);
	chain->page_context = AllocSetContextCreate(shared->call_context,
												"lambda_fdw page",
												ALLOCSET_DEFAULT_SIZES);
	begin_page(chain);
	return chain;
}

/* Has a call ask for half as much, after it has asked for too much or in vain. */
static void
begin_half(LfdwPageChain *chain)
{
	MemoryContextReset(chain->page_context);
	split(chain);
	begin_page(chain);
}

/*
 * Keeps that the last page names a further one that nobody asked for.  Where a
 * limit was sent, there may be more than was asked for.
 */
static void
note_last_page(const LfdwPageChain *chain)
{
	LfdwChainShared *shared = chain->shared;
	MemoryContext old;
	LfdwUnreadPage *page;

	if (shared->unread_page || shared->arguments->limit >= 0)
		return;
	old = MemoryContextSwitchTo(shared->scan_context);
	page = palloc(sizeof(LfdwUnreadPage));
	if (lfdw_response_unread_page(chain->response, page))
	{
		page->name = page->name ? pstrdup(page->name) : NULL;
		page->path = page->path ? pstrdup(page->path) : NULL;
		shared->unread_page = page;
	}
	else
		pfree(page);
	MemoryContextSwitchTo(old);
}

/* Goes on to the next page, if there is one; an error says of which call it is. */
static bool
next_page(LfdwPageChain *chain)
{
	MemoryContext old = MemoryContextSwitchTo(chain->page_context);
	ErrorContextCallback callback = {
		.callback = describe_call,
		.arg = chain,
		.previous = error_context_stack
	};
	bool		more;

	error_context_stack = &callback;
	more = lfdw_page_rule_next(&chain->rule, chain->response);
	error_context_stack = callback.previous;
	MemoryContextSwitchTo(old);
	return more;
}

/* After the last row of a page: goes on to the next, or ends the call. */
static LfdwPageStatus
finish_page(LfdwPageChain *chain)
{
	if (!next_page(chain))
	{
		chain->shared->stats->unmatched_keys += lfdw_response_unmatched(chain->response);
		note_last_page(chain);
		MemoryContextDelete(chain->page_context);
		return LFDW_PAGE_END;
	}
	MemoryContextReset(chain->page_context);
	begin_page(chain);
	return LFDW_PAGE_NEXT;
}

/*
 * The function says that there are no rows.  Of several values some may have
 * rows: they are asked for again by halves.
 */
static LfdwPageStatus
finish_without_rows(LfdwPageChain *chain)
{
	chain->shared->stats->no_row_answers++;
	if (can_split(chain))
	{
		begin_half(chain);
		return LFDW_PAGE_NEXT;
	}
	MemoryContextDelete(chain->page_context);
	return LFDW_PAGE_END;
}

/*
 * Raises the error about a row that does not match although a limit was sent:
 * rows that do may be missing in its place.
 */
void
lfdw_page_chain_report_mismatch(const LfdwTable *table)
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
carried_by(const void *call, const LfdwColumn *column, int element)
{
	const LfdwPageChain *chain = call;
	const LfdwArguments *arguments = chain->shared->arguments;
	const LfdwEquality *equality = lfdw_arguments_equality(arguments, column);
	LfdwCarried carried = {0};

	if (equality == NULL)
		return carried;
	carried.type = equality->set.type->type_id;
	carried.nvalues = lfdw_part_carries(arguments, equality - arguments->equalities,
										chain->part, element, &carried.value);
	return carried;
}

/*
 * Takes the next row from a call into the slot.  Returns what its answer
 * said; a row of another call's value is passed over.
 */
static LfdwResponseStatus
read_row(LfdwPageChain *chain, TupleTableSlot *slot)
{
	const LfdwChainShared *shared = chain->shared;

	for (;;)
	{
		MemoryContext old = MemoryContextSwitchTo(chain->page_context);
		LfdwResponseStatus status;

		if (chain->needs_more)
			lfdw_invoke_look(chain->invocation);
		status = lfdw_response_next(chain->response);
		chain->needs_more = (status == LFDW_RESPONSE_MORE);
		if (status == LFDW_RESPONSE_ROW)
		{
			lfdw_page_rule_note_row(&chain->rule, shared->row);
			MemoryContextReset(shared->row_context);
			MemoryContextSwitchTo(shared->row_context);
			lfdw_row_store(shared->row, slot, carried_by, chain);
			shared->stats->rows++;
		}
		MemoryContextSwitchTo(old);
		if (status != LFDW_RESPONSE_ROW)
			return status;
		if (lfdw_part_owns(shared->arguments, chain->part, slot))
			return status;
		if (shared->arguments->limit >= 0)
			lfdw_page_chain_report_mismatch(shared->table);
		shared->stats->others++;
		CHECK_FOR_INTERRUPTS();
	}
}

/* The same, where an error says of which call it is. */
static LfdwResponseStatus
read_described(LfdwPageChain *chain, TupleTableSlot *slot)
{
	ErrorContextCallback callback = {
		.callback = describe_call,
		.arg = chain,
		.previous = error_context_stack
	};
	LfdwResponseStatus status;

	error_context_stack = &callback;
	status = read_row(chain, slot);
	error_context_stack = callback.previous;
	return status;
}

/*
 * Takes the next row of a call into the slot, if it has arrived; the row lives
 * until the next is taken from any call of the scan.  Goes on to the next page
 * after the last row of one, and asks for less at a time where the function says
 * that it was too much, or has no rows for all of it: what is left is then in
 * parts_left.  After
 * LFDW_PAGE_END the chain is no more.  Does not wait; raises what
 * lfdw_invoke_begin, lfdw_invoke_look, lfdw_response_next and lfdw_row_store
 * raise, and those of the last three name the call.
 */
LfdwPageStatus
lfdw_page_chain_next(LfdwPageChain *chain, TupleTableSlot *slot)
{
	switch (read_described(chain, slot))
	{
		case LFDW_RESPONSE_ROW:
			return LFDW_PAGE_ROW;
		case LFDW_RESPONSE_END:
			return finish_page(chain);
		case LFDW_RESPONSE_NO_ROWS:
			return finish_without_rows(chain);
		case LFDW_RESPONSE_MORE:
			break;
	}
	if (lfdw_invoke_has_no_rows(chain->invocation))
		return finish_without_rows(chain);
	if (!lfdw_invoke_too_large(chain->invocation))
		return LFDW_PAGE_WAIT;
	begin_half(chain);
	return LFDW_PAGE_NEXT;
}

/* The invocation that a call waits for; another one after each next page. */
LfdwInvocation *
lfdw_page_chain_invocation(const LfdwPageChain *chain)
{
	return chain->invocation;
}
