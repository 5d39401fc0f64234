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
#include "options/operator.h"
#include "value/value_format.h"

/* What a foreign table's server and the table itself say. */
typedef struct LfdwOptions
{
	Oid			serverid;
	LfdwRoute	route;			/* region NULL: the function's ARN tells */
	char	   *endpoint;		/* NULL: the region tells */
	int			max_concurrency;
	int			invocation_latency_ms;
	double		fdw_startup_cost;
	double		fdw_tuple_cost;

	char	   *function_arn;
	char	   *qualifier;		/* NULL for none */
	char	   *payload;		/* JSON object, NULL for none */
	bool		envelope;
	LfdwPointer *rows_path;		/* NULL: the forms of the contract */
	LfdwPointer *cursor_path;	/* NULL: "cursor" beside "rows" */
	char	   *cursor_argument;	/* NULL: in the envelope alone */
	int			capabilities;	/* LFDW_CAPABLE_ flags */
	int			max_pages;
	int			max_batch_keys;
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
	LfdwFormat	format;
} LfdwColumnOptions;

extern LfdwPushdown *lfdw_option_pushdown(Datum options);

#endif							/* LFDW_OPTION_H */
