/*-------------------------------------------------------------------------
 *
 * async.c
 *		Foreign scans below an Append that waits for several of them.
 *
 * Append requests a row of each scan; one that has none yet is pending.  It
 * waits for the descriptors of those that are, and notifies the scans whose
 * descriptor was ready.  http_watch.c has what is behind a descriptor.
 *
 * IDENTIFICATION
 *	  src/scan/async.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/execAsync.h"
#include "executor/executor.h"
#include "lib/ilist.h"
#include "storage/latch.h"

#include "http/http_watch.h"
#include "pg/owner.h"
#include "scan/async.h"
#include "scan/scan.h"

/* A scan with calls under way, in their context. */
typedef struct BegunScan
{
	dlist_node	node;
	ForeignScanState *state;
} BegunScan;

static dlist_head begun_scans = DLIST_STATIC_INIT(begun_scans);

/* IsForeignPathAsyncCapable: wherever calls can be watched. */
bool
lambdaIsForeignPathAsyncCapable(ForeignPath *path)
{
	return lfdw_http_watch_is_possible();
}

/* MemoryContextCallbackFunction: the calls of a scan end. */
static void
forget_begun(void *begun)
{
	dlist_delete(&((BegunScan *) begun)->node);
}

/* Notes a scan that has begun. */
static void
note_begun(ForeignScanState *state, LfdwFetch *fetch)
{
	MemoryContext context = lfdw_fetch_context(fetch);
	BegunScan  *begun = MemoryContextAlloc(context, sizeof(BegunScan));

	begun->state = state;
	lfdw_owner_register(context, forget_begun, begun);
	dlist_push_tail(&begun_scans, &begun->node);
}

/*
 * Ends the calls of scans that have other parameters by now.  Append rescans
 * those when it requests their next row, and never does of a partition that is
 * pruned for these parameters.
 */
static void
abandon_changed(void)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &begun_scans)
	{
		BegunScan  *begun = dlist_container(BegunScan, node, iter.cur);

		if (begun->state->ss.ps.chgParam != NULL)
			lfdw_scan_abandon(begun->state);
	}
}

/*
 * Completes a request with the next row or the end, or has it pending.  Where
 * there is no descriptor for the scan it waits.
 *
 * Core counts what a request takes and gives, so the node is not run through
 * what would count again.
 */
static void
produce(AsyncRequest *areq)
{
	ForeignScanState *state = castNode(ForeignScanState, areq->requestee);

	for (;;)
	{
		TupleTableSlot *slot = state->ss.ps.ExecProcNodeReal(&state->ss.ps);
		LfdwFetch  *fetch = lfdw_scan_fetch(state);

		if (!TupIsNull(slot) || fetch == NULL)
		{
			ExecAsyncRequestDone(areq, slot);
			return;
		}
		if (lfdw_fetch_can_watch(fetch))
		{
			ExecAsyncRequestPending(areq);
			return;
		}
		lfdw_fetch_wait(fetch);
	}
}

/* ForeignAsyncRequest: the next row, if it has arrived; else it is pending. */
void
lambdaForeignAsyncRequest(AsyncRequest *areq)
{
	ForeignScanState *state = castNode(ForeignScanState, areq->requestee);
	bool		begins = lfdw_scan_fetch(state) == NULL;

	if (begins)
		abandon_changed();
	produce(areq);
	if (begins && lfdw_scan_fetch(state) != NULL)
		note_begun(state, lfdw_scan_fetch(state));
}

/* The set that is waited for; only Append has one. */
static WaitEventSet *
event_set_of(const AsyncRequest *areq)
{
	if (!IsA(areq->requestor, AppendState))
		elog(ERROR, "unrecognized node type: %d",
			 (int) nodeTag(areq->requestor));
	return castNode(AppendState, areq->requestor)->as_eventset;
}

/* ForeignAsyncConfigureWait: what to wait for until the next row may be there. */
void
lambdaForeignAsyncConfigureWait(AsyncRequest *areq)
{
	ForeignScanState *state = castNode(ForeignScanState, areq->requestee);

	Assert(areq->callback_pending);
	AddWaitEventToSet(event_set_of(areq), WL_SOCKET_READABLE,
					  lfdw_fetch_watch(lfdw_scan_fetch(state)), NULL, areq);
}

/* ForeignAsyncNotify: the descriptor was ready. */
void
lambdaForeignAsyncNotify(AsyncRequest *areq)
{
	ForeignScanState *state = castNode(ForeignScanState, areq->requestee);

	lfdw_fetch_look(lfdw_scan_fetch(state));
	produce(areq);
}
