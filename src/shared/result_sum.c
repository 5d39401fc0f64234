/*-------------------------------------------------------------------------
 *
 * result_sum.c
 *		What is kept of a table's answers that a role asked for first.
 *
 * Entries are added up while the cache's lock is held, so nothing is allocated then,
 * and each is added in the same time, however many tables and roles there are.
 *
 * IDENTIFICATION
 *	  src/shared/result_sum.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"

#include "shared/result_sum.h"
#include "shared/server_limit.h"

/* No more tables and roles are told of, and there are more slots, a power of two. */
#define SUMS_MAX 10000
#define NSLOTS 32768

/* Makes sums of nothing, palloc'd. */
LfdwResultSums *
lfdw_result_sums_create(void)
{
	LfdwResultSums *sums = palloc(sizeof(LfdwResultSums));

	sums->count = 0;
	sums->items = palloc(sizeof(LfdwResultSum) * SUMS_MAX);
	sums->slots = palloc0(sizeof(uint16) * NSLOTS);
	return sums;
}

/* The sum of an entry's table and role; NULL where there is no room for another. */
static LfdwResultSum *
sum_of(LfdwResultSums *sums, const LfdwResultEntry *entry)
{
	uint32		slot = hash_combine(hash_combine(murmurhash32(entry->dbid),
												 murmurhash32(entry->relid)),
									murmurhash32(entry->userid)) % NSLOTS;
	LfdwResultSum *sum;

	for (; sums->slots[slot] != 0; slot = (slot + 1) % NSLOTS)
	{
		sum = &sums->items[sums->slots[slot] - 1];
		if (sum->relid == entry->relid && sum->dbid == entry->dbid &&
			sum->userid == entry->userid)
			return sum;
	}
	if (sums->count == SUMS_MAX)
		return NULL;
	sum = &sums->items[sums->count++];
	sums->slots[slot] = sums->count;
	memset(sum, 0, sizeof(LfdwResultSum));
	sum->dbid = entry->dbid;
	sum->relid = entry->relid;
	sum->userid = entry->userid;
	return sum;
}

/* Adds an entry, under the cache's lock; allocates nothing. */
void
lfdw_result_sums_add(LfdwResultSums *sums, const LfdwResultEntry *entry)
{
	LfdwResultSum *sum = sum_of(sums, entry);

	if (sum == NULL)
		return;
	sum->bytes += lfdw_result_store_entry_size(entry);
	if (entry->state == LFDW_ENTRY_CLAIM)
	{
		sum->asking++;
		return;
	}
	sum->answers++;
	sum->rows += entry->nrows;
	sum->hits += pg_atomic_read_u32(&unconstify(LfdwResultEntry *, entry)->hits);
	sum->oldest_us = Max(sum->oldest_us, lfdw_server_clock_us() - entry->begun_at_us);
}
