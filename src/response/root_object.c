/*-------------------------------------------------------------------------
 *
 * root_object.c
 *		What the members of an answer's root object say about it.
 *
 * IDENTIFICATION
 *	  src/response/root_object.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/base64.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "base/json_member.h"
#include "options/option_kind.h"
#include "pg/compat.h"
#include "pg/message.h"
#include "response/response_internal.h"
#include "value/json_string.h"

/* How far below the members beside the rows one is looked for that names a page. */
#define PAGE_DEPTH 2

/* How far below an object that is no row, rows are looked for. */
#define ROWS_DEPTH 3

/* Room for a status or a boolean in a string. */
#define SHORT_TEXT 32

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

/* Raises the error about an answer that is not JSON: where, why, and what. */
void
lfdw_response_report_json(const LfdwResponse *response)
{
	const LfdwJsonReader *reader = &response->reader;
	bool		gzip = reader->offset == 0 && reader->len > 2 &&
	memcmp(reader->data, "\x1f\x8b", 2) == 0;

	ereport(ERROR,
			(errcode(lfdw_error_json_sqlstate(reader->error)),
			 errmsg("the answer of Lambda function \"%s\" is not valid JSON",
					response->table->function.label),
			 gzip ? errdetail("At byte offset 0%s: it is compressed by gzip.",
							  response->part) :
			 errdetail("At byte offset " UINT64_FORMAT "%s: %s, near \"%s\".",
					   reader->error_at, response->part, reader->error,
					   excerpt_at(response, reader->error_at)),
			 gzip ? errhint("Let the function answer without compression.") : 0));
}

/*
 * Raises the error about an answer that is JSON, but not one of the forms.  hint
 * is NULL where nothing sure would help.
 */
void
lfdw_response_report_form(const LfdwResponse *response, const char *detail,
						  const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
			 errmsg("the answer of Lambda function \"%s\" is not rows of foreign table \"%s\"",
					response->table->function.label,
					response->table->relname),
			 errdetail("%s", detail),
			 hint ? errhint("%s", hint) : 0));
}

/* A reader before the root value, whose bytes were kept. */
LfdwJsonReader
lfdw_response_root(const LfdwResponse *response)
{
	LfdwJsonReader root = response->root;

	root.data = response->reader.data;
	root.len = response->reader.len;
	root.complete = response->reader.complete;
	return root;
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

/*
 * The cursor of the next page, or what ends the pages: null, false, "", {} or [].
 */
void
lfdw_response_set_cursor(LfdwResponse *response, const LfdwJsonValue *value)
{
	const char *text = value->text;
	size_t		len = value->len;

	response->cursor = NULL;
	if (lfdw_json_ends_pages(value))
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

/* A string or scalar of few bytes, decoded to buf; "" where there are more. */
static void
short_text(const LfdwJsonValue *value, char buf[SHORT_TEXT])
{
	buf[0] = '\0';
	if (value->len < SHORT_TEXT)
		lfdw_json_unescape(value, buf);
}

/* The statusCode of API Gateway's form: a number, or a string of one. */
static bool
read_status(const LfdwJsonValue *value, double *status)
{
	char		text[SHORT_TEXT];
	char	   *end;

	if (value->type != LFDW_JSON_NUMBER && value->type != LFDW_JSON_STRING)
		return false;
	short_text(value, text);
	*status = strtod(text, &end);
	return end > text && *end == '\0' &&
		strspn(text, "0123456789.+-eE") == strlen(text);
}

/*
 * Keeps what a member of the root object says about the answer.  Returns
 * whether the member is one of those.
 */
bool
lfdw_response_note_member(LfdwResponse *response, const LfdwJsonValue *key,
						  const LfdwJsonValue *value)
{
	if (key_is(key, "lambda_fdw_error") && value->type == LFDW_JSON_OBJECT)
		lfdw_response_report_own(response, value);
	else if (key_is(key, "statusCode"))
		response->has_status = read_status(value, &response->status);
	else if (key_is(key, "body"))
		response->body = place_of(response, value);
	else if (key_is(key, "isBase64Encoded"))
		response->is_base64 = place_of(response, value);
	else if (key_is(key, "columns"))
		set_order(response, value);

	return key_is(key, "statusCode") || key_is(key, "statusDescription") ||
		key_is(key, "body") || key_is(key, "isBase64Encoded") ||
		key_is(key, "headers") || key_is(key, "multiValueHeaders") ||
		key_is(key, "cookies");
}

/* Does a value say "no": what ends pages, 0 or "false"? */
static bool
is_no(const LfdwJsonValue *value)
{
	if (value->type == LFDW_JSON_NUMBER)
		return value->len == 1 && value->text[0] == '0';
	return lfdw_json_ends_pages(value) ||
		(value->type == LFDW_JSON_STRING && key_is(value, "false"));
}

/* Notes a member that names a further page, or one in the object that it is. */
static void
note_page(LfdwResponse *response, const LfdwJsonValue *key,
		  const LfdwJsonValue *value, bool read, int depth)
{
	LfdwPageName name = lfdw_json_page_name(key);
	LfdwJsonReader reader;
	LfdwJsonValue member;
	LfdwJsonValue inner;

	if (name == LFDW_PAGE_NO && value->type == LFDW_JSON_OBJECT && depth > 0)
	{
		lfdw_json_init(&reader, value->text, value->len, true);
		lfdw_json_enter(&reader);
		while (lfdw_json_member(&reader, &member) == LFDW_JSON_OK &&
			   lfdw_json_value(&reader, &inner) == LFDW_JSON_OK)
			note_page(response, &member, &inner, read, depth - 1);
	}
	if (name == LFDW_PAGE_NO)
		return;
	if (is_no(value))
	{
		/* a flag says it; an empty cursor may stand beside another */
		response->last_page |= value->type == LFDW_JSON_FALSE ||
			value->type == LFDW_JSON_STRING;
		return;
	}
	if (response->page_member &&
		(read || (response->page_surely && !response->page_read)))
		return;
	response->page_member = lfdw_json_shown(key);
	response->page_surely = (name == LFDW_PAGE_SURELY);
	response->page_read = read;
}

/*
 * Keeps whether a member beside the rows, or of what may be a row itself, names
 * a further page.  Whoever wrote the table may not have known of it.
 */
void
lfdw_response_note_page(LfdwResponse *response, const LfdwJsonValue *key,
						const LfdwJsonValue *value)
{
	note_page(response, key, value,
			  lfdw_row_takes_all(response->row) ||
			  lfdw_row_knows(response->row, key), PAGE_DEPTH);
}

/*
 * Is the object that the reader stands before what a runtime makes of an
 * exception, and has none of the table's members?
 */
bool
lfdw_response_is_raised(const LfdwResponse *response, LfdwJsonReader reader)
{
	bool		has_type = false;
	bool		has_message = false;
	LfdwJsonValue key;
	LfdwJsonValue value;

	lfdw_json_enter(&reader);
	while (lfdw_json_member(&reader, &key) == LFDW_JSON_OK &&
		   lfdw_json_value(&reader, &value) == LFDW_JSON_OK)
	{
		if (lfdw_row_knows(response->row, &key))
			return false;
		has_type |= key_is(&key, "errorType") && value.type == LFDW_JSON_STRING;
		has_message |= key_is(&key, "errorMessage") &&
			value.type == LFDW_JSON_STRING;
	}
	return has_type && has_message;
}

/* The names of the members of the object that the reader stands before. */
static char *
member_names(LfdwJsonReader reader)
{
	StringInfoData names;
	LfdwJsonValue key;
	LfdwJsonValue value;

	initStringInfo(&names);
	lfdw_json_enter(&reader);
	while (lfdw_json_member(&reader, &key) == LFDW_JSON_OK &&
		   lfdw_json_value(&reader, &value) == LFDW_JSON_OK)
	{
		if (names.len >= LFDW_EXCERPT_MAX)
		{
			appendStringInfoString(&names, ", ...");
			break;
		}
		appendStringInfo(&names, "%s\"%s\"", names.len > 0 ? ", " : "",
						 lfdw_json_shown(&key));
	}
	return names.data;
}

/*
 * Looks below an object, so many levels deep, for the first array of objects or
 * of arrays, and adds the way there to path; false where there is none.
 */
static bool
find_rows(LfdwJsonReader object, int depth, StringInfo path)
{
	LfdwJsonReader member;
	LfdwJsonType type;
	LfdwJsonValue key;
	LfdwJsonValue value;
	int			len = path->len;

	lfdw_json_enter(&object);
	while (lfdw_json_member(&object, &key) == LFDW_JSON_OK)
	{
		member = object;
		if (lfdw_json_value(&object, &value) != LFDW_JSON_OK)
			break;
		lfdw_pointer_append(path, lfdw_json_shown(&key));
		if (value.type == LFDW_JSON_ARRAY)
		{
			lfdw_json_enter(&member);
			if (lfdw_json_element(&member) == LFDW_JSON_OK &&
				lfdw_json_peek(&member, &type) == LFDW_JSON_OK &&
				type >= LFDW_JSON_ARRAY)
				return true;
		}
		else if (value.type == LFDW_JSON_OBJECT && depth > 1 &&
				 find_rows(member, depth - 1, path))
			return true;
		path->len = len;
		path->data[len] = '\0';
	}
	return false;
}

/*
 * What would help against a row that has nothing of the table: the path of a
 * column, or, where it is the whole answer, the way to what look like rows.
 * NULL where there is neither.
 */
static char *
stranger_hint(const LfdwResponse *response, LfdwJsonReader object, bool alone)
{
	const LfdwPointer *rows_path = response->table->options->rows_path;
	StringInfoData rows;
	const char *alike;
	const char *path;
	const LfdwColumn *missed = lfdw_row_missed(response->row, &alike, &path);

	if (missed)
		return psprintf("Column \"%s\" reads the member \"%s\" with the option path '%s'.",
						missed->attname, alike, path);
	initStringInfo(&rows);
	for (int i = 0; rows_path && i < rows_path->ntokens; i++)
		lfdw_pointer_append(&rows, rows_path->tokens[i]);
	if (!alone || !find_rows(object, ROWS_DEPTH, &rows))
		return NULL;
	return psprintf("If the rows are at \"%s\", set the option rows_path of the foreign table to '%s'.",
					rows.data, rows.data);
}

/*
 * Raises the error about a row that is an object with none of the table's
 * members, or the function's own error, should it be that.  An object that is
 * alone is shown: it may say what went wrong.
 */
void
lfdw_response_report_no_member(LfdwResponse *response, bool alone)
{
	LfdwJsonReader object = lfdw_row_object(response->row);
	LfdwJsonReader reader = object;
	StringInfoData detail;
	char	   *names;
	LfdwJsonValue key;
	LfdwJsonValue value;

	lfdw_json_enter(&reader);
	while (lfdw_json_member(&reader, &key) == LFDW_JSON_OK &&
		   lfdw_json_value(&reader, &value) == LFDW_JSON_OK)
	{
		if (key_is(&key, "lambda_fdw_error") && value.type == LFDW_JSON_OBJECT)
			lfdw_response_report_own(response, &value);
	}
	if (lfdw_response_is_raised(response, object))
		lfdw_response_report_raised(response, object);
	names = member_names(object);
	initStringInfo(&detail);
	if (names[0] == '\0')
		appendStringInfoString(&detail, "It is an object without members.");
	else
		appendStringInfo(&detail, "Row " UINT64_FORMAT " is an object with none of the table's members: %s.",
						 lfdw_row_number(response->row), names);
	reader = object;
	if (alone && names[0] != '\0' &&
		lfdw_json_value(&reader, &value) == LFDW_JSON_OK)
		appendStringInfo(&detail, "\nIt is: %s",
						 lfdw_error_excerpt(value.text, value.len));
	lfdw_response_report_form(response, detail.data,
							  stranger_hint(response, object, alone));
}

/*
 * Goes to the value that a token names in the container that comes next; false
 * where there is none, with the reader unchanged.
 */
static bool
go_to(LfdwJsonReader *reader, const char *token)
{
	LfdwJsonReader ahead = *reader;
	LfdwJsonType type;
	LfdwJsonValue key;
	LfdwJsonValue value;
	int			index = 0;

	lfdw_json_peek(&ahead, &type);
	lfdw_json_enter(&ahead);
	for (;;)
	{
		bool		found;

		if ((type == LFDW_JSON_OBJECT ? lfdw_json_member(&ahead, &key) :
			 lfdw_json_element(&ahead)) != LFDW_JSON_OK)
			return false;
		found = type == LFDW_JSON_OBJECT ? key_is(&key, token) :
			strcmp(psprintf("%d", index++), token) == 0;
		if (found)
		{
			*reader = ahead;
			return true;
		}
		if (lfdw_json_value(&ahead, &value) != LFDW_JSON_OK)
			return false;
	}
}

/* What stands where rows_path does not go on. */
static char *
describe_value(LfdwJsonReader reader)
{
	static const char *const scalars[] = {
		"null", "false", "true", "a number", "a string"
	};
	LfdwJsonType type;
	char	   *names;

	if (lfdw_json_peek(&reader, &type) != LFDW_JSON_OK)
		return pstrdup("there is nothing");
	if (type < LFDW_JSON_ARRAY)
		return psprintf("there is %s", scalars[type]);
	if (type == LFDW_JSON_ARRAY)
		return pstrdup("there is an array");
	names = member_names(reader);
	return names[0] == '\0' ? pstrdup("there is an object without members") :
		psprintf("there are the members %s", names);
}

/*
 * Raises the error about an answer without a value at rows_path: how far the
 * path goes, and what is there.
 */
void
lfdw_response_report_no_rows(LfdwResponse *response)
{
	const LfdwPointer *rows_path = response->table->options->rows_path;
	LfdwJsonReader reader = lfdw_response_root(response);
	StringInfoData path;
	StringInfoData there;
	LfdwJsonValue string;
	LfdwJsonType type;

	initStringInfo(&path);
	initStringInfo(&there);
	for (int i = 0; i < rows_path->ntokens; i++)
		appendStringInfo(&path, "/%s", rows_path->tokens[i]);
	if (lfdw_json_peek(&reader, &type) == LFDW_JSON_OK &&
		type == LFDW_JSON_OBJECT && lfdw_response_is_raised(response, reader))
		lfdw_response_report_raised(response, reader);
	for (int i = 0; i < rows_path->ntokens; i++)
	{
		LfdwJsonReader value = reader;

		if (lfdw_json_peek(&reader, &type) != LFDW_JSON_OK ||
			type < LFDW_JSON_STRING)
			break;
		if (type == LFDW_JSON_STRING &&
			(lfdw_json_value(&value, &string) != LFDW_JSON_OK ||
			 !lfdw_json_string_open(&reader, &string, true,
									response->table->function.label)))
			break;
		if (!go_to(&reader, response->rows_path->tokens[i]))
			break;
		appendStringInfo(&there, "/%s", rows_path->tokens[i]);
	}
	lfdw_response_report_form(response,
							  psprintf("It has no value at its rows_path \"%s\": %s%s%s%s.",
									   path.data, there.len > 0 ? "at \"" : "",
									   there.data, there.len > 0 ? "\" " : "",
									   describe_value(reader)),
							  response->maybe_gateway || response->part[0] == '\0' ||
							  strcmp(rows_path->tokens[0], "body") != 0 ? NULL :
							  "Of API Gateway's form, rows_path begins in the body.");
}

/*
 * Reads base64 with or without its padding: bytes, palloc'd; NULL where it is
 * none.
 */
static char *
decode_base64(const char *text, size_t *len)
{
	char	   *padded = MemoryContextAllocHuge(CurrentMemoryContext, *len + 3);
	char	   *bytes;
	size_t		n = 0;
	int			decoded;

	for (size_t i = 0; i < *len; i++)
	{
		if (strchr(" \t\r\n", text[i]) == NULL)
			padded[n++] = text[i];
	}
	while (n % 4 != 0 && n % 4 != 1)
		padded[n++] = '=';
	bytes = MemoryContextAllocHuge(CurrentMemoryContext, n + 1);
	decoded = lfdw_b64_decode(padded, (int) n, bytes);
	if (decoded < 0)
		return NULL;
	*len = decoded;
	return bytes;
}

/*
 * Has the root object, whole now, API Gateway's form?  It has if a body is
 * beside the statusCode, or nothing but what that form has.
 */
bool
lfdw_response_is_gateway(const LfdwResponse *response)
{
	return response->maybe_gateway && !response->decided &&
		response->has_status &&
		(response->body.found || !(response->other_members ||
								   response->deferred || response->rows_seen));
}

/* Does isBase64Encoded say so, as a boolean or a string of one? */
static bool
is_base64(const LfdwResponse *response)
{
	LfdwJsonValue value;
	char		text[SHORT_TEXT];

	if (!response->is_base64.found)
		return false;
	value = value_at(response, &response->is_base64);
	if (value.type != LFDW_JSON_STRING)
		return value.type == LFDW_JSON_TRUE;
	short_text(&value, text);
	return pg_strcasecmp(text, "true") == 0;
}

/* The body's text or bytes; NULL where it is not the base64 that it should be. */
static const char *
body_text(const LfdwResponse *response, size_t *len)
{
	LfdwJsonValue body = {LFDW_JSON_NULL, false, "", 0};
	char	   *text;

	if (response->body.found)
		body = value_at(response, &response->body);
	*len = body.type == LFDW_JSON_NULL ? 0 : body.len;
	if (body.type != LFDW_JSON_STRING)
		return body.text;
	text = MemoryContextAllocHuge(CurrentMemoryContext, body.len + 1);
	*len = lfdw_json_unescape(&body, text);
	return is_base64(response) ? decode_base64(text, len) : text;
}

/*
 * API Gateway's form, whole now: goes on with the body, which is JSON or a
 * string that holds JSON.
 */
void
lfdw_response_unwrap(LfdwResponse *response)
{
	const char *label = response->table->function.label;
	LfdwJsonReader inside;
	double		status = response->status;
	size_t		len;
	const char *text = body_text(response, &len);

	if (status < 200 || status >= 300)
		ereport(ERROR,
				(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
				 errmsg("Lambda function \"%s\" answered with statusCode %g",
						label, status),
				 text == NULL ? errdetail("Its body is not valid base64.") :
				 len == 0 ? errdetail("It has no body.") :
				 errdetail("Its body is: %s", lfdw_error_excerpt(text, len))));
	if (text == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("the body that Lambda function \"%s\" answered with is not valid base64",
						label),
				 errhint("Its answer has isBase64Encoded, which says that it is.")));
	lfdw_json_init(&inside, text, len, true);
	lfdw_response_open(response, &inside, " of its body");
	response->maybe_gateway = false;
}

/*
 * Begins anew in what the answer holds, which is whole and in the current
 * context.  The part names it in messages.
 */
void
lfdw_response_open(LfdwResponse *response, const LfdwJsonReader *inside,
				   const char *part)
{
	response->source = NULL;
	response->reader = *inside;
	response->part = part;
	response->state = LFDW_STATE_START;
	response->nframes = 0;
	response->decided = false;
	response->deferred = false;
	response->other_members = false;
	response->has_status = false;
	response->body.found = false;
	response->is_base64.found = false;
	response->order = NULL;
	response->cursor = NULL;
	response->page_member = NULL;
	response->last_page = false;
}
