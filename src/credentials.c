/*-------------------------------------------------------------------------
 *
 * credentials.c
 *		The keys that sign a request.
 *
 * IDENTIFICATION
 *	  src/credentials.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "credentials.h"

/*
 * Makes sure that there are keys to sign with.
 *
 * server is the server's name and userid the role whose mapping was read.
 * Raises 28000 and says what to create: a role without keys of its own never
 * signs with another's.
 */
void
lfdw_credentials_check(const LfdwCredentials *credentials, const char *server,
					   Oid userid)
{
	const char *role = GetUserNameFromId(userid, false);
	const char *missing = NULL;

	if (credentials->access_key_id == NULL &&
		credentials->secret_access_key == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("role \"%s\" has no AWS keys for server \"%s\"",
						role, server),
				 errhint("CREATE USER MAPPING FOR %s SERVER %s OPTIONS (aws_access_key_id '...', aws_secret_access_key '...');",
						 quote_identifier(role), quote_identifier(server))));
	if (credentials->access_key_id == NULL)
		missing = "aws_access_key_id";
	if (credentials->secret_access_key == NULL)
		missing = "aws_secret_access_key";
	if (missing)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("the user mapping of role \"%s\" for server \"%s\" lacks the option \"%s\"",
						role, server, missing),
				 errhint("ALTER USER MAPPING FOR %s SERVER %s OPTIONS (ADD %s '...');",
						 quote_identifier(role), quote_identifier(server),
						 missing)));
}

/*
 * The derived signing keys of this backend.
 */
LfdwSigv4KeyCache *
lfdw_credentials_key_cache(void)
{
	static LfdwSigv4KeyCache cache;

	return &cache;
}
