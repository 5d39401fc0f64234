/*-------------------------------------------------------------------------
 *
 * choice.h
 *		Options whose value is one of a few words.
 *
 * IDENTIFICATION
 *	  src/options/choice.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_CHOICE_H
#define LFDW_CHOICE_H

#include "postgres.h"

/* Each enumeration's 0 is an option that was not given; the words follow. */
typedef enum LfdwEvent
{
	LFDW_EVENT_NONE,			/* the payload is the function's own */
	LFDW_EVENT_APIGATEWAY_V1,
	LFDW_EVENT_APIGATEWAY_V2,
	LFDW_EVENT_REDSHIFT,
	LFDW_EVENT_SNOWFLAKE
} LfdwEvent;

/* Is the event that of an HTTP request, with a route? */
static inline bool
lfdw_event_is_http(LfdwEvent event)
{
	return event == LFDW_EVENT_APIGATEWAY_V1 || event == LFDW_EVENT_APIGATEWAY_V2;
}

/* Is it the batch that another database calls its functions with? */
static inline bool
lfdw_event_is_of_database(LfdwEvent event)
{
	return event == LFDW_EVENT_REDSHIFT || event == LFDW_EVENT_SNOWFLAKE;
}

/* How an argument's value is written. */
typedef enum LfdwArgumentFormat
{
	LFDW_ARGUMENT_UNSET,
	LFDW_ARGUMENT_JSON,
	LFDW_ARGUMENT_DIGITS,		/* the same, numbers as strings */
	LFDW_ARGUMENT_TEXT,			/* as strings, lists of them */
	LFDW_ARGUMENT_CSV			/* the same, lists joined by commas */
} LfdwArgumentFormat;

/* What an element of a batch is. */
typedef enum LfdwBatchFormat
{
	LFDW_BATCH_UNSET,
	LFDW_BATCH_OBJECTS,
	LFDW_BATCH_ARRAYS,
	LFDW_BATCH_VALUES
} LfdwBatchFormat;

/* What the answer to a batch is. */
typedef enum LfdwBatchAnswer
{
	LFDW_BATCH_ANSWER_UNSET,
	LFDW_BATCH_ANSWER_ROWS,		/* rows that carry their keys */
	LFDW_BATCH_ANSWER_ALIGNED	/* an element for each of the batch */
} LfdwBatchAnswer;

typedef enum LfdwAnswerFormat
{
	LFDW_ANSWER_UNSET,
	LFDW_ANSWER_JSON,
	LFDW_ANSWER_CSV,
	LFDW_ANSWER_RAW
} LfdwAnswerFormat;

/* What the rows of an answer are. */
typedef enum LfdwRowsFormat
{
	LFDW_ROWS_UNSET,
	LFDW_ROWS_ROWS,
	LFDW_ROWS_ENTRIES			/* the members of an object */
} LfdwRowsFormat;

/* How a function is invoked for writes. */
typedef enum LfdwWriteInvocation
{
	LFDW_WRITE_INVOCATION_UNSET,
	LFDW_WRITE_INVOCATION_ANSWERED, /* RequestResponse */
	LFDW_WRITE_INVOCATION_EVENT /* sent, and not waited for */
} LfdwWriteInvocation;

/* When rows that are written go to the function. */
typedef enum LfdwDeliverAt
{
	LFDW_DELIVER_UNSET,
	LFDW_DELIVER_STATEMENT,
	LFDW_DELIVER_COMMIT
} LfdwDeliverAt;

/* How the answer of a scan's invocation comes. */
typedef enum LfdwResponseMode
{
	LFDW_RESPONSE_MODE_UNSET,
	LFDW_RESPONSE_MODE_BUFFERED,	/* Invoke: once the function has ended */
	LFDW_RESPONSE_MODE_STREAMING	/* InvokeWithResponseStream: as it writes */
} LfdwResponseMode;

/* Which answers that were kept serve a request. */
typedef enum LfdwCacheMatch
{
	LFDW_CACHE_MATCH_UNSET,
	LFDW_CACHE_MATCH_EXACT,		/* of the same request */
	LFDW_CACHE_MATCH_WIDER		/* of one with fewer conditions, too */
} LfdwCacheMatch;

/* The options that are choices, by what they choose among. */
typedef enum LfdwChoice
{
	LFDW_CHOICE_EVENT,
	LFDW_CHOICE_ARGUMENT_FORMAT,
	LFDW_CHOICE_BATCH_FORMAT,
	LFDW_CHOICE_BATCH_ANSWER,
	LFDW_CHOICE_ANSWER_FORMAT,
	LFDW_CHOICE_ROWS_FORMAT,
	LFDW_CHOICE_INVOCATION_TYPE,
	LFDW_CHOICE_DELIVER_AT,
	LFDW_CHOICE_RESPONSE_MODE,
	LFDW_CHOICE_CACHE_MATCH
} LfdwChoice;

extern bool lfdw_choice_parse(LfdwChoice choice, const char *word, int *value);
extern const char *lfdw_choice_word(LfdwChoice choice, int value);
extern const char *lfdw_choice_words(LfdwChoice choice);

#endif							/* LFDW_CHOICE_H */
