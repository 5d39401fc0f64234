/*-------------------------------------------------------------------------
 *
 * event.c
 *		What the option event says of other options.
 *
 * An event is a payload that its function knows, and so leaves no choice where the
 * function's own payload has one.
 *
 * IDENTIFICATION
 *	  src/options/event.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "options/event.h"
#include "options/option_conflict.h"
#include "options/option_list.h"

/* An event of HTTP has a route, to read or to insert by, and nothing else has. */
static void
check_route(const LfdwOptions *given)
{
	if (lfdw_event_is_http(given->event) && given->http_route == NULL &&
		given->insert_route == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 given->updatable ?
				 errmsg("option \"event\" for an HTTP request needs the option \"route\" or \"insert_route\"") :
				 errmsg("option \"event\" for an HTTP request needs the option \"route\""),
				 errhint("Add the method and the path, as in route 'GET /orders/{id}'.")));
	if (given->http_route && !lfdw_event_is_http(given->event))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"route\" needs the option \"event\" for an HTTP request"),
				 errhint("Add event 'apigateway_v1' or 'apigateway_v2'.")));
}

/* What the events of databases, whose batches and answers have one form, leave. */
static void
check_database(const LfdwOptions *given)
{
	const struct
	{
		const char *name;
		bool		given;
	}			others[] = {
		{"batch_argument", given->batch_argument != NULL},
		{"batch_format", given->batch_format != LFDW_BATCH_UNSET},
		{"batch_answer", given->batch_answer != LFDW_BATCH_ANSWER_UNSET},
		{"batch_index_path", given->batch_index_path != NULL},
		{"item_payload", given->item_payload != NULL},
		{"rows_path", given->rows_path != NULL},
		{"rows_format", given->rows_format == LFDW_ROWS_ENTRIES},
		{"answer_format", given->answer_format > LFDW_ANSWER_JSON},
		{"error_path", given->error_path != NULL},
		{"cursor_path", given->cursor_path != NULL},
		{"cursor_argument", given->cursor_argument != NULL},
		{"cursor_header", given->cursor_header != NULL},
		{"cursor_row_path", given->cursor_row_path != NULL},
		{"page_argument", given->page_argument != NULL},
		{"offset_argument", given->offset_argument != NULL},
		{"more_path", given->more_path != NULL},
		{"limit_argument", given->limit_argument != NULL},
		{"capabilities", given->capabilities != 0}
	};

	for (int i = 0; i < (int) lengthof(others); i++)
	{
		if (others[i].given)
			lfdw_option_refuse_both(others[i].name, "event",
									"The events redshift and snowflake say how batches and their answers are.");
	}
}

/*
 * Rules about options that were given beside an event; given has no defaults.
 * Raises HV024.
 */
void
lfdw_event_check(const LfdwOptions *given)
{
	check_route(given);
	if (given->event == LFDW_EVENT_NONE)
		return;
	if (given->envelope)
		lfdw_option_refuse_both("envelope", "event",
								"An event has no member for it.");
	if (lfdw_event_is_of_database(given->event))
		check_database(given);
	if (given->capabilities & LFDW_CAPABLE_ORDER_BY)
		lfdw_option_refuse_both("capabilities", "event",
								"No event could carry an order.");
}

/*
 * Sets what follows from an event, over the options read.  The forms of batches
 * and answers are those of "Scalar Lambda UDFs" in Redshift's developer guide, and
 * of "Remote service input and output data formats" in Snowflake's documentation.
 */
void
lfdw_event_apply(LfdwOptions *options)
{
	if (options->event != LFDW_EVENT_NONE)
		options->envelope = false;
	if (!lfdw_event_is_of_database(options->event))
		return;
	options->batch_format = LFDW_BATCH_ARRAYS;
	options->batch_answer = LFDW_BATCH_ANSWER_ALIGNED;
	if (options->event == LFDW_EVENT_REDSHIFT)
	{
		options->batch_argument = pstrdup("/arguments");
		options->rows_path = lfdw_pointer_to("results");
		options->error_path = lfdw_pointer_to("error_msg");
		return;
	}
	options->http_route = pstrdup("POST /");
	options->batch_argument = pstrdup("/body/data");
	options->rows_path = lfdw_pointer_to("data");
	options->batch_index_path = lfdw_pointer_to("0");
}
