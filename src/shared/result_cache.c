/*-------------------------------------------------------------------------
 *
 * result_cache.c
 *		Answers that all sessions keep, and who asks for those that they lack.
 *
 * The part of the sessions' memory has a lock, generations, and who waits; the store
 * of the answers is behind it where the library is preloaded, else a segment beside it,
 * or the session's own where it shares no memory.  The lock is held for short times,
 * in which nothing is allocated but a copy of an answer, before anything has changed.
 *
 * IDENTIFICATION
 *	  src/shared/result_cache.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "pg/compat.h"
#include "pg/setting.h"
#include "shared/result_cache.h"
#include "shared/server_limit.h"

/* Counters of generations; those of several functions may be one. */
#define NGENERATIONS 4096

/* A single answer has at most this part of the memory. */
#define ANSWER_PART 8

/* The view looks at so many blocks before others get the lock. */
#define BLOCKS_AT_ONCE 4096

/* The part. */
typedef struct Control
{
	LWLockPadded lock;			/* of the store */
	LWLockPadded handle_lock;
	dsm_handle	handle;
	Size		store_size;		/* behind this, 0: it is not there */
	int			nbackends;
	pg_atomic_uint64 claims;	/* made so far */
	pg_atomic_uint32 nwaiting;
	pg_atomic_uint64 all;		/* a generation that counts for every entry */
	pg_atomic_uint64 generations[NGENERATIONS];
	bool		waiting[FLEXIBLE_ARRAY_MEMBER]; /* by backend: its latch is to
												 * be set when a claim ends */
} Control;

static Control *control = NULL;
static LfdwResultStore *store = NULL;
static bool no_store = false;	/* it cannot be had, or is not wanted */

static Size
store_offset(int nbackends)
{
	return CACHELINEALIGN(offsetof(Control, waiting) + sizeof(bool) * nbackends);
}

/* What the setting comes to; 0: no store. */
static Size
wanted_size(void)
{
	Size		size = lfdw_setting_cache()->size_kb * (Size) 1024;

	return size < lfdw_result_store_min_size() ? 0 : size;
}

/* The size of the part. */
Size
lfdw_result_cache_size(const LfdwSegmentSizes *sizes)
{
	return add_size(store_offset(sizes->nbackends), sizes->result_bytes);
}

/* Sets the part up, in memory of its size. */
void
lfdw_result_cache_init(void *memory, const LfdwSegmentSizes *sizes, int tranche)
{
	Control    *shared = memory;

	memset(shared, 0, store_offset(sizes->nbackends));
	LWLockInitialize(&shared->lock.lock, tranche);
	LWLockInitialize(&shared->handle_lock.lock, tranche);
	shared->handle = DSM_HANDLE_INVALID;
	shared->nbackends = sizes->nbackends;
	pg_atomic_init_u64(&shared->claims, 0);
	pg_atomic_init_u32(&shared->nwaiting, 0);
	pg_atomic_init_u64(&shared->all, 0);
	for (int i = 0; i < NGENERATIONS; i++)
		pg_atomic_init_u64(&shared->generations[i], 0);
	if (sizes->result_bytes < lfdw_result_store_min_size())
		return;
	shared->store_size = sizes->result_bytes;
	lfdw_result_store_init((LfdwResultStore *) ((char *) memory +
												store_offset(sizes->nbackends)),
						   sizes->result_bytes);
}

static Control *
attached_control(void)
{
	if (control == NULL)
		control = lfdw_segment_part(LFDW_PART_RESULTS);
	return control;
}

/* LfdwSegmentBeside */
static void
init_beside(void *memory, Size size, const void *arg)
{
	lfdw_result_store_init(memory, size);
}

/* The store of a segment beside the part. */
static LfdwResultStore *
attach_beside(void)
{
	LfdwSegmentBeside beside = {
		.lock = &control->handle_lock.lock,
		.handle = &control->handle,
		.size = wanted_size(),
		.init = init_beside,
		.without = "No answers are kept for this session."
	};

	return lfdw_segment_beside(&beside);
}

/* The store of a session that shares no memory. */
static LfdwResultStore *
make_own(void)
{
	LfdwResultStore *own = MemoryContextAllocExtended(TopMemoryContext, wanted_size(),
													  MCXT_ALLOC_HUGE |
													  MCXT_ALLOC_NO_OOM);

	if (own)
		lfdw_result_store_init(own, wanted_size());
	return own;
}

/*
 * Has the session the store: false where lambda_fdw.cache_size is 0, or where it
 * cannot be had, of which there is a warning.  Once, before anything else here but
 * generations; the session must hold no lock.
 */
bool
lfdw_result_cache_attach(void)
{
	if (store || no_store)
		return store != NULL;
	(void) attached_control();
	if (lfdw_segment_sharing() == LFDW_SHARED_BY_PRELOAD)
		store = control->store_size == 0 ? NULL :
			(LfdwResultStore *) ((char *) control + store_offset(control->nbackends));
	else if (wanted_size() == 0)
		return false;
	else if (lfdw_segment_sharing() == LFDW_SHARED_BY_REGISTRY)
		store = attach_beside();
	else
		store = make_own();
	no_store = (store == NULL);
	return store != NULL;
}

/* The most bytes that a single answer may have. */
Size
lfdw_result_cache_answer_max(void)
{
	return Min(lfdw_result_store_size(store) / ANSWER_PART, MaxAllocSize / 2);
}

/* The number of the generation of a function, by its bare name. */
uint32
lfdw_result_cache_function(const char *name)
{
	return hash_bytes((const unsigned char *) name, strlen(name)) % NGENERATIONS;
}

/* The number of the generation of a table, of those of this database. */
static uint32
table_number(Oid dbid, Oid relid)
{
	return hash_combine(murmurhash32(dbid), murmurhash32(relid)) % NGENERATIONS;
}

/*
 * The generation of an entry: a sum of counters that only go up, so that it is the same
 * only where none has moved.
 */
static uint64
generation_of(Oid dbid, Oid relid, uint32 function)
{
	return pg_atomic_read_u64(&control->all) +
		pg_atomic_read_u64(&control->generations[function]) +
		pg_atomic_read_u64(&control->generations[table_number(dbid, relid)]);
}

/* Notes the generation before somebody is asked. */
void
lfdw_result_cache_begin(LfdwResultTopic *topic)
{
	topic->generation = generation_of(MyDatabaseId, topic->relid, topic->function);
	/* what is asked from here on sees what others did before they raised it */
	pg_memory_barrier();
}

/* Says that what a function has answered may hold no longer. */
void
lfdw_result_cache_raise_function(uint32 function)
{
	pg_atomic_fetch_add_u64(&attached_control()->generations[function], 1);
}

static uint32
hash_of(const LfdwQuestion *question)
{
	uint32		seed;

	memcpy(&seed, question->digest, sizeof(seed));
	return hash_combine(seed, hash_bytes((const unsigned char *) question->tuple,
										 question->tuple_len));
}

/* The block of a question's entry, or LFDW_NO_BLOCK; under the lock. */
static uint32
find(const LfdwQuestion *question)
{
	return lfdw_result_store_find(store, hash_of(question), question->digest,
								  question->tuple, question->tuple_len);
}

/* Does what an entry says still hold, as old as it is? */
static bool
is_fresh(const LfdwResultTopic *topic, const LfdwResultEntry *entry)
{
	int64		max_age = entry->nrows > 0 ? topic->max_age_us :
	topic->max_age_empty_us;

	return entry->generation == generation_of(entry->dbid, entry->relid,
											  entry->function) &&
		lfdw_server_clock_us() - entry->begun_at_us < max_age;
}

/* What is known of a question by its entry; under the lock. */
static LfdwResultState
state_of(const LfdwResultTopic *topic, uint32 block)
{
	const LfdwResultEntry *entry;

	if (block == LFDW_NO_BLOCK)
		return LFDW_RESULT_UNKNOWN;
	entry = lfdw_result_store_entry(store, block);
	if (entry->state == LFDW_ENTRY_CLAIM)
		return entry->generation == topic->generation ? LFDW_RESULT_ASKED :
			LFDW_RESULT_UNKNOWN;
	return is_fresh(topic, entry) ? LFDW_RESULT_KNOWN : LFDW_RESULT_UNKNOWN;
}

/*
 * Looks for the answer of a question.  Where it is known its bytes are appended to
 * data, which has then *nrows rows; raises out of memory.
 */
LfdwResultState
lfdw_result_cache_look(const LfdwResultTopic *topic, const LfdwQuestion *question,
					   StringInfo data, uint32 *nrows)
{
	LfdwResultState state;
	uint32		needed = 0;

	do
	{
		uint32		block;
		LfdwResultEntry *entry;

		/* not under the lock, which an error would only release at its end */
		enlargeStringInfo(data, needed);
		LWLockAcquire(&control->lock.lock, LW_SHARED);
		block = find(question);
		state = state_of(topic, block);
		needed = 0;
		if (state == LFDW_RESULT_KNOWN)
		{
			entry = lfdw_result_store_entry(store, block);
			if (entry->data_len > (uint32) (data->maxlen - data->len - 1))
				needed = entry->data_len;
			else
			{
				lfdw_result_store_read(store, block, entry->tuple_len,
									   data->data + data->len, entry->data_len);
				data->len += entry->data_len;
				*nrows = entry->nrows;
				pg_atomic_write_u32(&entry->used, 1);
				pg_atomic_fetch_add_u32(&entry->hits, 1);
			}
		}
		LWLockRelease(&control->lock.lock);
	} while (needed > 0);
	data->data[data->len] = '\0';
	return state;
}

/* Fills the head of an entry, whose room was taken, and its tuple. */
static void
fill_head(uint32 block, const LfdwResultTopic *topic, const LfdwQuestion *question,
		  int64 begun_at_us)
{
	LfdwResultEntry *entry = lfdw_result_store_entry(store, block);

	entry->hash = hash_of(question);
	memcpy(entry->digest, question->digest, LFDW_QUESTION_DIGEST);
	entry->tuple_len = question->tuple_len;
	entry->data_len = 0;
	entry->nrows = 0;
	entry->dbid = MyDatabaseId;
	entry->relid = topic->relid;
	entry->userid = topic->userid;
	entry->function = topic->function;
	entry->generation = topic->generation;
	entry->begun_at_us = begun_at_us;
	entry->claim = 0;
	pg_atomic_init_u32(&entry->used, 1);
	pg_atomic_init_u32(&entry->hits, 0);
	lfdw_result_store_write(store, block, 0, question->tuple, question->tuple_len);
}

/* What is known of a question, without its answer. */
LfdwResultState
lfdw_result_cache_state(const LfdwResultTopic *topic, const LfdwQuestion *question)
{
	LfdwResultState state;

	LWLockAcquire(&control->lock.lock, LW_SHARED);
	state = state_of(topic, find(question));
	LWLockRelease(&control->lock.lock);
	return state;
}

/*
 * Says that this session asks a question, unless *state, which it becomes, is that
 * another asks, or knows the answer by now.  Returns the number of the claim; 0
 * also where there is no room for it.
 */
LfdwResultClaim
lfdw_result_cache_claim(const LfdwResultTopic *topic, const LfdwQuestion *question,
						LfdwResultState *state)
{
	LfdwResultClaim claim = 0;
	uint32		block;

	LWLockAcquire(&control->lock.lock, LW_EXCLUSIVE);
	block = find(question);
	*state = state_of(topic, block);
	if (*state == LFDW_RESULT_UNKNOWN)
	{
		if (block != LFDW_NO_BLOCK)
			lfdw_result_store_drop(store, block);
		block = lfdw_result_store_take(store, question->tuple_len);
		if (block != LFDW_NO_BLOCK)
		{
			claim = pg_atomic_add_fetch_u64(&control->claims, 1);
			fill_head(block, topic, question, lfdw_server_clock_us());
			lfdw_result_store_entry(store, block)->state = LFDW_ENTRY_CLAIM;
			lfdw_result_store_entry(store, block)->claim = claim;
			lfdw_result_store_link(store, block);
		}
	}
	LWLockRelease(&control->lock.lock);
	return claim;
}

/* Takes the room for an answer, in blocks that are nobody's but the caller's then. */
static uint32
take_room(const LfdwQuestion *question, Size len)
{
	uint32		block;

	LWLockAcquire(&control->lock.lock, LW_EXCLUSIVE);
	block = lfdw_result_store_take(store, question->tuple_len + len);
	LWLockRelease(&control->lock.lock);
	return block;
}

/*
 * Puts an answer in the place of whatever is there of its question, unless that is
 * younger.
 */
static bool
put(const LfdwResultTopic *topic, const LfdwQuestion *question, uint32 block)
{
	const LfdwResultEntry *entry = lfdw_result_store_entry(store, block);
	uint32		other;
	bool		kept;

	LWLockAcquire(&control->lock.lock, LW_EXCLUSIVE);
	other = find(question);
	kept = topic->generation == generation_of(entry->dbid, entry->relid,
											  entry->function);
	if (kept && other != LFDW_NO_BLOCK)
	{
		const LfdwResultEntry *there = lfdw_result_store_entry(store, other);

		kept = there->state == LFDW_ENTRY_CLAIM ||
			there->generation != topic->generation ||
			there->begun_at_us <= entry->begun_at_us;
		if (kept)
			lfdw_result_store_drop(store, other);
	}
	if (kept)
		lfdw_result_store_link(store, block);
	else
		lfdw_result_store_give_back(store, block);
	LWLockRelease(&control->lock.lock);
	return kept;
}

/*
 * Keeps the answer of a question, that was asked at begun_at_us, whole: data has len
 * bytes, at most lfdw_result_cache_answer_max, for nrows rows.  The claim, if there is
 * one, has ended then.  False where there is no room, or the function's generation
 * is another.  Raises nothing; lfdw_result_cache_wake is to follow.
 */
bool
lfdw_result_cache_publish(const LfdwResultTopic *topic, const LfdwQuestion *question,
						  LfdwResultClaim claim, int64 begun_at_us,
						  const char *data, Size len, uint32 nrows)
{
	uint32		block = take_room(question, len);

	if (block != LFDW_NO_BLOCK)
	{
		LfdwResultEntry *entry = lfdw_result_store_entry(store, block);

		fill_head(block, topic, question, begun_at_us);
		entry->state = LFDW_ENTRY_ANSWER;
		entry->data_len = len;
		entry->nrows = nrows;
		lfdw_result_store_write(store, block, question->tuple_len, data, len);
		if (put(topic, question, block))
			return true;
	}
	lfdw_result_cache_release(question, claim);
	return false;
}

/* Ends a claim without an answer; raises nothing. */
void
lfdw_result_cache_release(const LfdwQuestion *question, LfdwResultClaim claim)
{
	uint32		block;

	if (claim == 0)
		return;
	LWLockAcquire(&control->lock.lock, LW_EXCLUSIVE);
	block = find(question);
	if (block != LFDW_NO_BLOCK &&
		lfdw_result_store_entry(store, block)->claim == claim)
		lfdw_result_store_drop(store, block);
	LWLockRelease(&control->lock.lock);
}

/* Wakes those who wait, after claims have ended. */
void
lfdw_result_cache_wake(void)
{
	if (pg_atomic_read_u32(&control->nwaiting) == 0)
		return;
	for (int i = 0; i < control->nbackends; i++)
	{
		if (control->waiting[i] && i != lfdw_segment_my_backend())
			lfdw_wake_proc(i);
	}
}

/* Says whether this session's latch is to be set when claims end. */
void
lfdw_result_cache_set_waiting(bool waiting)
{
	bool	   *mine = &control->waiting[lfdw_segment_my_backend()];

	if (*mine == waiting)
		return;
	*mine = waiting;
	if (waiting)
		pg_atomic_fetch_add_u32(&control->nwaiting, 1);
	else
		pg_atomic_fetch_sub_u32(&control->nwaiting, 1);
}

/* Forgets what is kept of a table of this database. */
void
lfdw_result_cache_clear(Oid relid)
{
	uint32		number = table_number(MyDatabaseId, relid);

	pg_atomic_fetch_add_u64(&attached_control()->generations[number], 1);
}

/* Forgets everything, of all databases; claims go on, and come to nothing. */
void
lfdw_result_cache_clear_all(void)
{
	uint32		block = 0;

	pg_atomic_fetch_add_u64(&attached_control()->all, 1);
	if (store == NULL)
		return;
	LWLockAcquire(&control->lock.lock, LW_EXCLUSIVE);
	while ((block = lfdw_result_store_next(store, block)) != LFDW_NO_BLOCK)
		lfdw_result_store_drop(store, block++);
	LWLockRelease(&control->lock.lock);
	lfdw_result_cache_wake();
}

/*
 * Adds up the entries that hold, of so many blocks from *block on, which becomes where to
 * go on, or LFDW_NO_BLOCK.
 */
static void
add_entries(LfdwResultSums *sums, uint32 *block)
{
	uint32		end = *block + BLOCKS_AT_ONCE;

	LWLockAcquire(&control->lock.lock, LW_SHARED);
	while (*block < end &&
		   (*block = lfdw_result_store_next(store, *block)) != LFDW_NO_BLOCK)
	{
		const LfdwResultEntry *entry = lfdw_result_store_entry(store, (*block)++);

		if (entry->generation == generation_of(entry->dbid, entry->relid,
											   entry->function))
			lfdw_result_sums_add(sums, entry);
	}
	LWLockRelease(&control->lock.lock);
}

/*
 * What is kept, by table and role: palloc'd.  What no longer holds and was not dropped
 * yet is not in it.
 */
LfdwResultSums *
lfdw_result_cache_read(void)
{
	LfdwResultSums *sums = lfdw_result_sums_create();
	uint32		block = 0;

	if (!lfdw_result_cache_attach())
		return sums;
	while (block != LFDW_NO_BLOCK)
	{
		CHECK_FOR_INTERRUPTS();
		add_entries(sums, &block);
	}
	return sums;
}
