/*-------------------------------------------------------------------------
 *
 * credentials.h
 *		Which credentials a caller's requests are signed with.
 *
 * IDENTIFICATION
 *	  src/credentials/credentials.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_CREDENTIALS_H
#define LFDW_CREDENTIALS_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "aws/caller.h"

extern bool lfdw_credentials_fit_headers(const LfdwCredentials *credentials);
extern void lfdw_credentials_check(const LfdwCaller *caller,
								   const LfdwRoute *route);
extern const LfdwCredentials *lfdw_credentials_get(const LfdwCaller *caller,
												   const LfdwRoute *route);
extern const LfdwCredentials *lfdw_credentials_find(const LfdwCaller *caller,
													const LfdwRoute *route,
													StringInfo notes);
extern bool lfdw_credentials_renew(const LfdwCaller *caller,
								   const LfdwRoute *route,
								   const char *access_key_id);

#endif							/* LFDW_CREDENTIALS_H */
