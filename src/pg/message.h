/*-------------------------------------------------------------------------
 *
 * message.h
 *		Remote bytes made fit for messages; statements kept out of the log.
 *
 * IDENTIFICATION
 *	  src/pg/message.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_MESSAGE_H
#define LFDW_MESSAGE_H

#include "postgres.h"

/* An excerpt of an answer shows at most this many characters. */
#define LFDW_EXCERPT_MAX 200

/* A message that a function or AWS wrote shows at most this many. */
#define LFDW_MESSAGE_MAX 1000

extern char *lfdw_error_text(const char *bytes, size_t len, int max_chars);
extern char *lfdw_error_excerpt(const char *bytes, size_t len);
extern void lfdw_error_ascii(char *copy, const char *text, size_t size);
extern int	lfdw_error_json_sqlstate(const char *error);
extern void lfdw_error_hide_statement(void *arg);

#endif							/* LFDW_MESSAGE_H */
