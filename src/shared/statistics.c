/*-------------------------------------------------------------------------
 *
 * statistics.c
 *		What requests came to, by function and user: pg_stat_lambda's rows.
 *
 * A hash table of constant size, whose chains are divided among locks.  Counts are
 * added to a row under its chain's shared lock, by atomic operations; the exclusive
 * lock is for rows that come and go.  A new row is taken before its chain is locked:
 * one that is free, or else one that was not used for long.  A clock's hand goes
 * round, and every use of a row saves it for another round.
 *
 * Nothing is raised while a row is out of all chains, nor is there a wait for
 * anything but such locks, so that no row is lost but with its process by a crash,
 * after which the table is made anew.
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

#define NLOCKS 16

/* A row that is used often survives so many rounds of the clock without a use. */
#define USAGE_MAX 5

/* No row, in chains and in the list of free rows. */
#define NONE (-1)

/* The hash of a row that is in no chain. */
#define NO_HASH 0

typedef struct Row
{
	LfdwStatisticsKey key;		/* its chain's lock is that of key and next */
	int			next;			/* of the chain, or of the free rows */
	pg_atomic_uint32 hash;		/* changed under the exclusive lock of the
								 * chain that it enters or leaves */
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

/* The part. */
typedef struct Table
{
	int			nrows;			/* and so many chains */
	pg_atomic_uint64 reset_at;
	pg_atomic_uint64 evictions;
	pg_atomic_uint32 hand;		/* of the clock, modulo nrows */
	slock_t		mutex;			/* of what follows */
	int			free;			/* the first free row */
	int			nfree;
	LWLockPadded locks[NLOCKS];
	int			chains[FLEXIBLE_ARRAY_MEMBER];	/* then the rows */
} Table;

static Size
rows_offset(int nrows)
{
	return MAXALIGN(offsetof(Table, chains) + sizeof(int) * nrows);
}

/* The size of the part. */
Size
lfdw_statistics_size(const LfdwSegmentSizes *sizes)
{
	return add_size(rows_offset(sizes->nstatistics),
					mul_size(sizeof(Row), sizes->nstatistics));
}

static Row *
row_number(Table *table, int number)
{
	return (Row *) ((char *) table + rows_offset(table->nrows)) + number;
}

/* The chain of a hash. */
static int
chain_of(const Table *table, uint32 hash)
{
	return hash % table->nrows;
}

static LWLock *
lock_of(Table *table, uint32 hash)
{
	return &table->locks[chain_of(table, hash) % NLOCKS].lock;
}

static void
init_row(Row *row)
{
	pg_atomic_init_u32(&row->hash, NO_HASH);
	pg_atomic_init_u32(&row->usage, 0);
	for (int i = 0; i < LFDW_NCOUNTERS; i++)
		pg_atomic_init_u64(&row->counts[i], 0);
	pg_atomic_init_u64(&row->max_us, 0);
	for (int i = 0; i < LFDW_NBUCKETS; i++)
		pg_atomic_init_u64(&row->buckets[i], 0);
	SpinLockInit(&row->mutex);
}

/* Sets the part up, in memory of its size. */
void
lfdw_statistics_init(void *memory, const LfdwSegmentSizes *sizes, int tranche)
{
	Table	   *table = memory;

	table->nrows = sizes->nstatistics;
	pg_atomic_init_u64(&table->reset_at, GetCurrentTimestamp());
	pg_atomic_init_u64(&table->evictions, 0);
	pg_atomic_init_u32(&table->hand, 0);
	SpinLockInit(&table->mutex);
	for (int i = 0; i < NLOCKS; i++)
		LWLockInitialize(&table->locks[i].lock, tranche);
	for (int i = 0; i < table->nrows; i++)
	{
		table->chains[i] = NONE;
		init_row(row_number(table, i));
		row_number(table, i)->next = i + 1 < table->nrows ? i + 1 : NONE;
	}
	table->free = 0;
	table->nfree = table->nrows;
}

static Table *
get_table(void)
{
	return lfdw_segment_part(LFDW_PART_STATISTICS);
}

/*
 * Copies a name in the database encoding into size bytes, the last one zero: as many
 * whole characters as there is room for.
 */
void
lfdw_statistics_copy_name(char *copy, const char *name, size_t size)
{
	size_t		len = strnlen(name, size);

	if (len == size)
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
	key->encoding = GetDatabaseEncoding();
	lfdw_statistics_copy_name(key->service, service, sizeof(key->service));
	lfdw_statistics_copy_name(key->function, function, sizeof(key->function));
	lfdw_statistics_copy_name(key->qualifier, qualifier ? qualifier : "", sizeof(key->qualifier));
}

static uint32
hash_of(const LfdwStatisticsKey *key)
{
	uint32		hash = hash_bytes((const unsigned char *) key,
								  sizeof(LfdwStatisticsKey));

	return hash == NO_HASH ? 1 : hash;
}

/* The row of a key, NULL if there is none; under the chain's lock. */
static Row *
find_row(Table *table, const LfdwStatisticsKey *key, uint32 hash)
{
	for (int i = table->chains[chain_of(table, hash)]; i != NONE;
		 i = row_number(table, i)->next)
	{
		Row		   *row = row_number(table, i);

		if (pg_atomic_read_u32(&row->hash) == hash &&
			memcmp(&row->key, key, sizeof(LfdwStatisticsKey)) == 0)
			return row;
	}
	return NULL;
}

/* Takes a row out of its chain, under the chain's exclusive lock. */
static void
unlink_row(Table *table, Row *row)
{
	int		   *link = &table->chains[chain_of(table, pg_atomic_read_u32(&row->hash))];

	while (row_number(table, *link) != row)
		link = &row_number(table, *link)->next;
	*link = row->next;
	pg_atomic_write_u32(&row->hash, NO_HASH);
}

/* Takes a row out of its chain, unless it is used or has gone. */
static bool
evict_row(Table *table, Row *row)
{
	uint32		hash = pg_atomic_read_u32(&row->hash);
	uint32		usage = pg_atomic_read_u32(&row->usage);
	bool		evicted;

	if (hash == NO_HASH)
		return false;
	if (usage > 0)
	{
		pg_atomic_write_u32(&row->usage, usage - 1);
		return false;
	}
	LWLockAcquire(lock_of(table, hash), LW_EXCLUSIVE);
	evicted = pg_atomic_read_u32(&row->hash) == hash &&
		pg_atomic_read_u32(&row->usage) == 0;
	if (evicted)
		unlink_row(table, row);
	LWLockRelease(lock_of(table, hash));
	return evicted;
}

/*
 * The number of a row that is in no chain: a free one, else the next that no use has
 * saved.  There is one sooner or later: who has a row in hand is about to put it into
 * a chain.
 */
static int
take_row(Table *table)
{
	int			number;

	SpinLockAcquire(&table->mutex);
	number = table->free;
	if (number != NONE)
	{
		table->free = row_number(table, number)->next;
		table->nfree--;
	}
	SpinLockRelease(&table->mutex);
	while (number == NONE)
	{
		int			next = pg_atomic_fetch_add_u32(&table->hand, 1) % table->nrows;

		if (evict_row(table, row_number(table, next)))
		{
			pg_atomic_fetch_add_u64(&table->evictions, 1);
			number = next;
		}
	}
	return number;
}

/* Makes a row that is in no chain a free one. */
static void
free_row(Table *table, int number)
{
	SpinLockAcquire(&table->mutex);
	row_number(table, number)->next = table->free;
	table->free = number;
	table->nfree++;
	SpinLockRelease(&table->mutex);
}

/* Puts a row into the chain of a key, which has none there; under its exclusive lock. */
static Row *
link_row(Table *table, int number, const LfdwStatisticsKey *key, uint32 hash)
{
	int		   *chain = &table->chains[chain_of(table, hash)];
	Row		   *row = row_number(table, number);

	row->key = *key;
	pg_atomic_write_u32(&row->usage, 0);
	for (int i = 0; i < LFDW_NCOUNTERS; i++)
		pg_atomic_write_u64(&row->counts[i], 0);
	pg_atomic_write_u64(&row->max_us, 0);
	for (int i = 0; i < LFDW_NBUCKETS; i++)
		pg_atomic_write_u64(&row->buckets[i], 0);
	row->since = GetCurrentTimestamp();
	row->server[0] = '\0';
	row->last_error[0] = '\0';
	row->last_error_at = 0;
	row->next = *chain;
	*chain = number;
	pg_atomic_write_u32(&row->hash, hash);
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
	char		text[LFDW_LAST_ERROR_MAX];
	TimestampTz now = 0;

	if (error)
	{
		lfdw_statistics_copy_name(text, error, sizeof(text));
		now = GetCurrentTimestamp();
	}
	SpinLockAcquire(&row->mutex);
	strlcpy(row->server, server, sizeof(row->server));
	if (error)
	{
		strlcpy(row->last_error, text, sizeof(row->last_error));
		row->last_error_at = now;
	}
	SpinLockRelease(&row->mutex);
}

/* Under the lock of the row's chain, shared at least. */
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
	note_texts(row, server, delta->error);
}

/* The row of a key that had none, made unless another process was faster. */
static Row *
make_row(Table *table, const LfdwStatisticsKey *key, uint32 hash)
{
	int			number = take_row(table);
	Row		   *row;

	LWLockAcquire(lock_of(table, hash), LW_EXCLUSIVE);
	row = find_row(table, key, hash);
	if (row == NULL)
		return link_row(table, number, key, hash);
	free_row(table, number);
	return row;
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
	uint32		hash = hash_of(key);
	LWLock	   *lock = lock_of(table, hash);
	Row		   *row;

	LWLockAcquire(lock, LW_SHARED);
	row = find_row(table, key, hash);
	if (row == NULL)
	{
		LWLockRelease(lock);
		row = make_row(table, key, hash);	/* locks anew */
	}
	add_to_row(row, server, delta);
	LWLockRelease(lock);
}

/* A copy of a row, palloc'd; under its chain's lock. */
static LfdwStatisticsRow *
read_row(Row *row)
{
	LfdwStatisticsRow *copy = palloc(sizeof(LfdwStatisticsRow));

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
	return copy;
}

/* All rows, a list of LfdwStatisticsRow, palloc'd. */
List *
lfdw_statistics_read(void)
{
	Table	   *table = get_table();
	List	   *copies = NIL;

	for (int i = 0; i < NLOCKS; i++)
	{
		LWLockAcquire(&table->locks[i].lock, LW_SHARED);
		for (int chain = i; chain < table->nrows; chain += NLOCKS)
		{
			for (int j = table->chains[chain]; j != NONE; j = row_number(table, j)->next)
				copies = lappend(copies, read_row(row_number(table, j)));
		}
		LWLockRelease(&table->locks[i].lock);
	}
	return copies;
}

/* How many rows there are. */
int
lfdw_statistics_used(void)
{
	Table	   *table = get_table();
	int			nfree;

	SpinLockAcquire(&table->mutex);
	nfree = table->nfree;
	SpinLockRelease(&table->mutex);
	return table->nrows - nfree;
}

/* When the counts began, all of them. */
TimestampTz
lfdw_statistics_reset_at(void)
{
	return (TimestampTz) pg_atomic_read_u64(&get_table()->reset_at);
}

/* How many rows have been dropped for others since then. */
int64
lfdw_statistics_evictions(void)
{
	return pg_atomic_read_u64(&get_table()->evictions);
}

/* Drops the rows of a chain, under its exclusive lock. */
static void
empty_chain(Table *table, int chain)
{
	int			number;

	while ((number = table->chains[chain]) != NONE)
	{
		unlink_row(table, row_number(table, number));
		free_row(table, number);
	}
}

/* Drops all rows.  What is added meanwhile is dropped, or it is in a new row. */
void
lfdw_statistics_reset(void)
{
	Table	   *table = get_table();

	/* so that no row that is left began before */
	pg_atomic_write_u64(&table->reset_at, GetCurrentTimestamp());
	pg_atomic_write_u64(&table->evictions, 0);
	for (int i = 0; i < NLOCKS; i++)
	{
		LWLockAcquire(&table->locks[i].lock, LW_EXCLUSIVE);
		for (int chain = i; chain < table->nrows; chain += NLOCKS)
			empty_chain(table, chain);
		LWLockRelease(&table->locks[i].lock);
	}
}
