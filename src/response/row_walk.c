/*-------------------------------------------------------------------------
 *
 * row_walk.c
 *		The first step of a row: where the values of its columns stand.
 *
 * Each byte is read once, however long the columns' paths are.
 *
 * IDENTIFICATION
 *	  src/response/row_walk.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "response/row_internal.h"
#include "value/json_string.h"

/* Forgets what was found at a node and below, for a member that comes again. */
static void
forget(LfdwRow *row, const LfdwPathNode *node)
{
	for (int i = 0; i < node->ncolumns; i++)
		row->found[node->columns[i]] = false;
	for (int i = 0; i < node->nchildren; i++)
		forget(row, node->children[i]);
}

/* Reads the value of a member or an element: child's, or what no column reads. */
static inline LfdwJsonStatus
read_item(LfdwRow *row, LfdwJsonReader *reader, LfdwPathNode *child)
{
	LfdwJsonStatus status;
	LfdwJsonValue skipped;

	if (child == NULL)
		return lfdw_json_value(reader, &skipped);
	child->seen = true;
	if (child->only < 0)
		return lfdw_row_read_node(row, reader, child);

	/* most columns have a path of their own: no value is copied */
	status = lfdw_json_value(reader, &row->values[child->only]);
	row->found[child->only] = true;
	return status;
}

/*
 * Reads the object that comes next, for the columns below a node.  Each member is
 * first compared with the name that came in its place in the object before.  Where
 * no column is wanted, it is enough to know that the row has a member of the table's.
 */
LfdwJsonStatus
lfdw_row_read_object(LfdwRow *row, LfdwJsonReader *reader, LfdwPathNode *node)
{
	LfdwJsonStatus status = lfdw_json_enter(reader);
	LfdwName  **expected = &node->first;
	LfdwName   *unknown = NULL;
	LfdwJsonValue key;

	while (status == LFDW_JSON_OK)
	{
		LfdwName   *name = *expected;
		LfdwPathNode *child;

		if (likely(name && lfdw_json_member_is(reader, name->quoted, name->len)))
			child = name->child;
		else
		{
			status = lfdw_json_member(reader, &key);
			if (status != LFDW_JSON_OK)
				break;
			child = lfdw_row_path_meet(node, &key, &name);
			*expected = name;
		}
		expected = name ? &name->follower : &unknown;
		if (node == row->root)
		{
			row->has_members = true;
			row->has_known |= child != NULL;
		}
		status = read_item(row, reader, child);
		if (row->nwanted == 0 && row->has_known && node == row->root &&
			status == LFDW_JSON_OK)
			return lfdw_json_leave(reader, LFDW_JSON_OBJECT);
	}
	return status == LFDW_JSON_END ? LFDW_JSON_OK : status;
}

/*
 * In an array of rows: passes over objects of which no column is wanted, at most max of
 * them, as long as each begins with the table's member that the one before began with.
 * Returns how many; the reader stops before anything else, or what is not all there,
 * for lfdw_row_read to say what it is.
 */
int
lfdw_row_pass(const LfdwRow *row, LfdwJsonReader *reader, int max)
{
	const LfdwName *name = row->root->first;
	int			npassed;

	if (row->nwanted > 0 || name == NULL || name->child == NULL ||
		name->child->nchildren > 0)
		return 0;
	for (npassed = 0; npassed < max; npassed++)
	{
		LfdwJsonReader before = *reader;
		LfdwJsonValue value;

		if (lfdw_json_element(reader) == LFDW_JSON_OK &&
			lfdw_json_enter(reader) == LFDW_JSON_OK &&
			lfdw_json_member_is(reader, name->quoted, name->len) &&
			lfdw_json_value(reader, &value) == LFDW_JSON_OK &&
			lfdw_json_leave(reader, LFDW_JSON_OBJECT) == LFDW_JSON_OK)
			continue;
		*reader = before;
		break;
	}
	return npassed;
}

/* Reads the array that comes next, for the columns below a node. */
LfdwJsonStatus
lfdw_row_read_array(LfdwRow *row, LfdwJsonReader *reader, LfdwPathNode *node)
{
	LfdwJsonStatus status = lfdw_json_enter(reader);
	int			next = 0;

	for (int i = 0; status == LFDW_JSON_OK; i++)
	{
		LfdwPathNode *child = NULL;

		status = lfdw_json_element(reader);
		if (status != LFDW_JSON_OK)
			break;
		if (next < node->nelements && node->elements[next]->index == i)
			child = node->elements[next++];
		status = read_item(row, reader, child);
	}
	return status == LFDW_JSON_END ? LFDW_JSON_OK : status;
}

/* Opens JSON in a string; what is found in it lives until the next row. */
bool
lfdw_row_open_string(LfdwRow *row, const LfdwJsonValue *string, LfdwJsonReader *inside)
{
	MemoryContext old = MemoryContextSwitchTo(row->strings);
	bool		opened = lfdw_json_string_open(inside, string, true,
											   row->table->function.label);

	MemoryContextSwitchTo(old);
	return opened;
}

/* Reads what is below a node in the document that a string holds, if it does. */
static void
read_string(LfdwRow *row, const LfdwJsonValue *string, LfdwPathNode *node)
{
	LfdwJsonReader inside;
	LfdwJsonType type;

	if (!lfdw_row_open_string(row, string, &inside))
		return;
	lfdw_json_peek(&inside, &type);
	if (type == LFDW_JSON_OBJECT)
		lfdw_row_read_object(row, &inside, node);
	else
		lfdw_row_read_array(row, &inside, node);
}

/*
 * Reads the value at a node that paths lead through: for the columns below, and
 * those at the node itself.
 */
static LfdwJsonStatus
read_through(LfdwRow *row, LfdwJsonReader *reader, LfdwPathNode *node)
{
	LfdwJsonStatus status;
	LfdwJsonValue value;
	LfdwJsonType type;

	check_stack_depth();
	if (node->reading == row->reading)
		forget(row, node);
	node->reading = row->reading;

	status = lfdw_json_peek(reader, &type);
	if (status == LFDW_JSON_OK && type >= LFDW_JSON_ARRAY)
	{
		value.type = type;
		value.escaped = false;
		value.text = reader->data + reader->pos;
		status = type == LFDW_JSON_OBJECT ? lfdw_row_read_object(row, reader, node) :
			lfdw_row_read_array(row, reader, node);
		value.len = reader->data + reader->pos - value.text;
	}
	else
	{
		status = lfdw_json_value(reader, &value);
		if (status == LFDW_JSON_OK && value.type == LFDW_JSON_STRING)
			read_string(row, &value, node);
	}
	if (status == LFDW_JSON_OK)
		lfdw_row_set_value(row, node, &value);
	return status;
}

/*
 * Reads the value that comes next, for the columns at a node and below.  As
 * lfdw_row_read does, returns LFDW_JSON_MORE to be asked again.
 */
LfdwJsonStatus
lfdw_row_read_node(LfdwRow *row, LfdwJsonReader *reader, LfdwPathNode *node)
{
	LfdwJsonStatus status;
	LfdwJsonValue value;

	if (node->nchildren > 0)
		return read_through(row, reader, node);
	status = lfdw_json_value(reader, &value);
	if (status == LFDW_JSON_OK)
		lfdw_row_set_value(row, node, &value);
	return status;
}
