/*-------------------------------------------------------------------------
 *
 * write_source.c
 *		The rows to be written, read to their end first.
 *
 * A function has no snapshot: a row that is deleted while pages counted by an
 * offset are being read moves those behind it up, and as many would be skipped
 * in silence.  So where each row is sent at once, the plan below the ModifyTable
 * is run to its end when its first row is asked for, and its rows are kept.
 *
 * The rows that were kept come in a virtual slot, which core's expressions take
 * in place of any other kind of slot.
 *
 * IDENTIFICATION
 *	  src/modify/write_source.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/executor.h"
#include "lib/ilist.h"
#include "miscadmin.h"
#include "utils/tuplestore.h"

#include "modify/write_source.h"
#include "pg/owner.h"

typedef struct LfdwWriteSource
{
	dlist_node	link;
	PlanState  *node;
	ExecProcNodeMtd read;		/* the node's own way to its next row */
	Tuplestorestate *store;		/* NULL until the rows are read */
	TupleTableSlot *kept;		/* the row as it is in the store */
	TupleTableSlot *shown;		/* and as it is given out */
} LfdwWriteSource;

/* All there are; each leaves with the memory of its query. */
static dlist_head sources = DLIST_STATIC_INIT(sources);

/* The source that a plan node is, or NULL. */
static LfdwWriteSource *
source_of(const PlanState *node)
{
	dlist_iter	iter;

	dlist_foreach(iter, &sources)
	{
		LfdwWriteSource *source = dlist_container(LfdwWriteSource, link, iter.cur);

		if (source->node == node)
			return source;
	}
	return NULL;
}

/* Keeps all rows that the node still gives. */
static void
read_all(LfdwWriteSource *source)
{
	MemoryContext old = MemoryContextSwitchTo(source->node->state->es_query_cxt);
	TupleTableSlot *slot;

	source->store = tuplestore_begin_heap(false, false, work_mem);
	while (slot = source->read(source->node), !TupIsNull(slot))
	{
		CHECK_FOR_INTERRUPTS();
		tuplestore_puttupleslot(source->store, slot);
	}
	MemoryContextSwitchTo(old);
}

/* The node's ExecProcNode: the next of the rows kept. */
static TupleTableSlot *
next_row(PlanState *node)
{
	LfdwWriteSource *source = source_of(node);
	TupleTableSlot *shown = source->shown;
	int			natts = shown->tts_tupleDescriptor->natts;

	if (source->store == NULL)
		read_all(source);
	ExecClearTuple(shown);
	if (!tuplestore_gettupleslot(source->store, true, false, source->kept))
		return shown;
	slot_getallattrs(source->kept);
	memcpy(shown->tts_values, source->kept->tts_values, sizeof(Datum) * natts);
	memcpy(shown->tts_isnull, source->kept->tts_isnull, sizeof(bool) * natts);
	return ExecStoreVirtualTuple(shown);
}

/* Takes a source from the list, where an error has ended it. */
static void
unlink_source(void *source)
{
	dlist_delete(&((LfdwWriteSource *) source)->link);
}

/*
 * Has a plan node that is begun give its rows only once it has read all of them;
 * rows that it gave before are not asked for again.  What is kept takes work_mem,
 * then disk.
 */
void
lfdw_write_source_read_first(PlanState *node)
{
	MemoryContext old = MemoryContextSwitchTo(node->state->es_query_cxt);
	TupleDesc	desc = ExecGetResultType(node);
	LfdwWriteSource *source;

	if (source_of(node) == NULL)
	{
		source = palloc0(sizeof(LfdwWriteSource));
		source->node = node;
		source->kept = ExecInitExtraTupleSlot(node->state, desc, &TTSOpsMinimalTuple);
		source->shown = ExecInitExtraTupleSlot(node->state, desc, &TTSOpsVirtual);
		source->read = node->ExecProcNodeReal;
		lfdw_owner_register(node->state->es_query_cxt, unlink_source, source);
		dlist_push_head(&sources, &source->link);
		ExecSetExecProcNode(node, next_row);
	}
	MemoryContextSwitchTo(old);
}

/*
 * Has such a node that runs already read what it still has: a row that is routed
 * begins the partition that it goes to, and may be the first.  plan_slot has the
 * node's last row and slot what was made of it; both keep their values.
 */
void
lfdw_write_source_read_rest(const PlanState *node, TupleTableSlot *slot,
							TupleTableSlot *plan_slot)
{
	LfdwWriteSource *source = source_of(node);
	MinimalTuple row;

	if (source == NULL || source->store)
		return;
	if (slot != plan_slot)
		ExecMaterializeSlot(slot);
	row = ExecCopySlotMinimalTuple(plan_slot);
	read_all(source);
	ExecForceStoreMinimalTuple(row, plan_slot, true);
}

/* Ends what was kept for a statement that is over: a file is not left to be found. */
void
lfdw_write_source_end(const EState *estate)
{
	dlist_iter	iter;

	dlist_foreach(iter, &sources)
	{
		LfdwWriteSource *source = dlist_container(LfdwWriteSource, link, iter.cur);

		if (source->node->state != estate || source->store == NULL)
			continue;
		tuplestore_end(source->store);
		source->store = NULL;
	}
}
