/*-------------------------------------------------------------------------
 *
 * result_store.h
 *		The memory of the result cache: entries in blocks, found by hash.
 *
 * For result_cache.c alone.
 *
 * IDENTIFICATION
 *	  src/shared/result_store.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_RESULT_STORE_H
#define LFDW_RESULT_STORE_H

#include "postgres.h"

#include "port/atomics.h"

/* No block. */
#define LFDW_NO_BLOCK UINT32_MAX

/* SHA-256's. */
#define LFDW_QUESTION_DIGEST 32

/* What an entry is. */
typedef enum LfdwEntryState
{
	LFDW_ENTRY_CLAIM,			/* somebody asks */
	LFDW_ENTRY_ANSWER
} LfdwEntryState;

/* The head of an entry, in its first block; its bytes are behind it. */
typedef struct LfdwResultEntry
{
	uint32		next;			/* of its bucket */
	uint32		hash;
	uint8		digest[LFDW_QUESTION_DIGEST];
	uint32		tuple_len;		/* the first of its bytes */
	uint32		data_len;		/* the rest */
	uint32		nrows;
	uint32		nblocks;
	LfdwEntryState state;
	Oid			dbid;
	Oid			relid;
	Oid			userid;			/* whose question it was first */
	uint32		function;		/* the number of its generation */
	uint64		generation;
	int64		begun_at_us;	/* when it was asked, by lfdw_server_clock_us */
	uint64		claim;			/* its number, where it is one */
	pg_atomic_uint32 used;		/* since the clock's hand came by */
	pg_atomic_uint32 hits;
} LfdwResultEntry;

typedef struct LfdwResultStore LfdwResultStore;

extern Size lfdw_result_store_min_size(void);
extern Size lfdw_result_store_entry_size(const LfdwResultEntry *entry);
extern Size lfdw_result_store_size(const LfdwResultStore *store);
extern void lfdw_result_store_init(LfdwResultStore *store, Size size);
extern uint32 lfdw_result_store_find(const LfdwResultStore *store, uint32 hash,
									 const uint8 *digest, const char *tuple,
									 uint32 tuple_len);
extern LfdwResultEntry *lfdw_result_store_entry(const LfdwResultStore *store,
												uint32 block);
extern uint32 lfdw_result_store_take(LfdwResultStore *store, Size bytes);
extern void lfdw_result_store_give_back(LfdwResultStore *store, uint32 block);
extern void lfdw_result_store_write(LfdwResultStore *store, uint32 block,
									Size offset, const char *bytes, Size len);
extern void lfdw_result_store_read(const LfdwResultStore *store, uint32 block,
								   Size offset, char *bytes, Size len);
extern void lfdw_result_store_link(LfdwResultStore *store, uint32 block);
extern void lfdw_result_store_drop(LfdwResultStore *store, uint32 block);
extern uint32 lfdw_result_store_next(const LfdwResultStore *store, uint32 block);

#endif							/* LFDW_RESULT_STORE_H */
