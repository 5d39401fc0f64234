/*-------------------------------------------------------------------------
 *
 * value_in_number.c
 *		JSON numbers become integers, floating-point numbers and numerics.
 *
 * IDENTIFICATION
 *	  src/value/value_in_number.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>

#include "catalog/pg_type.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "base/byte_word.h"
#include "value/value_in_internal.h"

/* An int64 holds any number of this many decimal digits ... */
#define INT64_SAFE_DIGITS 18

/* ... and ten times one of this many. */
#define NUMERIC_DIGITS 17
#define NUMERIC_MAX INT64CONST(99999999999999999)

/*
 * One to eight bytes, the last of them highest, behind as many zeros as there is room
 * for.  Reads nothing but them, some of them twice.
 */
static inline uint64
load_digits(const char *text, size_t len)
{
	const uint8 *bytes = (const uint8 *) text;

	/* in two steps, since no word is shifted by all its bits */
	uint64		zeros = LFDW_EVERY_BYTE('0') >> 8 >> (8 * len - 8);
	uint64		digits;

	if (len >= 4)
		digits = lfdw_load_four(text) << (64 - 8 * len) |
			lfdw_load_four(text + len - 4) << 32;
	else
		digits = (uint64) bytes[0] << (64 - 8 * len) |
			(uint64) bytes[len / 2] << (64 - 8 * (len - len / 2)) |
			(uint64) bytes[len - 1] << 56;
	return digits | zeros;
}

/*
 * Reads one to eight digits, all at once, for how many they are is hard to foresee;
 * false for anything else.  Neighbours are put together to numbers of two digits, of
 * four and of eight.
 */
static inline bool
parse_digits(const char *text, size_t len, int64 *result)
{
	uint64		word = load_digits(text, len);

	/* 0x30 to 0x39, also once 6 is added */
	if ((word & LFDW_EVERY_BYTE(0xF0)) != LFDW_EVERY_BYTE(0x30) ||
		((word + LFDW_EVERY_BYTE(6)) & LFDW_EVERY_BYTE(0xF0)) != LFDW_EVERY_BYTE(0x30))
		return false;
	word -= LFDW_EVERY_BYTE('0');
	word = (word * 10 + (word >> 8)) & UINT64CONST(0x00FF00FF00FF00FF);
	word = (word * 100 + (word >> 16)) & UINT64CONST(0x0000FFFF0000FFFF);
	*result = (int64) ((word & 0xFFFF) * 10000 + (word >> 32));
	return true;
}

/* Reads [-]digits that cannot overflow; false for anything else. */
static pg_attribute_always_inline bool
parse_int(const char *text, size_t len, int64 *result)
{
	bool		negative = len > 0 && text[0] == '-';
	const char *end = text + len;
	int64		number = 0;

	text += negative ? 1 : 0;
	if (text == end || end - text > INT64_SAFE_DIGITS)
		return false;
	if (end - text <= 8)
	{
		if (!parse_digits(text, end - text, &number))
			return false;
		text = end;
	}
	for (; text < end; text++)
	{
		if (*text < '0' || *text > '9')
			return false;
		number = number * 10 + (*text - '0');
	}
	*result = negative ? -number : number;
	return true;
}

static Datum
from_int2(LfdwConverter *converter, const LfdwJsonValue *value)
{
	int64		number;

	if (!parse_int(value->text, value->len, &number) ||
		number < PG_INT16_MIN || number > PG_INT16_MAX)
		return lfdw_value_from_input(converter, value);
	return Int16GetDatum((int16) number);
}

static Datum
from_int4(LfdwConverter *converter, const LfdwJsonValue *value)
{
	int64		number;

	if (!parse_int(value->text, value->len, &number) ||
		number < PG_INT32_MIN || number > PG_INT32_MAX)
		return lfdw_value_from_input(converter, value);
	return Int32GetDatum((int32) number);
}

static Datum
from_int8(LfdwConverter *converter, const LfdwJsonValue *value)
{
	int64		number;

	if (!parse_int(value->text, value->len, &number))
		return lfdw_value_from_input(converter, value);
	return Int64GetDatum(number);
}

/*
 * Reads [-]digits[.digits] as mantissa / 10^scale; false for anything else
 * and for a mantissa past the limit.
 */
static bool
parse_fixed(const char *text, size_t len, int64 limit, int64 *mantissa,
			int *scale)
{
	const char *end = text + len;
	const char *point = NULL;
	int64		number = 0;

	for (; text < end; text++)
	{
		if (*text == '.' && point == NULL)
			point = text;
		else if (*text < '0' || *text > '9')
			return false;
		else
			number = number * 10 + (*text - '0');
		if (number > limit)
			return false;
	}
	*mantissa = number;
	*scale = point ? end - point - 1 : 0;
	return len > 0;
}

/*
 * Digits that an int64 holds are a numeric without a detour by text, with as many
 * behind the point as there are: numeric_in drops none either.  One in a string is
 * read so too, if it is spelled as JSON's.
 */
static Datum
from_numeric(LfdwConverter *converter, const LfdwJsonValue *value)
{
	bool		negative = value->len > 0 && value->text[0] == '-';
	const char *digits = value->text + negative;
	size_t		len = value->len - negative;
	int64		mantissa;
	int			scale;
	Datum		result;

	if (len > NUMERIC_DIGITS + 1 ||
		!parse_fixed(digits, len, NUMERIC_MAX, &mantissa, &scale) ||
		digits[0] == '.' || digits[len - 1] == '.')
		return lfdw_value_from_input(converter, value);
	result = NumericGetDatum(int64_div_fast_to_numeric(negative ? -mantissa : mantissa,
													   scale));
	return converter->typmod < 0 ? result :
		DirectFunctionCall2(numeric, result, Int32GetDatum(converter->typmod));
}

#if FLT_EVAL_METHOD == 0
/*
 * A quotient of two numbers that are exact in the type is rounded once, so it
 * is what strtod and strtof return (Clinger, "How to read floating point
 * numbers accurately", 1990).  Beyond those numbers the input function reads.
 */
static Datum
from_float8(LfdwConverter *converter, const LfdwJsonValue *value)
{
	static const double powers[] = {
		1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
		1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22
	};
	bool		negative = value->len > 0 && value->text[0] == '-';
	int64		mantissa;
	int			scale;
	double		number;

	if (value->type != LFDW_JSON_NUMBER ||
		!parse_fixed(value->text + negative, value->len - negative,
					 INT64CONST(1) << DBL_MANT_DIG, &mantissa, &scale) ||
		scale >= (int) lengthof(powers))
		return lfdw_value_from_input(converter, value);
	number = (double) mantissa / powers[scale];
	return Float8GetDatum(negative ? -number : number);
}

static Datum
from_float4(LfdwConverter *converter, const LfdwJsonValue *value)
{
	static const float powers[] = {
		1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f, 1e6f, 1e7f, 1e8f, 1e9f, 1e10f
	};
	bool		negative = value->len > 0 && value->text[0] == '-';
	int64		mantissa;
	int			scale;
	float		number;

	if (value->type != LFDW_JSON_NUMBER ||
		!parse_fixed(value->text + negative, value->len - negative,
					 INT64CONST(1) << FLT_MANT_DIG, &mantissa, &scale) ||
		scale >= (int) lengthof(powers))
		return lfdw_value_from_input(converter, value);
	number = (float) mantissa / powers[scale];
	return Float4GetDatum(negative ? -number : number);
}
#else
#define from_float8 lfdw_value_from_input
#define from_float4 lfdw_value_from_input
#endif

/*
 * How a number type is converted that has a shorter way than its input
 * function; NULL for any other type.
 */
LfdwConvert
lfdw_value_convert_number(Oid typid)
{
	switch (typid)
	{
		case INT2OID:
			return from_int2;
		case INT4OID:
			return from_int4;
		case INT8OID:
			return from_int8;
		case FLOAT4OID:
			return from_float4;
		case FLOAT8OID:
			return from_float8;
		case NUMERICOID:
			return from_numeric;
		default:
			return NULL;
	}
}
