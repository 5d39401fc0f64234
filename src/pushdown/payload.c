/*-------------------------------------------------------------------------
 *
 * payload.c
 *		The JSON payload of an invocation.
 *
 * The payload is written, not built as a tree first: the table's own members
 * and the numbers of a query must arrive digit for digit, and json-c would
 * clamp them.
 *
 * IDENTIFICATION
 *	  src/pushdown/payload.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "options/argument_name.h"

#include "pushdown/payload.h"
#include "value/json_writer.h"

/* The version of the envelope. */
#define ENVELOPE_VERSION 2

/* The list of a call's values. */
static char *
argument_list(const LfdwEquality *equality, int index, const LfdwPart *part)
{
	return equality->send_as == LFDW_SEND_PARTS ?
		lfdw_set_part(&equality->set, part->first[index], part->count[index]) :
		lfdw_set_list(&equality->set);
}

/* The member or members that carry one column's values. */
static void
append_argument(StringInfo out, const LfdwArguments *arguments, int index,
				const LfdwPart *part)
{
	const LfdwEquality *equality = &arguments->equalities[index];
	const LfdwColumn *column = equality->column;
	LfdwSendAs	send_as = equality->send_as;

	if (send_as != LFDW_SEND_LIST && send_as != LFDW_SEND_PARTS)
		lfdw_json_append_member(out, column->scalar->argument,
								equality->set.json[part->first[index]]);
	if (send_as == LFDW_SEND_LIST || send_as == LFDW_SEND_BOTH ||
		send_as == LFDW_SEND_PARTS)
		lfdw_json_append_member(out, column->list->argument,
								argument_list(equality, index, part));
}

/* The members of the other operators that have an argument. */
static void
append_others(StringInfo out, const LfdwArguments *arguments)
{
	for (int i = 0; i < arguments->nothers; i++)
	{
		const LfdwOtherArgument *other = &arguments->others[i];
		const LfdwTerm *term = other->condition->term;

		lfdw_json_append_member(out,
								term->column->pushdown[term->op->number].argument,
								other->json);
	}
}

static void
append_filters(StringInfo out, const LfdwArguments *arguments, const LfdwPart *part)
{
	lfdw_json_append_key(out, "filters");
	appendStringInfoChar(out, '[');
	for (int i = 0; i < arguments->nfilters; i++)
	{
		const LfdwFilter *filter = &arguments->filters[i];
		const char *json = filter->json;

		if (filter->each >= 0)
			json = arguments->equalities[filter->each].set.json[part->first[filter->each]];
		lfdw_json_append_comma(out);
		appendStringInfoChar(out, '{');
		lfdw_json_append_string_member(out, "column", filter->column->name);
		lfdw_json_append_string_member(out, "operator", filter->op->name);
		if (filter->argument)
			lfdw_json_append_string_member(out, "argument", filter->argument);
		else
			lfdw_json_append_member(out, "value", json);
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, ']');
}

/* Has a column before this one the same name, and is wanted too? */
static bool
is_named_before(const LfdwTable *table, int index, const Bitmapset *attrs)
{
	for (int i = 0; i < index; i++)
	{
		const LfdwColumn *column = &table->columns[i];

		if (bms_is_member(column->attnum - FirstLowInvalidHeapAttributeNumber,
						  attrs) &&
			strcmp(column->name, table->columns[index].name) == 0)
			return true;
	}
	return false;
}

/*
 * The envelope's "columns": the names of the columns a scan needs, as a JSON
 * array, or "null" where it needs whole rows.
 *
 * attrs holds attribute numbers as pull_varattnos gives them.  The result is
 * palloc'd in the current context.
 */
char *
lfdw_payload_columns(const LfdwTable *table, const Bitmapset *attrs)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LfdwColumn *column = &table->columns[i];

		if (!bms_is_member(column->attnum - FirstLowInvalidHeapAttributeNumber,
						   attrs))
			continue;
		if (column->name == NULL)
			return pstrdup("null");
		if (is_named_before(table, i, attrs))
			continue;
		lfdw_json_append_comma(&out);
		lfdw_json_append_string(&out, column->name);
	}
	appendStringInfoChar(&out, ']');
	return out.data;
}

/*
 * The envelope's "order_by" for a list of attribute number, descending and
 * nulls first; NULL for none.  Palloc'd in the current context.
 */
char *
lfdw_payload_order(const LfdwTable *table, List *order)
{
	StringInfoData out;
	ListCell   *lc;

	if (order == NIL)
		return NULL;
	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	foreach(lc, order)
	{
		List	   *key = lfirst(lc);

		lfdw_json_append_comma(&out);
		appendStringInfoChar(&out, '{');
		lfdw_json_append_string_member(&out, "column",
									   table->by_attnum[linitial_int(key) - 1]->name);
		lfdw_json_append_key(&out, "descending");
		lfdw_json_append_bool(&out, lsecond_int(key));
		lfdw_json_append_string_member(&out, "nulls",
									   lthird_int(key) ? "first" : "last");
		appendStringInfoChar(&out, '}');
	}
	appendStringInfoChar(&out, ']');
	return out.data;
}

/* The member that tells a function that knows of it everything. */
static void
append_envelope(StringInfo out, const LfdwTable *table,
				const LfdwArguments *arguments, const LfdwPart *part,
				const char *columns, const LfdwPage *page)
{
	lfdw_json_append_key(out, LFDW_ENVELOPE_KEY);
	appendStringInfoChar(out, '{');
	lfdw_json_append_key(out, "version");
	appendStringInfo(out, "%d", ENVELOPE_VERSION);
	lfdw_json_append_string_member(out, "operation", "scan");
	lfdw_json_append_string_member(out, "table", table->relname);
	lfdw_json_append_member(out, "columns", columns);
	append_filters(out, arguments, part);
	if (arguments->order_by)
		lfdw_json_append_member(out, "order_by", arguments->order_by);
	if (arguments->limit >= 0)
	{
		lfdw_json_append_key(out, "limit");
		if (arguments->limit_text)
			appendStringInfoString(out, arguments->limit_text);
		else
			appendStringInfo(out, "" INT64_FORMAT, arguments->limit);
	}
	lfdw_json_append_member(out, "cursor",
							page->cursor ? page->cursor : "null");
	appendStringInfoChar(out, '}');
}

/*
 * Writes the payload of one invocation, in the database encoding.
 *
 * part says which values of the arguments this call carries.  columns is what
 * lfdw_payload_columns made; page is the page of its rows that it asks for.
 */
void
lfdw_payload_write(StringInfo out, const LfdwTable *table,
				   const LfdwArguments *arguments, const LfdwPart *part,
				   const char *columns, const LfdwPage *page)
{
	const LfdwOptions *options = table->options;

	appendStringInfoChar(out, '{');
	if (options->payload)
		lfdw_json_append_members(out, options->payload);
	for (int i = 0; i < arguments->nequalities; i++)
		append_argument(out, arguments, i, part);
	append_others(out, arguments);
	if (page->cursor && options->cursor_argument)
		lfdw_json_append_member(out, options->cursor_argument, page->cursor);
	if (options->envelope)
		append_envelope(out, table, arguments, part, columns, page);
	appendStringInfoChar(out, '}');
}
