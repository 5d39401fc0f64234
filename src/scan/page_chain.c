/*-------------------------------------------------------------------------
 *
 * page_chain.c
 *		One call of a function and its further pages.
 *
 * A call carries one part of the arguments' values.  A page that names a cursor is
 * followed by another; a call that asks for too much leaves half of its values to
 * a call of their own.
 *
 * A page that follows is asked for while the rows of the one before it are read.
 *
 * The context of a page holds one invocation with its answer, and resetting it ends
 * them; the row context holds one row.
 *
 * IDENTIFICATION
 *	  src/scan/page_chain.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "aws/budget.h"
#include "http/wait.h"
#include "pg/message.h"
#include "pushdown/payload.h"
#include "response/response.h"
#include "scan/page_chain.h"
#include "scan/page_rule.h"

/* Bytes are moved while rows are read about so often. */
#define LOOK_EVERY_US 5000
#define ROWS_BETWEEN_LOOKS 32

/*
 * So much of an answer's end is looked through before it is read, for the page that
 * follows; the first page of a table that says nothing of pages need not cost much.
 */
#define LOOK_AHEAD_MAX (1024 * 1024)
#define LOOK_AHEAD_UNDECLARED (256 * 1024)

/* What is known of the page after the one that is read. */
typedef enum PageAhead
{
	AHEAD_UNKNOWN,				/* nothing yet */
	AHEAD_NONE,					/* only the end of this one will tell */
	AHEAD_FORESEEN,				/* which it is */
	AHEAD_BEGUN					/* it was asked for */
} PageAhead;

/* A page that was asked for. */
typedef struct ChainPage
{
	MemoryContext context;		/* holds all of it */
	LfdwInvocation *invocation;
	LfdwResponse *response;
} ChainPage;

struct LfdwPageChain
{
	LfdwChainShared *shared;
	LfdwPart   *part;			/* which values are this call's */
	LfdwPageRule rule;			/* which page is read */
	ChainPage	page;			/* that one */
	bool		needs_more;		/* its response has read all it was shown */

	/* the page after it */
	PageAhead	ahead;
	LfdwPage	next;			/* from AHEAD_FORESEEN on */
	int64		begin_at_row;	/* of the page that is read */
	ChainPage	next_page;		/* from AHEAD_BEGUN on; its context always */
};

/* The payload that asks for a page of a call. */
static StringInfo
write_payload(const LfdwPageChain *chain, const LfdwPage *page)
{
	return lfdw_payload_make(chain->shared->table, chain->shared->arguments,
							 chain->part, chain->shared->columns, page);
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

	shared->parts_left = lappend(shared->parts_left,
								 lfdw_part_split(shared->arguments, chain->part));
	MemoryContextSwitchTo(old);
}

/* Adds to an error which keys its call has. */
static void
describe_call(void *arg)
{
	const LfdwPageChain *chain = arg;

	lfdw_part_describe(chain->shared->table, chain->shared->arguments, chain->part);
}

/* Invokes the function for a page, with its payload, in the page's context. */
static void
invoke(LfdwPageChain *chain, ChainPage *page, int number, StringInfo payload)
{
	const LfdwChainShared *shared = chain->shared;

	page->invocation = lfdw_invoke_begin(&shared->table->function,
										 shared->caller, payload,
										 shared->stats);
	if (number == 0 && can_split(chain))
		lfdw_invoke_allow_split(page->invocation);
	page->response = lfdw_response_create(shared->table, shared->row,
										  lfdw_invoke_body(page->invocation));
	if (shared->table->options->splits > 1)
		lfdw_response_expect_split(page->response, chain->part->split);
	if (shared->table->aligned)
		lfdw_response_align(page->response, chain->part->ntuples);
	if (lfdw_page_rule_takes_none(&chain->rule, number))
	{
		lfdw_invoke_allow_no_rows(page->invocation,
								  shared->table->options->no_rows_errors);
		lfdw_response_allow_no_rows(page->response);
	}
	if (number > 0)
		shared->stats->pages++;
}

/*
 * Begins to read a page.  One after it is sure to be needed only where a limit was
 * sent, which is then how many rows the query reads.
 */
static void
begin_reading(LfdwPageChain *chain)
{
	const LfdwChainShared *shared = chain->shared;

	chain->needs_more = true;
	chain->ahead = shared->read_ahead == LFDW_AHEAD_NEEDED &&
		shared->arguments->limit < 0 ? AHEAD_NONE : AHEAD_UNKNOWN;
}

/* Asks for the page that the rule is at. */
static void
begin_page(LfdwPageChain *chain)
{
	const LfdwPage *page = &chain->rule.page;
	MemoryContext old = MemoryContextSwitchTo(chain->page.context);
	StringInfo	payload = write_payload(chain, page);

	while (payload->len > LFDW_PAYLOAD_MAX && can_split(chain))
	{
		split(chain);
		payload = write_payload(chain, page);
	}
	invoke(chain, &chain->page, page->number, payload);
	begin_reading(chain);
	MemoryContextSwitchTo(old);
}

/* The context of a page, which is reset for another. */
static MemoryContext
create_page_context(LfdwPageChain *chain)
{
	return AllocSetContextCreate(chain->shared->call_context, "lambda_fdw page",
								 ALLOCSET_DEFAULT_SIZES);
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
	chain->page.context = create_page_context(chain);
	begin_page(chain);
	return chain;
}

/* Has a call ask for half as much, after it has asked for too much or in vain. */
static void
begin_half(LfdwPageChain *chain)
{
	MemoryContextReset(chain->page.context);
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
	if (lfdw_response_unread_page(chain->page.response, page))
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
	MemoryContext old = MemoryContextSwitchTo(chain->page.context);
	ErrorContextCallback callback = {
		.callback = describe_call,
		.arg = chain,
		.previous = error_context_stack
	};
	bool		more;

	error_context_stack = &callback;
	more = lfdw_page_rule_next(&chain->rule, chain->page.response);
	error_context_stack = callback.previous;
	MemoryContextSwitchTo(old);
	return more;
}

/*
 * The call has ended as it should, all its rows having come.  Once an answer has named a
 * page that nobody asks for, none is kept: the next scan is to warn, too.
 */
static LfdwPageStatus
end_call(LfdwPageChain *chain)
{
	if (chain->shared->answers)
		lfdw_answers_end_call(chain->shared->answers, chain->part,
							  chain->shared->unread_page == NULL);
	MemoryContextDelete(chain->page.context);
	if (chain->next_page.context)
		MemoryContextDelete(chain->next_page.context);
	return LFDW_PAGE_END;
}

/* Reads on in the page that was asked for ahead. */
static void
take_next_page(LfdwPageChain *chain)
{
	ChainPage	read = chain->page;

	MemoryContextReset(read.context);
	chain->page = chain->next_page;
	chain->next_page = read;
	begin_reading(chain);
}

/* After the last row of a page: goes on to the next, or ends the call. */
static LfdwPageStatus
finish_page(LfdwPageChain *chain)
{
	if (!next_page(chain))
	{
		chain->shared->stats->unmatched_keys +=
			lfdw_response_unmatched(chain->page.response);
		note_last_page(chain);
		return end_call(chain);
	}
	if (chain->ahead == AHEAD_BEGUN &&
		lfdw_page_rule_is_under_way(&chain->rule, &chain->next))
	{
		take_next_page(chain);
		return LFDW_PAGE_NEXT;
	}
	MemoryContextReset(chain->page.context);
	if (chain->next_page.context)
		MemoryContextReset(chain->next_page.context);
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
	return end_call(chain);
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

/* Forgets the row before, and switches to where the next one is made. */
MemoryContext
lfdw_page_chain_begin_row(const LfdwChainShared *shared)
{
	if (!shared->row_context->isReset)
		MemoryContextReset(shared->row_context);
	return MemoryContextSwitchTo(shared->row_context);
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
		MemoryContext old = MemoryContextSwitchTo(chain->page.context);
		LfdwResponseStatus status;

		if (chain->needs_more)
			lfdw_invoke_look(chain->page.invocation);
		status = lfdw_response_next(chain->page.response);
		chain->needs_more = (status == LFDW_RESPONSE_MORE);
		if (status == LFDW_RESPONSE_ROW)
		{
			lfdw_page_rule_note_row(&chain->rule, shared->row);
			(void) lfdw_page_chain_begin_row(shared);
			lfdw_row_store(shared->row, slot, carried_by, chain);
			shared->stats->rows++;
		}
		MemoryContextSwitchTo(old);
		if (status != LFDW_RESPONSE_ROW)
			return status;
		if (lfdw_part_owns(shared->arguments, chain->part, slot) &&
			(shared->answers == NULL || lfdw_answers_add_row(shared->answers, slot)))
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

/* Takes a row of which nothing is wanted, and that was passed over, if there is one. */
static bool
take_passed(LfdwPageChain *chain, TupleTableSlot *slot)
{
	const LfdwChainShared *shared = chain->shared;

	if (!lfdw_response_take_passed(chain->page.response))
		return false;
	lfdw_page_rule_note_row(&chain->rule, shared->row);
	lfdw_row_store(shared->row, slot, carried_by, chain);
	shared->stats->rows++;
	return true;
}

/*
 * Moves what has come of all answers without waiting, while rows of a page are read: at
 * each of its first rows, and then now and then.  Goes on as long as it is the
 * invocation's.
 */
static void
move_bytes(LfdwPageChain *chain, LfdwInvocation *invocation)
{
	int64		nrows = chain->rule.nrows;
	int64		now;
	int64		before;

	if ((nrows & (nrows - 1)) != 0 && nrows % ROWS_BETWEEN_LOOKS != 0)
		return;
	now = lfdw_wait_now_us();
	if (now < chain->shared->moved_at_us + LOOK_EVERY_US)
		return;
	chain->shared->moved_at_us = now;
	do
	{
		before = lfdw_answer_received(invocation);
		/* for nobody: what is new stays new for who looks at it */
		lfdw_invoke_wait(NULL, 0, now);
	} while (lfdw_answer_received(invocation) > before);
}

/* How much of an answer's end is looked through before it is read. */
static size_t
bytes_ahead(const LfdwPageChain *chain)
{
	const LfdwOptions *options = chain->shared->table->options;

	return chain->rule.page.number > 0 || lfdw_paging_is_declared(options) ?
		LOOK_AHEAD_MAX : LOOK_AHEAD_UNDECLARED;
}

/*
 * Is a page that was foreseen wanted, and after which row of the one that is read? The
 * number of a limit that was sent is wanted, over all pages.
 */
static bool
is_wanted(LfdwPageChain *chain, int64 nrows)
{
	const LfdwChainShared *shared = chain->shared;

	chain->begin_at_row = shared->read_ahead == LFDW_AHEAD_HALF ? (nrows + 1) / 2 : 0;
	return shared->arguments->limit < 0 ||
		chain->next.offset < shared->arguments->limit;
}

/* Finds out which page follows, once the answer of the one that is read is whole. */
static void
foresee_page(LfdwPageChain *chain)
{
	const ChainPage *page = &chain->page;
	LfdwResponseAhead ahead;
	LfdwLook	look;

	if (lfdw_answer_is_whole(page->invocation))
		lfdw_invoke_look(page->invocation);
	look = lfdw_response_look_ahead(page->response, bytes_ahead(chain), &ahead);
	if (look == LFDW_LOOK_EARLY)
	{
		if (!lfdw_body_ended(lfdw_invoke_body(page->invocation)))
			move_bytes(chain, page->invocation);
		return;
	}
	chain->ahead = AHEAD_NONE;
	if (look == LFDW_LOOK_NONE ||
		!lfdw_page_rule_foresee(&chain->rule, &ahead, &chain->next) ||
		!is_wanted(chain, chain->rule.nrows + ahead.nrows))
		return;
	chain->ahead = AHEAD_FORESEEN;
}

/* Asks for the page that was foreseen. */
static void
begin_next_page(LfdwPageChain *chain)
{
	StringInfo	payload;

	if (chain->next_page.context == NULL)
		chain->next_page.context = create_page_context(chain);
	MemoryContextSwitchTo(chain->next_page.context);
	payload = write_payload(chain, &chain->next);
	chain->ahead = AHEAD_NONE;
	if (payload->len > LFDW_PAYLOAD_MAX)
		return;
	invoke(chain, &chain->next_page, chain->next.number, payload);
	chain->ahead = AHEAD_BEGUN;
}

/*
 * When a further row of a page is wanted: asks for the page after it as soon as it is
 * certain which that is, so that the function is at work while rows are read.  At
 * that time the answer has arrived whole, so a call has one transfer at a time.  What
 * goes wrong with the page is raised when its first row is wanted.
 */
static void
look_ahead(LfdwPageChain *chain)
{
	MemoryContext old = MemoryContextSwitchTo(chain->page.context);

	if (chain->ahead == AHEAD_UNKNOWN)
		foresee_page(chain);
	if (chain->ahead == AHEAD_FORESEEN &&
		chain->rule.nrows >= chain->begin_at_row && lfdw_budget_has_room())
		begin_next_page(chain);
	else if (chain->ahead == AHEAD_BEGUN)
		move_bytes(chain, chain->next_page.invocation);
	MemoryContextSwitchTo(old);
}

/*
 * Takes the next row of a call into the slot, if it has arrived; the row lives
 * until the next is taken from any call of the scan.  Goes on to the next page
 * after the last row of one, and asks for less at a time where the function says
 * that it was too much, or has no rows for all of it: what is left is then in
 * parts_left.  After LFDW_PAGE_END the chain is no more.  Does not wait; raises what
 * lfdw_invoke_begin, lfdw_invoke_look, lfdw_response_next and lfdw_row_store raise, and
 * those of the last three name the call.
 */
LfdwPageStatus
lfdw_page_chain_next(LfdwPageChain *chain, TupleTableSlot *slot)
{
	if (chain->rule.nrows > 0 && chain->ahead != AHEAD_NONE)
		look_ahead(chain);
	if (take_passed(chain, slot))
		return LFDW_PAGE_ROW;
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
	if (lfdw_invoke_has_no_rows(chain->page.invocation))
		return finish_without_rows(chain);
	if (!lfdw_invoke_too_large(chain->page.invocation))
		return LFDW_PAGE_WAIT;
	begin_half(chain);
	return LFDW_PAGE_NEXT;
}

/*
 * The invocation that a call waits for; another one after each next page.  Where it
 * has to be waited for, no page after it was asked for.
 */
LfdwInvocation *
lfdw_page_chain_invocation(const LfdwPageChain *chain)
{
	return chain->page.invocation;
}
