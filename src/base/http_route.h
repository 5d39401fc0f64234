/*-------------------------------------------------------------------------
 *
 * http_route.h
 *		Routes of HTTP APIs, and the URLs of requests to them.
 *
 * IDENTIFICATION
 *	  src/base/http_route.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_HTTP_ROUTE_H
#define LFDW_HTTP_ROUTE_H

#include "base/base.h"

/* A parameter of a query string, decoded. */
typedef struct LfdwHttpParameter
{
	char	   *name;
	char	   *value;
} LfdwHttpParameter;

/* A query string taken apart, in its order; a name may be there several times. */
typedef struct LfdwHttpQuery
{
	int			nparameters;
	LfdwHttpParameter *parameters;
} LfdwHttpQuery;

/* A segment of a route's path: a text, or a parameter. */
typedef struct LfdwRouteSegment
{
	char	   *text;			/* percent-encoded; NULL for a parameter */
	char	   *name;			/* of the parameter, else NULL */
	bool		greedy;			/* {name+}: the rest of the path */
} LfdwRouteSegment;

/* A route, as API Gateway's route keys name it, with a fixed query. */
typedef struct LfdwHttpRoute
{
	char	   *method;
	bool		has_body;		/* requests of this method have one */
	char	   *path;			/* as it was given, without the query */
	int			nsegments;
	LfdwRouteSegment *segments;
	LfdwHttpQuery query;
} LfdwHttpRoute;

/* What of a URL a function sees. */
typedef struct LfdwHttpTarget
{
	char	   *path;			/* percent-encoded */
	LfdwHttpQuery query;
} LfdwHttpTarget;

extern bool lfdw_http_route_parse(const char *text, LfdwHttpRoute **route,
								  const char **why);
extern bool lfdw_http_route_match(const LfdwHttpRoute *route,
								  const char *path, char **values);
extern bool lfdw_http_target_parse(const char *url, const char *base,
								   LfdwHttpTarget *target, const char **why);

#endif							/* LFDW_HTTP_ROUTE_H */
