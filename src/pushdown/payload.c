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

#include "pushdown/payload.h"
#include "value/value.h"

/* The version of the envelope. */
#define ENVELOPE_VERSION 2

/* Starts a member: a comma where one is due, the key, the colon. */
static void
append_key(StringInfo out, const char *key)
{
	if (out->len > 0 && out->data[out->len - 1] != '{')
		appendStringInfoChar(out, ',');
	lfdw_json_append_string(out, key);
	appendStringInfoChar(out, ':');
}

/* What stands between the braces of a JSON object. */
static void
append_inner(StringInfo out, const char *object)
{
	const char *start = strchr(object, '{') + 1;
	const char *end = strrchr(object, '}');

	while (start < end && strchr(" \t\n\r", *start))
		start++;
	while (end > start && strchr(" \t\n\r", end[-1]))
		end--;
	appendBinaryStringInfo(out, start, end - start);
}

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
	{
		append_key(out, column->scalar->argument);
		appendStringInfoString(out, equality->set.json[part->first[index]]);
	}
	if (send_as == LFDW_SEND_LIST || send_as == LFDW_SEND_BOTH ||
		send_as == LFDW_SEND_PARTS)
	{
		append_key(out, column->list->argument);
		appendStringInfoString(out, argument_list(equality, index, part));
	}
}

/* The members of the other operators that have an argument. */
static void
append_others(StringInfo out, const LfdwArguments *arguments)
{
	for (int i = 0; i < arguments->nothers; i++)
	{
		const LfdwOtherArgument *other = &arguments->others[i];
		const LfdwTerm *term = other->condition->term;

		append_key(out, term->column->pushdown[term->op->number].argument);
		appendStringInfoString(out, other->json);
	}
}

static void
append_filters(StringInfo out, const LfdwArguments *arguments, const LfdwPart *part)
{
	append_key(out, "filters");
	appendStringInfoChar(out, '[');
	for (int i = 0; i < arguments->nfilters; i++)
	{
		const LfdwFilter *filter = &arguments->filters[i];
		const char *json = filter->json;

		if (filter->each >= 0)
			json = arguments->equalities[filter->each].set.json[part->first[filter->each]];
		appendStringInfoString(out, i > 0 ? ",{" : "{");
		append_key(out, "column");
		lfdw_json_append_string(out, filter->column->name);
		append_key(out, "operator");
		lfdw_json_append_string(out, filter->op->name);
		append_key(out, filter->argument ? "argument" : "value");
		if (filter->argument)
			lfdw_json_append_string(out, filter->argument);
		else
			appendStringInfoString(out, json);
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
		if (out.len > 1)
			appendStringInfoChar(&out, ',');
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
	foreach(lc, order)
	{
		List	   *key = lfirst(lc);

		appendStringInfoString(&out, out.len == 0 ? "[{" : ",{");
		append_key(&out, "column");
		lfdw_json_append_string(&out, table->by_attnum[linitial_int(key) - 1]->name);
		append_key(&out, "descending");
		appendStringInfoString(&out, lsecond_int(key) ? "true" : "false");
		append_key(&out, "nulls");
		lfdw_json_append_string(&out, lthird_int(key) ? "first" : "last");
		appendStringInfoChar(&out, '}');
	}
	appendStringInfoChar(&out, ']');
	return out.data;
}

/* The member that tells a function that knows of it everything. */
static void
append_envelope(StringInfo out, const LfdwTable *table,
				const LfdwArguments *arguments, const LfdwPart *part,
				const char *columns, const char *cursor)
{
	append_key(out, "lambda_fdw");
	appendStringInfo(out, "{\"version\":%d", ENVELOPE_VERSION);
	append_key(out, "operation");
	lfdw_json_append_string(out, "scan");
	append_key(out, "table");
	lfdw_json_append_string(out, table->relname);
	append_key(out, "columns");
	appendStringInfoString(out, columns);
	append_filters(out, arguments, part);
	if (arguments->order_by)
	{
		append_key(out, "order_by");
		appendStringInfoString(out, arguments->order_by);
	}
	if (arguments->limit >= 0)
	{
		append_key(out, "limit");
		if (arguments->limit_text)
			appendStringInfoString(out, arguments->limit_text);
		else
			appendStringInfo(out, "" INT64_FORMAT, arguments->limit);
	}
	append_key(out, "cursor");
	appendStringInfoString(out, cursor ? cursor : "null");
	appendStringInfoChar(out, '}');
}

/*
 * Writes the payload of one invocation, in the database encoding.
 *
 * part says which values of the arguments this call carries.  columns is what lfdw_payload_columns
 * made; cursor is the JSON of the page to go on from, NULL for the first.
 */
void
lfdw_payload_write(StringInfo out, const LfdwTable *table,
				   const LfdwArguments *arguments, const LfdwPart *part,
				   const char *columns, const char *cursor)
{
	const LfdwOptions *options = table->options;

	appendStringInfoChar(out, '{');
	if (options->payload)
		append_inner(out, options->payload);
	for (int i = 0; i < arguments->nequalities; i++)
		append_argument(out, arguments, i, part);
	append_others(out, arguments);
	if (cursor && options->cursor_argument)
	{
		append_key(out, options->cursor_argument);
		appendStringInfoString(out, cursor);
	}
	if (options->envelope)
		append_envelope(out, table, arguments, part, columns, cursor);
	appendStringInfoChar(out, '}');
}
