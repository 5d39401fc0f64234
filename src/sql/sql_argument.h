/*-------------------------------------------------------------------------
 *
 * sql_argument.h
 *		Arguments of functions as Amazon RDS has them: texts and composites.
 *
 * IDENTIFICATION
 *	  src/sql/sql_argument.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SQL_ARGUMENT_H
#define LFDW_SQL_ARGUMENT_H

#include "postgres.h"

#include "fmgr.h"

extern char *lfdw_sql_argument_text(FunctionCallInfo fcinfo, int argument);
extern char *lfdw_sql_argument_unless_empty(char *text);
extern char *lfdw_sql_argument_field(Datum composite, const char *name);
extern bool lfdw_sql_argument_is_composite(const char *text);
extern Datum lfdw_sql_argument_composite(const char *text,
										 const char *const *fields, int nfields);

#endif							/* LFDW_SQL_ARGUMENT_H */
