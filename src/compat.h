/*-------------------------------------------------------------------------
 *
 * compat.h
 *		What differs between PostgreSQL 15 and 19, all in one place.
 *
 * The bodies elsewhere use the newest spelling.
 *
 * IDENTIFICATION
 *	  src/compat.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_COMPAT_H
#define LFDW_COMPAT_H

#include "postgres.h"

#include "commands/explain.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"
#include "optimizer/pathnode.h"
#include "parser/parsetree.h"
#include "storage/latch.h"
#include "utils/memutils.h"

/* 16 moved the varlena macros out of postgres.h */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 18 split commands/explain.h */
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif

/*
 * The role a foreign scan runs as.  16 moved it from the range table entry to
 * the plan.
 */
static inline Oid
lfdw_scan_userid(ForeignScanState *node)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	Oid			userid;

#if PG_VERSION_NUM >= 160000
	userid = plan->checkAsUser;
#else
	userid = exec_rt_fetch(plan->scan.scanrelid, node->ss.ps.state)->checkAsUser;
#endif
	return OidIsValid(userid) ? userid : GetUserId();
}

/*
 * The path of a scan that takes its target from the relation.  17 added
 * fdw_restrictinfo, 18 disabled_nodes.
 */
static inline ForeignPath *
lfdw_create_foreignscan_path(PlannerInfo *root, RelOptInfo *rel, double rows,
							 int disabled_nodes, Cost startup_cost,
							 Cost total_cost, Relids required_outer)
{
	return create_foreignscan_path(root, rel, NULL, rows,
#if PG_VERSION_NUM >= 180000
								   disabled_nodes,
#endif
								   startup_cost, total_cost, NIL,
								   required_outer, NULL,
#if PG_VERSION_NUM >= 170000
								   NIL,
#endif
								   NIL);
}

/*
 * A wait event set of the backend's life.  17 replaced the memory context by
 * a resource owner, which may be none.
 */
static inline WaitEventSet *
lfdw_create_wait_event_set(int nevents)
{
#if PG_VERSION_NUM >= 170000
	return CreateWaitEventSet(NULL, nevents);
#else
	return CreateWaitEventSet(TopMemoryContext, nevents);
#endif
}

#endif							/* LFDW_COMPAT_H */
