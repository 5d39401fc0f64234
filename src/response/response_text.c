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
		return lfdw_csv_enter(response, text, len);
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
		lfdw_csv_report_other(response, LFDW_JSON_OBJECT);
	lfdw_json_value(&root, &value);
	return lfdw_text_take(response, value.text, value.len);
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
		lfdw_csv_report_other(response, value->type);
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
