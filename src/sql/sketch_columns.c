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

#include "base/json_kind.h"
#include "base/json_pointer.h"
#include "sql/sketch_internal.h"
#include "value/json_string.h"

/* Slots of the table of names: a power of two past twice the columns. */
#define NAME_SLOTS 4096

/* An array of so many numbers is a vector, not a row of columns. */
#define VECTOR_LENGTH 17

/* Members of a row that hold what it is about, so that columns are in them. */
static const char *const holder_names[] = {
	"node", "source", "attributes", "fields", "properties", "resource", NULL
};

/* The columns by the names of their members. */
typedef struct NameTable
{
	LfdwSketch *sketch;
	int			slots[NAME_SLOTS];	/* indexes of columns, from 1; 0 free */
} NameTable;

/* The column of a member's name, made where there is none; NULL as above. */
static LfdwSketchColumn *
find_column(NameTable *names, const char *name, size_t len)
{
	LfdwSketch *sketch = names->sketch;
	uint32		slot = hash_bytes((const unsigned char *) name, (int) len);

	for (;;)
	{
		int		   *index = &names->slots[slot++ % NAME_SLOTS];
		LfdwSketchColumn *column;

		if (*index == 0)
		{
			column = lfdw_sketch_add_column(sketch, name, len);
			*index = column ? sketch->ncolumns : 0;
			return column;
		}
		column = &sketch->columns[*index - 1];
		if (column->nname == len && memcmp(column->name, name, len) == 0)
			return column;
	}
}

/* Notes the members of a row, or of what it holds. */
static void
note_members(NameTable *names, const LfdwJsonValue *object, const char *but)
{
	LfdwSketchWalk walk;

	lfdw_sketch_walk(&walk, object);
	while (lfdw_sketch_next(&walk))
	{
		size_t		len = walk.key.len;
		const char *name = walk.key.escaped ?
		lfdw_sketch_decode(&walk.key, &len) : walk.key.text;

		if (but && lfdw_json_is(&walk.key, but))
			continue;
		lfdw_sketch_note_value(find_column(names, name, len), &walk.value);
	}
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

/*
 * The member of each row in which the columns are, where all rows have it as an
 * object: GraphQL's node, JSON:API's attributes.  Sets the prefix.
 */
static const char *
find_holder(LfdwSketch *sketch)
{
	Rows		rows;
	LfdwJsonValue row;
	const char *holder = NULL;
	int			nrows = 0;

	begin_rows(&rows, sketch);
	while (nrows++ < sketch->row_limit && next_row(&rows, &row))
	{
		LfdwSketchWalk walk;
		LfdwJsonValue value;

		if (holder == NULL)
		{
			lfdw_sketch_walk(&walk, &row);
			while (holder == NULL && lfdw_sketch_next(&walk))
			{
				if (walk.value.type == LFDW_JSON_OBJECT &&
					lfdw_sketch_is_one_of(&walk.key, holder_names))
					holder = lfdw_sketch_decode(&walk.key, NULL);
			}
			if (holder == NULL)
				return NULL;
		}
		if (!lfdw_sketch_member(&row, holder, &value) ||
			value.type != LFDW_JSON_OBJECT)
			return NULL;
	}
	return holder;
}

/* Makes the columns of object rows. */
static void
note_objects(LfdwSketch *sketch)
{
	NameTable  *names = palloc0(sizeof(NameTable));
	NameTable  *held = palloc0(sizeof(NameTable));
	const char *outer = sketch->prefix;
	const char *holder = find_holder(sketch);
	StringInfoData inner;
	Rows		rows;
	LfdwJsonValue row;
	LfdwJsonValue value;

	names->sketch = held->sketch = sketch;
	initStringInfo(&inner);
	if (holder)
	{
		appendStringInfoString(&inner, outer ? outer : "");
		lfdw_pointer_append(&inner, holder);
	}
	begin_rows(&rows, sketch);
	for (int i = 0; i < sketch->row_limit && next_row(&rows, &row); i++)
	{
		sketch->prefix = outer;
		note_members(names, &row, holder);
		if (holder && lfdw_sketch_member(&row, holder, &value))
		{
			sketch->prefix = inner.data;
			note_members(held, &value, NULL);
		}
	}
	sketch->prefix = outer;
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
