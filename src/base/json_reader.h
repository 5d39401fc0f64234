/*-------------------------------------------------------------------------
 *
 * json_reader.h
 *		A strict pull reader of JSON (RFC 8259) over a growing window of bytes.
 *
 * The caller owns the bytes.  Every function that meets the end of a window
 * that is not the end of the text returns LFDW_JSON_MORE; the caller then
 * goes back to a copy it made of the reader (the structure is small and
 * copying it is a checkpoint), shows it a larger window by lfdw_json_feed,
 * and asks again.  What is skipped is validated like what is read: UTF-8,
 * escapes, surrogate pairs, no \u0000, numbers, nesting.
 *
 * IDENTIFICATION
 *	  src/base/json_reader.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JSON_READER_H
#define LFDW_JSON_READER_H

#include "base/base.h"

#include "base/json_simd.h"

/* Objects and arrays may be nested this deep, the outermost included. */
#define LFDW_JSON_MAX_DEPTH 1000

/* Errors that are not a matter of grammar. */
#define LFDW_JSON_NUL "\\u0000 cannot be converted to text"
#define LFDW_JSON_BAD_UTF8 "invalid UTF-8"
#define LFDW_JSON_TOO_DEEP "nesting too deep"

typedef enum LfdwJsonStatus
{
	LFDW_JSON_OK,
	LFDW_JSON_END,				/* no further member, element or value */
	LFDW_JSON_MORE,				/* the window ends too early */
	LFDW_JSON_BAD				/* not JSON: see error and error_at */
} LfdwJsonStatus;

typedef enum LfdwJsonType
{
	LFDW_JSON_NULL,
	LFDW_JSON_FALSE,
	LFDW_JSON_TRUE,
	LFDW_JSON_NUMBER,
	LFDW_JSON_STRING,
	LFDW_JSON_ARRAY,
	LFDW_JSON_OBJECT
} LfdwJsonType;

/*
 * A value as it stands in the window.  A string's text is what is between
 * its quotes; every other value's text is the whole of it, without the white
 * space around.  Valid until the window changes.
 */
typedef struct LfdwJsonValue
{
	LfdwJsonType type;
	bool		escaped;		/* a string with a backslash in it */
	const char *text;			/* not NUL-terminated */
	size_t		len;
} LfdwJsonValue;

typedef struct LfdwJsonReader
{
	const char *data;			/* the window */
	size_t		len;			/* bytes in it */
	size_t		pos;			/* next byte to read */
	uint64		offset;			/* of data[0] in the whole text */
	bool		complete;		/* the window ends where the text ends */
	bool		first;			/* no member or element read since the last
								 * lfdw_json_enter */
	int			depth;			/* containers entered and not yet ended */
	const char *error;			/* static text, once a call returned BAD */
	uint64		error_at;		/* its offset in the whole text */
	LfdwJsonBlock block;		/* of the window: what was looked at last */
} LfdwJsonReader;

extern void lfdw_json_init(LfdwJsonReader *reader, const char *data,
						   size_t len, bool complete);
extern void lfdw_json_feed(LfdwJsonReader *reader, const char *data,
						   size_t len, bool complete);
extern void lfdw_json_discard(LfdwJsonReader *reader, size_t len);
extern LfdwJsonStatus lfdw_json_peek(LfdwJsonReader *reader,
									 LfdwJsonType *type);
extern LfdwJsonStatus lfdw_json_value(LfdwJsonReader *reader,
									  LfdwJsonValue *value);
extern LfdwJsonStatus lfdw_json_enter(LfdwJsonReader *reader);
extern LfdwJsonStatus lfdw_json_member(LfdwJsonReader *reader,
									   LfdwJsonValue *key);
extern bool lfdw_json_member_is(LfdwJsonReader *reader, const char *quoted,
								size_t len);
extern bool lfdw_json_member_value(LfdwJsonReader *reader, const char *quoted,
								   size_t len, LfdwJsonValue *value,
								   LfdwJsonStatus *status);
extern LfdwJsonStatus lfdw_json_element(LfdwJsonReader *reader);
extern LfdwJsonStatus lfdw_json_leave(LfdwJsonReader *reader,
									  LfdwJsonType container);
extern LfdwJsonStatus lfdw_json_end(LfdwJsonReader *reader);
extern size_t lfdw_json_unescape(const LfdwJsonValue *string, char *dst);
extern size_t lfdw_json_expand(const LfdwJsonValue *value, char *dst);
extern bool lfdw_json_string_equals(const LfdwJsonValue *string,
									const char *text, size_t len);

/* Is a string, decoded, this text of UTF-8? */
static inline bool
lfdw_json_is(const LfdwJsonValue *string, const char *text)
{
	return lfdw_json_string_equals(string, text, strlen(text));
}

/* Is a string, decoded, one of these texts of UTF-8? */
static inline bool
lfdw_json_is_among(const LfdwJsonValue *string, const char *const *texts,
				   int ntexts)
{
	for (int i = 0; i < ntexts; i++)
	{
		if (lfdw_json_is(string, texts[i]))
			return true;
	}
	return false;
}

#endif							/* LFDW_JSON_READER_H */
