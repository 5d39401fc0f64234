/*-------------------------------------------------------------------------
 *
 * environment.c
 *		Credentials that the server's environment variables give.
 *
 * IDENTIFICATION
 *	  src/credentials/environment.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "credentials/credential_source.h"

/*
 * The keys in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
 */
bool
lfdw_source_environment(LfdwSearch *search, LfdwCredentials *found)
{
	const char *id = lfdw_ambient_variable("AWS_ACCESS_KEY_ID");
	const char *secret = lfdw_ambient_variable("AWS_SECRET_ACCESS_KEY");
	const char *token = lfdw_ambient_variable("AWS_SESSION_TOKEN");

	if (id == NULL || secret == NULL)
	{
		lfdw_search_note(search, "environment", id || secret ?
						 "only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set" :
						 "AWS_ACCESS_KEY_ID is not set");
		return false;
	}
	found->access_key_id = pstrdup(id);
	found->secret_access_key = pstrdup(secret);
	found->session_token = token ? pstrdup(token) : NULL;
	found->source = pstrdup("environment");
	return true;
}

/*
 * The role in AWS_ROLE_ARN, assumed with the token in
 * AWS_WEB_IDENTITY_TOKEN_FILE.
 */
bool
lfdw_source_environment_role(LfdwSearch *search, LfdwCredentials *found)
{
	const char *file = lfdw_ambient_variable("AWS_WEB_IDENTITY_TOKEN_FILE");
	LfdwRole	role = {
		.arn = lfdw_ambient_variable("AWS_ROLE_ARN"),
		.session_name = lfdw_ambient_variable("AWS_ROLE_SESSION_NAME")
	};

	if (file == NULL || role.arn == NULL)
	{
		lfdw_search_note(search, "web identity", file ?
						 "AWS_ROLE_ARN is not set" :
						 "AWS_WEB_IDENTITY_TOKEN_FILE is not set");
		return false;
	}
	return lfdw_source_web_identity(search, &role, file, found);
}
