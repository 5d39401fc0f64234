/*-------------------------------------------------------------------------
 *
 * value_in.c
 *		A JSON value becomes a Datum, as json_populate_record makes it one.
 *
 * A scalar goes through its type's input function, a domain's constraints
 * are checked by domain_check, and arrays and composites, but for arrays of scalars
 * (value_in_array.c), are left to core's own json_populate_record, all as
 * populate_record_field in core's jsonfuncs.c does it.  The common types have a shorter way for the common
 * spellings (value_in_number.c, value_in_time.c, value_in_text.c); whatever it
 * does not take goes to the input function, which also words the errors.
 *
 * IDENTIFICATION
 *	  src/value/value_in.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "value/json_string.h"
#include "value/json_writer.h"
#include "value/value_format_internal.h"
#include "value/value_in_internal.h"

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
	lfdw_json_append_key(&document, converter->colname);
	appendStringInfoString(&document, quote);
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

/* An array, by way of its elements where these are scalars, else by core. */
static Datum
from_array(LfdwConverter *converter, const LfdwJsonValue *value)
{
	Datum		result;

	if (value->type == LFDW_JSON_ARRAY &&
		lfdw_value_from_elements(converter->elements, value, &result))
		return result;
	return from_populate(converter, value);
}

/* How a scalar type is converted where its column has no format. */
static LfdwConvert
choose_convert(Oid typid, int32 typmod)
{
	LfdwConvert convert = lfdw_value_convert_number(typid);

	if (convert == NULL)
		convert = lfdw_value_convert_time(typid, typmod);
	if (convert != NULL)
		return convert;
	return lfdw_value_convert_text(typid, typmod);
}

/* How arrays and composites are converted where their column has no format. */
static void
choose_nested(LfdwConverter *converter)
{
	Oid			element = get_element_type(converter->typid);

	/* core checks a domain's constraints with the rest */
	converter->convert = from_populate;
	if (OidIsValid(converter->domain) || !OidIsValid(element) ||
		!lfdw_value_takes_elements(element))
		return;
	converter->elements = lfdw_value_elements(lfdw_value_converter(element,
																   converter->typmod,
																   LFDW_FORMAT_DEFAULT,
																   converter->colname));
	converter->convert = from_array;
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
		choose_nested(converter);
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

/*
 * What does all that lfdw_value_from_json does with a value other than null, for
 * whoever converts many; NULL where no one function does.
 */
LfdwConvert
lfdw_value_shortcut(const LfdwConverter *converter)
{
	if (!converter->utf8 || OidIsValid(converter->domain))
		return NULL;
	return converter->convert;
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

/*
 * Converts a text of a form that has no types, in UTF-8, which is a string or null
 * of the reader without escapes: as COPY does, by the type's input function, or by
 * the column's format.  The result is in the current memory context.  Raises what
 * lfdw_value_from_text raises, and 22021 for what is no UTF-8.
 */
Datum
lfdw_value_from_plain(LfdwConverter *converter, const LfdwJsonValue *text,
					  bool *isnull)
{
	char	   *copy;

	if (text->type == LFDW_JSON_NULL || converter->format != LFDW_FORMAT_DEFAULT)
		return lfdw_value_from_json(converter, text, isnull);
	copy = pnstrdup(text->text, text->len);
	if (memchr(copy, '\0', text->len) != NULL)
		pg_verify_mbstr(PG_UTF8, copy, text->len, false);
	return lfdw_value_from_text(converter,
								pg_any_to_server(copy, text->len, PG_UTF8),
								isnull);
}

/*
 * The same with bytes, which a bytea takes as they are.
 */
Datum
lfdw_value_from_bytes(LfdwConverter *converter, const LfdwJsonValue *bytes,
					  bool *isnull)
{
	bytea	   *result;

	if (bytes->type == LFDW_JSON_NULL || converter->typid != BYTEAOID ||
		converter->format != LFDW_FORMAT_DEFAULT)
		return lfdw_value_from_plain(converter, bytes, isnull);
	*isnull = false;
	result = palloc(VARHDRSZ + bytes->len);
	SET_VARSIZE(result, VARHDRSZ + bytes->len);
	memcpy(VARDATA(result), bytes->text, bytes->len);
	check_domain(converter, PointerGetDatum(result), false);
	return PointerGetDatum(result);
}
