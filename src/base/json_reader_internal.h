/*-------------------------------------------------------------------------
 *
 * json_reader_internal.h
 *		How json_reader.c reads strings, numbers and white space.
 *
 * Every scan_ and skip_ function takes the place to start at, and returns the
 * place behind what it read; or NULL, where the window ends too early or holds
 * no JSON.  reader->error tells these two apart.  None of them moves the
 * reader.
 *
 * Here are the short cases, to be inlined; the long and the wrong ones are in
 * json_scan.c.  Text is looked at a block at a time: 16 bytes with SSE2, else 8
 * bytes in a 64-bit word.  A block never reaches past the end of the window.
 *
 * IDENTIFICATION
 *	  src/base/json_reader_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JSON_READER_INTERNAL_H
#define LFDW_JSON_READER_INTERNAL_H

#include "base/json_reader.h"
#include "port/pg_bitutils.h"
#include "port/pg_bswap.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Errors that are found in more than one place. */
#define LFDW_JSON_INVALID_TOKEN	"invalid token"
#define LFDW_JSON_NO_NAME		"a member's name in quotes is missing"

#define is_digit(c)	((uint8) ((c) - '0') <= 9)
#define is_space(c)	((c) == ' ' || (c) == '\n' || (c) == '\r' || (c) == '\t')

extern const uint8 *lfdw_json_stop_bad(LfdwJsonReader *reader,
									   const uint8 *at, const char *error);
extern const uint8 *lfdw_json_stop_short(LfdwJsonReader *reader);
extern const uint8 *lfdw_json_skip_run(const uint8 *p, const uint8 *end);
extern const uint8 *lfdw_json_scan_text(LfdwJsonReader *reader,
										const uint8 *p, const uint8 *end,
										bool *escaped);
extern const uint8 *lfdw_json_scan_number(LfdwJsonReader *reader,
										  const uint8 *p, const uint8 *end);
extern const uint8 *lfdw_json_scan_literal(LfdwJsonReader *reader,
										   const uint8 *p, const uint8 *end,
										   const char *literal);
extern size_t lfdw_json_decode_escape(const char **p, char *dst);

/* Skips white space; most of the time there is none, or one space. */
static pg_attribute_always_inline const uint8 *
skip_space(const uint8 *p, const uint8 *end)
{
	if (p == end || *p > ' ' || !is_space(*p))
		return p;
	p++;
	if (p == end || *p > ' ' || !is_space(*p))
		return p;
	return lfdw_json_skip_run(p + 1, end);
}

/*
 * Finds the first byte of a string's text that is not plain: a quote, a
 * backslash, a control character, or one beyond ASCII.
 */
#ifdef __SSE2__

static inline uint32
special_bytes(const uint8 *p)
{
	__m128i		block = _mm_loadu_si128((const __m128i *) p);
	__m128i		found;

	/* signed, so that bytes from 0x80 are below a space as well */
	found = _mm_cmplt_epi8(block, _mm_set1_epi8(' '));
	found = _mm_or_si128(found, _mm_cmpeq_epi8(block, _mm_set1_epi8('"')));
	found = _mm_or_si128(found, _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
	return (uint32) _mm_movemask_epi8(found);
}

#define BLOCK_SIZE 16
#define first_special(mask)	pg_rightmost_one_pos32(mask)

#else

#define every_byte(c)	(UINT64CONST(0x0101010101010101) * (c))

static inline uint64
special_bytes(const uint8 *p)
{
	uint64		word;
	uint64		quote;
	uint64		backslash;

	memcpy(&word, p, 8);
#ifdef WORDS_BIGENDIAN
	word = pg_bswap64(word);
#endif

	/*
	 * A byte's high bit is set where subtracting borrows.  The lowest one is
	 * exact; those above it may be due to its borrow.
	 */
	quote = word ^ every_byte('"');
	backslash = word ^ every_byte('\\');
	return ((word - every_byte(' ')) | (quote - every_byte(1)) |
			(backslash - every_byte(1)) | word) & every_byte(0x80);
}

#define BLOCK_SIZE 8
#define first_special(mask)	(pg_rightmost_one_pos64(mask) >> 3)

#endif							/* __SSE2__ */

/* A string whose opening quote is at p. */
static pg_attribute_always_inline const uint8 *
scan_string(LfdwJsonReader *reader, const uint8 *p, const uint8 *end,
			LfdwJsonValue *value)
{
	const uint8 *text = p + 1;

	value->type = LFDW_JSON_STRING;
	value->escaped = false;
	value->text = (const char *) text;
	p = text;
	if (likely(end - p >= BLOCK_SIZE))
	{
		uint64		mask = special_bytes(p);

		p += mask != 0 ? first_special(mask) : BLOCK_SIZE;
	}
	if (p == end || *p != '"')
	{
		p = lfdw_json_scan_text(reader, p, end, &value->escaped);
		if (p == NULL)
			return NULL;
	}
	value->len = p - text;
	return p + 1;
}

/*
 * Makes sure that a number or a literal is not only the beginning of what is
 * there: its end is seen only once the byte behind it is.
 */
static pg_attribute_always_inline const uint8 *
scan_token_end(LfdwJsonReader *reader, const uint8 *p, const uint8 *end)
{
	if (unlikely(p == end))
		return reader->complete ? p : NULL;
	if (likely(*p == ',' || *p == '}' || *p == ']' || is_space(*p)))
		return p;
	return lfdw_json_stop_bad(reader, p, LFDW_JSON_INVALID_TOKEN);
}

/*
 * A number.  One without an exponent that is shorter than a block is read from
 * a mask of the digits in it; whatever else, and errors, are left to
 * lfdw_json_scan_number.
 */
static pg_attribute_always_inline const uint8 *
scan_number(LfdwJsonReader *reader, const uint8 *p, const uint8 *end)
{
#ifdef __SSE2__
	if (likely(end - p >= 16))
	{
		__m128i		block = _mm_loadu_si128((const __m128i *) p);
		uint32		other;
		int			first = *p == '-' ? 1 : 0;
		int			last;

		/* a digit minus '0' is 0 to 9, unsigned */
		block = _mm_sub_epi8(block, _mm_set1_epi8('0'));
		block = _mm_subs_epu8(block, _mm_set1_epi8(9));
		block = _mm_cmpeq_epi8(block, _mm_setzero_si128());
		other = ~(uint32) _mm_movemask_epi8(block) & ~(uint32) first;

		/* bits 16 and up are set, so that a search always ends */
		last = pg_rightmost_one_pos32(other);
		if (last > first && (p[first] != '0' || last == first + 1))
		{
			if (last < 16 && p[last] == '.')
			{
				int			point = last;

				other &= other - 1;
				last = pg_rightmost_one_pos32(other);
				if (last == point + 1)
					last = 16;
			}
			if (last < 16 &&
				(p[last] == ',' || p[last] == '}' || p[last] == ']' ||
				 is_space(p[last])))
				return p + last;
		}
	}
#endif
	return lfdw_json_scan_number(reader, p, end);
}

/* One of null, false and true; the byte at p is its first. */
static pg_attribute_always_inline const uint8 *
scan_literal(LfdwJsonReader *reader, const uint8 *p, const uint8 *end,
			 const char *literal, int len)
{
	if (likely(end - p > len && memcmp(p, literal, len) == 0))
		return scan_token_end(reader, p + len, end);
	return lfdw_json_scan_literal(reader, p, end, literal);
}

/* A number or a literal, or what is no value at all. */
static pg_attribute_always_inline const uint8 *
scan_token(LfdwJsonReader *reader, const uint8 *p, const uint8 *end,
		   LfdwJsonValue *value)
{
	const uint8 *start = p;

	value->escaped = false;
	value->text = (const char *) p;
	if (likely(is_digit(*p) || *p == '-'))
	{
		value->type = LFDW_JSON_NUMBER;
		p = scan_number(reader, p, end);
	}
	else if (*p == 't')
	{
		value->type = LFDW_JSON_TRUE;
		p = scan_literal(reader, p, end, "true", 4);
	}
	else if (*p == 'f')
	{
		value->type = LFDW_JSON_FALSE;
		p = scan_literal(reader, p, end, "false", 5);
	}
	else if (*p == 'n')
	{
		value->type = LFDW_JSON_NULL;
		p = scan_literal(reader, p, end, "null", 4);
	}
	else
		p = lfdw_json_stop_bad(reader, p, LFDW_JSON_INVALID_TOKEN);
	if (unlikely(p == NULL))
		return NULL;
	value->len = p - start;
	return p;
}

/* A member's name and the colon behind it. */
static pg_attribute_always_inline const uint8 *
scan_name(LfdwJsonReader *reader, const uint8 *p, const uint8 *end,
		  LfdwJsonValue *key)
{
	if (unlikely(p == end))
		return lfdw_json_stop_short(reader);
	if (unlikely(*p != '"'))
		return lfdw_json_stop_bad(reader, p, LFDW_JSON_NO_NAME);
	p = scan_string(reader, p, end, key);
	if (unlikely(p == NULL))
		return NULL;
	p = skip_space(p, end);
	if (unlikely(p == end))
		return lfdw_json_stop_short(reader);
	if (unlikely(*p != ':'))
		return lfdw_json_stop_bad(reader, p, "a colon is missing");
	return p + 1;
}

#endif							/* LFDW_JSON_READER_INTERNAL_H */
