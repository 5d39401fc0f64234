/*-------------------------------------------------------------------------
 *
 * sql_server.h
 *		The foreign server that a setting names.
 *
 * IDENTIFICATION
 *	  src/sql/sql_server.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SQL_SERVER_H
#define LFDW_SQL_SERVER_H

#include "postgres.h"

#include "options/option.h"

/* A setting that names a server, and what is called through it, in words. */
typedef struct LfdwSqlServer
{
	const char *setting;		/* its name, "aws_lambda.server" */
	const char *name;			/* its value: the server's name */
	const char *function;		/* of SQL, that calls: "aws_lambda.invoke" */
	const char *service;		/* of AWS, that is called: "Lambda" */
} LfdwSqlServer;

extern LfdwOptions *lfdw_sql_server_options(const LfdwSqlServer *server);

#endif							/* LFDW_SQL_SERVER_H */
