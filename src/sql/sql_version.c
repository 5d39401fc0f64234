/*-------------------------------------------------------------------------
 *
 * sql_version.c
 *		The versions of what lambda_fdw was built with and runs with.
 *
 * IDENTIFICATION
 *	  src/sql/sql_version.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/guc.h"

#include "base/control_doc.h"
#include "base/gzip.h"
#include "base/sigv4.h"
#include "http/http.h"
#include "pg/extension.h"
#include "shared/segment.h"
#include "sql/sql_row.h"

/* Not LFDW_SQL_FUNCTION: it is what shows that versions differ. */
PG_FUNCTION_INFO_V1(lambda_fdw_version);

/* The same in all versions of the SQL. */
#define VERSION_COLUMNS 4

static void
add_row(ReturnSetInfo *result, const LfdwLibrary *library, const char *details)
{
	LfdwSqlRow	row = {.ncolumns = 0};

	lfdw_sql_row_put_text(&row, library->name);
	lfdw_sql_row_put_text(&row, library->built_with);
	lfdw_sql_row_put_text(&row, library->runs_with);
	lfdw_sql_row_put_text(&row, details);
	lfdw_sql_row_add(&row, result);
}

/* The extensions that this database has, and whether this library serves them. */
static void
add_extensions(ReturnSetInfo *result)
{
	for (int i = 0; i < LFDW_NEXTENSIONS; i++)
	{
		LfdwExtensionState state;
		LfdwLibrary sql;

		lfdw_extension_read(i, &state);
		if (state.installed == NULL)
			continue;
		sql.name = psprintf("extension %s", state.name);
		sql.built_with = state.newest;
		sql.runs_with = state.installed;
		add_row(result, &sql, state.served ? NULL : "not served by this library");
	}
}

/*
 * SQL function: what lambda_fdw was built with and runs with, a row for each.
 */
Datum
lambda_fdw_version(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	LfdwLibrary own = {"lambda_fdw", LFDW_VERSION, LFDW_VERSION};
	LfdwLibrary server = {"PostgreSQL", PG_VERSION, NULL};
	LfdwLibrary curl = lfdw_http_library();
	LfdwLibrary others[] = {
		lfdw_control_doc_library(),
		lfdw_sigv4_library(),
		lfdw_gzip_library()
	};

	InitMaterializedSRF(fcinfo, 0);
	if (result->setDesc->natts != VERSION_COLUMNS)
		elog(ERROR, "lambda_fdw_version must return %d columns", VERSION_COLUMNS);
	add_row(result, &own, lfdw_segment_sharing() == LFDW_SHARED_BY_PRELOAD ? "preloaded" : NULL);
	add_extensions(result);
	server.runs_with = GetConfigOption("server_version", false, false);
	add_row(result, &server, NULL);
	add_row(result, &curl, lfdw_http_library_details());
	for (int i = 0; i < (int) lengthof(others); i++)
		add_row(result, &others[i], NULL);
	return (Datum) 0;
}
