/*-------------------------------------------------------------------------
 *
 * value_out.c
 *		A Datum becomes JSON, for the payload.
 *
 * What is written here means the same to every reader, whatever the session's
 * settings: numbers digit for digit, times in ISO 8601, times with a zone in
 * UTC.  Types without such a form are their output text.
 *
 * What is written here is read as an equal value; what would not be is not
 * shippable.
 *
 * IDENTIFICATION
 *	  src/value/value_out.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/float.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "value/json_writer.h"
#include "value/value.h"
#include "value/value_format_internal.h"

struct LfdwOutput
{
	Oid			base;			/* of a domain its base type */
	LfdwFormat	format;
	bool		formatted;		/* the format is the type's own */
	bool		is_array;
	MemoryContext context;		/* of what is looked up once */
	FmgrInfo	function;		/* once it is needed */
	LfdwOutput *element;		/* of arrays; once it is needed */
};

/* The elements of an array on their way out. */
typedef struct ArrayWalk
{
	Datum	   *elements;
	bool	   *nulls;
	int			next;			/* the element to be written next */
	LfdwOutput *element;
	int			ndims;
	const int  *dims;
} ArrayWalk;

static bool append_value(StringInfo out, LfdwOutput *output, Datum value);

static bool
append_float4(StringInfo out, float4 value)
{
	char		digits[FLOAT_SHORTEST_DECIMAL_LEN];

	if (isnan(value) || isinf(value))
		return false;
	float_to_shortest_decimal_buf(value, digits);
	appendStringInfoString(out, digits);
	return true;
}

static bool
append_float8(StringInfo out, float8 value)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	if (isnan(value) || isinf(value))
		return false;
	double_to_shortest_decimal_buf(value, digits);
	appendStringInfoString(out, digits);
	return true;
}

/* numeric_out writes JSON's own form, but for NaN and the infinities. */
static bool
append_numeric(StringInfo out, Datum value)
{
	char	   *digits = DatumGetCString(DirectFunctionCall1(numeric_out, value));
	char		first = digits[digits[0] == '-' ? 1 : 0];

	if (first < '0' || first > '9')
		return false;
	appendStringInfoString(out, digits);
	return true;
}

/*
 * ISO 8601 has the years 1 to 9999 without further agreement, so anything
 * before or after, and infinity, is not shippable.
 */
static bool
append_datetime(StringInfo out, Datum value, Oid typid)
{
	static const int utc = 0;
	int			first = date2j(1, 1, 1) - POSTGRES_EPOCH_JDATE;
	int			after = date2j(10000, 1, 1) - POSTGRES_EPOCH_JDATE;
	char		buf[MAXDATELEN + 1];

	if (typid == DATEOID && (DatumGetDateADT(value) < first ||
							 DatumGetDateADT(value) >= after))
		return false;
	if ((typid == TIMESTAMPOID || typid == TIMESTAMPTZOID) &&
		(DatumGetTimestamp(value) < first * USECS_PER_DAY ||
		 DatumGetTimestamp(value) >= after * USECS_PER_DAY))
		return false;
	(void) JsonEncodeDateTime(buf, value, typid,
							  typid == TIMESTAMPTZOID ? &utc : NULL);
	appendStringInfoChar(out, '"');
	appendStringInfoString(out, buf);
	appendStringInfoChar(out, '"');
	return true;
}

/* Appends what the type's output function makes, as a string or as it is. */
static void
append_output(StringInfo out, LfdwOutput *output, Datum value, bool as_string)
{
	Oid			function;
	bool		varlena;
	char	   *text;

	if (!OidIsValid(output->function.fn_oid))
	{
		getTypeOutputInfo(output->base, &function, &varlena);
		fmgr_info_cxt(function, &output->function, output->context);
	}
	text = OutputFunctionCall(&output->function, value);
	if (as_string)
		lfdw_json_append_string(out, text);
	else
		appendStringInfoString(out, text);
}

/* Makes how values of a type are written; what is looked up goes to context. */
static LfdwOutput *
make_output(Oid typid, LfdwFormat format, MemoryContext context)
{
	LfdwOutput *output = MemoryContextAllocZero(context, sizeof(LfdwOutput));

	output->base = getBaseType(typid);
	output->format = format;
	output->formatted = format != LFDW_FORMAT_DEFAULT &&
		lfdw_format_is_for(format, output->base);
	/* oidvector, which begins at 0, is text */
	output->is_array = OidIsValid(get_element_type(output->base)) &&
		output->base != OIDVECTOROID;
	output->context = context;
	return output;
}

/*
 * Writes an element of an array.  One that is an array in JSON, as jsonb and
 * domains over arrays may be, would be read as a further dimension.
 */
static bool
append_element(StringInfo out, const ArrayWalk *walk)
{
	int			start = out->len;

	return append_value(out, walk->element, walk->elements[walk->next]) &&
		out->data[start] != '[';
}

/* Writes one dimension of an array, and those inside it. */
static bool
append_dimension(StringInfo out, ArrayWalk *walk, int dimension)
{
	appendStringInfoChar(out, '[');
	for (int i = 0; i < walk->dims[dimension]; i++)
	{
		lfdw_json_append_comma(out);
		if (dimension + 1 < walk->ndims)
		{
			if (!append_dimension(out, walk, dimension + 1))
				return false;
			continue;
		}
		if (walk->nulls[walk->next])
			appendStringInfoString(out, "null");
		else if (!append_element(out, walk))
			return false;
		walk->next++;
	}
	appendStringInfoChar(out, ']');
	return true;
}

/* JSON's arrays begin at 1, so others are not shippable. */
static bool
append_array(StringInfo out, LfdwOutput *output, Datum value)
{
	ArrayType  *array = DatumGetArrayTypeP(value);
	ArrayWalk	walk = {0};
	int16		len;
	bool		byval;
	char		align;
	int			nelements;

	if (ARR_NDIM(array) == 0)
	{
		appendStringInfoString(out, "[]");
		return true;
	}
	for (int i = 0; i < ARR_NDIM(array); i++)
	{
		if (ARR_LBOUND(array)[i] != 1)
			return false;
	}
	if (output->element == NULL)
		output->element = make_output(ARR_ELEMTYPE(array), output->format,
									  output->context);
	walk.element = output->element;
	get_typlenbyvalalign(ARR_ELEMTYPE(array), &len, &byval, &align);
	deconstruct_array(array, ARR_ELEMTYPE(array), len, byval, align,
					  &walk.elements, &walk.nulls, &nelements);
	walk.ndims = ARR_NDIM(array);
	walk.dims = ARR_DIMS(array);
	return append_dimension(out, &walk, 0);
}

/* A null of json and jsonb would be read as NULL, which equals nothing. */
static bool
append_json(StringInfo out, LfdwOutput *output, Datum value)
{
	int			start = out->len;

	append_output(out, output, value, false);
	return strcmp(out->data + start + strspn(out->data + start, " \t\n\r"),
				  "null") != 0;
}

/* char(n): trailing blanks mean nothing to its operators. */
static void
append_bpchar(StringInfo out, Datum value)
{
	BpChar	   *padded = DatumGetBpCharPP(value);
	const char *text = VARDATA_ANY(padded);
	size_t		len = VARSIZE_ANY_EXHDR(padded);

	while (len > 0 && text[len - 1] == ' ')
		len--;
	lfdw_json_append_text(out, text, len);
}

/* A text goes as it is stored, without a copy. */
static void
append_text(StringInfo out, Datum value)
{
	text	   *stored = DatumGetTextPP(value);

	lfdw_json_append_text(out, VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored));
}

static void
append_integer(StringInfo out, int64 value)
{
	char		digits[MAXINT8LEN + 1];

	appendBinaryStringInfo(out, digits, pg_lltoa(value, digits));
}

/* "char" holds any byte, which need not be a character of the encoding. */
static bool
append_char(StringInfo out, LfdwOutput *output, Datum value)
{
	unsigned char byte = (unsigned char) DatumGetChar(value);

	append_output(out, output, value, true);
	return !IS_HIGHBIT_SET(byte);
}

/* An inet with bits to the right of its mask is no cidr, and no function's. */
static bool
append_cidr(StringInfo out, LfdwOutput *output, Datum value)
{
	Datum		network = DirectFunctionCall1(network_network, value);

	append_output(out, output, value, true);
	return DatumGetBool(DirectFunctionCall2(network_eq, network, value));
}

/* Types whose JSON form is no string; *done says whether this was one. */
static bool
append_native(StringInfo out, LfdwOutput *output, Datum value, bool *done)
{
	*done = true;
	switch (output->base)
	{
		case BOOLOID:
			lfdw_json_append_bool(out, DatumGetBool(value));
			return true;
		case INT2OID:
			append_integer(out, DatumGetInt16(value));
			return true;
		case INT4OID:
			append_integer(out, DatumGetInt32(value));
			return true;
		case INT8OID:
			append_integer(out, DatumGetInt64(value));
			return true;
		case JSONOID:
		case JSONBOID:
			return append_json(out, output, value);
		case FLOAT4OID:
			return append_float4(out, DatumGetFloat4(value));
		case FLOAT8OID:
			return append_float8(out, DatumGetFloat8(value));
		case NUMERICOID:
			return append_numeric(out, value);
		default:
			*done = false;
			return true;
	}
}

/* Intervals are infinite too, from PostgreSQL 17 on, and print it so. */
static bool
append_interval(StringInfo out, LfdwOutput *output, Datum value)
{
	int			start = out->len;

	append_output(out, output, value, true);
	return strstr(out->data + start, "infinity") == NULL;
}

static bool
append_value(StringInfo out, LfdwOutput *output, Datum value)
{
	bool		done;
	bool		shippable;

	if (output->formatted)
		return lfdw_format_to_json(out, value, output->format);
	shippable = append_native(out, output, value, &done);
	if (done)
		return shippable;
	switch (output->base)
	{
		case TEXTOID:
		case VARCHAROID:
			append_text(out, value);
			return true;
		case DATEOID:
		case TIMEOID:
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return append_datetime(out, value, output->base);
		case INTERVALOID:
			return append_interval(out, output, value);
		case BYTEAOID:
			return lfdw_format_to_json(out, value, LFDW_FORMAT_DEFAULT);
		case BPCHAROID:
			append_bpchar(out, value);
			return true;
		case CHAROID:
			return append_char(out, output, value);
		case CIDROID:
			return append_cidr(out, output, value);
		default:
			if (output->is_array)
				return append_array(out, output, value);
			append_output(out, output, value, true);
			return true;
	}
}

/*
 * Makes how values of a type become JSON, for many of them; palloc'd in the current
 * context, which gets what is looked up.  A domain counts as its base type, and an
 * array's elements take the format if it applies to them.
 */
LfdwOutput *
lfdw_value_output(Oid typid, LfdwFormat format)
{
	return make_output(typid, format, CurrentMemoryContext);
}

/* May the JSON of a type's values follow a session's settings? */
bool
lfdw_output_follows_settings(const LfdwOutput *output)
{
	Oid			base = output->is_array ? getBaseType(get_element_type(output->base)) :
	output->base;

	switch (base)
	{
		case BOOLOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case UUIDOID:
		case DATEOID:
		case TIMEOID:
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case JSONOID:
		case JSONBOID:
		case BYTEAOID:
		case INETOID:
		case CIDROID:
			return false;
		default:
			return !type_is_enum(base);
	}
}

/*
 * Appends the JSON form of a value that is not NULL, in the database
 * encoding; scratch memory is left in the current context.
 *
 * False, with out as it was,
 * for what JSON and ISO 8601 cannot say: NaN, infinity, a date or timestamp
 * before the year 1 or after 9999 (the epoch formats carry those too), and for
 * what would be read as something else: a jsonb null, an array that does not
 * begin at 1.  Unless lfdw_output_follows_settings says that it need not be, call
 * it between lfdw_transmission_modes_begin and _end: the output functions of
 * intervals, ranges and composites follow the settings.
 */
bool
lfdw_output_to_json(StringInfo out, LfdwOutput *output, Datum value)
{
	int			start = out->len;

	if (append_value(out, output, value))
		return true;
	out->len = start;
	out->data[start] = '\0';
	return false;
}

static void
set_mode(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

/*
 * Sets what output functions follow so that their text means the same in any
 * session, as postgres_fdw's set_transmission_modes.  Returns the level to
 * give to lfdw_transmission_modes_end; pairs nest, and an error in between
 * restores the settings with its (sub)transaction.
 */
int
lfdw_transmission_modes_begin(void)
{
	int			nestlevel = NewGUCNestLevel();

	if (DateStyle != USE_ISO_DATES)
		set_mode("datestyle", "ISO");
	if (IntervalStyle != INTSTYLE_POSTGRES)
		set_mode("intervalstyle", "postgres");
	if (extra_float_digits < 3)
		set_mode("extra_float_digits", "3");
	return nestlevel;
}

/*
 * The same in UTC, for what is sent: ranges of times with a zone, too, are then
 * the same text in any session.
 */
int
lfdw_transmission_modes_begin_utc(void)
{
	int			nestlevel = lfdw_transmission_modes_begin();

	if (strcmp(pg_get_timezone_name(session_timezone), "UTC") != 0)
		set_mode("timezone", "UTC");
	return nestlevel;
}

/* Restores the settings that either of them found. */
void
lfdw_transmission_modes_end(int nestlevel)
{
	AtEOXact_GUC(true, nestlevel);
}
