/*-------------------------------------------------------------------------
 *
 * function_list.c
 *		Which functions an account has in a region, and what tags they carry.
 *
 * GET /2015-03-31/functions?MaxItems=50&Marker=..., ListFunctions in Lambda's API
 * reference, whose pages have at most 50 functions, and no tags; then GET
 * /2017-03-31/tags/{ARN}, ListTags, for each that is of interest.  Neither runs a
 * function, so both may be sent again wherever that can help.
 *
 * Lambda answers 15 such requests a second ("Lambda quotas" in its developer
 * guide), whoever sends them, and 429 beyond that.  So a request that was throttled
 * halves how many go side by side; those that wait to be sent again are among them.
 *
 * IDENTIFICATION
 *	  src/lambda/function_list.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "aws/service.h"
#include "base/arn.h"
#include "base/uri.h"
#include "credentials/credentials.h"
#include "lambda/function_list.h"
#include "lambda/invoke.h"
#include "lambda/service_error.h"
#include "pg/message.h"

/* As pg_stat_lambda names what is asked here: it is not billed as invocations are. */
#define CONTROL_SERVICE "lambda-control"

#define FUNCTIONS_PATH "/2015-03-31/functions"
#define TAGS_PATH "/2017-03-31/tags/"

/* ListFunctions gives no more at a time, and LfdwFunctionPageDoc begins with it. */
#define PAGE_SIZE 50

/* An answer may have so many bytes where no option says how many. */
#define ANSWER_MAX (64 * 1024 * 1024)

/* An operation of Lambda's, as a request and its errors name it. */
typedef struct Operation
{
	const char *name;
	const char *action;
	const char *missing;		/* hint where Lambda has no such thing, NULL:
								 * none of its own */
} Operation;

static const Operation list_functions = {
	"ListFunctions", "lambda:ListFunctions",
	"The endpoint has no ListFunctions: import each function by its name."
};

static const Operation list_tags = {
	"ListTags", "lambda:ListTags",
	"The endpoint has no ListTags: import each function by its name."
};

/* A request under way, in a memory context of its own, whose end ends it. */
typedef struct Question
{
	MemoryContext context;
	const LfdwFunctionSource *source;
	const Operation *operation;
	const char *aim;			/* in words */
	LfdwRoute	route;
	LfdwServiceRequest request;
	LfdwServiceRun *run;
	LfdwListedFunction *function;	/* whose tags are asked for */
} Question;

/*
 * Sends a GET; path and query are as on the wire, and copied.  throttles counts how
 * often it was throttled.  Raises what lfdw_service_begin raises.
 */
static Question *
begin_question(const LfdwFunctionSource *source, const Operation *operation,
			   const char *aim, const char *path, const char *query,
			   int64 *throttles)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "lambda_fdw function list",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Question   *question = palloc0(sizeof(Question));
	LfdwServiceRequest *request = &question->request;

	question->context = context;
	question->source = source;
	question->operation = operation;
	question->aim = pstrdup(aim);
	question->route = *source->route;
	if (question->route.limits.max_response_bytes == 0)
		question->route.limits.max_response_bytes = ANSWER_MAX;
	request->aws.caller = source->caller;
	request->aws.route = &question->route;
	request->aws.service = "lambda";
	request->aws.method = "GET";
	request->aws.endpoint = source->endpoint;
	request->aws.path = pstrdup(path);
	request->aws.query = pstrdup(query);
	request->aws.body = "";
	request->aws.limits = question->route.limits;
	request->get_credentials = lfdw_credentials_get;
	request->renew_credentials = lfdw_credentials_renew;
	request->read_code = lfdw_service_json_code;
	request->max_attempts = question->route.max_attempts;
	request->repeatable = true;
	request->retry_failures = LFDW_FAILURES_BEFORE_SENDING |
		LFDW_FAILURE(LFDW_HTTP_BROKEN) |
		LFDW_FAILURE(LFDW_HTTP_REQUEST_TIMEOUT);
	request->takes_tokens = true;
	request->tracked.work = source->work;
	request->tracked.service = CONTROL_SERVICE;
	request->tracked.function = operation->name;
	request->throttles = throttles;
	question->run = lfdw_service_begin(request);
	MemoryContextSwitchTo(old);
	return question;
}

/* Where a request stands; what it allocates is its own. */
static LfdwServiceState
advance(Question *question)
{
	MemoryContext old = MemoryContextSwitchTo(question->context);
	LfdwServiceState state = lfdw_service_advance(question->run, false);

	MemoryContextSwitchTo(old);
	return state;
}

/* Waits for the next thing of some requests; the windows of answers grow with them. */
static void
wait_for(Question **questions, int nquestions)
{
	LfdwServiceRun **runs = palloc(sizeof(LfdwServiceRun *) * nquestions);

	for (int i = 0; i < nquestions; i++)
	{
		runs[i] = questions[i]->run;
		if (runs[i]->exchange)
			lfdw_exchange_widen(runs[i]->exchange);
	}
	lfdw_service_wait(runs, nquestions, PG_INT64_MAX);
	pfree(runs);
}

/* Raises the error of a request that has ended with one. */
static void
report_end(const Question *question)
{
	const LfdwServiceAim aim = {
		.aim = question->aim,
		.action = question->operation->action,
		.missing = question->operation->missing,
		.endpoint = question->source->endpoint,
		.route = &question->route
	};

	lfdw_service_error_report(question->run, &aim);
}

/* Raises HV000: an answer is not what Lambda's API reference says. */
static void
report_answer(const Question *question, const char *why)
{
	LfdwBuffer *body = lfdw_exchange_body(question->run->exchange);

	ereport(ERROR,
			(errcode(ERRCODE_FDW_ERROR),
			 errmsg("could not %s: the answer is not one of %s", question->aim,
					question->operation->name),
			 errdetail("%s", why),
			 body->len > 0 ?
			 errcontext("answer of %s: %s", question->source->endpoint,
						lfdw_error_excerpt(lfdw_buffer_bytes(body), body->len)) : 0));
}

/* Reads a page of functions; raises HV000 for what is none. */
static LfdwFunctionPageDoc *
read_page(const Question *question)
{
	LfdwFunctionPageDoc *page = palloc(sizeof(LfdwFunctionPageDoc));
	LfdwBuffer *body = lfdw_exchange_body(question->run->exchange);
	const char *bytes = body->len > 0 ? lfdw_buffer_bytes(body) : "";
	const char *why;

	page->count = PAGE_SIZE;
	do
	{
		/* emulators may give more than they are asked for */
		page->capacity = Min(page->count, LFDW_FUNCTION_NAMES_MAX);
		page->functions = palloc(sizeof(LfdwListedFunction) * page->capacity);
		if (!lfdw_function_page_doc_read(page, bytes, body->len, &why))
			report_answer(question, why);
	} while (page->count > page->capacity &&
			 page->capacity < LFDW_FUNCTION_NAMES_MAX);
	if (page->count > page->capacity)
		report_answer(question, psprintf("It has %d functions.", page->count));
	return page;
}

/*
 * Sends a request for a page, after a marker ("" for the first), and waits.  *path
 * gets the trailing slash where the endpoint has no such resource without: older models
 * of the API have it, and so have emulators made of them.
 */
static Question *
ask_page(const LfdwFunctionSource *source, const char **path, const char *marker)
{
	StringInfoData query;
	Question   *question;

	initStringInfo(&query);
	appendStringInfo(&query, "MaxItems=%d", PAGE_SIZE);
	if (marker[0])
	{
		appendStringInfoString(&query, "&Marker=");
		lfdw_uri_encode(&query, marker, strlen(marker), false);
	}
	for (;;)
	{
		LfdwServiceState state;

		question = begin_question(source, &list_functions,
								  "list the Lambda functions", *path, query.data, NULL);
		while ((state = advance(question)) < LFDW_SERVICE_DONE)
			wait_for(&question, 1);
		if (state == LFDW_SERVICE_DONE)
			break;
		if (state != LFDW_SERVICE_REFUSED || question->run->error.status != 404 ||
			strcmp(*path, FUNCTIONS_PATH) != 0)
			report_end(question);
		*path = FUNCTIONS_PATH "/";
		MemoryContextDelete(question->context);
	}
	pfree(query.data);
	return question;
}

/*
 * A copy of a function of a page, its ARN without a version: what ListTags takes.
 * Raises HV000 for what is no function.
 */
static LfdwListedFunction *
copy_function(const Question *question, const LfdwListedFunction *listed)
{
	LfdwListedFunction *function = palloc(sizeof(LfdwListedFunction));
	LfdwFunctionName name;
	const char *why;

	if (!lfdw_function_name_parse(listed->arn, &name, &why) ||
		name.partition[0] == '\0' || strcmp(name.name, listed->name) != 0)
		report_answer(question,
					  psprintf("\"%s\" is not the ARN of a function \"%s\".",
							   lfdw_error_excerpt(listed->arn, strlen(listed->arn)),
							   lfdw_error_excerpt(listed->name, strlen(listed->name))));
	strlcpy(function->name, name.name, sizeof(function->name));
	snprintf(function->arn, sizeof(function->arn), "arn:%s:lambda:%s:%s:function:%s",
			 name.partition, name.region, name.account, name.name);
	return function;
}

/* list_sort: by name. */
static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(((LfdwListedFunction *) lfirst(a))->name,
				  ((LfdwListedFunction *) lfirst(b))->name);
}

/* Sorts functions by name; one that moved to another page meanwhile is there once. */
static List *
sort_functions(List *functions)
{
	List	   *sorted = NIL;
	ListCell   *lc;

	list_sort(functions, compare_names);
	foreach(lc, functions)
	{
		LfdwListedFunction *function = lfirst(lc);

		if (sorted == NIL ||
			strcmp(((LfdwListedFunction *) llast(sorted))->name, function->name) != 0)
			sorted = lappend(sorted, function);
	}
	return sorted;
}

/* Adds the functions of a page whose names begin with a prefix. */
static List *
add_functions(List *functions, const Question *question,
			  const LfdwFunctionPageDoc *page, const char *prefix)
{
	for (int i = 0; i < page->count; i++)
	{
		if (strncmp(page->functions[i].name, prefix, strlen(prefix)) == 0)
			functions = lappend(functions,
								copy_function(question, &page->functions[i]));
	}
	if (list_length(functions) > LFDW_FUNCTION_NAMES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many Lambda functions have names that begin with \"%s\"",
						prefix),
				 errdetail("At most %d are looked at.", LFDW_FUNCTION_NAMES_MAX),
				 errhint("Give a longer prefix.")));
	return functions;
}

/* Notes a marker; raises HV000 for one that came before, 54000 for too many. */
static List *
add_marker(List *markers, const Question *question, const char *marker)
{
	ListCell   *lc;

	foreach(lc, markers)
	{
		if (strcmp(lfirst(lc), marker) == 0)
			report_answer(question, psprintf("Page %d has a NextMarker that an earlier page had, too.",
											 list_length(markers) + 1));
	}
	if (list_length(markers) + 1 >= LFDW_FUNCTION_PAGES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("could not list the Lambda functions: there are more than %d pages",
						LFDW_FUNCTION_PAGES_MAX),
				 errhint("Import each function by its name.")));
	return lappend(markers, pstrdup(marker));
}

/*
 * The functions whose names begin with a prefix, "" for all, of the account of the
 * caller's keys and the route's region: a List of LfdwListedFunction, by name,
 * palloc'd.
 *
 * Raises what a request for them ends with (service_error.c), HV000 for an answer
 * that is no page of functions or begins the pages anew, and 54000 for more than
 * LFDW_FUNCTION_NAMES_MAX of them, or LFDW_FUNCTION_PAGES_MAX pages.
 */
List *
lfdw_function_list_by_prefix(const LfdwFunctionSource *source, const char *prefix)
{
	List	   *functions = NIL;
	List	   *markers = NIL;
	const char *path = FUNCTIONS_PATH;
	const char *marker = "";

	do
	{
		Question   *question = ask_page(source, &path, marker);
		MemoryContext old = MemoryContextSwitchTo(question->context);
		LfdwFunctionPageDoc *page = read_page(question);

		MemoryContextSwitchTo(old);
		functions = add_functions(functions, question, page, prefix);
		if (page->next_marker[0])
			markers = add_marker(markers, question, page->next_marker);
		marker = page->next_marker[0] ? llast(markers) : "";
		MemoryContextDelete(question->context);
	} while (marker[0]);
	return sort_functions(functions);
}

/* Sends a request for the tags of a function. */
static Question *
begin_tags(const LfdwFunctionSource *source, LfdwListedFunction *function,
		   int64 *throttles)
{
	char	   *aim = psprintf("list the tags of Lambda function \"%s\"", function->name);
	StringInfoData path;
	Question   *question;

	initStringInfo(&path);
	appendStringInfoString(&path, TAGS_PATH);
	lfdw_uri_encode(&path, function->arn, strlen(function->arn), false);
	question = begin_question(source, &list_tags, aim, path.data, "", throttles);
	question->function = function;
	pfree(path.data);
	pfree(aim);
	return question;
}

/*
 * Has the function of a request that has ended the tag?  One that was deleted
 * meanwhile has not.
 */
static bool
has_tag(const Question *question, const char *key)
{
	LfdwBuffer *body;
	bool		found;

	if (question->run->state == LFDW_SERVICE_REFUSED &&
		strcmp(question->run->error.code, "ResourceNotFoundException") == 0)
		return false;
	if (question->run->state != LFDW_SERVICE_DONE)
		report_end(question);
	body = lfdw_exchange_body(question->run->exchange);
	if (!lfdw_tags_doc_read(body->len > 0 ? lfdw_buffer_bytes(body) : "", body->len,
							key, &found))
		report_answer(question, "It is no JSON object, or its \"Tags\" are none.");
	return found;
}

/*
 * Those of the functions that have a tag of a key, by name: a List of their
 * LfdwListedFunction.  The requests go side by side, max_concurrency of the source at
 * a time.  Raises what a request ends with, and HV000 for an answer with no tags.
 */
List *
lfdw_function_list_tagged(const LfdwFunctionSource *source, const List *functions,
						  const char *key)
{
	Question  **questions = palloc(sizeof(Question *) * source->max_concurrency);
	List	   *tagged = NIL;
	int			at_once = source->max_concurrency;
	int			nquestions = 0;
	int			next = 0;
	int64		throttles = 0;
	int64		throttles_before = 0;

	while (nquestions > 0 || next < list_length(functions))
	{
		while (nquestions < at_once && next < list_length(functions) &&
			   (nquestions == 0 || lfdw_invoke_may_begin(source->caller)))
			questions[nquestions++] = begin_tags(source, list_nth(functions, next++),
												 &throttles);
		wait_for(questions, nquestions);
		for (int i = nquestions - 1; i >= 0; i--)
		{
			if (advance(questions[i]) < LFDW_SERVICE_DONE)
				continue;
			if (has_tag(questions[i], key))
				tagged = lappend(tagged, questions[i]->function);
			MemoryContextDelete(questions[i]->context);
			questions[i] = questions[--nquestions];
		}
		if (throttles > throttles_before)
			at_once = Max(at_once / 2, 1);
		throttles_before = throttles;
	}
	return sort_functions(tagged);
}
