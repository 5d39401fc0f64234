/*-------------------------------------------------------------------------
 *
 * credentials.h
 *		The keys that sign a request.
 *
 * IDENTIFICATION
 *	  src/credentials.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_CREDENTIALS_H
#define LFDW_CREDENTIALS_H

#include "postgres.h"

#include "common/sigv4.h"

typedef struct LfdwCredentials
{
	const char *access_key_id;
	const char *secret_access_key;
	const char *session_token;	/* NULL for none */
} LfdwCredentials;

extern void lfdw_credentials_check(const LfdwCredentials *credentials,
								   const char *server, Oid userid);
extern LfdwSigv4KeyCache *lfdw_credentials_key_cache(void);

#endif							/* LFDW_CREDENTIALS_H */
