/*-------------------------------------------------------------------------
 *
 * json_pointer.h
 *		JSON Pointers (RFC 6901): the way to a value in a document.
 *
 * IDENTIFICATION
 *	  src/base/json_pointer.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JSON_POINTER_H
#define LFDW_JSON_POINTER_H

#include "base/base.h"

/* A JSON Pointer taken apart. */
typedef struct LfdwPointer
{
	int			ntokens;		/* 0: the whole document */
	char	  **tokens;			/* unescaped */
} LfdwPointer;

extern bool lfdw_pointer_parse(const char *text, LfdwPointer **pointer,
							   const char **why);
extern LfdwPointer *lfdw_pointer_to(const char *token);
extern void lfdw_pointer_append(StringInfo text, const char *token);
extern char *lfdw_pointer_dotted(const LfdwPointer *pointer);
extern bool lfdw_pointer_begins_with(const LfdwPointer *pointer,
									 const LfdwPointer *prefix);
extern bool lfdw_pointer_equal(const LfdwPointer *a, const LfdwPointer *b);
extern bool lfdw_pointer_is_index(const char *token);
extern bool lfdw_pointer_names_element(const char *token, int index);

#endif							/* LFDW_JSON_POINTER_H */
