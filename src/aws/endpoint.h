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

extern LfdwAmbient *lfdw_endpoint_complete_route(LfdwRoute *route,
												 const LfdwCaller *caller,
												 const char *endpoint);
extern char *lfdw_endpoint_lambda(LfdwRoute *route, const LfdwCaller *caller,
								  const char *endpoint);
extern char *lfdw_endpoint_service(LfdwRoute *route, const LfdwCaller *caller,
								   const char *endpoint, const char *host,
								   const char *variable);
extern char *lfdw_endpoint_s3(LfdwRoute *route, const LfdwCaller *caller,
							  const char *endpoint, bool *own_endpoint);
extern char *lfdw_endpoint_sts(const LfdwRoute *route,
							   const LfdwCaller *caller,
							   bool *own_endpoint);

#endif							/* LFDW_ENDPOINT_H */
