/*-------------------------------------------------------------------------
 *
 * fetch.c
 *		The calls that answer the arguments of a (re)scan, and their rows.
 *
 * Arguments are answered by one call, or by one for each value where the function
 * takes one value at a time, and by one for each part of a list that is too long;
 * and each of these by as many as the option splits says.  So what a (re)scan asks
 * is a list of units: unit i is split i % splits of part i / splits.  Each is claimed
 * by its number, and is a call.  Up to max_concurrency calls are under way side by
 * side; page_chain.c has what each of them does.
 *
 * IDENTIFICATION
 *	  src/scan/fetch.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/executor.h"
#include "utils/memutils.h"

#include "pushdown/payload.h"
#include "scan/fetch.h"
#include "scan/required_column.h"

struct LfdwFetch
{
	LfdwChainShared shared;
	pg_atomic_uint32 own_claims;
	pg_atomic_uint32 *next_unit;	/* that is to be claimed */
	LfdwPart   *next_part;		/* of that unit or one before, NULL: no more */
	uint32		part_number;	/* of next_part */
	int			max_calls;		/* under way */
	bool		can_begin;		/* a page has ended since calls were begun */
	int64		nunits;			/* of all processes */
	int			nchains;		/* under way */
	LfdwPageChain **chains;
	int			current;		/* the call that gave the last row */
	bool		keeps;			/* answers, where the table does */
	bool		was_kept;		/* the row that was fetched last */
	bool		patient;		/* it may wait for other sessions' answers,
								 * and has not waited in vain */
	LfdwHttpWatch *watch;		/* NULL: they cannot be watched ... */
	bool		watch_tried;	/* ... or nobody has asked */
};

/*
 * Makes what answers the (re)scans of a table, one after the other.
 *
 * attrs are the columns wanted, as pull_varattnos gives them.  The result
 * belongs to the current context; table, whose function must be resolved,
 * caller and stats must live as long.
 */
LfdwFetch *
lfdw_fetch_create(const LfdwTable *table, const LfdwCaller *caller,
				  const Bitmapset *attrs, LfdwInvokeStats *stats)
{
	LfdwFetch  *fetch = palloc0(sizeof(LfdwFetch));
	LfdwChainShared *shared = &fetch->shared;

	shared->table = table;
	shared->caller = caller;
	shared->stats = stats;
	shared->columns = lfdw_payload_columns(table, attrs);
	shared->row = lfdw_row_create(table, attrs);
	shared->scan_context = CurrentMemoryContext;
	shared->call_context = AllocSetContextCreate(CurrentMemoryContext,
												 "lambda_fdw calls",
												 ALLOCSET_DEFAULT_SIZES);
	shared->row_context = AllocSetContextCreate(CurrentMemoryContext,
												"lambda_fdw row",
												ALLOCSET_DEFAULT_SIZES);
	pg_atomic_init_u32(&fetch->own_claims, 0);
	fetch->next_unit = &fetch->own_claims;
	fetch->max_calls = table->options->max_concurrency;
	return fetch;
}

/* Says when pages are asked for ahead; all rows are wanted if nobody says so. */
void
lfdw_fetch_set_read_ahead(LfdwFetch *fetch, LfdwReadAhead read_ahead)
{
	fetch->shared.read_ahead = read_ahead;
}

/*
 * Has the units of the next (re)scan claimed from a counter that others claim from
 * too, all with the same arguments, and at most so many calls under way, which must
 * not be more than max_concurrency.  The counter must live as long as that scan, and
 * whoever owns it has set it to 0; NULL is the fetch's own.
 */
void
lfdw_fetch_set_claims(LfdwFetch *fetch, pg_atomic_uint32 *next_unit, int max_calls)
{
	fetch->next_unit = next_unit ? next_unit : &fetch->own_claims;
	fetch->max_calls = max_calls;
}

/*
 * Has answers kept, and those used that are, where the table says so.  patient says
 * whether lfdw_fetch_wait may wait for what other sessions ask: not where somebody else
 * waits for several scans, as there is no descriptor of another session.
 */
void
lfdw_fetch_keep_answers(LfdwFetch *fetch, bool patient)
{
	fetch->keeps = true;
	fetch->patient = patient;
}

/* Where the next arguments are to be evaluated; lfdw_fetch_reset empties it. */
MemoryContext
lfdw_fetch_context(LfdwFetch *fetch)
{
	return fetch->shared.call_context;
}

/* How many units the arguments are. */
static int64
count_units(const LfdwTable *table, const LfdwArguments *arguments)
{
	const LfdwOptions *options = table->options;
	int64		nparts = lfdw_part_count(arguments, options->max_batch_keys);

	return nparts > PG_INT64_MAX / options->splits ? PG_INT64_MAX :
		nparts * options->splits;
}

/* Begins to ask what the arguments are, in the calls' context. */
static void
begin_units(LfdwFetch *fetch)
{
	const LfdwTable *table = fetch->shared.table;
	const LfdwArguments *arguments = fetch->shared.arguments;

	fetch->next_part = lfdw_part_first(arguments, table->options->max_batch_keys);
	fetch->part_number = 0;
	fetch->nunits = count_units(table, arguments);
	pg_atomic_write_u32(&fetch->own_claims, 0);
	fetch->can_begin = true;
}

/* Begins another round of what is known, and what is not: false after the last. */
static bool
begin_round(LfdwFetch *fetch)
{
	LfdwChainShared *shared = &fetch->shared;
	const LfdwArguments *asked;
	MemoryContext old;

	if (shared->answers == NULL ||
		!lfdw_answers_begin_round(shared->answers, &asked))
		return false;
	if (asked == NULL)
		return true;
	old = MemoryContextSwitchTo(shared->call_context);
	shared->arguments = asked;
	begin_units(fetch);
	MemoryContextSwitchTo(old);
	return true;
}

/*
 * Begins to answer the arguments by what is known, where the table keeps answers. What
 * workers share is asked by all of them alike, so nothing is known then.
 */
static void
begin_answers(LfdwFetch *fetch)
{
	LfdwChainShared *shared = &fetch->shared;

	if (fetch->keeps && fetch->next_unit == &fetch->own_claims)
		shared->answers = lfdw_answers_create(shared->table, shared->caller,
											  shared->arguments, shared->columns,
											  shared->row, shared->stats);
	lfdw_row_set_kept(shared->row, shared->answers != NULL);
	if (shared->answers == NULL)
		begin_units(fetch);
	else
	{
		if (fetch->patient)
			lfdw_answers_be_patient(shared->answers);
		(void) begin_round(fetch);
	}
}

/*
 * Begins to answer arguments, which were evaluated in lfdw_fetch_context.  Nobody
 * is asked before the first row is fetched.  Raises HV002 where a required
 * column has no value.
 */
void
lfdw_fetch_begin(LfdwFetch *fetch, const LfdwArguments *arguments)
{
	const LfdwTable *table = fetch->shared.table;
	MemoryContext old = MemoryContextSwitchTo(fetch->shared.call_context);

	fetch->shared.answers = NULL;
	fetch->was_kept = false;
	fetch->shared.arguments = arguments;
	if (!arguments->nothing)
	{
		lfdw_required_column_check(table, arguments);
		fetch->chains = palloc(sizeof(LfdwPageChain *) *
							   table->options->max_concurrency);
		begin_answers(fetch);
	}
	MemoryContextSwitchTo(old);
}

/* Moves next_part on to a unit's part; false where there is no such unit. */
static bool
go_to_unit(LfdwFetch *fetch, uint32 unit)
{
	const LfdwOptions *options = fetch->shared.table->options;

	while (fetch->next_part && fetch->part_number < unit / options->splits)
	{
		if (!lfdw_part_next(fetch->shared.arguments, fetch->next_part,
							options->max_batch_keys))
			fetch->next_part = NULL;
		fetch->part_number++;
	}
	return fetch->next_part != NULL;
}

/*
 * What the next call asks for: what was split off others, or the next unit.  NULL
 * where others have claimed the last.
 */
static LfdwPart *
take_part(LfdwFetch *fetch)
{
	LfdwChainShared *shared = &fetch->shared;
	LfdwPart   *part;
	uint32		unit;

	if (shared->parts_left)
	{
		part = linitial(shared->parts_left);
		shared->parts_left = list_delete_first(shared->parts_left);
		return part;
	}
	unit = pg_atomic_fetch_add_u32(fetch->next_unit, 1);
	if (!go_to_unit(fetch, unit))
		return NULL;
	part = lfdw_part_copy(shared->arguments, fetch->next_part);
	part->split = unit % shared->table->options->splits;
	return part;
}

/*
 * May a call begin?  Where the session has no descriptors for max_concurrency
 * of them, those under way come first.
 */
static bool
may_begin(LfdwFetch *fetch)
{
	if (fetch->shared.parts_left == NIL &&
		!go_to_unit(fetch, pg_atomic_read_u32(fetch->next_unit)))
		return false;
	return fetch->nchains == 0 ||
		(fetch->nchains < fetch->max_calls &&
		 lfdw_invoke_may_begin(fetch->shared.caller));
}

/* Shows how many calls nobody has begun yet. */
static void
show_to_do(const LfdwFetch *fetch)
{
	int64		claimed = pg_atomic_read_u32(fetch->next_unit);

	lfdw_work_set_to_do(fetch->shared.stats->work,
						list_length(fetch->shared.parts_left) +
						Max(fetch->nunits - claimed, 0));
}

/*
 * Begins calls until there are as many as may be, or no more to begin.  It asks
 * again only when a page has ended, since to ask for descriptors costs a system
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
		MemoryContext old = MemoryContextSwitchTo(fetch->shared.call_context);
		LfdwPart   *part = take_part(fetch);

		MemoryContextSwitchTo(old);
		show_to_do(fetch);
		if (part == NULL)
			break;
		fetch->chains[fetch->nchains] = lfdw_page_chain_begin(&fetch->shared,
															  part);
		fetch->nchains++;
	}
}

/*
 * Takes the next row from whichever call under way has one.  Returns
 * LFDW_PAGE_WAIT where none has, and nothing else can be done.
 */
static LfdwPageStatus
read_calls(LfdwFetch *fetch, TupleTableSlot *slot)
{
	int			index = fetch->current;

	for (int i = 0; i < fetch->nchains; i++, index++)
	{
		LfdwPageStatus status;

		/* no remainder, for to divide takes longer than all else here */
		if (index >= fetch->nchains)
			index = 0;
		status = lfdw_page_chain_next(fetch->chains[index], slot);
		if (status == LFDW_PAGE_WAIT)
			continue;
		if (status == LFDW_PAGE_ROW)
			fetch->current = index;
		else
			fetch->can_begin = true;
		if (status == LFDW_PAGE_END)
			fetch->chains[index] = fetch->chains[--fetch->nchains];
		return status;
	}
	return LFDW_PAGE_WAIT;
}

/* What the calls under way wait for, palloc'd: nchains of them. */
static LfdwInvocation **
list_invocations(const LfdwFetch *fetch)
{
	LfdwInvocation **invocations = palloc(sizeof(LfdwInvocation *) * fetch->nchains);

	for (int i = 0; i < fetch->nchains; i++)
		invocations[i] = lfdw_page_chain_invocation(fetch->chains[i]);
	return invocations;
}

/*
 * Waits until some call under way has news, after LFDW_FETCH_WAIT; raises what
 * lfdw_invoke_wait raises.
 */
void
lfdw_fetch_wait(LfdwFetch *fetch)
{
	LfdwInvocation **invocations;

	if (fetch->nchains == 0)
	{
		if (!lfdw_answers_wait(fetch->shared.answers))
			fetch->patient = false;
		return;
	}
	invocations = list_invocations(fetch);
	lfdw_invoke_wait(invocations, fetch->nchains, PG_INT64_MAX);
	pfree(invocations);
}

/*
 * Can another wait until some call under way has news?  Not where there is no
 * descriptor for it.
 */
bool
lfdw_fetch_can_watch(LfdwFetch *fetch)
{
	if (!fetch->watch_tried)
	{
		MemoryContext old = MemoryContextSwitchTo(fetch->shared.call_context);

		fetch->watch_tried = true;
		fetch->watch = lfdw_http_watch_create();
		MemoryContextSwitchTo(old);
	}
	return fetch->watch != NULL;
}

/* The descriptor for that, after LFDW_FETCH_WAIT: see lfdw_http_watch_arm. */
pgsocket
lfdw_fetch_watch(LfdwFetch *fetch)
{
	LfdwInvocation **invocations = list_invocations(fetch);
	pgsocket	fd = lfdw_invoke_watch(fetch->watch, invocations, fetch->nchains);

	pfree(invocations);
	return fd;
}

/* After that wait, before lfdw_fetch_next; raises what lfdw_invoke_wait raises. */
void
lfdw_fetch_look(LfdwFetch *fetch)
{
	LfdwInvocation **invocations = list_invocations(fetch);

	lfdw_invoke_watch_look(fetch->watch, invocations, fetch->nchains);
	pfree(invocations);
}

/* Takes the next row that is known, which goes before those that are asked for. */
static bool
next_known(LfdwFetch *fetch, TupleTableSlot *slot)
{
	MemoryContext old = lfdw_page_chain_begin_row(&fetch->shared);
	bool		found = lfdw_answers_next_known(fetch->shared.answers, slot);

	fetch->was_kept = found;
	MemoryContextSwitchTo(old);
	return found;
}

/*
 * Fetches the next row from whichever call has one, without waiting.  The row
 * lives until the next is fetched; at the end, and where none has arrived, the
 * slot is empty.  Raises what lfdw_page_chain_begin and lfdw_page_chain_next
 * raise.
 */
LfdwFetchStatus
lfdw_fetch_next(LfdwFetch *fetch, TupleTableSlot *slot)
{
	LfdwPageStatus status = LFDW_PAGE_NEXT;

	while (status == LFDW_PAGE_NEXT || status == LFDW_PAGE_END)
	{
		begin_calls(fetch);
		if (fetch->shared.answers && next_known(fetch, slot))
			return LFDW_FETCH_ROW;
		if (fetch->nchains > 0)
			status = read_calls(fetch, slot);
		else if (!begin_round(fetch))
			break;
		else if (lfdw_answers_waits(fetch->shared.answers))
			status = LFDW_PAGE_WAIT;
	}
	if (status == LFDW_PAGE_ROW)
		return LFDW_FETCH_ROW;
	/* the slot may hold a row that was passed over */
	ExecClearTuple(slot);
	return status == LFDW_PAGE_WAIT ? LFDW_FETCH_WAIT : LFDW_FETCH_END;
}

/*
 * Fetches the next row, and waits for it; false at the end, with the slot empty.
 * See lfdw_fetch_next and lfdw_fetch_wait.
 */
bool
lfdw_fetch_row(LfdwFetch *fetch, TupleTableSlot *slot)
{
	LfdwFetchStatus status;

	while ((status = lfdw_fetch_next(fetch, slot)) == LFDW_FETCH_WAIT)
		lfdw_fetch_wait(fetch);
	return status == LFDW_FETCH_ROW;
}

/* Is the row that was fetched last of an answer that was kept? */
bool
lfdw_fetch_row_was_kept(const LfdwFetch *fetch)
{
	return fetch->was_kept;
}

/* Ends the calls under way and forgets the arguments. */
void
lfdw_fetch_reset(LfdwFetch *fetch)
{
	MemoryContextReset(fetch->shared.call_context);
	fetch->shared.arguments = NULL;
	fetch->shared.answers = NULL;
	fetch->shared.parts_left = NIL;
	fetch->next_part = NULL;
	fetch->part_number = 0;
	fetch->nunits = 0;
	pg_atomic_write_u32(&fetch->own_claims, 0);
	fetch->can_begin = false;
	fetch->nchains = 0;
	fetch->current = 0;
	fetch->watch = NULL;
	fetch->watch_tried = false;
}

/* What would have the page fetched that an answer names. */
static char *
page_hint(const LfdwUnreadPage *page, const LfdwTable *table)
{
	bool		by_url = table->options->http_route != NULL;

	switch (page->kind)
	{
		case LFDW_UNREAD_CURSOR:
			return psprintf("Set the option cursor_path of the table to '%s', %s.",
							page->path, by_url ?
							"with cursor_argument unless it is the URL of that page" :
							"and cursor_argument to the argument that the function takes it from");
		case LFDW_UNREAD_FLAG:
			return psprintf("Set the option more_path of the table to '%s', with page_argument or offset_argument where the function counts its pages, or with cursor_row_path and cursor_argument where it goes on from the last row.",
							page->path);
		case LFDW_UNREAD_LINK:
			return pstrdup(by_url ?
						   "Set the option cursor_header of the table to 'link'." :
						   "Set the option cursor_header of the table to 'link', and cursor_argument to the argument that the function takes the URL from.");
		default:
			return pstrdup("Correct the function, or the options more_path and page_size of the table.");
	}
}

/* Where an answer names the page. */
static char *
page_detail(const LfdwUnreadPage *page, const LfdwTable *table)
{
	switch (page->kind)
	{
		case LFDW_UNREAD_LINK:
			return psprintf("Its answer has a Link header with rel=\"next\", which no option of foreign table \"%s\" reads.",
							table->relname);
		case LFDW_UNREAD_MORE:
			return psprintf("Its last answer says at the more_path of foreign table \"%s\" that there is one, and does not lead to it.",
							table->relname);
		default:
			return psprintf("Its answer has the member \"%s\", which no option and no column of foreign table \"%s\" reads.",
							page->name, table->relname);
	}
}

/*
 * Warns, once a scan, of answers that were read as the options say, and
 * probably are not meant so.
 */
static void
warn_of_unread(const LfdwChainShared *shared)
{
	const char *alike = NULL;
	const char *path = NULL;
	const LfdwColumn *missed = lfdw_row_missed(shared->row, &alike, &path);
	const LfdwTable *table = shared->table;

	if (shared->unread_page)
		ereport(WARNING,
				(errmsg("Lambda function \"%s\" has a further page, which was not fetched",
						table->function.label),
				 errdetail("%s%s", page_detail(shared->unread_page, table),
						   missed == NULL ? "" :
						   psprintf("\nNo row has a member for column \"%s\", but one for \"%s\".",
									missed->attname, alike)),
				 errhint("%s", page_hint(shared->unread_page, table))));
	else if (missed)
		ereport(WARNING,
				(errmsg("no row of the answer of Lambda function \"%s\" has a member for column \"%s\" of foreign table \"%s\"",
						table->function.label, missed->attname, table->relname),
				 errdetail("There is the member \"%s\", which no column reads.",
						   alike),
				 errhint("Set the column's option path to '%s'.", path)));
}

/* Had the answers something that nobody read, of which there is a warning? */
bool
lfdw_fetch_has_warning(const LfdwFetch *fetch)
{
	const char *alike = NULL;
	const char *path = NULL;

	return fetch->shared.unread_page ||
		lfdw_row_missed(fetch->shared.row, &alike, &path);
}

/*
 * Ends everything, an answer of which no more is wanted included.  Warns of what
 * the answers had and nobody read, if the caller wants that said.
 */
void
lfdw_fetch_end(LfdwFetch *fetch, bool warns)
{
	if (warns)
		warn_of_unread(&fetch->shared);
	MemoryContextDelete(fetch->shared.call_context);
	MemoryContextDelete(fetch->shared.row_context);
}
