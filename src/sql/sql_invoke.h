/*-------------------------------------------------------------------------
 *
 * sql_invoke.h
 *		One invocation, as a function of SQL asks for it.
 *
 * IDENTIFICATION
 *	  src/sql/sql_invoke.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SQL_INVOKE_H
#define LFDW_SQL_INVOKE_H

#include "postgres.h"

#include "fmgr.h"

#include "lambda/invoke.h"
#include "options/option.h"

/* What is asked for; texts in the database encoding, NULL where not given. */
typedef struct LfdwSqlCall
{
	const char *function;		/* not NULL once it is invoked */
	const char *payload;		/* JSON; NULL: an empty payload */
	const char *invocation_type;	/* NULL: RequestResponse */
	const char *log_type;		/* NULL: None */
	const char *context;		/* JSON */
	const char *qualifier;
	const char *tenant_id;
	const char *durable_name;	/* of a durable execution */
	bool		idempotent;		/* the function may run twice */
	bool		as_rds;			/* errors have the words of RDS's aws_lambda */
	LfdwWork   *work;			/* see lfdw_sql_work */
	TupleDesc	desc;			/* of the result */
} LfdwSqlCall;

extern LfdwSqlCall *lfdw_sql_call_make(FunctionCallInfo fcinfo);
extern char *lfdw_sql_call_json(FunctionCallInfo fcinfo, int argument,
								const LfdwSqlCall *call);
extern LfdwInvocation *lfdw_sql_call_run(const LfdwSqlCall *call,
										 const LfdwOptions *options,
										 const char **label);
extern Datum lfdw_sql_call_invoke(const LfdwSqlCall *call,
								  const LfdwOptions *options);

#endif							/* LFDW_SQL_INVOKE_H */
