/*-------------------------------------------------------------------------
 *
 * uri.h
 *		URLs and percent-encoding (RFC 3986).
 *
 * IDENTIFICATION
 *	  src/base/uri.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_URI_H
#define LFDW_URI_H

#include "base/base.h"

/* An endpoint taken apart; the strings are palloc'd. */
typedef struct LfdwUrl
{
	bool		https;			/* else plain http */
	char	   *host;			/* lower case; an IPv6 address in brackets */
	int			port;			/* the scheme's own where none is given */
	char	   *authority;		/* the Host header: host, port if not default */
	char	   *path;			/* without a trailing slash; "" for the root */
} LfdwUrl;

extern bool lfdw_url_parse(const char *text, LfdwUrl *url, const char **why);
extern bool lfdw_url_host_is_loopback(const LfdwUrl *url);
extern void lfdw_uri_encode(StringInfo out, const char *text, size_t len,
							bool keep_slash);
extern bool lfdw_uri_decode(StringInfo out, const char *text, size_t len,
							bool plus_is_blank);

#endif							/* LFDW_URI_H */
