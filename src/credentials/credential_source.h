/*-------------------------------------------------------------------------
 *
 * credential_source.h
 *		Where credentials can come from.
 *
 * A source is asked with a search; it fills what it found and returns true,
 * or notes why it has none and returns false.  What is found is palloc'd in
 * the current context.  Sources that ask somebody wait interruptibly and raise
 * nothing but interrupts and shortage of memory.
 *
 * IDENTIFICATION
 *	  src/credentials/credential_source.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_CREDENTIAL_SOURCE_H
#define LFDW_CREDENTIAL_SOURCE_H

#include "postgres.h"

#include "credentials/search.h"

/* What AssumeRole needs to know. */
typedef struct LfdwRole
{
	const char *arn;
	const char *session_name;	/* NULL: one of ours */
	const char *external_id;	/* NULL for none */
	const char *duration;		/* seconds, NULL: the role's default */
} LfdwRole;

/* profile.c */
extern bool lfdw_source_profile(LfdwSearch *search, LfdwCredentials *found);
extern bool lfdw_source_file(LfdwSearch *search, LfdwCredentials *found);

/* environment.c */
extern bool lfdw_source_environment(LfdwSearch *search, LfdwCredentials *found);
extern bool lfdw_source_environment_role(LfdwSearch *search,
										 LfdwCredentials *found);

/* assume_role.c */
extern bool lfdw_source_role(LfdwSearch *search, const LfdwRole *role,
							 const LfdwCredentials *base,
							 LfdwCredentials *found);
extern bool lfdw_source_web_identity(LfdwSearch *search, const LfdwRole *role,
									 const char *token_file,
									 LfdwCredentials *found);

/* process.c */
extern bool lfdw_source_process(LfdwSearch *search, const char *command,
								LfdwCredentials *found);

/* metadata.c */
extern bool lfdw_source_container(LfdwSearch *search, LfdwCredentials *found);
extern bool lfdw_source_instance(LfdwSearch *search, LfdwCredentials *found);

#endif							/* LFDW_CREDENTIAL_SOURCE_H */
