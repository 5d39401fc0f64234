/*-------------------------------------------------------------------------
 *
 * answers_gather.c
 *		The rows of the keys that a scan asks for, until they are kept for others.
 *
 * IDENTIFICATION
 *	  src/scan/answers_gather.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "response/row_kept.h"
#include "scan/answers_internal.h"

/* Bytes for the first rows of a key. */
#define FIRST_ROWS 64

/* A question of a list of keys; the tuple is good until the next one. */
LfdwQuestion
lfdw_answers_make_question(LfdwAnswers *answers, const uint8 *digest,
						   const LfdwKeyList *list, int64 key)
{
	LfdwQuestion question;

	resetStringInfo(&answers->tuple);
	lfdw_key_list_write(&answers->tuple, list, key);
	memcpy(question.digest, digest, LFDW_QUESTION_DIGEST);
	question.tuple = answers->tuple.data;
	question.tuple_len = answers->tuple.len;
	return question;
}

/* What the question of one of the scan's keys is. */
LfdwQuestion
lfdw_answers_question_of(LfdwAnswers *answers, int64 key)
{
	return lfdw_answers_make_question(answers, answers->digest, &answers->keys, key);
}

/* Ends a claim; does not raise, as memory for the tuple is there. */
static void
release_claim(LfdwAnswers *answers, AskedKey *asked)
{
	LfdwQuestion question;

	if (asked->claim == 0)
		return;
	question = lfdw_answers_question_of(answers, asked->key);
	lfdw_result_cache_release(&question, asked->claim);
	asked->claim = 0;
}

/* Does anybody have to wait for what is asked for here? */
bool
lfdw_answers_has_claims(const LfdwAnswers *answers)
{
	for (int64 i = 0; i < answers->nasked; i++)
	{
		if (answers->asked[i].claim != 0)
			return true;
	}
	return false;
}

/* Ends all claims that are left, and wakes who waits for them. */
void
lfdw_answers_release_claims(LfdwAnswers *answers)
{
	if (!lfdw_answers_has_claims(answers))
		return;
	for (int64 i = 0; i < answers->nasked; i++)
		release_claim(answers, &answers->asked[i]);
	lfdw_result_cache_wake();
}

/* Forgets what was gathered of a key. */
static void
forget(LfdwAnswers *answers, AskedKey *asked)
{
	if (asked->rows)
	{
		answers->gathered -= asked->rows->maxlen;
		pfree(asked->rows->data);
		pfree(asked->rows);
		asked->rows = NULL;
	}
}

/* The answer of a key will not be kept, so nobody need wait for it. */
static void
lose(LfdwAnswers *answers, AskedKey *asked)
{
	forget(answers, asked);
	asked->lost = true;
	if (asked->claim == 0)
		return;
	release_claim(answers, asked);
	lfdw_result_cache_wake();
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

/*
 * Gathers the row that was read last, which stands in the slot.  False where it is of no
 * key that this round asks for: another round may have it, of a function that does
 * not filter.
 */
bool
lfdw_answers_add_row(LfdwAnswers *answers, const TupleTableSlot *slot)
{
	int64		number = lfdw_key_list_find(&answers->asked_keys, slot);
	Size		max_bytes = lfdw_result_cache_answer_max();
	AskedKey   *asked;
	int			before;

	if (number < 0)
		return false;
	asked = &answers->asked[number];
	if (asked->lost)
		return true;
	if (asked->rows == NULL)
		asked->rows = make_rows(answers);
	before = asked->rows->maxlen;
	if (!lfdw_row_keep(answers->row, asked->rows, max_bytes))
	{
		lose(answers, asked);
		return true;
	}
	asked->nrows++;
	answers->gathered += asked->rows->maxlen - before;
	if (answers->gathered > max_bytes)
		lose(answers, asked);
	return true;
}

/* The last call that carries a key has ended. */
static void
finish_key(LfdwAnswers *answers, AskedKey *asked)
{
	LfdwQuestion question;

	if (asked->lost)
		return;
	question = lfdw_answers_question_of(answers, asked->key);
	(void) lfdw_result_cache_publish(&answers->topic, &question, asked->claim,
									 answers->begun_at_us,
									 asked->rows ? asked->rows->data : "",
									 asked->rows ? asked->rows->len : 0,
									 asked->nrows);
	asked->claim = 0;
	forget(answers, asked);
}

/* A call has ended as it should; whole says whether all its rows have come. */
void
lfdw_answers_end_call(LfdwAnswers *answers, const LfdwPart *part, bool whole)
{
	int64		first;
	int64		count;

	lfdw_key_list_of_part(&answers->asked_keys, part, &first, &count);
	for (int64 i = first; i < first + count; i++)
	{
		AskedKey   *asked = &answers->asked[i];

		if (!whole)
			lose(answers, asked);
		if (--asked->ncalls_left == 0)
			finish_key(answers, asked);
	}
	lfdw_result_cache_wake();
}
