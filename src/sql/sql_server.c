/*-------------------------------------------------------------------------
 *
 * sql_server.c
 *		The foreign server that a setting names.
 *
 * Functions with the signatures of Amazon RDS have no argument for a server;
 * the server takes the place of RDS's DB instance.
 *
 * IDENTIFICATION
 *	  src/sql/sql_server.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "foreign/foreign.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "sql/sql_server.h"
#include "sql/sql_session.h"

/* Says that the server is missing, with the statements that create it. */
static void
report_no_server(const LfdwSqlServer *server)
{
	const char *name = quote_identifier(server->name);
	const char *user = quote_identifier(GetUserNameFromId(GetUserId(), false));

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("server \"%s\" does not exist", server->name),
			 errdetail("%s calls %s through the server that the setting %s names.",
					   server->function, server->service, server->setting),
			 errhint("Create it as a superuser:\n%s"
					 "CREATE SERVER %s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region '...');\n"
					 "CREATE USER MAPPING FOR %s SERVER %s OPTIONS (aws_access_key_id '...', aws_secret_access_key '...');",
					 OidIsValid(get_foreign_data_wrapper_oid("lambda_fdw", true)) ?
					 "" : "CREATE EXTENSION lambda_fdw;\n",
					 name, user, name)));
}

/*
 * The options of the server that a setting names, palloc'd.
 *
 * As on RDS, EXECUTE on the functions is enough, if the server is a superuser's:
 * USAGE would let the role have tables and user mappings of its own there.  A
 * server of somebody else's, who decides where data goes, needs USAGE (42501).
 * Raises 42704 where there is no server of this name, 42809 for one of another
 * wrapper.
 */
LfdwOptions *
lfdw_sql_server_options(const LfdwSqlServer *server)
{
	if (!OidIsValid(get_foreign_server_oid(server->name, true)))
		report_no_server(server);
	return lfdw_server_options(server->name, true);
}
