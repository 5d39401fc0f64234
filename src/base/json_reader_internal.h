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
 * Bytes are looked at in blocks of 64 (json_simd.c), and what they are is kept
 * in the reader as masks.  A block starts wherever somebody had to look, so the
 * end of a short string or number, whose place the next one depends on, is most
 * of the time found by a shift and a count of bits.  All that is found stays
 * true wherever the reader goes from there: a mask says what bytes are, not
 * what they mean.
 *
 * Here are the short cases, to be inlined; the long and the wrong ones are in
 * json_scan.c.
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

/* Errors that are found in more than one place. */
#define LFDW_JSON_INVALID_TOKEN	"invalid token"
#define LFDW_JSON_NO_NAME		"a member's name in quotes is missing"

#define is_digit(c)	((uint8) ((c) - '0') <= 9)
#define is_space(c)	((c) == ' ' || (c) == '\n' || (c) == '\r' || (c) == '\t')

extern const uint8 *lfdw_json_stop_bad(LfdwJsonReader *reader,
									   const uint8 *at, const char *error);
extern const uint8 *lfdw_json_stop_short(LfdwJsonReader *reader);
extern const uint8 *lfdw_json_stop_comma(LfdwJsonReader *reader,
										 const uint8 *p, uint8 closer);
extern const uint8 *lfdw_json_scan_container(LfdwJsonReader *reader,
											 const uint8 *p, const uint8 *end,
											 uint8 inside);
extern const uint8 *lfdw_json_skip_run(LfdwJsonReader *reader,
									   const uint8 *p, const uint8 *end);
extern const uint8 *lfdw_json_find_special(LfdwJsonReader *reader,
										   const uint8 *end);
extern const uint8 *lfdw_json_scan_text(LfdwJsonReader *reader,
										const uint8 *p, const uint8 *end,
										bool *escaped);
extern const uint8 *lfdw_json_scan_number(LfdwJsonReader *reader,
										  const uint8 *p, const uint8 *end);
extern const uint8 *lfdw_json_scan_literal(LfdwJsonReader *reader,
										   const uint8 *p, const uint8 *end,
										   const char *literal);
extern size_t lfdw_json_decode_escape(const char **p, char *dst);

/* Where a place is in the block that was looked at last, or beyond. */
static inline size_t
place_in_block(const LfdwJsonReader *reader, const uint8 *p)
{
	return (uintptr_t) p - (uintptr_t) reader->block.start;
}

/*
 * Looks at the next block, or at one from p on where p is beyond that; returns
 * where p is in it.  That the next block follows from the last one alone, not
 * from p, lets the processor look at it while it still looks for p.
 */
static pg_attribute_always_inline size_t
look_further(LfdwJsonReader *reader, const uint8 *p, const uint8 *end)
{
	const uint8 *next = reader->block.start + LFDW_JSON_BLOCK;

	if (likely((uintptr_t) p - (uintptr_t) next < LFDW_JSON_BLOCK))
	{
		lfdw_json_simd->look(&reader->block, next, end);
		return p - next;
	}
	lfdw_json_simd->look(&reader->block, p, end);
	return 0;
}

/* Where a place is in a block that is looked at if it was not. */
static pg_attribute_always_inline size_t
look_at(LfdwJsonReader *reader, const uint8 *p, const uint8 *end)
{
	size_t		place = place_in_block(reader, p);

	return likely(place < LFDW_JSON_BLOCK) ? place : look_further(reader, p, end);
}

/* Skips white space; most of the time there is none, or one space. */
static pg_attribute_always_inline const uint8 *
skip_space(LfdwJsonReader *reader, const uint8 *p, const uint8 *end)
{
	if (p == end || *p > ' ' || !is_space(*p))
		return p;
	p++;
	if (p == end || *p > ' ' || !is_space(*p))
		return p;
	return lfdw_json_skip_run(reader, p + 1, end);
}

/* The first byte from p on that is special, or the window's end. */
static pg_attribute_always_inline const uint8 *
find_special(LfdwJsonReader *reader, const uint8 *p, const uint8 *end)
{
	size_t		place = look_at(reader, p, end);
	uint64		special = reader->block.special >> place;

	if (likely(special != 0))
		return p + pg_rightmost_one_pos64(special);
	return lfdw_json_find_special(reader, end);
}

/* A string whose opening quote is at p. */
static pg_attribute_always_inline const uint8 *
scan_string(LfdwJsonReader *reader, const uint8 *p, const uint8 *end,
			LfdwJsonValue *value)
{
	const uint8 *text = p + 1;

	value->type = LFDW_JSON_STRING;
	value->escaped = false;
	value->text = (const char *) text;
	p = find_special(reader, text, end);
	if (unlikely(p == end || *p != '"'))
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

/* The place, if a number or a literal can end there; else NULL. */
static pg_attribute_always_inline const uint8 *
scan_plain_end(const uint8 *p)
{
	return likely(*p == ',' || *p == '}' || *p == ']' || is_space(*p)) ? p : NULL;
}

/*
 * A number without an exponent, from the mask of the digits in its block: its first
 * digit is at p.  NULL where that does not tell, or there is none.
 */
static pg_attribute_always_inline const uint8 *
scan_plain_digits(LfdwJsonReader *reader, const uint8 *p,
				  const uint8 *end)
{
	size_t		place = look_at(reader, p, end);

	/* at the top bits are set, so that there are two to be found */
	uint64		others = ~(reader->block.digits >> place) | UINT64CONST(3) << 62;
	size_t		last = pg_rightmost_one_pos64(others);

	if (unlikely(end - p <= (ptrdiff_t) last || last == 0 ||
				 (*p == '0' && last > 1)))
		return NULL;
	if (p[last] == '.')
	{
		size_t		point = last;

		others &= others - 1;
		last = pg_rightmost_one_pos64(others);
		if (unlikely(end - p <= (ptrdiff_t) last || last == point + 1))
			return NULL;
	}
	return scan_plain_end(p + last);
}

/* A number; its first byte, a sign or a digit, is at p. */
static pg_attribute_always_inline const uint8 *
scan_number(LfdwJsonReader *reader, const uint8 *p, const uint8 *end)
{
	const uint8 *digits = *p == '-' ? p + 1 : p;
	const uint8 *behind = scan_plain_digits(reader, digits, end);

	return likely(behind != NULL) ? behind :
		lfdw_json_scan_number(reader, p, end);
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

/*
 * The end of a plain string's text, that is, of one without escapes, in ASCII; NULL
 * where it is none.
 */
static pg_attribute_always_inline const uint8 *
find_quote(LfdwJsonReader *reader, const uint8 *text, const uint8 *end)
{
	const uint8 *p = find_special(reader, text, end);

	return likely(p < end && *p == '"') ? p : NULL;
}

/*
 * A member's plain name and the colon right behind it, with the comma before it
 * unless it is the first, and at most a space before each of them.  NULL where
 * there is anything else, right or wrong.
 */
static pg_attribute_always_inline const uint8 *
scan_plain_name(LfdwJsonReader *reader, const uint8 *p, const uint8 *end,
				bool first, LfdwJsonValue *key)
{
	const uint8 *text;

	if (unlikely(end - p < 4))
		return NULL;
	if (!first && *p++ != ',')
		return NULL;
	if (*p == ' ')
		p++;
	if (unlikely(*p != '"'))
		return NULL;
	text = p + 1;
	p = find_quote(reader, text, end);
	if (unlikely(p == NULL || end - p < 2 || p[1] != ':'))
		return NULL;
	key->type = LFDW_JSON_STRING;
	key->escaped = false;
	key->text = (const char *) text;
	key->len = p - text;
	return p + 2;
}

/*
 * A plain string, a number without an exponent, or a literal, with at most a space
 * before it.  NULL where there is anything else, right or wrong.
 */
static pg_attribute_always_inline const uint8 *
scan_plain_value(LfdwJsonReader *reader, const uint8 *p, const uint8 *end,
				 LfdwJsonValue *value)
{
	const uint8 *start;

	if (unlikely(end - p < 2))
		return NULL;
	if (*p == ' ')
		p++;
	value->escaped = false;
	start = p;
	if (*p == '"')
	{
		start++;
		p = find_quote(reader, start, end);
		if (unlikely(p == NULL))
			return NULL;
		value->type = LFDW_JSON_STRING;
		value->text = (const char *) start;
		value->len = p - start;
		return p + 1;
	}
	if (likely(is_digit(*p)))
	{
		value->type = LFDW_JSON_NUMBER;
		p = scan_plain_digits(reader, p, end);
	}
	else if (end - p < 6)
		return NULL;
	else if (*p == 't' && memcmp(p, "true", 4) == 0)
	{
		value->type = LFDW_JSON_TRUE;
		p = scan_plain_end(p + 4);
	}
	else if (*p == 'f' && memcmp(p, "false", 5) == 0)
	{
		value->type = LFDW_JSON_FALSE;
		p = scan_plain_end(p + 5);
	}
	else if (*p == 'n' && memcmp(p, "null", 4) == 0)
	{
		value->type = LFDW_JSON_NULL;
		p = scan_plain_end(p + 4);
	}
	else
		return NULL;
	value->text = (const char *) start;
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
	p = skip_space(reader, p, end);
	if (unlikely(p == end))
		return lfdw_json_stop_short(reader);
	if (unlikely(*p != ':'))
		return lfdw_json_stop_bad(reader, p, "a colon is missing");
	return p + 1;
}

#endif							/* LFDW_JSON_READER_INTERNAL_H */
