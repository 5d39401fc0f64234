/*-------------------------------------------------------------------------
 *
 * search.c
 *		A search for credentials: what its sources share.
 *
 * IDENTIFICATION
 *	  src/credentials/search.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/aws_time.h"
#include "credentials/search.h"
#include "pg/message.h"

/*
 * Notes why a source, given in words, has no credentials.  Both are copied;
 * what a remote side said of it has been through lfdw_error_excerpt.
 */
void
lfdw_search_note(LfdwSearch *search, const char *source, const char *why)
{
	appendStringInfo(search->notes, "%s%s: %s",
					 search->notes->len > 0 ? "\n" : "", source, why);
}

/*
 * Takes credentials, palloc'd, from a document, or notes what it says instead.
 * An expiry that cannot be read counts as none.
 */
bool
lfdw_search_take_doc(LfdwSearch *search, const char *source,
					 const LfdwCredentialDoc *doc, LfdwCredentials *found)
{
	if (doc->access_key_id[0] == '\0' || doc->secret_access_key[0] == '\0')
	{
		lfdw_search_note(search, source, doc->code[0] || doc->message[0] ?
						 psprintf("%s %s",
								  lfdw_error_excerpt(doc->code, strlen(doc->code)),
								  lfdw_error_excerpt(doc->message, strlen(doc->message))) :
						 "the answer has no AccessKeyId and SecretAccessKey");
		return false;
	}
	found->access_key_id = pstrdup(doc->access_key_id);
	found->secret_access_key = pstrdup(doc->secret_access_key);
	found->session_token = doc->token[0] ? pstrdup(doc->token) : NULL;
	found->source = pstrdup(source);
	found->renewable = true;
	if (!lfdw_time_iso8601(doc->expiration, &found->expires_at))
		found->expires_at = 0;
	return true;
}
