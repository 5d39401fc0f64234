/*-------------------------------------------------------------------------
 *
 * commit.c
 *		What is held until its transaction commits.
 *
 * Records of all targets are in one spool, in the order in which they came.  A
 * savepoint is a mark in it, made when something is first held after it; rolling
 * back truncates.  All is sent in XACT_EVENT_PRE_COMMIT, where an error still aborts
 * the transaction, and nothing of it is left when that returns.
 *
 * Core calls those first who have registered last.  We register when something is
 * first held, so that those of other wrappers that were there before, who commit
 * elsewhere, come after us.
 *
 * IDENTIFICATION
 *	  src/modify/commit.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "http/wait.h"
#include "modify/commit.h"
#include "modify/writer.h"
#include "options/foreign_object.h"
#include "pg/setting.h"
#include "pg/spool.h"

/* The writer's deadline, which says more, is to come first. */
#define BEHIND_DEADLINE_US 50000

/* Where a subtransaction has begun, of those that held something. */
typedef struct Savepoint
{
	int			level;			/* its nesting level */
	LfdwSpoolMark mark;
} Savepoint;

/* A target that the next statement may use again. */
typedef struct KnownTarget
{
	const char *key;			/* first, as hash tables want it */
	LfdwWriteTarget *target;
	uint64		generation;		/* of what its server and caller were made of */
} KnownTarget;

/* What a transaction holds. */
typedef struct HeldQueue
{
	MemoryContext context;		/* of all that is below, and of this */
	LfdwSpool  *spool;			/* records: a target's number, then its bytes */
	List	   *targets;		/* of LfdwWriteTarget, by number */
	HTAB	   *known;			/* KnownTarget by key */
	uint64		generation;		/* as lfdw_commit_find saw it last */
	List	   *savepoints;		/* of Savepoint, the innermost last */
	StringInfoData record;		/* as it is appended */
} HeldQueue;

/* NULL: the transaction has none yet. */
static HeldQueue *queue = NULL;

/* The transaction ends, and holds nothing new: it was sent, or is about to be. */
static bool closed = false;

static uint32
hash_key(const void *key, Size size)
{
	const char *text = *(const char *const *) key;

	return DatumGetUInt32(hash_any((const unsigned char *) text, strlen(text)));
}

static int
compare_keys(const void *one, const void *other, Size size)
{
	return strcmp(*(const char *const *) one, *(const char *const *) other);
}

/* The targets of a relation (InvalidOid: of any) are used no more. */
static void
forget_targets(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS status;
	KnownTarget *known;

	if (queue == NULL)
		return;
	hash_seq_init(&status, queue->known);
	while ((known = hash_seq_search(&status)) != NULL)
	{
		if (!OidIsValid(relid) || known->target->relid == relid)
			hash_search(queue->known, &known->key, HASH_REMOVE, NULL);
	}
}

/*
 * Drops the queue.  Closing its file may raise an error, as that writes what is still
 * buffered; where none may be raised any more the resource owner removes it.
 */
static void
drop_queue(bool close_file)
{
	HeldQueue  *dropped = queue;

	queue = NULL;
	if (dropped == NULL)
		return;
	if (close_file)
		lfdw_spool_close(dropped->spool);
	MemoryContextDelete(dropped->context);
}

static bool
holds_something(void)
{
	return queue && lfdw_spool_nrecords(queue->spool) > 0;
}

/* Gives the writer all that is held. */
static void
send_records(LfdwWriter *writer)
{
	StringInfoData record;
	int			number;

	initStringInfo(&record);
	lfdw_spool_rewind(queue->spool);
	while (lfdw_spool_read(queue->spool, &record))
	{
		CHECK_FOR_INTERRUPTS();
		memcpy(&number, record.data, sizeof(number));
		lfdw_writer_add(writer, list_nth(queue->targets, number),
						record.data + sizeof(number), record.len - sizeof(number));
	}
	lfdw_writer_finish(writer);
}

/* Adds to an error of what is sent. */
static void
add_context(void *timeout_ms)
{
	int			ms = *(int *) timeout_ms;

	if (ms > 0)
		errcontext("COMMIT, which sends what the transaction held for it, within %d ms (lambda_fdw.commit_timeout)",
				   ms);
	else
		errcontext("COMMIT, which sends what the transaction held for it");
}

/*
 * Sends what is held, until the deadline at most.  What is not the writer's to wait
 * for, keys that are asked for, has little more.
 */
static void
send_until(LfdwWriter *writer, int64 deadline_us)
{
	lfdw_writer_set_deadline(writer, deadline_us);
	lfdw_wait_set_deadline(deadline_us + BEHIND_DEADLINE_US);
	PG_TRY();
	{
		send_records(writer);
	}
	PG_FINALLY();
	{
		lfdw_wait_set_deadline(PG_INT64_MAX);
	}
	PG_END_TRY();
}

/* Sends what is held. */
static void
send_queue(void)
{
	int			timeout_ms = lfdw_setting_commit_timeout_ms();
	MemoryContext oldcontext = MemoryContextSwitchTo(queue->context);

	/* the writer may outlive this function, if that raises an error */
	LfdwWriteStats *stats = palloc0(sizeof(LfdwWriteStats));
	LfdwWriter *writer = lfdw_writer_create(stats, LFDW_OPERATION_COMMIT);
	ErrorContextCallback callback;

	lfdw_writer_expect(writer, lfdw_spool_nrecords(queue->spool));
	callback.callback = add_context;
	callback.arg = &timeout_ms;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	if (timeout_ms > 0)
		send_until(writer, lfdw_wait_now_us() + timeout_ms * INT64CONST(1000));
	else
		send_records(writer);
	error_context_stack = callback.previous;
	MemoryContextSwitchTo(oldcontext);
	if (stats->not_affected > 0)
		ereport(NOTICE,
				(errmsg("the functions did not affect " INT64_FORMAT " of " INT64_FORMAT " rows that were held until COMMIT",
						stats->not_affected, stats->rows)));
}

/* What is held goes before the transaction commits; an error aborts it. */
static void
before_commit(void)
{
	closed = true;
	if (holds_something())
		send_queue();
	drop_queue(true);
}

/* Another session may commit what is prepared, and this one be gone. */
static void
before_prepare(void)
{
	closed = true;
	if (holds_something())
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot PREPARE a transaction that holds writes to Lambda functions until it commits"),
				 errhint("COMMIT it, or write with deliver_at 'statement'.")));
	drop_queue(true);
}

/*
 * Something is held all the same where another library's callback of COMMIT was the
 * first of the session to hold anything: ours was not there yet.  It is too late for
 * an error.
 */
static void
after_commit(void)
{
	if (holds_something())
		ereport(WARNING,
				(errmsg("what was written to Lambda functions while the transaction committed is not sent")));
	drop_queue(false);
	closed = false;
}

static void
end_transaction(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			before_commit();
			break;
		case XACT_EVENT_PRE_PREPARE:
			before_prepare();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PREPARE:
			after_commit();
			break;
		case XACT_EVENT_ABORT:
			drop_queue(false);
			closed = false;
			break;
		default:
			break;
	}
}

/* The innermost subtransaction that held something; NULL for none. */
static Savepoint *
last_savepoint(void)
{
	return queue->savepoints ? llast(queue->savepoints) : NULL;
}

/* What was held since subtransactions of this level or deeper began is dropped. */
static void
roll_back_to(int level)
{
	Savepoint  *savepoint;

	while ((savepoint = last_savepoint()) != NULL && savepoint->level >= level)
	{
		lfdw_spool_truncate(queue->spool, &savepoint->mark);
		queue->savepoints = list_delete_last(queue->savepoints);
		pfree(savepoint);
	}
}

/* What a subtransaction of this level held is its parent's. */
static void
release(int level)
{
	Savepoint  *savepoint = last_savepoint();
	int			parent = level - 1;
	int			nsavepoints = list_length(queue->savepoints);

	if (savepoint == NULL || savepoint->level < level)
		return;
	savepoint->level = parent;
	/* one that is there has the earlier mark; the transaction itself has none */
	if (parent == 1 ||
		(nsavepoints > 1 &&
		 ((Savepoint *) list_nth(queue->savepoints, nsavepoints - 2))->level == parent))
	{
		queue->savepoints = list_delete_last(queue->savepoints);
		pfree(savepoint);
	}
}

static void
end_subtransaction(SubXactEvent event, SubTransactionId id,
				   SubTransactionId parent, void *arg)
{
	if (queue == NULL)
		return;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		roll_back_to(GetCurrentTransactionNestLevel());
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		release(GetCurrentTransactionNestLevel());
}

static void
register_callbacks(void)
{
	static bool registered = false;

	if (registered)
		return;
	CacheRegisterRelcacheCallback(forget_targets, (Datum) 0);
	RegisterXactCallback(end_transaction, NULL);
	RegisterSubXactCallback(end_subtransaction, NULL);
	registered = true;
}

static HTAB *
create_known(MemoryContext context)
{
	HASHCTL		control = {
		.keysize = sizeof(const char *),
		.entrysize = sizeof(KnownTarget),
		.hash = hash_key,
		.match = compare_keys,
		.hcxt = context
	};

	return hash_create("lambda_fdw targets", 16, &control,
					   HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

/* Makes the transaction's queue, if there is none. */
static void
make_queue(void)
{
	MemoryContext context;
	MemoryContext oldcontext;
	HeldQueue  *made;

	if (queue)
		return;
	/* the leader would not know of it */
	if (IsParallelWorker())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_STATE),
				 errmsg("cannot write with deliver_at 'commit' in a parallel worker"),
				 errhint("Mark the functions that write PARALLEL UNSAFE.")));
	register_callbacks();
	context = AllocSetContextCreate(TopTransactionContext, "lambda_fdw until COMMIT",
									ALLOCSET_DEFAULT_SIZES);
	oldcontext = MemoryContextSwitchTo(context);
	made = palloc0(sizeof(HeldQueue));
	made->context = context;
	made->spool = lfdw_spool_create(TopTransactionResourceOwner);
	made->known = create_known(context);
	initStringInfo(&made->record);
	MemoryContextSwitchTo(oldcontext);
	queue = made;
}

/*
 * Where targets live whose records are held; it is gone when the transaction ends.
 * Raises 25000 in a parallel worker.
 */
MemoryContext
lfdw_commit_context(void)
{
	make_queue();
	return queue->context;
}

/*
 * The target that lfdw_commit_keep was given with this key in this transaction, if
 * it may be used again; else NULL.
 */
LfdwWriteTarget *
lfdw_commit_find(const char *key)
{
	KnownTarget *known;

	make_queue();
	queue->generation = lfdw_foreign_generation();
	known = hash_search(queue->known, &key, HASH_FIND, NULL);
	return known && known->generation == queue->generation ? known->target : NULL;
}

/*
 * Takes a target so that lfdw_commit_hold can be given it until the transaction ends.
 *
 * It was made in context, which until now an error would have ended, and which becomes
 * the transaction's; NULL: in lfdw_commit_context.
 *
 * With a key, which lfdw_commit_find has just not found, that finds it until its
 * relation, or any server, user mapping or role changes.  What is held of it goes to
 * it all the same.  The key is copied.
 */
void
lfdw_commit_keep(const char *key, LfdwWriteTarget *target, MemoryContext context)
{
	KnownTarget *known;
	MemoryContext oldcontext = MemoryContextSwitchTo(lfdw_commit_context());

	if (context)
		MemoryContextSetParent(context, queue->context);
	target->number = list_length(queue->targets);
	queue->targets = lappend(queue->targets, target);
	if (key)
	{
		key = pstrdup(key);
		known = hash_search(queue->known, &key, HASH_ENTER, NULL);
		known->target = target;
		/* what has changed since may not be in it */
		known->generation = queue->generation;
	}
	MemoryContextSwitchTo(oldcontext);
}

/*
 * The target of an open relation whose rows are held: that of an earlier statement
 * of the transaction, so that they join its batches, or one as
 * lfdw_write_target_create makes it, with its errors.  It lives until the
 * transaction ends.
 */
LfdwWriteTarget *
lfdw_commit_target(Relation relation, Oid userid, LfdwWriteOperation operation)
{
	char	   *key = psprintf("table %u %u %d", RelationGetRelid(relation), userid,
							   operation);
	LfdwWriteTarget *target = lfdw_commit_find(key);

	if (target == NULL)
	{
		MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
													  "lambda_fdw held target",
													  ALLOCSET_DEFAULT_SIZES);
		MemoryContext oldcontext = MemoryContextSwitchTo(context);

		target = lfdw_write_target_create(relation, userid, operation);
		/* several statements may have changed one row, the last one for good */
		if (operation != LFDW_WRITE_INSERT)
			target->max_concurrency = 1;
		MemoryContextSwitchTo(oldcontext);
		lfdw_commit_keep(key, target, context);
	}
	pfree(key);
	return target;
}

/*
 * Refuses to hold anything where it might be lost, or sent in vain.  Transactions of
 * a standby are READ ONLY.
 */
static void
check_transaction(void)
{
	PreventCommandIfReadOnly("a write with deliver_at 'commit'");
	if (IsolationIsSerializable())
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot write with deliver_at 'commit' in a SERIALIZABLE transaction"),
				 errdetail("It may fail to serialize after the write was sent."),
				 errhint("Use REPEATABLE READ, or deliver_at 'statement'.")));
	if (closed)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_STATE),
				 errmsg("cannot write with deliver_at 'commit' while the transaction commits")));
}

/* Notes where the current subtransaction has begun, if it has held nothing yet. */
static void
note_savepoint(void)
{
	int			level = GetCurrentTransactionNestLevel();
	Savepoint  *last = last_savepoint();
	Savepoint  *savepoint;
	MemoryContext oldcontext;

	if (level <= (last ? last->level : 1))
		return;
	oldcontext = MemoryContextSwitchTo(queue->context);
	savepoint = palloc(sizeof(Savepoint));
	savepoint->level = level;
	savepoint->mark = lfdw_spool_mark(queue->spool);
	queue->savepoints = lappend(queue->savepoints, savepoint);
	MemoryContextSwitchTo(oldcontext);
}

/*
 * Holds a record, which is copied, until the transaction commits: in memory up to
 * work_mem, then on disk.  Its target is one of lfdw_commit_target or lfdw_commit_keep.
 *
 * Raises 0A000 under SERIALIZABLE, 25006 in a READ ONLY transaction and on a standby,
 * and 25000 where the transaction is committing.
 */
void
lfdw_commit_hold(LfdwWriteTarget *target, const char *bytes, size_t len)
{
	check_transaction();
	note_savepoint();
	resetStringInfo(&queue->record);
	appendBinaryStringInfo(&queue->record, (const char *) &target->number,
						   sizeof(target->number));
	appendBinaryStringInfo(&queue->record, bytes, len);
	lfdw_spool_append(queue->spool, queue->record.data, queue->record.len);
}
