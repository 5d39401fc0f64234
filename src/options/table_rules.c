/*-------------------------------------------------------------------------
 *
 * table_rules.c
 *		What the options of one foreign table may not say together.
 *
 * Each function has the rules of options that belong together, and raises HV024
 * with the names of both.
 *
 * IDENTIFICATION
 *	  src/options/table_rules.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/arn.h"
#include "base/json_pointer.h"
#include "options/option_conflict.h"
#include "options/option_list.h"
#include "options/paging.h"
#include "options/places.h"
#include "options/table_rules.h"

/* The function; HV00J where none is named. */
static void
check_function(const LfdwOptions *options)
{
	LfdwFunctionName name;
	const char *why;

	if (options->function_arn == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
				 errmsg("a lambda_fdw foreign table needs the option \"function_arn\""),
				 errhint("Add OPTIONS (function_arn 'name-or-ARN-of-the-function').")));
	if (options->qualifier &&
		lfdw_function_name_parse(options->function_arn, &name, &why) &&
		name.qualifier[0] != '\0' &&
		strcmp(name.qualifier, options->qualifier) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"qualifier\" is \"%s\", but function_arn ends in \":%s\"",
						options->qualifier, name.qualifier),
				 errhint("Give the version or alias in one of the two.")));
}

/* The name by which the function knows the table: the envelope has it. */
static void
check_table_name(const LfdwOptions *options)
{
	bool		event = options->event != LFDW_EVENT_NONE;

	if (options->table_name && !options->envelope)
		lfdw_option_refuse_both("table_name", event ? "event" : "envelope",
								event ? "An event has no envelope, which has the name." :
								"With envelope 'false' no request has the name.");
}

/* What asks for the next page: one at most, and what a cursor is sent as. */
static void
check_paging(const LfdwOptions *options)
{
	const struct
	{
		const char *name;
		bool		given;
		bool		is_cursor;
	}			ways[] = {
		{"cursor_path", options->cursor_path != NULL, true},
		{"cursor_header", options->cursor_header != NULL, true},
		{"cursor_row_path", options->cursor_row_path != NULL, true},
		{"page_argument", options->page_argument != NULL, false},
		{"offset_argument", options->offset_argument != NULL, false}
	};
	int			way = -1;

	for (int i = 0; i < (int) lengthof(ways); i++)
	{
		if (ways[i].given && way >= 0)
			lfdw_option_refuse_both(ways[i].name, ways[way].name,
									"Each of them says by itself which page is the next.");
		if (ways[i].given)
			way = i;
	}
	if (options->cursor_argument && way >= 0 && !ways[way].is_cursor)
		lfdw_option_refuse_both("cursor_argument", ways[way].name,
								"Pages that are counted have no cursor.");
	if (options->cursor_argument && way < 0 &&
		(options->rows_path || options->answer_format > LFDW_ANSWER_JSON))
		lfdw_option_report_needs("cursor_argument",
								 "\"cursor_path\", \"cursor_header\" or \"cursor_row_path\"",
								 options->rows_path ?
								 "A cursor is found without them only beside \"rows\", and there is the option \"rows_path\"." :
								 "A cursor is found without them only in JSON, and there is the option \"answer_format\".");
	if (way >= 0 && ways[way].is_cursor && options->cursor_argument == NULL &&
		options->http_route == NULL && !options->envelope)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"%s\" with envelope 'false' needs the option \"cursor_argument\"",
						ways[way].name),
				 errdetail("Without it no request could carry the cursor.")));
	if (options->first_page != 1 && options->page_argument == NULL)
		lfdw_option_report_needs("first_page", "\"page_argument\"",
								 "No other argument carries the number of a page.");
}

/* Does one of two places in an answer hold the other, or are they the same? */
static bool
is_within(const LfdwPointer *a, const LfdwPointer *b)
{
	return lfdw_pointer_begins_with(a, b) || lfdw_pointer_begins_with(b, a);
}

/* What an answer says of further pages stands beside the rows. */
static void
check_beside_rows(const LfdwOptions *options, const char *name,
				  const LfdwPointer *path)
{
	const LfdwPointer *rows = options->rows_path ? options->rows_path :
	lfdw_pointer_to("rows");

	if (path == NULL || !is_within(path, rows))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 lfdw_pointer_begins_with(path, rows) ?
			 errmsg("option \"%s\" leads into the rows", name) :
			 errmsg("option \"%s\" leads to what holds the rows", name),
			 options->rows_path ?
			 errdetail("It is at, under or above the option \"rows_path\".") :
			 errdetail("Without the option \"rows_path\" they are at \"/rows\"."),
			 strcmp(name, "cursor_path") == 0 ?
			 errhint("A cursor stands beside the rows, once in a page; one that each row has is the option cursor_row_path.") :
			 errhint("What ends the pages stands beside the rows, once in a page.")));
}

/* What ends the pages. */
static void
check_more(const LfdwOptions *options)
{
	if (options->more_path && !lfdw_paging_is_declared(options))
		lfdw_option_report_needs("more_path",
								 "\"cursor_path\", \"cursor_header\", \"cursor_row_path\", \"page_argument\" or \"offset_argument\"",
								 "Without them there are no pages that it could end.");
	if (options->more_path && options->cursor_path &&
		options->more_path->ntokens != options->cursor_path->ntokens &&
		is_within(options->more_path, options->cursor_path))
		lfdw_option_refuse_both("more_path", "cursor_path",
								"One leads into what the other reads.");
	check_beside_rows(options, "cursor_path", options->cursor_path);
	check_beside_rows(options, "more_path", options->more_path);
}

/* What is read of pages in answers of other forms than JSON's. */
static void
check_paged_form(const LfdwOptions *options)
{
	bool		is_text = options->answer_format > LFDW_ANSWER_JSON;
	bool		alone = is_text && (options->rows_path == NULL ||
									options->rows_path->ntokens == 0);

	if (options->cursor_row_path &&
		(is_text || options->rows_format == LFDW_ROWS_ENTRIES))
		lfdw_option_refuse_both("cursor_row_path", is_text ? "answer_format" : "rows_format",
								"It leads into rows that are JSON of their own.");
	if (alone && (options->cursor_path || options->more_path))
		lfdw_option_refuse_both(options->cursor_path ? "cursor_path" : "more_path",
								"answer_format",
								"The answer is text, and nothing stands beside it: the option rows_path would lead to it in a JSON document.");
}

/* How many rows a call is asked for. */
static void
check_limit(const LfdwOptions *options)
{
	bool		pages = lfdw_paging_is_declared(options);
	bool		capable = (options->capabilities & LFDW_CAPABLE_LIMIT) != 0;

	if (options->page_size > 0 && options->limit_argument == NULL)
		lfdw_option_report_needs("page_size", "\"limit_argument\"",
								 "No other argument carries the rows wanted of a page.");
	if (options->page_size > 0 && !pages)
		lfdw_option_report_needs("page_size",
								 "\"cursor_path\", \"cursor_header\", \"cursor_row_path\", \"page_argument\" or \"offset_argument\"",
								 "A function that is asked for so many rows, and never for the next page, would leave out the rest.");
	if (options->limit_argument && !capable && options->page_size == 0)
		lfdw_option_report_needs("limit_argument",
								 pages ? "\"page_size\", or limit in the option \"capabilities\"" :
								 "\"capabilities\" with limit in it",
								 pages ? "There is no number that it could carry." :
								 "Without pages it carries the LIMIT of a query, which is sent to a function that honours it.");
}

/* What the function honours. */
static void
check_capabilities(const LfdwOptions *options)
{
	int			carried = options->limit_argument ? LFDW_CAPABLE_LIMIT : 0;

	if ((options->capabilities & ~carried) != 0 && !options->envelope)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"capabilities\" needs the envelope"),
				 errdetail("With envelope 'false' no request could carry a limit or an order."),
				 (options->capabilities & ~carried) == LFDW_CAPABLE_LIMIT ?
				 errhint("The option limit_argument carries a limit without it.") : 0));
}

/* What a body that is a value has no place for. */
static void
check_raw(const LfdwOptions *options)
{
	const struct
	{
		const char *name;
		bool		given;
	}			inside[] = {
		{"rows_path", options->rows_path != NULL},
		{"no_rows_missing", options->no_rows_missing},
		{"error_path", options->error_path != NULL}
	};

	for (int i = 0; i < (int) lengthof(inside); i++)
	{
		if (inside[i].given)
			lfdw_option_refuse_both(inside[i].name, "answer_format",
									"By answer_format 'raw' the body is a value, whatever is in it.");
	}
}

/* What the answer is, and what its rows are. */
static void
check_answer(const LfdwOptions *options)
{
	bool		is_text = options->answer_format > LFDW_ANSWER_JSON;
	bool		entries = options->rows_format == LFDW_ROWS_ENTRIES;

	if (is_text && entries)
		lfdw_option_refuse_both("rows_format", "answer_format",
								"Only JSON has objects whose members could be rows.");
	if (is_text && options->batch_answer == LFDW_BATCH_ANSWER_ALIGNED)
		lfdw_option_refuse_both("batch_answer", "answer_format",
								"Only JSON has elements that could answer a tuple each.");
	if (options->answer_format == LFDW_ANSWER_CSV && options->no_rows_missing &&
		(options->rows_path == NULL || options->rows_path->ntokens == 0))
		lfdw_option_report_needs("no_rows_missing", "\"rows_path\" with answer_format 'csv'",
								 "Where the whole answer is CSV, it has no members.");
	if (options->answer_format == LFDW_ANSWER_RAW)
		check_raw(options);
	if (entries && options->rows_path == NULL &&
		(options->cursor_path || options->more_path))
		lfdw_option_report_needs(options->cursor_path ? "cursor_path" : "more_path",
								 "\"rows_path\" with rows_format 'entries'",
								 "Without it every member of the answer is a row.");
}

/* Where the answer has the function's error. */
static void
check_error(const LfdwOptions *options)
{
	const LfdwPointer *error = options->error_path;

	if (error == NULL)
		return;
	if (error->ntokens == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"error_path\" leads to the whole answer"),
				 errdetail("Every answer would be an error."),
				 errhint("Name the member that has the error, as in '/errors'.")));
	if (lfdw_pointer_begins_with(options->rows_path ? options->rows_path :
								 lfdw_pointer_to("rows"), error))
		lfdw_option_refuse_both("error_path", "rows_path",
								"It leads to the rows, or to what holds them: any row would be an error.");
}

/* Batches, and what is said of them. */
static void
check_batch(const LfdwOptions *options)
{
	const struct
	{
		const char *name;
		bool		given;
	}			of_batch[] = {
		{"batch_format", options->batch_format != LFDW_BATCH_UNSET},
		{"batch_answer", options->batch_answer != LFDW_BATCH_ANSWER_UNSET},
		{"batch_index_path", options->batch_index_path != NULL},
		{"item_payload", options->item_payload != NULL}
	};

	for (int i = 0; i < (int) lengthof(of_batch); i++)
	{
		if (of_batch[i].given && options->batch_argument == NULL)
			lfdw_option_report_needs(of_batch[i].name, "\"batch_argument\"",
									 "Without it no request has a batch.");
	}
	if (options->batch_argument && options->batch_argument[0] == '\0' &&
		options->envelope)
		lfdw_option_refuse_both("batch_argument", "envelope",
								"By the empty string the payload itself is the list, which has no room for an envelope.");
	if (options->item_payload && options->batch_format != LFDW_BATCH_UNSET &&
		options->batch_format != LFDW_BATCH_OBJECTS)
		lfdw_option_refuse_both("item_payload", "batch_format",
								"The elements are no objects, which could start from one.");
	if (options->batch_index_path && options->batch_answer != LFDW_BATCH_ANSWER_ALIGNED)
		lfdw_option_report_needs("batch_index_path", "\"batch_answer\" 'aligned'",
								 "Rows that carry their keys need no number.");
}

/* Answers that have an element for each of a batch. */
static void
check_aligned(const LfdwOptions *options)
{
	const struct
	{
		const char *name;
		bool		given;
	}			others[] = {
		{lfdw_paging_option(options), lfdw_paging_is_declared(options)},
		{"cursor_argument", options->cursor_argument != NULL},
		{"limit_argument", options->limit_argument != NULL},
		{"capabilities", options->capabilities != 0},
		{"rows_format", options->rows_format == LFDW_ROWS_ENTRIES}
	};

	if (options->batch_answer != LFDW_BATCH_ANSWER_ALIGNED)
		return;
	for (int i = 0; i < (int) lengthof(others); i++)
	{
		if (others[i].given)
			lfdw_option_refuse_both(others[i].name, "batch_answer",
									"An aligned answer is a list with an element for each of its call's batch.");
	}
}

/* What leaves a scan that the function cuts no place to ask for it, or to answer. */
static void
check_splits(const LfdwOptions *options)
{
	bool		is_text = options->answer_format > LFDW_ANSWER_JSON;
	bool		alone = options->rows_path == NULL ||
	options->rows_path->ntokens == 0;

	if (options->splits <= 1)
		return;
	if (!options->envelope)
		lfdw_option_refuse_both("splits",
								options->event == LFDW_EVENT_NONE ? "envelope" : "event",
								options->event == LFDW_EVENT_NONE ?
								"With envelope 'false' no request says which split it asks for." :
								"An event has no envelope, which says which split a request asks for.");
	if (options->batch_answer == LFDW_BATCH_ANSWER_ALIGNED)
		lfdw_option_refuse_both("splits", "batch_answer",
								"An aligned answer has an element for each tuple, and is no part of their rows.");
	if (is_text && alone)
		lfdw_option_refuse_both("splits", "answer_format",
								"The answer is text, and \"split\" has no place beside it: the option rows_path would lead to it in a JSON document.");
	if (options->rows_format == LFDW_ROWS_ENTRIES && alone)
		lfdw_option_report_needs("splits", "\"rows_path\" with rows_format 'entries'",
								 "Without it every member of the answer is a row, \"split\" too.");
	if (options->rows_path && alone)
		lfdw_option_refuse_both("splits", "rows_path",
								"It leads to the whole answer, and \"split\" has no place beside that.");
}

/* What InvokeWithResponseStream cannot call: it has no name of an execution. */
static void
check_response_mode(const LfdwOptions *options)
{
	if (options->response_mode == LFDW_RESPONSE_MODE_STREAMING && options->durable)
		lfdw_option_refuse_both("response_mode", "durable",
								"Lambda does not stream the answer of a durable function.");
}

/*
 * Arguments and the payload, which may claim one place.  A list may be for the
 * requests of insert_route alone.
 */
static void
check_places(const LfdwOptions *options)
{
	LfdwOptions read = *options;

	if (options->insert_route)
		read.batch_argument = NULL;
	(void) lfdw_places_create(&read);
}

/*
 * What says how answers are kept, of a table that keeps none.  One that has cache_ttl_ms
 * '0' does so for a while, and need not lose the rest.
 */
static void
check_cache(const LfdwOptions *options, const LfdwOptions *given)
{
	const char *idle = NULL;

	if (given->cache_ttl_ms >= 0)
		return;
	if (options->cache_negative_ttl_ms >= 0)
		idle = "cache_negative_ttl_ms";
	if (options->cache_match == LFDW_CACHE_MATCH_WIDER)
		idle = "cache_match";
	if (idle)
		lfdw_option_report_needs(idle, "\"cache_ttl_ms\"",
								 "Without it no answers are kept; with cache_ttl_ms '0' none are for a while.");
}

/*
 * Rules between the options of one foreign table.  Raises HV024, HV00J where
 * it names no function.  given: without defaults, cache_ttl_ms -1 where there is none.
 */
void
lfdw_table_rules_check(const LfdwOptions *options, const LfdwOptions *given)
{
	check_function(options);
	check_table_name(options);
	check_paging(options);
	check_more(options);
	check_paged_form(options);
	check_limit(options);
	check_capabilities(options);
	check_batch(options);
	check_aligned(options);
	check_answer(options);
	check_error(options);
	check_response_mode(options);
	check_splits(options);
	check_cache(options, given);
	check_places(options);
}
