/*-------------------------------------------------------------------------
 *
 * json_scan.c
 *		The long and the wrong cases of what json_reader_internal.h reads.
 *
 * IDENTIFICATION
 *	  src/base/json_scan.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/hex.h"
#include "base/json_reader_internal.h"

/* Notes what is wrong (static text) at a place.  Returns NULL. */
const uint8 *
lfdw_json_stop_bad(LfdwJsonReader *reader, const uint8 *at, const char *error)
{
	reader->error = error;
	reader->error_at = reader->offset + (at - (const uint8 *) reader->data);
	return NULL;
}

/*
 * The window ends too early, which is an error if the text ends there too.
 * Returns NULL.
 */
const uint8 *
lfdw_json_stop_short(LfdwJsonReader *reader)
{
	if (reader->complete)
		return lfdw_json_stop_bad(reader,
								  (const uint8 *) reader->data + reader->len,
								  "unexpected end of input");
	return NULL;
}

/* Behind a value there is neither a comma nor what closes its container. */
const uint8 *
lfdw_json_stop_comma(LfdwJsonReader *reader, const uint8 *p, uint8 closer)
{
	return lfdw_json_stop_bad(reader, p, closer == '}' ?
							  "a comma or a closing brace is missing" :
							  "a comma or a closing bracket is missing");
}

/* Skips a run of white space of any length. */
const uint8 *
lfdw_json_skip_run(LfdwJsonReader *reader, const uint8 *p, const uint8 *end)
{
	while (p < end)
	{
		size_t		place = look_at(reader, p, end);
		uint64		others = ~reader->block.spaces >> place;

		if (others != 0)
			return p + pg_rightmost_one_pos64(others);
		p += LFDW_JSON_BLOCK - place;
	}
	return p;
}

/* The first special byte behind the block that was looked at last. */
const uint8 *
lfdw_json_find_special(LfdwJsonReader *reader, const uint8 *end)
{
	const uint8 *p = reader->block.start + LFDW_JSON_BLOCK;

	lfdw_json_simd->look(&reader->block, p, end);
	if (unlikely(reader->block.special == 0))
	{
		p = lfdw_json_simd->skip_plain(p, end);
		lfdw_json_simd->look(&reader->block, p, end);
	}
	return p + pg_rightmost_one_pos64(reader->block.special);
}

/*
 * One character beyond ASCII, by the rules of pg_utf8_islegal: the shortest
 * form, no surrogates, nothing above U+10FFFF.  What is wrong is reported at
 * the character's first byte.
 */
static const uint8 *
scan_utf8(LfdwJsonReader *reader, const uint8 *p, const uint8 *end)
{
	uint8		lead = *p;
	uint8		low = 0x80;
	uint8		high = 0xBF;
	int			len;

	if (lead < 0xC2 || lead > 0xF4)
		return lfdw_json_stop_bad(reader, p, LFDW_JSON_BAD_UTF8);
	len = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
	if (lead == 0xE0)
		low = 0xA0;
	else if (lead == 0xED)
		high = 0x9F;
	else if (lead == 0xF0)
		low = 0x90;
	else if (lead == 0xF4)
		high = 0x8F;

	for (int i = 1; i < len; i++)
	{
		if (p + i == end)
			return lfdw_json_stop_short(reader);
		if (p[i] < low || p[i] > high)
			return lfdw_json_stop_bad(reader, p, LFDW_JSON_BAD_UTF8);
		low = 0x80;
		high = 0xBF;
	}
	return p + len;
}

/* The UTF-16 unit that four digits, known to be such, stand for. */
static inline uint32
hex_unit(const uint8 *p)
{
	return (uint32) (lfdw_hex_value(p[0]) << 12 | lfdw_hex_value(p[1]) << 8 |
					 lfdw_hex_value(p[2]) << 4 | lfdw_hex_value(p[3]));
}

/* Four digits behind a \u. */
static const uint8 *
scan_hex_unit(LfdwJsonReader *reader, const uint8 *p, const uint8 *end)
{
	for (int i = 0; i < 4; i++)
	{
		if (p + i == end)
			return lfdw_json_stop_short(reader);
		if (lfdw_hex_value(p[i]) < 0)
			return lfdw_json_stop_bad(reader, p + i, "invalid hexadecimal digit in a \\u escape");
	}
	return p + 4;
}

/* The second half of a surrogate pair whose first half starts at first. */
static const uint8 *
scan_low_surrogate(LfdwJsonReader *reader, const uint8 *first, const uint8 *end)
{
	const uint8 *p = first + 6;

	for (int i = 0; i < 2; i++)
	{
		if (p + i == end)
			return lfdw_json_stop_short(reader);
		if (p[i] != "\\u"[i])
			return lfdw_json_stop_bad(reader, first, "unpaired surrogate in a \\u escape");
	}
	if (scan_hex_unit(reader, p + 2, end) == NULL)
		return NULL;
	if ((hex_unit(p + 2) & 0xFC00) != 0xDC00)
		return lfdw_json_stop_bad(reader, first, "unpaired surrogate in a \\u escape");
	return p + 6;
}

/* An escape, or a pair of them; p is at the backslash. */
static const uint8 *
scan_escape(LfdwJsonReader *reader, const uint8 *p, const uint8 *end)
{
	uint32		unit;

	if (p + 1 == end)
		return lfdw_json_stop_short(reader);
	switch (p[1])
	{
		case '"':
		case '\\':
		case '/':
		case 'b':
		case 'f':
		case 'n':
		case 'r':
		case 't':
			return p + 2;
		case 'u':
			break;
		default:
			return lfdw_json_stop_bad(reader, p + 1, "invalid escape in a string");
	}

	if (scan_hex_unit(reader, p + 2, end) == NULL)
		return NULL;
	unit = hex_unit(p + 2);
	if (unit == 0)
		return lfdw_json_stop_bad(reader, p, LFDW_JSON_NUL);
	if ((unit & 0xF800) != 0xD800)
		return p + 6;
	if (unit >= 0xDC00)
		return lfdw_json_stop_bad(reader, p, "unpaired surrogate in a \\u escape");
	return scan_low_surrogate(reader, p, end);
}

/*
 * A run of characters beyond ASCII.  Those of two and three bytes are told from
 * four bytes at once; what else there is, and what is wrong, by scan_utf8.
 */
static const uint8 *
scan_beyond_ascii(LfdwJsonReader *reader, const uint8 *p, const uint8 *end)
{
	do
	{
		if (likely(end - p >= 4))
		{
			uint32		b0 = p[0];
			uint32		rest = ((uint32) p[1] << 8 | p[2]) & 0xC0C0;

			if (b0 >= 0xC2 && b0 < 0xE0 && (rest & 0xC000) == 0x8000)
			{
				p += 2;
				continue;
			}
			if (b0 > 0xE0 && b0 < 0xF0 && b0 != 0xED && rest == 0x8080)
			{
				p += 3;
				continue;
			}
		}
		p = scan_utf8(reader, p, end);
		if (p == NULL)
			return NULL;
	} while (p < end && *p >= 0x80);
	return p;
}

/*
 * Validates a string's text from p to its closing quote, whose place it
 * returns.  Sets *escaped where there is a backslash; does not clear it.
 */
const uint8 *
lfdw_json_scan_text(LfdwJsonReader *reader, const uint8 *p, const uint8 *end,
					bool *escaped)
{
	for (;;)
	{
		p = find_special(reader, p, end);
		if (p == end)
			return lfdw_json_stop_short(reader);
		if (*p == '"')
			return p;
		if (*p == '\\')
		{
			*escaped = true;
			p = scan_escape(reader, p, end);
		}
		else if (*p >= 0x80)
			p = scan_beyond_ascii(reader, p, end);
		else
			return lfdw_json_stop_bad(reader, p, "control character in a string");
		if (p == NULL)
			return NULL;
	}
}

/* One digit or more. */
static const uint8 *
scan_digits(LfdwJsonReader *reader, const uint8 *p, const uint8 *end)
{
	if (p == end)
		return lfdw_json_stop_short(reader);
	if (!is_digit(*p))
		return lfdw_json_stop_bad(reader, p, "invalid number");
	while (p < end)
	{
		size_t		place = look_at(reader, p, end);
		uint64		others = ~reader->block.digits >> place;

		if (others != 0)
			return p + pg_rightmost_one_pos64(others);
		p += LFDW_JSON_BLOCK - place;
	}
	return p;
}

/* A number of any form and length, with RFC 8259's grammar. */
const uint8 *
lfdw_json_scan_number(LfdwJsonReader *reader, const uint8 *p, const uint8 *end)
{
	const uint8 *digits = *p == '-' ? p + 1 : p;

	p = scan_digits(reader, digits, end);
	if (p != NULL && *digits == '0' && p - digits > 1)
		return lfdw_json_stop_bad(reader, digits, "leading zero in a number");
	if (p != NULL && p < end && *p == '.')
		p = scan_digits(reader, p + 1, end);
	if (p != NULL && p < end && (*p == 'e' || *p == 'E'))
	{
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		p = scan_digits(reader, p, end);
	}
	return p == NULL ? NULL : scan_token_end(reader, p, end);
}

/*
 * The literal that the byte at p begins, and that is not all there: it is cut
 * off by the window's end, or is something else.
 */
const uint8 *
lfdw_json_scan_literal(LfdwJsonReader *reader, const uint8 *p, const uint8 *end,
					   const char *literal)
{
	size_t		len = strlen(literal);
	size_t		there = Min(len, (size_t) (end - p));

	for (size_t i = 1; i < there; i++)
	{
		if (p[i] != (uint8) literal[i])
			return lfdw_json_stop_bad(reader, p + i, LFDW_JSON_INVALID_TOKEN);
	}
	if (there < len)
		return lfdw_json_stop_short(reader);
	return scan_token_end(reader, p + len, end);
}

/* Writes a code point as UTF-8; returns how many bytes that takes. */
static size_t
encode_utf8(uint32 c, char *dst)
{
	if (c < 0x80)
	{
		dst[0] = (char) c;
		return 1;
	}
	if (c < 0x800)
	{
		dst[0] = (char) (0xC0 | c >> 6);
		dst[1] = (char) (0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000)
	{
		dst[0] = (char) (0xE0 | c >> 12);
		dst[1] = (char) (0x80 | (c >> 6 & 0x3F));
		dst[2] = (char) (0x80 | (c & 0x3F));
		return 3;
	}
	dst[0] = (char) (0xF0 | c >> 18);
	dst[1] = (char) (0x80 | (c >> 12 & 0x3F));
	dst[2] = (char) (0x80 | (c >> 6 & 0x3F));
	dst[3] = (char) (0x80 | (c & 0x3F));
	return 4;
}

/*
 * Decodes the escape at *p, or the pair of a surrogate pair, which
 * lfdw_json_scan_text has accepted, and moves *p behind it.  Writes at most
 * four bytes of UTF-8 to dst and returns how many.
 */
size_t
lfdw_json_decode_escape(const char **p, char *dst)
{
	const uint8 *escape = (const uint8 *) *p;
	uint32		unit;

	*p += 2;
	switch (escape[1])
	{
		case 'b':
			*dst = '\b';
			return 1;
		case 'f':
			*dst = '\f';
			return 1;
		case 'n':
			*dst = '\n';
			return 1;
		case 'r':
			*dst = '\r';
			return 1;
		case 't':
			*dst = '\t';
			return 1;
		case 'u':
			break;
		default:
			*dst = (char) escape[1];
			return 1;
	}

	unit = hex_unit(escape + 2);
	*p += 4;
	if ((unit & 0xFC00) == 0xD800)
	{
		unit = 0x10000 + ((unit & 0x3FF) << 10) + (hex_unit(escape + 8) & 0x3FF);
		*p += 6;
	}
	return encode_utf8(unit, dst);
}
