/*-------------------------------------------------------------------------
 *
 * ambient.c
 *		The server's own environment: variables and AWS's shared files.
 *
 * Everything here belongs to the operating system's account that runs the
 * server.  Only callers that may use it get here: see LfdwCaller.
 *
 * The names and their order are those of the AWS SDKs and Tools Reference
 * Guide.
 *
 * IDENTIFICATION
 *	  src/aws/ambient.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/fd.h"
#include "utils/formatting.h"
#include "utils/memutils.h"

#include "aws/ambient.h"
#include "base/arn.h"

/* No file of AWS is larger; a token file is a few kilobytes. */
#define FILE_MAX (1024 * 1024)

/* A file as it was when it was read. */
typedef struct FileStamp
{
	bool		exists;
	dev_t		device;
	ino_t		inode;
	off_t		size;
	struct timespec modified;
} FileStamp;

/* The shared files, as they were read last. */
typedef struct SharedFiles
{
	MemoryContext context;		/* of all of it; NULL: not yet */
	char	   *config_path;
	char	   *credentials_path;
	FileStamp	config;
	FileStamp	credentials;
	LfdwProfiles *profiles;
} SharedFiles;

/* The value of an environment variable; NULL where it is not set or empty. */
const char *
lfdw_ambient_variable(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] ? value : NULL;
}

/* Is an environment variable set to true? */
bool
lfdw_ambient_flag(const char *name)
{
	const char *value = lfdw_ambient_variable(name);

	return value && pg_strcasecmp(value, "true") == 0;
}

/*
 * The bytes of a file of the server, palloc'd, with a NUL behind them.  NULL
 * where it cannot be read, with the palloc'd reason in *problem.
 */
char *
lfdw_ambient_file(const char *path, size_t *len, char **problem)
{
	int			fd = OpenTransientFile(path, O_RDONLY | O_NONBLOCK | PG_BINARY);
	struct stat status;
	char	   *bytes = NULL;
	ssize_t		got = -1;

	if (fd < 0)
	{
		*problem = psprintf("could not open \"%s\": %s", path, strerror(errno));
		return NULL;
	}
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
		status.st_size > FILE_MAX)
		*problem = psprintf("\"%s\" is no file of at most %d bytes", path, FILE_MAX);
	else
	{
		bytes = palloc(status.st_size + 1);
		got = read(fd, bytes, status.st_size);
		if (got < 0)
			*problem = psprintf("could not read \"%s\": %s", path, strerror(errno));
	}
	CloseTransientFile(fd);
	if (got < 0)
		return NULL;
	bytes[got] = '\0';
	*len = got;
	return bytes;
}

/* Where a shared file is: by its variable, or in the account's home. */
static char *
shared_path(const char *variable, const char *name)
{
	const char *path = lfdw_ambient_variable(variable);
	const char *home = lfdw_ambient_variable("HOME");

	if (path && path[0] == '~' && path[1] == '/' && home)
		return psprintf("%s%s", home, path + 1);
	if (path)
		return pstrdup(path);
	return psprintf("%s/.aws/%s", home ? home : "", name);
}

/* Looks at a file. */
static FileStamp
stamp_of(const char *path)
{
	FileStamp	stamp = {0};
	struct stat status;

	if (stat(path, &status) == 0)
		stamp = (FileStamp)
	{
		.exists = true,
			.device = status.st_dev,
			.inode = status.st_ino,
			.size = status.st_size,
			.modified = status.st_mtim
	};
	return stamp;
}

/* Is a file that was read under other as it was then? */
static bool
is_same_file(const FileStamp *stamp, const FileStamp *other)
{
	return stamp->exists == other->exists &&
		stamp->device == other->device && stamp->inode == other->inode &&
		stamp->size == other->size &&
		stamp->modified.tv_sec == other->modified.tv_sec &&
		stamp->modified.tv_nsec == other->modified.tv_nsec;
}

static void
read_shared_file(LfdwProfiles *profiles, const char *path, bool is_config)
{
	size_t		len;
	char	   *problem;
	char	   *text = lfdw_ambient_file(path, &len, &problem);

	if (text == NULL)
		return;
	lfdw_profiles_read(profiles, text, len, is_config);
	explicit_bzero(text, len);
	pfree(text);
}

/*
 * What the shared files say, read again only when one has changed.  The result
 * lives to the end of the transaction at least.
 */
static LfdwProfiles *
shared_profiles(const char *config_path, const char *credentials_path)
{
	static SharedFiles kept;
	FileStamp	config = stamp_of(config_path);
	FileStamp	credentials = stamp_of(credentials_path);
	SharedFiles fresh = {0};
	MemoryContext old;

	if (kept.context && strcmp(kept.config_path, config_path) == 0 &&
		strcmp(kept.credentials_path, credentials_path) == 0 &&
		is_same_file(&kept.config, &config) &&
		is_same_file(&kept.credentials, &credentials))
		return kept.profiles;

	fresh.context = AllocSetContextCreate(TopTransactionContext,
										  "lambda_fdw shared files",
										  ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(fresh.context);
	fresh.config_path = pstrdup(config_path);
	fresh.credentials_path = pstrdup(credentials_path);
	fresh.config = config;
	fresh.credentials = credentials;
	fresh.profiles = lfdw_profiles_create();
	read_shared_file(fresh.profiles, config_path, true);
	read_shared_file(fresh.profiles, credentials_path, false);
	MemoryContextSwitchTo(old);

	/* a search may still go through what was read before */
	if (kept.context)
		MemoryContextSetParent(kept.context, TopTransactionContext);
	MemoryContextSetParent(fresh.context, TopMemoryContext);
	kept = fresh;
	return kept.profiles;
}

/*
 * What the environment, and the shared files if they are needed, say for a caller
 * that may use them; NULL for others.  A file that is not there is as good as
 * empty.  The result is palloc'd, and lives to the end of the transaction at most.
 */
LfdwAmbient *
lfdw_ambient_read(const LfdwCaller *caller, bool needs_files)
{
	LfdwAmbient *ambient;

	if (!caller->ambient)
		return NULL;
	ambient = palloc0(sizeof(LfdwAmbient));
	ambient->config_path = shared_path("AWS_CONFIG_FILE", "config");
	ambient->credentials_path = shared_path("AWS_SHARED_CREDENTIALS_FILE",
											"credentials");
	ambient->profiles = needs_files ?
		shared_profiles(ambient->config_path, ambient->credentials_path) :
		lfdw_profiles_create();

	/* with a file of its own, the mapping's profile is one of that */
	if (caller->mapping.credentials_file == NULL)
		ambient->profile = caller->mapping.profile;
	if (ambient->profile == NULL)
		ambient->profile = lfdw_ambient_variable("AWS_PROFILE");
	ambient->profile_given = ambient->profile != NULL;
	if (ambient->profile == NULL)
		ambient->profile = "default";
	return ambient;
}

/* What the profile says of a key, or NULL. */
const char *
lfdw_ambient_profile_value(const LfdwAmbient *ambient, const char *key)
{
	const char *value = lfdw_profiles_get(ambient->profiles,
										  LFDW_SECTION_PROFILE,
										  ambient->profile, key);

	return value && value[0] ? value : NULL;
}

/* A setting: an environment variable before the profile. */
static const char *
setting(const LfdwAmbient *ambient, const char *variable, const char *key)
{
	const char *value = lfdw_ambient_variable(variable);

	return value ? value : lfdw_ambient_profile_value(ambient, key);
}

static bool
flag_setting(const LfdwAmbient *ambient, const char *variable, const char *key)
{
	const char *value = setting(ambient, variable, key);

	return value && pg_strcasecmp(value, "true") == 0;
}

/*
 * Fills what a server's options leave open.  The strings are palloc'd, or the
 * environment's.
 */
void
lfdw_ambient_complete_route(const LfdwAmbient *ambient, LfdwRoute *route)
{
	const char *region = lfdw_ambient_variable("AWS_REGION");
	const char *ca_bundle;

	if (region == NULL)
		region = setting(ambient, "AWS_DEFAULT_REGION", "region");
	if (route->region == NULL && region && lfdw_region_is_valid(region))
		route->region = pstrdup(region);
	if (flag_setting(ambient, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"))
		route->use_fips = true;
	if (flag_setting(ambient, "AWS_USE_DUALSTACK_ENDPOINT",
					 "use_dualstack_endpoint"))
		route->use_dualstack = true;
	if (route->ca_bundle == NULL)
	{
		ca_bundle = setting(ambient, "AWS_CA_BUNDLE", "ca_bundle");
		route->ca_bundle = ca_bundle ? pstrdup(ca_bundle) : NULL;
	}
}

/*
 * The endpoint that environment or profile configure for a service ("LAMBDA",
 * "STS"); NULL for none.  The result is palloc'd.
 */
char *
lfdw_ambient_endpoint(const LfdwAmbient *ambient, const char *service)
{
	const char *value = lfdw_ambient_variable(psprintf("AWS_ENDPOINT_URL_%s",
													   service));
	const char *section = lfdw_ambient_profile_value(ambient, "services");

	if (lfdw_ambient_flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))
		return NULL;
	if (value == NULL)
		value = lfdw_ambient_variable("AWS_ENDPOINT_URL");
	if (value == NULL && section)
		value = lfdw_profiles_get_nested(ambient->profiles,
										 LFDW_SECTION_SERVICES, section,
										 asc_tolower(service, strlen(service)),
										 "endpoint_url");
	if (value == NULL)
		value = lfdw_ambient_profile_value(ambient, "endpoint_url");
	return value ? pstrdup(value) : NULL;
}
