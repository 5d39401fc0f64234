/*-------------------------------------------------------------------------
 *
 * response_error.c
 *		What is wrong with an answer, as errors of PostgreSQL.
 *
 * IDENTIFICATION
 *	  src/response/response_error.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/control_doc.h"
#include "base/json_pointer.h"
#include "lambda/error_type.h"
#include "pg/message.h"
#include "response/own_error.h"
#include "response/response_internal.h"
#include "value/json_find.h"
#include "value/json_string.h"

/* How far below an object that is no row, rows are looked for. */
#define ROWS_DEPTH 3

/* Does a byte continue a character of UTF-8? */
static bool
is_inside_character(char byte)
{
	return ((unsigned char) byte & 0xC0) == 0x80;
}

/* The part of an error's DETAIL that shows the answer around an offset. */
static char *
excerpt_at(const LfdwResponse *response, uint64 offset)
{
	const LfdwJsonReader *reader = &response->reader;
	size_t		at = Min(offset - reader->offset, reader->len);
	size_t		start = at > LFDW_EXCERPT_BEFORE ? at - LFDW_EXCERPT_BEFORE : 0;
	size_t		end = Min(reader->len, start + LFDW_EXCERPT_MAX);

	/* begin and end between characters, not inside one */
	while (start < at && is_inside_character(reader->data[start]))
		start++;
	while (end > at && end < reader->len && is_inside_character(reader->data[end]))
		end--;
	return lfdw_error_excerpt(reader->data + start, end - start);
}

/*
 * Has the answer NULs behind an object where it is no JSON?  That is the head of
 * response_head.c, in an answer that was not asked for as a stream.
 */
static bool
follows_head(const LfdwResponse *response)
{
	const LfdwJsonReader *reader = &response->reader;
	size_t		at = reader->error_at - reader->offset;

	return !response->table->function.streams && at > 0 && at < reader->len &&
		reader->data[at - 1] == '}' && reader->data[at] == '\0';
}

/* Raises the error about an answer that is not JSON: where, why, and what. */
void
lfdw_response_report_json(const LfdwResponse *response)
{
	const LfdwJsonReader *reader = &response->reader;
	size_t		at = reader->error_at - reader->offset;
	bool		gzip = at + 2 <= reader->len &&
	memcmp(reader->data + at, "\x1f\x8b", 2) == 0;

	ereport(ERROR,
			(errcode(lfdw_error_json_sqlstate(reader->error)),
			 errmsg("the answer of Lambda function \"%s\" is not valid JSON",
					response->table->function.label),
			 gzip ? errdetail("At byte offset " UINT64_FORMAT "%s: it is compressed by gzip.",
							  reader->error_at, response->part) :
			 errdetail("At byte offset " UINT64_FORMAT "%s: %s, near \"%s\".",
					   reader->error_at, response->part, reader->error,
					   excerpt_at(response, reader->error_at)),
			 gzip ? errhint("Let the function answer without compression.") :
			 follows_head(response) ?
			 errhint("It is the head of an HTTP answer that is streamed: the option response_mode 'streaming' of foreign table \"%s\" reads it.",
					 response->table->relname) : 0));
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

/* Raises the error about a value, other than an object, where entries are rows. */
void
lfdw_response_report_no_entries(const LfdwResponse *response,
								const LfdwJsonValue *value)
{
	lfdw_response_report_form(response,
							  psprintf("By the option rows_format the members of an object are its rows, and there is: %s",
									   lfdw_json_shown_value(value)),
							  NULL);
}

/* A field of an error document, fit for a message. */
static char *
shown_field(const char *field)
{
	return lfdw_error_text(field, strlen(field), LFDW_MESSAGE_MAX);
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
		has_type |= lfdw_json_is(&key, "errorType") &&
			value.type == LFDW_JSON_STRING;
		has_message |= lfdw_json_is(&key, "errorMessage") &&
			value.type == LFDW_JSON_STRING;
	}
	return has_type && has_message;
}

/*
 * Takes what a runtime makes of an exception, which the reader stands before:
 * {"errorType": ..., "errorMessage": ...}.  Raises 38000, or, where it is alone,
 * notes that there are no rows by the option no_rows_errors.
 */
void
lfdw_response_take_raised(LfdwResponse *response, LfdwJsonReader reader,
						  bool alone)
{
	const LfdwOptions *options = response->table->options;
	LfdwErrorDoc doc;
	LfdwJsonValue object;

	lfdw_json_value(&reader, &object);
	lfdw_error_doc_read(&doc, object.text, object.len);
	response->none = alone && response->may_have_none &&
		lfdw_error_type_is_among(doc.error_type, options->no_rows_errors);
	if (response->none)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
			 errmsg("Lambda function \"%s\" failed: %s",
					response->table->function.label,
					lfdw_error_excerpt(doc.error_type, strlen(doc.error_type))),
			 doc.message[0] ? errdetail("%s", shown_field(doc.message)) : 0));
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
no_member_hint(const LfdwResponse *response, LfdwJsonReader object, bool alone)
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
 * members.  An object that is alone is shown: it may say what went wrong.
 */
static void
report_no_member(const LfdwResponse *response, bool alone)
{
	LfdwJsonReader object = lfdw_row_object(response->row);
	LfdwJsonReader reader = object;
	StringInfoData detail;
	char	   *names = member_names(object);
	LfdwJsonValue value;

	initStringInfo(&detail);
	if (names[0] == '\0')
		appendStringInfoString(&detail, "It is an object without members.");
	else
		appendStringInfo(&detail, "Row " UINT64_FORMAT " is an object with none of the table's members: %s.",
						 lfdw_row_number(response->row), names);
	if (alone && names[0] != '\0' &&
		lfdw_json_value(&reader, &value) == LFDW_JSON_OK)
		appendStringInfo(&detail, "\nIt is: %s",
						 lfdw_error_excerpt(value.text, value.len));
	lfdw_response_report_form(response, detail.data,
							  no_member_hint(response, object, alone));
}

/*
 * Takes a row that is an object with none of the table's members.  Raises the
 * error about it, or the function's own, should it be that; or notes that there
 * are no rows, where the options no_rows_errors or no_rows_missing say so of one
 * that is alone.
 */
void
lfdw_response_refuse_row(LfdwResponse *response, bool alone)
{
	LfdwJsonReader object = lfdw_row_object(response->row);
	LfdwJsonReader reader = object;
	bool		empty = true;
	LfdwJsonValue key;
	LfdwJsonValue value;

	lfdw_json_enter(&reader);
	while (lfdw_json_member(&reader, &key) == LFDW_JSON_OK &&
		   lfdw_json_value(&reader, &value) == LFDW_JSON_OK)
	{
		empty = false;
		if (lfdw_json_is(&key, "lambda_fdw_error") && value.type == LFDW_JSON_OBJECT)
			lfdw_own_error_report(response->table->function.label, &value);
	}
	response->none = empty && alone && response->may_have_none &&
		response->table->options->no_rows_missing;
	if (lfdw_response_is_raised(response, object))
		lfdw_response_take_raised(response, object, alone);
	if (!response->none)
		report_no_member(response, alone);
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
 * Sets the reader, which stands before the root value, to where rows_path does
 * not go on; the way there is appended to path.
 */
static void
follow_rows_path(const LfdwResponse *response, LfdwJsonReader *reader,
				 StringInfo path)
{
	const LfdwPointer *rows_path = response->table->options->rows_path;

	for (int i = 0; i < rows_path->ntokens; i++)
	{
		LfdwJsonReader ahead = *reader;
		LfdwJsonValue string;
		LfdwJsonType type;

		if (lfdw_json_peek(reader, &type) != LFDW_JSON_OK ||
			type < LFDW_JSON_STRING)
			return;
		if (type == LFDW_JSON_STRING &&
			(lfdw_json_value(&ahead, &string) != LFDW_JSON_OK ||
			 !lfdw_json_string_open(reader, &string, true,
									response->table->function.label)))
			return;
		if (!lfdw_json_go_to(reader, response->rows_path->tokens[i]))
			return;
		lfdw_pointer_append(path, rows_path->tokens[i]);
	}
}

/*
 * Raises the error about an answer without a value at rows_path: how far the
 * path goes, and what is there.  The reader stands before the root value.
 */
static void
report_no_rows(const LfdwResponse *response, LfdwJsonReader reader)
{
	const LfdwPointer *rows_path = response->table->options->rows_path;
	StringInfoData path;
	StringInfoData there;

	initStringInfo(&path);
	for (int i = 0; i < rows_path->ntokens; i++)
		lfdw_pointer_append(&path, rows_path->tokens[i]);
	initStringInfo(&there);
	follow_rows_path(response, &reader, &there);
	lfdw_response_report_form(response,
							  psprintf("It has no value at its rows_path \"%s\": %s%s%s%s.",
									   path.data, there.len > 0 ? "at \"" : "",
									   there.data, there.len > 0 ? "\" " : "",
									   describe_value(reader)),
							  response->in_form && strcmp(rows_path->tokens[0], "body") == 0 ?
							  "Of API Gateway's form, rows_path begins in the body." :
							  NULL);
}

/*
 * Takes an answer without a value at rows_path, of which the reader stands before
 * the root value.  Raises the error about it, or the function's own, or notes that
 * there are no rows, where an option says so.
 */
void
lfdw_response_lack_rows(LfdwResponse *response, LfdwJsonReader reader)
{
	LfdwJsonType type;

	response->none = response->may_have_none &&
		response->table->options->no_rows_missing;
	if (lfdw_json_peek(&reader, &type) == LFDW_JSON_OK &&
		type == LFDW_JSON_OBJECT && lfdw_response_is_raised(response, reader))
		lfdw_response_take_raised(response, reader, true);
	if (!response->none)
		report_no_rows(response, reader);
}

/* Raises the error about an answer that is no list, as an aligned one must be. */
void
lfdw_response_report_no_list(const LfdwResponse *response)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
			 errmsg("the answer of Lambda function \"%s\" is no list for a batch of %d",
					response->table->function.label, response->aligned->ntuples),
			 errdetail("By the option batch_answer 'aligned' of foreign table \"%s\" it has an element for each.",
					   response->table->relname),
			 errhint("Say by the option rows_path where the list is.")));
}
