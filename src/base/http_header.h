/*-------------------------------------------------------------------------
 *
 * http_header.h
 *		A header of an HTTP message: a plain type.
 *
 * IDENTIFICATION
 *	  src/base/http_header.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_HTTP_HEADER_H
#define LFDW_HTTP_HEADER_H

/* Whoever fills it owns the strings. */
typedef struct LfdwHeader
{
	const char *name;
	const char *value;
} LfdwHeader;

#endif							/* LFDW_HTTP_HEADER_H */
