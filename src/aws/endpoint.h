/*-------------------------------------------------------------------------
 *
 * endpoint.h
 *		Which region and endpoint a server's requests go to.
 *
 * IDENTIFICATION
 *	  src/aws/endpoint.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ENDPOINT_H
#define LFDW_ENDPOINT_H

#include "postgres.h"

#include "aws/ambient.h"

/* How the hosts of a service are named, and what may configure another. */
typedef struct LfdwServiceHost
{
	const char *name;			/* before the region: "lambda" */
	const char *fips_name;
	const char *variable;		/* behind AWS_ENDPOINT_URL_ */
} LfdwServiceHost;

extern LfdwAmbient *lfdw_endpoint_complete_route(LfdwRoute *route,
												 const LfdwCaller *caller);
extern char *lfdw_endpoint_service(LfdwRoute *route, const LfdwCaller *caller,
								   const char *endpoint,
								   const LfdwServiceHost *host);
extern char *lfdw_endpoint_lambda(LfdwRoute *route, const LfdwCaller *caller,
								  const char *endpoint);
extern char *lfdw_endpoint_sts(const LfdwRoute *route,
							   const LfdwCaller *caller,
							   bool *own_endpoint);

#endif							/* LFDW_ENDPOINT_H */
