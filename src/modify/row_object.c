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
#include "value/json_text.h"
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
	int			id_column;		/* that has a record's id, -1 for none */
	int			number_slot;	/* where the document has it, -1: nowhere */
};

/*
 * Where records of SQS, Kinesis and DynamoDB have the id that batchItemFailures
 * names them by: "Implementing partial batch responses" in Lambda's developer guide.
 */
static const char *const id_paths[] = {
	"/messageId", "/kinesis/sequenceNumber", "/dynamodb/SequenceNumber"
};

/* The column before another that has the same path; -1 for none. */
static int
same_before(const LfdwTable *table, int index)
{
	const LfdwColumn *column = &table->columns[index];

	for (int i = 0; i < index; i++)
	{
		const LfdwColumn *before = &table->columns[i];

		/* the names of columns differ */
		if ((before->path_given || column->path_given) &&
			lfdw_pointer_equal(before->path, column->path))
			return i;
	}
	return -1;
}

/* Are the paths of all columns names, each another? */
static bool
is_flat(const LfdwTable *table)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (table->columns[i].path->ntokens != 1 || same_before(table, i) >= 0)
			return false;
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

/*
 * Gives a column its place.  It may lead to what another leads into: no row has
 * values for both.  Raises HV024 where the document has a value there.
 */
static void
place_column(LfdwRowObject *object, const LfdwTable *table, int index)
{
	const LfdwColumn *column = &table->columns[index];
	int			before = same_before(table, index);
	int			flags = LFDW_PLACE_ABOVE;
	const char *why;

	if (before >= 0)
	{
		object->slots[index] = object->slots[before];
		return;
	}
	if (index == object->id_column)
		flags |= LFDW_PLACE_ON_VALUE;
	object->slots[index] =
		lfdw_template_new_slot(object->template,
							   psprintf("column \"%s\"", column->attname));
	why = lfdw_template_place(object->template, column->path,
							  object->slots[index], flags);
	if (why)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("column \"%s\" of foreign table \"%s\" has no place in the rows that are written",
						column->attname, table->relname),
				 errdetail("%s.", why),
				 errhint("Its option path says where it stands in a row, over the table's option item_payload; a string there may hold an object, as \"{}\" does.")));
}

/* Gives the columns, and the number of a record, their places in a document. */
static void
make_template(LfdwRowObject *object, const LfdwTable *table,
			  const LfdwPointer *number)
{
	object->slots = palloc(sizeof(int) * (table->ncolumns + 1));
	for (int i = 0; i < table->ncolumns; i++)
		place_column(object, table, i);
	if (number == NULL)
		return;
	object->number_slot = lfdw_template_new_slot(object->template, "the option item_payload");
	(void) lfdw_template_place(object->template, number, object->number_slot,
							   LFDW_PLACE_ON_VALUE);
}

/*
 * Finds what a record's id is: a column, or the number that takes the place which
 * the document has for it.  Returns that place, NULL for none.
 */
static const LfdwPointer *
find_id(LfdwRowObject *object, const LfdwTable *table)
{
	for (int i = 0; i < (int) lengthof(id_paths); i++)
	{
		LfdwPointer *path;
		const char *why;

		if (!lfdw_pointer_parse(id_paths[i], &path, &why))
			elog(ERROR, "%s", why);
		for (int k = 0; k < table->ncolumns; k++)
		{
			if (lfdw_pointer_equal(table->columns[k].path, path))
			{
				object->id_column = k;
				return NULL;
			}
		}
		if (lfdw_template_has(object->template, path))
			return path;
	}
	return NULL;
}

/*
 * Makes what writes objects of a table's columns over a document, that of the
 * option item_payload, or NULL; palloc'd in the current context.  Raises HV024
 * where that has a column's place.
 */
LfdwRowObject *
lfdw_row_object_create(const LfdwTable *table, const char *document)
{
	LfdwRowObject *object = palloc0(sizeof(LfdwRowObject));
	const LfdwPointer *number;

	object->ncolumns = table->ncolumns;
	object->id_column = -1;
	object->number_slot = -1;
	object->template = lfdw_template_create(document);
	lfdw_template_set_owner(object->template, "the option item_payload");
	number = find_id(object, table);
	if (document == NULL && is_flat(table))
		make_starts(object, table);
	else
		make_template(object, table, number);
	return object;
}

static void
write_by_template(StringInfo out, const LfdwRowObject *object,
				  const char *const *json, int number)
{
	const char **values = palloc0(sizeof(char *) * (object->ncolumns + 1));
	char		text[16];

	for (int i = 0; i < object->ncolumns; i++)
	{
		if (json[i])
			values[object->slots[i]] = json[i];
	}
	if (object->number_slot >= 0)
	{
		snprintf(text, sizeof(text), "\"%d\"", number);
		values[object->number_slot] = text;
	}
	lfdw_template_write(out, object->template, values);
	pfree(values);
}

/*
 * Writes the object of what columns have: JSON by column, in the database encoding,
 * NULL for one that is not in it.  number is the row's in its batch, from 0.
 */
void
lfdw_row_object_write(StringInfo out, const LfdwRowObject *object,
					  const char *const *json, int number)
{
	int			first = 1;

	if (object->starts == NULL)
	{
		write_by_template(out, object, json, number);
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

/*
 * What batchItemFailures calls a row: the column that is its id, else its number;
 * palloc'd in the current context.
 */
char *
lfdw_row_object_id(const LfdwRowObject *object, const char *const *json, int number)
{
	if (object->id_column >= 0 && json[object->id_column])
		return lfdw_json_text(json[object->id_column]);
	return psprintf("%d", number);
}
