/*-------------------------------------------------------------------------
 *
 * sql_session.h
 *		SQL functions that show and end what a session holds.
 *
 * IDENTIFICATION
 *	  src/sql/sql_session.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SQL_SESSION_H
#define LFDW_SQL_SESSION_H

#include "postgres.h"

#include "options/option.h"

extern LfdwOptions *lfdw_server_options(const char *name,
										bool superusers_will_do);


#endif							/* LFDW_SQL_SESSION_H */
