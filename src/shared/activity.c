/*-------------------------------------------------------------------------
 *
 * activity.c
 *		What the sessions ask of functions now: pg_stat_lambda_activity.
 *
 * A process keeps each piece of its work as the row that others see, and copies that
 * to a block of its own in the memory that is shared, as often as something happens
 * to a request.  Nobody else writes there, and readers take no lock: as with
 * PgBackendStatus, they read anew if the block has changed meanwhile.
 *
 * A block's number is the process's, and is used by another one later: the first use
 * by a process makes it empty, and what is read counts only while the process of its
 * number still is the one that wrote it.
 *
 * IDENTIFICATION
 *	  src/shared/activity.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "utils/timestamp.h"

#include "pg/after_run.h"
#include "pg/compat.h"
#include "pg/owner.h"
#include "pg/trace.h"
#include "shared/activity.h"

/* A process's, in the memory that is shared. */
typedef struct Block
{
	volatile uint32 changes;	/* odd while it is written */
	LfdwActivityProcess process;
} Block;

struct LfdwWork
{
	bool		listed;			/* it has made a request */
	dlist_node	node;			/* then: of this process's */
	int			place;			/* in the block, -1: it has none */
	dlist_head	requests;		/* under way, the oldest first */
	const int64 *rows;			/* see lfdw_work_count_rows */
	bool		open_ended;		/* requests will follow that nobody can count */
	LfdwActivityRow row;
};

/* This process's; NULL before its first use, and once it exits. */
static Block *my_block = NULL;
static bool exiting = false;

/* All work of the process that others may see, and that in the block's places. */
static dlist_head works = DLIST_STATIC_INIT(works);
static int	nworks = 0;
static LfdwWork *places[LFDW_ACTIVITY_ROWS];

/* The size of the part. */
Size
lfdw_activity_size(const LfdwSegmentSizes *sizes)
{
	return mul_size(sizeof(Block), sizes->nbackends);
}

/* Sets the part up, in memory of its size. */
void
lfdw_activity_init(void *memory, const LfdwSegmentSizes *sizes, int tranche)
{
	/* zeros: no block has a process */
}

/* A write, which readers see begin and end. */
static void
begin_change(Block *block)
{
	START_CRIT_SECTION();
	block->changes++;
	pg_write_barrier();
}

static void
end_change(Block *block)
{
	pg_write_barrier();
	block->changes++;
	Assert((block->changes & 1) == 0);
	END_CRIT_SECTION();
}

/* before_shmem_exit: segments are gone in the callbacks that come later. */
static void
leave_block(int code, Datum arg)
{
	Block	   *block = my_block;

	exiting = true;
	my_block = NULL;
	if (block == NULL)
		return;
	begin_change(block);
	block->process.pid = 0;
	end_change(block);
}

/* Makes the block of the process's number its own. */
static void
take_block(void)
{
	Block	   *block;

	if (my_block || exiting)
		return;
	block = (Block *) lfdw_segment_part(LFDW_PART_ACTIVITY) +
		lfdw_segment_my_backend();
	before_shmem_exit(leave_block, (Datum) 0);
	/* who had it may have ended within a change */
	block->changes = (block->changes + 1) & ~(uint32) 1;
	begin_change(block);
	memset(&block->process, 0, sizeof(block->process));
	block->process.pid = MyProcPid;
	block->process.leader_pid = lfdw_leader_pid();
	block->process.dbid = MyDatabaseId;
	block->process.encoding = GetDatabaseEncoding();
	end_change(block);
	my_block = block;
}

/* Copies what there is of a piece of work, if it is shown, to where others see it. */
static void
show(LfdwWork *work)
{
	LfdwWorkRequest *oldest = NULL;
	LfdwActivityRow *row = &work->row;

	if (my_block == NULL || work->place < 0)
		return;
	if (!dlist_is_empty(&work->requests))
		oldest = dlist_head_element(LfdwWorkRequest, node, &work->requests);
	if (work->rows)
		row->rows = *work->rows;
	row->state = oldest ? oldest->state : LFDW_REQUEST_IDLE;
	row->attempt = oldest ? oldest->attempt : 0;
	if (oldest)
		row->state_since = oldest->state_since;
	strlcpy(row->request_id, oldest ? oldest->id : "", sizeof(row->request_id));
	begin_change(my_block);
	my_block->process.rows[work->place] = *row;
	my_block->process.session_userid = GetSessionUserId();
	my_block->process.nhidden = Max(nworks - (int) LFDW_ACTIVITY_ROWS, 0);
	end_change(my_block);
}

/* Gives a piece of work a place. */
static void
give_place(LfdwWork *work, int place)
{
	if (places[place])
		places[place]->place = -1;
	places[place] = work;
	work->place = place;
	show(work);
}

/*
 * Looks for a place: one that is free, or, for work that has requests under way, that
 * of work that has none.
 */
static void
seek_place(LfdwWork *work)
{
	bool		busy = !dlist_is_empty(&work->requests);
	int			found = -1;

	if (work->place >= 0)
		return;
	for (int i = 0; i < (int) LFDW_ACTIVITY_ROWS; i++)
	{
		if (places[i] == NULL || (busy && dlist_is_empty(&places[i]->requests)))
		{
			found = i;
			if (places[i] == NULL)
				break;
		}
	}
	if (found >= 0)
		give_place(work, found);
}

/* Frees a place; work that has none gets it. */
static void
free_place(int place)
{
	dlist_iter	iter;
	LfdwWork   *next = NULL;

	places[place] = NULL;
	if (nworks >= (int) LFDW_ACTIVITY_ROWS)
	{
		dlist_foreach(iter, &works)
		{
			LfdwWork   *work = dlist_container(LfdwWork, node, iter.cur);

			if (work->place < 0 && (next == NULL || !dlist_is_empty(&work->requests)))
				next = work;
		}
	}
	if (next)
	{
		give_place(next, place);
		return;
	}
	if (my_block == NULL)
		return;
	begin_change(my_block);
	my_block->process.rows[place].used = false;
	end_change(my_block);
}

/* The work's memory is released: its requests are nobody's. */
static void
end_work(void *object)
{
	LfdwWork   *work = object;
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &work->requests)
	{
		LfdwWorkRequest *request = dlist_container(LfdwWorkRequest, node, iter.cur);

		dlist_delete(iter.cur);
		request->work = NULL;
	}
	if (!work->listed)
		return;
	dlist_delete(&work->node);
	nworks--;
	if (work->place >= 0)
		free_place(work->place);
}

/*
 * Makes a piece of work, which others see from its first request on, until the context
 * ends.  The first call of a session may raise out of memory, as lfdw_segment_part.
 */
LfdwWork *
lfdw_work_begin(LfdwOperation operation, MemoryContext context)
{
	LfdwWork   *work = MemoryContextAllocZero(context, sizeof(LfdwWork));
	LfdwActivityRow *row = &work->row;
	const char *trace_id = lfdw_trace_header();

	take_block();
	lfdw_owner_register(context, end_work, work);
	row->used = true;
	row->operation = operation;
	row->to_do = -1;
	row->rows = -1;
	if (trace_id)
		strlcpy(row->trace_id, trace_id, sizeof(row->trace_id));
	work->place = -1;
	dlist_init(&work->requests);
	return work;
}

/* What began as something else turns out to be this. */
void
lfdw_work_set_operation(LfdwWork *work, LfdwOperation operation)
{
	work->row.operation = operation;
	show(work);
}

/* Has the work's row show a counter of rows, which must live as long. */
void
lfdw_work_count_rows(LfdwWork *work, const int64 *rows)
{
	work->rows = rows;
}

/* Counts rows, which are shown with what happens next. */
void
lfdw_work_add_rows(LfdwWork *work, int64 rows)
{
	work->row.rows = Max(work->row.rows, 0) + rows;
}

/* Shows the rows that were counted since it was last shown. */
void
lfdw_work_show_rows(LfdwWork *work)
{
	if (work->rows && *work->rows != work->row.rows)
		show(work);
}

/* Says whether there will be more requests than those that are known to be to do. */
void
lfdw_work_set_open_ended(LfdwWork *work, bool open_ended)
{
	work->open_ended = open_ended;
	if (open_ended)
		lfdw_work_set_to_do(work, -1);
}

/* How many requests are still to begin, -1 where that is not known. */
void
lfdw_work_set_to_do(LfdwWork *work, int64 to_do)
{
	if (work->open_ended)
		to_do = -1;
	if (work->row.to_do == to_do)
		return;
	work->row.to_do = to_do;
	show(work);
}

/*
 * LfdwAfterRun: shows the rows that were read since the last request's end, as the
 * client may ask for no more for long.
 */
static void
show_rows_read(QueryDesc *query, uint64 count)
{
	for (int i = 0; i < (int) LFDW_ACTIVITY_ROWS; i++)
	{
		if (places[i])
			lfdw_work_show_rows(places[i]);
	}
}

/* Once, while the library loads. */
void
lfdw_activity_install(void)
{
	lfdw_after_run_add(show_rows_read);
}

/* The work makes its first request: others may see it. */
static void
list_work(LfdwWork *work)
{
	work->listed = true;
	work->row.started_at = GetCurrentTimestamp();
	dlist_push_tail(&works, &work->node);
	nworks++;
}

/* Notes whom the work asks. */
static void
note_target(LfdwActivityRow *row, const LfdwWorkTarget *target)
{
	row->userid = target->userid;
	row->serverid = target->serverid;
	lfdw_statistics_copy_name(row->server, target->server, sizeof(row->server));
	lfdw_statistics_copy_name(row->service, target->service, sizeof(row->service));
	lfdw_statistics_copy_name(row->function, target->function,
							  sizeof(row->function));
	lfdw_statistics_copy_name(row->qualifier,
							  target->qualifier ? target->qualifier : "",
							  sizeof(row->qualifier));
}

/*
 * Shows a request that begins, QUEUED, until lfdw_work_request_end, or the end of the
 * work's memory; without work it is shown nowhere.  Does not throw, as the following.
 */
void
lfdw_work_request_begin(LfdwWorkRequest *request, LfdwWork *work,
						const LfdwWorkTarget *target)
{
	memset(request, 0, offsetof(LfdwWorkRequest, id) + 1);
	if (work == NULL)
		return;
	request->work = work;
	request->state = LFDW_REQUEST_QUEUED;
	request->state_since = GetCurrentTimestamp();
	note_target(&work->row, target);
	dlist_push_tail(&work->requests, &request->node);
	work->row.under_way++;
	if (!work->listed)
		list_work(work);
	if (work->place < 0)
		seek_place(work);
	else
		show(work);
}

/*
 * Shows where a request stands, if that is news.  The bytes are those of all its
 * attempts so far.
 */
void
lfdw_work_request_state(LfdwWorkRequest *request, const LfdwWorkProgress *progress)
{
	LfdwWork   *work = request->work;
	bool		moved;

	if (work == NULL)
		return;
	moved = request->state != progress->state || request->attempt != progress->attempt;
	if (!moved && request->sent_bytes == progress->sent_bytes &&
		request->received_bytes == progress->received_bytes)
		return;
	if (moved)
		request->state_since = GetCurrentTimestamp();
	request->state = progress->state;
	request->attempt = progress->attempt;
	work->row.sent_bytes += progress->sent_bytes - request->sent_bytes;
	work->row.received_bytes += progress->received_bytes - request->received_bytes;
	request->sent_bytes = progress->sent_bytes;
	request->received_bytes = progress->received_bytes;
	show(work);
}

/* Shows the id that the service has given to a request: printable ASCII. */
void
lfdw_work_request_id(LfdwWorkRequest *request, const char *id)
{
	if (request->work == NULL)
		return;
	strlcpy(request->id, id, sizeof(request->id));
	show(request->work);
}

/* A request is no longer under way, whatever it came to.  Idempotent. */
void
lfdw_work_request_end(LfdwWorkRequest *request)
{
	LfdwWork   *work = request->work;

	if (work == NULL)
		return;
	request->work = NULL;
	dlist_delete(&request->node);
	work->row.under_way--;
	work->row.done++;
	if (dlist_is_empty(&work->requests))
		work->row.state_since = GetCurrentTimestamp();
	show(work);
}

/*
 * What the process of a number, of lfdw_segment_sizes, shows; false if it shows
 * nothing, or is no more.
 */
bool
lfdw_activity_read(int number, LfdwActivityProcess *process)
{
	const Block *block = (Block *) lfdw_segment_part(LFDW_PART_ACTIVITY) + number;

	for (;;)
	{
		uint32		before = block->changes;

		pg_read_barrier();
		if (block->process.pid == 0)
			return false;
		*process = block->process;
		pg_read_barrier();
		if (before == block->changes && (before & 1) == 0)
			break;
		CHECK_FOR_INTERRUPTS();
	}
	return lfdw_segment_sharing() == LFDW_SHARED_BY_NONE ||
		lfdw_pid_of_proc(number) == process->pid;
}
