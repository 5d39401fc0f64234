/*-------------------------------------------------------------------------
 *
 * network_policy.h
 *		Where servers may lead, by their owners and the settings.
 *
 * IDENTIFICATION
 *	  src/aws/network_policy.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_NETWORK_POLICY_H
#define LFDW_NETWORK_POLICY_H

#include "postgres.h"

#include "aws/caller.h"
#include "base/uri.h"

/* What helps who is told LFDW_HTTP_UNREACHABLE. */
#define LFDW_UNREACHABLE_HINT \
	"Check the option endpoint.  The cause is in the server's log alone, since the owner of the foreign server is not a superuser."

extern void lfdw_network_policy_check(const LfdwRoute *route,
									  const char *endpoint);
extern int	lfdw_network_policy_rules(const LfdwRoute *route,
									  const LfdwUrl *url, bool for_credentials);

#endif							/* LFDW_NETWORK_POLICY_H */
