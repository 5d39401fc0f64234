/*-------------------------------------------------------------------------
 *
 * option.h
 *		The options of servers, user mappings, foreign tables and columns.
 *
 * IDENTIFICATION
 *	  src/options/option.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_OPTION_H
#define LFDW_OPTION_H

#include "postgres.h"

#include "aws/caller.h"
#include "base/json_pointer.h"
#include "nodes/pg_list.h"
#include "options/choice.h"
#include "options/operator.h"
#include "value/value_format.h"

/* What a foreign table's server and the table itself say. */
typedef struct LfdwOptions
{
	Oid			serverid;
	LfdwRoute	route;			/* region NULL: the function's ARN tells */
	char	   *endpoint;		/* NULL: the region tells */
	List	   *allowed_functions;	/* of char *, patterns; NIL for any */
	int			max_concurrency;
	int			invocation_latency_ms;
	double		fdw_startup_cost;
	double		fdw_tuple_cost;

	char	   *function_arn;
	char	   *qualifier;		/* NULL for none */
	char	   *table_name;		/* in the envelope, NULL: the table's own */
	char	   *payload;		/* JSON object, NULL for none */
	bool		envelope;
	LfdwPointer *rows_path;		/* NULL: the forms of the contract */
	LfdwPointer *cursor_path;	/* NULL: "cursor" beside "rows" */
	char	   *cursor_argument;	/* NULL: in the envelope alone */
	int			capabilities;	/* LFDW_CAPABLE_ flags */
	int			max_pages;
	int			max_batch_keys;
	LfdwResponseMode response_mode;
	int			splits;			/* that the function cuts a scan into */
	int			cache_ttl_ms;	/* 0: no answers are kept */
	LfdwCacheMatch cache_match;
	int			cache_negative_ttl_ms;	/* of those without rows; -1: the same */

	LfdwEvent	event;
	char	   *http_route;		/* method and path, NULL for none */
	LfdwArgumentFormat argument_format;
	char	   *batch_argument; /* NULL for none, "" the payload itself */
	LfdwBatchFormat batch_format;
	LfdwBatchAnswer batch_answer;
	LfdwPointer *batch_index_path;	/* NULL: by order */
	char	   *item_payload;	/* JSON object, NULL for none */
	char	   *cursor_header;	/* NULL for none */
	LfdwPointer *cursor_row_path;	/* in the last row; NULL for none */
	char	   *page_argument;
	int			first_page;
	char	   *offset_argument;
	LfdwPointer *more_path;
	char	   *limit_argument;
	int			page_size;		/* 0: not given */
	List	   *no_rows_status; /* of int */
	List	   *no_rows_errors; /* of char * */
	bool		no_rows_missing;
	LfdwPointer *error_path;
	LfdwAnswerFormat answer_format;
	LfdwRowsFormat rows_format;

	bool		updatable;
	bool		truncatable;
	int			batch_size;		/* rows written by one invocation at most */
	LfdwWriteInvocation invocation_type;	/* of writes */
	LfdwDeliverAt deliver_at;
	bool		idempotent;		/* a write may be sent twice */
	bool		durable;		/* batch_id names an execution */
	char	   *insert_route;	/* of HTTP events, NULL for none */
	char	   *update_route;
	char	   *delete_route;

	bool		client_context; /* tell the function who asks */
	char	   *tenant_id;		/* NULL for none */
	bool		log_tail;		/* log_type 'Tail' */
	double		estimated_rows;
	bool		analyze;		/* ANALYZE may call the function */
} LfdwOptions;

typedef struct LfdwColumnOptions
{
	LfdwPointer *path;			/* NULL: the column's name */
	LfdwPushdown *pushdown;		/* LFDW_NOPERATORS of them, or NULL */
	bool		required;
	bool		key;			/* of the row that UPDATE and DELETE are about */
	LfdwFormat	format;
	bool		input;			/* the value is the query's: implies required
								 * and "=" */
	LfdwArgumentFormat argument_format; /* unset: the table's */
	char	   *null_if;		/* a string that is NULL, or NULL for none */
} LfdwColumnOptions;

extern void lfdw_option_complete_column(LfdwColumnOptions *options);
extern LfdwPushdown *lfdw_option_pushdown(Datum options);

#endif							/* LFDW_OPTION_H */
