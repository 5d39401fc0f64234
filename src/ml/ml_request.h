/*-------------------------------------------------------------------------
 *
 * ml_request.h
 *		One request to a service of machine learning, and its answer.
 *
 * IDENTIFICATION
 *	  src/ml/ml_request.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ML_REQUEST_H
#define LFDW_ML_REQUEST_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "aws/caller.h"
#include "aws/endpoint.h"
#include "shared/activity.h"

/* A service of AWS, and what its requests may take. */
typedef struct LfdwMlService
{
	const char *label;			/* "Amazon Bedrock" */
	const char *scope;			/* in the signature */
	const char *host;			/* what its hosts begin with */
	const char *variable;		/* behind AWS_ENDPOINT_URL_ */
	const char *action;			/* that the owner of the keys needs */
	int			max_bytes;		/* of a request's body, 0: any */
} LfdwMlService;

/* A service as a role reaches it. */
typedef struct LfdwMlAccess
{
	const LfdwMlService *service;
	const LfdwCaller *caller;
	LfdwRoute	route;
	const char *endpoint;		/* URL */
	LfdwWork   *work;			/* that the requests belong to, NULL for none */
} LfdwMlAccess;

/* A POST; texts are in the database encoding. */
typedef struct LfdwMlRequest
{
	const char *aim;			/* in words: "invoke model \"x\"" */
	const char *target;			/* what is called: model, endpoint, operation */
	const char *path;			/* as on the wire */
	const LfdwHeader *headers;
	int			nheaders;
	const char *body;
} LfdwMlRequest;

extern LfdwMlAccess *lfdw_ml_access_create(const LfdwMlService *service,
										   const LfdwCaller *caller,
										   const LfdwRoute *route,
										   const char *endpoint_option);
extern char *lfdw_ml_ask(const LfdwMlAccess *access,
						 const LfdwMlRequest *request);

#endif							/* LFDW_ML_REQUEST_H */
