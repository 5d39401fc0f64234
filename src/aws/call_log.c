/*-------------------------------------------------------------------------
 *
 * call_log.c
 *		The server's log of calls.
 *
 * A call is one line, of names, numbers and errors' names: payloads, answers and what
 * functions say are not in it, nor is the statement, which may have any of them.
 *
 * IDENTIFICATION
 *	  src/aws/call_log.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "aws/call_log.h"
#include "pg/setting.h"

/* Are there calls that have a line? */
bool
lfdw_call_log_is_on(void)
{
	return lfdw_setting_log_invocations() != LFDW_LOG_OFF ||
		lfdw_setting_log_min_duration_ms() >= 0;
}

/* Does a call have one? */
static bool
has_line(const LfdwCallLine *line)
{
	LfdwLogChoice choice = lfdw_setting_log_invocations();
	int			min_ms = lfdw_setting_log_min_duration_ms();

	return choice == LFDW_LOG_ALL || (choice == LFDW_LOG_ERRORS && line->failed) ||
		(min_ms >= 0 && line->duration_us >= min_ms * INT64CONST(1000));
}

/* Adds what not every call has. */
static void
add_details(StringInfo text, const LfdwCallLine *line)
{
	if (line->qualifier[0])
		appendStringInfo(text, ", qualifier \"%s\"", line->qualifier);
	appendStringInfo(text, ", %s", line->outcome);
	if (line->error)
		appendStringInfo(text, ": %s", line->error);
	if (line->status != 0)
		appendStringInfo(text, ", status %d", line->status);
}

/*
 * Writes the line of a call that has ended, if it has one.  To the server's log alone,
 * so that it may be called while a transaction is aborted, or a process exits; raises
 * out of memory only.
 */
void
lfdw_call_log_write(const LfdwCallLine *line)
{
	ErrorContextCallback *context = error_context_stack;
	StringInfoData text;

	if (!has_line(line))
		return;
	initStringInfo(&text);
	appendStringInfo(&text, "server \"%s\", %s \"%s\"", line->server, line->service,
					 line->function);
	add_details(&text, line);
	appendStringInfo(&text, ", attempts %d, duration %.3f ms, slot wait %.3f ms, sent " INT64_FORMAT " bytes, received " INT64_FORMAT " bytes",
					 line->attempts, line->duration_us / 1000.0,
					 line->slot_wait_us / 1000.0, line->sent_bytes,
					 line->received_bytes);
	if (line->request_id[0])
		appendStringInfo(&text, ", request %s", line->request_id);
	if (line->trace_id)
		appendStringInfo(&text, ", trace %s", line->trace_id);
	/* what surrounds the call may show its arguments, or read catalogs */
	error_context_stack = NULL;
	ereport(LOG_SERVER_ONLY,
			(errmsg_internal("lambda_fdw call: %s", text.data),
			 errhidestmt(true)));
	error_context_stack = context;
	pfree(text.data);
}
