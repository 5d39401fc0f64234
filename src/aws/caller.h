/*-------------------------------------------------------------------------
 *
 * caller.h
 *		Who calls AWS, by which way and with which keys: plain types.
 *
 * IDENTIFICATION
 *	  src/aws/caller.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_CALLER_H
#define LFDW_CALLER_H

#include "postgres.h"

#include "http/http_request.h"
#include "shared/server_limit.h"

/* Keys to sign with, and where they came from. */
typedef struct LfdwCredentials
{
	char	   *access_key_id;
	char	   *secret_access_key;
	char	   *session_token;	/* NULL for none */
	char	   *source;			/* in words */
	int64		expires_at;		/* Unix time, 0: they do not expire */
	bool		renewable;		/* asking again may give others */
} LfdwCredentials;

/* How a server reaches AWS; the strings outlive the requests. */
typedef struct LfdwRoute
{
	const char *server;			/* its name, for messages */
	bool		trusted;		/* its owner is a superuser */
	const char *region;			/* NULL until lfdw_endpoint_complete_route */
	bool		use_fips;
	bool		use_dualstack;
	bool		allow_http;
	const char *proxy;			/* NULL for none */
	const char *ca_bundle;		/* NULL: the system's */
	LfdwHttpLimits limits;		/* of an invocation */
	int			max_attempts;
	bool		keep_connections;
	LfdwServerLimits server_limits; /* of all sessions */
} LfdwRoute;

/* What a user mapping says; NULL where it does not. */
typedef struct LfdwMapping
{
	char	   *access_key_id;
	char	   *secret_access_key;
	char	   *session_token;
	char	   *credentials_file;
	char	   *profile;
	char	   *role_arn;
	char	   *external_id;
	char	   *role_session_name;
	bool		use_ambient_credentials;
} LfdwMapping;

/* A role of the database that calls through a server. */
typedef struct LfdwCaller
{
	LfdwPoolKey pool;			/* the server and the role's user mapping */
	Oid			userid;
	bool		ambient;		/* may use the server's own credentials */
	LfdwMapping mapping;
} LfdwCaller;

#endif							/* LFDW_CALLER_H */
