/*-------------------------------------------------------------------------
 *
 * value_in.c
 *		A JSON value becomes a Datum, as json_populate_record makes it one.
 *
 * A scalar goes through its type's input function, a domain's constraints
 * are checked by domain_check, and arrays and composites are left to core's
 * own json_populate_record, all as populate_record_field in core's
 * jsonfuncs.c does it.  The common types have a shorter way for the common
 * spellings; whatever it does not take goes to the input function, which
 * also words the errors.
 *
 * IDENTIFICATION
 *	  src/value/value_in.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgroids.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
#include "value/json_string.h"
#include "value/value.h"
#include "value/value_format.h"

/* Texts up to this length are handed to input functions from the stack. */
#define SHORT_TEXT 256

/* An int64 holds any number of this many decimal digits. */
#define INT64_SAFE_DIGITS 18

/* Converts a value other than null; used by lfdw_value_from_json. */
typedef Datum (*Convert) (LfdwConverter *converter, const LfdwJsonValue *value);

struct LfdwConverter
{
	Convert		convert;
	Oid			typid;			/* what convert and input make */
	int32		typmod;
	LfdwFormat	format;
	bool		utf8;			/* the database keeps JSON's own bytes */
	bool		sql_ascii;		/* ... but core takes no escape for them */
	FmgrInfo	input;			/* typid's input function */
	Oid			typioparam;
	Oid			domain;			/* the column's type if that is a domain */
	void	   *domain_cache;	/* domain_check's */
	MemoryContext context;		/* where the converter lives */
	Oid			column_typid;
	int32		column_typmod;
	const char *colname;
	FmgrInfo	populate;		/* json_populate_record, once it was needed */
	TupleDesc	row_desc;		/* of its one-column record */
	Datum		row;			/* that record, NULL in its column */
};

/*
 * The value's text with its escapes resolved, NUL-terminated, in the database
 * encoding: in buf, of SHORT_TEXT bytes, where it fits, else palloc'd.
 */
static char *
value_text(const LfdwConverter *converter, const LfdwJsonValue *value,
		   char *buf)
{
	size_t		len = value->len;
	char	   *text = len < SHORT_TEXT ? buf : palloc(len + 1);

	if (value->escaped)
		len = lfdw_json_unescape(value, text);
	else
		memcpy(text, value->text, len);
	text[len] = '\0';
	return converter->utf8 ? text : pg_any_to_server(text, len, PG_UTF8);
}

static Datum
from_input(LfdwConverter *converter, const LfdwJsonValue *value)
{
	char		buf[SHORT_TEXT];

	return InputFunctionCall(&converter->input,
							 value_text(converter, value, buf),
							 converter->typioparam, converter->typmod);
}

/* json and jsonb: core quotes a string again and takes the rest verbatim. */
static Datum
from_input_json(LfdwConverter *converter, const LfdwJsonValue *value)
{
	char		buf[SHORT_TEXT];
	StringInfoData quoted;
	LfdwJsonValue plain = *value;

	if (value->type != LFDW_JSON_STRING)
	{
		if (converter->sql_ascii)
			plain = lfdw_json_unescaped(value);
		return from_input(converter, &plain);
	}
	initStringInfo(&quoted);
	escape_json(&quoted, value_text(converter, value, buf));
	return InputFunctionCall(&converter->input, quoted.data,
							 converter->typioparam, converter->typmod);
}

static Datum
from_text(LfdwConverter *converter, const LfdwJsonValue *value)
{
	struct varlena *result;
	size_t		len = value->len;

	if (!converter->utf8)
		return from_input(converter, value);
	result = palloc(VARHDRSZ + len);
	if (value->escaped)
		len = lfdw_json_unescape(value, VARDATA(result));
	else
		memcpy(VARDATA(result), value->text, len);
	SET_VARSIZE(result, VARHDRSZ + len);
	return PointerGetDatum(result);
}

/* json: what the reader has validated need not be parsed again. */
static Datum
from_json(LfdwConverter *converter, const LfdwJsonValue *value)
{
	if (value->type == LFDW_JSON_STRING)
		return from_input_json(converter, value);
	return from_text(converter, value);
}

/* Reads [-]digits that cannot overflow; false for anything else. */
static bool
parse_int(const char *text, size_t len, int64 *result)
{
	bool		negative = len > 0 && text[0] == '-';
	const char *end = text + len;
	int64		number = 0;

	text += negative ? 1 : 0;
	if (text == end || end - text > INT64_SAFE_DIGITS)
		return false;
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
		return from_input(converter, value);
	return Int16GetDatum((int16) number);
}

static Datum
from_int4(LfdwConverter *converter, const LfdwJsonValue *value)
{
	int64		number;

	if (!parse_int(value->text, value->len, &number) ||
		number < PG_INT32_MIN || number > PG_INT32_MAX)
		return from_input(converter, value);
	return Int32GetDatum((int32) number);
}

static Datum
from_int8(LfdwConverter *converter, const LfdwJsonValue *value)
{
	int64		number;

	if (!parse_int(value->text, value->len, &number))
		return from_input(converter, value);
	return Int64GetDatum(number);
}

static Datum
from_bool(LfdwConverter *converter, const LfdwJsonValue *value)
{
	if (value->type == LFDW_JSON_TRUE || value->type == LFDW_JSON_FALSE)
		return BoolGetDatum(value->type == LFDW_JSON_TRUE);
	return from_input(converter, value);
}

#if FLT_EVAL_METHOD == 0
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
		return from_input(converter, value);
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
		return from_input(converter, value);
	number = (float) mantissa / powers[scale];
	return Float4GetDatum(negative ? -number : number);
}
#else
#define from_float8 from_input
#define from_float4 from_input
#endif

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
		return from_input(converter, value);
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
		return from_input(converter, value);
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
		return from_input(converter, value);
	return TimestampTzGetDatum(result - seconds * USECS_PER_SEC);
}

/* The usual 36 characters only; uuid_in takes more forms. */
static Datum
from_uuid(LfdwConverter *converter, const LfdwJsonValue *value)
{
	const char *text = value->text;
	pg_uuid_t  *uuid;

	if (value->type != LFDW_JSON_STRING || value->len != 36)
		return from_input(converter, value);
	uuid = palloc(sizeof(pg_uuid_t));
	for (int i = 0; i < UUID_LEN; i++)
	{
		int			high;
		int			low;

		if ((i == 4 || i == 6 || i == 8 || i == 10) && *text++ != '-')
			return from_input(converter, value);
		high = lfdw_hex_value(*text++);
		low = lfdw_hex_value(*text++);
		if (high < 0 || low < 0)
			return from_input(converter, value);
		uuid->data[i] = high << 4 | low;
	}
	return UUIDPGetDatum(uuid);
}

static Datum
from_format(LfdwConverter *converter, const LfdwJsonValue *value)
{
	return lfdw_format_from_json(converter->format, converter->typid,
								 converter->typmod, value);
}

/*
 * Prepares json_populate_record for a record with this one column, so that
 * errors speak of the column as core's do.
 */
static void
prepare_populate(LfdwConverter *converter)
{
	MemoryContext old = MemoryContextSwitchTo(converter->context);
	Datum		values[1] = {(Datum) 0};
	bool		nulls[1] = {true};
	TupleDesc	desc;
	List	   *args;

	desc = BuildDescFromLists(list_make1(makeString(pstrdup(converter->colname))),
							  list_make1_oid(converter->column_typid),
							  list_make1_int(converter->column_typmod),
							  list_make1_oid(InvalidOid));
	desc = BlessTupleDesc(desc);
	converter->row = HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));

	/* the function looks for the record's type in its own call */
	args = list_make3(makeNullConst(RECORDOID, -1, InvalidOid),
					  makeNullConst(JSONOID, -1, InvalidOid),
					  makeBoolConst(false, false));
	fmgr_info(F_JSON_POPULATE_RECORD, &converter->populate);
	fmgr_info_set_expr((Node *) makeFuncExpr(F_JSON_POPULATE_RECORD, RECORDOID,
											 args, InvalidOid, InvalidOid,
											 COERCE_EXPLICIT_CALL),
					   &converter->populate);
	converter->row_desc = desc;
	MemoryContextSwitchTo(old);
}

/* Arrays and composites, by core itself on the document {"column": value}. */
static Datum
from_populate(LfdwConverter *converter, const LfdwJsonValue *value)
{
	const char *quote = value->type == LFDW_JSON_STRING ? "\"" : "";
	StringInfoData document;
	HeapTupleData tuple;
	LfdwJsonValue plain = converter->sql_ascii ? lfdw_json_unescaped(value) : *value;
	const char *text = plain.text;
	size_t		len = plain.len;
	Datum		result;
	bool		isnull;

	if (converter->row_desc == NULL)
		prepare_populate(converter);
	if (!converter->utf8)
	{
		text = pnstrdup(text, len);
		text = pg_any_to_server(text, len, PG_UTF8);
		len = strlen(text);
	}
	initStringInfo(&document);
	appendStringInfoChar(&document, '{');
	escape_json(&document, converter->colname);
	appendStringInfo(&document, ":%s", quote);
	appendBinaryStringInfo(&document, text, len);
	appendStringInfo(&document, "%s}", quote);
	result = FunctionCall3(&converter->populate, converter->row,
						   PointerGetDatum(cstring_to_text_with_len(document.data,
																	document.len)),
						   BoolGetDatum(false));
	tuple.t_data = DatumGetHeapTupleHeader(result);
	tuple.t_len = HeapTupleHeaderGetDatumLength(tuple.t_data);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	result = heap_getattr(&tuple, 1, converter->row_desc, &isnull);
	Assert(!isnull);
	return result;
}

/* How a scalar type is converted where its column has no format. */
static Convert
choose_convert(Oid typid, int32 typmod)
{
	bool		plain = typmod < 0;

	switch (typid)
	{
		case INT2OID:
			return from_int2;
		case INT4OID:
			return from_int4;
		case INT8OID:
			return from_int8;
		case BOOLOID:
			return from_bool;
		case FLOAT4OID:
			return from_float4;
		case FLOAT8OID:
			return from_float8;
		case TEXTOID:
			return from_text;
		case VARCHAROID:
		case BPCHAROID:
			return plain ? from_text : from_input;
		case DATEOID:
			return from_date;
		case TIMESTAMPOID:
			return plain ? from_timestamp : from_input;
		case TIMESTAMPTZOID:
			return plain ? from_timestamptz : from_input;
		case UUIDOID:
			return from_uuid;
		case JSONOID:
			return from_json;
		case JSONBOID:
			return from_input_json;
		default:
			return from_input;
	}
}

/*
 * Makes the converter of one column, in the current memory context, which is
 * also where it caches; it holds no resource beyond that memory.
 *
 * typid, typmod and colname are the column's (the name in the database
 * encoding, for core's errors; copied); the format must be one that applies
 * to the type.  One converter must not be used inside its own conversion.
 */
LfdwConverter *
lfdw_value_converter(Oid typid, int32 typmod, LfdwFormat format,
					 const char *colname)
{
	LfdwConverter *converter = palloc0(sizeof(LfdwConverter));
	int32		base_typmod = typmod;
	Oid			base = getBaseTypeAndTypmod(typid, &base_typmod);
	bool		nested = type_is_rowtype(base) || type_is_array(base);
	Oid			function;

	Assert(lfdw_format_applies(format, typid));
	converter->context = CurrentMemoryContext;
	converter->sql_ascii = GetDatabaseEncoding() == PG_SQL_ASCII;
	converter->utf8 = converter->sql_ascii || GetDatabaseEncoding() == PG_UTF8;
	converter->column_typid = typid;
	converter->column_typmod = typmod;
	converter->colname = pstrdup(colname);
	converter->format = format;
	if (typid != base)
		converter->domain = typid;
	converter->typid = base;
	converter->typmod = base_typmod;
	getTypeInputInfo(base, &function, &converter->typioparam);
	fmgr_info(function, &converter->input);
	if (format != LFDW_FORMAT_DEFAULT)
		converter->convert = from_format;
	else if (nested)
		converter->convert = from_populate;
	else
		converter->convert = choose_convert(base, base_typmod);
	return converter;
}

/* The constraints of the column's domain, if it has one. */
static void
check_domain(LfdwConverter *converter, Datum value, bool isnull)
{
	if (OidIsValid(converter->domain))
		domain_check(value, isnull, converter->domain,
					 &converter->domain_cache, converter->context);
}

/*
 * Converts a value of the reader, or NULL for a missing member, which is
 * NULL.  The result is in the current memory context, which the caller resets
 * from row to row, and does not point into the reader's window.
 *
 * It is the result of json_populate_record on a json document with this
 * value, under the session's own DateStyle, TimeZone and IntervalStyle
 * (never call it between lfdw_transmission_modes_begin and _end); or its
 * error, of the same SQLSTATE, message, detail and hint.  With a format:
 * 22P02 for a value not in it, 22008 for a time that PostgreSQL cannot hold.
 */
Datum
lfdw_value_from_json(LfdwConverter *converter, const LfdwJsonValue *value,
					 bool *isnull)
{
	Datum		result = (Datum) 0;

	*isnull = value == NULL || value->type == LFDW_JSON_NULL;
	if (*isnull)
	{
		check_domain(converter, result, true);
		return result;
	}

	/*
	 * Core resolves every escape of a document, the nested ones too, straight
	 * into the database encoding, which may refuse it: left to core.
	 */
	if (!converter->utf8 && converter->format == LFDW_FORMAT_DEFAULT &&
		memchr(value->text, '\\', value->len) != NULL)
		return from_populate(converter, value);
	result = converter->convert(converter, value);
	if (converter->convert != from_populate)
		check_domain(converter, result, false);
	return result;
}

/* Does it make timestamps of anything but numbers since 1970? */
bool
lfdw_value_is_time(const LfdwConverter *converter)
{
	return converter->format == LFDW_FORMAT_DEFAULT &&
		(converter->typid == TIMESTAMPOID || converter->typid == TIMESTAMPTZOID);
}

/*
 * Converts a text that an output function made, in the database encoding, by
 * the type's input function, whatever the column's format; NULL gives NULL.
 * The result is in the current memory context.  A text made between
 * lfdw_transmission_modes_begin and _end must be read there too.  Raises what
 * the input function raises, and the domain's errors.
 */
Datum
lfdw_value_from_text(LfdwConverter *converter, char *text, bool *isnull)
{
	Datum		result;

	*isnull = text == NULL;
	result = InputFunctionCall(&converter->input, text, converter->typioparam,
							   converter->typmod);
	check_domain(converter, result, *isnull);
	return result;
}
