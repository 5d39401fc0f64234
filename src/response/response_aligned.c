/*-------------------------------------------------------------------------
 *
 * response_aligned.c
 *		Answers that have an element for each tuple of their call's batch.
 *
 * An element is a row, several, or none.  Which tuple it answers is told by its
 * place, or by itself at batch_index_path.
 *
 * IDENTIFICATION
 *	  src/response/response_aligned.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "response/response_internal.h"
#include "value/json_find.h"

/* Digits of a tuple's number, at most: no batch has more. */
#define INDEX_DIGITS 9

/*
 * Raises the error about an answer with another number of elements than its batch
 * has tuples.
 */
static void
report_count(const LfdwResponse *response, const char *more_than, int nelements)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
			 errmsg_plural("the answer of Lambda function \"%s\" has %s%d element for a batch of %d",
						   "the answer of Lambda function \"%s\" has %s%d elements for a batch of %d",
						   nelements, response->table->function.label, more_than,
						   nelements, response->aligned->ntuples),
			 errdetail("By the option batch_answer 'aligned' of foreign table \"%s\" it has one for each.",
					   response->table->relname),
			 errhint("Let the function answer null where there is nothing, or say by the option batch_index_path where an element has the number of its own.")));
}

/* Raises the error about an element that does not say which tuple it answers. */
static void
report_index(const LfdwResponse *response, const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
			 errmsg("element %d of the answer of Lambda function \"%s\" does not tell which of its batch it answers",
					response->aligned->nelements + 1,
					response->table->function.label),
			 errdetail("%s", problem),
			 errhint("The option batch_index_path of foreign table \"%s\" leads to a number from 0 to %d.",
					 response->table->relname, response->aligned->ntuples - 1)));
}

/* The number of the tuple that an element, which is whole, says it answers. */
static int
read_index(const LfdwResponse *response, LfdwJsonReader element)
{
	LfdwJsonValue value;
	char		digits[INDEX_DIGITS + 1];
	int			index;

	if (!lfdw_json_find(element, response->aligned->index_path,
						response->table->function.label, &value))
		report_index(response, "It has no such member.");
	if (value.type != LFDW_JSON_NUMBER || value.len > INDEX_DIGITS ||
		strspn(value.text, "0123456789") < value.len)
		report_index(response, psprintf("It says: %s",
										lfdw_error_excerpt(value.text, value.len)));
	memcpy(digits, value.text, value.len);
	digits[value.len] = '\0';
	index = atoi(digits);
	if (index >= response->aligned->ntuples)
		report_index(response, psprintf("It says: %d", index));
	return index;
}

/*
 * Finds out which tuple the element answers that comes next, and whether it is
 * several rows: an array, whose first value is an object or missing.
 */
static LfdwJsonStatus
look_at_element(LfdwResponse *response, LfdwJsonType *type, bool *several)
{
	LfdwAligned *aligned = response->aligned;
	LfdwJsonReader ahead = response->reader;
	LfdwJsonReader element = ahead;
	LfdwJsonValue value;
	LfdwJsonType first;
	LfdwJsonStatus status = lfdw_json_peek(&ahead, type);

	*several = false;
	if (status == LFDW_JSON_OK)
		status = lfdw_json_value(&ahead, &value);
	if (status != LFDW_JSON_OK)
	{
		response->reader = ahead;
		return status;
	}
	if (aligned->index_path)
		aligned->tuple = read_index(response, element);
	else if (aligned->nelements == aligned->ntuples)
		report_count(response, "more than ", aligned->ntuples);
	else
		aligned->tuple = aligned->nelements;
	if (*type != LFDW_JSON_ARRAY || lfdw_row_takes_all(response->row))
		return LFDW_JSON_OK;
	lfdw_json_enter(&element);
	*several = lfdw_json_element(&element) != LFDW_JSON_OK ||
		(lfdw_json_peek(&element, &first) == LFDW_JSON_OK &&
		 first == LFDW_JSON_OBJECT);
	return LFDW_JSON_OK;
}

/* Reads the row that comes next as one of the tuple at hand. */
static LfdwJsonStatus
read_row(LfdwResponse *response)
{
	LfdwAligned *aligned = response->aligned;
	LfdwJsonStatus status;

	lfdw_row_set_element(response->row, aligned->tuple);
	status = lfdw_response_read_row(response, false);
	if (status == LFDW_JSON_OK)
		aligned->answered[aligned->tuple] = true;
	return status;
}

/* One row of an element that is several, or its end. */
static LfdwJsonStatus
step_inside(LfdwResponse *response)
{
	LfdwJsonStatus status = lfdw_json_element(&response->reader);

	if (status == LFDW_JSON_END)
	{
		response->aligned->inside = false;
		return LFDW_JSON_OK;
	}
	return status == LFDW_JSON_OK ? read_row(response) : status;
}

/* One element of an aligned answer, a row of one, or the end of all. */
LfdwJsonStatus
lfdw_aligned_step(LfdwResponse *response)
{
	LfdwAligned *aligned = response->aligned;
	LfdwJsonStatus status;
	LfdwJsonValue value;
	LfdwJsonType type;
	bool		several;

	if (aligned->inside)
		return step_inside(response);
	status = lfdw_json_element(&response->reader);
	if (status == LFDW_JSON_END)
	{
		if (aligned->index_path == NULL && aligned->nelements < aligned->ntuples)
			report_count(response, "", aligned->nelements);
		aligned->ended = true;
		return lfdw_response_leave_rows(response, LFDW_STATE_TAIL);
	}
	if (status == LFDW_JSON_OK)
		status = look_at_element(response, &type, &several);
	if (status != LFDW_JSON_OK)
		return status;
	if (several)
		status = lfdw_json_enter(&response->reader);
	else if (type == LFDW_JSON_NULL)
		status = lfdw_json_value(&response->reader, &value);
	else
		status = read_row(response);
	if (status != LFDW_JSON_OK)
		return status;
	aligned->inside = several;
	aligned->nelements++;
	return LFDW_JSON_OK;
}

/*
 * Begins an aligned answer anew, for a batch of so many tuples; palloc'd in the
 * current context, as index_path, in UTF-8, must be.
 */
LfdwAligned *
lfdw_aligned_create(int ntuples, LfdwPointer *index_path)
{
	LfdwAligned *aligned = palloc0(sizeof(LfdwAligned));

	aligned->ntuples = ntuples;
	aligned->index_path = index_path;
	aligned->answered = palloc0(ntuples + 1);
	return aligned;
}

/*
 * How many tuples of its call's batch an answer, at its end, had no row for; 0 for
 * one that is not aligned.
 */
int
lfdw_response_unmatched(const LfdwResponse *response)
{
	int			unmatched = 0;

	for (int i = 0; response->aligned && i < response->aligned->ntuples; i++)
		unmatched += !response->aligned->answered[i];
	return unmatched;
}
