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

extern void lfdw_question_digest(uint8 digest[LFDW_QUESTION_DIGEST],
								 const LfdwTable *table, const LfdwCaller *caller,
								 const LfdwKeyList *keys, const char *columns);

#endif							/* LFDW_QUESTION_H */
