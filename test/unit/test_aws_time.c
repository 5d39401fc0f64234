/*-------------------------------------------------------------------------
 *
 * test_aws_time.c
 *		Unit tests of src/base/aws_time.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_aws_time.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <time.h>

#include "base/aws_time.h"

/* What *unix_seconds holds before, and after a text that is no time. */
#define UNTOUCHED INT64CONST(-77)

typedef struct TimeCase
{
	const char *text;
	int64		seconds;
} TimeCase;

static const TimeCase iso_times[] = {
	{"1970-01-01T00:00:00Z", 0},
	{"1970-01-01T00:00:01Z", 1},
	{"1969-12-31T23:59:59Z", -1},
	{"2026-11-21T09:00:00Z", 1795251600},
	{"2026-11-21t09:00:00z", 1795251600},
	{"2026-11-21 09:00:00Z", 1795251600},
	{"2000-02-29T00:00:00Z", 951782400},
	{"2024-02-29T23:59:59Z", 1709251199},
	{"2024-03-01T00:00:00Z", 1709251200},
	{"2023-02-28T00:00:00Z", 1677542400},
	{"2038-01-19T03:14:08Z", INT64CONST(2147483648)},
	{"9999-12-31T23:59:59Z", INT64CONST(253402300799)},
	{"0001-01-01T00:00:00Z", INT64CONST(-62135596800)},

	/* fractions */
	{"2026-11-21T09:00:00.0Z", 1795251600},
	{"2026-11-21T09:00:00.999Z", 1795251600},
	{"2026-11-21T09:00:00.123456789012345678901234567890Z", 1795251600},
	{"2026-11-21T09:00:00.5+00:00", 1795251600},

	/* offsets */
	{"2026-11-21T09:00:00+00:00", 1795251600},
	{"2026-11-21T09:00:00-00:00", 1795251600},
	{"2026-11-21T10:00:00+01:00", 1795251600},
	{"2026-11-21T10:00:00+0100", 1795251600},
	{"2026-11-21T03:30:00-05:30", 1795251600},
	{"2026-11-21T03:30:00-0530", 1795251600},
	{"2026-11-22T08:59:00+23:59", 1795251600},

	/* leap seconds */
	{"2016-12-31T23:59:60Z", 1483228800},
	{"2017-01-01T00:00:00Z", 1483228800}
};

static const char *const no_iso_times[] = {
	"", "2", "2026", "2026-11-21", "2026-11-21T", "2026-11-21T09:00",
	"Z", "2026Z", "2026-11-21Z", "2026-11-21TZ", "2026-11-21T09:00Z",
	"2026-11-21.5Z", "2026-11-21T09:00:00", "2026-11-21T09:00:00 Z", "2026-11-21T09:00:00ZZ",
	"2026-11-21T09:00:00Z ", " 2026-11-21T09:00:00Z", "2026-11-21T09:00:00UTC",
	"2026-11-21T09:00:00.Z", "2026-11-21T09:00:00.", "2026-11-21T09:00:00.5",
	"2026-11-21T09:00:00,5Z", "2026-11-21T09:00:00+", "2026-11-21T09:00:00+1",
	"2026-11-21T09:00:00+01", "2026-11-21T09:00:00+01:",
	"2026-11-21T09:00:00+01:0", "2026-11-21T09:00:00+01:000",
	"2026-11-21T09:00:00+24:00", "2026-11-21T09:00:00+01:60",
	"2026-11-21T09:00:00+01:00Z", "2026-11-21T09:00:00+-1:00",
	"2026-11-21X09:00:00Z", "2026/11/21T09:00:00Z", "20261121T090000Z",
	"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
	"2026-01-32T00:00:00Z", "2026-04-31T00:00:00Z", "2026-02-29T00:00:00Z",
	"2100-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "0000-01-01T00:00:00Z",
	"2026-01-01T24:00:00Z", "2026-01-01T23:60:00Z", "2026-01-01T23:59:61Z",
	"-026-01-01T00:00:00Z", "+2026-01-01T00:00:00Z", "12026-01-01T00:00:00Z",
	"2026-1-01T00:00:00Z", "2026-01- 1T00:00:00Z", "2026-01-01T0x:00:00Z",
	"2026-11-21T9:00:00Z", "99999999999999999999", "1795251600", "now",
	"\xD9\xA2\xD9\xA0\xD9\xA2\xD9\xA6-11-21T09:00:00Z"
};

static const TimeCase http_dates[] = {
	/* the three of RFC 7231 */
	{"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
	{"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
	{"Sun Nov  6 08:49:37 1994", 784111777},

	{"Thu, 01 Jan 1970 00:00:00 GMT", 0},
	{"Sat, 21 Nov 2026 09:00:00 GMT", 1795251600},
	{"Saturday, 21-Nov-26 09:00:00 GMT", 1795251600},
	{"Sat Nov 21 09:00:00 2026", 1795251600},
	{"Thu, 29 Feb 2024 00:00:00 GMT", 1709164800},
	{"Sat, 31 Dec 2016 23:59:60 GMT", 1483228800},
	/* the name of the day is not checked */
	{"Mon, 21 Nov 2026 09:00:00 GMT", 1795251600},
	/* years of two digits */
	{"Monday, 31-Dec-68 23:59:59 GMT", INT64CONST(3124223999)},
	{"Wednesday, 01-Jan-69 00:00:00 GMT", -31536000},
	{"Saturday, 01-Jan-00 00:00:00 GMT", 946684800}
};

static const char *const no_http_dates[] = {
	"", "Sun", "Sunday", "Sun,", "Sun, ", "Sunday,", "Sun, 06", "S, 06 Nov 1994 08:49:37 GMT",
	"Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
	"Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 06 Nov 1994 08:49:37 GMT ",
	"Sun, 06 Nov 1994 08:49:37 GMTx", " Sun, 06 Nov 1994 08:49:37 GMT",
	"sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
	"Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
	"Sun, 06-Nov-94 08:49:37 GMT", "Sunday, 06 Nov 1994 08:49:37 GMT",
	"Sun,06 Nov 1994 08:49:37 GMT", "Sun,  06 Nov 1994 08:49:37 GMT",
	"Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT",
	"Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
	"Sun, 29 Feb 2023 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
	"Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
	"Sun, 06 Nov 0000 08:49:37 GMT", "Son, 06 Nov 1994 08:49:37 GMT",
	"So, 06. Nov 1994 08:49:37 GMT", "Sun, 06 Nov 19940 08:49:37 GMT",
	"Sun Nov 6 08:49:37 1994", "Sun Nov  16 08:49:37 1994",
	"Sun Nov 06 08:49:37 94", "Sun Nov  6 08:49:37 1994 GMT",
	"Sunday Nov  6 08:49:37 1994", "Sun Nov  0 08:49:37 1994",
	"Sunday, 06-Nov-1994 08:49:37 GMT", "Sunday, 06-November-94 08:49:37 GMT",
	" Nov  6 08:49:37 1994", ", 06 Nov 1994 08:49:37 GMT",
	"Sun  6 08:49:37 1994", "Sunday, 08:49:37 GMT", "Sunday, 06-Nov 08:49:37 GMT",
	"1994-11-06T08:49:37Z", "784111777"
};

/* Reads a copy that ends where the text does, so that ASan sees any excess. */
static void
check(bool (*read) (const char *, int64 *), const char *text, bool is_time,
	  int64 seconds)
{
	char	   *copy = strdup(text);
	int64		got = UNTOUCHED;
	bool		result = read(copy, &got);

	if (!unit_ok(result == is_time && got == (is_time ? seconds : UNTOUCHED),
				 "\"%s\" is %s", text, is_time ? "a time" : "none"))
		printf("# " INT64_FORMAT "\n", got);
	free(copy);
}

/* Every day of four centuries, against the C library. */
static void
test_every_day(void)
{
	int64		wrong = 0;

	for (int64 day = -80000; day < 80000; day++)
	{
		time_t		seconds = day * 86400 + 3723;
		struct tm	parts;
		char		text[64];
		int64		got;

		gmtime_r(&seconds, &parts);
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
		wrong += !lfdw_time_iso8601(text, &got) || got != seconds;
		strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts);
		wrong += !lfdw_time_http_date(text, &got) || got != seconds;
		strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Y", &parts);
		wrong += !lfdw_time_http_date(text, &got) || got != seconds;
	}
	unit_ok(wrong == 0, "every day of four centuries");
}

int
main(void)
{
	/* a zone that would show if the C library's were used */
	setenv("TZ", "Asia/Kathmandu", 1);
	tzset();
	for (int i = 0; i < (int) lengthof(iso_times); i++)
		check(lfdw_time_iso8601, iso_times[i].text, true, iso_times[i].seconds);
	for (int i = 0; i < (int) lengthof(no_iso_times); i++)
		check(lfdw_time_iso8601, no_iso_times[i], false, 0);
	for (int i = 0; i < (int) lengthof(http_dates); i++)
		check(lfdw_time_http_date, http_dates[i].text, true,
			  http_dates[i].seconds);
	for (int i = 0; i < (int) lengthof(no_http_dates); i++)
		check(lfdw_time_http_date, no_http_dates[i], false, 0);
	test_every_day();
	return unit_done();
}
