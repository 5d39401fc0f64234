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

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "response/own_error.h"
#include "response/response_internal.h"
#include "value/json_text.h"

/* A reader before the root value, whose bytes were kept. */
LfdwJsonReader
lfdw_root_reader(const LfdwResponse *response)
{
	const LfdwJsonReader *window = response->nouter > 0 ?
	&response->outer[0] : &response->reader;
	LfdwJsonReader root = response->root;

	root.data = window->data;
	root.len = window->len;
	root.complete = window->complete;
	return root;
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
			lfdw_row_find_column(response->row, lfdw_json_value_text(&name));
	}
	response->notes.order = order;
}

/*
 * Keeps what a member of the root object says about the answer.  Returns
 * whether it is one of a form of its own.  Raises the error that the function
 * reports by "lambda_fdw_error".
 */
bool
lfdw_root_note_member(LfdwResponse *response, const LfdwJsonValue *key,
					  const LfdwJsonValue *value)
{
	if (lfdw_json_is(key, "lambda_fdw_error") && value->type == LFDW_JSON_OBJECT)
		lfdw_own_error_report(response->table->function.label, value);
	if (lfdw_json_is(key, "columns"))
		set_order(response, value);
	return lfdw_gateway_note_member(response, key, value);
}

/* Can the root object have a form of its own?  What such a form held cannot. */
static bool
may_have_form(const LfdwResponse *response)
{
	return !response->in_form && !response->notes.decided;
}

/*
 * May the root object still turn out to have a form of its own, so that nothing
 * in it means anything yet?
 */
bool
lfdw_root_is_undecided(const LfdwResponse *response)
{
	return may_have_form(response) && lfdw_gateway_is_begun(response);
}

/*
 * May a member of the root object be what holds the rows in a form of its own,
 * and not what its name says?
 */
bool
lfdw_root_may_hold_form(const LfdwResponse *response, const LfdwJsonValue *key)
{
	return may_have_form(response) && !response->notes.rows_seen &&
		lfdw_gateway_has_member(response, key);
}

/*
 * At the end of the root object: has it a form of its own, which goes to
 * *is_form?  Then the reader is set before what that form holds, once the answer
 * has ended.  Raises what lfdw_gateway_open_body raises.
 */
LfdwJsonStatus
lfdw_root_open_form(LfdwResponse *response, LfdwJsonReader *inside,
					bool *is_form)
{
	*is_form = may_have_form(response) && lfdw_gateway_is_form(response);
	return *is_form ? lfdw_gateway_open_body(response, inside) : LFDW_JSON_OK;
}

/* May a member of the root object be one of a form of its own? */
bool
lfdw_root_may_begin_form(const LfdwResponse *response, const LfdwJsonValue *key)
{
	return may_have_form(response) && lfdw_gateway_names(key);
}

/* May a member be the first of an error in place of rows? */
bool
lfdw_root_may_be_error(const LfdwJsonValue *key)
{
	static const char *const names[] = {
		"errorMessage", "errorType", "stackTrace", "requestId", "trace",
		"lambda_fdw_error"
	};

	return lfdw_json_is_among(key, names, lengthof(names));
}

/* May a statusCode of the root object still say that there are no rows? */
bool
lfdw_root_may_say_none(const LfdwResponse *response)
{
	return may_have_form(response) && response->table->options->no_rows_status;
}

/*
 * At the end of the root object: notes that there are no rows, where its
 * statusCode says so by the option no_rows_status.  Raises HV021 where rows stand
 * beside it, and 38000 on a page that a cursor asked for.
 */
LfdwJsonStatus
lfdw_root_check_status(LfdwResponse *response)
{
	LfdwJsonStatus status;
	const char *text;
	size_t		len;

	if (!may_have_form(response) || !lfdw_gateway_says_none(response))
		return LFDW_JSON_OK;
	status = lfdw_json_end(&response->reader);
	if (status != LFDW_JSON_OK)
		return status;
	if (response->row_given ||
		(response->notes.rows_seen && !response->may_have_none))
		lfdw_response_report_form(response,
								  "It has both rows and a \"statusCode\" of the option no_rows_status.",
								  NULL);
	if (!response->may_have_none)
	{
		text = lfdw_gateway_read_body(response, &len);
		lfdw_gateway_report_status(response, text, len);
	}
	response->none = true;
	return LFDW_JSON_OK;
}

/* Notes a member that no form of its own has, if it is the root's. */
void
lfdw_root_note_other(LfdwResponse *response)
{
	response->notes.other_members |= response->nframes == 1;
}
