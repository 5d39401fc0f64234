/*-------------------------------------------------------------------------
 *
 * result_cache.h
 *		Answers that all sessions keep, and who asks for those that they lack.
 *
 * IDENTIFICATION
 *	  src/shared/result_cache.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_RESULT_CACHE_H
#define LFDW_RESULT_CACHE_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "shared/result_store.h"
#include "shared/result_sum.h"
#include "shared/segment.h"

/*
 * What the questions of a (re)scan have in common.  The generation is what it was
 * before anybody was asked: see lfdw_result_cache_begin.
 */
typedef struct LfdwResultTopic
{
	Oid			relid;
	Oid			userid;
	uint32		function;		/* whose generation counts */
	uint64		generation;
	int64		max_age_us;		/* of an answer with rows */
	int64		max_age_empty_us;	/* of one without */
} LfdwResultTopic;

/* What one call would ask for one key tuple. */
typedef struct LfdwQuestion
{
	uint8		digest[LFDW_QUESTION_DIGEST];	/* of all but the tuple */
	const char *tuple;			/* JSON */
	uint32		tuple_len;
} LfdwQuestion;

typedef enum LfdwResultState
{
	LFDW_RESULT_UNKNOWN,		/* nobody knows it, or asks */
	LFDW_RESULT_ASKED,			/* another asks */
	LFDW_RESULT_KNOWN
} LfdwResultState;

/* The number of a claim; 0 is none. */
typedef uint64 LfdwResultClaim;

extern Size lfdw_result_cache_size(const LfdwSegmentSizes *sizes);
extern void lfdw_result_cache_init(void *memory, const LfdwSegmentSizes *sizes,
								   int tranche);
extern bool lfdw_result_cache_attach(void);
extern Size lfdw_result_cache_answer_max(void);
extern uint32 lfdw_result_cache_function(const char *name);
extern void lfdw_result_cache_begin(LfdwResultTopic *topic);
extern LfdwResultState lfdw_result_cache_look(const LfdwResultTopic *topic,
											  const LfdwQuestion *question,
											  StringInfo data, uint32 *nrows);
extern LfdwResultClaim lfdw_result_cache_claim(const LfdwResultTopic *topic,
											   const LfdwQuestion *question,
											   LfdwResultState *state);
extern LfdwResultState lfdw_result_cache_state(const LfdwResultTopic *topic,
											   const LfdwQuestion *question);
extern bool lfdw_result_cache_publish(const LfdwResultTopic *topic,
									  const LfdwQuestion *question,
									  LfdwResultClaim claim, int64 begun_at_us,
									  const char *data, Size len, uint32 nrows);
extern void lfdw_result_cache_release(const LfdwQuestion *question,
									  LfdwResultClaim claim);
extern void lfdw_result_cache_wake(void);
extern void lfdw_result_cache_set_waiting(bool waiting);
extern void lfdw_result_cache_raise_function(uint32 function);
extern void lfdw_result_cache_clear(Oid relid);
extern void lfdw_result_cache_clear_all(void);
extern LfdwResultSums *lfdw_result_cache_read(void);

#endif							/* LFDW_RESULT_CACHE_H */
