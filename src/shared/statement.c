/*-------------------------------------------------------------------------
 *
 * statement.c
 *		What the statement that a session runs has used so far.
 *
 * A statement is what the client sends in one message: core notes when it came, and
 * tells parallel workers.  The counts are in a block of the session's, to which its
 * workers add; they begin anew at the first use with another time.
 *
 * IDENTIFICATION
 *	  src/shared/statement.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "storage/spin.h"

#include "shared/statement.h"

/* A session's; all of it under the lock. */
typedef struct StatementBlock
{
	slock_t		mutex;
	TimestampTz began_at;		/* of the statement whose counts these are */
	LfdwStatementCounts counts;
} StatementBlock;

/* The size of the part. */
Size
lfdw_statement_size(const LfdwSegmentSizes *sizes)
{
	return mul_size(sizeof(StatementBlock), sizes->nbackends);
}

/* Sets the part up, in memory of its size. */
void
lfdw_statement_init(void *memory, const LfdwSegmentSizes *sizes, int tranche)
{
	StatementBlock *blocks = memory;

	for (int i = 0; i < sizes->nbackends; i++)
		SpinLockInit(&blocks[i].mutex);
}

/*
 * Adds to what the current statement has used, or takes back where members are
 * negative; *sums becomes what it is with that.  Raises out of memory at a session's
 * first use.
 */
void
lfdw_statement_add(const LfdwStatementCounts *more, LfdwStatementCounts *sums)
{
	StatementBlock *blocks = lfdw_segment_part(LFDW_PART_STATEMENTS);
	StatementBlock *block = &blocks[lfdw_segment_leader_backend()];
	TimestampTz now = GetCurrentStatementStartTimestamp();

	SpinLockAcquire(&block->mutex);
	if (block->began_at != now)
	{
		block->began_at = now;
		memset(&block->counts, 0, sizeof(LfdwStatementCounts));
	}
	block->counts.calls += more->calls;
	block->counts.requests += more->requests;
	block->counts.bytes += more->bytes;
	block->counts.billed_mb_ms += more->billed_mb_ms;
	*sums = block->counts;
	SpinLockRelease(&block->mutex);
}

/* Are parallel workers counted with their leader?  Not where no memory is shared. */
bool
lfdw_statement_spans_workers(void)
{
	return lfdw_segment_sharing() != LFDW_SHARED_BY_NONE;
}
