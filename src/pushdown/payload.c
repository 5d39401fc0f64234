/*-------------------------------------------------------------------------
 *
 * payload.c
 *		The JSON payload of an invocation.
 *
 * The table's own members and the numbers of a query must arrive digit for digit,
 * which json-c would clamp: json_template.c writes both as the text that they are.
 *
 * IDENTIFICATION
 *	  src/pushdown/payload.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "options/argument_name.h"
#include "pushdown/argument_form.h"
#include "pushdown/payload.h"
#include "value/json_writer.h"

/* The list of a call's values, in the column's form. */
static char *
argument_list(const LfdwArguments *arguments, int index, const LfdwPart *part)
{
	const LfdwEquality *equality = &arguments->equalities[index];
	int			nvalues;
	char	  **json;

	if (equality->set.placeholder)
		return equality->set.placeholder;
	json = lfdw_part_values(arguments, index, part, &nvalues);
	return lfdw_argument_form_list(equality->column->argument_format, json, nvalues);
}

/* Gives the slots of one column's values what a call carries of them. */
static void
fill_equality(const char **values, const LfdwArguments *arguments, int index,
			  const LfdwPart *part)
{
	const LfdwEquality *equality = &arguments->equalities[index];
	const LfdwColumn *column = equality->column;

	if (lfdw_equality_sends(equality, false))
		values[column->scalar->slot] =
			lfdw_argument_form_value(column->argument_format,
									 lfdw_part_value(arguments, index, part));
	if (lfdw_equality_sends(equality, true))
		values[column->list->slot] = argument_list(arguments, index, part);
}

/* Gives the slots of the other operators that have an argument its value. */
static void
fill_others(const char **values, const LfdwArguments *arguments)
{
	for (int i = 0; i < arguments->nothers; i++)
	{
		const LfdwOtherArgument *other = &arguments->others[i];
		const LfdwTerm *term = other->condition->term;
		LfdwArgumentFormat format = term->column->argument_format;
		const LfdwValueSet *set = &other->condition->set;

		values[term->column->pushdown[term->op->number].slot] =
			term->op->takes == LFDW_TAKES_LIST && other->json[0] != '$' ?
			lfdw_argument_form_list(format, set->json, set->nvalues) :
			lfdw_argument_form_value(format, other->json);
	}
}

/* The names of the columns in a batch's elements. */
static void
append_batch_columns(StringInfo out, const LfdwArguments *arguments)
{
	lfdw_json_append_key(out, "columns");
	appendStringInfoChar(out, '[');
	for (int i = 0; i < arguments->nequalities; i++)
	{
		if (arguments->equalities[i].send_as != LFDW_SEND_ELEMENT)
			continue;
		lfdw_json_append_comma(out);
		lfdw_json_append_string(out, arguments->equalities[i].column->name);
	}
	appendStringInfoChar(out, ']');
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
		{
			json = lfdw_part_value(arguments, filter->each, part);
			if (filter->column->argument_format == LFDW_ARGUMENT_DIGITS)
				json = lfdw_argument_form_value(LFDW_ARGUMENT_DIGITS, json);
		}
		lfdw_json_append_comma(out);
		appendStringInfoChar(out, '{');
		if (filter->column)
			lfdw_json_append_string_member(out, "column", filter->column->name);
		else
			append_batch_columns(out, arguments);
		lfdw_json_append_string_member(out, "operator", filter->op->name);
		if (filter->argument)
			lfdw_json_append_string_member(out, "argument", filter->argument);
		else
			lfdw_json_append_member(out, "value", json);
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, ']');
}

/* Is a column of the answer wanted? */
static bool
is_wanted(const LfdwColumn *column, const Bitmapset *attrs)
{
	return !column->input &&
		bms_is_member(column->attnum - FirstLowInvalidHeapAttributeNumber, attrs);
}

/* By name, and columns of one name in the table's order. */
static int
compare_names(const void *a, const void *b)
{
	const LfdwColumn *const *one = a;
	const LfdwColumn *const *other = b;
	int			order = strcmp((*one)->name, (*other)->name);

	return order != 0 ? order : (*one < *other ? -1 : *one > *other);
}

/* The columns, by their place in the table, whose name another before them has. */
static Bitmapset *
named_before(const LfdwColumn **columns, int ncolumns, const LfdwTable *table)
{
	Bitmapset  *before = NULL;

	qsort(columns, ncolumns, sizeof(*columns), compare_names);
	for (int i = 1; i < ncolumns; i++)
	{
		if (strcmp(columns[i - 1]->name, columns[i]->name) == 0)
			before = bms_add_member(before, columns[i] - table->columns);
	}
	return before;
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
	const LfdwColumn **wanted = palloc(sizeof(LfdwColumn *) * (table->ncolumns + 1));
	int			nwanted = 0;
	Bitmapset  *before;
	StringInfoData out;

	for (int i = 0; i < table->ncolumns; i++)
	{
		if (!is_wanted(&table->columns[i], attrs))
			continue;
		if (table->columns[i].name == NULL)
			return pstrdup("null");
		wanted[nwanted++] = &table->columns[i];
	}
	before = named_before(wanted, nwanted, table);

	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (!is_wanted(&table->columns[i], attrs) || bms_is_member(i, before))
			continue;
		lfdw_json_append_comma(&out);
		lfdw_json_append_string(&out, table->columns[i].name);
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
static char *
write_envelope(const LfdwTable *table, const LfdwArguments *arguments,
			   const LfdwPart *part, const char *columns, const LfdwPage *page)
{
	StringInfo	out = makeStringInfo();

	appendStringInfoChar(out, '{');
	lfdw_json_append_key(out, "version");
	appendStringInfo(out, "%d", LFDW_ENVELOPE_VERSION);
	lfdw_json_append_string_member(out, "operation", "scan");
	lfdw_json_append_string_member(out, "table", table->name);
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
	if (table->options->splits > 1)
	{
		lfdw_json_append_key(out, "split");
		appendStringInfo(out, "{\"index\":%d,\"count\":%d}", part->split,
						 table->options->splits);
	}
	appendStringInfoChar(out, '}');
	return out->data;
}

/* Gives the slots that say which page is wanted their values. */
static void
fill_page(const char **values, const LfdwPlaces *places, const LfdwOptions *options,
		  const LfdwPage *page)
{
	LfdwArgumentFormat format = options->argument_format;

	if (places->cursor >= 0 && page->cursor)
		values[places->cursor] = lfdw_argument_form_value(format, page->cursor);
	if (places->page >= 0)
		values[places->page] =
			lfdw_argument_form_value(format,
									 psprintf("" INT64_FORMAT,
											  (int64) options->first_page + page->number));
	if (places->offset >= 0)
		values[places->offset] =
			lfdw_argument_form_value(format,
									 psprintf("" INT64_FORMAT, page->offset));
	if (places->limit >= 0 && page->limit)
		values[places->limit] = lfdw_argument_form_value(format, page->limit);
}

/* The value of a column in an element of a call's batch; NULL where it has none. */
static char *
element_value(const LfdwArguments *arguments, const LfdwPart *part, int64 tuple,
			  const LfdwColumn *column)
{
	const LfdwEquality *equality = lfdw_arguments_equality(arguments, column);

	if (equality == NULL)
		return NULL;
	return lfdw_argument_form_value(column->argument_format,
									lfdw_part_element(arguments,
													  equality - arguments->equalities,
													  part, tuple));
}

/* The list of a call's tuples that batch_argument carries. */
static char *
write_batch(const LfdwTable *table, const LfdwArguments *arguments,
			const LfdwPart *part)
{
	const char **json = palloc(sizeof(char *) * (table->ncolumns + 1));
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	for (int64 tuple = 0; tuple < part->ntuples; tuple++)
	{
		int			n = 0;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < table->ncolumns; i++)
		{
			if (table->columns[i].in_batch)
				json[n++] = element_value(arguments, part, tuple, &table->columns[i]);
		}
		if (tuple > 0)
			appendStringInfoChar(&out, ',');
		lfdw_batch_item_write(&out, table->item, tuple, json);
	}
	appendStringInfoChar(&out, ']');
	pfree(json);
	return out.data;
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
	const LfdwPlaces *places = table->places;
	const char **values = palloc0(sizeof(char *) *
								  (lfdw_template_nslots(places->payload) + 1));

	for (int i = 0; i < arguments->nequalities; i++)
		fill_equality(values, arguments, i, part);
	fill_others(values, arguments);
	if (table->item && arguments->tuples)
		values[places->batch] = write_batch(table, arguments, part);
	fill_page(values, places, table->options, page);
	if (places->envelope >= 0)
		values[places->envelope] = write_envelope(table, arguments, part, columns,
												  page);
	if (places->redshift)
		lfdw_redshift_event_fill(places->redshift, values, part->ntuples,
								 page->shown);
	if (places->event)
		lfdw_http_event_fill(places->event, values, page->url, page->shown);
	lfdw_template_write(out, places->payload, values);
	pfree(values);
}

/* The same as it is sent, in UTF-8; palloc'd. */
StringInfo
lfdw_payload_make(const LfdwTable *table, const LfdwArguments *arguments,
				  const LfdwPart *part, const char *columns, const LfdwPage *page)
{
	StringInfo	payload = makeStringInfo();
	char	   *utf8;

	lfdw_payload_write(payload, table, arguments, part, columns, page);
	utf8 = pg_server_to_any(payload->data, payload->len, PG_UTF8);
	if (utf8 != payload->data)
	{
		payload->data = utf8;
		payload->len = strlen(utf8);
		payload->maxlen = payload->len + 1;
	}
	return payload;
}
