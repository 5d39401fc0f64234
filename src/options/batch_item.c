/*-------------------------------------------------------------------------
 *
 * batch_item.c
 *		An element of the list that the option batch_argument names.
 *
 * It is a tuple of the table's batch columns, in their order: an object, an array,
 * or the value of the one column.
 *
 * IDENTIFICATION
 *	  src/options/batch_item.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "options/batch_item.h"
#include "value/json_template.h"
#include "value/json_writer.h"

struct LfdwBatchItem
{
	const char *relname;
	LfdwBatchFormat format;
	bool		numbered;		/* an array begins with its number */
	int			ncolumns;
	LfdwTemplate *object;		/* each column's slot is its number */
};

/*
 * Makes what a table's options say of an element, without columns yet; palloc'd in
 * the current context.  relname must live as long.
 */
LfdwBatchItem *
lfdw_batch_item_create(const LfdwOptions *options, const char *relname)
{
	LfdwBatchItem *item = palloc0(sizeof(LfdwBatchItem));

	item->relname = relname;
	item->format = options->batch_format ? options->batch_format : LFDW_BATCH_OBJECTS;
	item->numbered = options->event == LFDW_EVENT_SNOWFLAKE;
	item->object = lfdw_template_create(options->item_payload);
	lfdw_template_set_owner(item->object, "the option item_payload");
	return item;
}

/* Adds a column.  Raises HV024 where it has no place in an element. */
void
lfdw_batch_item_add(LfdwBatchItem *item, const char *attname,
					const LfdwPointer *path)
{
	int			slot = lfdw_template_new_slot(item->object,
											  psprintf("column \"%s\"", attname));
	const char *why;

	item->ncolumns++;
	if (item->format != LFDW_BATCH_OBJECTS)
		return;
	why = lfdw_template_place(item->object, path, slot, 0);
	if (why)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("column \"%s\" of foreign table \"%s\" has no place in the elements of a batch",
						attname, item->relname),
				 errdetail("%s.", why),
				 errhint("Its option path says where it stands in an element, over the table's option item_payload.")));
}

/* Raises HV024 where the columns are too few, or too many. */
void
lfdw_batch_item_check(const LfdwBatchItem *item)
{
	if (item->ncolumns == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"batch_argument\" of foreign table \"%s\" needs a column for its elements",
						item->relname),
				 errdetail("These are of the required columns whose option pushdown has \"=\" without an argument."),
				 errhint("Set the options required 'true' and pushdown '=', or input 'true', of a column. Of a table with updatable 'true' it is the list of inserted rows where envelope is 'false'.")));
	if (item->format == LFDW_BATCH_VALUES && item->ncolumns > 1)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"batch_format\" of foreign table \"%s\" cannot be 'values'",
						item->relname),
				 errdetail("An element has the values of %d columns: those required whose option pushdown has \"=\" without an argument.",
						   item->ncolumns),
				 errhint("Name an argument in the option pushdown of those that go beside the list, as in '=:name'.")));
}

/*
 * Writes an element, in the database encoding, of the values of the columns, in
 * the order in which these were added; NULL for one that has none.  number is its
 * place in the batch, from 0.
 */
void
lfdw_batch_item_write(StringInfo out, const LfdwBatchItem *item, int64 number,
					  const char *const *json)
{
	if (item->format == LFDW_BATCH_OBJECTS)
	{
		lfdw_template_write(out, item->object, json);
		return;
	}
	if (item->format == LFDW_BATCH_ARRAYS)
		appendStringInfoChar(out, '[');
	if (item->numbered)
		appendStringInfo(out, "" INT64_FORMAT, number);
	for (int i = 0; i < item->ncolumns; i++)
	{
		if (i > 0 || item->numbered)
			lfdw_json_append_comma(out);
		appendStringInfoString(out, json[i] ? json[i] : "null");
	}
	if (item->format == LFDW_BATCH_ARRAYS)
		appendStringInfoChar(out, ']');
}
