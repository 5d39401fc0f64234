/*-------------------------------------------------------------------------
 *
 * link_header.h
 *		The Link header of HTTP (RFC 8288).
 *
 * IDENTIFICATION
 *	  src/base/link_header.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_LINK_HEADER_H
#define LFDW_LINK_HEADER_H

#include "base/base.h"

extern bool lfdw_link_find(const char *value, size_t len, const char *rel,
						   const char **url, size_t *url_len);

#endif							/* LFDW_LINK_HEADER_H */
