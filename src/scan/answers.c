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

#include "executor/tuptable.h"
#include "lib/ilist.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "http/http.h"
#include "http/wait.h"
#include "pg/after_run.h"
#include "pg/owner.h"
#include "pg/setting.h"
#include "pushdown/key_list.h"
#include "response/row_kept.h"
#include "scan/answers.h"
#include "scan/question.h"
#include "shared/result_cache.h"
#include "shared/statistics.h"

/* Bytes for the first rows of a key. */
#define FIRST_ROWS 64

/* A key that is asked for in this round. */
typedef struct AskedKey
{
	int64		key;			/* its number among all of the scan's */
	LfdwResultClaim claim;		/* 0: none, or it has ended */
	int			ncalls_left;	/* to end before its answer is whole */
	bool		lost;			/* its answer will not be kept */
	uint32		nrows;
	StringInfo	rows;			/* NULL where there are none yet */
} AskedKey;

/* A key that was known when this round began. */
typedef struct KnownKey
{
	int64		key;
	Size		offset;			/* of its rows, in known_rows ... */
	Size		end;			/* ... and their end */
} KnownKey;

struct LfdwAnswers
{
	MemoryContext context;		/* where this lives */
	dlist_node	node;			/* of those open in the session */
	const LfdwTable *table;
	LfdwRow    *row;
	LfdwInvokeStats *stats;
	LfdwResultTopic topic;
	Oid			serverid;
	uint8		digest[LFDW_QUESTION_DIGEST];
	LfdwKeyList keys;			/* of the scan */
	StringInfoData tuple;		/* of the key that is looked at */

	int64	   *todo;			/* keys that no round has had, or that others ask */
	int64		ntodo;
	int64		next_todo;
	int64	   *others;			/* of this round, those that others ask */
	int64		nothers;
	bool		patient;		/* it may wait for others, and has not yet */
	bool		waits;			/* nothing is left to do but to wait for others */

	/* the round */
	MemoryContext round_context;
	StringInfoData known_rows;
	KnownKey   *known;
	int64		nknown;
	int64		next_known;
	const char *known_at;		/* the next row of the key before next_known */
	LfdwKeyList asked_keys;
	AskedKey   *asked;
	int64		nasked;
	int64		begun_at_us;
	Size		gathered;		/* bytes of rows that were not published */
};

/* Those of the session. */
static dlist_head open_answers = DLIST_STATIC_INIT(open_answers);

/* What the question of a key is; the tuple is good until the next one. */
static LfdwQuestion
question_of(LfdwAnswers *answers, int64 key)
{
	LfdwQuestion question;

	resetStringInfo(&answers->tuple);
	lfdw_key_list_write(&answers->tuple, &answers->keys, key);
	memcpy(question.digest, answers->digest, LFDW_QUESTION_DIGEST);
	question.tuple = answers->tuple.data;
	question.tuple_len = answers->tuple.len;
	return question;
}

/* Ends a claim; does not raise, as memory for the tuple is there. */
static void
release_claim(LfdwAnswers *answers, AskedKey *asked)
{
	LfdwQuestion question;

	if (asked->claim == 0)
		return;
	question = question_of(answers, asked->key);
	lfdw_result_cache_release(&question, asked->claim);
	asked->claim = 0;
}

/* Ends all claims that are left, and wakes who waits for them. */
static void
release_claims(LfdwAnswers *answers)
{
	bool		any = false;

	for (int64 i = 0; i < answers->nasked; i++)
	{
		any |= answers->asked[i].claim != 0;
		release_claim(answers, &answers->asked[i]);
	}
	if (any)
		lfdw_result_cache_wake();
}

/* LfdwRelease: the round has ended, or its memory goes. */
static void
end_round(void *arg)
{
	LfdwAnswers *answers = arg;

	release_claims(answers);
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

/*
 * LfdwAfterRun: who waits for this session need not wait for its client.  The answers
 * that it gathers go on, and are kept if they come to their end.
 */
static void
let_others_ask(QueryDesc *query, uint64 count)
{
	dlist_iter	iter;

	if (count == 0)
		return;
	dlist_foreach(iter, &open_answers)
		release_claims(dlist_container(LfdwAnswers, node, iter.cur));
}

/* Once, while the library loads. */
void
lfdw_answers_install(void)
{
	lfdw_after_run_add(let_others_ask);
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
	dlist_push_tail(&open_answers, &answers->node);
	lfdw_owner_register(CurrentMemoryContext, end_answers, answers);
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
note_known(LfdwAnswers *answers, int64 key, Size offset, uint32 nrows)
{
	KnownKey   *known = &answers->known[answers->nknown++];

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

/* Looks a key up, and decides what becomes of it. */
static void
look_up(LfdwAnswers *answers, int64 key)
{
	LfdwQuestion question = question_of(answers, key);
	Size		offset = answers->known_rows.len;
	LfdwResultClaim claim = 0;
	LfdwResultState state;
	uint32		nrows = 0;

	for (;;)
	{
		state = lfdw_result_cache_look(&answers->topic, &question,
									   &answers->known_rows, &nrows);
		if (state != LFDW_RESULT_UNKNOWN)
			break;
		claim = lfdw_result_cache_claim(&answers->topic, &question, &state);
		/* it may have become known in between */
		if (state != LFDW_RESULT_KNOWN)
			break;
	}
	if (state == LFDW_RESULT_KNOWN)
		note_known(answers, key, offset, nrows);
	else if (state == LFDW_RESULT_ASKED && answers->patient)
		answers->others[answers->nothers++] = key;
	else
		note_asked(answers, key, claim);
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
	while (answers->next_todo < answers->ntodo &&
		   answers->known_rows.len < work_mem * INT64CONST(1024))
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
	const LfdwArguments *arguments = answers->keys.arguments;
	const LfdwEquality *equality = lfdw_arguments_equality(arguments, column);
	LfdwCarried carried = {0};

	if (equality == NULL)
		return carried;
	carried.type = equality->set.type->type_id;
	carried.nvalues = 1;
	carried.value = lfdw_key_list_value(&answers->keys,
										equality - arguments->equalities,
										answers->known[answers->next_known - 1].key);
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
		LfdwQuestion question = question_of(answers, answers->others[*next]);

		if (lfdw_result_cache_state(&answers->topic, &question) == LFDW_RESULT_ASKED)
			return true;
	}
	return false;
}

/*
 * Waits until others have answered, or given up, all that this session waits for, or
 * until lambda_fdw.cache_wait is over.  All other calls of the session go on.  In the
 * round that is to begin then it asks for what is still not known: who waited once
 * would else wait behind each of those who had waited with it.
 */
void
lfdw_answers_wait(LfdwAnswers *answers)
{
	int64		until_us = lfdw_wait_now_us() +
	lfdw_setting_cache()->wait_ms * INT64CONST(1000);
	int64		next = 0;

	answers->patient = false;
	lfdw_result_cache_set_waiting(true);
	while (others_still_ask(answers, &next) && lfdw_wait_now_us() < until_us)
		lfdw_http_wait(NULL, 0, until_us, true);
	lfdw_result_cache_set_waiting(false);
}

/* Keeps what was gathered of a key no longer. */
static void
lose(LfdwAnswers *answers, AskedKey *asked)
{
	if (asked->rows)
	{
		answers->gathered -= asked->rows->maxlen;
		pfree(asked->rows->data);
		pfree(asked->rows);
		asked->rows = NULL;
	}
	asked->lost = true;
}

/* Room for the rows of a key; there may be many keys, of a short row each. */
static StringInfo
make_rows(LfdwAnswers *answers)
{
	StringInfo	rows = MemoryContextAlloc(answers->round_context, sizeof(StringInfoData));

	rows->maxlen = FIRST_ROWS;
	rows->data = MemoryContextAlloc(answers->round_context, FIRST_ROWS);
	resetStringInfo(rows);
	answers->gathered += FIRST_ROWS;
	return rows;
}

/* Gathers the row that was read last, which stands in the slot. */
void
lfdw_answers_add_row(LfdwAnswers *answers, const TupleTableSlot *slot)
{
	int64		number = lfdw_key_list_find(&answers->asked_keys, slot);
	Size		max_bytes = lfdw_result_cache_answer_max();
	AskedKey   *asked;
	int			before;

	/* a row of no key is one that the recheck drops */
	if (number < 0 || answers->asked[number].lost)
		return;
	asked = &answers->asked[number];
	if (asked->rows == NULL)
		asked->rows = make_rows(answers);
	before = asked->rows->maxlen;
	if (!lfdw_row_keep(answers->row, asked->rows, max_bytes))
	{
		lose(answers, asked);
		return;
	}
	asked->nrows++;
	answers->gathered += asked->rows->maxlen - before;
	if (answers->gathered > max_bytes)
		lose(answers, asked);
}

/* The last call that carries a key has ended. */
static void
finish_key(LfdwAnswers *answers, AskedKey *asked)
{
	LfdwQuestion question;

	if (asked->lost)
	{
		release_claim(answers, asked);
		return;
	}
	question = question_of(answers, asked->key);
	(void) lfdw_result_cache_publish(&answers->topic, &question, asked->claim,
									 answers->begun_at_us,
									 asked->rows ? asked->rows->data : "",
									 asked->rows ? asked->rows->len : 0,
									 asked->nrows);
	asked->claim = 0;
	lose(answers, asked);
}

/* A call has ended as it should, with all its rows. */
void
lfdw_answers_end_call(LfdwAnswers *answers, const LfdwPart *part)
{
	int64		first;
	int64		count;

	lfdw_key_list_of_part(&answers->asked_keys, part, &first, &count);
	for (int64 i = first; i < first + count; i++)
	{
		AskedKey   *asked = &answers->asked[i];

		if (--asked->ncalls_left == 0)
			finish_key(answers, asked);
	}
	lfdw_result_cache_wake();
}
