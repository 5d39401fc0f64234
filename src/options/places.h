/*-------------------------------------------------------------------------
 *
 * places.h
 *		Where in the payload a table's arguments have their places.
 *
 * IDENTIFICATION
 *	  src/options/places.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_PLACES_H
#define LFDW_PLACES_H

#include "postgres.h"

#include "options/http_event.h"
#include "options/option.h"
#include "options/redshift_event.h"
#include "value/json_template.h"

/*
 * The payload of a table as a template, and the slots in it of what options put
 * there; -1 for none.
 */
typedef struct LfdwPlaces
{
	LfdwTemplate *payload;
	LfdwHttpEvent *event;		/* that the payload is, or NULL */
	LfdwRedshiftEvent *redshift;	/* the same */
	int			cursor;
	int			page;
	int			offset;
	int			limit;
	int			batch;
	int			envelope;
} LfdwPlaces;

extern LfdwPlaces *lfdw_places_create(const LfdwOptions *options);
extern int	lfdw_places_add(LfdwPlaces *places, const char *argument,
							const char *owner, int flags, const char **why);
extern void lfdw_places_complete(LfdwPlaces *places,
								 const LfdwOptions *options,
								 const char *relname);

#endif							/* LFDW_PLACES_H */
