/*-------------------------------------------------------------------------
 *
 * ambient.h
 *		The server's own environment: variables and AWS's shared files.
 *
 * IDENTIFICATION
 *	  src/aws/ambient.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_AMBIENT_H
#define LFDW_AMBIENT_H

#include "postgres.h"

#include "aws/caller.h"
#include "base/profile_ini.h"

/* The shared files, and the profile of them that counts. */
typedef struct LfdwAmbient
{
	LfdwProfiles *profiles;
	const char *profile;
	bool		profile_given;	/* by the user mapping or AWS_PROFILE */
	char	   *config_path;
	char	   *credentials_path;
} LfdwAmbient;

extern const char *lfdw_ambient_variable(const char *name);
extern bool lfdw_ambient_flag(const char *name);
extern LfdwAmbient *lfdw_ambient_read(const LfdwCaller *caller,
									  bool needs_files);
extern const char *lfdw_ambient_profile_value(const LfdwAmbient *ambient,
											  const char *key);
extern char *lfdw_ambient_file(const char *path, size_t *len, char **problem);
extern void lfdw_ambient_complete_route(const LfdwAmbient *ambient,
										LfdwRoute *route);
extern char *lfdw_ambient_endpoint(const LfdwAmbient *ambient,
								   const char *service);

#endif							/* LFDW_AMBIENT_H */
