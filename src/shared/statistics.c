/*-------------------------------------------------------------------------
 *
 * statistics.c
 *		What requests came to, by function and user: pg_stat_lambda's rows.
 *
 * A hash table of constant size in partitions, each with a lock.  Counts are added to
 * a row under the shared lock, by atomic operations; the exclusive lock is for rows
 * that come and go.  Where a partition is full, a row that was not used for long is
 * dropped for the new one: a clock's hand goes round, and every use of a row saves it
 * for another round.
 *
 * IDENTIFICATION
 *	  src/shared/statistics.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "port/pg_bitutils.h"
#include "storage/lwlock.h"
#include "storage/spin.h"
#include "utils/timestamp.h"

#include "shared/statistics.h"

#define NPARTITIONS 16

/* A row that is used often survives so many rounds of the clock without a use. */
#define USAGE_MAX 5

/* No row, in chains and free lists. */
#define NONE (-1)

typedef struct Row
{
	LfdwStatisticsKey key;
	uint32		hash;
	bool		used;
	int			next;			/* of the chain, or of the free rows */
	pg_atomic_uint32 usage;
	pg_atomic_uint64 counts[LFDW_NCOUNTERS];
	pg_atomic_uint64 max_us;
	pg_atomic_uint64 buckets[LFDW_NBUCKETS];
	TimestampTz since;
	slock_t		mutex;			/* of what follows */
	char		server[NAMEDATALEN];
	char		last_error[LFDW_LAST_ERROR_MAX];
	TimestampTz last_error_at;
} Row;

typedef struct Partition
{
	LWLock		lock;
	int			hand;			/* of the clock */
	int			free;			/* the first free row */
	int64		evictions;
} Partition;

/* The part; chains and rows of a partition are beside each other. */
typedef struct Table
{
	int			nrows;			/* of a partition, and chains as many */
	pg_atomic_uint64 reset_at;
	Partition	partitions[NPARTITIONS];
	int			chains[FLEXIBLE_ARRAY_MEMBER];	/* then the rows */
} Table;

static int
rows_of_partition(const LfdwSegmentSizes *sizes)
{
	return (sizes->nstatistics + NPARTITIONS - 1) / NPARTITIONS;
}

static Size
rows_offset(int nrows)
{
	return MAXALIGN(offsetof(Table, chains) + sizeof(int) * nrows * NPARTITIONS);
}

/* The size of the part. */
Size
lfdw_statistics_size(const LfdwSegmentSizes *sizes)
{
	int			nrows = rows_of_partition(sizes);

	return rows_offset(nrows) + mul_size(sizeof(Row), mul_size(nrows, NPARTITIONS));
}

static Row *
partition_rows(Table *table, int partition)
{
	return (Row *) ((char *) table + rows_offset(table->nrows)) +
		partition * table->nrows;
}

static int *
partition_chains(Table *table, int partition)
{
	return table->chains + partition * table->nrows;
}

static void
init_row(Row *row)
{
	pg_atomic_init_u32(&row->usage, 0);
	for (int i = 0; i < LFDW_NCOUNTERS; i++)
		pg_atomic_init_u64(&row->counts[i], 0);
	pg_atomic_init_u64(&row->max_us, 0);
	for (int i = 0; i < LFDW_NBUCKETS; i++)
		pg_atomic_init_u64(&row->buckets[i], 0);
	SpinLockInit(&row->mutex);
}

/* Makes a partition empty: all its rows are free. */
static void
empty_partition(Table *table, int partition)
{
	Row		   *rows = partition_rows(table, partition);
	int		   *chains = partition_chains(table, partition);

	for (int i = 0; i < table->nrows; i++)
	{
		chains[i] = NONE;
		rows[i].used = false;
		rows[i].next = i + 1 < table->nrows ? i + 1 : NONE;
	}
	table->partitions[partition].free = 0;
	table->partitions[partition].hand = 0;
}

/* Sets the part up, in memory of its size. */
void
lfdw_statistics_init(void *memory, const LfdwSegmentSizes *sizes, int tranche)
{
	Table	   *table = memory;

	table->nrows = rows_of_partition(sizes);
	pg_atomic_init_u64(&table->reset_at, GetCurrentTimestamp());
	for (int i = 0; i < NPARTITIONS; i++)
	{
		LWLockInitialize(&table->partitions[i].lock, tranche);
		for (int j = 0; j < table->nrows; j++)
			init_row(&partition_rows(table, i)[j]);
		empty_partition(table, i);
	}
}

static Table *
get_table(void)
{
	return lfdw_segment_part(LFDW_PART_STATISTICS);
}

/* Copies a name in the database encoding, cut to size bytes, the last one zero. */
void
lfdw_statistics_copy_name(char *copy, const char *name, size_t size)
{
	size_t		len = strlen(name);

	if (len >= size)
		len = pg_mbcliplen(name, len, size - 1);
	memcpy(copy, name, len);
	copy[len] = '\0';
}

/*
 * Fills a key, of the current database; names are in its encoding, the qualifier is
 * NULL for none.
 */
void
lfdw_statistics_key(LfdwStatisticsKey *key, Oid userid, Oid serverid,
					const char *service, const char *function, const char *qualifier)
{
	/* it is compared byte by byte */
	memset(key, 0, sizeof(LfdwStatisticsKey));
	key->dbid = MyDatabaseId;
	key->userid = userid;
	key->serverid = serverid;
	lfdw_statistics_copy_name(key->service, service, sizeof(key->service));
	lfdw_statistics_copy_name(key->function, function, sizeof(key->function));
	lfdw_statistics_copy_name(key->qualifier, qualifier ? qualifier : "", sizeof(key->qualifier));
}

/* The row of a key, NULL if there is none; under the partition's lock. */
static Row *
find_row(Table *table, int partition, const LfdwStatisticsKey *key, uint32 hash)
{
	Row		   *rows = partition_rows(table, partition);
	int			i = partition_chains(table, partition)[hash / NPARTITIONS % table->nrows];

	while (i != NONE && (rows[i].hash != hash ||
						 memcmp(&rows[i].key, key, sizeof(LfdwStatisticsKey)) != 0))
		i = rows[i].next;
	return i == NONE ? NULL : &rows[i];
}

/* Takes a row out of its chain. */
static void
unlink_row(Table *table, int partition, Row *row)
{
	Row		   *rows = partition_rows(table, partition);
	int		   *link = &partition_chains(table, partition)[row->hash / NPARTITIONS % table->nrows];

	while (&rows[*link] != row)
		link = &rows[*link].next;
	*link = row->next;
}

/* Makes a row free, as all are in use: the next that no use has saved. */
static int
evict_row(Table *table, int partition)
{
	Partition  *part = &table->partitions[partition];
	Row		   *rows = partition_rows(table, partition);

	for (;;)
	{
		int			i = part->hand;
		uint32		usage = pg_atomic_read_u32(&rows[i].usage);

		part->hand = (i + 1) % table->nrows;
		if (usage == 0)
		{
			unlink_row(table, partition, &rows[i]);
			part->evictions++;
			return i;
		}
		pg_atomic_write_u32(&rows[i].usage, usage - 1);
	}
}

/* Makes a row for a key that has none; under the exclusive lock. */
static Row *
make_row(Table *table, int partition, const LfdwStatisticsKey *key, uint32 hash)
{
	Partition  *part = &table->partitions[partition];
	Row		   *rows = partition_rows(table, partition);
	int		   *chain = &partition_chains(table, partition)[hash / NPARTITIONS % table->nrows];
	int			i = part->free;
	Row		   *row;

	if (i == NONE)
		i = evict_row(table, partition);
	else
		part->free = rows[i].next;
	row = &rows[i];
	row->key = *key;
	row->hash = hash;
	row->used = true;
	row->next = *chain;
	*chain = i;
	pg_atomic_write_u32(&row->usage, 0);
	for (int j = 0; j < LFDW_NCOUNTERS; j++)
		pg_atomic_write_u64(&row->counts[j], 0);
	pg_atomic_write_u64(&row->max_us, 0);
	for (int j = 0; j < LFDW_NBUCKETS; j++)
		pg_atomic_write_u64(&row->buckets[j], 0);
	row->since = GetCurrentTimestamp();
	row->server[0] = '\0';
	row->last_error[0] = '\0';
	row->last_error_at = 0;
	return row;
}

/* The bucket of a duration. */
static int
bucket_of(int64 duration_us)
{
	uint64		ms = Max(duration_us, 0) / 1000;

	return ms == 0 ? 0 : Min(pg_leftmost_one_pos64(ms) + 1, LFDW_NBUCKETS - 1);
}

/* Adds a duration that is over. */
static void
add_duration(Row *row, int64 duration_us)
{
	uint64		max_us = pg_atomic_read_u64(&row->max_us);

	pg_atomic_fetch_add_u64(&row->buckets[bucket_of(duration_us)], 1);
	while (max_us < (uint64) duration_us &&
		   !pg_atomic_compare_exchange_u64(&row->max_us, &max_us, duration_us))
		;
}

/* Notes the server's present name, and an error. */
static void
note_texts(Row *row, const char *server, const char *error)
{
	TimestampTz now = error ? GetCurrentTimestamp() : 0;

	SpinLockAcquire(&row->mutex);
	strlcpy(row->server, server, sizeof(row->server));
	if (error)
	{
		lfdw_statistics_copy_name(row->last_error, error, sizeof(row->last_error));
		row->last_error_at = now;
	}
	SpinLockRelease(&row->mutex);
}

static void
add_to_row(Row *row, const char *server, const LfdwStatisticsDelta *delta)
{
	uint32		usage = pg_atomic_read_u32(&row->usage);

	if (usage < USAGE_MAX)
		pg_atomic_write_u32(&row->usage, usage + 1);
	for (int i = 0; i < LFDW_NCOUNTERS; i++)
	{
		if (delta->counts[i] != 0)
			pg_atomic_fetch_add_u64(&row->counts[i], delta->counts[i]);
	}
	if (delta->duration_us >= 0)
		add_duration(row, delta->duration_us);
	if (delta->error || strcmp(row->server, server) != 0)
		note_texts(row, server, delta->error);
}

/*
 * Adds to what is counted for a key, whose server has this name now.  Does not throw,
 * but for want of memory at a session's first use of what is shared.
 */
void
lfdw_statistics_add(const LfdwStatisticsKey *key, const char *server,
					const LfdwStatisticsDelta *delta)
{
	Table	   *table = get_table();
	uint32		hash = hash_bytes((const unsigned char *) key, sizeof(LfdwStatisticsKey));
	int			partition = hash % NPARTITIONS;
	LWLock	   *lock = &table->partitions[partition].lock;
	Row		   *row;

	LWLockAcquire(lock, LW_SHARED);
	row = find_row(table, partition, key, hash);
	if (row == NULL)
	{
		LWLockRelease(lock);
		LWLockAcquire(lock, LW_EXCLUSIVE);
		row = find_row(table, partition, key, hash);
		if (row == NULL)
			row = make_row(table, partition, key, hash);
	}
	add_to_row(row, server, delta);
	LWLockRelease(lock);
}

static void
read_row(LfdwStatisticsRow *copy, Row *row)
{
	copy->key = row->key;
	for (int i = 0; i < LFDW_NCOUNTERS; i++)
		copy->counts[i] = pg_atomic_read_u64(&row->counts[i]);
	copy->max_us = pg_atomic_read_u64(&row->max_us);
	for (int i = 0; i < LFDW_NBUCKETS; i++)
		copy->buckets[i] = pg_atomic_read_u64(&row->buckets[i]);
	copy->since = row->since;
	SpinLockAcquire(&row->mutex);
	memcpy(copy->server, row->server, sizeof(copy->server));
	memcpy(copy->last_error, row->last_error, sizeof(copy->last_error));
	copy->last_error_at = row->last_error_at;
	SpinLockRelease(&row->mutex);
}

/* All rows, palloc'd, and how many there are. */
LfdwStatisticsRow *
lfdw_statistics_read(int *nrows)
{
	Table	   *table = get_table();
	LfdwStatisticsRow *copies =
	palloc_extended(mul_size(sizeof(LfdwStatisticsRow),
							 mul_size(table->nrows, NPARTITIONS)),
					MCXT_ALLOC_HUGE);
	int			count = 0;

	for (int i = 0; i < NPARTITIONS; i++)
	{
		Row		   *rows = partition_rows(table, i);

		LWLockAcquire(&table->partitions[i].lock, LW_SHARED);
		for (int j = 0; j < table->nrows; j++)
		{
			if (rows[j].used)
				read_row(&copies[count++], &rows[j]);
		}
		LWLockRelease(&table->partitions[i].lock);
	}
	*nrows = count;
	return copies;
}

/* How many rows there are. */
int
lfdw_statistics_used(void)
{
	Table	   *table = get_table();
	int			count = 0;

	for (int i = 0; i < NPARTITIONS; i++)
	{
		LWLockAcquire(&table->partitions[i].lock, LW_SHARED);
		for (int j = 0; j < table->nrows; j++)
			count += partition_rows(table, i)[j].used;
		LWLockRelease(&table->partitions[i].lock);
	}
	return count;
}

/* When the counts began, all of them. */
TimestampTz
lfdw_statistics_reset_at(void)
{
	return (TimestampTz) pg_atomic_read_u64(&get_table()->reset_at);
}

/* How many rows have been dropped for others since the server began. */
int64
lfdw_statistics_evictions(void)
{
	Table	   *table = get_table();
	int64		evictions = 0;

	for (int i = 0; i < NPARTITIONS; i++)
	{
		LWLockAcquire(&table->partitions[i].lock, LW_SHARED);
		evictions += table->partitions[i].evictions;
		LWLockRelease(&table->partitions[i].lock);
	}
	return evictions;
}

/* Drops all rows. */
void
lfdw_statistics_reset(void)
{
	Table	   *table = get_table();

	for (int i = 0; i < NPARTITIONS; i++)
	{
		LWLockAcquire(&table->partitions[i].lock, LW_EXCLUSIVE);
		empty_partition(table, i);
		LWLockRelease(&table->partitions[i].lock);
	}
	pg_atomic_write_u64(&table->reset_at, GetCurrentTimestamp());
}
