/*-------------------------------------------------------------------------
 *
 * response_text.c
 *		Answers that are text or bytes: answer_format csv and raw.
 *
 * The text is that of a JSON string, the body of API Gateway's form, or an
 * answer that is no JSON at all, as a runtime of one's own may give it.  It is
 * read once it is whole; a string that holds JSON is text like any other.
 *
 * IDENTIFICATION
 *	  src/response/response_text.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "response/response_internal.h"

/* Is the text in a member of a JSON document, so that rows_path leads there? */
static bool
is_in_document(const LfdwResponse *response)
{
	const LfdwPointer *rows_path = response->table->options->rows_path;

	return rows_path && rows_path->ntokens > 0;
}

/* Is the answer's body the text, and no JSON that the rows are looked for in? */
bool
lfdw_text_is_body(const LfdwResponse *response)
{
	return response->table->options->answer_format > LFDW_ANSWER_JSON &&
		!is_in_document(response);
}

/* Raises the error about an answer that has something else where CSV is wanted. */
static void
report_no_csv(const LfdwResponse *response, LfdwJsonType type)
{
	static const char *const names[] = {
		"null", "false", "true", "a number", "a string", "an array", "an object"
	};

	lfdw_response_report_form(response,
							  psprintf("There is %s where its CSV is looked for.",
									   names[type]),
							  type < LFDW_JSON_ARRAY ? NULL :
							  "The option rows_path leads to a string with CSV in a JSON document.");
}

/* The names in the header of CSV, for an error. */
static char *
header_names(const LfdwCsv *csv)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < csv->nfields && names.len < LFDW_EXCERPT_MAX; i++)
	{
		const LfdwCsvField *field = &csv->fields[i];
		char	   *name = MemoryContextAllocHuge(CurrentMemoryContext,
												  field->len + 1);
		size_t		len = lfdw_csv_decode(field, name);

		appendStringInfo(&names, "%s\"%s\"", i > 0 ? ", " : "",
						 lfdw_error_excerpt(name, len));
	}
	return names.data;
}

/* Raises the error about text that is no CSV. */
static void
report_csv(const LfdwResponse *response)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("the answer of Lambda function \"%s\" is not valid CSV",
					response->table->function.label),
			 errdetail("At line " UINT64_FORMAT ": %s.", response->csv.line,
					   response->csv.error)));
}

/*
 * Goes on to the records of CSV in a text of UTF-8, which must live as long as the
 * response: reads the header.
 */
LfdwJsonStatus
lfdw_text_enter_csv(LfdwResponse *response, const char *text, size_t len)
{
	LfdwCsv    *csv = &response->csv;
	const LfdwColumn *twice;
	LfdwCsvStatus status;
	bool		known;

	pg_verify_mbstr(PG_UTF8, text, (int) len, false);
	lfdw_csv_init(csv, text, len);
	response->state = LFDW_STATE_CSV;
	response->notes.rows_seen = true;
	response->keep = false;
	status = lfdw_csv_next(csv);
	if (status == LFDW_CSV_BAD)
		report_csv(response);
	if (status == LFDW_CSV_END)
		return LFDW_JSON_OK;
	response->csv_fields = lfdw_row_read_header(response->row, csv, &twice, &known);
	response->csv_nfields = csv->nfields;
	if (twice)
		lfdw_response_report_form(response,
								  psprintf("The header of its CSV has two fields for column \"%s\": %s.",
										   twice->attname, header_names(csv)),
								  NULL);
	if (!known)
		lfdw_response_report_form(response,
								  psprintf("The header of its CSV has none of the table's members: %s.",
										   header_names(csv)),
								  NULL);
	return LFDW_JSON_OK;
}

/* One record of CSV, or its end. */
LfdwJsonStatus
lfdw_text_step_csv(LfdwResponse *response)
{
	LfdwCsv    *csv = &response->csv;
	LfdwCsvStatus status = lfdw_csv_next(csv);

	if (status == LFDW_CSV_BAD)
		report_csv(response);
	if (status == LFDW_CSV_END)
	{
		response->state = response->nframes > 0 ? LFDW_STATE_MEMBERS : LFDW_STATE_TAIL;
		return LFDW_JSON_OK;
	}
	if (csv->nfields != response->csv_nfields)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
				 errmsg_plural("line " UINT64_FORMAT " of the CSV that Lambda function \"%s\" answered with has %d field instead of %d",
							   "line " UINT64_FORMAT " of the CSV that Lambda function \"%s\" answered with has %d fields instead of %d",
							   csv->nfields,
							   csv->line, response->table->function.label,
							   csv->nfields, response->csv_nfields),
				 errdetail("It is: %s",
						   lfdw_error_excerpt(csv->data + csv->start, csv->size))));
	lfdw_row_read_csv(response->row, csv, response->csv_fields);
	response->row_ready = true;
	return LFDW_JSON_OK;
}

/*
 * Takes a body: CSV, or a row itself.  It must live as long as the response.
 */
LfdwJsonStatus
lfdw_text_take(LfdwResponse *response, const char *text, size_t len)
{
	LfdwJsonReader nothing;

	lfdw_json_init(&nothing, "", 0, true);
	lfdw_response_open(response, &nothing, response->part);
	if (response->table->options->answer_format == LFDW_ANSWER_CSV)
		return lfdw_text_enter_csv(response, text, len);
	lfdw_row_read_raw(response->row, text, len);
	response->row_ready = true;
	response->state = LFDW_STATE_TAIL;
	return LFDW_JSON_OK;
}

/* The same with a string. */
static LfdwJsonStatus
take_string(LfdwResponse *response, const LfdwJsonValue *string)
{
	char	   *text = MemoryContextAllocHuge(CurrentMemoryContext,
											  string->len + 1);

	return lfdw_text_take(response, text, lfdw_json_unescape(string, text));
}

/*
 * The root object has no form of its own: it is an error that the function
 * raised, or the body.
 */
LfdwJsonStatus
lfdw_text_take_object(LfdwResponse *response)
{
	LfdwJsonReader root = lfdw_root_reader(response);
	LfdwJsonValue value;

	if (lfdw_response_is_raised(response, root))
		lfdw_response_take_raised(response, root, true);
	if (response->none)
	{
		response->state = LFDW_STATE_TAIL;
		return LFDW_JSON_OK;
	}
	if (response->table->options->answer_format == LFDW_ANSWER_CSV)
		report_no_csv(response, LFDW_JSON_OBJECT);
	lfdw_json_value(&root, &value);
	return lfdw_text_take(response, value.text, value.len);
}

/*
 * The string at rows_path, which holds CSV; null is none.
 */
LfdwJsonStatus
lfdw_text_read_rows(LfdwResponse *response)
{
	LfdwJsonValue value;
	LfdwJsonStatus status = lfdw_json_value(&response->reader, &value);
	char	   *text;

	if (status != LFDW_JSON_OK)
		return status;
	response->notes.rows_seen = true;
	if (value.type == LFDW_JSON_NULL)
		return LFDW_JSON_OK;
	if (value.type != LFDW_JSON_STRING)
		report_no_csv(response, value.type);
	text = MemoryContextAllocHuge(CurrentMemoryContext, value.len + 1);
	return lfdw_text_enter_csv(response, text, lfdw_json_unescape(&value, text));
}

/* Goes on with a root value that is JSON. */
static LfdwJsonStatus
start_json(LfdwResponse *response, const LfdwJsonValue *value)
{
	bool		in_document = is_in_document(response);

	if (value->type == LFDW_JSON_OBJECT ||
		(value->type == LFDW_JSON_ARRAY && in_document))
		return lfdw_response_enter_root(response, value->type, in_document);
	if (in_document)
		lfdw_response_lack_rows(response, lfdw_root_reader(response));
	if (in_document || value->type == LFDW_JSON_NULL)
		return lfdw_response_pass(response);
	if (value->type == LFDW_JSON_STRING)
		return take_string(response, value);
	if (response->table->options->answer_format == LFDW_ANSWER_CSV)
		report_no_csv(response, value->type);
	return lfdw_text_take(response, value->text, value->len);
}

/*
 * The step before an answer, or a document that it holds, once that is whole.
 */
LfdwJsonStatus
lfdw_text_start(LfdwResponse *response)
{
	LfdwJsonReader before = response->reader;
	LfdwJsonReader ahead;
	LfdwJsonStatus status;
	LfdwJsonValue value = {LFDW_JSON_NULL, false, "", 0};
	LfdwJsonType type;

	if (!before.complete)
		return LFDW_JSON_MORE;
	status = lfdw_json_peek(&response->reader, &type);
	ahead = response->root = response->reader;
	if (status == LFDW_JSON_OK)
		status = lfdw_json_value(&ahead, &value);
	if (status == LFDW_JSON_OK)
		status = lfdw_json_end(&ahead);
	if (status == LFDW_JSON_OK || status == LFDW_JSON_END)
		return start_json(response, &value);
	if (!is_in_document(response))
		return lfdw_text_take(response, before.data + before.pos,
							  before.len - before.pos);
	response->reader = ahead;
	return status;
}
