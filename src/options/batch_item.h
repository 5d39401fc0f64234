/*-------------------------------------------------------------------------
 *
 * batch_item.h
 *		An element of the list that the option batch_argument names.
 *
 * IDENTIFICATION
 *	  src/options/batch_item.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_BATCH_ITEM_H
#define LFDW_BATCH_ITEM_H

#include "postgres.h"

#include "base/json_pointer.h"
#include "lib/stringinfo.h"
#include "options/option.h"

typedef struct LfdwBatchItem LfdwBatchItem;

extern LfdwBatchItem *lfdw_batch_item_create(const LfdwOptions *options,
											 const char *relname);
extern void lfdw_batch_item_add(LfdwBatchItem *item, const char *attname,
								const LfdwPointer *path);
extern void lfdw_batch_item_check(const LfdwBatchItem *item);
extern void lfdw_batch_item_write(StringInfo out, const LfdwBatchItem *item,
								  int64 number, const char *const *json);

#endif							/* LFDW_BATCH_ITEM_H */
