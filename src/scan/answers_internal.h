/*-------------------------------------------------------------------------
 *
 * answers_internal.h
 *		The state of what a (re)scan need not ask.
 *
 * answers.c goes in rounds, and answers_gather.c has the keys that one asks for.
 *
 * IDENTIFICATION
 *	  src/scan/answers_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ANSWERS_INTERNAL_H
#define LFDW_ANSWERS_INTERNAL_H

#include "postgres.h"

#include "lib/ilist.h"
#include "lib/stringinfo.h"
#include "pushdown/key_list.h"
#include "scan/answers.h"
#include "scan/question.h"
#include "shared/result_cache.h"

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
	const LfdwKeyList *list;	/* that it is of */
	int64		key;
	Size		offset;			/* of its rows, in known_rows ... */
	Size		end;			/* ... and their end */
} KnownKey;

struct LfdwAnswers
{
	MemoryContext context;		/* where this lives */
	dlist_node	node;			/* of those open in the session */
	const LfdwTable *table;
	const LfdwCaller *caller;
	LfdwRow    *row;
	LfdwInvokeStats *stats;
	LfdwResultTopic topic;
	Oid			serverid;
	uint8		digest[LFDW_QUESTION_DIGEST];
	LfdwKeyList keys;			/* of the scan */
	List	   *wider;			/* of LfdwWiderQuestion, once one is looked
								 * for */
	bool		wider_made;
	StringInfoData tuple;		/* of the key that is looked at */

	int64	   *todo;			/* keys that no round has had, or that others
								 * ask */
	int64		ntodo;
	int64		next_todo;
	int64	   *others;			/* of this round, those that others ask */
	int64		nothers;
	bool		patient;		/* it may wait for others, and has not yet */
	bool		waits;			/* nothing is left to do but to wait for
								 * others */

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

/* answers_gather.c */
extern LfdwQuestion lfdw_answers_make_question(LfdwAnswers *answers,
											   const uint8 *digest,
											   const LfdwKeyList *list, int64 key);
extern LfdwQuestion lfdw_answers_question_of(LfdwAnswers *answers, int64 key);
extern bool lfdw_answers_has_claims(const LfdwAnswers *answers);
extern void lfdw_answers_release_claims(LfdwAnswers *answers);

#endif							/* LFDW_ANSWERS_INTERNAL_H */
