/*-------------------------------------------------------------------------
 *
 * sql_session.c
 *		SQL functions that show and end what a session holds.
 *
 * IDENTIFICATION
 *	  src/sql/sql_session.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "aws/client.h"
#include "aws/endpoint.h"
#include "credentials/credentials.h"
#include "options/foreign_object.h"
#include "pg/extension.h"
#include "sql/sql_session.h"

LFDW_SQL_FUNCTION(LFDW_EXTENSION_LAMBDA_FDW, lambda_fdw_connections);
LFDW_SQL_FUNCTION(LFDW_EXTENSION_LAMBDA_FDW, lambda_fdw_disconnect);
LFDW_SQL_FUNCTION(LFDW_EXTENSION_LAMBDA_FDW, lambda_fdw_credentials);

/*
 * The options of a server of lambda_fdw, on which the current user must have
 * USAGE (42501), or which may be a superuser's.  Raises 42704 for a name that
 * is none, 42809 for a server of another wrapper.
 */
LfdwOptions *
lfdw_server_options(const char *name, bool superusers_will_do)
{
	Oid			serverid = lfdw_foreign_server_oid(name, GetUserId(),
												   superusers_will_do);

	if (!lfdw_foreign_server_is_ours(serverid))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("server \"%s\" is not a server of lambda_fdw", name)));
	return lfdw_foreign_server_options(serverid);
}

/* Puts a text into a row, NULL for none. */
static void
put_text(Datum *value, bool *isnull, const char *text)
{
	*isnull = text == NULL;
	*value = text ? CStringGetTextDatum(text) : (Datum) 0;
}

/* SQL function: the connections of this session, a row each. */
static Datum
run_lambda_fdw_connections(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	LfdwConnection *connections;
	int			nconnections;

	InitMaterializedSRF(fcinfo, 0);
	connections = lfdw_client_connections(&nconnections);
	for (int i = 0; i < nconnections; i++)
	{
		LfdwConnection *connection = &connections[i];
		Datum		values[6];
		bool		nulls[6] = {false};

		put_text(&values[0], &nulls[0],
				 lfdw_foreign_server_name(connection->serverid));
		put_text(&values[1], &nulls[1],
				 lfdw_foreign_mapping_user(connection->umid));
		put_text(&values[2], &nulls[2], connection->address);
		values[3] = Int32GetDatum(connection->port);
		values[4] = TimestampTzGetDatum(connection->opened_at);
		values[5] = BoolGetDatum(connection->usable);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * SQL function: closes this session's connections to a server, those in use
 * once their invocations have ended.  Returns whether there were any.
 */
static Datum
run_lambda_fdw_disconnect(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Oid			serverid = lfdw_foreign_server_oid(name, GetUserId(), false);

	PG_RETURN_BOOL(lfdw_client_forget_server(serverid));
}

/* "****************WXYZ", as the AWS CLI shows a key. */
static char *
masked_key(const char *key)
{
	size_t		len = strlen(key);

	return psprintf("****************%s", len > 8 ? key + len - 4 : "");
}

/*
 * SQL function: which credentials the current user's invocations through a
 * server would be signed with, and until when; or why there are none.  Asks
 * whoever has to be asked.
 */
static Datum
run_lambda_fdw_credentials(PG_FUNCTION_ARGS)
{
	LfdwOptions *options = lfdw_server_options(text_to_cstring(PG_GETARG_TEXT_PP(0)),
											   false);
	LfdwCaller *caller = lfdw_foreign_caller(options, GetUserId());
	const LfdwCredentials *found;
	StringInfoData notes;
	TupleDesc	desc;
	Datum		values[4] = {0};
	bool		nulls[4] = {true, true, true, true};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	initStringInfo(&notes);
	lfdw_endpoint_complete_route(&options->route, caller, options->endpoint);
	found = lfdw_credentials_find(caller, &options->route, &notes);
	if (found)
	{
		put_text(&values[0], &nulls[0], found->source);
		put_text(&values[1], &nulls[1], masked_key(found->access_key_id));
		nulls[2] = found->expires_at == 0;
		values[2] = TimestampTzGetDatum(time_t_to_timestamptz(found->expires_at));
	}
	else
		put_text(&values[3], &nulls[3], notes.data);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}
