/*-------------------------------------------------------------------------
 *
 * description_read.c
 *		From the JSON of a description to its tables.
 *
 * IDENTIFICATION
 *	  src/sql/description_read.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/heap.h"
#include "utils/memutils.h"

#include "pg/message.h"
#include "sql/description.h"
#include "sql/description_internal.h"
#include "value/json_string.h"
#include "value/json_text.h"

/* The members that are no options. */
static const char *const table_words[] = {"name", "columns"};
static const char *const column_words[] = {"name", "type", "not_null", "collation"};

/* What an error of the parser, or of a conversion, is about. */
static void
add_context(void *arg)
{
	const LfdwDescriptionPlace *place = arg;

	if (place->column)
		errcontext("column %s of table %s in the description of Lambda function \"%s\"",
				   place->column, place->table, place->label);
	else if (place->table)
		errcontext("table %s in the description of Lambda function \"%s\"",
				   place->table, place->label);
	else
		errcontext("description of Lambda function \"%s\"", place->label);
}

/* Raises the error about a member that is missing, or of another type. */
static void
report_form(const LfdwDescriptionPlace *place, const char *member, const char *wanted,
			const LfdwJsonValue *found)
{
	lfdw_description_report(place, ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION,
							NULL, "\"%s\" must be %s, and is %s.", member, wanted,
							found ? lfdw_json_shown_value(found) : "missing");
}

/*
 * Takes the member of an object that is this word; *value says whether it was seen
 * before.  False for another one.
 */
static bool
take_word(const LfdwDescriptionPlace *place, const LfdwSketchWalk *walk,
		  const char *word, LfdwJsonValue *value)
{
	if (!lfdw_json_is(&walk->key, word))
		return false;
	if (value->text)
		lfdw_description_report(place, ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION,
								NULL, "The member \"%s\" is there twice.", word);
	*value = walk->value;
	return true;
}

/* Refuses a table or column that is no object. */
static void
check_object(const LfdwDescriptionPlace *place, const LfdwJsonValue *value)
{
	if (value->type != LFDW_JSON_OBJECT)
		lfdw_description_report(place, ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION,
								NULL, "It must be an object, and is %s.",
								lfdw_json_shown_value(value));
}

/* Is a value missing, or null? */
static bool
is_absent(const LfdwJsonValue *value)
{
	return value->text == NULL || value->type == LFDW_JSON_NULL;
}

/* What messages call a table or column: its name, or its number without one. */
static char *
place_name(const LfdwJsonValue *object, int number)
{
	LfdwJsonValue name;

	if (lfdw_sketch_member(object, "name", &name) && name.type == LFDW_JSON_STRING)
		return psprintf("\"%s\"", lfdw_json_shown(&name));
	return psprintf("number %d", number);
}

/* The text of a string that must be there, in the database encoding. */
static char *
string_text(const LfdwDescriptionPlace *place, const char *member,
			const LfdwJsonValue *value)
{
	if (value->text == NULL || value->type != LFDW_JSON_STRING || value->len == 0)
		report_form(place, member, "a string, and not empty", value->text ? value : NULL);
	return lfdw_json_value_text(value);
}

/* The same that is a name. */
static char *
name_text(const LfdwDescriptionPlace *place, const LfdwJsonValue *value)
{
	char	   *name = string_text(place, "name", value);

	if (strlen(name) >= NAMEDATALEN)
		lfdw_description_report(place, ERRCODE_NAME_TOO_LONG, NULL,
								"Its name has %zu bytes, and a name of PostgreSQL at most %d.",
								strlen(name), NAMEDATALEN - 1);
	return name;
}

static bool
read_not_null(const LfdwDescriptionPlace *place, const LfdwJsonValue *value)
{
	if (is_absent(value))
		return false;
	if (value->type != LFDW_JSON_TRUE && value->type != LFDW_JSON_FALSE)
		report_form(place, "not_null", "true or false", value);
	return value->type == LFDW_JSON_TRUE;
}

/* Reads a column, whose place is given. */
static LfdwDescribedColumn *
read_column(const LfdwDescriptionPlace *place, const LfdwJsonValue *object)
{
	LfdwDescribedColumn *column = palloc0(sizeof(LfdwDescribedColumn));
	LfdwJsonValue name = {0};
	LfdwJsonValue type = {0};
	LfdwJsonValue not_null = {0};
	LfdwJsonValue collation = {0};
	LfdwSketchWalk walk;

	check_object(place, object);
	lfdw_sketch_walk(&walk, object);
	while (lfdw_sketch_next(&walk))
	{
		if (!take_word(place, &walk, "name", &name) &&
			!take_word(place, &walk, "type", &type) &&
			!take_word(place, &walk, "not_null", &not_null) &&
			!take_word(place, &walk, "collation", &collation))
			column->options =
				lfdw_description_add_option(place, column->options,
											true,
											&walk.key, &walk.value,
											column_words, lengthof(column_words));
	}
	column->name = name_text(place, &name);
	if (SystemAttributeByName(column->name))
		lfdw_description_report(place, ERRCODE_DUPLICATE_COLUMN,
								"Give the column another name, and this one as its \"path\".",
								"A column of PostgreSQL's own has this name.");
	lfdw_description_find_type(place, string_text(place, "type", &type),
							   &column->typid, &column->typmod);
	column->not_null = read_not_null(place, &not_null);
	if (!is_absent(&collation))
		column->collation =
			lfdw_description_find_collation(place,
											string_text(place, "collation", &collation),
											column->typid);
	return column;
}

/* Refuses a name that an earlier one of a list has; offset is the name's. */
static void
check_new(const LfdwDescriptionPlace *place, HTAB *names, const char *name,
		  int sqlstate)
{
	char		key[NAMEDATALEN] = {0};
	bool		found;

	strlcpy(key, name, sizeof(key));
	hash_search(names, key, HASH_ENTER, &found);
	if (found)
		lfdw_description_report(place, sqlstate, NULL, "Its name is there twice.");
}

/* A set of names. */
static HTAB *
create_names(void)
{
	HASHCTL		control = {
		.keysize = NAMEDATALEN,
		.entrysize = NAMEDATALEN,
		.hcxt = CurrentMemoryContext
	};

	return hash_create("lambda_fdw described names", 64, &control,
					   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* Reads the columns of a table, whose place is given. */
static List *
read_columns(LfdwDescriptionPlace *place, const LfdwJsonValue *array)
{
	List	   *columns = NIL;
	HTAB	   *names = create_names();
	LfdwSketchWalk walk;

	if (array->text == NULL || array->type != LFDW_JSON_ARRAY)
		report_form(place, "columns", "an array of objects", array->text ? array : NULL);
	lfdw_sketch_walk(&walk, array);
	while (lfdw_sketch_next(&walk))
	{
		LfdwDescribedColumn *column;

		if (list_length(columns) == MaxHeapAttributeNumber)
			lfdw_description_report(place, ERRCODE_TOO_MANY_COLUMNS, NULL,
									"It has more than %d columns.",
									MaxHeapAttributeNumber);
		place->column = place_name(&walk.value, list_length(columns) + 1);
		column = read_column(place, &walk.value);
		check_new(place, names, column->name, ERRCODE_DUPLICATE_COLUMN);
		columns = lappend(columns, column);
		place->column = NULL;
	}
	hash_destroy(names);
	return columns;
}

/* The name of a table, whose place is given. */
static char *
table_name(const LfdwDescriptionPlace *place, const LfdwJsonValue *object)
{
	LfdwJsonValue value = {0};
	char	   *name;

	if (!lfdw_sketch_member(object, "name", &value))
		value.text = NULL;
	name = name_text(place, &value);
	for (const char *p = name; *p; p++)
	{
		if ((unsigned char) *p < ' ' || *p == 0x7F)
			lfdw_description_report(place, ERRCODE_INVALID_NAME, NULL,
									"Its name has a control character.");
	}
	return name;
}

/* Reads a table, whose place is given; only its name where no more is wanted. */
static LfdwDescribedTable *
read_table(LfdwDescriptionPlace *place, const LfdwJsonValue *object)
{
	LfdwDescribedTable *table = palloc0(sizeof(LfdwDescribedTable));
	LfdwJsonValue name = {0};
	LfdwJsonValue columns = {0};
	LfdwSketchWalk walk;

	check_object(place, object);
	table->name = table_name(place, object);
	if (!place->use->wants(table->name, place->use->arg))
		return table;
	lfdw_sketch_walk(&walk, object);
	while (lfdw_sketch_next(&walk))
	{
		if (!take_word(place, &walk, "name", &name) &&
			!take_word(place, &walk, "columns", &columns))
			table->options =
				lfdw_description_add_option(place, table->options,
											false,
											&walk.key, &walk.value,
											table_words, lengthof(table_words));
	}
	table->columns = read_columns(place, &columns);
	return table;
}

/* Refuses members that the description's object has beside "tables". */
static void
check_root(const LfdwDescriptionPlace *place, const LfdwJsonValue *root)
{
	LfdwJsonValue tables = {0};
	LfdwSketchWalk walk;

	lfdw_sketch_walk(&walk, root);
	while (lfdw_sketch_next(&walk))
	{
		if (!take_word(place, &walk, "tables", &tables))
			lfdw_description_report(place, ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION,
									NULL, "It has a member \"%s\" beside \"tables\".",
									lfdw_json_shown(&walk.key));
	}
}

/*
 * Reads a description: root is its object, and tables the array in it; both are
 * valid JSON.  Returns a list of LfdwDescribedTable, palloc'd: all of them, those that
 * use does not want by their names.
 *
 * Raises HV021 for what has not the form of a description, HV00D and HV024 for
 * options that are none, what lfdw_description_find_type raises, 42701 and 42P07
 * for names that are there twice, 42602 and 42622 for others, and 54000 and
 * 54011 for too many tables and columns.
 */
List *
lfdw_description_read(const char *label, const LfdwDescriptionUse *use,
					  const LfdwJsonValue *tables, const LfdwJsonValue *root)
{
	LfdwDescriptionPlace place = {.use = use,.label = label};
	ErrorContextCallback callback;
	List	   *result = NIL;
	HTAB	   *names = create_names();
	LfdwSketchWalk walk;

	callback.callback = add_context;
	callback.arg = &place;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	check_root(&place, root);
	lfdw_sketch_walk(&walk, tables);
	while (lfdw_sketch_next(&walk))
	{
		LfdwDescribedTable *table;

		if (list_length(result) == LFDW_DESCRIBED_TABLES_MAX)
			lfdw_description_report(&place, ERRCODE_PROGRAM_LIMIT_EXCEEDED, NULL,
									"It has more than %d tables.",
									LFDW_DESCRIBED_TABLES_MAX);
		place.table = place_name(&walk.value, list_length(result) + 1);
		table = read_table(&place, &walk.value);
		check_new(&place, names, table->name, ERRCODE_DUPLICATE_TABLE);
		result = lappend(result, table);
		place.table = NULL;
	}
	hash_destroy(names);
	error_context_stack = callback.previous;
	return result;
}
