/*-------------------------------------------------------------------------
 *
 * aws_time.c
 *		Points in time as AWS and HTTP write them.
 *
 * Nothing of the C library is used: strptime knows the locale's months and
 * mktime the server's time zone.
 *
 * IDENTIFICATION
 *	  src/base/aws_time.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/aws_time.h"

/* A point in time taken apart. */
typedef struct CivilTime
{
	int			year;
	int			month;			/* 1 to 12 */
	int			day;			/* 1 to 31 */
	int			hour;
	int			minute;
	int			second;			/* 60 in a leap second */
} CivilTime;

static const char *const month_names[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
};

static const char *const day_names[] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	"Saturday"
};

/* Exactly that many digits; moves *at behind them. */
static bool
read_digits(const char **at, int digits, int *number)
{
	*number = 0;
	for (int i = 0; i < digits; i++)
	{
		if (**at < '0' || **at > '9')
			return false;
		*number = *number * 10 + (*(*at)++ - '0');
	}
	return true;
}

/* These characters exactly; moves *at behind them. */
static bool
read_text(const char **at, const char *text)
{
	size_t		len = strlen(text);

	if (strncmp(*at, text, len) != 0)
		return false;
	*at += len;
	return true;
}

static bool
read_month(const char **at, int *month)
{
	for (int i = 0; i < (int) lengthof(month_names); i++)
		if (read_text(at, month_names[i]))
		{
			*month = i + 1;
			return true;
		}
	return false;
}

/*
 * The name of a day of the week, in full or its first three letters.  Which
 * one it is does not matter: the date says it too.
 */
static bool
read_day_name(const char **at, bool *in_full)
{
	for (int i = 0; i < (int) lengthof(day_names); i++)
	{
		*in_full = read_text(at, day_names[i]);
		if (*in_full)
			return true;
		if (strncmp(*at, day_names[i], 3) == 0)
		{
			*at += 3;
			return true;
		}
	}
	return false;
}

/* hh:mm:ss */
static bool
read_clock(const char **at, CivilTime *time)
{
	return read_digits(at, 2, &time->hour) && read_text(at, ":") &&
		read_digits(at, 2, &time->minute) && read_text(at, ":") &&
		read_digits(at, 2, &time->second);
}

static int
days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool		leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/*
 * The seconds since 1970, UTC; false where there is no such time.  A year
 * starts in March here, so that the leap day is the last one of it.
 */
static bool
seconds_of(const CivilTime *time, int64 *unix_seconds)
{
	int			year = time->month > 2 ? time->year : time->year - 1;
	int			month = (time->month + 9) % 12;
	int64		days;

	if (time->year < 1 || time->month < 1 || time->month > 12 ||
		time->day < 1 || time->day > days_in_month(time->year, time->month) ||
		time->hour > 23 || time->minute > 59 || time->second > 60)
		return false;
	days = (int64) year * 365 + year / 4 - year / 100 + year / 400 +
		(month * 153 + 2) / 5 + time->day - 1;
	days -= 719468;				/* 1 March of year 0 to 1 January 1970 */
	*unix_seconds = ((days * 24 + time->hour) * 60 + time->minute) * 60 +
		time->second;
	return true;
}

/* "Z", "+hh:mm" or "+hhmm" at the end of the text. */
static bool
read_offset(const char **at, int *seconds)
{
	int			sign = **at == '-' ? -1 : 1;
	int			hours;
	int			minutes;

	*seconds = 0;
	if (read_text(at, "Z") || read_text(at, "z"))
		return **at == '\0';
	if (!read_text(at, "+") && !read_text(at, "-"))
		return false;
	if (!read_digits(at, 2, &hours))
		return false;
	(void) read_text(at, ":");
	if (!read_digits(at, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*seconds = sign * (hours * 60 + minutes) * 60;
	return **at == '\0';
}

/*
 * Reads a time such as 2026-11-21T09:00:00Z (RFC 3339), as the credential
 * services give an expiration.  The offset is required, and may lack its
 * colon; a fraction of a second is cut off, even before 1970.  A second of 60
 * is the first one of the next minute.  *unix_seconds is set where the result
 * is true only.
 */
bool
lfdw_time_iso8601(const char *text, int64 *unix_seconds)
{
	CivilTime	time;
	const char *at = text;
	int			offset;
	int64		local;

	if (!read_digits(&at, 4, &time.year) || !read_text(&at, "-") ||
		!read_digits(&at, 2, &time.month) || !read_text(&at, "-") ||
		!read_digits(&at, 2, &time.day) ||
		!(read_text(&at, "T") || read_text(&at, "t") || read_text(&at, " ")) ||
		!read_clock(&at, &time))
		return false;
	if (read_text(&at, "."))
	{
		if (*at < '0' || *at > '9')
			return false;
		while (*at >= '0' && *at <= '9')
			at++;
	}
	if (!read_offset(&at, &offset) || !seconds_of(&time, &local))
		return false;
	*unix_seconds = local - offset;
	return true;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT", after the comma. */
static bool
read_fixdate(const char **at, CivilTime *time)
{
	return read_text(at, " ") && read_digits(at, 2, &time->day) &&
		read_text(at, " ") && read_month(at, &time->month) &&
		read_text(at, " ") && read_digits(at, 4, &time->year) &&
		read_text(at, " ") && read_clock(at, time) && read_text(at, " GMT");
}

/*
 * "Sunday, 06-Nov-94 08:49:37 GMT", after the comma.  RFC 7231 wants a year
 * that looks more than 50 years ahead to be the past one, which needs to know
 * today; the fixed pivot is POSIX's (strptime's %y).
 */
static bool
read_rfc850(const char **at, CivilTime *time)
{
	if (!read_text(at, " ") || !read_digits(at, 2, &time->day) ||
		!read_text(at, "-") || !read_month(at, &time->month) ||
		!read_text(at, "-") || !read_digits(at, 2, &time->year))
		return false;
	time->year += time->year < 69 ? 2000 : 1900;
	return read_text(at, " ") && read_clock(at, time) && read_text(at, " GMT");
}

/* "Sun Nov  6 08:49:37 1994", after the day's name. */
static bool
read_asctime(const char **at, CivilTime *time)
{
	if (!read_text(at, " ") || !read_month(at, &time->month) ||
		!read_text(at, " "))
		return false;
	return read_digits(at, read_text(at, " ") ? 1 : 2, &time->day) &&
		read_text(at, " ") && read_clock(at, time) &&
		read_text(at, " ") && read_digits(at, 4, &time->year);
}

/*
 * Reads the Date header in any of the three forms of RFC 7231, section
 * 7.1.1.1.  Nothing may precede or follow it.  *unix_seconds is set where the
 * result is true only.
 */
bool
lfdw_time_http_date(const char *text, int64 *unix_seconds)
{
	CivilTime	time;
	const char *at = text;
	bool		in_full;
	bool		read;

	if (!read_day_name(&at, &in_full))
		return false;
	if (!read_text(&at, ","))
		read = !in_full && read_asctime(&at, &time);
	else if (in_full)
		read = read_rfc850(&at, &time);
	else
		read = read_fixdate(&at, &time);
	return read && *at == '\0' && seconds_of(&time, unix_seconds);
}
