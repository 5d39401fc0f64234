/*-------------------------------------------------------------------------
 *
 * parallel.c
 *		What processes share that run a foreign scan together.
 *
 * Each participant evaluates the arguments by itself, which makes the same list of
 * units everywhere, and claims units from a counter in shared memory.  A call belongs
 * to the process that claimed its unit, with all its pages.
 *
 * The leader claims none as long as there are workers: while it waited for a function,
 * nobody would take the workers' rows.  It ends without a row instead, but not before
 * a worker has begun, who goes on until all units are claimed.  For Parallel Hash takes
 * the end of all that are there for that of the scan, and a worker that comes later
 * finds it done.  Where none begins for long, the leader claims all, and workers that
 * come then end without a row.
 *
 * IDENTIFICATION
 *	  src/scan/parallel.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/dsm.h"
#include "storage/latch.h"
#include "storage/spin.h"

#include "http/answer_memory.h"
#include "http/wait.h"
#include "pg/owner.h"
#include "pushdown/arguments_hash.h"
#include "pushdown/part.h"
#include "scan/parallel.h"

/*
 * The leader waits so long for a worker to begin, in milliseconds.  Then it claims
 * the units itself, in case the workers wait for it.
 */
#define WORKER_BEGIN_MS 2000

/* What the participants share, in the memory of the parallel query. */
typedef struct SharedScan
{
	slock_t		mutex;			/* of what follows up to next_unit */
	volatile bool begun;		/* a worker runs the scan ... */
	bool		alone;			/* ... or the leader does, who waited in vain */
	bool		known;			/* the list of units is */
	int64		nunits;
	uint64		hash;			/* of the arguments that make it */
	int			nworkers;		/* that may be there, or are */
	volatile bool stop;			/* nobody wants any more rows */
	pg_atomic_uint32 next_unit;
	pg_atomic_uint32 warnings;	/* that participants had to say at the end */
	Latch	   *leader;
	dsm_handle	counts;			/* DSM_HANDLE_INVALID: nobody asks */
	Latch	   *latches[FLEXIBLE_ARRAY_MEMBER]; /* of the workers, NULL before
												 * they come */
} SharedScan;

/*
 * The counts of the workers, by number.  EXPLAIN reads them when the memory of the
 * parallel query is gone, so they have a segment of their own.
 */
typedef struct Counts
{
	dsm_segment *segment;		/* NULL: nobody asks */
	int			nworkers;
	dsm_handle	handle;
} Counts;

struct LfdwParallel
{
	SharedScan *shared;			/* NULL: the workers are gone */
	ParallelContext *pcxt;		/* in the leader alone */
	Counts		counts;			/* in the leader alone */
};

/* The size of what is shared. */
Size
lfdw_parallel_size(const ParallelContext *pcxt)
{
	return add_size(offsetof(SharedScan, latches),
					mul_size(sizeof(Latch *), pcxt->nworkers));
}

/* Nothing is claimed of what is shared, and no worker has come: for another scan. */
void
lfdw_parallel_reset(const ParallelContext *pcxt, void *memory)
{
	SharedScan *shared = memory;

	shared->begun = shared->alone = shared->known = false;
	shared->nworkers = pcxt->nworkers;
	shared->stop = false;
	pg_atomic_write_u32(&shared->next_unit, 0);
	memset(shared->latches, 0, sizeof(Latch *) * pcxt->nworkers);
}

/* LfdwRelease of a segment of counts. */
static void
release_counts(void *object)
{
	Counts	   *counts = object;

	if (counts->segment)
		dsm_detach(counts->segment);
}

/*
 * Makes the segment of the workers' counts, which lives as long as the query, and not
 * only as long as the resource owner of the call that begins it.
 */
static void
create_counts(Counts *counts, int nworkers, MemoryContext context)
{
	Size		size = mul_size(sizeof(LfdwInvokeStats), nworkers);

	lfdw_owner_register(context, release_counts, counts);
	counts->segment = dsm_create(size, 0);
	dsm_pin_mapping(counts->segment);
	memset(dsm_segment_address(counts->segment), 0, size);
	counts->handle = dsm_segment_handle(counts->segment);
	counts->nworkers = nworkers;
}

/*
 * Has the leader's part prepare the memory that is shared, of lfdw_parallel_size; again
 * after the workers were sent away for good, if the scan is begun once more.  parallel is
 * the leader's part of before, NULL for none.  Returns it, in the context; the counts of
 * workers are kept there, too, if they are wanted.
 */
LfdwParallel *
lfdw_parallel_lead(LfdwParallel *parallel, ParallelContext *pcxt, void *memory,
				   bool counted, MemoryContext context)
{
	SharedScan *shared = memory;

	if (parallel == NULL)
	{
		parallel = MemoryContextAllocZero(context, sizeof(LfdwParallel));
		parallel->counts.handle = DSM_HANDLE_INVALID;
	}
	if (counted && pcxt->nworkers > 0 && parallel->counts.segment == NULL)
		create_counts(&parallel->counts, pcxt->nworkers, context);
	SpinLockInit(&shared->mutex);
	shared->leader = MyLatch;
	pg_atomic_init_u32(&shared->next_unit, 0);
	pg_atomic_init_u32(&shared->warnings, 0);
	shared->counts = parallel->counts.handle;
	lfdw_parallel_reset(pcxt, memory);
	parallel->shared = shared;
	parallel->pcxt = pcxt;
	return parallel;
}

/*
 * A worker's part, in the current context.  It says where the worker can be woken up.
 */
LfdwParallel *
lfdw_parallel_join(void *memory)
{
	LfdwParallel *parallel = palloc0(sizeof(LfdwParallel));
	SharedScan *shared = memory;

	parallel->shared = shared;
	SpinLockAcquire(&shared->mutex);
	shared->latches[ParallelWorkerNumber] = MyLatch;
	SpinLockRelease(&shared->mutex);
	return parallel;
}

/* Are all workers gone, or were there none? */
static bool
workers_are_gone(const ParallelContext *pcxt)
{
	for (int i = 0; i < pcxt->nworkers_launched; i++)
	{
		BackgroundWorkerHandle *handle = pcxt->worker[i].bgwhandle;
		pid_t		pid;

		if (handle && GetBackgroundWorkerPid(handle, &pid) != BGWH_STOPPED)
			return false;
	}
	return true;
}

/* Waits until a worker has begun, if one may, and not for long. */
static void
wait_for_worker(const LfdwParallel *parallel)
{
	int64		end_us = lfdw_wait_now_us() + WORKER_BEGIN_MS * INT64CONST(1000);

	while (!parallel->shared->begun && !workers_are_gone(parallel->pcxt))
	{
		int64		left_us = end_us - lfdw_wait_now_us();

		if (left_us <= 0)
			return;
		lfdw_wait_for_pipes(-1, -1, left_us / 1000 + 1);
	}
}

/*
 * May a participant's part of a scan, which is about to begin, end without a row? The
 * leader's, once a worker has begun, for which it waits; and a worker's that comes
 * after the leader has begun to run the scan alone.
 */
bool
lfdw_parallel_leaves_to_others(LfdwParallel *parallel)
{
	SharedScan *shared = parallel ? parallel->shared : NULL;
	bool		leads = parallel && parallel->pcxt;
	bool		leaves;

	if (shared == NULL)
		return false;
	if (leads)
	{
		/* fewer may have been launched than the memory is for */
		shared->nworkers = parallel->pcxt->nworkers_launched;
		wait_for_worker(parallel);
	}
	SpinLockAcquire(&shared->mutex);
	if (leads)
		shared->alone = !shared->begun;
	else
		shared->begun = !shared->alone;
	leaves = leads ? shared->begun : shared->alone;
	SpinLockRelease(&shared->mutex);
	if (!leads)
		SetLatch(shared->leader);
	return leaves;
}

/*
 * Holds the list of units against that of the participant who was first.  Were they
 * not the same, rows would be missing, or be there twice.
 */
static void
agree_on_units(SharedScan *shared, const LfdwTable *table, int64 nunits,
			   uint64 hash)
{
	bool		alike;

	SpinLockAcquire(&shared->mutex);
	if (!shared->known)
	{
		shared->known = true;
		shared->nunits = nunits;
		shared->hash = hash;
	}
	alike = shared->nunits == nunits && shared->hash == hash;
	SpinLockRelease(&shared->mutex);
	if (!alike)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				 errmsg("processes of a parallel scan of foreign table \"%s\" ask for different values",
						table->relname),
				 errdetail("A function in the query's conditions is marked PARALLEL SAFE, and does not give the same value in each process."),
				 errhint("Mark it PARALLEL RESTRICTED or VOLATILE, as it is.")));
}

/*
 * How many calls a participant may have under way.  Together they have no more than
 * max_concurrency, and none has more units than leave others as many.
 */
static int
share_of(const LfdwTable *table, int64 nunits, int participants)
{
	int			most = table->options->max_concurrency;
	int			calls = most / participants;

	if (IsParallelWorker() && ParallelWorkerNumber < most % participants)
		calls++;
	return Max(Min(calls, (nunits + participants - 1) / participants), 1);
}

/*
 * Has a fetch, which is to answer arguments next, claim units with the other
 * participants; alone where there are none.
 */
void
lfdw_parallel_share(LfdwParallel *parallel, LfdwFetch *fetch,
					const LfdwTable *table, const LfdwArguments *arguments)
{
	const LfdwOptions *options = table->options;
	SharedScan *shared = parallel->shared;
	int64		nunits;

	if (shared == NULL)
	{
		lfdw_fetch_set_claims(fetch, NULL, options->max_concurrency);
		return;
	}
	nunits = arguments->nothing ? 0 :
		lfdw_part_count(arguments, options->max_batch_keys) * options->splits;
	agree_on_units(shared, table, nunits, lfdw_arguments_hash(arguments));
	/* a worker is there for one statement alone */
	if (IsParallelWorker())
		lfdw_answer_memory_set_processes(shared->nworkers);
	lfdw_fetch_set_claims(fetch, &shared->next_unit,
						  share_of(table, nunits,
								   parallel->pcxt ? 1 : shared->nworkers));
}

/*
 * May a participant say a warning about the answers?  All would say the same, so the
 * first does.
 */
bool
lfdw_parallel_may_warn(LfdwParallel *parallel)
{
	return parallel == NULL || parallel->shared == NULL ||
		pg_atomic_fetch_add_u32(&parallel->shared->warnings, 1) == 0;
}

/* Has the leader told a worker that no more rows are wanted? */
bool
lfdw_parallel_is_stopped(const LfdwParallel *parallel)
{
	return parallel && parallel->shared && parallel->shared->stop;
}

/*
 * The leader has workers that wait for functions wait no longer, and forgets what is
 * shared, which will be gone.  Does nothing for any other process.
 */
void
lfdw_parallel_stop(LfdwParallel *parallel)
{
	SharedScan *shared = parallel ? parallel->shared : NULL;

	if (shared == NULL || parallel->pcxt == NULL)
		return;
	SpinLockAcquire(&shared->mutex);
	shared->stop = true;
	SpinLockRelease(&shared->mutex);
	for (int i = 0; i < parallel->pcxt->nworkers; i++)
	{
		Latch	   *latch = *(Latch *volatile *) &shared->latches[i];

		if (latch)
			SetLatch(latch);
	}
	parallel->shared = NULL;
	parallel->pcxt = NULL;
}

/* A worker leaves what its calls came to, for the leader to read. */
static void
leave_counts(const SharedScan *shared, const LfdwInvokeStats *stats)
{
	dsm_segment *segment;
	LfdwInvokeStats *counts;

	if (shared->counts == DSM_HANDLE_INVALID)
		return;
	segment = dsm_attach(shared->counts);
	if (segment == NULL)
		return;					/* the query is over */
	counts = dsm_segment_address(segment);
	lfdw_invoke_add_stats(&counts[ParallelWorkerNumber], stats);
	dsm_detach(segment);
}

/*
 * A participant's scan ends, with what its calls came to: a worker leaves that to the
 * leader, and the leader stops the workers.
 */
void
lfdw_parallel_end(LfdwParallel *parallel, const LfdwInvokeStats *stats)
{
	if (parallel == NULL || parallel->shared == NULL)
		return;
	if (parallel->pcxt)
		lfdw_parallel_stop(parallel);
	else
		leave_counts(parallel->shared, stats);
}

/* Adds what the workers' calls came to, as far as they have ended. */
void
lfdw_parallel_add_counts(const LfdwParallel *parallel, LfdwInvokeStats *stats)
{
	const LfdwInvokeStats *counts;

	if (parallel == NULL || parallel->counts.segment == NULL)
		return;
	counts = dsm_segment_address(parallel->counts.segment);
	for (int i = 0; i < parallel->counts.nworkers; i++)
		lfdw_invoke_add_stats(stats, &counts[i]);
}
