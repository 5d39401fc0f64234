/*-------------------------------------------------------------------------
 *
 * answers.c
 *		What a (re)scan need not ask, and what others need not ask after it.
 *
 * A scan of a table that keeps answers goes in rounds.  Each looks its keys up: the rows
 * of those that are known are copied, those that nobody asks for are claimed and asked
 * for, and those that others ask for are left to a later round, which begins when
 * all calls of this one have ended.  The rows that come are gathered by key, and
 * published when the last call that carries the key has ended.
 *
 * A round ends early where what is known passes work_mem.
 *
 * IDENTIFICATION
 *	  src/scan/answers.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "http/http.h"
#include "http/wait.h"
#include "pg/after_run.h"
#include "pg/owner.h"
#include "pg/setting.h"
#include "response/row_kept.h"
#include "scan/answers_internal.h"
#include "shared/server_limit.h"
#include "shared/statistics.h"

/* Those of the session. */
static dlist_head open_answers = DLIST_STATIC_INIT(open_answers);

/* LfdwRelease: the round has ended, or its memory goes. */
static void
end_round(void *arg)
{
	LfdwAnswers *answers = arg;

	lfdw_answers_release_claims(answers);
	answers->nasked = 0;
}

/* LfdwRelease: the (re)scan has ended; what its round had is gone before. */
static void
end_answers(void *arg)
{
	LfdwAnswers *answers = arg;

	lfdw_result_cache_set_waiting(false);
	dlist_delete(&answers->node);
}

/* Ends the session's claims; raises nothing. */
static void
release_all_claims(void)
{
	dlist_iter	iter;

	dlist_foreach(iter, &open_answers)
		lfdw_answers_release_claims(dlist_container(LfdwAnswers, node, iter.cur));
}

/*
 * LfdwAfterRun: who waits for this session need not wait for its client.  The answers
 * that it gathers go on, and are kept if they come to their end.
 */
static void
let_others_ask(QueryDesc *query, uint64 count)
{
	if (count != 0)
		release_all_claims();
}

/*
 * XactCallback: nobody reads on in a transaction that was aborted, but what a function
 * has asked goes with its memory only, when the client ends the transaction.
 */
static void
end_transaction(XactEvent event, void *unused)
{
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PARALLEL_ABORT)
		release_all_claims();
}

/* Once, while the library loads. */
void
lfdw_answers_install(void)
{
	lfdw_after_run_add(let_others_ask);
	RegisterXactCallback(end_transaction, NULL);
}

/*
 * Can the answers of a scan be kept?  Where rows have an order or a limit over several
 * keys, those of a key are no answer to who asks for it alone.
 */
static bool
make_keys(LfdwAnswers *answers, const LfdwArguments *arguments)
{
	if (!lfdw_key_list_make(&answers->keys, arguments))
		return false;
	return answers->keys.nkeys == 1 ||
		(arguments->limit < 0 && arguments->order_by == NULL);
}

/*
 * Makes what knows the answers of a (re)scan, in the current context, which must be
 * the calls'.  NULL where the table keeps none, the session wants none, or those of
 * these arguments are not kept.  Nobody is asked, or waited for.
 */
LfdwAnswers *
lfdw_answers_create(const LfdwTable *table, const LfdwCaller *caller,
					const LfdwArguments *arguments, const char *columns,
					LfdwRow *row, LfdwInvokeStats *stats)
{
	const LfdwOptions *options = table->options;
	LfdwAnswers *answers;

	if (options->cache_ttl_ms == 0 || !lfdw_setting_cache()->enabled ||
		arguments->nothing || !lfdw_result_cache_attach())
		return NULL;
	answers = palloc0(sizeof(LfdwAnswers));
	if (!make_keys(answers, arguments))
	{
		pfree(answers);
		return NULL;
	}
	answers->context = CurrentMemoryContext;
	answers->table = table;
	answers->caller = caller;
	answers->row = row;
	answers->stats = stats;
	answers->topic.relid = table->relid;
	answers->topic.userid = caller->userid;
	answers->serverid = caller->pool.serverid;
	answers->topic.function = lfdw_result_cache_function(table->function.label);
	answers->topic.max_age_us = options->cache_ttl_ms * INT64CONST(1000);
	answers->topic.max_age_empty_us = (options->cache_negative_ttl_ms < 0 ?
									   options->cache_ttl_ms :
									   options->cache_negative_ttl_ms) * INT64CONST(1000);
	initStringInfo(&answers->tuple);
	lfdw_question_digest(answers->digest, table, caller, &answers->keys, columns);
	answers->todo = MemoryContextAllocHuge(CurrentMemoryContext,
										   sizeof(int64) * answers->keys.nkeys);
	answers->others = MemoryContextAllocHuge(CurrentMemoryContext,
											 sizeof(int64) * answers->keys.nkeys);
	answers->ntodo = answers->keys.nkeys;
	for (int64 i = 0; i < answers->ntodo; i++)
		answers->todo[i] = i;
	answers->round_context = AllocSetContextCreate(CurrentMemoryContext,
												   "lambda_fdw answers",
												   ALLOCSET_DEFAULT_SIZES);
	lfdw_owner_register(CurrentMemoryContext, end_answers, answers);
	/* not before there is memory for what takes it off again */
	dlist_push_tail(&open_answers, &answers->node);
	return answers;
}

/* Lets the scan wait for what others ask, which it does in lfdw_answers_wait alone. */
void
lfdw_answers_be_patient(LfdwAnswers *answers)
{
	answers->patient = true;
}

/* Forgets the round before. */
static void
reset_round(LfdwAnswers *answers)
{
	int64		nleft = answers->ntodo - answers->next_todo;

	MemoryContextReset(answers->round_context);
	lfdw_owner_register(answers->round_context, end_round, answers);
	answers->nknown = answers->next_known = 0;
	answers->nasked = 0;
	answers->gathered = 0;
	answers->known_at = NULL;
	/* those that others asked for come after those that no round has had */
	memmove(answers->todo, answers->todo + answers->next_todo, sizeof(int64) * nleft);
	memcpy(answers->todo + nleft, answers->others, sizeof(int64) * answers->nothers);
	answers->ntodo = nleft + answers->nothers;
	answers->next_todo = answers->nothers = 0;
}

/* Notes a key that is known, whose rows were copied from an offset on. */
static void
note_known(LfdwAnswers *answers, const LfdwKeyList *list, int64 key, Size offset,
		   uint32 nrows)
{
	KnownKey   *known = &answers->known[answers->nknown++];

	known->list = list;
	known->key = key;
	known->offset = offset;
	known->end = answers->known_rows.len;
	answers->stats->cache_hits++;
	answers->stats->cache_rows += nrows;
	answers->stats->cache_bytes += known->end - offset;
}

/* Notes a key that is to be asked for. */
static void
note_asked(LfdwAnswers *answers, int64 key, LfdwResultClaim claim)
{
	AskedKey   *asked = &answers->asked[answers->nasked++];

	memset(asked, 0, sizeof(AskedKey));
	asked->key = key;
	asked->claim = claim;
	asked->ncalls_left = answers->table->options->splits;
	answers->stats->cache_misses++;
}

/*
 * Looks for the answer of a wider question, of one of the scan's keys or, if whole, of
 * all of them; notes it if it is known.
 */
static bool
look_wider(LfdwAnswers *answers, int64 key, bool whole)
{
	ListCell   *lc;

	foreach(lc, answers->wider)
	{
		const LfdwWiderQuestion *wider = lfirst(lc);
		Size		offset = answers->known_rows.len;
		LfdwQuestion question;
		uint32		nrows;

		if (wider->whole != whole)
			continue;
		question = lfdw_answers_make_question(answers, wider->digest, &wider->keys, key);
		if (lfdw_result_cache_look(&answers->topic, &question, &answers->known_rows,
								   &nrows) != LFDW_RESULT_KNOWN)
			continue;
		note_known(answers, &wider->keys, key, offset, nrows);
		return true;
	}
	return false;
}

/* Looks a key up, and decides what becomes of it. */
static void
look_up(LfdwAnswers *answers, int64 key)
{
	LfdwQuestion question = lfdw_answers_question_of(answers, key);
	Size		offset = answers->known_rows.len;
	LfdwResultClaim claim = 0;
	LfdwResultState state;
	uint32		nrows = 0;

	for (;;)
	{
		state = lfdw_result_cache_look(&answers->topic, &question,
									   &answers->known_rows, &nrows);
		if (state == LFDW_RESULT_KNOWN)
			break;
		if (look_wider(answers, key, false))
			return;
		if (state == LFDW_RESULT_ASKED)
			break;
		/* the wider ones have used the memory of the tuple */
		question = lfdw_answers_question_of(answers, key);
		claim = lfdw_result_cache_claim(&answers->topic, &question, &state);
		/* it may have become known in between */
		if (state != LFDW_RESULT_KNOWN)
			break;
	}
	if (state == LFDW_RESULT_KNOWN)
		note_known(answers, &answers->keys, key, offset, nrows);
	else if (state == LFDW_RESULT_ASKED && answers->patient)
		answers->others[answers->nothers++] = key;
	else
		note_asked(answers, key, claim);
}

/*
 * Makes the wider questions, where the table's owner has promised that an argument left
 * out is no filter; true the first time.
 */
static bool
make_wider(LfdwAnswers *answers)
{
	MemoryContext old;

	if (answers->wider_made ||
		answers->table->options->cache_match != LFDW_CACHE_MATCH_WIDER)
		return false;
	old = MemoryContextSwitchTo(answers->context);
	answers->wider = lfdw_question_wider(answers->table, answers->caller,
										 &answers->keys);
	answers->wider_made = true;
	MemoryContextSwitchTo(old);
	return true;
}

/* The arguments that ask for what this round does, NULL for nothing. */
static const LfdwArguments *
asked_arguments(LfdwAnswers *answers)
{
	const LfdwArguments *arguments = answers->keys.arguments;
	int64	   *numbers;

	if (answers->nasked == 0)
		return NULL;
	if (answers->nasked < answers->keys.nkeys)
	{
		numbers = MemoryContextAllocHuge(answers->round_context,
										 sizeof(int64) * answers->nasked);
		for (int64 i = 0; i < answers->nasked; i++)
			numbers[i] = answers->asked[i].key;
		arguments = lfdw_key_list_keep(&answers->keys, numbers, answers->nasked);
	}
	(void) lfdw_key_list_make(&answers->asked_keys, arguments);
	return arguments;
}

/* Adds what the round has found to pg_stat_lambda. */
static void
count_keys(const LfdwAnswers *answers)
{
	const LfdwFunction *function = &answers->table->function;
	LfdwStatisticsKey key;
	LfdwStatisticsDelta delta = {.duration_us = -1};

	if (!lfdw_setting_track() || answers->nknown + answers->nasked == 0)
		return;
	lfdw_statistics_key(&key, answers->topic.userid, answers->serverid, "lambda",
						function->label, function->qualifier);
	delta.counts[LFDW_COUNT_CACHE_HITS] = answers->nknown;
	delta.counts[LFDW_COUNT_CACHE_MISSES] = answers->nasked;
	lfdw_statistics_add(&key, function->route.server, &delta);
}

/*
 * Begins the next round, after all calls of the one before have ended: false where no
 * key is left.  *asked becomes the arguments that are to be asked, good until the next
 * round, or NULL where there are none; if nothing is known either, see
 * lfdw_answers_wait.
 */
bool
lfdw_answers_begin_round(LfdwAnswers *answers, const LfdwArguments **asked)
{
	/* an answer more must fit, too: see lfdw_result_cache_answer_max */
	int64		known_max = Min(work_mem * INT64CONST(1024),
								(int64) (MaxAllocSize / 2) - 1);
	MemoryContext old;

	reset_round(answers);
	if (answers->ntodo == 0)
		return false;
	old = MemoryContextSwitchTo(answers->round_context);
	initStringInfo(&answers->known_rows);
	answers->known = palloc_extended(sizeof(KnownKey) * answers->ntodo, MCXT_ALLOC_HUGE);
	answers->asked = palloc_extended(sizeof(AskedKey) * answers->ntodo, MCXT_ALLOC_HUGE);
	answers->begun_at_us = lfdw_wait_now_us();
	lfdw_result_cache_begin(&answers->topic);
	if (make_wider(answers) && look_wider(answers, 0, true))
		answers->next_todo = answers->ntodo;
	while (answers->next_todo < answers->ntodo && answers->known_rows.len < known_max)
	{
		CHECK_FOR_INTERRUPTS();
		look_up(answers, answers->todo[answers->next_todo++]);
	}
	*asked = asked_arguments(answers);
	count_keys(answers);
	answers->waits = answers->nasked == 0 && answers->nknown == 0;
	MemoryContextSwitchTo(old);
	return true;
}

/* LfdwCarriedBy: what the call that a row answered had of a column. */
static LfdwCarried
carried_by(const void *known, const LfdwColumn *column, int element)
{
	const LfdwAnswers *answers = known;
	const KnownKey *key = &answers->known[answers->next_known - 1];
	const LfdwArguments *arguments = key->list->arguments;
	const LfdwEquality *equality = lfdw_arguments_equality(arguments, column);
	LfdwCarried carried = {0};

	if (equality == NULL)
		return carried;
	carried.type = equality->set.type->type_id;
	carried.nvalues = 1;
	carried.value = lfdw_key_list_value(key->list, equality - arguments->equalities,
										key->key);
	return carried;
}

/*
 * Takes the next row that is known into the slot, in the current context, as
 * lfdw_row_store does; false after the last.
 */
bool
lfdw_answers_next_known(LfdwAnswers *answers, TupleTableSlot *slot)
{
	const char *rows = answers->known_rows.data;
	const char *end;

	while (answers->known_at == NULL)
	{
		const KnownKey *known;

		if (answers->next_known == answers->nknown)
			return false;
		known = &answers->known[answers->next_known++];
		if (known->offset < known->end)
			answers->known_at = rows + known->offset;
	}
	end = rows + answers->known[answers->next_known - 1].end;
	answers->known_at = lfdw_row_take_kept(answers->row, answers->known_at, end);
	if (answers->known_at == end)
		answers->known_at = NULL;
	lfdw_row_store(answers->row, slot, carried_by, answers);
	return true;
}

/* Has the round nothing to do but to wait for others? */
bool
lfdw_answers_waits(const LfdwAnswers *answers)
{
	return answers->waits;
}

/* Does another session still ask for a key that this one waits for?  From *next on. */
static bool
others_still_ask(LfdwAnswers *answers, int64 *next)
{
	for (; *next < answers->nothers; (*next)++)
	{
		LfdwQuestion question = lfdw_answers_question_of(answers, answers->others[*next]);

		if (lfdw_result_cache_state(&answers->topic, &question) == LFDW_RESULT_ASKED)
			return true;
	}
	return false;
}

/*
 * May other sessions wait for this one, by what another of its scans asks for, or by a
 * slot?  Then it must not wait for them, who may be the same.
 */
static bool
is_waited_for(void)
{
	dlist_iter	iter;

	dlist_foreach(iter, &open_answers)
	{
		if (lfdw_answers_has_claims(dlist_container(LfdwAnswers, node, iter.cur)))
			return true;
	}
	return lfdw_server_holds_slots();
}

/*
 * Waits until others have answered, or given up, all that this session waits for, or
 * until lambda_fdw.cache_wait_ms is over.  All other calls of the session go on.  In the
 * round that is to begin then it asks for what is still not known: who waited once
 * would else wait behind each of those who had waited with it.  False where the time was
 * over: the next (re)scan of who waits would wait for the same session.
 */
bool
lfdw_answers_wait(LfdwAnswers *answers)
{
	int64		until_us = lfdw_wait_now_us() +
	lfdw_setting_cache()->wait_ms * INT64CONST(1000);
	int64		next = 0;
	bool		in_time = true;

	answers->patient = false;
	lfdw_result_cache_set_waiting(true);
	while (!is_waited_for() && others_still_ask(answers, &next))
	{
		in_time = lfdw_wait_now_us() < until_us;
		if (!in_time)
			break;
		lfdw_http_wait(NULL, 0, until_us, LFDW_WAIT_CACHE);
	}
	lfdw_result_cache_set_waiting(false);
	return in_time;
}
