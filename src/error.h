/*-------------------------------------------------------------------------
 *
 * error.h
 *		What remote bytes pass through before they reach a message.
 *
 * IDENTIFICATION
 *	  src/error.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ERROR_H
#define LFDW_ERROR_H

#include "postgres.h"

/* No message shows more than this many characters of an answer. */
#define LFDW_EXCERPT_MAX 200

extern char *lfdw_error_excerpt(const char *bytes, size_t len);

#endif							/* LFDW_ERROR_H */
