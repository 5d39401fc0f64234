/*-------------------------------------------------------------------------
 *
 * write_payload.c
 *		Rows in a payload of the function's own.
 *
 * Inserted rows are the list that batch_argument names, or one row is merged into
 * the payload; an HTTP event has a route for each operation, of one row a call but
 * for such a list.  The slots of the payload's template are those of this
 * operation, made of the table's options without what only scans send.
 *
 * IDENTIFICATION
 *	  src/modify/write_payload.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "miscadmin.h"

#include "modify/row_object.h"
#include "modify/write_payload.h"
#include "options/write_rules.h"
#include "value/json_writer.h"

/* Where the payload of one row has a column. */
typedef struct WritePlace
{
	int			column;			/* its index */
	int			slot;
	bool		is_key;			/* the old row's */
	const char *parameter;		/* of the route's path, or NULL */
} WritePlace;

struct LfdwWritePayload
{
	LfdwWriteOperation operation;
	const LfdwTable *table;
	LfdwOptions options;		/* of this operation */
	const char *route_option;	/* that options.http_route is from */
	LfdwPlaces *places;
	List	   *columns;		/* of WritePlace; of a list: none */
	LfdwBatchFormat format;		/* of a list, else LFDW_BATCH_UNSET */
	LfdwRowObject *object;		/* an element of a list of objects */
};

/* The option that is the route of an operation. */
static const char *
route_option(LfdwWriteOperation operation)
{
	return operation == LFDW_WRITE_INSERT ? "insert_route" :
		operation == LFDW_WRITE_UPDATE ? "update_route" : "delete_route";
}

/* The table's options as the payload of a write has them. */
static void
set_options(LfdwWritePayload *payload)
{
	LfdwOptions *options = &payload->options;
	bool		inserts = payload->operation == LFDW_WRITE_INSERT;

	*options = *payload->table->options;
	lfdw_write_rules_apply(options, inserts ? options->insert_route :
						   payload->operation == LFDW_WRITE_UPDATE ?
						   options->update_route : options->delete_route, inserts);
	payload->route_option = route_option(payload->operation);
	if (options->batch_argument)
		payload->format = options->batch_format ? options->batch_format :
			LFDW_BATCH_OBJECTS;
}

/* Raises HV024 about a parameter of the route's path. */
static void
report_parameter(const LfdwWritePayload *payload, const char *name,
				 const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("{%s} of the option \"%s\" of foreign table \"%s\" would have no value",
					name, payload->route_option, payload->table->relname),
			 errdetail("%s", detail),
			 hint ? errhint("%s", hint) : 0));
}

/*
 * The column that is a parameter of the route's path: by its path, or by the
 * argument that scans send its "=" as.  -1 for none.
 */
static int
column_of_parameter(const LfdwTable *table, const char *name)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LfdwPointer *path = table->columns[i].path;

		if (path->ntokens == 1 && strcmp(path->tokens[0], name) == 0)
			return i;
	}
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LfdwPushdown *scalar = table->columns[i].scalar;

		if (scalar->declared && scalar->argument && strcmp(scalar->argument, name) == 0)
			return i;
	}
	return -1;
}

/* A column in words. */
static char *
owner_of(const LfdwWritePayload *payload, int column)
{
	return psprintf("column \"%s\"", payload->table->columns[column].attname);
}

/* Gives a column a place.  Raises HV024 where it cannot have it. */
static WritePlace *
add_place(LfdwWritePayload *payload, int column, const char *argument, bool is_key,
		  int flags)
{
	WritePlace *place = palloc0(sizeof(WritePlace));
	const char *why;

	place->column = column;
	place->is_key = is_key;
	place->slot = lfdw_places_add(payload->places, argument,
								  owner_of(payload, column), flags, &why);
	if (place->slot < 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("column \"%s\" of foreign table \"%s\" has no place in what is sent for %s",
						payload->table->columns[column].attname,
						payload->table->relname,
						payload->operation == LFDW_WRITE_INSERT ? "INSERT" :
						payload->operation == LFDW_WRITE_UPDATE ? "UPDATE" : "DELETE"),
				 errdetail("%s.", why),
				 errhint("Its option path says where it stands.")));
	payload->columns = lappend(payload->columns, place);
	return place;
}

/* Gives the parameters of the route's path to columns. */
static void
place_parameters(LfdwWritePayload *payload)
{
	bool		is_key = payload->operation != LFDW_WRITE_INSERT;
	const char *name;
	int			slot;

	for (int i = 0; (name = lfdw_http_event_parameter(payload->places->event, i,
													  &slot)) != NULL; i++)
	{
		int			column = column_of_parameter(payload->table, name);

		if (payload->format != LFDW_BATCH_UNSET)
			report_parameter(payload, name,
							 "By the option \"batch_argument\" a call has several rows, and one path.",
							 NULL);
		if (column < 0)
			report_parameter(payload, name, "No column has this path.",
							 psprintf("Add a column \"%s\", or set the option path '/%s' of one.",
									  name, name));
		if (is_key && !payload->table->columns[column].key)
			report_parameter(payload, name,
							 psprintf("Column \"%s\" is not known of the row that is there: it has no option \"key\".",
									  payload->table->columns[column].attname),
							 "Set the option key 'true' of the columns that identify a row.");
		add_place(payload, column, name, is_key, 0)->parameter = name;
	}
}

/* The place of a column, as the key or the value; NULL for none. */
static WritePlace *
find_place(const LfdwWritePayload *payload, int column, bool is_key)
{
	ListCell   *lc;

	foreach(lc, payload->columns)
	{
		WritePlace *place = lfirst(lc);

		if (place->column == column && place->is_key == is_key)
			return place;
	}
	return NULL;
}

/*
 * What lfdw_places_add is told of a column's path: in an event a name, which stands
 * where its method has arguments, or a pointer into the body.
 */
static char *
argument_of(const LfdwWritePayload *payload, const LfdwPointer *path, bool in_body)
{
	StringInfoData text;

	initStringInfo(&text);
	if (payload->places->event)
	{
		if (path->ntokens == 0)
			return text.data;
		if (path->ntokens == 1 && !in_body && path->tokens[0][0] != '/' &&
			path->tokens[0][0] != '\0')
			return path->tokens[0];
		appendStringInfoString(&text, "/body");
	}
	for (int i = 0; i < path->ntokens; i++)
		lfdw_pointer_append(&text, path->tokens[i]);
	return text.data;
}

/* Is a path neither a key's in the body, nor does it lead to what holds one? */
static bool
is_beside_keys(const LfdwWritePayload *payload, const LfdwPointer *path)
{
	ListCell   *lc;

	foreach(lc, payload->columns)
	{
		const WritePlace *place = lfirst(lc);

		if (place->is_key && place->parameter == NULL &&
			lfdw_pointer_begins_with(payload->table->columns[place->column].path, path))
			return false;
	}
	return true;
}

/*
 * Gives the value of a column a place, unless a key has it.  One may lead to what
 * another leads into: no row has values for both.  In the body is also what has its
 * name in the path.
 */
static void
place_value(LfdwWritePayload *payload, int column)
{
	const LfdwTable *table = payload->table;
	const LfdwPointer *path = table->columns[column].path;
	const WritePlace *key = find_place(payload, column, true);

	if (find_place(payload, column, false) || !is_beside_keys(payload, path))
		return;
	for (int i = 0; i < column; i++)
	{
		const WritePlace *before = find_place(payload, i, false);

		if (before && before->parameter == NULL &&
			lfdw_pointer_equal(table->columns[i].path, path))
		{
			WritePlace *place = palloc(sizeof(WritePlace));

			*place = *before;
			place->column = column;
			payload->columns = lappend(payload->columns, place);
			return;
		}
	}
	add_place(payload, column, argument_of(payload, path, key != NULL), false,
			  LFDW_PLACE_ABOVE);
}

/* Gives the columns their places: those of the path, keys, values. */
static void
place_columns(LfdwWritePayload *payload)
{
	const LfdwTable *table = payload->table;

	if (payload->places->event)
		place_parameters(payload);
	if (payload->format != LFDW_BATCH_UNSET)
		return;
	for (int i = 0; payload->operation != LFDW_WRITE_INSERT && i < table->ncolumns; i++)
	{
		if (table->columns[i].key && find_place(payload, i, true) == NULL)
			add_place(payload, i,
					  argument_of(payload, table->columns[i].path, false), true, 0);
	}
	for (int i = 0; payload->operation != LFDW_WRITE_DELETE && i < table->ncolumns; i++)
		place_value(payload, i);
}

/*
 * Makes how rows of an operation are a payload of the function's own; palloc'd in
 * the current context.  table, whose options must have what the operation goes by,
 * must live as long.  Raises HV024 where columns do not fit the options.
 */
LfdwWritePayload *
lfdw_write_payload_create(const LfdwTable *table, LfdwWriteOperation operation)
{
	LfdwWritePayload *payload = palloc0(sizeof(LfdwWritePayload));

	payload->operation = operation;
	payload->table = table;
	set_options(payload);
	if (payload->format == LFDW_BATCH_VALUES && table->ncolumns != 1)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"batch_format\" of foreign table \"%s\" cannot be 'values'",
						table->relname),
				 errdetail("A row that is written has %d columns, and an element of the option \"batch_argument\" one value.",
						   table->ncolumns)));
	payload->places = lfdw_places_create(&payload->options);
	place_columns(payload);
	lfdw_places_complete(payload->places, &payload->options, table->relname);
	if (payload->format == LFDW_BATCH_OBJECTS)
		payload->object = lfdw_row_object_create(table, payload->options.item_payload);
	return payload;
}

/* Does a payload have a list of rows, else one? */
bool
lfdw_write_payload_is_list(const LfdwWritePayload *payload)
{
	return payload->format != LFDW_BATCH_UNSET;
}

/* Is a payload the event of a request, whose path does not take every value? */
bool
lfdw_write_payload_is_event(const LfdwWritePayload *payload)
{
	return payload->places->event != NULL;
}

/* Appends how rows are sent, in a few words for EXPLAIN. */
void
lfdw_write_payload_describe(StringInfo out, const LfdwWritePayload *payload)
{
	static const char *const words[] = {"", "objects", "arrays", "values"};
	const LfdwOptions *options = &payload->options;

	if (options->http_route)
		appendStringInfoString(out, options->http_route);
	if (payload->format == LFDW_BATCH_UNSET)
	{
		if (options->http_route == NULL)
			appendStringInfoString(out, "one row a call");
		return;
	}
	appendStringInfo(out, "%slist", options->http_route ? ", " : "");
	if (options->batch_argument[0] != '\0')
		appendStringInfo(out, " at %s", options->batch_argument);
	appendStringInfo(out, ", %s", words[payload->format]);
}

/*
 * Raises 0A000 where UPDATE sets a column whose place the key has; set has attribute
 * numbers as pull_varattnos gives them.
 */
void
lfdw_write_payload_check_set(const LfdwWritePayload *payload, const Bitmapset *set)
{
	const LfdwTable *table = payload->table;

	for (int i = 0; i < table->ncolumns; i++)
	{
		const LfdwColumn *column = &table->columns[i];

		if (bms_is_member(column->attnum - FirstLowInvalidHeapAttributeNumber, set) &&
			find_place(payload, i, false) == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("cannot update column \"%s\" of foreign table \"%s\"",
							column->attname, table->relname),
					 errdetail("By the option \"%s\" '%s' its place has the key of the row that is there.",
							   payload->route_option, payload->options.http_route)));
	}
}

/* Raises 22023 about a value of a row, by its number in the statement. */
static void
report_value(const LfdwWritePayload *payload, int column, int64 number,
			 const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("column \"%s\" of foreign table \"%s\" cannot be written",
					payload->table->columns[column].attname, payload->table->relname),
			 errdetail("Row " INT64_FORMAT ": %s.", number, why)));
}

/* Is a value that a trigger may have set sent, or the key's own? */
static bool
is_carried(const LfdwWritePayload *payload, const LfdwWriteRow *row, int column)
{
	const char *key = row->keys[column];
	const char *value = row->values[column];

	return value == NULL || find_place(payload, column, false) ||
		(key && strcmp(key, value) == 0);
}

/*
 * Raises 22023 where a request cannot carry a value: in its path, or because the
 * key has its place; number is the row's in its statement.
 */
void
lfdw_write_payload_check_row(const LfdwWritePayload *payload,
							 const LfdwWriteRow *row, int64 number)
{
	ListCell   *lc;

	for (int i = 0; payload->operation == LFDW_WRITE_UPDATE &&
		 i < payload->table->ncolumns; i++)
	{
		if (!is_carried(payload, row, i))
			report_value(payload, i, number,
						 psprintf("by the option \"%s\" its place has the key of the row that is there",
								  payload->route_option));
	}
	foreach(lc, payload->columns)
	{
		const WritePlace *place = lfirst(lc);
		const char *json = (place->is_key ? row->keys : row->values)[place->column];
		char	   *why;

		if (place->parameter == NULL)
			continue;
		if (json == NULL || strcmp(json, "null") == 0)
			why = psprintf("{%s} of the option \"%s\" has no value", place->parameter,
						   payload->route_option);
		else
			why = lfdw_http_event_refusal(payload->places->event, place->slot, false,
										  json);
		if (why)
			report_value(payload, place->column, number, why);
	}
}

/* Appends an element of a list, which is not an object. */
static void
append_values(StringInfo out, const LfdwWritePayload *payload,
			  const LfdwWriteRow *row)
{
	bool		is_array = payload->format == LFDW_BATCH_ARRAYS;

	if (is_array)
		appendStringInfoChar(out, '[');
	for (int i = 0; i < payload->table->ncolumns; i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		appendStringInfoString(out, row->values[i] ? row->values[i] : "null");
	}
	if (is_array)
		appendStringInfoChar(out, ']');
}

/* The list of a batch's rows, palloc'd. */
static char *
make_list(const LfdwWritePayload *payload, const LfdwWriteRow *rows, int nrows)
{
	StringInfoData list;

	initStringInfo(&list);
	appendStringInfoChar(&list, '[');
	for (int i = 0; i < nrows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (i > 0)
			appendStringInfoChar(&list, ',');
		if (payload->object)
			lfdw_row_object_write(&list, payload->object, rows[i].values, i);
		else
			append_values(&list, payload, &rows[i]);
	}
	appendStringInfoChar(&list, ']');
	return list.data;
}

/*
 * Gives the slots of one row's columns what it has of them.  A query string has no
 * NULL.
 */
static void
fill(const char **values, const LfdwWritePayload *payload, const LfdwWriteRow *row)
{
	bool		has_null = payload->places->event == NULL ||
	lfdw_http_event_has_body(payload->places->event);
	ListCell   *lc;

	foreach(lc, payload->columns)
	{
		const WritePlace *place = lfirst(lc);
		const char *json = (place->is_key ? row->keys : row->values)[place->column];

		if (json && (has_null || strcmp(json, "null") != 0))
			values[place->slot] = json;
	}
}

/* Appends the payload of a batch, in the database encoding. */
void
lfdw_write_payload_write(StringInfo out, const LfdwWritePayload *payload,
						 const LfdwWriteRow *rows, int nrows)
{
	const LfdwPlaces *places = payload->places;
	const char **values = palloc0(sizeof(char *) *
								  (lfdw_template_nslots(places->payload) + 1));

	if (payload->format != LFDW_BATCH_UNSET)
		values[places->batch] = make_list(payload, rows, nrows);
	else
		fill(values, payload, &rows[0]);
	if (places->event)
		lfdw_http_event_fill(places->event, values, NULL, false);
	lfdw_template_write(out, places->payload, values);
}

/*
 * What batchItemFailures calls a row of a batch, by its number there, from 0;
 * palloc'd.
 */
char *
lfdw_write_payload_item_id(const LfdwWritePayload *payload, const LfdwWriteRow *row,
						   int number)
{
	return payload->object ?
		lfdw_row_object_id(payload->object, row->values, number) :
		psprintf("%d", number);
}
