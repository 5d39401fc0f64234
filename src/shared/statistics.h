/*-------------------------------------------------------------------------
 *
 * statistics.h
 *		What requests came to, by function and user: pg_stat_lambda's rows.
 *
 * IDENTIFICATION
 *	  src/shared/statistics.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_STATISTICS_H
#define LFDW_STATISTICS_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "nodes/pg_list.h"

#include "shared/segment.h"

/* What a row is of; longer names are cut. */
#define LFDW_SERVICE_NAME_MAX 24
#define LFDW_FUNCTION_NAME_MAX 256
#define LFDW_QUALIFIER_NAME_MAX 132
#define LFDW_LAST_ERROR_MAX 256

typedef struct LfdwStatisticsKey
{
	Oid			dbid;
	Oid			userid;			/* who calls: the scan's role */
	Oid			serverid;
	int			encoding;		/* of the database, and of all texts */
	char		service[LFDW_SERVICE_NAME_MAX]; /* "lambda", "s3", ... */
	char		function[LFDW_FUNCTION_NAME_MAX];	/* what is called there */
	char		qualifier[LFDW_QUALIFIER_NAME_MAX]; /* "" for none */
} LfdwStatisticsKey;

/* What is counted, each an int64. */
typedef enum LfdwCounter
{
	LFDW_COUNT_INVOCATIONS,		/* that were begun: at least one attempt was */
	LFDW_COUNT_ATTEMPTS,
	LFDW_COUNT_THROTTLES,		/* of the attempts */
	LFDW_COUNT_FUNCTION_ERRORS, /* of the invocations, from here ... */
	LFDW_COUNT_SERVICE_ERRORS,
	LFDW_COUNT_TRANSPORT_ERRORS,
	LFDW_COUNT_TIMEOUTS,
	LFDW_COUNT_CANCELLED,		/* ... to here */
	LFDW_COUNT_REFUSED,			/* by a limit of ours, before anything was
								 * sent */
	LFDW_COUNT_ROWS,
	LFDW_COUNT_SENT_BYTES,		/* of payloads, by attempt */
	LFDW_COUNT_RECEIVED_BYTES,	/* of answers' bodies */
	LFDW_COUNT_CACHE_HITS,		/* keys whose answer was kept */
	LFDW_COUNT_CACHE_MISSES,	/* of tables that keep answers, the others */
	LFDW_COUNT_TOTAL_US,		/* from the first attempt to the answer's end */
	LFDW_COUNT_SLOT_WAIT_US,	/* waited for max_in_flight and
								 * max_calls_per_minute */
	LFDW_COUNT_REPORTS,			/* invocations whose log told the following */
	LFDW_COUNT_BILLED_MS,
	LFDW_COUNT_BILLED_MB_MS		/* ... times the function's memory */
} LfdwCounter;

#define LFDW_NCOUNTERS (LFDW_COUNT_BILLED_MB_MS + 1)

/*
 * Durations by bucket: 0 has those below 1 ms, i those below 2^i ms and not in one
 * before; the last all that are longer.  2^20 ms are more than Lambda's 15 minutes.
 */
#define LFDW_NBUCKETS 22

/* What one invocation adds, or a part of it. */
typedef struct LfdwStatisticsDelta
{
	int64		counts[LFDW_NCOUNTERS];
	int64		duration_us;	/* of one that has ended; -1: none has */
	const char *error;			/* its error, in the database encoding, or
								 * NULL */
} LfdwStatisticsDelta;

/* A row, as it is read. */
typedef struct LfdwStatisticsRow
{
	LfdwStatisticsKey key;
	char		server[NAMEDATALEN];
	int64		counts[LFDW_NCOUNTERS];
	int64		max_us;
	int64		buckets[LFDW_NBUCKETS];
	char		last_error[LFDW_LAST_ERROR_MAX];
	TimestampTz last_error_at;	/* 0: there was none */
	TimestampTz since;			/* its first call after a reset */
} LfdwStatisticsRow;

extern Size lfdw_statistics_size(const LfdwSegmentSizes *sizes);
extern void lfdw_statistics_init(void *memory, const LfdwSegmentSizes *sizes,
								 int tranche);
extern void lfdw_statistics_copy_name(char *copy, const char *name, size_t size);
extern void lfdw_statistics_key(LfdwStatisticsKey *key, Oid userid, Oid serverid,
								const char *service, const char *function,
								const char *qualifier);
extern void lfdw_statistics_add(const LfdwStatisticsKey *key, const char *server,
								const LfdwStatisticsDelta *delta);
extern List *lfdw_statistics_read(void);
extern int	lfdw_statistics_used(void);
extern TimestampTz lfdw_statistics_reset_at(void);
extern int64 lfdw_statistics_evictions(void);
extern void lfdw_statistics_reset(void);

#endif							/* LFDW_STATISTICS_H */
