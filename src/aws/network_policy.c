/*-------------------------------------------------------------------------
 *
 * network_policy.c
 *		Where servers may lead, by their owners and the settings.
 *
 * A superuser's server may connect to anything.  Those of others never reach the
 * machine itself, and what else lambda_fdw.allowed_endpoints and
 * lambda_fdw.deny_private_addresses say; both are read for each request.  The
 * first is about the endpoint as it is written, and holds before its name is
 * looked up; the second about the address, whatever name led there, and is for
 * src/http/ to hold, for connections that were kept, too.
 *
 * IDENTIFICATION
 *	  src/aws/network_policy.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aws/network_policy.h"
#include "base/endpoint_list.h"
#include "pg/setting.h"

/*
 * Refuses a server an endpoint, by URL, that is not among those allowed (42501),
 * before anything of it is looked up or sent.
 */
void
lfdw_network_policy_check(const LfdwRoute *route, const char *endpoint)
{
	const char *allowed = lfdw_setting_network_policy()->allowed_endpoints;
	LfdwUrl		url;
	const char *why;

	if (route->trusted || allowed[0] == '\0')
		return;
	if (!lfdw_url_parse(endpoint, &url, &why))
		elog(ERROR, "invalid endpoint: %s", why);
	if (lfdw_endpoint_list_has(allowed, &url))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("server \"%s\" may not connect to \"%s\"", route->server,
					url.authority),
			 errdetail("Its owner is not a superuser, and the setting lambda_fdw.allowed_endpoints does not have the endpoint."),
			 errhint("A superuser may add it to the setting, or own the server.")));
}

/*
 * Which addresses a request by a route may be sent to, as LFDW_HTTP_ flags.  What
 * asks for credentials goes to AWS's own endpoint, which may be in a private
 * network.
 */
int
lfdw_network_policy_rules(const LfdwRoute *route, const LfdwUrl *url,
						  bool for_credentials)
{
	int			rules = 0;

	if (!route->trusted)
		rules |= LFDW_HTTP_DENY_LOCAL;
	if (!route->trusted && !for_credentials &&
		lfdw_setting_network_policy()->deny_private)
		rules |= LFDW_HTTP_DENY_PRIVATE;
	if (!url->https && !route->allow_http)
		rules |= LFDW_HTTP_ONLY_LOOPBACK;
	return rules;
}
