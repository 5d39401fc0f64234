/*-------------------------------------------------------------------------
 *
 * credentials.h
 *		Who calls AWS, and with which keys.
 *
 * IDENTIFICATION
 *	  src/credentials/credentials.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_CREDENTIALS_H
#define LFDW_CREDENTIALS_H

#include "postgres.h"

#include "aws/client.h"
#include "lib/stringinfo.h"

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
	const char *server;			/* its name */
	Oid			userid;
	bool		trusted;		/* the server's owner is a superuser */
	bool		ambient;		/* may use the server's own credentials */
	LfdwMapping mapping;
} LfdwCaller;

extern void lfdw_credentials_check_mapping(const LfdwMapping *mapping);
extern void lfdw_credentials_check(const LfdwCaller *caller);
extern const LfdwCredentials *lfdw_credentials_get(const LfdwCaller *caller,
												   const LfdwRoute *route);
extern const LfdwCredentials *lfdw_credentials_find(const LfdwCaller *caller,
													const LfdwRoute *route,
													StringInfo notes);
extern bool lfdw_credentials_renew(const LfdwCaller *caller,
								   const LfdwRoute *route,
								   const char *access_key_id);

#endif							/* LFDW_CREDENTIALS_H */
