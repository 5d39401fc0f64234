/*-------------------------------------------------------------------------
 *
 * row_form.c
 *		Rows that are no JSON objects or arrays: members of an object, records
 *		of CSV, a whole body.
 *
 * IDENTIFICATION
 *	  src/response/row_form.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "response/row_internal.h"

/* The columns that read a member of an entry, or NULL. */
static LfdwPathNode *
find_member(LfdwRow *row, const char *name)
{
	LfdwJsonValue key = {LFDW_JSON_STRING, false, name, strlen(name)};
	LfdwPathNode *node = lfdw_row_path_find(row->root, &key);

	if (node)
		node->seen = true;
	return node;
}

/* The entry as an object, for the columns of path ''. */
static void
set_entry(LfdwRow *row, const LfdwJsonValue *key, const char *text, size_t len)
{
	static const char before[] = "{\"key\":\"";
	static const char between[] = "\",\"value\":";
	size_t		size = strlen(before) + key->len + strlen(between) + len + 1;
	char	   *object = MemoryContextAllocHuge(row->strings, size);
	LfdwJsonValue value = {LFDW_JSON_OBJECT, false, object, size};
	char	   *end = object;

	memcpy(end, before, strlen(before));
	end += strlen(before);
	memcpy(end, key->text, key->len);
	end += key->len;
	memcpy(end, between, strlen(between));
	end += strlen(between);
	memcpy(end, text, len);
	end[len] = '}';
	lfdw_row_set_value(row, row->root, &value);
}

/*
 * Reads a member of an object as a row of key and value; the reader stands behind
 * the key.  As lfdw_row_read does, returns LFDW_JSON_MORE to be asked again.
 */
LfdwJsonStatus
lfdw_row_read_entry(LfdwRow *row, const LfdwJsonValue *key,
					LfdwJsonReader *reader)
{
	LfdwPathNode *key_node = find_member(row, "key");
	LfdwPathNode *value_node = find_member(row, "value");
	LfdwJsonValue skipped;
	LfdwJsonStatus status;
	LfdwJsonType type;
	const char *text;

	lfdw_row_forget(row);
	status = lfdw_json_peek(reader, &type);
	if (status != LFDW_JSON_OK)
		return status;
	text = reader->data + reader->pos;
	status = value_node ? lfdw_row_read_node(row, reader, value_node) :
		lfdw_json_value(reader, &skipped);
	if (status != LFDW_JSON_OK)
		return status;
	if (key_node)
		lfdw_row_set_value(row, key_node, key);
	row->text = key->text;
	row->len = reader->data + reader->pos - key->text;
	if (row->root->ncolumns > 0)
		set_entry(row, key, text, reader->data + reader->pos - text);
	row->number++;
	return LFDW_JSON_OK;
}

/* The name of a field of CSV, decoded into row->strings. */
static LfdwJsonValue
field_value(LfdwRow *row, const LfdwCsvField *field)
{
	LfdwJsonValue value = {LFDW_JSON_STRING, false, field->text, field->len};
	char	   *text;

	if (field->len == 0 && !field->quoted)
		value.type = LFDW_JSON_NULL;
	if (!field->escaped)
		return value;
	text = MemoryContextAllocHuge(row->strings, field->len);
	value.len = lfdw_csv_decode(field, text);
	value.text = text;
	return value;
}

/*
 * Finds the columns that the first record of CSV, its header, has fields for:
 * the field's number by column, -1 for none; palloc'd.  A column that two fields
 * have the name of goes to *twice, else NULL; *known tells whether any has one.
 */
int *
lfdw_row_read_header(LfdwRow *row, const LfdwCsv *csv,
					 const LfdwColumn **twice, bool *known)
{
	int			ncolumns = row->table->ncolumns;
	int		   *fields = palloc(sizeof(int) * (ncolumns + 1));

	*twice = NULL;
	*known = false;
	lfdw_row_forget(row);
	for (int i = 0; i < ncolumns; i++)
		fields[i] = -1;
	for (int f = 0; f < csv->nfields; f++)
	{
		LfdwJsonValue name = field_value(row, &csv->fields[f]);
		LfdwPathNode *node = lfdw_row_path_find(row->root, &name);

		if (node == NULL)
			lfdw_row_path_note_unread(row->root, &name);
		else
			node->seen = true;
		for (int i = 0; node && i < node->ncolumns; i++)
		{
			if (fields[node->columns[i]] >= 0)
				*twice = &row->table->columns[node->columns[i]];
			fields[node->columns[i]] = f;
			*known = true;
		}
	}
	return fields;
}

/*
 * Takes a record of CSV as a row.  fields are what lfdw_row_read_header made of
 * the header, which has as many.
 */
void
lfdw_row_read_csv(LfdwRow *row, const LfdwCsv *csv, const int *fields)
{
	lfdw_row_forget(row);
	for (int i = 0; i < row->table->ncolumns; i++)
	{
		if (fields[i] < 0 || (row->converters[i] == NULL && !row->kept))
			continue;
		row->found[i] = true;
		row->values[i] = field_value(row, &csv->fields[fields[i]]);
	}
	row->text = csv->data + csv->start;
	row->len = csv->size;
	row->number++;
}

/* Takes a body as a row: the value of the one column that is the answer's. */
void
lfdw_row_read_raw(LfdwRow *row, const char *body, size_t len)
{
	const LfdwJsonValue value = {LFDW_JSON_STRING, false, body, len};

	lfdw_row_forget(row);
	for (int i = 0; i < row->table->ncolumns; i++)
	{
		if (row->table->columns[i].input)
			continue;
		row->found[i] = true;
		row->values[i] = value;
	}
	row->text = body;
	row->len = len;
	row->number++;
}

/* Is a row a body whose bytes are a column's value as they are? */
bool
lfdw_row_takes_bytes(const LfdwRow *row)
{
	for (int i = 0; i < row->table->ncolumns; i++)
	{
		if (!row->table->columns[i].input)
			return row->format == LFDW_ANSWER_RAW &&
				getBaseType(row->table->columns[i].typid) == BYTEAOID;
	}
	return false;
}
