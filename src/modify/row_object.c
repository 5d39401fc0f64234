/*-------------------------------------------------------------------------
 *
 * row_object.c
 *		A JSON object of a row's columns, each at its path.
 *
 * Where all paths are names of members, an object is written name by name, which is
 * what most tables have; else by a template.
 *
 * IDENTIFICATION
 *	  src/modify/row_object.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "modify/row_object.h"
#include "value/json_template.h"
#include "value/json_writer.h"

/* The beginning of a member, with the comma that the first one goes without. */
typedef struct MemberStart
{
	char	   *text;
	int			len;
} MemberStart;

struct LfdwRowObject
{
	int			ncolumns;
	MemberStart *starts;		/* by column; NULL: by the template */
	LfdwTemplate *template;
	int		   *slots;			/* by column; one of the same path has the
								 * same */
};

/* Are two paths the same? */
static bool
is_same_path(const LfdwPointer *a, const LfdwPointer *b)
{
	return a->ntokens == b->ntokens && lfdw_pointer_begins_with(a, b);
}

/* Are the paths of all columns names, each another? */
static bool
is_flat(const LfdwTable *table)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (table->columns[i].path->ntokens != 1)
			return false;
		for (int k = 0; k < i; k++)
		{
			if (is_same_path(table->columns[i].path, table->columns[k].path))
				return false;
		}
	}
	return true;
}

/* Makes what members begin with. */
static void
make_starts(LfdwRowObject *object, const LfdwTable *table)
{
	object->starts = palloc(sizeof(MemberStart) * (table->ncolumns + 1));
	for (int i = 0; i < table->ncolumns; i++)
	{
		StringInfoData start;

		initStringInfo(&start);
		appendStringInfoChar(&start, ',');
		lfdw_json_append_string(&start, table->columns[i].path->tokens[0]);
		appendStringInfoChar(&start, ':');
		object->starts[i].text = start.data;
		object->starts[i].len = start.len;
	}
}

/* The slot of a column's path, if one before it has the same; else -1. */
static int
slot_before(const LfdwRowObject *object, const LfdwTable *table, int column)
{
	for (int i = 0; i < column; i++)
	{
		if (is_same_path(table->columns[i].path, table->columns[column].path))
			return object->slots[i];
	}
	return -1;
}

/*
 * Gives the columns their places.  One may lead to what another leads into: no row
 * has values for both.
 */
static void
make_template(LfdwRowObject *object, const LfdwTable *table)
{
	object->template = lfdw_template_create(NULL);
	object->slots = palloc(sizeof(int) * (table->ncolumns + 1));
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LfdwColumn *column = &table->columns[i];
		const char *why;

		object->slots[i] = slot_before(object, table, i);
		if (object->slots[i] >= 0)
			continue;
		object->slots[i] = lfdw_template_new_slot(object->template, column->attname);
		why = lfdw_template_place(object->template, column->path,
								  object->slots[i], LFDW_PLACE_ABOVE);
		if (why)
			elog(ERROR, "column \"%s\" has no place in a row: %s", column->attname, why);
	}
}

/*
 * Makes what writes objects of a table's columns; palloc'd in the current context.
 */
LfdwRowObject *
lfdw_row_object_create(const LfdwTable *table)
{
	LfdwRowObject *object = palloc0(sizeof(LfdwRowObject));

	object->ncolumns = table->ncolumns;
	if (is_flat(table))
		make_starts(object, table);
	else
		make_template(object, table);
	return object;
}

static void
write_by_template(StringInfo out, const LfdwRowObject *object,
				  const char *const *json)
{
	const char **values = palloc0(sizeof(char *) * (object->ncolumns + 1));

	for (int i = 0; i < object->ncolumns; i++)
	{
		if (json[i])
			values[object->slots[i]] = json[i];
	}
	lfdw_template_write(out, object->template, values);
	pfree(values);
}

/*
 * Writes the object of what columns have: JSON by column, in the database encoding,
 * NULL for one that is not in it.
 */
void
lfdw_row_object_write(StringInfo out, const LfdwRowObject *object,
					  const char *const *json)
{
	int			first = 1;

	if (object->starts == NULL)
	{
		write_by_template(out, object, json);
		return;
	}
	appendStringInfoChar(out, '{');
	for (int i = 0; i < object->ncolumns; i++)
	{
		const MemberStart *start = &object->starts[i];

		if (json[i] == NULL)
			continue;
		appendBinaryStringInfo(out, start->text + first, start->len - first);
		appendStringInfoString(out, json[i]);
		first = 0;
	}
	appendStringInfoChar(out, '}');
}
