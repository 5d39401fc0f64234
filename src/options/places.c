/*-------------------------------------------------------------------------
 *
 * places.c
 *		Where in the payload a table's arguments have their places.
 *
 * A name that begins with "/" is a JSON Pointer into the payload; any other is a
 * member of it.  Every place has one owner: an option, or an operator of a column.
 *
 * IDENTIFICATION
 *	  src/options/places.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/json_pointer.h"
#include "options/argument_name.h"
#include "options/places.h"

/* The pointer that an argument's name is. */
static LfdwPointer *
pointer_of(const char *argument)
{
	LfdwPointer *pointer;
	const char *why;

	if (argument[0] != '/' && argument[0] != '\0')
		return lfdw_pointer_to(argument);
	if (!lfdw_pointer_parse(argument, &pointer, &why))
		elog(ERROR, "invalid JSON Pointer \"%s\"", argument);
	return pointer;
}

/* Gives an argument its place; returns its slot, or -1 with the reason. */
static int
add_place(LfdwPlaces *places, const char *argument, const char *owner, int flags,
		  const char **why)
{
	int			slot = lfdw_template_new_slot(places->payload, owner);

	*why = places->event ?
		lfdw_http_event_place(places->event, argument, slot, flags, owner) :
		lfdw_template_place(places->payload, pointer_of(argument), slot, flags);
	return *why ? -1 : slot;
}

/*
 * Gives the argument of an operator, or a column that is written, its place.
 *
 * argument is as options have it; owner says in words whose it is, and must live
 * as long as the places; flags are those of lfdw_template_place.  Returns its slot,
 * or -1 with the reason in *why, a sentence without its stop, palloc'd.
 */
int
lfdw_places_add(LfdwPlaces *places, const char *argument, const char *owner,
				int flags, const char **why)
{
	return add_place(places, argument, owner, flags, why);
}

/*
 * Gives the argument of an option its place, if there is one; returns its slot.
 * Raises HV024 where it cannot have it.
 */
static int
add_option(LfdwPlaces *places, const char *option, const char *argument, int flags)
{
	const char *why;
	int			slot;

	if (argument == NULL)
		return -1;
	slot = add_place(places, argument, psprintf("the option %s", option), flags, &why);
	if (slot < 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"%s\" cannot use the argument \"%s\"",
						option, argument),
				 errdetail("%s.", why)));
	return slot;
}

/*
 * Makes the payload of a table a template, with the places of its options; those
 * of columns and of the envelope are added to it.
 *
 * An event of HTTP without the option route, of a table that is only written, is
 * the payload alone.  The result is palloc'd in the current context; it keeps nothing
 * of the options.
 * Raises HV024 where options claim one place.
 */
LfdwPlaces *
lfdw_places_create(const LfdwOptions *options)
{
	LfdwPlaces *places = palloc0(sizeof(LfdwPlaces));

	places->payload = lfdw_template_create(options->payload);
	if (options->http_route)
		places->event = lfdw_http_event_create(options, places->payload);
	else if (options->event == LFDW_EVENT_REDSHIFT)
		places->redshift = lfdw_redshift_event_create(options, places->payload);
	places->envelope = -1;
	places->batch = add_option(places, "batch_argument", options->batch_argument, 0);
	places->page = add_option(places, "page_argument", options->page_argument,
							  LFDW_PLACE_ON_VALUE);
	places->offset = add_option(places, "offset_argument",
								options->offset_argument, LFDW_PLACE_ON_VALUE);
	places->limit = add_option(places, "limit_argument", options->limit_argument,
							   LFDW_PLACE_ON_VALUE);
	places->cursor = add_option(places, "cursor_argument",
								options->cursor_argument,
								LFDW_PLACE_ON_VALUE | LFDW_PLACE_ABOVE);
	return places;
}

/*
 * Ends the payload, behind all arguments: the members of an event that nothing
 * else gives, or the envelope, which raises HV024 where its place is taken.
 * relname is the table's name, which must live as long.
 */
void
lfdw_places_complete(LfdwPlaces *places, const LfdwOptions *options,
					 const char *relname)
{
	if (places->event)
		lfdw_http_event_complete(places->event, relname);
	if (places->redshift)
		lfdw_redshift_event_complete(places->redshift, relname);
	if (options->envelope)
		places->envelope = add_option(places, "envelope", LFDW_ENVELOPE_KEY, 0);
}
