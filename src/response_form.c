/*-------------------------------------------------------------------------
 *
 * response_form.c
 *		What the members of an answer's root object say about it.
 *
 * IDENTIFICATION
 *	  src/response_form.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "compat.h"
#include "error.h"
#include "response_form.h"

/* The part of an error's DETAIL that shows the answer around an offset. */
static char *
excerpt_at(const LfdwResponse *response, uint64 offset)
{
	const LfdwJsonReader *reader = &response->reader;
	size_t		at = Min(offset - reader->offset, reader->len);
	size_t		start = at > LFDW_EXCERPT_MAX / 2 ? at - LFDW_EXCERPT_MAX / 2 : 0;

	/* begin at a character, not inside one */
	while (start > 0 && ((unsigned char) reader->data[start] & 0xC0) == 0x80)
		start--;
	return lfdw_error_excerpt(reader->data + start,
							  Min(reader->len - start, LFDW_EXCERPT_MAX));
}

/* The SQLSTATE that json_populate_record gives the same mistake. */
static int
json_sqlstate(const char *error)
{
	if (strcmp(error, LFDW_JSON_NUL) == 0)
		return ERRCODE_UNTRANSLATABLE_CHARACTER;
	if (strcmp(error, LFDW_JSON_BAD_UTF8) == 0)
		return ERRCODE_CHARACTER_NOT_IN_REPERTOIRE;
	if (strcmp(error, LFDW_JSON_TOO_DEEP) == 0)
		return ERRCODE_STATEMENT_TOO_COMPLEX;
	return ERRCODE_INVALID_TEXT_REPRESENTATION;
}

/* Raises the error about an answer that is not JSON: where, why, and what. */
void
lfdw_response_report_json(const LfdwResponse *response)
{
	const LfdwJsonReader *reader = &response->reader;

	ereport(ERROR,
			(errcode(json_sqlstate(reader->error)),
			 errmsg("the answer of Lambda function \"%s\" is not valid JSON",
					response->binding->target.label),
			 errdetail("At byte offset " UINT64_FORMAT "%s: %s, near \"%s\".",
					   reader->error_at,
					   response->invocation ? "" : " of its body", reader->error,
					   excerpt_at(response, reader->error_at))));
}

/* Raises the error about an answer that is JSON, but not one of the forms. */
void
lfdw_response_report_form(const LfdwResponse *response, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
			 errmsg("the answer of Lambda function \"%s\" is not rows of foreign table \"%s\"",
					response->binding->target.label,
					response->binding->relname),
			 errdetail("%s", detail)));
}

static LfdwPlace
place_of(const LfdwResponse *response, const LfdwJsonValue *value)
{
	const LfdwJsonReader *reader = &response->reader;
	LfdwPlace	place;

	place.found = true;
	place.type = value->type;
	place.escaped = value->escaped;
	place.offset = reader->offset + (value->text - reader->data);
	place.len = value->len;
	return place;
}

static LfdwJsonValue
value_at(const LfdwResponse *response, const LfdwPlace *place)
{
	LfdwJsonValue value;

	value.type = place->type;
	value.escaped = place->escaped;
	value.text = response->reader.data + (place->offset - response->reader.offset);
	value.len = place->len;
	return value;
}

/* A string value in the database encoding, palloc'd. */
static char *
string_text(const LfdwJsonValue *value)
{
	char	   *text = MemoryContextAllocHuge(CurrentMemoryContext,
											  value->len + 1);
	size_t		len = lfdw_json_unescape(value, text);

	return pg_any_to_server(text, len, PG_UTF8);
}

/* Raises the function's own error from an object "lambda_fdw_error". */
static void
report_own_error(const LfdwResponse *response, const LfdwJsonValue *value)
{
	if (value->type == LFDW_JSON_OBJECT)
		lfdw_error_report_own(response->binding->target.label, value->text,
							  value->len);
}

/* "columns": the order of the values of array rows. */
static void
set_order(LfdwResponse *response, const LfdwJsonValue *value)
{
	LfdwJsonReader reader;
	LfdwJsonValue name;
	LfdwRowOrder *order;
	int			room = 8;

	if (value->type != LFDW_JSON_ARRAY)
		return;
	order = palloc0(sizeof(LfdwRowOrder));
	order->columns = palloc(sizeof(int) * room);
	lfdw_json_init(&reader, value->text, value->len, true);
	lfdw_json_enter(&reader);
	while (lfdw_json_element(&reader) == LFDW_JSON_OK)
	{
		if (lfdw_json_value(&reader, &name) != LFDW_JSON_OK ||
			name.type != LFDW_JSON_STRING)
			return;
		if (order->ncolumns == room)
			order->columns = repalloc(order->columns, sizeof(int) * (room *= 2));
		order->columns[order->ncolumns++] =
			lfdw_row_find_column(response->row, string_text(&name));
	}
	response->order = order;
}

/* The cursor of the next page; null, false and "" mean that none follows. */
void
lfdw_response_set_cursor(LfdwResponse *response, const LfdwJsonValue *value)
{
	const char *text = value->text;
	size_t		len = value->len;

	if (value->type == LFDW_JSON_NULL || value->type == LFDW_JSON_FALSE ||
		(value->type == LFDW_JSON_STRING && len == 0))
		return;
	if (value->type == LFDW_JSON_STRING)
	{
		text--;
		len += 2;
	}
	response->cursor = pg_any_to_server(pnstrdup(text, len), len, PG_UTF8);
}

static bool
key_is(const LfdwJsonValue *key, const char *name)
{
	return lfdw_json_string_equals(key, name, strlen(name));
}

/*
 * Keeps what a member of the root object says about the answer.  Returns
 * whether the member is one of those.
 */
bool
lfdw_response_note_member(LfdwResponse *response, const LfdwJsonValue *key,
						  const LfdwJsonValue *value)
{
	if (key_is(key, "lambda_fdw_error"))
		report_own_error(response, value);
	else if (key_is(key, "statusCode"))
		response->status_code = place_of(response, value);
	else if (key_is(key, "body"))
		response->body = place_of(response, value);
	else if (key_is(key, "isBase64Encoded"))
		response->is_base64 = place_of(response, value);
	else if (key_is(key, "columns"))
		set_order(response, value);

	return key_is(key, "statusCode") || key_is(key, "body") ||
		key_is(key, "isBase64Encoded") || key_is(key, "headers") ||
		key_is(key, "multiValueHeaders") || key_is(key, "cookies");
}

/*
 * Raises the error about an object that carries none of the table's members,
 * or the function's own error, should it be that.
 */
void
lfdw_response_report_stranger(LfdwResponse *response, LfdwJsonReader reader)
{
	StringInfoData names;
	LfdwJsonValue key;
	LfdwJsonValue value;

	initStringInfo(&names);
	lfdw_json_enter(&reader);
	while (lfdw_json_member(&reader, &key) == LFDW_JSON_OK)
	{
		if (lfdw_json_value(&reader, &value) != LFDW_JSON_OK)
			break;
		if (key_is(&key, "lambda_fdw_error"))
			report_own_error(response, &value);
		if (names.len < LFDW_EXCERPT_MAX)
			appendStringInfo(&names, "%s\"%s\"", names.len > 0 ? ", " : "",
							 lfdw_error_excerpt(key.text, key.len));
	}
	lfdw_response_report_form(response, names.len == 0 ? "It is an object without members." :
							  psprintf("It is an object with none of the table's members: %s.",
									   names.data));
}

/* Bytes of a base64 string. */
static char *
decode_base64(const char *text, size_t *len)
{
	Datum		bytes = DirectFunctionCall2(binary_decode,
											CStringGetTextDatum(text),
											CStringGetTextDatum("base64"));

	*len = VARSIZE_ANY_EXHDR(DatumGetPointer(bytes));
	return VARDATA_ANY(DatumGetPointer(bytes));
}

/*
 * API Gateway's form, whole now: goes on with the body, which is JSON or a
 * string that holds JSON.
 */
void
lfdw_response_unwrap(LfdwResponse *response)
{
	LfdwJsonValue status = value_at(response, &response->status_code);
	LfdwJsonValue body = {LFDW_JSON_NULL, false, "", 0};
	char	   *code = pnstrdup(status.text, status.len);
	const char *text;
	size_t		len;

	if (response->body.found)
		body = value_at(response, &response->body);
	if (strlen(code) != 3 || code[0] != '2')
		ereport(ERROR,
				(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
				 errmsg("Lambda function \"%s\" answered with statusCode %s",
						response->binding->target.label,
						lfdw_error_excerpt(code, strlen(code))),
				 errdetail("Its body is: %s",
						   lfdw_error_excerpt(body.text, body.len))));
	text = body.text;
	len = body.len;
	if (body.type == LFDW_JSON_NULL)
		len = 0;
	else if (body.type == LFDW_JSON_STRING)
	{
		char	   *decoded = MemoryContextAllocHuge(CurrentMemoryContext, len + 1);

		len = lfdw_json_unescape(&body, decoded);
		text = decoded;
		if (response->is_base64.found &&
			response->is_base64.type == LFDW_JSON_TRUE)
			text = decode_base64(decoded, &len);
	}
	response->invocation = NULL;
	lfdw_json_init(&response->reader, text, len, true);
	response->state = LFDW_STATE_START;
}
