/*-------------------------------------------------------------------------
 *
 * activity.h
 *		What the sessions ask of functions now: pg_stat_lambda_activity.
 *
 * A piece of work is a scan, a join, a write or a call of SQL: what EXPLAIN has one
 * node for.  It makes requests, several at a time.
 *
 * IDENTIFICATION
 *	  src/shared/activity.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ACTIVITY_H
#define LFDW_ACTIVITY_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "lib/ilist.h"

#include "shared/segment.h"
#include "shared/statistics.h"

/* What makes the requests. */
typedef enum LfdwOperation
{
	LFDW_OPERATION_SCAN,
	LFDW_OPERATION_JOIN,		/* a bind join or a batch join */
	LFDW_OPERATION_WRITE,
	LFDW_OPERATION_COMMIT,		/* what was held until then */
	LFDW_OPERATION_FUNCTION,	/* of SQL */
	LFDW_OPERATION_DESCRIBE,	/* of functions that describe their tables */
	LFDW_OPERATION_IMPORT,		/* from S3 */
	LFDW_OPERATION_EXPORT,
	LFDW_OPERATION_ANALYZE
} LfdwOperation;

#define LFDW_NOPERATIONS (LFDW_OPERATION_ANALYZE + 1)

/* Where a request stands. */
typedef enum LfdwRequestState
{
	LFDW_REQUEST_IDLE,			/* there is none */
	LFDW_REQUEST_QUEUED,		/* no slot, or the rate is reached */
	LFDW_REQUEST_CONNECTING,
	LFDW_REQUEST_SENT,			/* no answer yet */
	LFDW_REQUEST_ANSWERING,
	LFDW_REQUEST_BACKING_OFF
} LfdwRequestState;

#define LFDW_NREQUEST_STATES (LFDW_REQUEST_BACKING_OFF + 1)

/* Longer ones are cut. */
#define LFDW_REQUEST_ID_MAX 64
#define LFDW_TRACE_ID_SHOWN_MAX 128

/* A piece of work, as others see it. */
typedef struct LfdwActivityRow
{
	bool		used;
	LfdwOperation operation;
	TimestampTz started_at;
	Oid			userid;			/* as whom it calls */
	Oid			serverid;		/* InvalidOid before its first request, and
								 * the names are empty */
	char		server[NAMEDATALEN];
	char		service[LFDW_SERVICE_NAME_MAX];
	char		function[LFDW_FUNCTION_NAME_MAX];
	char		qualifier[LFDW_QUALIFIER_NAME_MAX];
	int64		done;			/* requests that have ended */
	int64		under_way;
	int64		to_do;			/* that will begin; -1 where nobody knows */
	int64		rows;			/* -1 where nobody counts them */
	int64		sent_bytes;
	int64		received_bytes;
	char		trace_id[LFDW_TRACE_ID_SHOWN_MAX];	/* "" for none */

	/* of its oldest request under way */
	LfdwRequestState state;
	TimestampTz state_since;	/* where IDLE, since the last one's end */
	int			attempt;
	char		request_id[LFDW_REQUEST_ID_MAX];	/* "" for none */
} LfdwActivityRow;

/* A process, as others see it. */
typedef struct LfdwActivityProcess
{
	int			pid;
	int			leader_pid;		/* of a parallel worker, else 0 */
	Oid			dbid;
	int			encoding;		/* of the texts in its rows */
	Oid			session_userid;
	int			nhidden;		/* pieces of work beside those shown */
	LfdwActivityRow rows[8];
} LfdwActivityProcess;

#define LFDW_ACTIVITY_ROWS lengthof(((LfdwActivityProcess *) NULL)->rows)

/* A piece of work of this process; see lfdw_work_begin. */
typedef struct LfdwWork LfdwWork;

/* A request of it, in memory of who makes it; zeroed, it is not under way. */
typedef struct LfdwWorkRequest
{
	dlist_node	node;			/* among the work's */
	LfdwWork   *work;			/* NULL: it is not under way */
	LfdwRequestState state;
	TimestampTz state_since;
	int			attempt;
	int64		sent_bytes;
	int64		received_bytes;
	char		id[LFDW_REQUEST_ID_MAX];
} LfdwWorkRequest;

/* Whom a request asks; in the database encoding. */
typedef struct LfdwWorkTarget
{
	Oid			userid;
	Oid			serverid;
	const char *server;
	const char *service;
	const char *function;
	const char *qualifier;		/* NULL for none */
} LfdwWorkTarget;

/* Where a request stands, of all its attempts. */
typedef struct LfdwWorkProgress
{
	LfdwRequestState state;
	int			attempt;		/* from 1 */
	int64		sent_bytes;
	int64		received_bytes;
} LfdwWorkProgress;

extern Size lfdw_activity_size(const LfdwSegmentSizes *sizes);
extern void lfdw_activity_init(void *memory, const LfdwSegmentSizes *sizes,
							   int tranche);
extern void lfdw_activity_install(void);
extern LfdwWork *lfdw_work_begin(LfdwOperation operation, MemoryContext context);
extern void lfdw_work_set_operation(LfdwWork *work, LfdwOperation operation);
extern void lfdw_work_count_rows(LfdwWork *work, const int64 *rows);
extern void lfdw_work_add_rows(LfdwWork *work, int64 rows);
extern void lfdw_work_show_rows(LfdwWork *work);
extern void lfdw_work_set_open_ended(LfdwWork *work, bool open_ended);
extern void lfdw_work_set_to_do(LfdwWork *work, int64 to_do);
extern void lfdw_work_request_begin(LfdwWorkRequest *request, LfdwWork *work,
									const LfdwWorkTarget *target);
extern void lfdw_work_request_state(LfdwWorkRequest *request,
									const LfdwWorkProgress *progress);
extern void lfdw_work_request_id(LfdwWorkRequest *request, const char *id);
extern void lfdw_work_request_end(LfdwWorkRequest *request);
extern bool lfdw_activity_read(int number, LfdwActivityProcess *process);

#endif							/* LFDW_ACTIVITY_H */
