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

#include "aws/ambient.h"
#include "base/control_doc.h"

/* For whom credentials are looked for, and what was found out on the way. */
typedef struct LfdwSearch
{
	const LfdwCaller *caller;
	const LfdwRoute *route;
	const LfdwAmbient *ambient; /* NULL where it may not be used */
	StringInfo	notes;			/* a line for each source that had none */
} LfdwSearch;

/* What AssumeRole needs to know. */
typedef struct LfdwRole
{
	const char *arn;
	const char *session_name;	/* NULL: one of ours */
	const char *external_id;	/* NULL for none */
	const char *duration;		/* seconds, NULL: the role's default */
} LfdwRole;

/* credentials.c */
extern void lfdw_search_note(LfdwSearch *search, const char *source,
							 const char *why);
extern bool lfdw_search_take_doc(LfdwSearch *search, const char *source,
								 const LfdwCredentialDoc *doc,
								 LfdwCredentials *found);
extern bool lfdw_source_environment(LfdwSearch *search, LfdwCredentials *found);

/* assume_role.c */
extern bool lfdw_source_role(LfdwSearch *search, const LfdwRole *role,
							 const LfdwCredentials *base,
							 LfdwCredentials *found);
extern bool lfdw_source_web_identity(LfdwSearch *search, const LfdwRole *role,
									 const char *token_file,
									 LfdwCredentials *found);

/* profile.c */
extern bool lfdw_source_profile(LfdwSearch *search, LfdwCredentials *found);
extern bool lfdw_source_file(LfdwSearch *search, LfdwCredentials *found);

/* process.c */
extern bool lfdw_source_process(LfdwSearch *search, const char *command,
								LfdwCredentials *found);

/* metadata.c */
extern bool lfdw_source_container(LfdwSearch *search, LfdwCredentials *found);
extern bool lfdw_source_instance(LfdwSearch *search, LfdwCredentials *found);

#endif							/* LFDW_CREDENTIAL_SOURCE_H */
