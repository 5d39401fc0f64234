/*-------------------------------------------------------------------------
 *
 * json_kind.c
 *		What values of JSON are, and which SQL type holds them all.
 *
 * A type is named only where each value that was seen is one of it, whatever
 * the session's settings; what is in doubt is text.
 *
 * IDENTIFICATION
 *	  src/base/json_kind.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/json_kind.h"

#define SEEN_NUMBERS \
	(LFDW_SEEN_INTEGER | LFDW_SEEN_FRACTION | LFDW_SEEN_FLOAT | LFDW_SEEN_NUMERIC)
#define SEEN_STRINGS \
	(LFDW_SEEN_EMPTY | LFDW_SEEN_DATE | LFDW_SEEN_TIMESTAMP | \
	 LFDW_SEEN_TIMESTAMPTZ | LFDW_SEEN_UUID | LFDW_SEEN_TEXT)

/* A fraction of more digits is that of a double, which has 17. */
#define FRACTION_DIGITS 15
#define DOUBLE_DIGITS 17

/* Exponents that every double, and every numeric, can have. */
#define DOUBLE_EXPONENT 290
#define NUMERIC_EXPONENT 10000

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Reads n digits as a number; -1 where there are others.  *text moves behind
 * them.
 */
static int
read_digits(const char **text, const char *end, int n)
{
	int			number = 0;

	if (end - *text < n)
		return -1;
	for (int i = 0; i < n; i++)
	{
		if (!is_digit((*text)[i]))
			return -1;
		number = number * 10 + ((*text)[i] - '0');
	}
	*text += n;
	return number;
}

/* The same behind a certain character. */
static int
read_part(const char **text, const char *end, char before, int n)
{
	if (*text == end || **text != before)
		return -1;
	(*text)++;
	return read_digits(text, end, n);
}

/* "2024-02-29": of the years that PostgreSQL and ISO 8601 write alike. */
static bool
read_date(const char **text, const char *end)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int			year = read_digits(text, end, 4);
	int			month = read_part(text, end, '-', 2);
	int			day = read_part(text, end, '-', 2);
	bool		leaps = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return year >= 1 && month >= 1 && month <= 12 && day >= 1 &&
		day <= days[month - 1] + (month == 2 && leaps);
}

/* "10:15", "10:15:30" or "10:15:30.5". */
static bool
read_time(const char **text, const char *end)
{
	int			hour = read_digits(text, end, 2);
	int			minute = read_part(text, end, ':', 2);
	int			second = 0;

	if (*text < end && **text == ':')
	{
		second = read_part(text, end, ':', 2);
		if (second >= 0 && end - *text > 1 && **text == '.' &&
			is_digit((*text)[1]))
		{
			(*text)++;
			while (*text < end && is_digit(**text))
				(*text)++;
		}
	}
	return hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 &&
		second >= 0 && second <= 59;
}

/* "Z", "+02", "+0200" or "+02:00". */
static bool
read_offset(const char **text, const char *end)
{
	int			hours;
	int			minutes = 0;

	if (**text == 'Z')
	{
		(*text)++;
		return true;
	}
	if (**text != '+' && **text != '-')
		return false;
	(*text)++;
	hours = read_digits(text, end, 2);
	if (*text < end)
		minutes = **text == ':' ? read_part(text, end, ':', 2) :
			read_digits(text, end, 2);
	return hours >= 0 && hours <= 14 && minutes >= 0 && minutes <= 59;
}

/* The kind of a date, perhaps with a time; LFDW_SEEN_TEXT for neither. */
static int
kind_of_time(const char *text, const char *end)
{
	if (!read_date(&text, end))
		return LFDW_SEEN_TEXT;
	if (text == end)
		return LFDW_SEEN_DATE;
	if (*text != 'T' && *text != ' ')
		return LFDW_SEEN_TEXT;
	text++;
	if (!read_time(&text, end))
		return LFDW_SEEN_TEXT;
	if (text == end)
		return LFDW_SEEN_TIMESTAMP;
	return read_offset(&text, end) && text == end ? LFDW_SEEN_TIMESTAMPTZ :
		LFDW_SEEN_TEXT;
}

/* "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11" */
static bool
is_uuid(const char *text, size_t len)
{
	if (len != 36)
		return false;
	for (int i = 0; i < 36; i++)
	{
		char		c = text[i];

		if (i == 8 || i == 13 || i == 18 || i == 23)
		{
			if (c != '-')
				return false;
		}
		else if (!is_digit(c) && !(c >= 'a' && c <= 'f') &&
				 !(c >= 'A' && c <= 'F'))
			return false;
	}
	return true;
}

/* The kind of a string. */
int
lfdw_kind_of_text(const char *text, size_t len)
{
	if (len == 0)
		return LFDW_SEEN_EMPTY;
	if (is_uuid(text, len))
		return LFDW_SEEN_UUID;
	return is_digit(text[0]) ? kind_of_time(text, text + len) : LFDW_SEEN_TEXT;
}

/* Do the digits of an integer, behind its sign, fit bigint? */
static bool
fits_bigint(const char *digits, size_t len)
{
	return len < 19 ||
		(len == 19 && memcmp(digits, "9223372036854775807", 19) <= 0);
}

/* The kind of a number that ends in an exponent, which has a sign or none. */
static int
kind_of_exponent(const char *text, const char *end, int digits)
{
	int			exponent = 0;

	if (*text == '+' || *text == '-')
		text++;
	while (text < end && exponent <= NUMERIC_EXPONENT)
		exponent = exponent * 10 + (*text++ - '0');
	if (exponent > NUMERIC_EXPONENT)
		return LFDW_SEEN_TEXT;
	return exponent <= DOUBLE_EXPONENT && digits <= DOUBLE_DIGITS ?
		LFDW_SEEN_FLOAT : LFDW_SEEN_NUMERIC;
}

/* The kind of a JSON number. */
static int
kind_of_number(const char *text, size_t len)
{
	const char *end = text + len;
	const char *start = text[0] == '-' ? text + 1 : text;
	bool		point = false;
	int			digits = 0;

	for (const char *p = start; p < end; p++)
	{
		if (*p == 'e' || *p == 'E')
			return kind_of_exponent(p + 1, end, digits);
		if (*p == '.')
			point = true;
		else if (digits > 0 || *p != '0')
			digits++;
	}
	if (!point)
		return fits_bigint(start, end - start) ? LFDW_SEEN_INTEGER :
			LFDW_SEEN_NUMERIC;
	return digits <= FRACTION_DIGITS ? LFDW_SEEN_FRACTION :
		digits <= DOUBLE_DIGITS ? LFDW_SEEN_FLOAT : LFDW_SEEN_NUMERIC;
}

/*
 * The kind of a field of text that has no quotes to tell strings from numbers:
 * "007" and "1." are no numbers.
 */
int
lfdw_kind_of_word(const char *text, size_t len)
{
	LfdwJsonReader reader;
	LfdwJsonValue value;
	int			kind = lfdw_kind_of_text(text, len);

	if (kind != LFDW_SEEN_TEXT)
		return kind;
	lfdw_json_init(&reader, text, len, true);
	if (lfdw_json_value(&reader, &value) != LFDW_JSON_OK || value.len != len ||
		lfdw_json_end(&reader) != LFDW_JSON_OK)
		return LFDW_SEEN_TEXT;
	switch (value.type)
	{
		case LFDW_JSON_TRUE:
		case LFDW_JSON_FALSE:
			return LFDW_SEEN_BOOLEAN;
		case LFDW_JSON_NUMBER:
			return kind_of_number(value.text, value.len);
		default:
			return LFDW_SEEN_TEXT;
	}
}

/* The kind of a value of JSON. */
int
lfdw_kind_of_value(const LfdwJsonValue *value)
{
	switch (value->type)
	{
		case LFDW_JSON_NULL:
			return LFDW_SEEN_NULL;
		case LFDW_JSON_TRUE:
		case LFDW_JSON_FALSE:
			return LFDW_SEEN_BOOLEAN;
		case LFDW_JSON_NUMBER:
			return kind_of_number(value->text, value->len);
		case LFDW_JSON_STRING:
			return value->escaped ? LFDW_SEEN_TEXT :
				lfdw_kind_of_text(value->text, value->len);
		case LFDW_JSON_ARRAY:
			return LFDW_SEEN_ARRAY;
		case LFDW_JSON_OBJECT:
			return LFDW_SEEN_OBJECT;
	}
	return LFDW_SEEN_TEXT;
}

/* The type of numbers of these kinds. */
static const char *
number_type(int seen)
{
	if (seen & LFDW_SEEN_NUMERIC)
		return "numeric";
	if (seen & LFDW_SEEN_FLOAT)
		return "double precision";
	return seen & LFDW_SEEN_FRACTION ? "numeric" : "bigint";
}

/*
 * The SQL type of values of these kinds, whatever is among them.  "" is no
 * value of the types that strings are written as: the column option null_if
 * makes it NULL.
 */
const char *
lfdw_kind_type(int seen)
{
	int			kinds = seen & ~LFDW_SEEN_NULL;

	if (kinds & (LFDW_SEEN_ARRAY | LFDW_SEEN_OBJECT))
		return "jsonb";
	if (kinds != 0 && (kinds & ~SEEN_NUMBERS) == 0)
		return number_type(kinds);
	if (kinds == LFDW_SEEN_BOOLEAN)
		return "boolean";
	switch (kinds & ~LFDW_SEEN_EMPTY)
	{
		case LFDW_SEEN_DATE:
			return "date";
		case LFDW_SEEN_TIMESTAMP:
		case LFDW_SEEN_TIMESTAMP | LFDW_SEEN_DATE:
			return "timestamp";
		case LFDW_SEEN_TIMESTAMPTZ:
			return "timestamptz";
		case LFDW_SEEN_UUID:
			return "uuid";
		default:
			return "text";
	}
}

/*
 * The type of an array's elements, which are of these kinds; NULL where they
 * are of no one type, so that the array stays JSON.  Fractions in arrays are
 * doubles: they are vectors, as a rule, and computed with.
 */
const char *
lfdw_kind_element_type(int seen)
{
	int			kinds = seen & ~LFDW_SEEN_NULL;

	if (kinds == 0 || (kinds & (LFDW_SEEN_ARRAY | LFDW_SEEN_OBJECT)))
		return NULL;
	if ((kinds & ~SEEN_STRINGS) == 0)
		return kinds & LFDW_SEEN_EMPTY ? "text" : lfdw_kind_type(kinds);
	if ((kinds & ~SEEN_NUMBERS) == 0)
		return kinds == LFDW_SEEN_INTEGER || (kinds & LFDW_SEEN_NUMERIC) ?
			number_type(kinds) : "double precision";
	return kinds == LFDW_SEEN_BOOLEAN ? "boolean" : NULL;
}
