/*-------------------------------------------------------------------------
 *
 * key_list.h
 *		What a (re)scan asks, key by key.
 *
 * IDENTIFICATION
 *	  src/pushdown/key_list.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_KEY_LIST_H
#define LFDW_KEY_LIST_H

#include "postgres.h"

#include "executor/tuptable.h"
#include "lib/stringinfo.h"
#include "pushdown/part.h"

typedef struct LfdwKeyList
{
	const LfdwArguments *arguments;
	int			index;			/* of the equality whose values the keys are;
								 * -1: they are the tuples, or there is one */
	int64		nkeys;
} LfdwKeyList;

extern bool lfdw_key_list_make(LfdwKeyList *list, const LfdwArguments *arguments);
extern void lfdw_key_list_write(StringInfo out, const LfdwKeyList *list, int64 key);
extern Datum lfdw_key_list_value(const LfdwKeyList *list, int index, int64 key);
extern int64 lfdw_key_list_find(const LfdwKeyList *list, const TupleTableSlot *slot);
extern void lfdw_key_list_of_part(const LfdwKeyList *list, const LfdwPart *part,
								  int64 *first, int64 *count);
extern LfdwArguments *lfdw_key_list_keep(const LfdwKeyList *list, const int64 *keys,
										 int64 nkeys);
extern LfdwArguments *lfdw_key_list_sample(const LfdwKeyList *list);

#endif							/* LFDW_KEY_LIST_H */
