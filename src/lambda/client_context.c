/*-------------------------------------------------------------------------
 *
 * client_context.c
 *		The client context of an invocation, as its header takes it.
 *
 * A handler finds it in its context.client_context.
 *
 * IDENTIFICATION
 *	  src/lambda/client_context.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/guc.h"

#include "lambda/client_context.h"
#include "pg/compat.h"
#include "value/json_writer.h"

/* X-Amz-Client-Context may have so many characters (Lambda's API model). */
#define CLIENT_CONTEXT_MAX 3583

/*
 * A client context as its header takes it: base64, palloc'd.  The text is a
 * JSON object in the database encoding.  Raises 54000 where it is too long.
 */
char *
lfdw_client_context_encode(const char *context)
{
	char	   *utf8 = pg_server_to_any(context, strlen(context), PG_UTF8);
	int			len = strlen(utf8);
	int			size = pg_b64_enc_len(len);
	char	   *encoded = palloc(size + 1);

	len = lfdw_b64_encode(utf8, len, encoded, size);
	if (len < 0)
		elog(ERROR, "could not encode the client context");
	if (len > CLIENT_CONTEXT_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the client context is too large"),
				 errdetail("It has %d characters in base64; Lambda takes %d.",
						   len, CLIENT_CONTEXT_MAX)));
	encoded[len] = '\0';
	return encoded;
}

/*
 * Who asks, as a handler's context.client_context.custom: application_name,
 * user and database.  Encoded, palloc'd; raises 54000 where it is too long.
 */
char *
lfdw_client_context_of(const LfdwCaller *caller)
{
	StringInfoData context;

	initStringInfo(&context);
	appendStringInfoChar(&context, '{');
	lfdw_json_append_key(&context, "custom");
	appendStringInfoChar(&context, '{');
	lfdw_json_append_string_member(&context, "application_name",
								   application_name ? application_name : "");
	lfdw_json_append_string_member(&context, "user",
								   GetUserNameFromId(caller->userid, false));
	lfdw_json_append_string_member(&context, "database",
								   get_database_name(MyDatabaseId));
	appendStringInfoString(&context, "}}");
	return lfdw_client_context_encode(context.data);
}
