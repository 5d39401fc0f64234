/*-------------------------------------------------------------------------
 *
 * sql_work.h
 *		The work of a function of SQL, as other sessions see it.
 *
 * IDENTIFICATION
 *	  src/sql/sql_work.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SQL_WORK_H
#define LFDW_SQL_WORK_H

#include "postgres.h"

#include "fmgr.h"

#include "shared/activity.h"

extern LfdwWork *lfdw_sql_work(FunctionCallInfo fcinfo, LfdwOperation operation);

#endif							/* LFDW_SQL_WORK_H */
