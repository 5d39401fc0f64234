/*-------------------------------------------------------------------------
 *
 * byte_word.h
 *		Several bytes of a text in one word, to look at all of them at once.
 *
 * IDENTIFICATION
 *	  src/base/byte_word.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_BYTE_WORD_H
#define LFDW_BYTE_WORD_H

#include "base/base.h"

#include "port/pg_bswap.h"

/* A word of eight bytes that are all the same. */
#define LFDW_EVERY_BYTE(c)	(UINT64CONST(0x0101010101010101) * (c))

/* The eight bytes at p, the first of them lowest. */
static inline uint64
lfdw_load_eight(const void *p)
{
	uint64		word;

	memcpy(&word, p, 8);
#ifdef WORDS_BIGENDIAN
	word = pg_bswap64(word);
#endif
	return word;
}

/* The four bytes at p, the first of them lowest. */
static inline uint64
lfdw_load_four(const void *p)
{
	uint32		four;

	memcpy(&four, p, 4);
#ifdef WORDS_BIGENDIAN
	four = pg_bswap32(four);
#endif
	return four;
}

#endif							/* LFDW_BYTE_WORD_H */
