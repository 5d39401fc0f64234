/*-------------------------------------------------------------------------
 *
 * credentials.c
 *		Which credentials a caller's requests are signed with.
 *
 * The order: the keys of the user mapping; else those of the file that a
 * superuser has named there; else, for callers that may use them, the server's
 * own (ambient) sources in the SDKs' order: environment, web identity, profile,
 * container, instance.  The mapping's role is assumed with what was found.
 * What was fetched is kept with the client until it is about to expire.
 *
 * This file asks the sources (credential_source.h), which stand below it and
 * share search.h; nothing below it calls back.
 *
 * IDENTIFICATION
 *	  src/credentials/credentials.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <time.h>

#include "miscadmin.h"
#include "utils/builtins.h"

#include "aws/client.h"
#include "credentials/credential_source.h"
#include "credentials/credentials.h"

/* Fetched credentials are renewed so long before they expire. */
#define RENEW_AHEAD_SECONDS 300

/* After a renewal that failed, the next is tried so much later. */
#define RENEW_AGAIN_SECONDS 60

typedef bool (*Source) (LfdwSearch *search, LfdwCredentials *found);

/* The server's own sources, in order. */
static const Source chain[] = {
	lfdw_source_environment,
	lfdw_source_environment_role,
	lfdw_source_profile,
	lfdw_source_container,
	lfdw_source_instance
};

/* The option that a user mapping with half a pair of keys lacks, or NULL. */
static const char *
missing_half(const LfdwMapping *mapping)
{
	if ((mapping->access_key_id == NULL) == (mapping->secret_access_key == NULL))
		return NULL;
	return mapping->access_key_id ? "aws_secret_access_key" : "aws_access_key_id";
}

/* Has a user mapping keys, or a file of them? */
static bool
has_own_keys(const LfdwMapping *mapping)
{
	return mapping->access_key_id || mapping->credentials_file;
}

/* The keys of the user mapping, which need no asking. */
static bool
source_mapping(const LfdwMapping *mapping, LfdwCredentials *found)
{
	if (mapping->access_key_id == NULL)
		return false;
	found->access_key_id = mapping->access_key_id;
	found->secret_access_key = mapping->secret_access_key;
	found->session_token = mapping->session_token;
	found->source = pstrdup("user mapping");
	return true;
}

/* The first credentials in the order of sources, before the mapping's role. */
static bool
find_base(LfdwSearch *search, LfdwCredentials *found)
{
	const LfdwMapping *mapping = &search->caller->mapping;

	if (source_mapping(mapping, found))
		return true;
	if (mapping->credentials_file)
		return lfdw_source_file(search, found);
	lfdw_search_note(search, "user mapping", "it has no keys");
	if (search->ambient == NULL)
		return false;
	if (mapping->profile)
		return lfdw_source_profile(search, found);
	for (int i = 0; i < (int) lengthof(chain); i++)
	{
		if (chain[i] (search, found))
			return true;
		/* as in the SDKs, a profile that is asked for must be there */
		if (chain[i] == lfdw_source_profile && search->ambient->profile_given &&
			!lfdw_profiles_has(search->ambient->profiles, LFDW_SECTION_PROFILE,
							   search->ambient->profile))
			return false;
	}
	return false;
}

/*
 * Can credentials be sent in headers, which a control character would end or
 * break?  A user mapping has none in its keys, but arguments, files, variables
 * and answers may.
 */
bool
lfdw_credentials_fit_headers(const LfdwCredentials *credentials)
{
	const char *texts[] = {credentials->access_key_id, credentials->session_token};

	for (int i = 0; i < (int) lengthof(texts); i++)
	{
		for (const char *p = texts[i]; p && *p; p++)
		{
			if ((unsigned char) *p < ' ' || *p == 0x7F)
				return false;
		}
	}
	return true;
}

/* Refuses, with a note, credentials that cannot be sent. */
static bool
check_headers(LfdwSearch *search, const LfdwCredentials *found)
{
	if (lfdw_credentials_fit_headers(found))
		return true;
	lfdw_search_note(search, found->source,
					 "a control character is in its access key or session token");
	return false;
}

/* Goes through all sources; true where one has credentials. */
static bool
search_sources(LfdwSearch *search, LfdwCredentials *found)
{
	const LfdwMapping *mapping = &search->caller->mapping;
	LfdwRole	role = {
		.arn = mapping->role_arn,
		.session_name = mapping->role_session_name,
		.external_id = mapping->external_id
	};
	LfdwCredentials base = {0};

	memset(found, 0, sizeof(*found));
	if (mapping->role_arn == NULL)
		return find_base(search, found) && check_headers(search, found);
	return find_base(search, &base) && check_headers(search, &base) &&
		lfdw_source_role(search, &role, &base, found) &&
		check_headers(search, found);
}

/* Are kept credentials so fresh that nobody needs to be asked? */
static bool
is_fresh(const LfdwClient *client, int64 now)
{
	const LfdwCredentials *kept = client->credentials;

	if (kept == NULL)
		return false;
	if (kept->expires_at == 0)
		return true;
	return now < kept->expires_at -
		Min(RENEW_AHEAD_SECONDS, (kept->expires_at - client->fetched_at) / 2);
}

/* Can kept credentials be used where they could not be renewed? */
static bool
is_usable(const LfdwClient *client, int64 now)
{
	return client->credentials && client->credentials->expires_at > now;
}

/* Why a caller has no right to any credentials, whatever a source would say. */
typedef enum Obstacle
{
	NO_OBSTACLE,
	FILE_NOT_ALLOWED,			/* the server's owner is no superuser */
	HALF_A_PAIR,				/* see missing_half */
	NO_KEYS						/* nor may it use the server's own */
} Obstacle;

/* What keeps a caller from credentials now: a right may be lost at any time. */
static Obstacle
find_obstacle(const LfdwCaller *caller, const LfdwRoute *route)
{
	const LfdwMapping *mapping = &caller->mapping;

	if (mapping->credentials_file && !route->trusted)
		return FILE_NOT_ALLOWED;
	if (missing_half(mapping))
		return HALF_A_PAIR;
	if (!caller->ambient && !has_own_keys(mapping))
		return NO_KEYS;
	return NO_OBSTACLE;
}

/* Notes what keeps a caller from credentials; false if nothing does. */
static bool
note_obstacle(LfdwSearch *search)
{
	switch (find_obstacle(search->caller, search->route))
	{
		case NO_OBSTACLE:
			return false;
		case FILE_NOT_ALLOWED:
			lfdw_search_note(search, "credentials_file",
							 "the server's owner is not a superuser");
			break;
		case HALF_A_PAIR:
			lfdw_search_note(search, "user mapping",
							 psprintf("it lacks the option \"%s\"",
									  missing_half(&search->caller->mapping)));
			break;
		case NO_KEYS:
			lfdw_search_note(search, "user mapping",
							 "it has no keys, and may not use the server's own");
			break;
	}
	return true;
}

/*
 * Finds the credentials a caller's requests are signed with.
 *
 * Those that were fetched are kept for the next requests of the server and
 * user mapping, and renewed some minutes before they expire; a renewal that
 * fails is no harm before that.  Others are read anew.  The result lives until
 * the next wait or as long as the current context.  Returns NULL where there
 * are none; notes gets a line for each source that has none.
 */
const LfdwCredentials *
lfdw_credentials_find(const LfdwCaller *caller, const LfdwRoute *route,
					  StringInfo notes)
{
	LfdwClient *client = lfdw_client_get(&caller->pool);
	int64		now = (int64) time(NULL);
	LfdwCredentials *found;
	LfdwSearch	search = {caller, route, NULL, notes};

	/* whoever lost the right to ask must not get what was asked before */
	if (note_obstacle(&search))
		return NULL;
	if (is_fresh(client, now) ||
		(is_usable(client, now) && now < client->renew_at))
		return client->credentials;

	found = palloc(sizeof(LfdwCredentials));
	/* nothing is asked beside keys, so the shared files are left alone */
	if (caller->mapping.access_key_id == NULL)
		search.ambient = lfdw_ambient_read(caller, true);
	if (search_sources(&search, found))
	{
		/* who asked the network, or ran a program, keeps what it got */
		if (!found->renewable)
			return found;
		client = lfdw_client_get(&caller->pool);
		lfdw_client_keep_credentials(client, found, (int64) time(NULL));
		return client->credentials;
	}
	client = lfdw_client_get(&caller->pool);
	if (!is_usable(client, now))
		return NULL;
	client->renew_at = now + RENEW_AGAIN_SECONDS;
	return client->credentials;
}

/* lfdw_credentials_find, or error 28000 with what every source said. */
const LfdwCredentials *
lfdw_credentials_get(const LfdwCaller *caller, const LfdwRoute *route)
{
	StringInfoData notes;
	const LfdwCredentials *found;

	initStringInfo(&notes);
	found = lfdw_credentials_find(caller, route, &notes);
	if (found == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("no AWS credentials for role \"%s\" on server \"%s\"",
						GetUserNameFromId(caller->userid, false), route->server),
				 errdetail("%s", notes.data),
				 errhint("SELECT * FROM lambda_fdw_credentials(%s) tries again.",
						 quote_literal_cstr(route->server))));
	return found;
}

/*
 * Gets other credentials in place of those with this access key, which AWS
 * says have expired.  Returns whether there are any.
 */
bool
lfdw_credentials_renew(const LfdwCaller *caller, const LfdwRoute *route,
					   const char *access_key_id)
{
	LfdwClient *client = lfdw_client_get(&caller->pool);
	StringInfoData notes;
	const LfdwCredentials *found;

	/* another invocation may have renewed them meanwhile */
	if (client->credentials &&
		strcmp(client->credentials->access_key_id, access_key_id) == 0)
		lfdw_client_forget_credentials(client);
	initStringInfo(&notes);
	found = lfdw_credentials_find(caller, route, &notes);
	return found && strcmp(found->access_key_id, access_key_id) != 0;
}

/* Raises the error about a server whose owner may not have a file read. */
static void
report_file(const LfdwCaller *caller, const LfdwRoute *route,
			const char *role)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("the user mapping of role \"%s\" for server \"%s\" may not use option \"%s\"",
					role, route->server, "credentials_file"),
			 errdetail("The server's owner is not a superuser."),
			 errhint("Drop the option, or make a superuser the server's owner.")));
}

/* Raises the error about a mapping with one option of a pair. */
static void
report_half(const LfdwCaller *caller, const LfdwRoute *route,
			const char *role)
{
	const char *missing = missing_half(&caller->mapping);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 errmsg("the user mapping of role \"%s\" for server \"%s\" lacks the option \"%s\"",
					role, route->server, missing),
			 errhint("ALTER USER MAPPING FOR %s SERVER %s OPTIONS (ADD %s '...');",
					 quote_identifier(role), quote_identifier(route->server),
					 missing)));
}

/* Raises the error about a role that has nothing to sign with. */
static void
report_no_keys(const LfdwCaller *caller, const LfdwRoute *route,
			   const char *role)
{
	const LfdwMapping *mapping = &caller->mapping;
	bool		wants_ambient = mapping->profile || mapping->use_ambient_credentials;

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 errmsg("role \"%s\" has no AWS keys for server \"%s\"",
					role, route->server),
			 wants_ambient ? errdetail("It may not use the server's own credentials: a superuser must own the server, and set use_ambient_credentials 'true' in the user mapping.") : 0,
			 OidIsValid(caller->pool.umid) ?
			 errhint("ALTER USER MAPPING FOR %s SERVER %s OPTIONS (ADD aws_access_key_id '...', ADD aws_secret_access_key '...');",
					 quote_identifier(role), quote_identifier(route->server)) :
			 errhint("CREATE USER MAPPING FOR %s SERVER %s OPTIONS (aws_access_key_id '...', aws_secret_access_key '...');",
					 quote_identifier(role), quote_identifier(route->server))));
}

/*
 * Makes sure, without asking anybody, that a caller has something to sign
 * with or to ask for it.
 *
 * Raises 28000 and says what to create: a role without keys of its own never
 * signs with another's.  Raises 42501 for a file on a server whose owner is not
 * a superuser.
 */
void
lfdw_credentials_check(const LfdwCaller *caller, const LfdwRoute *route)
{
	const char *role = GetUserNameFromId(caller->userid, false);

	/* the validator only saw who ran the statement */
	switch (find_obstacle(caller, route))
	{
		case NO_OBSTACLE:
			break;
		case FILE_NOT_ALLOWED:
			report_file(caller, route, role);
			break;
		case HALF_A_PAIR:
			report_half(caller, route, role);
			break;
		case NO_KEYS:
			report_no_keys(caller, route, role);
			break;
	}
}
