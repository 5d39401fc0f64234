/*-------------------------------------------------------------------------
 *
 * invoke.h
 *		Lambda's Invoke: a payload goes out, an answer comes back.
 *
 * IDENTIFICATION
 *	  src/lambda/invoke.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_INVOKE_H
#define LFDW_INVOKE_H

#include "postgres.h"

#include "http/http_watch.h"
#include "lambda/body.h"
#include "lambda/function.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "shared/activity.h"

/*
 * A payload may have this many bytes, by the type of invocation (Lambda's
 * quotas).
 */
#define LFDW_PAYLOAD_MAX (6 * 1024 * 1024)
#define LFDW_EVENT_PAYLOAD_MAX (1024 * 1024)

/*
 * An answer may have so many bytes where no option says how many: what Lambda
 * passes on (6,291,556 bytes, as its error says; 200 MB streamed), and as much
 * again as an HTTP answer may have beside.
 */
#define LFDW_ANSWER_MAX (6291556 + 64 * 1024)
#define LFDW_STREAMED_ANSWER_MAX (200 * 1024 * 1024 + 64 * 1024)

/* The ARN of a durable execution has at most so many characters (API model). */
#define LFDW_DURABLE_ARN_MAX 1024

/* As the API spells them; it is case-sensitive. */
extern const char *const lfdw_invocation_types[LFDW_NINVOCATION_TYPES];

/*
 * What invocations came to, added up; times as the function's log has them.  See
 * lfdw_invoke_stats_init.
 */
typedef struct LfdwInvokeStats
{
	LfdwWork   *work;			/* that makes them, NULL: they are shown
								 * nowhere */
	int64		invocations;
	int64		attempts;
	int64		throttles;
	int64		rows;			/* of the answers, kept or not */
	int64		rows_recorded;	/* of them, those that pg_stat_lambda has */
	int64		others;			/* of the rows, those of values not sent */
	int64		bytes;			/* of the answers' bodies */
	int64		pages;			/* after the first of a call */
	int64		no_row_answers; /* answers that said that there are none */
	int64		unmatched_keys; /* of aligned batches, without an element */
	int64		cache_hits;		/* keys of which the answer was kept ... */
	int64		cache_misses;	/* ... and those that were asked for */
	int64		cache_rows;		/* of those kept */
	int64		cache_bytes;	/* the same */
	int64		reports;		/* invocations whose log told the following */
	double		duration_ms;
	double		billed_ms;
	int64		billed_mb_ms;	/* times the function's memory */
	double		init_ms;
	int			max_memory_mb;	/* the most of any */
	char		durable_arn[LFDW_DURABLE_ARN_MAX + 1];	/* the last one's, as it
														 * came; "" for none */
} LfdwInvokeStats;

/* What is known of whether a function has run. */
typedef enum LfdwInvokeOutcome
{
	LFDW_NOT_RUN,				/* surely not */
	LFDW_MAY_HAVE_RUN,			/* nobody knows */
	LFDW_HAS_RUN				/* it answered */
} LfdwInvokeOutcome;

/* The header that says which durable execution answered. */
#define LFDW_DURABLE_ARN_HEADER "X-Amz-Durable-Execution-Arn"

typedef struct LfdwInvocation LfdwInvocation;

struct ExplainState;

extern bool lfdw_invoke_may_begin(const LfdwCaller *caller);
extern void lfdw_invoke_check_payload(const LfdwFunction *function, int len);
extern LfdwInvocation *lfdw_invoke_begin(const LfdwFunction *function,
										 const LfdwCaller *caller,
										 StringInfo payload,
										 LfdwInvokeStats *stats);
extern void lfdw_invoke_wait(LfdwInvocation **invocations, int ninvocations,
							 int64 until_us);
extern pgsocket lfdw_invoke_watch(LfdwHttpWatch *watch,
								  LfdwInvocation **invocations,
								  int ninvocations);
extern void lfdw_invoke_watch_look(LfdwHttpWatch *watch,
								   LfdwInvocation **invocations,
								   int ninvocations);
extern void lfdw_invoke_look(LfdwInvocation *invocation);
extern int64 lfdw_answer_received(const LfdwInvocation *invocation);
extern bool lfdw_answer_is_whole(const LfdwInvocation *invocation);
extern LfdwBody *lfdw_invoke_body(LfdwInvocation *invocation);
extern void lfdw_invoke_allow_split(LfdwInvocation *invocation);
extern bool lfdw_invoke_too_large(const LfdwInvocation *invocation);
extern void lfdw_invoke_allow_no_rows(LfdwInvocation *invocation,
									  const List *errors);
extern bool lfdw_invoke_has_no_rows(const LfdwInvocation *invocation);
extern LfdwInvokeOutcome lfdw_outcome_of(const LfdwInvocation *invocation);
extern int	lfdw_invoke_status(const LfdwInvocation *invocation);
extern char *lfdw_invoke_header(const LfdwInvocation *invocation,
								const char *name);
extern void lfdw_invoke_stats_init(LfdwInvokeStats *stats,
								   LfdwOperation operation,
								   MemoryContext context);
extern void lfdw_invoke_add_stats(LfdwInvokeStats *stats,
								  const LfdwInvokeStats *more);
extern void lfdw_invoke_explain_cost(const LfdwInvokeStats *stats,
									 struct ExplainState *es);
extern void lfdw_invoke_add_context(void *invocation);

#endif							/* LFDW_INVOKE_H */
