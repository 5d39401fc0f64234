/*-------------------------------------------------------------------------
 *
 * trace.c
 *		The trace that a session's calls belong to.
 *
 * IDENTIFICATION
 *	  src/pg/trace.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "tcop/tcopprot.h"

#include "base/trace_context.h"
#include "pg/setting.h"
#include "pg/trace.h"

/*
 * The header that the comments of the client's statement give, NULL for none.  They
 * are read once a statement: each message of a client has a time of its own.
 */
static const char *
header_of_statement(void)
{
	static char header[LFDW_TRACE_HEADER_SIZE];
	static bool found;
	static const char *statement = NULL;
	static TimestampTz started_at;

	if (debug_query_string == NULL)
		return NULL;
	if (debug_query_string != statement ||
		GetCurrentStatementStartTimestamp() != started_at)
	{
		statement = debug_query_string;
		started_at = GetCurrentStatementStartTimestamp();
		found = lfdw_trace_from_comments(header, statement, strlen(statement));
	}
	return found ? header : NULL;
}

/* The header that the setting gives, NULL for none. */
static const char *
header_of_setting(void)
{
	static char header[LFDW_TRACE_HEADER_SIZE];
	const char *setting = lfdw_setting_trace_id();

	if (setting && lfdw_trace_from_parent(header, setting, strlen(setting)))
		return header;
	return setting;
}

/*
 * The value of X-Amzn-Trace-Id for what is called now, NULL for none: of the comments
 * of the statement, if they are read, and else of the setting.  Good until the next
 * call, or a SET.
 */
const char *
lfdw_trace_header(void)
{
	const char *header = lfdw_setting_trace_from_comments() ?
	header_of_statement() : NULL;

	return header ? header : header_of_setting();
}
