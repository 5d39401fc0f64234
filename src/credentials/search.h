/*-------------------------------------------------------------------------
 *
 * search.h
 *		A search for credentials: what its sources share.
 *
 * IDENTIFICATION
 *	  src/credentials/search.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SEARCH_H
#define LFDW_SEARCH_H

#include "postgres.h"

#include "lib/stringinfo.h"

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

extern void lfdw_search_note(LfdwSearch *search, const char *source,
							 const char *why);
extern bool lfdw_search_take_doc(LfdwSearch *search, const char *source,
								 const LfdwCredentialDoc *doc,
								 LfdwCredentials *found);

#endif							/* LFDW_SEARCH_H */
