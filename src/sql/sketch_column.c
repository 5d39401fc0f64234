/*-------------------------------------------------------------------------
 *
 * sketch_column.c
 *		A column of a sketch, and the type that holds what was seen of it.
 *
 * IDENTIFICATION
 *	  src/sql/sketch_column.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"

#include "base/json_kind.h"
#include "base/json_pointer.h"
#include "sql/sketch_internal.h"

/*
 * Names of the one member by which DynamoDB and the RDS Data API wrap a value,
 * with whether a string in it is a number.
 */
static const struct
{
	const char *name;
	bool		is_number;
}			wrappers[] =

{
	{"S", false}, {"N", true}, {"B", false}, {"BOOL", false}, {"M", false},
	{"L", false}, {"SS", false}, {"NS", false}, {"BS", false},
	{"stringValue", false}, {"longValue", false}, {"doubleValue", false},
	{"booleanValue", false}, {"blobValue", false}, {"arrayValue", false}
};

/*
 * Adds a column for a member's name, len bytes, which is copied; NULL where the
 * table is full.
 */
LfdwSketchColumn *
lfdw_sketch_add_column(LfdwSketch *sketch, const char *name, size_t len)
{
	LfdwSketchColumn *column;
	StringInfoData path;

	if (sketch->columns == NULL)
		sketch->columns = palloc0(sizeof(LfdwSketchColumn) * MaxHeapAttributeNumber);
	if (sketch->ncolumns == MaxHeapAttributeNumber)
	{
		sketch->nleft_out++;
		return NULL;
	}
	column = &sketch->columns[sketch->ncolumns++];
	initStringInfo(&path);
	column->name = pnstrdup(name, len);
	column->nname = len;
	if (sketch->prefix)
		appendStringInfoString(&path, sketch->prefix);
	lfdw_pointer_append(&path, column->name);
	column->path = path.data;
	return column;
}

/*
 * Which of the wrappers an object is; -1 for none.  *null_wrapper is set for one
 * that says NULL.
 */
static int
wrapper_of(const LfdwJsonValue *object, LfdwJsonValue *inner,
		   const char **null_wrapper)
{
	LfdwSketchWalk walk;
	LfdwJsonValue key;

	lfdw_sketch_walk(&walk, object);
	if (!lfdw_sketch_next(&walk))
		return -1;
	key = walk.key;
	*inner = walk.value;
	if (lfdw_sketch_next(&walk))
		return -1;
	if (inner->type == LFDW_JSON_TRUE && lfdw_json_is(&key, "NULL"))
		*null_wrapper = "S";
	if (inner->type == LFDW_JSON_TRUE && lfdw_json_is(&key, "isNull"))
		*null_wrapper = "stringValue";
	for (int i = 0; i < (int) lengthof(wrappers); i++)
	{
		if (lfdw_json_is(&key, wrappers[i].name))
			return i;
	}
	return -1;
}

/* The kinds of an array's elements. */
static int
elements_of(const LfdwJsonValue *array)
{
	LfdwSketchWalk walk;
	int			seen = 0;

	lfdw_sketch_walk(&walk, array);
	while (lfdw_sketch_next(&walk))
		seen |= lfdw_kind_of_value(&walk.value);
	return seen;
}

/* Notes an object: what it wraps, or that it is one. */
static void
note_object(LfdwSketchColumn *column, const LfdwJsonValue *object)
{
	LfdwJsonValue inner;
	const char *null_wrapper = NULL;
	int			wrapper = wrapper_of(object, &inner, &null_wrapper);

	column->seen |= LFDW_SEEN_OBJECT;
	if (null_wrapper)
	{
		column->null_wrapper = null_wrapper;
		return;
	}
	if (wrapper < 0 ||
		(column->wrapper && column->wrapper != wrappers[wrapper].name))
	{
		column->unwrapped = true;
		return;
	}
	column->wrapper = wrappers[wrapper].name;
	if (wrappers[wrapper].is_number && inner.type == LFDW_JSON_STRING)
		column->inner |= lfdw_kind_of_word(inner.text, inner.len);
	else if (inner.type == LFDW_JSON_ARRAY)
	{
		column->inner |= LFDW_SEEN_ARRAY;
		column->elements |= elements_of(&inner);
	}
	else
		column->inner |= lfdw_kind_of_value(&inner);
}

/* Notes a value of a column, which may be NULL for one that was left out. */
void
lfdw_sketch_note_value(LfdwSketchColumn *column, const LfdwJsonValue *value)
{
	if (column == NULL)
		return;
	if (value->type == LFDW_JSON_OBJECT)
	{
		note_object(column, value);
		return;
	}
	column->seen |= lfdw_kind_of_value(value);
	column->unwrapped |= value->type != LFDW_JSON_NULL;
	if (value->type == LFDW_JSON_ARRAY)
		column->elements |= elements_of(value);
}

/* Decides the types of the columns, once all values were noted. */
void
lfdw_sketch_decide_types(LfdwSketch *sketch)
{
	for (int i = 0; i < sketch->ncolumns; i++)
	{
		LfdwSketchColumn *column = &sketch->columns[i];
		const char *element = NULL;
		int			seen = column->seen & ~LFDW_SEEN_NULL;

		if (column->wrapper == NULL)
			column->wrapper = column->null_wrapper;
		if (column->wrapper && !column->unwrapped)
		{
			StringInfoData path;

			initStringInfo(&path);
			appendStringInfoString(&path, column->path);
			lfdw_pointer_append(&path, column->wrapper);
			column->path = path.data;
			seen = column->inner & ~LFDW_SEEN_NULL;
		}
		if (seen == LFDW_SEEN_ARRAY)
			element = lfdw_kind_element_type(column->elements);
		column->type = element ? psprintf("%s[]", element) : lfdw_kind_type(seen);
		column->empty_is_null = (seen & LFDW_SEEN_EMPTY) &&
			strcmp(column->type, "text") != 0;
	}
}
