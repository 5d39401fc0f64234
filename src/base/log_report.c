/*-------------------------------------------------------------------------
 *
 * log_report.c
 *		What Lambda reports of an invocation in the tail of its log.
 *
 * The tail holds the last 4 kB of the log, what the function itself wrote
 * included.  Lambda's report is a line of fields with tabs between them, or a
 * JSON object of type "platform.report" where the function's log format is
 * JSON.
 *
 * IDENTIFICATION
 *	  src/base/log_report.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include <math.h>

#include "base/json_reader.h"
#include "base/log_report.h"

#define REPORT_START "REPORT RequestId:"
#define REPORT_TYPE "platform.report"

/*
 * What is believed: a day and a terabyte, far more than Lambda has.  Who adds up what
 * was billed meets no overflow.
 */
#define MILLISECONDS_MAX 86400000
#define MEGABYTES_MAX (1024 * 1024)

typedef enum Metric
{
	METRIC_DURATION,
	METRIC_BILLED,
	METRIC_INIT,
	METRIC_RESTORE,
	METRIC_MEMORY,
	METRIC_MAX_MEMORY
} Metric;

/* What both formats call them, and the unit in the first. */
static const struct
{
	const char *label;
	const char *unit;
	const char *member;
}			metrics[] =

{
	[METRIC_DURATION] = {"Duration", "ms", "durationMs"},
	[METRIC_BILLED] = {"Billed Duration", "ms", "billedDurationMs"},
	[METRIC_INIT] = {"Init Duration", "ms", "initDurationMs"},
	[METRIC_RESTORE] = {"Restore Duration", "ms", "restoreDurationMs"},
	[METRIC_MEMORY] = {"Memory Size", "MB", "memorySizeMB"},
	[METRIC_MAX_MEMORY] = {"Max Memory Used", "MB", "maxMemoryUsedMB"}
};

typedef struct MetricValues
{
	bool		known[lengthof(metrics)];
	double		value[lengthof(metrics)];
} MetricValues;

/* A piece of the tail. */
typedef struct Span
{
	const char *start;
	const char *end;
} Span;

/* The last place of a text in a span; NULL if there is none. */
static const char *
find_last(Span span, const char *text)
{
	size_t		len = strlen(text);

	if ((size_t) (span.end - span.start) < len)
		return NULL;
	for (const char *at = span.end - len;; at--)
	{
		if (memcmp(at, text, len) == 0)
			return at;
		if (at == span.start)
			return NULL;
	}
}

/*
 * Reads the number that a span begins with, which is never negative here;
 * moves behind it.
 */
static bool
read_number(Span *span, double *number)
{
	char		copy[32];
	size_t		len = 0;
	char	   *stop;

	while (span->start + len < span->end && len < sizeof(copy) - 1 &&
		   span->start[len] != '\0' &&
		   strchr("0123456789.eE+-", span->start[len]))
	{
		copy[len] = span->start[len];
		len++;
	}
	copy[len] = '\0';
	if (copy[0] < '0' || copy[0] > '9')
		return false;
	*number = strtod(copy, &stop);
	span->start += len;
	return *stop == '\0' && !isinf(*number);
}

/* Whether a span is this text. */
static bool
span_is(Span span, const char *text)
{
	size_t		len = strlen(text);

	return (size_t) (span.end - span.start) == len &&
		memcmp(span.start, text, len) == 0;
}

/* Notes the field of a report that this is, if it is one of them. */
static void
read_field(Span field, MetricValues *values)
{
	const char *colon = memchr(field.start, ':', field.end - field.start);
	Span		label = {field.start, colon};
	Span		value = {colon, field.end};
	double		number;

	if (colon == NULL)
		return;
	value.start++;
	while (value.start < value.end && *value.start == ' ')
		value.start++;
	while (value.end > value.start && value.end[-1] == ' ')
		value.end--;
	if (!read_number(&value, &number) || value.start == value.end ||
		*value.start++ != ' ')
		return;
	for (int i = 0; i < (int) lengthof(metrics); i++)
		if (span_is(label, metrics[i].label) &&
			span_is(value, metrics[i].unit))
		{
			values->known[i] = true;
			values->value[i] = number;
		}
}

/* Reads a line that may hold a report as text. */
static bool
read_text_line(Span line, MetricValues *values)
{
	line.start = find_last(line, REPORT_START);
	if (line.start == NULL)
		return false;
	while (line.start < line.end)
	{
		const char *tab = memchr(line.start, '\t', line.end - line.start);
		Span		field = {line.start, tab ? tab : line.end};

		read_field(field, values);
		line.start = tab ? tab + 1 : line.end;
	}
	return values->known[METRIC_DURATION];
}

/* The last member of that name of an object, which is valid JSON. */
static bool
find_member(const LfdwJsonValue *object, const char *name,
			LfdwJsonType type, LfdwJsonValue *member)
{
	LfdwJsonReader reader;
	LfdwJsonValue key;
	LfdwJsonValue value;
	bool		found = false;

	lfdw_json_init(&reader, object->text, object->len, true);
	if (object->type != LFDW_JSON_OBJECT ||
		lfdw_json_enter(&reader) != LFDW_JSON_OK)
		return false;
	while (lfdw_json_member(&reader, &key) == LFDW_JSON_OK &&
		   lfdw_json_value(&reader, &value) == LFDW_JSON_OK)
		if (lfdw_json_is(&key, name))
		{
			found = value.type == type;
			*member = value;
		}
	return found;
}

/* Reads a line that may hold a report as JSON. */
static bool
read_json_line(Span line, MetricValues *values)
{
	LfdwJsonReader reader;
	LfdwJsonValue root;
	LfdwJsonValue value;

	/* spares the reading of what the function wrote */
	if (find_last(line, REPORT_TYPE) == NULL)
		return false;
	lfdw_json_init(&reader, line.start, line.end - line.start, true);
	if (lfdw_json_value(&reader, &root) != LFDW_JSON_OK ||
		lfdw_json_end(&reader) != LFDW_JSON_OK ||
		!find_member(&root, "type", LFDW_JSON_STRING, &value) ||
		!lfdw_json_is(&value, REPORT_TYPE) ||
		!find_member(&root, "record", LFDW_JSON_OBJECT, &root) ||
		!find_member(&root, "metrics", LFDW_JSON_OBJECT, &root))
		return false;
	for (int i = 0; i < (int) lengthof(metrics); i++)
		if (find_member(&root, metrics[i].member, LFDW_JSON_NUMBER, &value))
		{
			Span		number = {value.text, value.text + value.len};

			values->known[i] = read_number(&number, &values->value[i]) &&
				number.start == number.end;
		}
	return values->known[METRIC_DURATION];
}

/* A number of megabytes, 0 where it is not known or past belief. */
static int
megabytes(const MetricValues *values, Metric metric)
{
	if (!values->known[metric] || values->value[metric] > MEGABYTES_MAX)
		return 0;
	return (int) values->value[metric];
}

/* A number of milliseconds, 0 where it is not known or past belief. */
static double
milliseconds(const MetricValues *values, Metric metric)
{
	if (!values->known[metric] || values->value[metric] > MILLISECONDS_MAX)
		return 0;
	return values->value[metric];
}

static void
set_report(LfdwLogReport *report, const MetricValues *values)
{
	report->found = true;
	report->has_init = values->known[METRIC_INIT];
	report->restored = values->known[METRIC_RESTORE];
	report->duration_ms = milliseconds(values, METRIC_DURATION);
	report->billed_ms = milliseconds(values, METRIC_BILLED);
	report->init_ms = milliseconds(values, METRIC_INIT);
	report->restore_ms = milliseconds(values, METRIC_RESTORE);
	report->memory_mb = megabytes(values, METRIC_MEMORY);
	report->max_memory_mb = megabytes(values, METRIC_MAX_MEMORY);
}

/*
 * What a report says was billed: milliseconds, times the function's memory in
 * megabytes; 0 where it does not say one of them.
 */
int64_t
lfdw_log_report_mb_ms(const LfdwLogReport *report)
{
	return (int64_t) report->billed_ms * report->memory_mb;
}

/*
 * Reads the last report in a decoded log tail, which may begin amid a line
 * and hold any bytes.  A function can write a line that looks like a report;
 * Lambda's own comes after it.
 *
 * *report is set in any case.  The result is report->found: false where there
 * is none that gives a duration.
 */
bool
lfdw_log_report_read(LfdwLogReport *report, const char *tail, size_t len)
{
	const char *end;

	memset(report, 0, sizeof(*report));
	if (len == 0)
		return false;
	end = tail + len;
	for (;;)
	{
		Span		line = {end, end};
		MetricValues values;

		memset(&values, 0, sizeof(values));
		while (line.start > tail && line.start[-1] != '\n')
			line.start--;
		if (line.end > line.start && line.end[-1] == '\r')
			line.end--;
		if (read_text_line(line, &values) || read_json_line(line, &values))
		{
			set_report(report, &values);
			return true;
		}
		if (line.start == tail)
			return false;
		end = line.start - 1;
	}
}
