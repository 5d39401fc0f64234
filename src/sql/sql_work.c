/*-------------------------------------------------------------------------
 *
 * sql_work.c
 *		The work of a function of SQL, as other sessions see it.
 *
 * IDENTIFICATION
 *	  src/sql/sql_work.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "sql/sql_work.h"

/*
 * The work of the function that is called: all calls of one place in a query are one.
 * It lasts as long as what the executor keeps for that place, fn_extra, which the
 * function must not use else.
 */
LfdwWork *
lfdw_sql_work(FunctionCallInfo fcinfo, LfdwOperation operation)
{
	FmgrInfo   *flinfo = fcinfo->flinfo;

	if (flinfo == NULL)
		return lfdw_work_begin(operation, CurrentMemoryContext);
	if (flinfo->fn_extra == NULL)
		flinfo->fn_extra = lfdw_work_begin(operation, flinfo->fn_mcxt);
	return flinfo->fn_extra;
}
