/*-------------------------------------------------------------------------
 *
 * write_rules.c
 *		What the options of writes may not say together.
 *
 * IDENTIFICATION
 *	  src/options/write_rules.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/arn.h"
#include "options/option_conflict.h"
#include "options/places.h"
#include "options/write_rules.h"

/* What is said of writes where there are none. */
static void
check_updatable(const LfdwOptions *options, const LfdwOptions *given)
{
	const struct
	{
		const char *name;
		bool		given;
		bool		of_truncate;	/* too */
	}			of_writes[] = {
		{"batch_size", given->batch_size != 0, false},
		{"insert_route", given->insert_route != NULL, false},
		{"update_route", given->update_route != NULL, false},
		{"delete_route", given->delete_route != NULL, false},
		{"invocation_type", given->invocation_type != LFDW_WRITE_INVOCATION_UNSET, true},
		{"deliver_at", given->deliver_at != LFDW_DELIVER_UNSET, true},
		{"idempotent", given->idempotent, true},
		{"durable", given->durable, true}
	};

	for (int i = 0; i < (int) lengthof(of_writes); i++)
	{
		if (!of_writes[i].given || options->updatable ||
			(of_writes[i].of_truncate && options->truncatable))
			continue;
		lfdw_option_report_needs(of_writes[i].name, of_writes[i].of_truncate ?
								 "\"updatable\" or \"truncatable\"" : "\"updatable\"",
								 "Without it the table is never written.");
	}
}

/* Routes are those of an HTTP event; rows that are changed are read first. */
static void
check_routes(const LfdwOptions *options)
{
	const struct
	{
		const char *name;
		const char *route;
		bool		reads;
	}			routes[] = {
		{"insert_route", options->insert_route, false},
		{"update_route", options->update_route, true},
		{"delete_route", options->delete_route, true}
	};
	bool		is_http = lfdw_event_is_http(options->event);
	bool		any = false;

	for (int i = 0; i < (int) lengthof(routes); i++)
	{
		if (routes[i].route == NULL)
			continue;
		any = true;
		if (!is_http)
			lfdw_option_report_needs(routes[i].name, "\"event\" for an HTTP request",
									 "It is the method and the path of such an event.");
		if (routes[i].reads && options->http_route == NULL)
			lfdw_option_report_needs(routes[i].name, "\"route\"",
									 "The rows are read before they are written.");
	}
	if (is_http && options->updatable && !any)
		lfdw_option_report_needs("updatable",
								 "\"insert_route\", \"update_route\" or \"delete_route\" with the option \"event\"",
								 "Without them no request would write.");
}

/*
 * A durable function is called by a version, an alias or $LATEST: "Invoking durable
 * Lambda functions" in Lambda's developer guide.
 */
static void
check_durable(const LfdwOptions *options)
{
	LfdwFunctionName name;
	const char *why;

	if (!options->durable || options->qualifier || options->function_arn == NULL)
		return;
	if (lfdw_function_name_parse(options->function_arn, &name, &why) &&
		name.qualifier[0] == '\0')
		lfdw_option_report_needs("durable", "\"qualifier\", or one at the end of \"function_arn\"",
								 "A durable function is invoked by a version, an alias or $LATEST.");
}

/* What a payload without the envelope leaves no room for. */
static void
check_without_envelope(const LfdwOptions *options, const LfdwOptions *given)
{
	bool		is_event = options->event != LFDW_EVENT_NONE;

	if (options->envelope)
		return;
	if (options->truncatable)
		lfdw_option_refuse_both("truncatable", is_event ? "event" : "envelope",
								is_event ? "An event has no envelope, which tells a function to truncate." :
								"With envelope 'false' no request tells a function to truncate.");
	if (given->batch_size > 1 && options->batch_argument == NULL)
		lfdw_option_report_needs("batch_size", is_event ? "\"batch_argument\" with the option \"event\"" :
								 "\"batch_argument\" with envelope 'false'",
								 "Without it a request has one row.");
}

/* What answers to writes are read as, and which events are of no rows. */
static void
check_updatable_forms(const LfdwOptions *options)
{
	if (!options->updatable)
		return;
	if (lfdw_event_is_of_database(options->event))
		lfdw_option_refuse_both("updatable", "event",
								"The events redshift and snowflake ask for the results of functions.");
	if (options->answer_format > LFDW_ANSWER_JSON)
		lfdw_option_refuse_both("updatable", "answer_format",
								"What became of rows that were written is read from JSON.");
}

/*
 * Makes the options of a table those of what it sends for one operation, without the
 * envelope: what only scans send is left out.  route is the operation's, NULL for
 * none.
 */
void
lfdw_write_rules_apply(LfdwOptions *options, const char *route, bool inserts)
{
	options->envelope = false;
	options->http_route = unconstify(char *, route);
	options->cursor_argument = NULL;
	options->page_argument = NULL;
	options->offset_argument = NULL;
	options->limit_argument = NULL;
	if (!inserts)
		options->batch_argument = NULL;
}

/* What a route gives, and the payload has too. */
static void
check_payload(const LfdwOptions *options, const char *route, bool inserts)
{
	LfdwOptions write = *options;

	if (route == NULL)
		return;
	lfdw_write_rules_apply(&write, route, inserts);
	(void) lfdw_places_create(&write);
}

/*
 * Rules between the options of one foreign table about writes; given has no
 * defaults.  Raises HV024.
 */
void
lfdw_write_rules_check(const LfdwOptions *options, const LfdwOptions *given)
{
	check_updatable(options, given);
	check_updatable_forms(options);
	check_routes(options);
	check_without_envelope(options, given);
	check_durable(options);
	check_payload(options, options->insert_route, true);
	check_payload(options, options->update_route, false);
	check_payload(options, options->delete_route, false);
}
