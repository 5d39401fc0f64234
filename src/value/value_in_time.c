/*-------------------------------------------------------------------------
 *
 * value_in_time.c
 *		JSON strings become dates and timestamps.
 *
 * ISO 8601 as programs write it, which every DateStyle reads alike.  Other
 * spellings are left to the input functions, which follow the settings.
 *
 * IDENTIFICATION
 *	  src/value/value_in_time.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "value/value_in_internal.h"

/* Reads the decimal digits from text to text + n; -1 for anything else. */
static inline int
parse_digits(const char *text, int n)
{
	int			number = 0;

	for (int i = 0; i < n; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return number;
}

/* Reads YYYY-MM-DD, which no DateStyle reads otherwise, as a date. */
static bool
parse_date(const char *text, DateADT *date)
{
	int			year = parse_digits(text, 4);
	int			month = parse_digits(text + 5, 2);
	int			day = parse_digits(text + 8, 2);

	if (text[4] != '-' || text[7] != '-' || year < 1 || month < 1 ||
		month > MONTHS_PER_YEAR || day < 1 ||
		day > day_tab[isleap(year)][month - 1])
		return false;
	*date = date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
	return true;
}

static Datum
from_date(LfdwConverter *converter, const LfdwJsonValue *value)
{
	DateADT		date;

	if (value->type != LFDW_JSON_STRING || value->len != 10 ||
		!parse_date(value->text, &date))
		return lfdw_value_from_input(converter, value);
	return DateADTGetDatum(date);
}

/*
 * Reads YYYY-MM-DD[T ]HH:MM:SS[.f{1,6}] as a timestamp and returns what
 * follows it; NULL for anything else.
 */
static const char *
parse_timestamp(const char *text, const char *end, Timestamp *result)
{
	static const int fraction_unit[] = {0, 100000, 10000, 1000, 100, 10, 1};
	DateADT		date;
	int			hour;
	int			minute;
	int			second;
	int			ndigits = 0;
	int			fraction = 0;

	if (end - text < 19 || (text[10] != 'T' && text[10] != ' ') ||
		text[13] != ':' || text[16] != ':' || !parse_date(text, &date))
		return NULL;
	hour = parse_digits(text + 11, 2);
	minute = parse_digits(text + 14, 2);
	second = parse_digits(text + 17, 2);
	if (hour < 0 || hour >= HOURS_PER_DAY || minute < 0 ||
		minute >= MINS_PER_HOUR || second < 0 || second >= SECS_PER_MINUTE)
		return NULL;
	text += 19;
	if (text < end && *text == '.')
	{
		text++;
		while (ndigits < end - text && text[ndigits] >= '0' &&
			   text[ndigits] <= '9')
			ndigits++;
		if (ndigits < 1 || ndigits > 6)
			return NULL;
		fraction = parse_digits(text, ndigits) * fraction_unit[ndigits];
		text += ndigits;
	}
	*result = ((((date * (int64) HOURS_PER_DAY + hour) * MINS_PER_HOUR +
				 minute) * SECS_PER_MINUTE) + second) * USECS_PER_SEC + fraction;
	return text;
}

/*
 * Reads Z (which is UTC in every set of zone abbreviations that PostgreSQL
 * ships), +HH, +HHMM or +HH:MM, to the end, as the seconds east of UTC.
 */
static bool
parse_zone(const char *text, const char *end, int *seconds)
{
	int			hour;
	int			minute = 0;

	*seconds = 0;
	if (end - text == 1 && *text == 'Z')
		return true;
	if (end - text < 3 || (*text != '+' && *text != '-'))
		return false;
	hour = parse_digits(text + 1, 2);
	if (end - text == 6 && text[3] == ':')
		minute = parse_digits(text + 4, 2);
	else if (end - text == 5)
		minute = parse_digits(text + 3, 2);
	else if (end - text != 3)
		return false;
	if (hour < 0 || hour > MAX_TZDISP_HOUR || minute < 0 ||
		minute >= MINS_PER_HOUR)
		return false;
	*seconds = (hour * MINS_PER_HOUR + minute) * SECS_PER_MINUTE;
	if (*text == '-')
		*seconds = -*seconds;
	return true;
}

/* timestamp takes no notice of a zone, as its input function. */
static Datum
from_timestamp(LfdwConverter *converter, const LfdwJsonValue *value)
{
	const char *end = value->text + value->len;
	const char *zone;
	Timestamp	result;
	int			seconds;

	if (value->type != LFDW_JSON_STRING ||
		(zone = parse_timestamp(value->text, end, &result)) == NULL ||
		(zone < end && !parse_zone(zone, end, &seconds)))
		return lfdw_value_from_input(converter, value);
	return TimestampGetDatum(result);
}

/* Without a zone the session's TimeZone counts: the input function knows. */
static Datum
from_timestamptz(LfdwConverter *converter, const LfdwJsonValue *value)
{
	const char *end = value->text + value->len;
	const char *zone;
	Timestamp	result;
	int			seconds;

	if (value->type != LFDW_JSON_STRING ||
		(zone = parse_timestamp(value->text, end, &result)) == NULL ||
		!parse_zone(zone, end, &seconds))
		return lfdw_value_from_input(converter, value);
	return TimestampTzGetDatum(result - seconds * USECS_PER_SEC);
}

/*
 * How a date or timestamp type is converted that has a shorter way than its
 * input function; NULL for any other type.
 */
LfdwConvert
lfdw_value_convert_time(Oid typid, int32 typmod)
{
	bool		plain = typmod < 0;

	if (typid == DATEOID)
		return from_date;
	if (typid == TIMESTAMPOID && plain)
		return from_timestamp;
	if (typid == TIMESTAMPTZOID && plain)
		return from_timestamptz;
	return NULL;
}
