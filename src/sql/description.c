/*-------------------------------------------------------------------------
 *
 * description.c
 *		Asks functions what tables they serve.
 *
 * IDENTIFICATION
 *	  src/sql/description.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "lambda/invoke.h"
#include "options/argument_name.h"
#include "options/function_options.h"
#include "pg/message.h"
#include "sql/description.h"
#include "sql/description_internal.h"
#include "value/body_coding.h"
#include "value/json_string.h"
#include "value/json_writer.h"

/* What a user does about a function that does not know the question. */
#define SKETCH_HINT "lambda_fdw_sketch(server, function, payload) writes a CREATE FOREIGN TABLE for what such a function answers."

/* A function that is asked. */
typedef struct Question
{
	const LfdwOptions *options;
	LfdwFunction function;
	MemoryContext context;		/* of its invocation */
	LfdwInvocation *invocation;
	List	   *tables;			/* what it answered */
} Question;

/* What an error of the call is about. */
static void
add_context(void *label)
{
	errcontext("asking Lambda function \"%s\" to describe itself; lambda_fdw_sketch makes a foreign table of what a function answers that cannot",
			   (char *) label);
}

/* The request, in UTF-8. */
static StringInfo
make_payload(const LfdwOptions *options)
{
	StringInfoData text;
	StringInfo	payload = makeStringInfo();

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	if (options->payload)
		lfdw_json_append_members(&text, options->payload);
	lfdw_json_append_key(&text, LFDW_ENVELOPE_KEY);
	appendStringInfo(&text, "{\"version\":%d", LFDW_ENVELOPE_VERSION);
	lfdw_json_append_string_member(&text, "operation", "describe");
	appendStringInfoString(&text, "}}");
	appendStringInfoString(payload, pg_server_to_any(text.data, text.len, PG_UTF8));
	return payload;
}

/* Sets whom a question asks, and how: it may be asked twice. */
static void
prepare(Question *question, const LfdwOptions *options, const LfdwCaller *caller)
{
	LfdwFunction *function = &question->function;

	question->options = options;
	lfdw_function_create(function, options, options->function_arn, options->qualifier);
	function->repeatable = true;
	lfdw_function_resolve(function, options, caller);
}

static void
begin(Question *question, const LfdwCaller *caller, LfdwInvokeStats *stats)
{
	MemoryContext old;

	question->context = AllocSetContextCreate(CurrentMemoryContext,
											  "lambda_fdw description",
											  ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(question->context);
	question->invocation = lfdw_invoke_begin(&question->function, caller,
											 make_payload(question->options), stats);
	MemoryContextSwitchTo(old);
}

/* Takes in what has come of the answer.  Is it at its end? */
static bool
look(Question *question)
{
	ErrorContextCallback callback;

	callback.callback = add_context;
	callback.arg = unconstify(char *, question->function.label);
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	lfdw_invoke_look(question->invocation);
	error_context_stack = callback.previous;
	return !lfdw_body_more(lfdw_invoke_body(question->invocation));
}

/* Raises the error about an answer that is no description. */
static void
report_answer(const Question *question, const char *bytes, size_t len)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_NO_SCHEMAS),
			 errmsg("Lambda function \"%s\" does not describe itself",
					question->function.label),
			 len == 0 ? errdetail("It answered with nothing.") :
			 errdetail("It answered: %s", lfdw_error_excerpt(bytes, len)),
			 errhint("%s", SKETCH_HINT)));
}

/* Reads an answer that is whole, and lets it go. */
static void
read_answer(Question *question, const LfdwDescriptionUse *use)
{
	const LfdwHttpLimits *limits = &question->function.route.limits;
	LfdwSketch	answer = {
		.label = question->function.label,
		.max_bytes = limits->max_response_bytes > 0 ?
		limits->max_response_bytes : LFDW_UNPACKED_MAX,
		.status_hint = SKETCH_HINT
	};
	LfdwJsonValue tables;
	size_t		len;
	const char *bytes = lfdw_body_show(lfdw_invoke_body(question->invocation), &len);
	MemoryContext old = MemoryContextSwitchTo(question->context);

	/* what it is unpacked to goes with the invocation */
	lfdw_sketch_open_answer(&answer, bytes, len);
	MemoryContextSwitchTo(old);
	if (answer.form != LFDW_SKETCH_JSON ||
		!lfdw_sketch_member(&answer.root, "tables", &tables) ||
		tables.type != LFDW_JSON_ARRAY)
		report_answer(question, bytes, len);
	question->tables = lfdw_description_read(question->function.label, use,
											 &tables, &answer.root);
	MemoryContextDelete(question->context);
}

/* Waits for the questions under way, and reads what has ended of them. */
static int
wait_for_some(Question **running, int nrunning, const LfdwDescriptionUse *use)
{
	LfdwInvocation **invocations = palloc(sizeof(LfdwInvocation *) * nrunning);
	int			nleft = 0;

	for (int i = 0; i < nrunning; i++)
		invocations[i] = running[i]->invocation;
	lfdw_invoke_wait(invocations, nrunning, PG_INT64_MAX);
	for (int i = 0; i < nrunning; i++)
	{
		if (look(running[i]))
			read_answer(running[i], use);
		else
			running[nleft++] = running[i];
	}
	pfree(invocations);
	return nleft;
}

/*
 * Asks several functions of one server what tables they serve, side by side up to
 * max_concurrency of the first; as lfdw_description_ask does it.
 *
 * asked is a list of LfdwOptions; use says what the descriptions are read for.
 * Returns a list of as many lists of LfdwDescribedTable, in that order.
 */
List *
lfdw_description_ask_all(const List *asked, const LfdwDescriptionUse *use,
						 LfdwWork *work)
{
	LfdwInvokeStats *stats = palloc0(sizeof(LfdwInvokeStats));
	int			nquestions = list_length(asked);
	Question   *questions = palloc0(sizeof(Question) * Max(nquestions, 1));
	Question  **running = palloc(sizeof(Question *) * Max(nquestions, 1));
	const LfdwOptions *first = nquestions > 0 ? linitial(asked) : NULL;
	LfdwCaller *caller = first ? lfdw_function_caller(first, GetUserId()) : NULL;
	List	   *descriptions = NIL;
	int			nbegun = 0;
	int			nrunning = 0;

	stats->work = work;
	for (int i = 0; i < nquestions; i++)
		prepare(&questions[i], list_nth(asked, i), caller);
	while (nbegun < nquestions || nrunning > 0)
	{
		while (nbegun < nquestions && nrunning < first->max_concurrency &&
			   (nrunning == 0 || lfdw_invoke_may_begin(caller)))
		{
			lfdw_work_set_to_do(work, nquestions - nbegun - 1);
			begin(&questions[nbegun], caller, stats);
			running[nrunning++] = &questions[nbegun++];
		}
		nrunning = wait_for_some(running, nrunning, use);
	}
	for (int i = 0; i < nquestions; i++)
		descriptions = lappend(descriptions, questions[i].tables);
	return descriptions;
}

/*
 * Asks a function what tables it serves, as the current user.
 *
 * options are those of the server and, where it is asked for a table, of that
 * table; their function_arn, qualifier, payload and tenant_id say whom to ask and
 * how.  Returns a list of LfdwDescribedTable, palloc'd; no option of them was
 * compared with another.  The call counts as one of work.
 *
 * Raises what lfdw_invoke_look raises, 28000 where the user has no credentials,
 * HV00J without a region, 42501 for a function that the server does not allow,
 * HV00P for an answer that is no description, the error that the function reports
 * in its own words, and what lfdw_description_read raises.
 */
List *
lfdw_description_ask(const LfdwOptions *options, const LfdwDescriptionUse *use,
					 LfdwWork *work)
{
	return linitial(lfdw_description_ask_all(list_make1(unconstify(LfdwOptions *, options)),
											 use, work));
}
