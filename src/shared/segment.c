/*-------------------------------------------------------------------------
 *
 * segment.c
 *		The memory that the sessions of a cluster share.
 *
 * It is one piece: a header, and a part for each module that keeps something there,
 * of a size that does not change.  Where the library is preloaded, it is part of the
 * server's own shared memory.  From PostgreSQL 17 on any session can make it, as a
 * segment whose handle is in a small segment that the registry knows by name.  Else,
 * and where that fails, a session has such a piece of its own, so that nobody above
 * need know.
 *
 * After a crash, when the server starts anew without its postmaster having ended, all
 * of it is empty: segments are gone then, and the startup hook is called again.
 *
 * IDENTIFICATION
 *	  src/shared/segment.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/dsm.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "pg/compat.h"
#include "pg/setting.h"
#include "shared/segment.h"

/* What locks and memory are called. */
#define SEGMENT_NAME "lambda_fdw"

/*
 * The layout's version: to be counted up where something moves in it or means another
 * thing, as its size tells by itself where something grows.
 */
#define LAYOUT_VERSION 2

/* Servers that have limits, and functions that a session counts for itself. */
#define SERVERS_MAX 512
#define OWN_STATISTICS 100

/* The beginning of the memory. */
typedef struct SegmentHeader
{
	LfdwSegmentSizes sizes;
	int			tranche;		/* of all locks */
	Size		offsets[LFDW_NPARTS];
} SegmentHeader;

/* What the registry has by name: of constant size, whatever the settings. */
typedef struct RegistryRoot
{
	LWLock		lock;			/* of handle */
	int			tranche;
	dsm_handle	handle;			/* DSM_HANDLE_INVALID before it is made */
} RegistryRoot;

/* LFDW_NPARTS of them */
static const LfdwPartKind *part_kinds;

static SegmentHeader *segment = NULL;
static LfdwSharing sharing = LFDW_SHARED_BY_NONE;

static shmem_request_hook_type previous_request_hook = NULL;
static shmem_startup_hook_type previous_startup_hook = NULL;

/*
 * The sizes of what all sessions share, as the settings have them now.  A segment that
 * is made later leaves answers out: those are in one of their own.
 */
static LfdwSegmentSizes
shared_sizes(bool preloaded)
{
	LfdwSegmentSizes sizes = {
		.nbackends = MaxBackends,
		.nstatistics = lfdw_setting_stats_max(),
		.nservers = SERVERS_MAX,
		.result_bytes = preloaded ? lfdw_setting_cache()->size_kb * (Size) 1024 : 0
	};

	return sizes;
}

static Size
segment_size(const LfdwSegmentSizes *sizes)
{
	Size		size = CACHELINEALIGN(sizeof(SegmentHeader));

	for (int i = 0; i < LFDW_NPARTS; i++)
		size = add_size(size, CACHELINEALIGN(part_kinds[i].size(sizes)));
	return size;
}

/* Sets memory of segment_size up. */
static void
init_segment(void *memory, const LfdwSegmentSizes *sizes, int tranche)
{
	SegmentHeader *header = memory;
	Size		offset = CACHELINEALIGN(sizeof(SegmentHeader));

	memset(memory, 0, sizeof(SegmentHeader));
	header->sizes = *sizes;
	header->tranche = tranche;
	for (int i = 0; i < LFDW_NPARTS; i++)
	{
		Size		size = part_kinds[i].size(sizes);

		header->offsets[i] = offset;
		if (!part_kinds[i].unzeroed)
			memset((char *) memory + offset, 0, size);
		part_kinds[i].init((char *) memory + offset, sizes, tranche);
		offset += CACHELINEALIGN(size);
	}
}

/* shmem_request_hook */
static void
request_segment(void)
{
	LfdwSegmentSizes sizes = shared_sizes(true);

	if (previous_request_hook)
		previous_request_hook();
	RequestAddinShmemSpace(segment_size(&sizes));
}

/*
 * shmem_startup_hook: a postmaster calls it again after a crash, and each process by
 * itself where they are not forked.
 */
static void
start_segment(void)
{
	LfdwSegmentSizes sizes = shared_sizes(true);
	bool		found;

	if (previous_startup_hook)
		previous_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	segment = ShmemInitStruct(SEGMENT_NAME, segment_size(&sizes), &found);
	if (!found)
		init_segment(segment, &sizes, lfdw_new_tranche(SEGMENT_NAME));
	LWLockRelease(AddinShmemInitLock);
	lfdw_register_tranche(segment->tranche, SEGMENT_NAME);
	sharing = LFDW_SHARED_BY_PRELOAD;
}

/*
 * Takes what the memory consists of, LFDW_NPARTS kinds that live as long as the
 * process, and asks for it if the library is preloaded; once, while it loads.
 */
void
lfdw_segment_install(const LfdwPartKind *parts)
{
	part_kinds = parts;
	if (!process_shared_preload_libraries_in_progress)
		return;
	previous_request_hook = shmem_request_hook;
	shmem_request_hook = request_segment;
	previous_startup_hook = shmem_startup_hook;
	shmem_startup_hook = start_segment;
}

/* Says why a session shares no memory, once as it does not try again. */
static void
report_failure(const ErrorData *error, const char *without)
{
	ereport(WARNING,
			(errmsg("lambda_fdw shares no memory with other sessions: %s",
					error->message),
			 errdetail("%s", without),
			 errhint("Make room for dynamic shared memory and start another session, or add lambda_fdw to shared_preload_libraries.")));
}

/*
 * Runs what attaches to shared memory; NULL, with a warning, if that fails.  Locks are
 * the registry's and ours then: the session must hold no others here.
 */
static void *
try_to_attach(void *(*attach) (const void *arg), const void *arg, const char *without)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	void	   *volatile memory = NULL;

	PG_TRY();
	{
		/* mappings are the session's; of one that fails nothing is left over */
		CurrentResourceOwner = NULL;
		memory = attach(arg);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		CurrentResourceOwner = owner;
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		LWLockReleaseAll();
		report_failure(error, without);
		FreeErrorData(error);
	}
	PG_END_TRY();
	return memory;
}

/* Makes the segment that is behind a handle, or attaches to it. */
static void *
attach_beside(const void *arg)
{
	const LfdwSegmentBeside *beside = arg;
	dsm_segment *dsm;

	LWLockAcquire(beside->lock, LW_EXCLUSIVE);
	if (*beside->handle == DSM_HANDLE_INVALID)
	{
		dsm = dsm_create(beside->size, 0);
		beside->init(dsm_segment_address(dsm), beside->size, beside->arg);
		dsm_pin_segment(dsm);
		*beside->handle = dsm_segment_handle(dsm);
	}
	else
		dsm = dsm_attach(*beside->handle);
	LWLockRelease(beside->lock);
	if (dsm == NULL)
		elog(ERROR, "the segment is gone");
	return dsm_segment_address(dsm);
}

/*
 * The memory of a segment beside the one that sessions share: made if nobody has, and
 * kept until the server stops.  NULL, with a warning, where it cannot be had; the
 * session must hold no lock.
 */
void *
lfdw_segment_beside(const LfdwSegmentBeside *beside)
{
	return try_to_attach(attach_beside, beside, beside->without);
}

#if LFDW_HAS_DSM_REGISTRY
static void
init_root(void *memory)
{
	RegistryRoot *root = memory;

	root->tranche = lfdw_new_tranche(SEGMENT_NAME);
	LWLockInitialize(&root->lock, root->tranche);
	root->handle = DSM_HANDLE_INVALID;
}

/* LfdwSegmentBeside: of the segment that the registry leads to. */
static void
init_registered(void *memory, Size size, const void *arg)
{
	const RegistryRoot *root = arg;
	LfdwSegmentSizes sizes = shared_sizes(false);

	init_segment(memory, &sizes, root->tranche);
}

/*
 * Attaches to the segment that the registry leads to.  Sessions that loaded the library
 * before it was replaced by one of another layout have another than those that did
 * later.
 */
static void *
attach_registered(const void *arg)
{
	LfdwSegmentSizes one_each = {.nbackends = 1,.nstatistics = 1,.nservers = 1};
	LfdwSegmentSizes sizes = shared_sizes(false);
	char		name[NAMEDATALEN];
	LfdwSegmentBeside beside;
	RegistryRoot *root;
	bool		found;

	snprintf(name, sizeof(name), SEGMENT_NAME " %d.%zu", LAYOUT_VERSION,
			 segment_size(&one_each));
	root = lfdw_named_segment(name, sizeof(RegistryRoot), init_root, &found);
	lfdw_register_tranche(root->tranche, SEGMENT_NAME);
	beside.lock = &root->lock;
	beside.handle = &root->handle;
	beside.size = segment_size(&sizes);
	beside.init = init_registered;
	beside.arg = root;
	return attach_beside(&beside);
}

/* Attaches to the segment that all sessions share; NULL, with a warning, if that fails. */
static SegmentHeader *
attach_shared(void)
{
	return try_to_attach(attach_registered, NULL,
						 "Statistics are this session's own, and limits of servers cannot be kept.");
}
#else
static SegmentHeader *
attach_shared(void)
{
	return NULL;
}
#endif

/* Memory of the session's own, for want of any that is shared. */
static SegmentHeader *
make_own(void)
{
	LfdwSegmentSizes sizes = {
		.nbackends = 1,
		.nstatistics = OWN_STATISTICS,
		.nservers = SERVERS_MAX
	};
	SegmentHeader *header = MemoryContextAlloc(TopMemoryContext,
											   segment_size(&sizes));

	/* no other process takes these locks, so their name does not matter */
	init_segment(header, &sizes, LWTRANCHE_SHARED_TUPLESTORE);
	return header;
}

/* Has the session memory, its own at least. */
static SegmentHeader *
attached(void)
{
	if (segment)
		return segment;
	segment = attach_shared();
	if (segment)
		sharing = LFDW_SHARED_BY_REGISTRY;
	else
		segment = make_own();
	return segment;
}

/*
 * A part of the memory.  The first call of a session may have to make all of it, and
 * raises out of memory then; it must not be within a section that holds a lock.
 */
void *
lfdw_segment_part(LfdwSegmentPart part)
{
	SegmentHeader *header = attached();

	return (char *) header + header->offsets[part];
}

/* What the memory has room for; it may have been made under other settings. */
const LfdwSegmentSizes *
lfdw_segment_sizes(void)
{
	return &attached()->sizes;
}

/* The size of the memory, all parts together. */
Size
lfdw_segment_bytes(void)
{
	return segment_size(lfdw_segment_sizes());
}

/* Who shares the memory. */
LfdwSharing
lfdw_segment_sharing(void)
{
	(void) attached();
	return sharing;
}

/* The number of this process among nbackends. */
int
lfdw_segment_my_backend(void)
{
	return lfdw_segment_sharing() == LFDW_SHARED_BY_NONE ? 0 : lfdw_proc_number();
}

/*
 * The number of the process that runs the statement: of a parallel worker's leader,
 * of any other its own.
 */
int
lfdw_segment_leader_backend(void)
{
	return lfdw_segment_sharing() == LFDW_SHARED_BY_NONE ? 0 :
		lfdw_leader_proc_number();
}
