/*-------------------------------------------------------------------------
 *
 * http_event_refusal.c
 *		Which values an HTTP request cannot carry.
 *
 * IDENTIFICATION
 *	  src/options/http_event_refusal.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "options/http_event_internal.h"
#include "value/json_text.h"

/* Has a text an empty segment, or one that would be resolved? */
static bool
has_bad_segment(const char *text)
{
	for (;;)
	{
		size_t		len = strcspn(text, "/");

		if (len == 0 || (len <= 2 && strspn(text, ".") >= len))
			return true;
		if (text[len] == '\0')
			return false;
		text += len + 1;
	}
}

/* Is a parameter of the path, by name, the rest of it? */
static bool
is_greedy(const LfdwHttpEvent *event, const char *name)
{
	const LfdwRouteSegment *last = &event->route->segments[event->route->nsegments - 1];

	return last->greedy && strcmp(last->name, name) == 0;
}

/* Why a text cannot be a parameter of the path; NULL where it can. */
static char *
path_refusal(const LfdwHttpEvent *event, const LfdwHttpArgument *argument,
			 bool listed, const char *text)
{
	if (text[0] == '\0')
		return psprintf("an empty value cannot be {%s} of the route", argument->name);
	if (is_greedy(event, argument->name) && has_bad_segment(text))
		return psprintf("its value \"%s\" cannot be {%s+} of the route, whose segments are neither empty nor \".\" or \"..\"",
						text, argument->name);
	if (strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return psprintf("its value \"%s\" cannot be {%s} of the route",
						text, argument->name);
	if (listed && strchr(text, ','))
		return psprintf("its value \"%s\" has a comma, which a list in the path of the route cannot carry",
						text);
	return NULL;
}

/* Has a text what no header may have? */
static bool
has_control_character(const char *text)
{
	for (const char *p = text; *p; p++)
	{
		if (((unsigned char) *p < ' ' && *p != '\t') || *p == 0x7F)
			return true;
	}
	return false;
}

/*
 * Why a value cannot be sent in the place of a slot, one of a list or alone;
 * palloc'd, NULL where it can.  json is the value as JSON.
 */
char *
lfdw_http_event_refusal(const LfdwHttpEvent *event, int slot, bool listed,
						const char *json)
{
	ListCell   *lc;

	foreach(lc, event->arguments)
	{
		const LfdwHttpArgument *argument = lfirst(lc);
		const char *text;

		/* an operator that is not declared has no slot, as fixed values have */
		if (slot < 0 || argument->slot != slot ||
			argument->place == LFDW_HTTP_QUERY)
			continue;
		text = lfdw_json_text(json);
		if (argument->place == LFDW_HTTP_PATH)
			return path_refusal(event, argument, listed, text);
		if (has_control_character(text))
			return psprintf("its value has a control character, which the header \"%s\" cannot carry",
							argument->name);
	}
	return NULL;
}
