/*-------------------------------------------------------------------------
 *
 * json_reader.c
 *		A strict pull reader of JSON (RFC 8259) over a growing window of bytes.
 *
 * The hot path of a scan: nothing is allocated, copied or recursed into.  The
 * reader moves, leaving errors aside, only once a call has succeeded.
 *
 * IDENTIFICATION
 *	  src/base/json_reader.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/json_reader.h"
#include "base/json_reader_internal.h"

/* Where the next byte to read is, and the end of the window. */
#define place_of(reader)	((const uint8 *) (reader)->data + (reader)->pos)
#define end_of(reader)		((const uint8 *) (reader)->data + (reader)->len)

/* What a call returns once a scan has returned NULL. */
static inline LfdwJsonStatus
stopped(const LfdwJsonReader *reader)
{
	return reader->error ? LFDW_JSON_BAD : LFDW_JSON_MORE;
}

static inline void
move_to(LfdwJsonReader *reader, const uint8 *p)
{
	reader->pos = p - (const uint8 *) reader->data;
}

/*
 * Starts to read a text.  The window is the caller's, len bytes at data; with
 * complete there is no more to come.  The reader holds no memory of its own.
 */
void
lfdw_json_init(LfdwJsonReader *reader, const char *data, size_t len,
			   bool complete)
{
	memset(reader, 0, sizeof(*reader));
	lfdw_json_feed(reader, data, len, complete);
}

/*
 * Shows the reader a window that starts at the same byte of the text as the
 * one before and is at least as long, possibly elsewhere in memory.
 */
void
lfdw_json_feed(LfdwJsonReader *reader, const char *data, size_t len,
			   bool complete)
{
	size_t		looked = place_in_block(reader, (const uint8 *) reader->data);

	Assert(len >= reader->pos);

	/* what was looked at stays true where it stays, and has not grown */
	if (data != reader->data || -looked + LFDW_JSON_BLOCK > reader->len)
		reader->block.start = NULL;
	reader->data = data;
	reader->len = len;
	reader->complete = complete;
}

/*
 * Tells the reader that the first len bytes of its window were dropped, all of
 * which it must have read (len <= pos).  The window then is what is left of
 * it, at data + len; offset grows so that error_at goes on counting from the
 * beginning of the text.  If the bytes move or are gone, lfdw_json_feed has to
 * follow before anything is read.  Values and checkpoints from before are void.
 */
void
lfdw_json_discard(LfdwJsonReader *reader, size_t len)
{
	Assert(len <= reader->pos);

	reader->data += len;
	reader->len -= len;
	reader->pos -= len;
	reader->offset += len;
}

/*
 * Skips white space and tells, from its first byte alone, what the next value
 * is.  Returns LFDW_JSON_END where only white space is left of the text,
 * LFDW_JSON_MORE (having skipped what there is) where the window ends first,
 * and LFDW_JSON_BAD where no value starts with such a byte.
 */
LfdwJsonStatus
lfdw_json_peek(LfdwJsonReader *reader, LfdwJsonType *type)
{
	const uint8 *end = end_of(reader);
	const uint8 *p = skip_space(reader, place_of(reader), end);

	move_to(reader, p);
	if (p == end)
		return reader->complete ? LFDW_JSON_END : LFDW_JSON_MORE;
	if (*p == '{')
		*type = LFDW_JSON_OBJECT;
	else if (*p == '[')
		*type = LFDW_JSON_ARRAY;
	else if (*p == '"')
		*type = LFDW_JSON_STRING;
	else if (*p == '-' || is_digit(*p))
		*type = LFDW_JSON_NUMBER;
	else if (*p == 't')
		*type = LFDW_JSON_TRUE;
	else if (*p == 'f')
		*type = LFDW_JSON_FALSE;
	else if (*p == 'n')
		*type = LFDW_JSON_NULL;
	else
	{
		lfdw_json_stop_bad(reader, p, LFDW_JSON_INVALID_TOKEN);
		return LFDW_JSON_BAD;
	}
	return LFDW_JSON_OK;
}

/* What is no plain value, or was not looked at yet. */
static pg_noinline LfdwJsonStatus
read_value(LfdwJsonReader *reader, LfdwJsonValue *value)
{
	const uint8 *end = end_of(reader);
	const uint8 *p = skip_space(reader, place_of(reader), end);

	if (unlikely(p == end))
		p = lfdw_json_stop_short(reader);
	else if (*p == '"')
		p = scan_string(reader, p, end, value);
	else if (*p != '{' && *p != '[')
		p = scan_token(reader, p, end, value);
	else
	{
		value->type = *p == '{' ? LFDW_JSON_OBJECT : LFDW_JSON_ARRAY;
		value->escaped = false;
		value->text = (const char *) p;
		p = lfdw_json_scan_container(reader, p, end, 0);
		if (p != NULL)
			value->len = (const char *) p - value->text;
	}
	if (unlikely(p == NULL))
		return stopped(reader);
	move_to(reader, p);
	return LFDW_JSON_OK;
}

/*
 * Reads the whole of the next value, whatever it is, and validates all of it.
 * *value points into the window.  Returns LFDW_JSON_OK, _MORE or _BAD; a text
 * that ends before any value is bad.
 */
LfdwJsonStatus
lfdw_json_value(LfdwJsonReader *reader, LfdwJsonValue *value)
{
	const uint8 *p = scan_plain_value(reader, place_of(reader),
									  end_of(reader), value);

	if (unlikely(p == NULL))
		return read_value(reader, value);
	move_to(reader, p);
	return LFDW_JSON_OK;
}

/*
 * Goes into the object or array that is next; lfdw_json_member or
 * lfdw_json_element then has to be called until it returns LFDW_JSON_END.
 * Returns LFDW_JSON_BAD if the next value is neither, or nested deeper than
 * LFDW_JSON_MAX_DEPTH.
 */
LfdwJsonStatus
lfdw_json_enter(LfdwJsonReader *reader)
{
	const uint8 *end = end_of(reader);
	const uint8 *p = skip_space(reader, place_of(reader), end);

	if (p == end)
		p = lfdw_json_stop_short(reader);
	else if (*p != '{' && *p != '[')
		p = lfdw_json_stop_bad(reader, p, "an object or an array is missing");
	else if (reader->depth == LFDW_JSON_MAX_DEPTH)
		p = lfdw_json_stop_bad(reader, p, LFDW_JSON_TOO_DEEP);
	if (p == NULL)
		return stopped(reader);
	move_to(reader, p + 1);
	reader->depth++;
	reader->first = true;
	return LFDW_JSON_OK;
}

/* Goes out of the container whose closing bracket is at p. */
static inline LfdwJsonStatus
leave(LfdwJsonReader *reader, const uint8 *p)
{
	Assert(reader->depth > 0);

	move_to(reader, p + 1);
	reader->depth--;
	reader->first = false;
	return LFDW_JSON_END;
}

/* Finds the next member or element, or what closes the container. */
static pg_attribute_always_inline const uint8 *
scan_to_item(LfdwJsonReader *reader, const uint8 *end, uint8 closer)
{
	const uint8 *p = skip_space(reader, place_of(reader), end);

	if (unlikely(p == end))
		return lfdw_json_stop_short(reader);
	if (*p == closer || reader->first)
		return p;
	if (unlikely(*p != ','))
		return lfdw_json_stop_comma(reader, p, closer);
	p = skip_space(reader, p + 1, end);
	if (unlikely(p == end))
		return lfdw_json_stop_short(reader);
	if (unlikely(*p == closer))
		return lfdw_json_stop_bad(reader, p, closer == '}' ?
								  LFDW_JSON_NO_NAME : LFDW_JSON_INVALID_TOKEN);
	return p;
}

/* What is no plain name, or was not looked at yet; or the object's end. */
static pg_noinline LfdwJsonStatus
read_member(LfdwJsonReader *reader, LfdwJsonValue *key)
{
	const uint8 *end = end_of(reader);
	const uint8 *p = scan_to_item(reader, end, '}');

	if (likely(p != NULL))
	{
		if (*p == '}')
			return leave(reader, p);
		p = scan_name(reader, p, end, key);
	}
	if (unlikely(p == NULL))
		return stopped(reader);
	move_to(reader, p);
	reader->first = false;
	return LFDW_JSON_OK;
}

/* Are len bytes the same?  Most names are short. */
static inline bool
same_bytes(const uint8 *a, const char *b, size_t len)
{
	uint64		words[4];
	uint32		halves[4];

	if (len > 16)
		return memcmp(a, b, len) == 0;
	if (len >= 8)
	{
		memcpy(&words[0], a, 8);
		memcpy(&words[1], b, 8);
		memcpy(&words[2], a + len - 8, 8);
		memcpy(&words[3], b + len - 8, 8);
		return words[0] == words[1] && words[2] == words[3];
	}
	if (len < 4)
		return memcmp(a, b, len) == 0;
	memcpy(&halves[0], a, 4);
	memcpy(&halves[1], b, 4);
	memcpy(&halves[2], a + len - 4, 4);
	memcpy(&halves[3], b + len - 4, 4);
	return halves[0] == halves[1] && halves[2] == halves[3];
}

/*
 * In an object: goes to its next member, whose name *key receives, and stops
 * before the value, which the caller has to read.  Returns LFDW_JSON_END after
 * having gone out of the object.
 */
LfdwJsonStatus
lfdw_json_member(LfdwJsonReader *reader, LfdwJsonValue *key)
{
	const uint8 *p = scan_plain_name(reader, place_of(reader), end_of(reader),
									 reader->first, key);

	if (unlikely(p == NULL))
		return read_member(reader, key);
	move_to(reader, p);
	reader->first = false;
	return LFDW_JSON_OK;
}

/*
 * The next member's name and its colon, if it is spelled like this, len bytes with its
 * quotes; NULL otherwise, and wherever anything is in doubt.
 */
static pg_attribute_always_inline const uint8 *
scan_this_name(LfdwJsonReader *reader, const uint8 *end, const char *quoted, size_t len)
{
	const uint8 *p = skip_space(reader, place_of(reader), end);

	if (!reader->first)
	{
		if (unlikely(p == end || *p != ','))
			return NULL;
		p = skip_space(reader, p + 1, end);
	}
	if ((size_t) (end - p) <= len || !same_bytes(p, quoted, len))
		return NULL;
	p = skip_space(reader, p + len, end);
	return unlikely(p == end || *p != ':') ? NULL : p + 1;
}

/*
 * In an object, does what lfdw_json_member does if the next member's name is
 * spelled like this, len bytes with its quotes, which must be valid; this costs less.
 * Otherwise, and wherever anything is in doubt, returns false and does nothing.
 */
bool
lfdw_json_member_is(LfdwJsonReader *reader, const char *quoted, size_t len)
{
	const uint8 *p = scan_this_name(reader, end_of(reader), quoted, len);

	if (p == NULL)
		return false;
	move_to(reader, p);
	reader->first = false;
	return true;
}

/* The same, and then what lfdw_json_value does, whose result goes to *status. */
bool
lfdw_json_member_value(LfdwJsonReader *reader, const char *quoted, size_t len,
					   LfdwJsonValue *value, LfdwJsonStatus *status)
{
	const uint8 *end = end_of(reader);
	const uint8 *p = scan_this_name(reader, end, quoted, len);
	const uint8 *behind;

	if (p == NULL)
		return false;
	reader->first = false;
	behind = scan_plain_value(reader, p, end, value);
	move_to(reader, likely(behind != NULL) ? behind : p);
	*status = likely(behind != NULL) ? LFDW_JSON_OK : read_value(reader, value);
	return true;
}

/*
 * In an array: stops before its next element, which the caller has to read.
 * Returns LFDW_JSON_END after having gone out of the array.
 */
LfdwJsonStatus
lfdw_json_element(LfdwJsonReader *reader)
{
	const uint8 *p = scan_to_item(reader, end_of(reader), ']');

	if (unlikely(p == NULL))
		return stopped(reader);
	if (*p == ']')
		return leave(reader, p);
	move_to(reader, p);
	reader->first = false;
	return LFDW_JSON_OK;
}

/*
 * Behind the value of a member or an element: passes over what is left of the
 * container that was entered last, which is of this type, validates it, and goes
 * out of the container.  Returns LFDW_JSON_OK, _MORE or _BAD.
 */
LfdwJsonStatus
lfdw_json_leave(LfdwJsonReader *reader, LfdwJsonType container)
{
	const uint8 *p = lfdw_json_scan_container(reader, place_of(reader), end_of(reader),
											  container == LFDW_JSON_OBJECT ? '}' : ']');

	Assert(reader->depth > 0 && !reader->first);

	if (unlikely(p == NULL))
		return stopped(reader);
	move_to(reader, p);
	reader->depth--;
	return LFDW_JSON_OK;
}

/* Makes sure that only white space is left: LFDW_JSON_OK, _MORE or _BAD. */
LfdwJsonStatus
lfdw_json_end(LfdwJsonReader *reader)
{
	const uint8 *end = end_of(reader);
	const uint8 *p = skip_space(reader, place_of(reader), end);

	if (p < end)
	{
		lfdw_json_stop_bad(reader, p, "unexpected text after the JSON value");
		return LFDW_JSON_BAD;
	}
	if (!reader->complete)
		return LFDW_JSON_MORE;
	move_to(reader, p);
	return LFDW_JSON_OK;
}

/*
 * Decodes a string into dst, which has room for string->len + 1 bytes and does
 * not overlap it.  Writes UTF-8 and a NUL; returns the length without the NUL.
 */
size_t
lfdw_json_unescape(const LfdwJsonValue *string, char *dst)
{
	const char *p = string->text;
	const char *end = p + string->len;
	const char *backslash;
	char	   *out = dst;

	while (string->escaped && (backslash = memchr(p, '\\', end - p)) != NULL)
	{
		memcpy(out, p, backslash - p);
		out += backslash - p;
		p = backslash;
		out += lfdw_json_decode_escape(&p, out);
	}
	memcpy(out, p, end - p);
	out += end - p;
	*out = '\0';
	return out - dst;
}

/*
 * Copies a value of any type to dst, which has room for value->len + 1 bytes and
 * does not overlap it, with the \u escapes beyond ASCII replaced by the UTF-8
 * that they stand for; the value stays what it is.  Writes a NUL; returns the
 * length without it.
 */
size_t
lfdw_json_expand(const LfdwJsonValue *value, char *dst)
{
	const char *p = value->text;
	const char *end = p + value->len;
	const char *backslash;
	char	   *out = dst;

	while ((backslash = memchr(p, '\\', end - p)) != NULL)
	{
		const char *next = backslash;
		char		decoded[4];
		size_t		len = lfdw_json_decode_escape(&next, decoded);

		memcpy(out, p, backslash - p);
		out += backslash - p;
		p = backslash;
		if (len > 1)
			memcpy(out, decoded, len);
		else
			memcpy(out, p, len = next - p);
		out += len;
		p = next;
	}
	memcpy(out, p, end - p);
	out += end - p;
	*out = '\0';
	return out - dst;
}

/* Is a string, decoded, this text of len bytes of UTF-8? */
bool
lfdw_json_string_equals(const LfdwJsonValue *string, const char *text,
						size_t len)
{
	const char *p = string->text;
	const char *end = p + string->len;

	if (!string->escaped)
		return string->len == len && memcmp(p, text, len) == 0;
	while (p < end)
	{
		char		decoded[4];
		const char *piece = p;
		const char *backslash = memchr(p, '\\', end - p);
		size_t		n;

		if (backslash == p)
		{
			n = lfdw_json_decode_escape(&p, decoded);
			piece = decoded;
		}
		else
		{
			p = backslash ? backslash : end;
			n = p - piece;
		}
		if (n > len || memcmp(piece, text, n) != 0)
			return false;
		text += n;
		len -= n;
	}
	return len == 0;
}
