/*-------------------------------------------------------------------------
 *
 * sql_ml.c
 *		How functions of SQL reach the services of machine learning.
 *
 * IDENTIFICATION
 *	  src/sql/sql_ml.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "options/foreign_object.h"
#include "pg/extension.h"
#include "pg/setting.h"
#include "sql/sql_ml.h"
#include "sql/sql_server.h"

/*
 * A service as the current user reaches it through the server that aws_ml.server
 * names, for a function of this name and its work; palloc'd.
 *
 * Raises what lfdw_extension_check, lfdw_sql_server_options and lfdw_ml_access_create
 * raise: batches ask here, and not through the functions.
 */
LfdwMlAccess *
lfdw_sql_ml_access(const LfdwMlService *service, const char *function,
				   LfdwWork *work)
{
	const LfdwSqlServer server = {
		.setting = "aws_ml.server",
		.name = lfdw_setting_aws_ml_server(),
		.function = function,
		.service = service->label
	};
	LfdwOptions *options;
	LfdwMlAccess *access;

	lfdw_extension_check(LFDW_EXTENSION_AWS_ML);
	options = lfdw_sql_server_options(&server);
	access = lfdw_ml_access_create(service, lfdw_foreign_caller(options, GetUserId()),
								   &options->route, options->endpoint);
	access->work = work;
	return access;
}
