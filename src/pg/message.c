/*-------------------------------------------------------------------------
 *
 * message.c
 *		Remote failures become PostgreSQL's errors.
 *
 * IDENTIFICATION
 *	  src/pg/message.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "base/control_doc.h"
#include "base/json_reader.h"
#include "pg/message.h"

/* The length of the UTF-8 character at the start of some bytes, 0 for none. */
static int
character_length(const char *bytes, size_t len)
{
	int			char_len = pg_utf_mblen((const unsigned char *) bytes);

	if ((size_t) char_len > len ||
		!pg_utf8_islegal((const unsigned char *) bytes, char_len))
		return 0;
	return char_len;
}

/*
 * Makes remote bytes, UTF-8 or not, fit for a message.
 *
 * The result is palloc'd, valid in the database encoding, and has at most
 * max_chars characters, with "..." after them if there were more.  Control
 * characters become blanks; bytes that are no UTF-8, and characters beyond
 * ASCII in a database of another encoding, question marks.  Never raises.
 */
char *
lfdw_error_text(const char *bytes, size_t len, int max_chars)
{
	StringInfoData text;
	bool		utf8 = GetDatabaseEncoding() == PG_UTF8;
	int			chars = 0;

	initStringInfo(&text);
	while (len > 0 && chars < max_chars)
	{
		int			char_len = character_length(bytes, len);

		if (char_len == 0 || (char_len > 1 && !utf8))
			appendStringInfoChar(&text, '?');
		else if (char_len == 1 && ((unsigned char) *bytes < ' ' || *bytes == 0x7F))
			appendStringInfoChar(&text, ' ');
		else
			appendBinaryStringInfo(&text, bytes, char_len);
		bytes += Max(char_len, 1);
		len -= Max(char_len, 1);
		chars++;
	}
	if (len > 0)
		appendStringInfoString(&text, "...");
	return text.data;
}

/* lfdw_error_text with LFDW_EXCERPT_MAX characters. */
char *
lfdw_error_excerpt(const char *bytes, size_t len)
{
	return lfdw_error_text(bytes, len, LFDW_EXCERPT_MAX);
}

/* The SQLSTATE of a class of AWS's errors. */
int
lfdw_error_sqlstate(LfdwAwsErrorClass class)
{
	switch (class)
	{
		case LFDW_AWS_AUTHENTICATION:
			return ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION;
		case LFDW_AWS_ACCESS_DENIED:
			return ERRCODE_INSUFFICIENT_PRIVILEGE;
		case LFDW_AWS_NO_FUNCTION:
			return ERRCODE_FDW_TABLE_NOT_FOUND;
		case LFDW_AWS_TOO_LARGE:
			return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		case LFDW_AWS_THROTTLED:
			return ERRCODE_CONFIGURATION_LIMIT_EXCEEDED;
		case LFDW_AWS_NOT_READY:
			return ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE;
		case LFDW_AWS_ENVIRONMENT:
			return ERRCODE_FDW_UNABLE_TO_CREATE_EXECUTION;
		case LFDW_AWS_UNAVAILABLE:
			return ERRCODE_CONNECTION_FAILURE;
		case LFDW_AWS_BAD_REQUEST:
			break;
	}
	return ERRCODE_FDW_ERROR;
}

/*
 * The SQLSTATE that json_populate_record gives a mistake in JSON, which is one
 * of the reader's errors.
 */
int
lfdw_error_json_sqlstate(const char *error)
{
	if (strcmp(error, LFDW_JSON_NUL) == 0)
		return ERRCODE_UNTRANSLATABLE_CHARACTER;
	if (strcmp(error, LFDW_JSON_BAD_UTF8) == 0)
		return ERRCODE_CHARACTER_NOT_IN_REPERTOIRE;
	if (strcmp(error, LFDW_JSON_TOO_DEEP) == 0)
		return ERRCODE_STATEMENT_TOO_COMPLEX;
	return ERRCODE_INVALID_TEXT_REPRESENTATION;
}

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
 * Raises the error that a function reports by "lambda_fdw_error", whose value
 * the bytes are.
 */
void
lfdw_error_report_own(const char *function, const char *bytes, size_t len)
{
	LfdwErrorDoc doc;
	int			sqlstate;
	char	   *detail;

	lfdw_error_doc_read(&doc, bytes, len);
	sqlstate = own_sqlstate(doc.sqlstate);
	detail = own_detail(&doc, sqlstate);
	ereport(ERROR,
			(errcode(sqlstate),
			 doc.message[0] ? errmsg("%s", shown_field(doc.message)) :
			 errmsg("Lambda function \"%s\" reported an error without a message",
					function),
			 detail[0] ? errdetail("%s", detail) : 0,
			 doc.hint[0] ? errhint("%s", shown_field(doc.hint)) : 0,
			 errcontext("answer of Lambda function \"%s\"", function)));
}

/*
 * Raises 38000 for an object that a runtime makes of an exception: {"errorType":
 * ..., "errorMessage": ...}.
 */
void
lfdw_error_report_raised(const char *function, const char *bytes, size_t len)
{
	LfdwErrorDoc doc;

	lfdw_error_doc_read(&doc, bytes, len);
	ereport(ERROR,
			(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
			 errmsg("Lambda function \"%s\" failed: %s", function,
					lfdw_error_excerpt(doc.error_type, strlen(doc.error_type))),
			 doc.message[0] ? errdetail("%s", shown_field(doc.message)) : 0));
}
