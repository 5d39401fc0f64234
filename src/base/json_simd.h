/*-------------------------------------------------------------------------
 *
 * json_simd.h
 *		What the bytes of JSON are, a block of 64 at a time.
 *
 * IDENTIFICATION
 *	  src/base/json_simd.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JSON_SIMD_H
#define LFDW_JSON_SIMD_H

#include "base/base.h"

#define LFDW_JSON_BLOCK 64

/*
 * What the bytes of a block are: bit i is for the byte at start + i.  A block
 * that the text's end cuts off goes on as if there were zero bytes, which are
 * special and neither digits nor white space, so that whoever looks for the end
 * of something finds the end of the text.
 */
typedef struct LfdwJsonBlock
{
	const uint8 *start;			/* NULL: none was looked at */
	uint64		special;		/* what ends plain text in a string: quotes,
								 * backslashes, control characters, bytes
								 * beyond ASCII */
	uint64		digits;
	uint64		spaces;			/* white space of JSON */
} LfdwJsonBlock;

/* One way to look at bytes; all of them see the same. */
typedef struct LfdwJsonSimd
{
	const char *name;

	/* Looks at what begins at p, as far as the text goes, which ends at end. */
	void		(*look) (LfdwJsonBlock *block, const uint8 *p,
						 const uint8 *end);

	/* Passes over whole blocks without special bytes. */
	const uint8 *(*skip_plain) (const uint8 *p, const uint8 *end);
} LfdwJsonSimd;

/* What this machine is best at. */
extern PGDLLIMPORT const LfdwJsonSimd *lfdw_json_simd;

extern const LfdwJsonSimd *lfdw_json_simd_twin(int i);

#endif							/* LFDW_JSON_SIMD_H */
