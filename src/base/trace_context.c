/*-------------------------------------------------------------------------
 *
 * trace_context.c
 *		Which trace a call belongs to: X-Ray's header, W3C's traceparent, and
 *		comments of SQL that have one.
 *
 * Sources: "Tracing header" in AWS X-Ray's concepts, and its "Sending trace data" for
 * how W3C's ids become X-Ray's; "Trace Context" of the W3C, section 3.2; the format of
 * sqlcommenter, which OpenTelemetry has taken over.
 *
 * IDENTIFICATION
 *	  src/base/trace_context.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"
#include "base/hex.h"
#include "base/trace_context.h"

/* "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" */
#define TRACE_ID_AT 3
#define TRACE_ID_LEN 32
#define EPOCH_LEN 8				/* X-Ray's name for the id's beginning */
#define PARENT_ID_AT 36
#define PARENT_ID_LEN 16
#define FLAGS_AT 53
#define PARENT_LEN 55
#define FLAG_SAMPLED 1

/* A text under way. */
typedef struct Span
{
	const char *at;
	const char *end;
} Span;

/* Are these bytes hexadecimal digits, small ones if only those will do? */
static bool
are_digits(const char *text, size_t len, bool only_small)
{
	for (size_t i = 0; i < len; i++)
	{
		if (lfdw_hex_value(text[i]) < 0 ||
			(only_small && text[i] >= 'A' && text[i] <= 'F'))
			return false;
	}
	return true;
}

static bool
are_zeros(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
	{
		if (text[i] != '0')
			return false;
	}
	return true;
}

static bool
is_root(const char *value, size_t len)
{
	return len == 2 + EPOCH_LEN + 1 + TRACE_ID_LEN - EPOCH_LEN &&
		memcmp(value, "1-", 2) == 0 && are_digits(value + 2, EPOCH_LEN, false) &&
		value[2 + EPOCH_LEN] == '-' &&
		are_digits(value + 3 + EPOCH_LEN, TRACE_ID_LEN - EPOCH_LEN, false);
}

/* Is a field's value one that it may have?  X-Ray lets a header have further fields. */
static bool
is_value(Span key, const char *value, size_t len)
{
	size_t		key_len = key.end - key.at;

	if (key_len == 4 && memcmp(key.at, "Root", 4) == 0)
		return is_root(value, len);
	if (key_len == 6 && memcmp(key.at, "Parent", 6) == 0)
		return len == PARENT_ID_LEN && are_digits(value, len, false);
	if (key_len == 7 && memcmp(key.at, "Sampled", 7) == 0)
		return len == 1 && (*value == '0' || *value == '1' || *value == '?');
	return key_len > 0;
}

/*
 * Is the text X-Ray's header: fields key=value, with ; between them, of printable ASCII,
 * with an id where there is a Root?
 */
bool
lfdw_trace_is_header(const char *text)
{
	for (;;)
	{
		size_t		len = strcspn(text, ";");
		const char *equals = memchr(text, '=', len);
		Span		key = {text, equals};

		if (equals == NULL || !is_value(key, equals + 1, text + len - equals - 1))
			return false;
		for (size_t i = 0; i < len; i++)
		{
			if (text[i] < ' ' || text[i] > '~')
				return false;
		}
		if (text[len] == '\0')
			return true;
		text += len + 1;
	}
}

/*
 * Writes X-Ray's header for the value of a traceparent; false if the text is none.  A
 * version to come may have more behind what is known.
 */
bool
lfdw_trace_from_parent(char header[LFDW_TRACE_HEADER_SIZE], const char *text, size_t len)
{
	const char *trace_id = text + TRACE_ID_AT;
	const char *parent_id = text + PARENT_ID_AT;

	if (len < PARENT_LEN || !are_digits(text, 2, true) || memcmp(text, "ff", 2) == 0 ||
		(len > PARENT_LEN && (memcmp(text, "00", 2) == 0 || text[PARENT_LEN] != '-')) ||
		text[TRACE_ID_AT - 1] != '-' || text[PARENT_ID_AT - 1] != '-' ||
		text[FLAGS_AT - 1] != '-' ||
		!are_digits(trace_id, TRACE_ID_LEN, true) || are_zeros(trace_id, TRACE_ID_LEN) ||
		!are_digits(parent_id, PARENT_ID_LEN, true) ||
		are_zeros(parent_id, PARENT_ID_LEN) || !are_digits(text + FLAGS_AT, 2, true))
		return false;
	snprintf(header, LFDW_TRACE_HEADER_SIZE, "Root=1-%.*s-%.*s;Parent=%.*s;Sampled=%d",
			 EPOCH_LEN, trace_id, TRACE_ID_LEN - EPOCH_LEN, trace_id + EPOCH_LEN,
			 PARENT_ID_LEN, parent_id,
			 lfdw_hex_value(text[FLAGS_AT + 1]) & FLAG_SAMPLED);
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static void
skip_blanks(Span *span)
{
	while (span->at < span->end && is_blank(*span->at))
		span->at++;
}

/* Takes a byte if it comes next. */
static bool
take(Span *span, char c)
{
	if (span->at == span->end || *span->at != c)
		return false;
	span->at++;
	return true;
}

/*
 * Takes bytes up to one of those that stop it, and undoes %XX, and \ before a quote.
 * Returns how many there are, of which size at most are kept; -1 at a % that is none.
 */
static int
take_decoded(Span *span, const char *stops, char *out, int size)
{
	int			len = 0;

	while (span->at < span->end && strchr(stops, *span->at) == NULL)
	{
		char		c = *span->at++;

		if (c == '\\' && span->at < span->end)
			c = *span->at++;
		else if (c == '%')
		{
			if (span->end - span->at < 2 || !are_digits(span->at, 2, false))
				return -1;
			c = (char) (lfdw_hex_value(span->at[0]) << 4 | lfdw_hex_value(span->at[1]));
			span->at += 2;
		}
		if (len < size)
			out[len] = c;
		len++;
	}
	return len;
}

/* Takes key='value'; false where there is none, and *is_parent if it is a traceparent. */
static bool
take_pair(Span *span, char header[LFDW_TRACE_HEADER_SIZE], bool *is_parent)
{
	static const char name[] = "traceparent";
	char		key[sizeof(name)];
	char		value[2 * PARENT_LEN];
	int			key_len;
	int			value_len;

	skip_blanks(span);
	key_len = take_decoded(span, "='", key, sizeof(key));
	if (key_len <= 0 || !take(span, '=') || !take(span, '\''))
		return false;
	value_len = take_decoded(span, "'", value, sizeof(value));
	if (value_len < 0 || !take(span, '\''))
		return false;
	skip_blanks(span);
	*is_parent = key_len == sizeof(name) - 1 && memcmp(key, name, key_len) == 0 &&
		value_len <= (int) sizeof(value) &&
		lfdw_trace_from_parent(header, value, value_len);
	return true;
}

/* Has what is between the marks of a comment a traceparent? */
static bool
read_comment(char header[LFDW_TRACE_HEADER_SIZE], Span comment)
{
	bool		is_parent = false;

	do
	{
		if (!take_pair(&comment, header, &is_parent))
			return false;
	} while (!is_parent && take(&comment, ','));
	return is_parent;
}

/* Do the two bytes of a mark come next? */
static bool
is_mark(const char *at, const char *mark)
{
	return at[0] == mark[0] && at[1] == mark[1];
}

/* Takes the comment that the text begins with, which may have comments within. */
static bool
take_first(Span *sql, Span *comment)
{
	const char *at = sql->at;
	int			depth = 0;

	do
	{
		if (sql->end - at < 2)
			return false;
		if (is_mark(at, "/*"))
		{
			depth++;
			at += 2;
		}
		else if (depth > 0 && is_mark(at, "*/"))
		{
			depth--;
			at += 2;
		}
		else if (depth == 0)
			return false;
		else
			at++;
	} while (depth > 0);
	comment->at = sql->at + 2;
	comment->end = at - 2;
	sql->at = at;
	return true;
}

/* Takes the comment that the text ends with. */
static bool
take_last(Span *sql, Span *comment)
{
	const char *at = sql->end;
	int			depth = 0;

	do
	{
		if (at - sql->at < 2)
			return false;
		if (is_mark(at - 2, "*/"))
		{
			depth++;
			at -= 2;
		}
		else if (depth > 0 && is_mark(at - 2, "/*"))
		{
			depth--;
			at -= 2;
		}
		else if (depth == 0)
			return false;
		else
			at--;
	} while (depth > 0);
	comment->at = at + 2;
	comment->end = sql->end - 2;
	sql->end = at;
	return true;
}

/* Drops blanks, and what ends statements, from the end of the text. */
static void
trim_end(Span *sql)
{
	while (sql->end > sql->at && (is_blank(sql->end[-1]) || sql->end[-1] == ';'))
		sql->end--;
}

/*
 * Writes X-Ray's header for the traceparent that the comments have with which a text of
 * SQL ends, or else those with which it begins; false if there is none.  What is not as
 * sqlcommenter writes it is none: key='value' with commas between, percent-encoded.
 */
bool
lfdw_trace_from_comments(char header[LFDW_TRACE_HEADER_SIZE], const char *text,
						 size_t len)
{
	Span		sql = {text, text + len};
	Span		comment;

	for (trim_end(&sql); take_last(&sql, &comment); trim_end(&sql))
	{
		if (read_comment(header, comment))
			return true;
	}
	for (skip_blanks(&sql); take_first(&sql, &comment); skip_blanks(&sql))
	{
		if (read_comment(header, comment))
			return true;
	}
	return false;
}
