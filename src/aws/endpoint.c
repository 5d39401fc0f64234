/*-------------------------------------------------------------------------
 *
 * endpoint.c
 *		Which region and endpoint a server's requests go to.
 *
 * The hosts follow the endpoint rules of the services' models: with FIPS and
 * dual stack by the region's partition.
 *
 * IDENTIFICATION
 *	  src/aws/endpoint.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aws/ambient.h"
#include "aws/endpoint.h"
#include "base/arn.h"
#include "base/uri.h"

static const LfdwServiceHost lambda = {"lambda", "lambda-fips", "LAMBDA"};
static const LfdwServiceHost sts = {"sts", "sts-fips", "STS"};

/* Refuses an endpoint that environment or profile give, if it is no URL. */
static char *
check_ambient_endpoint(char *endpoint, const LfdwServiceHost *host)
{
	LfdwUrl		url;
	const char *why;

	if (endpoint && !lfdw_url_parse(endpoint, &url, &why))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("the endpoint that the server's environment configures is not valid"),
				 errdetail("%s", why),
				 errhint("Check AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_%s and endpoint_url in the AWS config file.",
						 host->variable)));
	return endpoint;
}

/* A service's own endpoint in the route's region. */
static char *
regional_endpoint(const LfdwRoute *route, const LfdwServiceHost *host)
{
	const LfdwPartition *partition = lfdw_partition_of_region(route->region);

	if (partition == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("region \"%s\" belongs to no known partition of AWS",
						route->region),
				 errhint("Check the region, or set the option \"endpoint\" of server \"%s\".",
						 route->server)));
	return psprintf("https://%s.%s.%s",
					route->use_fips ? host->fips_name : host->name, route->region,
					route->use_dualstack ? partition->dual_stack_suffix :
					partition->dns_suffix);
}

/* Refuses a route without a region. */
static void
require_region(const LfdwRoute *route, const LfdwAmbient *ambient,
			   bool takes_arn)
{
	if (route->region)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
			 errmsg("no region is known for server \"%s\"", route->server),
			 ambient ? errdetail("Neither AWS_REGION, AWS_DEFAULT_REGION nor profile \"%s\" tells one.",
								 ambient->profile) : 0,
			 takes_arn ?
			 errhint("Set the option \"region\" of server \"%s\", or give the function as a full ARN.",
					 route->server) :
			 errhint("Set the option \"region\" of server \"%s\".",
					 route->server)));
}

/*
 * Fills what the options leave open of a route from the environment and the
 * profile, for a caller that may use them.  Returns them, or NULL.
 */
LfdwAmbient *
lfdw_endpoint_complete_route(LfdwRoute *route, const LfdwCaller *caller)
{
	LfdwAmbient *ambient = lfdw_ambient_read(caller);

	if (ambient)
		lfdw_ambient_complete_route(ambient, route);
	return ambient;
}

/*
 * Decides where a server's requests to a service go.
 *
 * Takes the route with what the options say, and the option "endpoint" or
 * NULL; completes the route and returns the endpoint's URL.  All of it is
 * palloc'd or the environment's.  Raises HV00J where no region is known, and
 * HV024 for FIPS or dual stack with an endpoint of one's own.
 */
char *
lfdw_endpoint_service(LfdwRoute *route, const LfdwCaller *caller,
					  const char *endpoint, const LfdwServiceHost *host)
{
	LfdwAmbient *ambient = lfdw_endpoint_complete_route(route, caller);
	char	   *configured;

	require_region(route, ambient, host == &lambda);
	if (endpoint)
		configured = pstrdup(endpoint);
	else if (ambient)
		configured = check_ambient_endpoint(lfdw_ambient_endpoint(ambient, host->variable),
											host);
	else
		configured = NULL;
	if (configured == NULL)
		return regional_endpoint(route, host);
	if (route->use_fips || route->use_dualstack)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("server \"%s\" cannot have both an endpoint of its own and %s",
						route->server, route->use_fips ? "FIPS" : "dual stack"),
				 errdetail("FIPS and dual stack choose among AWS's own endpoints.")));
	return configured;
}

/* lfdw_endpoint_service for calls of Lambda. */
char *
lfdw_endpoint_lambda(LfdwRoute *route, const LfdwCaller *caller,
					 const char *endpoint)
{
	return lfdw_endpoint_service(route, caller, endpoint, &lambda);
}

/*
 * The URL of the Security Token Service for a route that is complete.
 *
 * It is the region's own, but for AWS_ENDPOINT_URL_STS, with which the
 * administrator says where this machine's is, and what else is configured for
 * callers that may use it; *own_endpoint tells then.
 */
char *
lfdw_endpoint_sts(const LfdwRoute *route, const LfdwCaller *caller,
				  bool *own_endpoint)
{
	LfdwAmbient *ambient = lfdw_ambient_read(caller);
	const char *variable = lfdw_ambient_variable("AWS_ENDPOINT_URL_STS");
	char	   *configured = NULL;

	require_region(route, ambient, true);
	if (ambient)
		configured = lfdw_ambient_endpoint(ambient, sts.variable);
	else if (variable &&
			 !lfdw_ambient_flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))
		configured = pstrdup(variable);
	*own_endpoint = check_ambient_endpoint(configured, &sts) != NULL;
	return configured ? configured : regional_endpoint(route, &sts);
}
