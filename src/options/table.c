/*-------------------------------------------------------------------------
 *
 * table.c
 *		A foreign table as a query needs it: its columns and its function.
 *
 * The rules that no single object's validator can check are checked here,
 * when a query is planned and again when it runs.  Nothing here needs the
 * network.
 *
 * IDENTIFICATION
 *	  src/options/table.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "base/json_pointer.h"
#include "options/foreign_object.h"
#include "options/function_options.h"
#include "options/option_kind.h"
#include "options/shippable.h"
#include "options/table.h"
#include "options/table_internal.h"
#include "pg/compat.h"

/* Takes the operators that a column declares, NULL for none. */
static void
set_operators(LfdwColumn *column, const LfdwPushdown *pushdown)
{
	column->scalar = &column->pushdown[lfdw_operator_equality(false)->number];
	column->list = &column->pushdown[lfdw_operator_equality(true)->number];
	for (int op = 0; pushdown && op < LFDW_NOPERATORS; op++)
	{
		column->pushdown[op] = pushdown[op];
		if (pushdown[op].argument == NULL && lfdw_operators[op].named_by_column)
			column->pushdown[op].argument = pstrdup(column->name);
	}
}

/*
 * A required column whose "=" names no argument goes in the list of a table that
 * has one, if that can be; its "in" has no argument then.  One that names an
 * argument goes beside it.
 */
static void
set_batch_column(const LfdwTable *table, LfdwColumn *column,
				 const LfdwColumnOptions *options)
{
	const LfdwPushdown *list = &options->pushdown[lfdw_operator_equality(true)->number];

	column->in_batch =
		options->pushdown[lfdw_operator_equality(false)->number].argument == NULL;
	column->beside_batch = !column->in_batch;
	if (column->in_batch && list->argument)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("column \"%s\" of foreign table \"%s\" cannot name an argument for \"in\"",
						column->attname, table->relname),
				 errdetail("Its values go in the list of the table's option batch_argument, for its option pushdown has \"=\" without an argument.")));
}

/* Raises HV024 for an argument_format of a column of which no value is sent. */
static void
check_argument_format(const LfdwTable *table, const LfdwColumn *column,
					  const LfdwColumnOptions *options)
{
	if (options->argument_format == LFDW_ARGUMENT_UNSET || options->pushdown ||
		options->input ||
		(table->options->updatable &&
		 (!table->options->envelope ||
		  options->argument_format == LFDW_ARGUMENT_DIGITS ||
		  (options->argument_format == LFDW_ARGUMENT_JSON &&
		   table->options->argument_format == LFDW_ARGUMENT_DIGITS))))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("option \"argument_format\" of column \"%s\" of foreign table \"%s\" needs the option \"pushdown\" or \"input\"",
					column->attname, table->relname),
			 table->options->updatable ?
			 errdetail("Its values are written in the envelope, which has them as JSON.") :
			 errdetail("Without them no value of the column is ever sent.")));
}

/* A column of a table that is being made. */
static LfdwColumn *
column_at(const LfdwTable *table, int index)
{
	return unconstify(LfdwColumn *, &table->columns[index]);
}

/* Takes a column's options; raises HV024 where its type does not fit them. */
static void
set_column(LfdwTable *table, LfdwColumn *column, Oid relid,
		   Form_pg_attribute att)
{
	LfdwColumnOptions *options = lfdw_foreign_column_options(relid, att->attnum);

	column->attnum = att->attnum;
	column->attname = pstrdup(NameStr(att->attname));
	column->typid = att->atttypid;
	column->typmod = att->atttypmod;
	column->collation = att->attcollation;
	column->required = options->required;
	column->key = options->key;
	column->input = options->input;
	column->format = options->format;
	column->argument_format = options->argument_format ?
		options->argument_format : table->options->argument_format;
	if (column->argument_format == LFDW_ARGUMENT_DIGITS &&
		lfdw_shippable_is_document(column->typid))
		column->argument_format = LFDW_ARGUMENT_JSON;
	check_argument_format(table, column, options);
	column->null_if = options->null_if;
	column->path_given = options->path != NULL;
	column->path = options->path ? options->path :
		lfdw_pointer_to(column->attname);
	column->name = lfdw_pointer_dotted(column->path);

	lfdw_shippable_check(column->attname, table->relname, column->typid,
						 options->pushdown);
	set_operators(column, options->pushdown);
	if (table->options->batch_argument && column->required && column->scalar->declared)
		set_batch_column(table, column, options);
	if (!lfdw_format_applies(column->format, column->typid))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("the format of column \"%s\" of foreign table \"%s\" does not fit its type %s",
						column->attname, table->relname,
						format_type_be(column->typid)),
				 errdetail("%s", lfdw_format_types)));
}

/*
 * Raises HV024 for options of a virtual generated column, which is no column of
 * the function: it is computed from those that are.
 */
static void
refuse_virtual_options(const LfdwTable *table, Oid relid,
					   Form_pg_attribute att)
{
	LfdwColumnOptions *options = lfdw_foreign_column_options(relid, att->attnum);

	if (options->path || options->pushdown || options->required || options->key ||
		options->input || options->null_if ||
		options->format != LFDW_FORMAT_DEFAULT)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("column \"%s\" of foreign table \"%s\" cannot have options",
						NameStr(att->attname), table->relname),
				 errdetail("It is a virtual generated column: PostgreSQL computes it, and the function has no part in it."),
				 errhint("Declare the options on the columns that it is computed from.")));
}

/* Does a column go in the list of batch_argument? */
static bool
has_batch_column(const LfdwTable *table)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (table->columns[i].in_batch)
			return true;
	}
	return false;
}

/*
 * Makes the elements of the list that batch_argument names, if it is given.  There
 * are none where only writes have such a list.
 */
static void
make_item(LfdwTable *table)
{
	if (table->options->batch_argument == NULL ||
		(table->options->updatable && !table->options->envelope &&
		 !has_batch_column(table)))
		return;
	table->aligned = table->options->batch_answer == LFDW_BATCH_ANSWER_ALIGNED;
	table->item = lfdw_batch_item_create(table->options, table->relname);
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (table->columns[i].in_batch)
			lfdw_batch_item_add(table->item, table->columns[i].attname,
								table->columns[i].path);
	}
	lfdw_batch_item_check(table->item);
}

/* The payload's places, without a list that only writes have. */
static LfdwPlaces *
create_places(const LfdwTable *table)
{
	LfdwOptions read = *table->options;

	if (table->item == NULL)
		read.batch_argument = NULL;
	return lfdw_places_create(&read);
}

/* Raises the error about an argument that cannot have its place. */
static void
report_argument(const LfdwTable *table, const LfdwColumn *column,
				const char *argument, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("column \"%s\" of foreign table \"%s\" cannot use the argument \"%s\"",
					column->attname, table->relname, argument),
			 errdetail("%s.", why),
			 errhint("Name another argument in the column's option pushdown, as in '=:name'.")));
}

/*
 * The slot of an operator that shares its argument with another of its column, or
 * -1: "=" and "in" may.
 */
static int
shared_slot(const LfdwColumn *column, int op)
{
	const LfdwPushdown *own = &column->pushdown[op];
	const LfdwPushdown *other = own == column->list ? column->scalar : NULL;

	if (other == NULL || !other->declared ||
		strcmp(other->argument, own->argument) != 0)
		return -1;
	return other->slot;
}

/* Gives the argument of a column's operator its place in the payload. */
static void
place_argument(const LfdwTable *table, LfdwColumn *column, int op)
{
	LfdwPushdown *pushdown = &column->pushdown[op];
	const char *why;

	pushdown->slot = shared_slot(column, op);
	if (pushdown->slot >= 0)
		return;
	pushdown->slot = lfdw_places_add(table->places, pushdown->argument,
									 psprintf("operator \"%s\" of column \"%s\"",
											  lfdw_operators[op].name,
											  column->attname), 0, &why);
	if (pushdown->slot < 0)
		report_argument(table, column, pushdown->argument, why);
}

/* Gives all arguments of columns their places. */
static void
place_arguments(const LfdwTable *table)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		LfdwColumn *column = column_at(table, i);

		column->event = table->places->event;
		for (int op = 0; op < LFDW_NOPERATORS; op++)
		{
			column->pushdown[op].slot = -1;
			if (column->pushdown[op].declared && column->pushdown[op].argument &&
				!(column->in_batch &&
				  lfdw_operator_is_equality(&lfdw_operators[op])))
				place_argument(table, column, op);
		}
	}
}

/* Does a column declare any operator? */
static bool
has_operator(const LfdwColumn *column)
{
	for (int op = 0; op < LFDW_NOPERATORS; op++)
	{
		if (column->pushdown[op].declared)
			return true;
	}
	return false;
}

/* Raises HV024 about the columns of an event of another database. */
static void
report_event_column(const LfdwTable *table, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("the columns of foreign table \"%s\" do not fit its option \"event\"",
					table->relname),
			 errdetail("%s", detail),
			 errhint("Set the option input 'true' of the columns that are the function's arguments, in their order, and leave one for its result.")));
}

/*
 * The columns of an event of another database: arguments, which are input columns
 * of the batch, and the one that is the result of each.
 */
static void
set_event_columns(LfdwTable *table)
{
	const char *result = table->options->event == LFDW_EVENT_SNOWFLAKE ? "/1" : "";
	const char *why;
	int			ninputs = 0;

	if (!lfdw_event_is_of_database(table->options->event))
		return;
	for (int i = 0; i < table->ncolumns; i++)
	{
		LfdwColumn *column = column_at(table, i);

		if (column->input && !column->in_batch)
			report_event_column(table, psprintf("The input column \"%s\" names an argument, and goes into no batch.",
												column->attname));
		ninputs += column->input;
		if (column->input)
			continue;
		if (column->path_given || has_operator(column))
			report_event_column(table, psprintf("Column \"%s\" is the result, which has no path and no operators.",
												column->attname));
		if (!lfdw_pointer_parse(result, &column->path, &why))
			elog(ERROR, "%s", why);
		column->path_given = true;
		column->name = lfdw_pointer_dotted(column->path);
	}
	if (ninputs == 0)
		report_event_column(table, "No column is an argument.");
	if (table->ncolumns - ninputs != 1)
		report_event_column(table, psprintf("%d columns are the result.",
											table->ncolumns - ninputs));
}

/* The column whose "=" or "in" gives a slot its value, or NULL. */
static const LfdwColumn *
column_of_slot(const LfdwTable *table, int slot)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LfdwColumn *column = &table->columns[i];

		if ((column->scalar->declared && column->scalar->slot == slot) ||
			(column->list->declared && column->list->slot == slot))
			return column;
	}
	return NULL;
}

/* Does every call give a slot a value: that of the page, or of a column? */
static bool
is_always_given(const LfdwTable *table, int slot)
{
	const LfdwColumn *column = column_of_slot(table, slot);

	if (slot == table->places->page || slot == table->places->offset)
		return true;
	if (column == NULL || !column->required)
		return false;
	return !(column->scalar->declared && column->list->declared) ||
		column->scalar->slot == column->list->slot;
}

/*
 * Every call must have values for the parameters of the route's path.  Raises
 * HV024 where one may have none.
 */
static void
check_path_parameters(const LfdwTable *table)
{
	const char *name;
	int			slot = -1;

	if (table->places->event == NULL)
		return;
	for (int i = 0; (name = lfdw_http_event_parameter(table->places->event, i,
													  &slot)) != NULL; i++)
	{
		if (slot < 0 || !is_always_given(table, slot))
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
					 errmsg("a call of foreign table \"%s\" may have no value for {%s} of its route",
							table->relname, name),
					 errdetail("The option \"route\" is \"%s\".",
							   table->options->http_route),
					 errhint("Give it a column with the options required 'true' and pushdown '=:%s', or '=:%s, in:%s'.",
							 name, name, name)));
	}
}

/*
 * Why a value, given as JSON, cannot be sent in a column's condition of an
 * operator; palloc'd, NULL where it can.
 */
char *
lfdw_table_refusal(const LfdwColumn *column, const LfdwOperator *op,
				   const char *json)
{
	char	   *why;

	if (column->event == NULL)
		return NULL;
	if (!lfdw_operator_is_equality(op))
		return lfdw_http_event_refusal(column->event, column->pushdown[op->number].slot,
									   op->takes == LFDW_TAKES_LIST, json);
	why = lfdw_http_event_refusal(column->event, column->list->slot, true, json);
	return why ? why :
		lfdw_http_event_refusal(column->event, column->scalar->slot, false, json);
}

/* Raises the error about a column whose path leads nowhere. */
static void
report_path(const LfdwTable *table, const LfdwColumn *column,
			const char *option, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("the path of column \"%s\" of foreign table \"%s\" does not fit the table's option \"%s\"",
					column->attname, table->relname, option),
			 errdetail("%s", detail)));
}

/* CSV: each column is named by a field of the header. */
static void
check_csv_columns(const LfdwTable *table)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LfdwColumn *column = &table->columns[i];

		if (!column->input && column->path->ntokens != 1)
			report_path(table, column, "answer_format",
						"In CSV a path has one part, the name of a field in the header.");
	}
}

/* Entries: a row has a key and a value. */
static void
check_entry_columns(const LfdwTable *table)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LfdwColumn *column = &table->columns[i];
		const LfdwPointer *path = column->path;
		bool		is_key = path->ntokens == 1 && strcmp(path->tokens[0], "key") == 0;
		bool		is_value = path->ntokens > 0 && strcmp(path->tokens[0], "value") == 0;

		/* a required column without a path may have what the call carried */
		if (!column->input && path->ntokens > 0 && !is_key && !is_value &&
			(column->path_given || !column->required))
			report_path(table, column, "rows_format",
						"An entry has its name at \"/key\" and its value at \"/value\".");
	}
}

/* A body: one column has it. */
static void
check_raw_columns(const LfdwTable *table)
{
	const LfdwColumn *body = NULL;
	StringInfoData names;
	int			ncolumns = 0;

	initStringInfo(&names);
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LfdwColumn *column = &table->columns[i];

		if (column->input)
			continue;
		body = column;
		appendStringInfo(&names, "%s\"%s\"", ncolumns++ > 0 ? ", " : "",
						 column->attname);
	}
	if (ncolumns != 1)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("foreign table \"%s\" does not fit its option \"answer_format\"",
						table->relname),
				 ncolumns == 0 ?
				 errdetail("By answer_format 'raw' the body is the value of one column, and all have the option \"input\".") :
				 errdetail("By answer_format 'raw' the body is the value of one column, and it has %s.",
						   names.data),
				 ncolumns == 0 ? 0 :
				 errhint("Columns that the query gives values for have the option input 'true'.")));
	if (body->path_given)
		report_path(table, body, "answer_format",
					"By answer_format 'raw' the column has the whole body, and needs no path.");
}

/* What the form of the answer asks of the columns. */
static void
check_columns(const LfdwTable *table)
{
	if (table->options->answer_format == LFDW_ANSWER_CSV)
		check_csv_columns(table);
	if (table->options->answer_format == LFDW_ANSWER_RAW)
		check_raw_columns(table);
	if (table->options->rows_format == LFDW_ROWS_ENTRIES)
		check_entry_columns(table);
}

/* Takes the function; raises HV00J where none is named. */
static void
set_function(LfdwTable *table)
{
	const LfdwOptions *options = table->options;

	if (options->function_arn == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
				 errmsg("foreign table \"%s\" has no option \"function_arn\"",
						table->relname)));
	lfdw_function_create(&table->function, options, options->function_arn,
						 options->qualifier);
	/* a scan only reads */
	table->function.repeatable = true;
	table->function.streams = options->response_mode == LFDW_RESPONSE_MODE_STREAMING;
}

/*
 * Can a condition of this operator reach the function as one it filters by
 * exactly?  "=" and "in" stand for each other.  Without the envelope an operator
 * needs an argument.
 */
bool
lfdw_table_takes(const LfdwTable *table, const LfdwColumn *column,
				 const LfdwOperator *op)
{
	const LfdwPushdown *pushdown = &column->pushdown[op->number];

	if (lfdw_operator_is_equality(op))
		return column->scalar->declared || column->list->declared;
	return pushdown->declared &&
		(table->options->envelope || pushdown->argument);
}

/*
 * Fills a zeroed table with what the catalogs say of it, palloc'd in the current
 * context.  Takes an open relation, and raises what lfdw_table_create does.
 */
void
lfdw_table_make(LfdwTable *table, Relation relation)
{
	TupleDesc	desc = RelationGetDescr(relation);

	table->relid = RelationGetRelid(relation);
	table->relname = pstrdup(RelationGetRelationName(relation));
	table->options = lfdw_foreign_table_options(RelationGetRelid(relation));
	table->version = lfdw_foreign_table_version(table->relid, table->options->serverid);
	table->name = table->options->table_name;
	if (table->name == NULL)
		table->name = table->relname;
	table->natts = desc->natts;
	table->columns = palloc0(sizeof(LfdwColumn) * (desc->natts + 1));
	table->by_attnum = palloc0(sizeof(LfdwColumn *) * (desc->natts + 1));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped)
			continue;
		if (lfdw_is_virtual(att))
		{
			refuse_virtual_options(table, RelationGetRelid(relation), att);
			continue;
		}
		table->by_attnum[i] = &table->columns[table->ncolumns];
		set_column(table, column_at(table, table->ncolumns),
				   RelationGetRelid(relation), att);
		table->ncolumns++;
	}
	set_event_columns(table);
	make_item(table);
	table->places = create_places(table);
	place_arguments(table);
	lfdw_places_complete(table->places, table->options, table->relname);
	check_path_parameters(table);
	check_columns(table);
	set_function(table);
}

/* Every column of a table, as pull_varattnos would give them; palloc'd. */
Bitmapset *
lfdw_table_attrs(const LfdwTable *table)
{
	Bitmapset  *attrs = NULL;

	for (int i = 0; i < table->ncolumns; i++)
		attrs = bms_add_member(attrs, table->columns[i].attnum -
							   FirstLowInvalidHeapAttributeNumber);
	return attrs;
}
