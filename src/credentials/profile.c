/*-------------------------------------------------------------------------
 *
 * profile.c
 *		Credentials of a profile in AWS's shared files.
 *
 * IDENTIFICATION
 *	  src/credentials/profile.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/pg_list.h"

#include "credentials/credential_source.h"
#include "pg/message.h"

static bool find_in_profile(LfdwSearch *search, const char *profile,
							List *visited, LfdwCredentials *found);

/* What a profile says of a key, or NULL. */
static const char *
value_of(const LfdwSearch *search, const char *profile, const char *key)
{
	const char *value = lfdw_profiles_get(search->ambient->profiles,
										  LFDW_SECTION_PROFILE, profile, key);

	return value && value[0] ? value : NULL;
}

/* A profile in words, for notes and for the column "source". */
static char *
label_of(const char *profile)
{
	return psprintf("profile \"%s\"", lfdw_error_excerpt(profile, strlen(profile)));
}

/* Keys written into the profile. */
static bool
find_static(const LfdwSearch *search, const char *profile,
			LfdwCredentials *found)
{
	const char *id = value_of(search, profile, "aws_access_key_id");
	const char *secret = value_of(search, profile, "aws_secret_access_key");
	const char *token = value_of(search, profile, "aws_session_token");

	if (id == NULL || secret == NULL)
		return false;
	found->access_key_id = pstrdup(id);
	found->secret_access_key = pstrdup(secret);
	found->session_token = token ? pstrdup(token) : NULL;
	found->source = label_of(profile);
	return true;
}

/* The keys that credential_source names. */
static bool
find_credential_source(LfdwSearch *search, const char *profile,
					   const char *name, LfdwCredentials *found)
{
	if (strcmp(name, "Environment") == 0)
		return lfdw_source_environment(search, found);
	if (strcmp(name, "Ec2InstanceMetadata") == 0)
		return lfdw_source_instance(search, found);
	if (strcmp(name, "EcsContainer") == 0)
		return lfdw_source_container(search, found);
	lfdw_search_note(search, label_of(profile),
					 "credential_source must be Environment, Ec2InstanceMetadata or EcsContainer");
	return false;
}

/*
 * The keys of the profile's source_profile.  It may be the profile itself,
 * which must then have keys; a chain that comes back to itself has no end.
 */
static bool
find_source_profile(LfdwSearch *search, const char *profile,
					const char *source, List *visited, LfdwCredentials *found)
{
	ListCell   *lc;

	if (strcmp(source, profile) == 0)
	{
		if (find_static(search, profile, found))
			return true;
		lfdw_search_note(search, label_of(profile),
						 "it is its own source_profile, but has no keys");
		return false;
	}
	foreach(lc, visited)
	{
		if (strcmp(lfirst(lc), source) == 0)
		{
			lfdw_search_note(search, label_of(profile),
							 psprintf("source_profile \"%s\" leads back to itself",
									  lfdw_error_excerpt(source, strlen(source))));
			return false;
		}
	}
	return find_in_profile(search, source, visited, found);
}

/* A role that the profile names, assumed with whatever it names for that. */
static bool
find_role(LfdwSearch *search, const char *profile, const char *arn,
		  List *visited, LfdwCredentials *found)
{
	const char *token_file = value_of(search, profile, "web_identity_token_file");
	const char *source_profile = value_of(search, profile, "source_profile");
	const char *credential_source = value_of(search, profile, "credential_source");
	LfdwRole	role = {
		.arn = arn,
		.session_name = value_of(search, profile, "role_session_name"),
		.external_id = value_of(search, profile, "external_id"),
		.duration = value_of(search, profile, "duration_seconds")
	};
	LfdwCredentials base = {0};

	if (token_file)
		return lfdw_source_web_identity(search, &role, token_file, found);
	if (value_of(search, profile, "mfa_serial"))
	{
		lfdw_search_note(search, label_of(profile),
						 "its role needs an MFA code, for which a database cannot ask");
		return false;
	}
	if ((source_profile == NULL) == (credential_source == NULL))
	{
		lfdw_search_note(search, label_of(profile),
						 "role_arn needs one of source_profile and credential_source");
		return false;
	}
	if (source_profile ?
		!find_source_profile(search, profile, source_profile, visited, &base) :
		!find_credential_source(search, profile, credential_source, &base))
		return false;
	return lfdw_source_role(search, &role, &base, found);
}

/* What kind of credentials a profile has; visited are those that lead here. */
static bool
find_in_profile(LfdwSearch *search, const char *profile, List *visited,
				LfdwCredentials *found)
{
	const char *role = value_of(search, profile, "role_arn");
	const char *process = value_of(search, profile, "credential_process");

	if (!lfdw_profiles_has(search->ambient->profiles, LFDW_SECTION_PROFILE,
						   profile))
	{
		lfdw_search_note(search, label_of(profile),
						 psprintf("there is none in \"%s\" or \"%s\"",
								  search->ambient->config_path,
								  search->ambient->credentials_path));
		return false;
	}
	if (role)
		return find_role(search, profile, role,
						 lappend(list_copy(visited), unconstify(char *, profile)),
						 found);
	if (find_static(search, profile, found))
		return true;
	if (process)
		return lfdw_source_process(search, process, found);
	lfdw_search_note(search, label_of(profile),
					 value_of(search, profile, "sso_session") ||
					 value_of(search, profile, "sso_start_url") ?
					 "IAM Identity Center is not supported; set credential_process to a command such as \"aws configure export-credentials\"" :
					 "it has no credentials");
	return false;
}

/*
 * The keys in the user mapping's credentials_file, of its profile or "default".
 *
 * The file has the form of AWS's shared credentials file.  Only its keys are
 * read: nothing in it runs a program or leads to another file.  No note shows
 * what is in it.
 */
bool
lfdw_source_file(LfdwSearch *search, LfdwCredentials *found)
{
	const LfdwMapping *mapping = &search->caller->mapping;
	const char *path = mapping->credentials_file;
	const char *profile = mapping->profile ? mapping->profile : "default";
	LfdwAmbient file = {.profiles = lfdw_profiles_create()};
	LfdwSearch	of_file = *search;
	size_t		len;
	char	   *problem;
	char	   *text = lfdw_ambient_file(path, &len, &problem);

	if (text == NULL)
	{
		lfdw_search_note(search, "credentials_file", problem);
		return false;
	}
	lfdw_profiles_read(file.profiles, text, len, false);
	explicit_bzero(text, len);
	of_file.ambient = &file;
	if (find_static(&of_file, profile, found))
	{
		found->source = psprintf("credentials_file \"%s\", %s", path,
								 label_of(profile));
		return true;
	}
	lfdw_search_note(search, "credentials_file",
					 psprintf("%s of \"%s\" %s", label_of(profile), path,
							  lfdw_profiles_has(file.profiles,
												LFDW_SECTION_PROFILE, profile) ?
							  "lacks aws_access_key_id or aws_secret_access_key" :
							  "does not exist"));
	return false;
}

/*
 * The profile of the shared files that counts for the search: its role, keys
 * or credential_process.
 */
bool
lfdw_source_profile(LfdwSearch *search, LfdwCredentials *found)
{
	return find_in_profile(search, search->ambient->profile, NIL, found);
}
