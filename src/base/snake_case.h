/*-------------------------------------------------------------------------
 *
 * snake_case.h
 *		Names as SQL writes them, of names as JSON has them.
 *
 * IDENTIFICATION
 *	  src/base/snake_case.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SNAKE_CASE_H
#define LFDW_SNAKE_CASE_H

#include "base/base.h"

/* What lfdw_snake_case may write for a name of len bytes. */
#define lfdw_snake_case_room(len) (2 * (len) + 2)

extern size_t lfdw_snake_case(const char *name, size_t len, char *dst);
extern size_t lfdw_name_letters(const char *name, size_t len, char *dst);

#endif							/* LFDW_SNAKE_CASE_H */
