/*-------------------------------------------------------------------------
 *
 * value_in_text.c
 *		JSON values become text, booleans, uuids and JSON, or what a type's
 *		input function makes of them.
 *
 * IDENTIFICATION
 *	  src/value/value_in_text.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/uuid.h"

#include "base/hex.h"
#include "pg/compat.h"
#include "value/json_string.h"
#include "value/json_writer.h"
#include "value/value_format_internal.h"
#include "value/value_in_internal.h"

/* Texts up to this length are handed to input functions from the stack. */
#define SHORT_TEXT 256

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

/* Converts a value other than null by the type's input function. */
Datum
lfdw_value_from_input(LfdwConverter *converter, const LfdwJsonValue *value)
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
		return lfdw_value_from_input(converter, &plain);
	}
	initStringInfo(&quoted);
	lfdw_json_append_string(&quoted, value_text(converter, value, buf));
	return InputFunctionCall(&converter->input, quoted.data,
							 converter->typioparam, converter->typmod);
}

static Datum
from_text(LfdwConverter *converter, const LfdwJsonValue *value)
{
	struct varlena *result;
	size_t		len = value->len;

	if (!converter->utf8)
		return lfdw_value_from_input(converter, value);
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

static Datum
from_bool(LfdwConverter *converter, const LfdwJsonValue *value)
{
	if (value->type == LFDW_JSON_TRUE || value->type == LFDW_JSON_FALSE)
		return BoolGetDatum(value->type == LFDW_JSON_TRUE);
	return lfdw_value_from_input(converter, value);
}

/* The usual 36 characters only; uuid_in takes more forms. */
static Datum
from_uuid(LfdwConverter *converter, const LfdwJsonValue *value)
{
	const char *text = value->text;
	pg_uuid_t  *uuid;

	if (value->type != LFDW_JSON_STRING || value->len != 36)
		return lfdw_value_from_input(converter, value);
	uuid = palloc(sizeof(pg_uuid_t));
	for (int i = 0; i < UUID_LEN; i++)
	{
		int			high;
		int			low;

		if ((i == 4 || i == 6 || i == 8 || i == 10) && *text++ != '-')
			return lfdw_value_from_input(converter, value);
		high = lfdw_hex_value(*text++);
		low = lfdw_hex_value(*text++);
		if (high < 0 || low < 0)
			return lfdw_value_from_input(converter, value);
		uuid->data[i] = high << 4 | low;
	}
	return UUIDPGetDatum(uuid);
}

/*
 * How a scalar type is converted that is neither a number nor a time: the
 * shorter way if there is one, else the input function.
 */
LfdwConvert
lfdw_value_convert_text(Oid typid, int32 typmod)
{
	switch (typid)
	{
		case BOOLOID:
			return from_bool;
		case TEXTOID:
			return from_text;
		case VARCHAROID:
		case BPCHAROID:
			return typmod < 0 ? from_text : lfdw_value_from_input;
		case UUIDOID:
			return from_uuid;
		case JSONOID:
			return from_json;
		case JSONBOID:
			return from_input_json;
		default:
			return lfdw_value_from_input;
	}
}
