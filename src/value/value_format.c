/*-------------------------------------------------------------------------
 *
 * value_format.c
 *		The column option "format": times as numbers, bytes as text.
 *
 * IDENTIFICATION
 *	  src/value/value_format.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/int.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "base/hex.h"
#include "pg/compat.h"
#include "pg/message.h"
#include "value/value_format_internal.h"

/* The microseconds from 1970 to 2000, where PostgreSQL's timestamps start. */
#define EPOCH_USECS \
	((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

/* A format as data; the default has no row. */
typedef struct FormatRow
{
	const char *name;
	Oid			types[2];		/* InvalidOid: none */
	const char *expects;		/* of a value, for the error about another */
} FormatRow;

static const FormatRow formats[] = {
	[LFDW_FORMAT_EPOCH_S] = {
		"epoch_s", {TIMESTAMPOID, TIMESTAMPTZOID},
		"A number, or a string with one, is expected."
	},
	[LFDW_FORMAT_EPOCH_MS] = {
		"epoch_ms", {TIMESTAMPOID, TIMESTAMPTZOID},
		"A number, or a string with one, is expected."
	},
	[LFDW_FORMAT_BASE64] = {
		"base64", {BYTEAOID},
		"A string in base64, with its padding, is expected."
	},
	[LFDW_FORMAT_HEX] = {
		"hex", {BYTEAOID},
		"A string of pairs of hexadecimal digits is expected."
	}
};

/* The table in words: its names, and with their types. */
const char	lfdw_format_names[] = "epoch_s, epoch_ms, base64 or hex";
const char	lfdw_format_choice[] =
"It must be epoch_s or epoch_ms for a timestamp, base64 or hex for bytea.";
const char	lfdw_format_types[] =
"epoch_s and epoch_ms are for timestamps, base64 and hex for bytea.";

/* The outcome of reading a decimal number. */
typedef enum DecimalStatus
{
	DECIMAL_OK,
	DECIMAL_BAD,				/* no number */
	DECIMAL_RANGE				/* past a uint64 */
} DecimalStatus;

/* A number taken apart: the digits of both sides of its point, and 10^n. */
typedef struct Decimal
{
	const char *digits;
	int64		before;			/* digits before the point */
	int64		after;			/* digits behind it */
	int64		exponent;
	bool		negative;
} Decimal;

/* Reports a value that is not in its column's format. */
static void
report_bad(LfdwFormat format, Oid typid, const LfdwJsonValue *value)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid value for type %s in format \"%s\": \"%s\"",
					format_type_be(typid), formats[format].name,
					lfdw_error_excerpt(value->text, value->len)),
			 errdetail("%s", formats[format].expects)));
}

/* The string's text with its escapes resolved, in UTF-8; NUL-terminated. */
static char *
format_text(const LfdwJsonValue *value, size_t *len)
{
	char	   *text = palloc(value->len + 1);

	*len = value->len;
	if (value->escaped)
		*len = lfdw_json_unescape(value, text);
	else
		memcpy(text, value->text, *len);
	text[*len] = '\0';
	return text;
}

static Datum
from_base64(Oid typid, const LfdwJsonValue *value)
{
	size_t		len = 0;
	char	   *text = NULL;
	bytea	   *result = NULL;
	int			nbytes = -1;

	if (value->type == LFDW_JSON_STRING)
	{
		text = format_text(value, &len);
		result = palloc(VARHDRSZ + len);
		nbytes = lfdw_b64_decode(text, len, VARDATA(result));
	}
	if (nbytes < 0)
		report_bad(LFDW_FORMAT_BASE64, typid, value);
	SET_VARSIZE(result, VARHDRSZ + nbytes);
	return PointerGetDatum(result);
}

static Datum
from_hex(Oid typid, const LfdwJsonValue *value)
{
	size_t		len = 0;
	size_t		read = 0;
	char	   *text = NULL;
	bytea	   *result = NULL;

	if (value->type == LFDW_JSON_STRING)
	{
		text = format_text(value, &len);
		result = palloc(VARHDRSZ + len / 2);
		for (; read + 1 < len; read += 2)
		{
			int			high = lfdw_hex_value(text[read]);
			int			low = lfdw_hex_value(text[read + 1]);

			if (high < 0 || low < 0)
				break;
			VARDATA(result)[read / 2] = high << 4 | low;
		}
	}
	if (text == NULL || read < len)
		report_bad(LFDW_FORMAT_HEX, typid, value);
	SET_VARSIZE(result, VARHDRSZ + len / 2);
	return PointerGetDatum(result);
}

static int64
count_digits(const char *text, const char *end)
{
	const char *start = text;

	while (text < end && *text >= '0' && *text <= '9')
		text++;
	return text - start;
}

/* Takes [-]digits[.digits][e[+-]digits] apart; false for anything else. */
static bool
split_decimal(const char *text, size_t len, Decimal *decimal)
{
	const char *end = text + len;

	memset(decimal, 0, sizeof(*decimal));
	decimal->negative = text < end && *text == '-';
	text += decimal->negative ? 1 : 0;
	decimal->digits = text;
	decimal->before = count_digits(text, end);
	text += decimal->before;
	if (decimal->before == 0)
		return false;
	if (text < end && *text == '.')
	{
		decimal->after = count_digits(text + 1, end);
		if (decimal->after == 0)
			return false;
		text += decimal->after + 1;
	}
	if (text < end && (*text == 'e' || *text == 'E'))
	{
		bool		minus = end - text > 1 && text[1] == '-';

		text += end - text > 1 && (minus || text[1] == '+') ? 2 : 1;
		if (text == end)
			return false;
		/* past the length of any answer further digits change nothing */
		for (; text < end && *text >= '0' && *text <= '9'; text++)
			if (decimal->exponent < PG_INT32_MAX)
				decimal->exponent = decimal->exponent * 10 + (*text - '0');
		if (minus)
			decimal->exponent = -decimal->exponent;
	}
	return text == end;
}

/*
 * Reads a decimal number times 10^shift as an integer, exactly; a half is
 * rounded away from zero, as numeric does it.
 */
static DecimalStatus
parse_scaled(const char *text, size_t len, int shift, uint64 *magnitude,
			 bool *negative)
{
	Decimal		decimal;
	int64		ndigits;
	int64		keep;
	uint64		number = 0;
	bool		overflow = false;

#define DIGIT(i) \
	(decimal.digits[(i) < decimal.before ? (i) : (i) + 1] - '0')

	if (!split_decimal(text, len, &decimal))
		return DECIMAL_BAD;
	ndigits = decimal.before + decimal.after;
	keep = decimal.before + decimal.exponent + shift;
	for (int64 i = 0; i < keep && !overflow; i++)
	{
		if (i >= ndigits && number == 0)
			break;
		overflow = pg_mul_u64_overflow(number, 10, &number) ||
			pg_add_u64_overflow(number, i < ndigits ? DIGIT(i) : 0, &number);
	}
	if (!overflow && keep >= 0 && keep < ndigits && DIGIT(keep) >= 5)
		overflow = pg_add_u64_overflow(number, 1, &number);
#undef DIGIT
	*magnitude = number;
	*negative = decimal.negative;
	return overflow ? DECIMAL_RANGE : DECIMAL_OK;
}

/*
 * Microseconds since 1970 as PostgreSQL's since 2000; false out of its range.
 * Unsigned, because its last years pass an int64 when counted from 1970.
 */
static bool
unix_to_timestamp(uint64 magnitude, bool negative, Timestamp *result)
{
	if (magnitude > (uint64) PG_INT64_MAX + (negative ? 0 : EPOCH_USECS))
		return false;
	if (!negative)
		*result = (Timestamp) (magnitude - EPOCH_USECS);
	else if (pg_sub_s64_overflow(-(int64) magnitude, EPOCH_USECS, result))
		return false;
	return IS_VALID_TIMESTAMP(*result);
}

/* timestamp and timestamptz alike count from 2000 in UTC. */
static Datum
from_epoch(LfdwFormat format, Oid typid, int32 typmod,
		   const LfdwJsonValue *value)
{
	bool		seconds = format == LFDW_FORMAT_EPOCH_S;
	DecimalStatus status = DECIMAL_BAD;
	uint64		magnitude = 0;
	bool		negative = false;
	Timestamp	result = 0;
	size_t		len;
	char	   *text;

	if (value->type == LFDW_JSON_NUMBER || value->type == LFDW_JSON_STRING)
	{
		text = format_text(value, &len);
		status = parse_scaled(text, len, seconds ? 6 : 3, &magnitude,
							  &negative);
	}
	if (status == DECIMAL_BAD)
		report_bad(format, typid, value);
	if (status == DECIMAL_RANGE ||
		!unix_to_timestamp(magnitude, negative, &result))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
				 errmsg("timestamp out of range: \"%s\"",
						lfdw_error_excerpt(value->text, value->len))));
	if (typmod < 0)
		return TimestampGetDatum(result);
	return DirectFunctionCall2(timestamp_scale, TimestampGetDatum(result),
							   Int32GetDatum(typmod));
}

/* Exact: the seconds or milliseconds, and what fraction of them there is. */
static bool
epoch_to_json(StringInfo out, Timestamp value, int digits, uint64 unit)
{
	bool		negative = value < -EPOCH_USECS;
	uint64		usecs;
	char		fraction[8];

	if (TIMESTAMP_NOT_FINITE(value))
		return false;

	usecs = negative ? (uint64) -(value + EPOCH_USECS) :
		(uint64) value + (uint64) EPOCH_USECS;
	appendStringInfo(out, "%s" UINT64_FORMAT, negative ? "-" : "",
					 usecs / unit);
	if (usecs % unit != 0)
	{
		snprintf(fraction, sizeof(fraction), "%0*d", digits,
				 (int) (usecs % unit));
		while (fraction[digits - 1] == '0')
			fraction[--digits] = '\0';
		appendStringInfo(out, ".%s", fraction);
	}
	return true;
}

static void
base64_to_json(StringInfo out, bytea *value)
{
	int			len = VARSIZE_ANY_EXHDR(value);
	int			room = pg_b64_enc_len(len);
	int			written;

	appendStringInfoChar(out, '"');
	enlargeStringInfo(out, room);
	written = lfdw_b64_encode(VARDATA_ANY(value), len, out->data + out->len,
							  room);
	if (written < 0)
		elog(ERROR, "could not encode %d bytes in base64", len);
	out->len += written;
	appendStringInfoChar(out, '"');
}

/* Two digits a byte; in the default format behind the \x that byteain reads. */
static void
hex_to_json(StringInfo out, bytea *value, const char *prefix)
{
	int			len = VARSIZE_ANY_EXHDR(value);

	appendStringInfo(out, "\"%s", prefix);
	enlargeStringInfo(out, len * 2);
	out->len += hex_encode(VARDATA_ANY(value), len, out->data + out->len);
	appendStringInfoChar(out, '"');
}

/* Finds a format other than the default by its name; false for none. */
bool
lfdw_format_find(const char *name, LfdwFormat *format)
{
	for (int i = LFDW_FORMAT_DEFAULT + 1; i < (int) lengthof(formats); i++)
	{
		if (strcmp(name, formats[i].name) == 0)
		{
			*format = i;
			return true;
		}
	}
	return false;
}

/* Is a format other than the default one for a type that is no domain? */
bool
lfdw_format_is_for(LfdwFormat format, Oid base)
{
	return base == formats[format].types[0] || base == formats[format].types[1];
}

/*
 * Tells whether a column of this type, or of a domain over it, may have the
 * format; every type may have the default.
 */
bool
lfdw_format_applies(LfdwFormat format, Oid typid)
{
	return format == LFDW_FORMAT_DEFAULT ||
		lfdw_format_is_for(format, getBaseType(typid));
}

/*
 * Converts a value other than null by a format other than the default.
 *
 * typid is the base type, to which the format applies, and typmod its own.
 * The result is in the current memory context.  Fractions of a time are
 * rounded to the microsecond, a half away from zero.  Raises 22P02 for a
 * value not in the format and 22008 for a time PostgreSQL cannot hold.
 */
Datum
lfdw_format_from_json(LfdwFormat format, Oid typid, int32 typmod,
					  const LfdwJsonValue *value)
{
	if (format == LFDW_FORMAT_BASE64)
		return from_base64(typid, value);
	if (format == LFDW_FORMAT_HEX)
		return from_hex(typid, value);
	return from_epoch(format, typid, typmod, value);
}

/*
 * Appends a value of a type that the format applies to, or bytea's default.
 * False, with nothing appended, for an infinite time.
 */
bool
lfdw_format_to_json(StringInfo out, Datum value, LfdwFormat format)
{
	switch (format)
	{
		case LFDW_FORMAT_EPOCH_S:
			return epoch_to_json(out, DatumGetTimestamp(value), 6,
								 USECS_PER_SEC);
		case LFDW_FORMAT_EPOCH_MS:
			return epoch_to_json(out, DatumGetTimestamp(value), 3, 1000);
		case LFDW_FORMAT_HEX:
			hex_to_json(out, DatumGetByteaPP(value), "");
			return true;
		case LFDW_FORMAT_BASE64:
			base64_to_json(out, DatumGetByteaPP(value));
			return true;
		default:
			hex_to_json(out, DatumGetByteaPP(value), "\\\\x");
			return true;
	}
}
