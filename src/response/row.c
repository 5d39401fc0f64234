/*-------------------------------------------------------------------------
 *
 * row.c
 *		One row of an answer: from JSON to a slot.
 *
 * A row is read in two steps.  The first (row_walk.c) walks its JSON once and notes
 * where the value of each column stands; it copies nothing, and can be done again
 * when the row's end has not arrived yet.  The second converts the values.
 * So a member that is there twice is converted once, the last one, as
 * json_populate_record does.
 *
 * IDENTIFICATION
 *	  src/response/row.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/transam.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/json_pointer.h"
#include "pg/message.h"
#include "response/row_internal.h"
#include "value/json_string.h"

/*
 * Do the options "path" say where array rows have the columns' values?  Then all
 * must, but those that take the whole row.
 */
static void
find_places(LfdwRow *row)
{
	const LfdwTable *table = row->table;

	row->unplaced = -1;
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LfdwColumn *column = &table->columns[i];

		if (column->input)
			continue;
		if (column->path_given && column->path->ntokens > 0 &&
			lfdw_pointer_is_index(column->path->tokens[0]))
			row->by_place = true;
		else if (column->path->ntokens > 0 && row->unplaced < 0)
			row->unplaced = i;
	}
}

/*
 * Can a type's input run SQL, and so let other answers arrive meanwhile?
 * Only what users define can: domains with checks, types of extensions.
 */
static bool
may_run_sql(Oid type)
{
	Oid			element = get_element_type(type);

	return (OidIsValid(element) ? element : type) >= FirstNormalObjectId;
}

/*
 * Makes the reader of a scan's rows.
 *
 * attrs holds the attribute numbers wanted, as pull_varattnos gives them; the
 * other columns are NULL in the slots.  The result lives in the current
 * context, as long as the scan.
 */
LfdwRow *
lfdw_row_create(const LfdwTable *table, const Bitmapset *attrs)
{
	LfdwRow    *row = palloc0(sizeof(LfdwRow));
	int			ncolumns = table->ncolumns;

	row->table = table;
	row->element = -1;
	row->format = table->options->answer_format;
	row->strings = AllocSetContextCreate(CurrentMemoryContext,
										 "lambda_fdw strings",
										 ALLOCSET_SMALL_SIZES);
	row->root = lfdw_row_path_create();
	find_places(row);
	row->converters = palloc0(sizeof(LfdwConverter *) * (ncolumns + 1));
	row->found = palloc0(sizeof(bool) * (ncolumns + 1));
	row->values = palloc0(sizeof(LfdwJsonValue) * (ncolumns + 1));
	row->table_order.columns = palloc(sizeof(int) * (ncolumns + 1));
	for (int i = 0; i < ncolumns; i++)
	{
		const LfdwColumn *column = &table->columns[i];

		row->nread += !column->input;
	}
	for (int i = 0; i < ncolumns; i++)
	{
		const LfdwColumn *column = &table->columns[i];

		if (!column->input)
			lfdw_row_path_add(row->root, column->path, i);
		if (!column->input && (column->path->ntokens > 0 || row->nread == 1))
			row->table_order.columns[row->table_order.ncolumns++] = i;
		if (!bms_is_member(column->attnum - FirstLowInvalidHeapAttributeNumber,
						   attrs))
			continue;
		row->converters[i] = lfdw_value_converter(column->typid,
												  column->typmod,
												  column->format,
												  column->attname);
		row->copy |= may_run_sql(column->typid);
	}
	lfdw_row_set_wanted(row);
	return row;
}

/* Says whether rows are kept, so that values are wanted which no query wants. */
void
lfdw_row_set_kept(LfdwRow *row, bool kept)
{
	row->kept = kept;
}

/*
 * The order of an array row's values where the answer does not tell: the
 * table's columns but those of input and of path ''.
 */
const LfdwRowOrder *
lfdw_row_table_order(const LfdwRow *row)
{
	return &row->table_order;
}

/*
 * Do the columns' paths alone say where array rows have their values?
 */
bool
lfdw_row_by_place(const LfdwRow *row)
{
	return row->by_place;
}

/*
 * Does a column's path lead to or through the row's member of this name?  Fields
 * of CSV are no members.
 */
bool
lfdw_row_knows(const LfdwRow *row, const LfdwJsonValue *key)
{
	return row->format == LFDW_ANSWER_JSON &&
		lfdw_row_path_find(row->root, key) != NULL;
}

/* Has a column the path '', so that it takes whatever the row is? */
bool
lfdw_row_takes_all(const LfdwRow *row)
{
	return row->root->ncolumns > 0;
}

/*
 * The index of the column with a name of the JSON side, given in the database
 * encoding, or -1.
 */
int
lfdw_row_find_column(const LfdwRow *row, const char *name)
{
	for (int i = 0; i < row->table->ncolumns; i++)
	{
		const LfdwColumn *column = &row->table->columns[i];

		if (column->name && !column->input && strcmp(column->name, name) == 0)
			return i;
	}
	return -1;
}

/* The row's values by place. */
static LfdwJsonStatus
read_positional(LfdwRow *row, LfdwJsonReader *reader,
				const LfdwRowOrder *order)
{
	LfdwJsonStatus status = lfdw_json_enter(reader);
	LfdwJsonValue value;
	int			nvalues = 0;

	while (status == LFDW_JSON_OK)
	{
		status = lfdw_json_element(reader);
		if (status == LFDW_JSON_OK)
			status = lfdw_json_value(reader, &value);
		if (status != LFDW_JSON_OK)
			break;
		if (nvalues < order->ncolumns && order->columns[nvalues] >= 0)
		{
			row->found[order->columns[nvalues]] = true;
			row->values[order->columns[nvalues]] = value;
		}
		nvalues++;
	}
	if (status == LFDW_JSON_END && nvalues != order->ncolumns)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
				 errmsg_plural("row " UINT64_FORMAT " of the answer of Lambda function \"%s\" has %d value instead of %d",
							   "row " UINT64_FORMAT " of the answer of Lambda function \"%s\" has %d values instead of %d",
							   nvalues,
							   row->number + 1, row->table->function.label,
							   nvalues, order->ncolumns),
				 errhint("An array row has a value for each column of foreign table \"%s\", or for each name in the answer's \"columns\".",
						 row->table->relname)));
	return status == LFDW_JSON_END ? LFDW_JSON_OK : status;
}

/* Raises the error about array rows of which some columns have no place. */
static void
report_unplaced(const LfdwRow *row)
{
	const LfdwColumn *column = &row->table->columns[row->unplaced];

	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("column \"%s\" of foreign table \"%s\" has no place in array rows",
					column->attname, row->table->relname),
			 errdetail("Row " UINT64_FORMAT " of the answer of Lambda function \"%s\" is an array, and other columns have a path that begins with a number.",
					   row->number + 1, row->table->function.label),
			 errhint("Give the column a path that begins with a number too, or ''.")));
}

/* An array as a row: by the columns' paths, or in an order. */
static LfdwJsonStatus
read_array_row(LfdwRow *row, LfdwJsonReader *reader, const LfdwRowOrder *order)
{
	LfdwJsonValue skipped;

	/* columns that take the whole row ask for no place in it */
	if (row->root->ncolumns == row->table->ncolumns)
		return lfdw_json_value(reader, &skipped);
	if (!row->by_place)
		return read_positional(row, reader, order);
	if (row->unplaced >= 0)
		report_unplaced(row);
	return lfdw_row_read_array(row, reader, row->root);
}

/* The object that was peeked at as a row. */
static LfdwJsonStatus
read_object_row(LfdwRow *row, LfdwJsonReader *reader)
{
	LfdwJsonStatus status;

	row->is_object = true;
	row->object = reader->data + reader->pos;
	status = lfdw_row_read_object(row, reader, row->root);
	row->object_len = reader->data + reader->pos - row->object;
	return status;
}

/*
 * A value that is neither an object nor an array: a row of one column, or a
 * string in which the columns' paths go on.
 */
static LfdwJsonStatus
read_scalar(LfdwRow *row, const LfdwJsonValue *value,
			const LfdwRowOrder *order)
{
	LfdwJsonReader inside;
	LfdwJsonType type;

	if (!lfdw_row_takes_scalar(row) && value->type == LFDW_JSON_STRING &&
		lfdw_row_open_string(row, value, &inside))
	{
		lfdw_json_peek(&inside, &type);
		return type == LFDW_JSON_OBJECT ? read_object_row(row, &inside) :
			read_array_row(row, &inside, order);
	}
	if (!lfdw_row_takes_scalar(row))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
				 errmsg("row " UINT64_FORMAT " of the answer of Lambda function \"%s\" is a single value",
						row->number + 1, row->table->function.label),
				 errdetail("It is: %s\nForeign table \"%s\" has %d columns.",
						   lfdw_json_shown_value(value),
						   row->table->relname, row->nread),
				 errhint("A row is an object or an array.")));
	row->found[row->table_order.columns[0]] = true;
	row->values[row->table_order.columns[0]] = *value;
	return LFDW_JSON_OK;
}

/* Forgets the row before. */
void
lfdw_row_forget(LfdwRow *row)
{
	row->reading++;
	memset(row->found, 0, row->table->ncolumns);
	row->is_object = row->has_members = row->has_known = false;
	if (!MemoryContextIsEmpty(row->strings))
		MemoryContextReset(row->strings);
}

/* Is the row, if it is no object, the value of a column as it is? */
static bool
is_whole_element(const LfdwRow *row)
{
	return row->element >= 0 && lfdw_row_takes_all(row);
}

/*
 * Says that the row read next is one of an element of an aligned answer: of the
 * tuple with this number in the batch, from 0.
 */
void
lfdw_row_set_element(LfdwRow *row, int element)
{
	row->element = element;
}

/*
 * Reads the next value as a row: an object by the columns' paths, an array by
 * place, which the paths or the order say, a scalar for a table of one column.
 *
 * On LFDW_JSON_MORE the caller restores the reader and may ask again.  The
 * values found point into the reader's window.  Raises HV021 where the row
 * does not have the table's shape.
 */
LfdwJsonStatus
lfdw_row_read(LfdwRow *row, LfdwJsonReader *reader, const LfdwRowOrder *order)
{
	const char *start;
	LfdwJsonStatus status;
	LfdwJsonValue value;
	LfdwJsonType type;

	lfdw_row_forget(row);
	status = lfdw_json_peek(reader, &type);
	if (status != LFDW_JSON_OK)
		return status;
	start = reader->data + reader->pos;
	if (type == LFDW_JSON_OBJECT)
		status = read_object_row(row, reader);
	else if (type == LFDW_JSON_ARRAY && !is_whole_element(row))
		status = read_array_row(row, reader, order);
	else if (is_whole_element(row))
		status = lfdw_json_value(reader, &value);
	else
	{
		status = lfdw_json_value(reader, &value);
		if (status == LFDW_JSON_OK)
			status = read_scalar(row, &value, order);
	}
	if (status != LFDW_JSON_OK)
		return status;

	if (type >= LFDW_JSON_ARRAY)
	{
		value.type = type;
		value.escaped = false;
		value.text = start;
		value.len = reader->data + reader->pos - start;
	}
	lfdw_row_set_value(row, row->root, &value);
	row->is_string = value.type == LFDW_JSON_STRING;
	row->text = value.text;
	row->len = value.len;
	row->number++;
	return LFDW_JSON_OK;
}

/*
 * Is the row that was read last an object with members of which none is the
 * table's?  A column of path '' takes any row.  One without any members says
 * nothing wrong among others: a function may leave out all that is NULL, or not
 * asked for.  Alone it does.
 */
bool
lfdw_row_has_no_member(const LfdwRow *row, bool alone)
{
	return row->is_object && !row->has_known &&
		(row->has_members || alone) &&
		row->root->ncolumns == 0 && row->nread > 0;
}

/* Has the row that was read last a member on a column's path? */
bool
lfdw_row_has_known(const LfdwRow *row)
{
	return row->has_known;
}

/* Is the row that was read last an object without members? */
bool
lfdw_row_is_empty(const LfdwRow *row)
{
	return row->is_object && !row->has_members;
}

/*
 * The row that was read last as it came, *len bytes of JSON.  Valid until it is
 * stored.
 */
const char *
lfdw_row_text(const LfdwRow *row, size_t *len)
{
	*len = row->len + (row->is_string ? 2 : 0);
	return row->text - (row->is_string ? 1 : 0);
}

/* Counts a row that lfdw_row_pass has passed over as read. */
void
lfdw_row_count_passed(LfdwRow *row)
{
	row->number++;
}

/* The number of the row that was read last, from 1. */
uint64
lfdw_row_number(const LfdwRow *row)
{
	return row->number;
}

/* A reader before the last row, which was an object. */
LfdwJsonReader
lfdw_row_object(const LfdwRow *row)
{
	LfdwJsonReader reader;

	lfdw_json_init(&reader, row->object, row->object_len, true);
	return reader;
}

/*
 * The first wanted column found in no row although an unread member has its
 * letters: that member's name goes to *alike, and the path that would read it to
 * *path.  NULL where there is none.
 */
const LfdwColumn *
lfdw_row_missed(const LfdwRow *row, const char **alike, const char **path)
{
	for (int i = 0; i < row->table->ncolumns; i++)
	{
		const LfdwColumn *column = &row->table->columns[i];

		if (row->converters[i] == NULL || column->input)
			continue;
		*path = lfdw_row_path_missed(row->root, column->path, alike);
		if (*path)
			return column;
	}
	return NULL;
}

/*
 * Can a scalar be a row, that is, has the table one column that is not of input?
 */
bool
lfdw_row_takes_scalar(const LfdwRow *row)
{
	return row->nread == 1;
}
