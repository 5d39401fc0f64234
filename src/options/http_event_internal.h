/*-------------------------------------------------------------------------
 *
 * http_event_internal.h
 *		What an event of an HTTP request is made of.
 *
 * IDENTIFICATION
 *	  src/options/http_event_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_HTTP_EVENT_INTERNAL_H
#define LFDW_HTTP_EVENT_INTERNAL_H

#include "postgres.h"

#include "base/http_route.h"
#include "nodes/pg_list.h"
#include "options/http_event.h"

/* What a member of an event is. */
typedef enum LfdwHttpPart
{
	LFDW_HTTP_CONSTANT,
	LFDW_HTTP_METHOD,
	LFDW_HTTP_ROUTE_PATH,
	LFDW_HTTP_ROUTE_KEY,
	LFDW_HTTP_URL_PATH,
	LFDW_HTTP_RAW_QUERY,
	LFDW_HTTP_PARAMETERS,		/* of the path */
	LFDW_HTTP_QUERY_TEXTS,
	LFDW_HTTP_QUERY_LISTS,
	LFDW_HTTP_HEADER_TEXTS,
	LFDW_HTTP_HEADER_LISTS,
	LFDW_HTTP_USER_AGENT,
	LFDW_HTTP_BODY,
	LFDW_HTTP_REQUEST_ID,
	LFDW_HTTP_TIME,
	LFDW_HTTP_EPOCH,
	LFDW_HTTP_QUERY_ID,
	LFDW_HTTP_NPARTS
} LfdwHttpPart;

/* Where in a request something is that an event has in several forms. */
typedef enum LfdwHttpPlace
{
	LFDW_HTTP_PATH,
	LFDW_HTTP_QUERY,
	LFDW_HTTP_HEADER
} LfdwHttpPlace;

/* A parameter of the path or the query, or a header. */
typedef struct LfdwHttpArgument
{
	LfdwHttpPlace place;
	const char *name;
	int			slot;			/* of its value, or -1 */
	const char *text;			/* the value where there is no slot, or NULL */
	LfdwHttpPart part;			/* ... of which it is the text */
	const char *owner;			/* in words; NULL: a default */
	bool		with_body;		/* only in requests with one */
} LfdwHttpArgument;

/* A member of an event. */
typedef struct LfdwHttpMember
{
	const char *pointer;
	LfdwHttpPart part;
	bool		own;			/* what the route says; the others may be
								 * given */
	const char *json;			/* of a constant */
} LfdwHttpMember;

struct LfdwHttpEvent
{
	bool		is_v2;			/* payload format version 2.0, else 1.0 */
	bool		is_snowflake;	/* with the headers of external functions */
	const LfdwHttpRoute *route;
	const LfdwHttpMember *members;	/* up to one without a pointer */
	int		   *slots;			/* by member, -1 where something else gives it */
	LfdwTemplate *payload;
	LfdwTemplate *body;			/* has the payload's slots */
	bool		body_given;		/* the payload has one, sent also without
								 * members */
	List	   *arguments;		/* of LfdwHttpArgument */
};

#endif							/* LFDW_HTTP_EVENT_INTERNAL_H */
