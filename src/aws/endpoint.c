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

/* What the hosts of S3 begin with. */
#define S3_HOST "s3"

/* Refuses an endpoint that environment or profile give, if it is no URL. */
static char *
check_ambient_endpoint(char *endpoint)
{
	LfdwUrl		url;
	const char *why;

	if (endpoint && !lfdw_url_parse(endpoint, &url, &why))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("the endpoint that the server's environment configures is not valid"),
				 errdetail("%s", why),
				 errhint("Check AWS_ENDPOINT_URL, what else begins with AWS_ENDPOINT_URL_, and endpoint_url in the AWS config file.")));
	return endpoint;
}

/*
 * A service's own endpoint in the route's region.  FIPS is told by the host's
 * first label, dual stack by another suffix; S3's is older than that, and a
 * label of its own.
 */
static char *
regional_endpoint(const LfdwRoute *route, const char *host)
{
	const LfdwPartition *partition = lfdw_partition_of_region(route->region);
	bool		has_label = strcmp(host, S3_HOST) == 0;
	int			label = (int) strcspn(host, ".");

	if (partition == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("region \"%s\" belongs to no known partition of AWS",
						route->region),
				 errhint("Check the region, or set the option \"endpoint\" of server \"%s\".",
						 route->server)));
	return psprintf("https://%.*s%s%s%s.%s.%s", label, host,
					route->use_fips ? "-fips" : "", host + label,
					route->use_dualstack && has_label ? ".dualstack" : "",
					route->region,
					route->use_dualstack && !has_label ?
					partition->dual_stack_suffix : partition->dns_suffix);
}

/*
 * Refuses a route without a region.  besides says what else may tell it, NULL
 * for nothing.
 */
static void
require_region(const LfdwRoute *route, const LfdwAmbient *ambient,
			   const char *besides)
{
	if (route->region)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
			 errmsg("no region is known for server \"%s\"", route->server),
			 ambient ? errdetail("Neither AWS_REGION, AWS_DEFAULT_REGION nor profile \"%s\" tells one.",
								 ambient->profile) : 0,
			 errhint("Set the option \"region\" of server \"%s\"%s%s.",
					 route->server, besides ? ", or " : "",
					 besides ? besides : "")));
}

/*
 * Fills what the options leave open of a route from the environment and the
 * profile, for a caller that may use them.  Returns them, or NULL.
 *
 * endpoint is the option "endpoint", or NULL.  Who has that, a region and keys of
 * its own needs no profile, and the shared files are left alone.
 */
LfdwAmbient *
lfdw_endpoint_complete_route(LfdwRoute *route, const LfdwCaller *caller,
							 const char *endpoint)
{
	bool		needs_files = caller->mapping.access_key_id == NULL ||
	route->region == NULL || endpoint == NULL;
	LfdwAmbient *ambient = lfdw_ambient_read(caller, needs_files);

	if (ambient)
		lfdw_ambient_complete_route(ambient, route);
	return ambient;
}

/*
 * Completes a route, and decides where its requests to a service go.  *own says
 * whether that is an endpoint of one's own.
 */
static char *
choose_endpoint(LfdwRoute *route, const LfdwCaller *caller,
				const char *endpoint, const char *host, const char *variable,
				const char *besides, bool *own)
{
	LfdwAmbient *ambient = lfdw_endpoint_complete_route(route, caller, endpoint);
	char	   *configured = NULL;

	require_region(route, ambient, besides);
	if (endpoint)
		configured = pstrdup(endpoint);
	else if (ambient)
		configured = check_ambient_endpoint(lfdw_ambient_endpoint(ambient, variable));
	*own = configured != NULL;
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

/*
 * Decides where a server's requests to a service go.
 *
 * Takes the route with what the options say, and the option "endpoint" or
 * NULL; completes the route and returns the endpoint's URL.  host is what the
 * service's own hosts begin with ("bedrock-runtime", "runtime.sagemaker"),
 * variable what its variable AWS_ENDPOINT_URL_... ends with
 * ("BEDROCK_RUNTIME").  All of the result is palloc'd or the environment's.
 * Raises HV00J where no region is known, and HV024 for FIPS or dual stack with
 * an endpoint of one's own.
 */
char *
lfdw_endpoint_service(LfdwRoute *route, const LfdwCaller *caller,
					  const char *endpoint, const char *host,
					  const char *variable)
{
	bool		own;

	return choose_endpoint(route, caller, endpoint, host, variable, NULL, &own);
}

/* lfdw_endpoint_service for Lambda. */
char *
lfdw_endpoint_lambda(LfdwRoute *route, const LfdwCaller *caller,
					 const char *endpoint)
{
	bool		own;

	return choose_endpoint(route, caller, endpoint, "lambda", "LAMBDA",
						   "give the function as a full ARN", &own);
}

/*
 * lfdw_endpoint_service for S3.  *own_endpoint says whether it is one's own:
 * AWS's have a host for each bucket.
 */
char *
lfdw_endpoint_s3(LfdwRoute *route, const LfdwCaller *caller,
				 const char *endpoint, bool *own_endpoint)
{
	return choose_endpoint(route, caller, endpoint, S3_HOST, "S3",
						   "give the bucket's", own_endpoint);
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
	LfdwAmbient *ambient = lfdw_ambient_read(caller, true);
	const char *variable = lfdw_ambient_variable("AWS_ENDPOINT_URL_STS");
	char	   *configured = NULL;

	require_region(route, ambient, NULL);
	if (ambient)
		configured = lfdw_ambient_endpoint(ambient, "STS");
	else if (variable &&
			 !lfdw_ambient_flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))
		configured = pstrdup(variable);
	*own_endpoint = check_ambient_endpoint(configured) != NULL;
	return configured ? configured : regional_endpoint(route, "sts");
}
