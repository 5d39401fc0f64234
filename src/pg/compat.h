/*-------------------------------------------------------------------------
 *
 * compat.h
 *		What differs between PostgreSQL 15 and 19, all in one place.
 *
 * The bodies elsewhere use the newest spelling.  Only COPY TO, which differs in
 * its ways and not in its spelling, has a place of its own, copy_to.c.
 *
 * IDENTIFICATION
 *	  src/pg/compat.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_COMPAT_H
#define LFDW_COMPAT_H

#include "postgres.h"

#include "access/stratnum.h"
#include "access/sysattr.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_proc.h"
#include "commands/explain.h"
#include "common/base64.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"
#include "optimizer/pathnode.h"
#include "parser/parse_node.h"
#include "parser/parse_type.h"
#include "parser/parsetree.h"
#include "storage/buffile.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/sinval.h"
#include "utils/acl.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/wait_event.h"

/* 16 moved the varlena macros out of postgres.h */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* Can a session make memory that others find by name?  From 17 on. */
#define LFDW_HAS_DSM_REGISTRY (PG_VERSION_NUM >= 170000)
#if LFDW_HAS_DSM_REGISTRY
#include "storage/dsm_registry.h"
#endif

/* 18 split commands/explain.h */
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif

/* where get_database_name is, which 19 moved */
#if PG_VERSION_NUM >= 190000
#include "utils/lsyscache.h"
#else
#include "commands/dbcommands.h"
#endif

/* 19 has a type of its own for what is measured of a plan node */
#if PG_VERSION_NUM < 190000
typedef Instrumentation NodeInstrumentation;
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
 * The role that a result relation is written as.  In 15 it is in the range table,
 * where a partition that rows are routed to has no entry.
 */
static inline Oid
lfdw_result_userid(ResultRelInfo *rinfo, EState *estate)
{
#if PG_VERSION_NUM >= 160000
	return ExecGetResultRelCheckAsUser(rinfo, estate);
#else
	Index		index = rinfo->ri_RangeTableIndex > 0 ? rinfo->ri_RangeTableIndex :
	rinfo->ri_RootResultRelInfo->ri_RangeTableIndex;
	Oid			userid = exec_rt_fetch(index, estate)->checkAsUser;

	return OidIsValid(userid) ? userid : GetUserId();
#endif
}

/* What ExecutorRun_hook is given.  18 dropped execute_once. */
#if PG_VERSION_NUM >= 180000
#define LFDW_EXECUTOR_RUN_PARAMETERS \
	QueryDesc *queryDesc, ScanDirection direction, uint64 count
#define LFDW_EXECUTOR_RUN_ARGUMENTS queryDesc, direction, count
#else
#define LFDW_EXECUTOR_RUN_PARAMETERS \
	QueryDesc *queryDesc, ScanDirection direction, uint64 count, bool execute_once
#define LFDW_EXECUTOR_RUN_ARGUMENTS queryDesc, direction, count, execute_once
#endif

/* Has COPY batches for foreign tables?  From 16 on. */
#define LFDW_COPY_HAS_BATCHES (PG_VERSION_NUM >= 160000)

/*
 * The path of a scan that takes its target from the relation.  17 added
 * fdw_restrictinfo, 18 disabled_nodes.
 */
static inline ForeignPath *
lfdw_create_foreignscan_path(PlannerInfo *root, RelOptInfo *rel, double rows,
							 int disabled_nodes, Cost startup_cost,
							 Cost total_cost, List *pathkeys,
							 Relids required_outer)
{
	return create_foreignscan_path(root, rel, NULL, rows,
#if PG_VERSION_NUM >= 180000
								   disabled_nodes,
#endif
								   startup_cost, total_cost, pathkeys,
								   required_outer, NULL,
#if PG_VERSION_NUM >= 170000
								   NIL,
#endif
								   NIL);
}

/* A path that keeps the rows of another; 19 has to be told that it may. */
static inline Path *
lfdw_create_material_path(Path *subpath)
{
	return (Path *) create_material_path(subpath->parent, subpath
#if PG_VERSION_NUM >= 190000
										 ,true
#endif
		);
}

/* 18 counts the disabled nodes of a path and of those below it. */
static inline void
lfdw_count_disabled(Path *path, List *children)
{
#if PG_VERSION_NUM >= 180000
	ListCell   *lc;

	foreach(lc, children)
		path->disabled_nodes += ((Path *) lfirst(lc))->disabled_nodes;
#endif
}

/*
 * The path of the outer relation of a join that wants it unique (a semijoin's right
 * side, JOIN_UNIQUE_OUTER); NULL where it cannot be.  Each kind of join makes it so
 * by itself before 19, whose relation is unique when joins are asked about it.
 */
static inline Path *
lfdw_unique_outer_path(PlannerInfo *root, RelOptInfo *outerrel,
					   SpecialJoinInfo *sjinfo)
{
#if PG_VERSION_NUM >= 190000
	return outerrel->cheapest_total_path;
#else
	return (Path *) create_unique_path(root, outerrel,
									   outerrel->cheapest_total_path, sjinfo);
#endif
}

/*
 * The members of an equivalence class, those of child relations included.  18
 * keeps these apart, and has an iterator.
 */
#if PG_VERSION_NUM < 180000
typedef struct EquivalenceMemberIterator
{
	List	   *members;
	int			next;
} EquivalenceMemberIterator;

static inline void
setup_eclass_member_iterator(EquivalenceMemberIterator *it,
							 EquivalenceClass *ec, Relids child_relids)
{
	it->members = ec->ec_members;
	it->next = 0;
}

static inline EquivalenceMember *
eclass_member_iterator_next(EquivalenceMemberIterator *it)
{
	return it->next < list_length(it->members) ?
		list_nth(it->members, it->next++) : NULL;
}
#endif

/* Is a column replaced by its expression before the scan?  18 has such ones. */
static inline bool
lfdw_is_virtual(Form_pg_attribute att)
{
#if PG_VERSION_NUM >= 180000
	return att->attgenerated == ATTRIBUTE_GENERATED_VIRTUAL;
#else
	return false;
#endif
}

/* Does a path key sort downwards?  18 names the comparison. */
static inline bool
lfdw_pathkey_descends(const PathKey *pathkey)
{
#if PG_VERSION_NUM >= 180000
	return pathkey->pk_cmptype == COMPARE_GT;
#else
	return pathkey->pk_strategy == BTGreaterStrategyNumber;
#endif
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

/*
 * The number under which an extension's wait event is shown.  17 lets it have
 * a name.
 */
static inline uint32
lfdw_wait_event_number(const char *name)
{
#if PG_VERSION_NUM >= 170000
	return WaitEventExtensionNew(name);
#else
	return PG_WAIT_EXTENSION;
#endif
}

/*
 * A new kind of lock, by a name that lasts, as other sessions see it.  Before 19 each
 * of them has to tell the name: see lfdw_register_tranche.
 */
static inline int
lfdw_new_tranche(const char *name)
{
#if PG_VERSION_NUM >= 190000
	return LWLockNewTrancheId(name);
#else
	return LWLockNewTrancheId();
#endif
}

/* Tells this process the name of a kind of lock.  From 19 on all know it. */
static inline void
lfdw_register_tranche(int tranche, const char *name)
{
#if PG_VERSION_NUM < 190000
	LWLockRegisterTranche(tranche, name);
#endif
}

#if LFDW_HAS_DSM_REGISTRY
#if PG_VERSION_NUM >= 190000
/* 19 passes an argument on to the callback: here the callback itself. */
typedef void (*LfdwSegmentInit) (void *memory);

static inline void
lfdw_call_segment_init(void *memory, void *init)
{
	(*(LfdwSegmentInit *) init) (memory);
}
#endif

/* The segment of a name, attached for the session's life; the first makes it. */
static inline void *
lfdw_named_segment(const char *name, size_t size, void (*init) (void *memory),
				   bool *found)
{
#if PG_VERSION_NUM >= 190000
	return GetNamedDSMSegment(name, size, lfdw_call_segment_init, found, &init);
#else
	return GetNamedDSMSegment(name, size, init, found);
#endif
}
#endif

/* The number of a process among the server's, below MaxBackends where it has SQL. */
static inline int
lfdw_number_of_proc(PGPROC *proc)
{
#if PG_VERSION_NUM >= 170000
	return GetNumberFromPGProc(proc);
#else
	return proc->pgprocno;
#endif
}

static inline int
lfdw_proc_number(void)
{
	return lfdw_number_of_proc(MyProc);
}

/* The same of the process whose statement it runs: a worker's leader. */
static inline int
lfdw_leader_proc_number(void)
{
	return lfdw_number_of_proc(MyProc->lockGroupLeader ?
							   MyProc->lockGroupLeader : MyProc);
}

/* The pid of the process that has a number now; 0 where none has. */
static inline int
lfdw_pid_of_proc(int number)
{
	return ((volatile PGPROC *) &ProcGlobal->allProcs[number])->pid;
}

/* The pid of a parallel worker's leader, 0 in other processes. */
static inline int
lfdw_leader_pid(void)
{
	PGPROC	   *leader = MyProc->lockGroupLeader;

	return leader && leader != MyProc ? leader->pid : 0;
}

/* Owns the current user a relation?  16 has one function for all objects. */
static inline bool
lfdw_owns_relation(Oid relid)
{
#if PG_VERSION_NUM >= 160000
	return object_ownercheck(RelationRelationId, relid, GetUserId());
#else
	return pg_class_ownercheck(relid, GetUserId());
#endif
}

/* Wakes the process of a number, whoever has it now. */
static inline void
lfdw_wake_proc(int number)
{
	SetLatch(&ProcGlobal->allProcs[number].procLatch);
}

/*
 * Has the backend run a transaction as soon as it is idle, or at the end of
 * the one it is in.  For handlers of signals and timeouts.
 */
static inline void
lfdw_ask_for_transaction(void)
{
	HandleCatchupInterrupt();
}

/* The number of a system cache: 19 gave it a type. */
#if PG_VERSION_NUM >= 190000
typedef SysCacheIdentifier LfdwCacheId;
#else
typedef int LfdwCacheId;
#endif

/*
 * A cache whose changes announce that an extension was updated.  18 has one of
 * extensions; until then it is that of functions, without which the SQL of no version
 * is other to this library than that of the one before.
 */
#if PG_VERSION_NUM >= 180000
#define LFDW_EXTENSION_CACHE EXTENSIONOID
#else
#define LFDW_EXTENSION_CACHE PROCOID
#endif

/* 16 has one function for all kinds of objects. */
static inline bool
lfdw_has_server_usage(Oid serverid, Oid userid)
{
#if PG_VERSION_NUM >= 160000
	return object_aclcheck(ForeignServerRelationId, serverid, userid,
						   ACL_USAGE) == ACLCHECK_OK;
#else
	return pg_foreign_server_aclcheck(serverid, userid, ACL_USAGE) == ACLCHECK_OK;
#endif
}

static inline bool
lfdw_may_execute(Oid funcid, Oid userid)
{
#if PG_VERSION_NUM >= 160000
	return object_aclcheck(ProcedureRelationId, funcid, userid,
						   ACL_EXECUTE) == ACLCHECK_OK;
#else
	return pg_proc_aclcheck(funcid, userid, ACL_EXECUTE) == ACLCHECK_OK;
#endif
}

/*
 * The permissions that a relation in the range table needs: INSERT on columns,
 * by number.  16 moved them out of the range table's entry.
 */
static inline void
lfdw_require_insert(ParseNamespaceItem *nsitem, List *attnums)
{
#if PG_VERSION_NUM >= 160000
	RTEPermissionInfo *perminfo = nsitem->p_perminfo;
#else
	RangeTblEntry *perminfo = nsitem->p_rte;
#endif
	ListCell   *lc;

	perminfo->requiredPerms = ACL_INSERT;
	foreach(lc, attnums)
		perminfo->insertedCols =
		bms_add_member(perminfo->insertedCols,
					   lfirst_int(lc) - FirstLowInvalidHeapAttributeNumber);
}

/* Raises 42501 unless the user has what the range table needs. */
static inline void
lfdw_check_permissions(ParseState *pstate)
{
#if PG_VERSION_NUM >= 160000
	ExecCheckPermissions(pstate->p_rtable, pstate->p_rteperminfos, true);
#else
	ExecCheckRTPerms(pstate->p_rtable, true);
#endif
}

/* 16 has it: all these bytes of a temporary file, or an error. */
#if PG_VERSION_NUM < 160000
static inline void
BufFileReadExact(BufFile *file, void *bytes, size_t len)
{
	size_t		nread = BufFileRead(file, bytes, len);

	if (nread != len)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read from a temporary file: %zu of %zu bytes are there",
						nread, len)));
}
#endif

/* A text as the name of a type, perhaps of none; raises 42601 for any other text. */
static inline TypeName *
lfdw_type_name_parse(const char *text)
{
#if PG_VERSION_NUM >= 160000
	return typeStringToTypeName(text, NULL);
#else
	return typeStringToTypeName(text);
#endif
}

/* 18 decodes base64 to uint8. */
static inline int
lfdw_b64_decode(const char *source, int len, char *bytes)
{
#if PG_VERSION_NUM >= 180000
	return pg_b64_decode(source, len, (uint8 *) bytes, len);
#else
	return pg_b64_decode(source, len, bytes, len);
#endif
}

/* text has room for size characters, which are pg_b64_enc_len(len); no NUL. */
static inline int
lfdw_b64_encode(const char *bytes, int len, char *text, int size)
{
#if PG_VERSION_NUM >= 180000
	return pg_b64_encode((const uint8 *) bytes, len, text, size);
#else
	return pg_b64_encode(bytes, len, text, size);
#endif
}

#endif							/* LFDW_COMPAT_H */
