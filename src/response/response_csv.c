/*-------------------------------------------------------------------------
 *
 * response_csv.c
 *		The rows of CSV, record by record.
 *
 * The text is whole and in memory; a record's fields are read out of it.
 *
 * IDENTIFICATION
 *	  src/response/response_csv.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "response/response_internal.h"

/* Raises the error about an answer that has something else where CSV is wanted. */
void
lfdw_csv_report_other(const LfdwResponse *response, LfdwJsonType type)
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
lfdw_csv_enter(LfdwResponse *response, const char *text, size_t len)
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
lfdw_csv_step(LfdwResponse *response)
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
 * The string at rows_path, which holds CSV; null is none.
 */
LfdwJsonStatus
lfdw_csv_read_rows(LfdwResponse *response)
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
		lfdw_csv_report_other(response, value.type);
	text = MemoryContextAllocHuge(CurrentMemoryContext, value.len + 1);
	return lfdw_csv_enter(response, text, lfdw_json_unescape(&value, text));
}
