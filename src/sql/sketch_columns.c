/*-------------------------------------------------------------------------
 *
 * sketch_columns.c
 *		The columns that the rows of an answer make.
 *
 * IDENTIFICATION
 *	  src/sql/sketch_columns.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"

#include "base/json_kind.h"
#include "base/json_pointer.h"
#include "sql/sketch_internal.h"
#include "value/json_string.h"

/* Slots of the table of paths: a power of two past twice the columns. */
#define PATH_SLOTS 4096

/* Columns go on in so many strings or objects of a row, one in the other. */
#define HOLDER_DEPTH 4

/* An array of so many numbers is a vector, not a row of columns. */
#define VECTOR_LENGTH 17

/* Members of a row that hold what it is about, so that columns are in them. */
static const char *const holder_names[] = {
	"node", "_source", "attributes", "fields", "properties", "resource"
};

/* The columns by their paths. */
typedef struct PathTable
{
	LfdwSketch *sketch;
	int			slots[PATH_SLOTS];	/* indexes of columns, from 1; 0 free */
} PathTable;

/* The column of a path, made where there is none; NULL where the table is full. */
static LfdwSketchColumn *
find_column(PathTable *paths, const char *path, const char *name, size_t nname)
{
	LfdwSketch *sketch = paths->sketch;
	uint32		slot = hash_bytes((const unsigned char *) path, (int) strlen(path));

	for (;;)
	{
		int		   *index = &paths->slots[slot++ % PATH_SLOTS];
		LfdwSketchColumn *column;

		if (*index == 0)
		{
			column = lfdw_sketch_add_column(sketch, name, nname);
			if (column == NULL)
				return NULL;
			column->path = pstrdup(path);
			*index = sketch->ncolumns;
			return column;
		}
		column = &sketch->columns[*index - 1];
		if (strcmp(column->path, path) == 0)
			return column;
	}
}

/*
 * Is a value one that columns go on in: a string that holds an object, or an
 * object named as what a row is about?  It takes the value's place.
 */
static bool
open_holder(const LfdwSketch *sketch, const LfdwJsonValue *key,
			LfdwJsonValue *value)
{
	if (value->type == LFDW_JSON_STRING)
		return lfdw_sketch_open_string(sketch, value) &&
			value->type == LFDW_JSON_OBJECT;
	return value->type == LFDW_JSON_OBJECT &&
		lfdw_json_is_among(key, holder_names, lengthof(holder_names));
}

/*
 * Notes the members of a row, or of what it holds, at a path; parent is the
 * number of the column that is held, from 1.
 */
static void
note_members(PathTable *paths, const LfdwJsonValue *object, const char *at,
			 int parent, int depth)
{
	LfdwSketchWalk walk;
	StringInfoData path;

	check_stack_depth();
	initStringInfo(&path);
	lfdw_sketch_walk(&walk, object);
	while (lfdw_sketch_next(&walk))
	{
		size_t		len;
		const char *name = lfdw_sketch_decode(&walk.key, &len);
		LfdwJsonValue value = walk.value;
		LfdwSketchColumn *column;

		resetStringInfo(&path);
		appendStringInfoString(&path, at);
		lfdw_pointer_append(&path, name);
		column = find_column(paths, path.data, name, len);
		if (column == NULL)
			continue;
		column->parent = parent;
		lfdw_sketch_note_value(column, &value);
		column->nvalues += value.type != LFDW_JSON_NULL;
		if (depth < HOLDER_DEPTH &&
			open_holder(paths->sketch, &walk.key, &value))
		{
			column->nheld++;
			note_members(paths, &value, path.data,
						 (int) (column - paths->sketch->columns) + 1, depth + 1);
		}
	}
}

/*
 * Drops the columns of what is held in others, or those of what holds them: a
 * member whose values are all opened is not a column itself.
 */
static void
drop_holders(LfdwSketch *sketch)
{
	int			kept = 0;

	for (int i = 0; i < sketch->ncolumns; i++)
	{
		LfdwSketchColumn *column = &sketch->columns[i];
		const LfdwSketchColumn *parent = column->parent == 0 ? NULL :
		&sketch->columns[column->parent - 1];

		column->is_holder = column->nheld > 0 && column->nheld == column->nvalues;
		if (parent)
			column->is_dropped = parent->is_dropped || !parent->is_holder;
	}
	for (int i = 0; i < sketch->ncolumns; i++)
	{
		if (!sketch->columns[i].is_dropped && !sketch->columns[i].is_holder)
			sketch->columns[kept++] = sketch->columns[i];
	}
	sketch->ncolumns = kept;
}

/* The name of an array row's value by its place; NULL where none is told. */
static const char *
name_of_place(const LfdwSketch *sketch, int place, size_t *len)
{
	static const char *const words[] = {"name", "columnname", "label", "id", NULL};
	LfdwSketchWalk walk;
	LfdwSketchWalk field;

	lfdw_sketch_walk(&walk, &sketch->names);
	for (int i = 0; i <= place; i++)
	{
		if (!lfdw_sketch_next(&walk))
			return NULL;
	}
	if (walk.value.type == LFDW_JSON_STRING)
		return lfdw_sketch_decode(&walk.value, len);
	for (int i = 0; words[i]; i++)
	{
		const char *word[] = {words[i], NULL};

		lfdw_sketch_walk(&field, &walk.value);
		while (field.is_object && lfdw_sketch_next(&field))
		{
			if (field.value.type == LFDW_JSON_STRING &&
				lfdw_sketch_is_one_of(&field.key, word))
				return lfdw_sketch_decode(&field.value, len);
		}
	}
	return NULL;
}

/* Notes the values of an array row, each by its place. */
static void
note_places(LfdwSketch *sketch, const LfdwJsonValue *row)
{
	LfdwSketchWalk walk;
	int			place = 0;

	lfdw_sketch_walk(&walk, row);
	while (lfdw_sketch_next(&walk))
	{
		if (place == sketch->ncolumns)
		{
			size_t		len = 0;
			const char *name = name_of_place(sketch, place, &len);
			LfdwSketchColumn *column = lfdw_sketch_add_column(sketch, "", 0);

			if (column == NULL)
				return;
			column->path = psprintf("/%d", place);
			column->name = name ? name : psprintf("c%d", place + 1);
			column->nname = name ? len : strlen(column->name);
		}
		lfdw_sketch_note_value(&sketch->columns[place++], &walk.value);
	}
}

/* What rows are, all of them. */
typedef enum RowKind
{
	ROWS_NONE,
	ROWS_OBJECTS,
	ROWS_ARRAYS,
	ROWS_SCALARS,
	ROWS_MIXED
} RowKind;

/* The rows of an answer, one after the other. */
typedef struct Rows
{
	const LfdwSketch *sketch;
	LfdwSketchWalk walk;
	LfdwJsonReader lines;
	bool		alone_taken;	/* the one row was given */
} Rows;

static void
begin_rows(Rows *rows, const LfdwSketch *sketch)
{
	rows->sketch = sketch;
	rows->alone_taken = false;
	if (sketch->form == LFDW_SKETCH_LINES)
		lfdw_json_init(&rows->lines, sketch->text, sketch->len, true);
	else
		lfdw_sketch_walk(&rows->walk, &sketch->rows);
}

/* Takes the next row; an entry is its value. */
static bool
next_row(Rows *rows, LfdwJsonValue *row)
{
	const LfdwSketch *sketch = rows->sketch;
	LfdwJsonType type;

	if (sketch->form == LFDW_SKETCH_LINES)
		return lfdw_json_peek(&rows->lines, &type) == LFDW_JSON_OK &&
			lfdw_json_value(&rows->lines, row) == LFDW_JSON_OK;
	if (sketch->form == LFDW_SKETCH_ENTRIES || sketch->rows.type == LFDW_JSON_ARRAY)
	{
		if (!lfdw_sketch_next(&rows->walk))
			return false;
		*row = rows->walk.value;
		return true;
	}
	*row = sketch->rows;
	if (rows->alone_taken)
		return false;
	return rows->alone_taken = true;
}

/* Counts the rows, and tells what those are that are looked at. */
static RowKind
count_rows(LfdwSketch *sketch)
{
	Rows		rows;
	LfdwJsonValue row;
	RowKind		kind = ROWS_NONE;

	begin_rows(&rows, sketch);
	while (next_row(&rows, &row))
	{
		RowKind		one;

		if (sketch->nrows++ >= (size_t) sketch->row_limit)
			continue;
		one = row.type == LFDW_JSON_OBJECT ? ROWS_OBJECTS :
			row.type == LFDW_JSON_ARRAY ? ROWS_ARRAYS : ROWS_SCALARS;
		if (kind == ROWS_NONE)
			kind = one;
		else if (kind != one)
			kind = ROWS_MIXED;
	}
	return kind;
}

/*
 * Are array rows values, and not rows of columns?  Those of an object map are,
 * and so are long ones of numbers, whose places nothing names.
 */
static bool
are_vectors(const LfdwSketch *sketch)
{
	Rows		rows;
	LfdwJsonValue row;

	if (sketch->form == LFDW_SKETCH_ENTRIES)
		return true;
	if (sketch->names.type != LFDW_JSON_NULL)
		return false;
	begin_rows(&rows, sketch);
	for (int i = 0; i < sketch->row_limit && next_row(&rows, &row); i++)
	{
		LfdwSketchWalk walk;
		int			nvalues = 0;

		lfdw_sketch_walk(&walk, &row);
		while (lfdw_sketch_next(&walk))
		{
			if (walk.value.type != LFDW_JSON_NUMBER)
				return false;
			nvalues++;
		}
		if (nvalues < VECTOR_LENGTH)
			return false;
	}
	return true;
}

/* Makes the columns of object rows. */
static void
note_objects(LfdwSketch *sketch)
{
	PathTable  *paths = palloc0(sizeof(PathTable));
	Rows		rows;
	LfdwJsonValue row;

	paths->sketch = sketch;
	begin_rows(&rows, sketch);
	for (int i = 0; i < sketch->row_limit && next_row(&rows, &row); i++)
		note_members(paths, &row, sketch->prefix ? sketch->prefix : "", 0, 0);
	drop_holders(sketch);
}

/* Makes the one column of rows that are single values, or of several forms. */
static void
note_whole(LfdwSketch *sketch)
{
	LfdwSketchColumn *column = lfdw_sketch_add_column(sketch, "value", 5);
	Rows		rows;
	LfdwJsonValue row;

	if (sketch->prefix == NULL)
		column->path = "";
	else
		column->path = sketch->prefix;
	begin_rows(&rows, sketch);
	for (int i = 0; i < sketch->row_limit && next_row(&rows, &row); i++)
	{
		lfdw_sketch_note_value(column, &row);
		column->unwrapped = true;
	}
}

/* Makes the column of the keys of an object map. */
static void
add_key_column(LfdwSketch *sketch)
{
	LfdwSketchColumn *column = lfdw_sketch_add_column(sketch, "key", 3);
	LfdwSketchWalk walk;

	lfdw_sketch_walk(&walk, &sketch->rows);
	for (int i = 0; i < sketch->row_limit && lfdw_sketch_next(&walk); i++)
		column->seen |= walk.key.escaped ? LFDW_SEEN_TEXT :
			lfdw_kind_of_text(walk.key.text, walk.key.len);
	sketch->prefix = "/value";
}

/*
 * Makes the columns of the rows of JSON, which must have been found, with the
 * types that hold all values of the first row_limit of them.
 */
void
lfdw_sketch_find_columns(LfdwSketch *sketch)
{
	RowKind		kind = count_rows(sketch);

	if (sketch->form == LFDW_SKETCH_ENTRIES)
		add_key_column(sketch);
	if (kind == ROWS_OBJECTS)
		note_objects(sketch);
	else if (kind == ROWS_ARRAYS && !are_vectors(sketch))
	{
		Rows		rows;
		LfdwJsonValue row;

		begin_rows(&rows, sketch);
		for (int i = 0; i < sketch->row_limit && next_row(&rows, &row); i++)
			note_places(sketch, &row);
	}
	else if (kind != ROWS_NONE)
		note_whole(sketch);
	lfdw_sketch_decide_types(sketch);
}
