/*-------------------------------------------------------------------------
 *
 * body_coding.h
 *		Codings of a body that an answer carries: base64, gzip.
 *
 * IDENTIFICATION
 *	  src/value/body_coding.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_BODY_CODING_H
#define LFDW_BODY_CODING_H

#include "postgres.h"

/* What a body may unpack to, where no option says how much. */
#define LFDW_UNPACKED_MAX (256 * 1024 * 1024)

extern char *lfdw_body_decode_base64(const char *text, size_t *len);
extern bool lfdw_body_is_gzip(const char *bytes, size_t len);
extern char *lfdw_body_unpack(const char *packed, size_t *len, size_t max,
							  const char *function);

#endif							/* LFDW_BODY_CODING_H */
