/*-------------------------------------------------------------------------
 *
 * answer_report.c
 *		What the answer of a write says of the rows: affected, failed.
 *
 * {"batchItemFailures": [{"itemIdentifier": "..."}]}, as in AWS's documentation of
 * partial batch responses (SQS, Kinesis, DynamoDB), {"failed": [{"index": 3,
 * "message": "..."}]} and {"affected": 2}.
 *
 * IDENTIFICATION
 *	  src/response/answer_report.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "pg/message.h"
#include "response/response_internal.h"
#include "value/json_string.h"
#include "value/json_text.h"

/* Digits of a number of rows, or of one of them, at most. */
#define NUMBER_DIGITS 18

/* A list of rows that failed. */
typedef struct FailureList
{
	const char *name;
	const char *id_name;		/* of the member that says which row it is */
	bool		by_index;		/* by its number */
	const char *hint;
} FailureList;

static const FailureList failure_lists[] = {
	{"batchItemFailures", "itemIdentifier", false,
	"It is a list of those that failed, each as {\"itemIdentifier\": \"...\"}."},
	{"failed", "index", true,
	"It is a list of the rows that failed, each as {\"index\": 3, \"message\": \"...\"}."}
};

/* Raises the error about a member that does not say what it should. */
static void
refuse_member(const LfdwResponse *response, const char *name,
			  const LfdwJsonValue *value, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
			 errmsg("the answer of Lambda function \"%s\" does not tell which rows it wrote",
					response->table->function.label),
			 errdetail("Its member \"%s\" is: %s", name,
					   lfdw_json_shown_value(value)),
			 errhint("%s", hint)));
}

/* A number of digits alone, or a string of one; -1 for any other value. */
static int64
read_number(const LfdwJsonValue *value)
{
	int64		number = 0;

	if ((value->type != LFDW_JSON_NUMBER && value->type != LFDW_JSON_STRING) ||
		value->len == 0 || value->len > NUMBER_DIGITS)
		return -1;
	for (size_t i = 0; i < value->len; i++)
	{
		if (value->text[i] < '0' || value->text[i] > '9')
			return -1;
		number = number * 10 + (value->text[i] - '0');
	}
	return number;
}

/* Takes what says which row failed. */
static void
take_id(LfdwRowFailure *failure, const LfdwJsonValue *value, bool by_index)
{
	failure->index = by_index ? read_number(value) : -1;
	if (failure->index < 0 && value->type != LFDW_JSON_NULL)
		failure->id = lfdw_json_value_text(value);
}

/*
 * One row that failed: an object, or what says which row it is.  An object without
 * a message is its own, if there is more in it.
 */
static LfdwRowFailure *
read_failure(const LfdwJsonValue *entry, const FailureList *list)
{
	LfdwRowFailure *failure = palloc0(sizeof(LfdwRowFailure));
	bool		others = false;
	LfdwJsonReader reader;
	LfdwJsonReader object;
	LfdwJsonValue key;
	LfdwJsonValue value;

	failure->index = -1;
	if (entry->type != LFDW_JSON_OBJECT)
	{
		take_id(failure, entry, list->by_index);
		return failure;
	}
	lfdw_json_init(&object, entry->text, entry->len, true);
	reader = object;
	lfdw_json_enter(&reader);
	while (lfdw_json_member(&reader, &key) == LFDW_JSON_OK &&
		   lfdw_json_value(&reader, &value) == LFDW_JSON_OK)
	{
		if (lfdw_json_is(&key, list->id_name))
			take_id(failure, &value, list->by_index);
		else
			others = true;
	}
	failure->message = lfdw_error_path_message(object);
	if (failure->message == NULL && others)
		failure->message = lfdw_error_excerpt(entry->text, entry->len);
	return failure;
}

/*
 * Takes a list of rows that failed.  Where a column has its name, only a list is
 * meant so.
 */
static void
take_failures(LfdwResponse *response, const FailureList *list,
			  const LfdwJsonValue *value, bool is_column)
{
	LfdwWriteReading *write = response->write;
	LfdwJsonReader reader;
	LfdwJsonValue entry;

	if (value->type != LFDW_JSON_ARRAY)
	{
		if (!is_column && !lfdw_error_path_is_nothing(value))
			refuse_member(response, list->name, value, list->hint);
		return;
	}
	lfdw_json_init(&reader, value->text, value->len, true);
	lfdw_json_enter(&reader);
	while (lfdw_json_element(&reader) == LFDW_JSON_OK &&
		   lfdw_json_value(&reader, &entry) == LFDW_JSON_OK)
		write->answer.failures = lappend(write->answer.failures,
										 read_failure(&entry, list));
}

/* Takes the number of rows that were affected. */
static void
take_affected(LfdwResponse *response, const LfdwJsonValue *value)
{
	int64		number = read_number(value);

	if (value->type == LFDW_JSON_NULL)
		return;
	if (number < 0 || value->type != LFDW_JSON_NUMBER)
		refuse_member(response, "affected", value,
					  "It is the number of rows that were written, from 0.");
	response->write->answer.affected = number;
}

/* An error that is no object, which would have been raised, is no success either. */
static void
check_own_error(const LfdwResponse *response, const LfdwJsonValue *value)
{
	if (!lfdw_error_path_is_nothing(value))
		refuse_member(response, "lambda_fdw_error", value,
					  "It is an object, as {\"message\": \"...\"}.");
}

/*
 * Reads what a root object, which is whole and which the reader stands before, says
 * of the rows of a write.  A list that fails rows is not undone by another, whether
 * it stands twice or beside a body.  Raises HV021 for what does not tell.
 */
void
lfdw_answer_report_read(LfdwResponse *response, LfdwJsonReader root)
{
	LfdwWriteReading *write = response->write;
	LfdwJsonValue key;
	LfdwJsonValue value;

	lfdw_json_enter(&root);
	while (lfdw_json_member(&root, &key) == LFDW_JSON_OK &&
		   lfdw_json_value(&root, &value) == LFDW_JSON_OK)
	{
		bool		is_column = lfdw_row_knows(response->row, &key);

		if (lfdw_json_is(&key, "lambda_fdw_error") && !is_column)
			check_own_error(response, &value);
		for (int i = 0; i < (int) lengthof(failure_lists); i++)
		{
			if (!lfdw_json_is(&key, failure_lists[i].name))
				continue;
			take_failures(response, &failure_lists[i], &value, is_column);
			write->reported |= !is_column;
		}
		if (lfdw_json_is(&key, "affected") && !is_column)
		{
			take_affected(response, &value);
			write->reported = true;
		}
	}
}

/* Are rows of the answer of a write to be returned? */
bool
lfdw_answer_report_wants_rows(const LfdwResponse *response)
{
	return response->write->wanted && response->write->answer.failures == NIL;
}

/*
 * Is what was read as the one row of the answer of a write none?  It has none of the
 * table's members, or only says what became of the rows.
 */
bool
lfdw_answer_report_is_no_row(const LfdwResponse *response)
{
	bool		is_report = response->write->reported && response->nframes == 0;

	return lfdw_row_has_no_member(response->row, true) ||
		lfdw_row_is_empty(response->row) ||
		(is_report && !lfdw_row_has_known(response->row));
}
