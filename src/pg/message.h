/*-------------------------------------------------------------------------
 *
 * message.h
 *		Remote failures become PostgreSQL's errors.
 *
 * IDENTIFICATION
 *	  src/pg/message.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_MESSAGE_H
#define LFDW_MESSAGE_H

#include "postgres.h"

#include "base/aws_error.h"

/* An excerpt of an answer shows at most this many characters. */
#define LFDW_EXCERPT_MAX 200

/* A message that a function or AWS wrote shows at most this many. */
#define LFDW_MESSAGE_MAX 1000

extern char *lfdw_error_text(const char *bytes, size_t len, int max_chars);
extern char *lfdw_error_excerpt(const char *bytes, size_t len);
extern int	lfdw_error_sqlstate(LfdwAwsErrorClass class);
extern int	lfdw_error_json_sqlstate(const char *error);
extern void lfdw_error_report_own(const char *function, const char *bytes,
								  size_t len);
extern void lfdw_error_report_raised(const char *function, const char *bytes,
									 size_t len);

#endif							/* LFDW_MESSAGE_H */
