/*-------------------------------------------------------------------------
 *
 * own_error.c
 *		The error that a function reports in its own words: lambda_fdw_error.
 *
 * IDENTIFICATION
 *	  src/response/own_error.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/control_doc.h"
#include "pg/message.h"
#include "response/own_error.h"

/*
 * The SQLSTATE that a function chose, or 38000.
 *
 * Success and warnings are no errors.  What says that this server, its
 * transaction or its session is in trouble is not for a function to say: programs
 * try again after it, and some of it no handler of PL/pgSQL catches.
 */
static int
own_sqlstate(const char *sqlstate)
{
	static const char *const reserved[] = {
		"00", "01", "02", "40", "53", "57", "58", "XX", "P0004"
	};

	if (strlen(sqlstate) != 5 ||
		strspn(sqlstate, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 5)
		return ERRCODE_EXTERNAL_ROUTINE_EXCEPTION;
	for (int i = 0; i < (int) lengthof(reserved); i++)
	{
		if (strncmp(sqlstate, reserved[i], strlen(reserved[i])) == 0)
			return ERRCODE_EXTERNAL_ROUTINE_EXCEPTION;
	}
	return MAKE_SQLSTATE(sqlstate[0], sqlstate[1], sqlstate[2], sqlstate[3],
						 sqlstate[4]);
}

/* A field of an error document, fit for a message. */
static char *
shown_field(const char *field)
{
	return lfdw_error_text(field, strlen(field), LFDW_MESSAGE_MAX);
}

/* The function's detail, and the SQLSTATE it gave where that is not taken. */
static char *
own_detail(const LfdwErrorDoc *doc, int sqlstate)
{
	StringInfoData detail;

	initStringInfo(&detail);
	appendStringInfoString(&detail, shown_field(doc->detail));
	if (doc->sqlstate[0] && strcmp(doc->sqlstate, unpack_sql_state(sqlstate)) != 0)
		appendStringInfo(&detail, "%sThe function gave the SQLSTATE \"%s\", which is not a function's to give.",
						 detail.len > 0 ? "\n" : "", shown_field(doc->sqlstate));
	return detail.data;
}

/*
 * Raises the error that a function, of this bare name, reports by the object
 * "lambda_fdw_error": its own message and SQLSTATE, or 38000.
 */
void
lfdw_own_error_report(const char *label, const LfdwJsonValue *object)
{
	LfdwErrorDoc doc;
	int			sqlstate;
	char	   *detail;

	lfdw_error_doc_read(&doc, object->text, object->len);
	sqlstate = own_sqlstate(doc.sqlstate);
	detail = own_detail(&doc, sqlstate);
	ereport(ERROR,
			(errcode(sqlstate),
			 doc.message[0] ? errmsg("%s", shown_field(doc.message)) :
			 errmsg("Lambda function \"%s\" reported an error without a message",
					label),
			 detail[0] ? errdetail("%s", detail) : 0,
			 doc.hint[0] ? errhint("%s", shown_field(doc.hint)) : 0,
			 errcontext("answer of Lambda function \"%s\"", label)));
}
