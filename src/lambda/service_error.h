/*-------------------------------------------------------------------------
 *
 * service_error.h
 *		What a request to a service of AWS that failed says.
 *
 * IDENTIFICATION
 *	  src/lambda/service_error.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SERVICE_ERROR_H
#define LFDW_SERVICE_ERROR_H

#include "postgres.h"

#include "aws/service.h"

/* What a request was for; texts are in the database encoding. */
typedef struct LfdwServiceAim
{
	const char *aim;			/* in words: "invoke model \"x\"" */
	const char *action;			/* that the owner of the keys needs */
	const char *missing;		/* hint where there is no such thing, NULL:
								 * that the name may be wrong */
	const char *endpoint;		/* URL */
	const LfdwRoute *route;
} LfdwServiceAim;

extern void lfdw_service_error_report(const LfdwServiceRun *run,
									  const LfdwServiceAim *aim);

#endif							/* LFDW_SERVICE_ERROR_H */
