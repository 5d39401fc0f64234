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
#include "options/option_list.h"

/* Raises HV024 about an option that an event leaves no room for. */
static void
report_option(const char *option, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("option \"%s\" cannot be used with the option \"event\"", option),
			 errdetail("%s", detail)));
}

/* An event of HTTP has a route, and nothing else has. */
static void
check_route(const LfdwOptions *given)
{
	if (lfdw_event_is_http(given->event) && given->http_route == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"event\" for an HTTP request needs the option \"route\""),
				 errhint("Add the method and the path, as in route 'GET /orders/{id}'.")));
	if (given->http_route && !lfdw_event_is_http(given->event))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"route\" needs the option \"event\" for an HTTP request"),
				 errhint("Add event 'apigateway_v1' or 'apigateway_v2'.")));
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
		report_option("envelope", "An event has no member for it.");
	if (given->capabilities & LFDW_CAPABLE_ORDER_BY)
		report_option("capabilities", "No event could carry an order.");
}

/* Sets what follows from an event, over the options read. */
void
lfdw_event_apply(LfdwOptions *options)
{
	if (options->event != LFDW_EVENT_NONE)
		options->envelope = false;
}
