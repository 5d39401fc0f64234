/*-------------------------------------------------------------------------
 *
 * question.h
 *		What a scan asks, as the result cache knows it.
 *
 * IDENTIFICATION
 *	  src/scan/question.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_QUESTION_H
#define LFDW_QUESTION_H

#include "postgres.h"

#include "pushdown/key_list.h"
#include "shared/result_cache.h"

/* Questions whose answers serve a scan that asks for less. */
typedef struct LfdwWiderQuestion
{
	uint8		digest[LFDW_QUESTION_DIGEST];
	LfdwKeyList keys;
	bool		whole;			/* it has one key, that answers all of the
								 * scan's; else it has the same keys */
} LfdwWiderQuestion;

extern List *lfdw_question_wider(const LfdwTable *table, const LfdwCaller *caller,
								 const LfdwKeyList *keys);
extern void lfdw_question_digest(uint8 digest[LFDW_QUESTION_DIGEST],
								 const LfdwTable *table, const LfdwCaller *caller,
								 const LfdwKeyList *keys, const char *columns);

#endif							/* LFDW_QUESTION_H */
