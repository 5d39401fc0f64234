/*-------------------------------------------------------------------------
 *
 * result_store.c
 *		The memory of the result cache: entries in blocks, found by hash.
 *
 * One piece of constant size: a head, a bucket for each block, and blocks of
 * BLOCK_SIZE bytes.  An entry is a chain of blocks, of which the first has its head.
 * Blocks that nobody has are a list, before which come those that nobody ever had, so
 * that to make the store touches its buckets alone.  When there are none, a clock's
 * hand goes over the blocks and drops the entries that were not used since it came by.
 *
 * Nothing here waits, allocates or raises.  Who calls holds the cache's lock: shared
 * to find and to read, else exclusive; blocks that were taken and are not linked yet
 * are whose took them, and are written without it.
 *
 * IDENTIFICATION
 *	  src/shared/result_store.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/result_store.h"

/* A row of some columns with its question fits. */
#define BLOCK_SIZE 256

/* So many rounds of the hand find every entry that can go. */
#define ROUNDS 2

typedef struct Block
{
	uint32		next;			/* of its entry, or of the free ones */
	uint32		is_head;		/* of an entry that is linked; not a bool, for
								 * the entry behind it has atomics */
	char		bytes[BLOCK_SIZE - 8];
} Block;

StaticAssertDecl(sizeof(Block) == BLOCK_SIZE, "blocks have no holes");
StaticAssertDecl(offsetof(Block, bytes) % MAXIMUM_ALIGNOF == 0,
				 "an entry is aligned");
StaticAssertDecl(sizeof(LfdwResultEntry) < sizeof(((Block *) 0)->bytes),
				 "an entry's head is in its first block");

#define BLOCK_BYTES sizeof(((Block *) 0)->bytes)

struct LfdwResultStore
{
	uint32		nblocks;		/* and as many buckets */
	uint32		nfresh;			/* blocks that somebody had */
	uint32		free;
	uint32		nfree;			/* of the list alone */
	uint32		hand;
	uint32		buckets[FLEXIBLE_ARRAY_MEMBER]; /* then the blocks */
};

static Size
blocks_offset(uint32 nblocks)
{
	return TYPEALIGN(PG_CACHE_LINE_SIZE,
					 offsetof(LfdwResultStore, buckets) + sizeof(uint32) * nblocks);
}

static Block *
block_number(const LfdwResultStore *store, uint32 number)
{
	Assert(number < store->nblocks);
	return (Block *) ((char *) store + blocks_offset(store->nblocks)) + number;
}

/* No store is smaller, in bytes. */
Size
lfdw_result_store_min_size(void)
{
	return blocks_offset(1) + sizeof(Block);
}

/* Sets a store up in memory of a size that is at least the least one. */
void
lfdw_result_store_init(LfdwResultStore *store, Size size)
{
	Size		nblocks = size / (sizeof(Block) + sizeof(uint32));

	nblocks = Min(nblocks, LFDW_NO_BLOCK - 1);
	while (blocks_offset(nblocks) + nblocks * sizeof(Block) > size)
		nblocks--;
	memset(store, 0, offsetof(LfdwResultStore, buckets));
	store->nblocks = nblocks;
	store->free = LFDW_NO_BLOCK;
	memset(store->buckets, 0xFF, sizeof(uint32) * nblocks);
}

/* The bytes of all blocks. */
Size
lfdw_result_store_size(const LfdwResultStore *store)
{
	return (Size) store->nblocks * sizeof(Block);
}

/* The bytes of an entry's blocks. */
Size
lfdw_result_store_entry_size(const LfdwResultEntry *entry)
{
	return (Size) entry->nblocks * sizeof(Block);
}

/* The head of the entry that begins with a block. */
LfdwResultEntry *
lfdw_result_store_entry(const LfdwResultStore *store, uint32 block)
{
	return (LfdwResultEntry *) block_number(store, block)->bytes;
}

/* Are these the bytes of an entry from an offset on? */
static bool
has_bytes(const LfdwResultStore *store, uint32 block, const char *bytes, Size len)
{
	Size		at = sizeof(LfdwResultEntry);

	while (len > 0)
	{
		const Block *b = block_number(store, block);
		Size		n = Min(len, BLOCK_BYTES - at);

		if (memcmp(b->bytes + at, bytes, n) != 0)
			return false;
		bytes += n;
		len -= n;
		at = 0;
		block = b->next;
	}
	return true;
}

/* The first block of the entry of a question, or LFDW_NO_BLOCK. */
uint32
lfdw_result_store_find(const LfdwResultStore *store, uint32 hash, const uint8 *digest,
					   const char *tuple, uint32 tuple_len)
{
	uint32		block = store->buckets[hash % store->nblocks];

	while (block != LFDW_NO_BLOCK)
	{
		const LfdwResultEntry *entry = lfdw_result_store_entry(store, block);

		if (entry->hash == hash && entry->tuple_len == tuple_len &&
			memcmp(entry->digest, digest, LFDW_QUESTION_DIGEST) == 0 &&
			has_bytes(store, block, tuple, tuple_len))
			return block;
		block = entry->next;
	}
	return LFDW_NO_BLOCK;
}

/* Puts an entry into its bucket. */
void
lfdw_result_store_link(LfdwResultStore *store, uint32 block)
{
	LfdwResultEntry *entry = lfdw_result_store_entry(store, block);
	uint32	   *bucket = &store->buckets[entry->hash % store->nblocks];

	entry->next = *bucket;
	*bucket = block;
	block_number(store, block)->is_head = true;
}

/* Gives the blocks of an entry back that is not linked. */
void
lfdw_result_store_give_back(LfdwResultStore *store, uint32 block)
{
	while (block != LFDW_NO_BLOCK)
	{
		Block	   *b = block_number(store, block);
		uint32		next = b->next;

		b->is_head = false;
		b->next = store->free;
		store->free = block;
		store->nfree++;
		block = next;
	}
}

/* Takes an entry out of its bucket, and gives its blocks back. */
void
lfdw_result_store_drop(LfdwResultStore *store, uint32 block)
{
	const LfdwResultEntry *entry = lfdw_result_store_entry(store, block);
	uint32	   *at = &store->buckets[entry->hash % store->nblocks];

	while (*at != block)
		at = &lfdw_result_store_entry(store, *at)->next;
	*at = entry->next;
	lfdw_result_store_give_back(store, block);
}

static uint32
count_free(const LfdwResultStore *store)
{
	return store->nfree + (store->nblocks - store->nfresh);
}

/* Has so many blocks free, if entries that were not used lately have them. */
static bool
make_room(LfdwResultStore *store, uint32 nblocks)
{
	uint64		steps = (uint64) ROUNDS * store->nfresh;

	while (count_free(store) < nblocks && steps-- > 0)
	{
		uint32		block = store->hand;

		store->hand = (store->hand + 1) % store->nfresh;
		if (!block_number(store, block)->is_head)
			continue;
		if (pg_atomic_exchange_u32(&lfdw_result_store_entry(store, block)->used, 0) == 0)
			lfdw_result_store_drop(store, block);
	}
	return count_free(store) >= nblocks;
}

static uint32
take_block(LfdwResultStore *store)
{
	uint32		block = store->free;

	if (block == LFDW_NO_BLOCK)
		return store->nfresh++;
	store->free = block_number(store, block)->next;
	store->nfree--;
	return block;
}

/*
 * Takes the blocks for an entry with so many bytes behind its head, dropping others
 * for it; the first one, or LFDW_NO_BLOCK where there is no room.  Its head is not set
 * but for nblocks.
 */
uint32
lfdw_result_store_take(LfdwResultStore *store, Size bytes)
{
	Size		all = sizeof(LfdwResultEntry) + bytes;
	Size		nblocks = (all + BLOCK_BYTES - 1) / BLOCK_BYTES;
	uint32		first = LFDW_NO_BLOCK;

	if (nblocks > store->nblocks || !make_room(store, nblocks))
		return LFDW_NO_BLOCK;
	for (Size i = 0; i < nblocks; i++)
	{
		uint32		block = take_block(store);

		block_number(store, block)->next = first;
		block_number(store, block)->is_head = false;
		first = block;
	}
	lfdw_result_store_entry(store, first)->nblocks = nblocks;
	return first;
}

/* The block of an entry where an offset into its bytes is; *at is where in there. */
static uint32
go_to(const LfdwResultStore *store, uint32 block, Size offset, Size *at)
{
	offset += sizeof(LfdwResultEntry);
	while (offset >= BLOCK_BYTES)
	{
		offset -= BLOCK_BYTES;
		block = block_number(store, block)->next;
	}
	*at = offset;
	return block;
}

/* Writes bytes of an entry, whose room was taken, from an offset on. */
void
lfdw_result_store_write(LfdwResultStore *store, uint32 block, Size offset,
						const char *bytes, Size len)
{
	Size		at;

	for (block = go_to(store, block, offset, &at); len > 0; at = 0)
	{
		Block	   *b = block_number(store, block);
		Size		n = Min(len, BLOCK_BYTES - at);

		memcpy(b->bytes + at, bytes, n);
		bytes += n;
		len -= n;
		block = b->next;
	}
}

/* Reads bytes of an entry from an offset on, all of which it has. */
void
lfdw_result_store_read(const LfdwResultStore *store, uint32 block, Size offset,
					   char *bytes, Size len)
{
	Size		at;

	for (block = go_to(store, block, offset, &at); len > 0; at = 0)
	{
		const Block *b = block_number(store, block);
		Size		n = Min(len, BLOCK_BYTES - at);

		memcpy(bytes, b->bytes + at, n);
		bytes += n;
		len -= n;
		block = b->next;
	}
}

/*
 * Walks all entries: the first one from a block on, LFDW_NO_BLOCK where there is none.
 * Go on with the block behind it.
 */
uint32
lfdw_result_store_next(const LfdwResultStore *store, uint32 block)
{
	for (; block < store->nfresh; block++)
	{
		if (block_number(store, block)->is_head)
			return block;
	}
	return LFDW_NO_BLOCK;
}
