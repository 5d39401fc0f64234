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

/*
 * Where the value of a member or an element goes as it is: that of child, or one that no
 * column reads.  Most columns have a path of their own, and then no value is copied.
 * NULL where there is more to be done.
 */
static inline LfdwJsonValue *
place_of_item(LfdwRow *row, const LfdwPathNode *child, LfdwJsonValue *skipped)
{
	if (child == NULL)
		return skipped;
	return child->only < 0 ? NULL : &row->values[child->only];
}

/* Its value is there. */
static inline void
note_item(LfdwRow *row, LfdwPathNode *child)
{
	if (child == NULL)
		return;
	child->seen = true;
	row->found[child->only] = true;
}

/* Reads the value of a member or an element: child's, or what no column reads. */
static inline LfdwJsonStatus
read_item(LfdwRow *row, LfdwJsonReader *reader, LfdwPathNode *child)
{
	LfdwJsonValue skipped;
	LfdwJsonValue *value = place_of_item(row, child, &skipped);

	if (value == NULL)
	{
		child->seen = true;
		return lfdw_row_read_node(row, reader, child);
	}
	note_item(row, child);
	return lfdw_json_value(reader, value);
}

/*
 * Reads the object's next member, if it has this name, NULL for none; *status is what
 * reading its value came to.
 */
static inline bool
read_expected(LfdwRow *row, LfdwJsonReader *reader, const LfdwName *name,
			  LfdwJsonStatus *status)
{
	LfdwJsonValue skipped;
	LfdwJsonValue *value;

	if (unlikely(name == NULL))
		return false;
	value = place_of_item(row, name->child, &skipped);
	if (likely(value != NULL))
	{
		if (!lfdw_json_member_value(reader, name->quoted, name->len, value, status))
			return false;
		note_item(row, name->child);
		return true;
	}
	if (!lfdw_json_member_is(reader, name->quoted, name->len))
		return false;
	*status = read_item(row, reader, name->child);
	return true;
}

/* Reads the object's next member, whose *name is found or learned, or its end. */
static LfdwJsonStatus
read_other(LfdwRow *row, LfdwJsonReader *reader, LfdwPathNode *node, LfdwName **name,
		   bool *known)
{
	LfdwJsonValue key;
	LfdwPathNode *child;
	LfdwJsonStatus status = lfdw_json_member(reader, &key);

	if (status != LFDW_JSON_OK)
		return status;
	child = lfdw_row_path_meet(node, &key, name);
	*known = child != NULL;
	return read_item(row, reader, child);
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

	while (status == LFDW_JSON_OK)
	{
		LfdwName   *name = *expected;
		bool		known;

		if (likely(read_expected(row, reader, name, &status)))
			known = name->child != NULL;
		else
		{
			status = read_other(row, reader, node, &name, &known);
			if (status != LFDW_JSON_OK)
				break;
			*expected = name;
		}
		expected = name ? &name->follower : &unknown;
		if (node != row->root)
			continue;
		row->has_members = true;
		row->has_known |= known;
		if (row->has_known && lfdw_row_wants_nothing(row) && status == LFDW_JSON_OK)
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

	if (name == NULL || name->child == NULL ||
		name->child->nchildren > 0)
		return 0;
	for (npassed = 0; npassed < max; npassed++)
	{
		LfdwJsonReader before = *reader;
		LfdwJsonStatus status;
		LfdwJsonValue value;

		if (lfdw_json_element(reader) == LFDW_JSON_OK &&
			lfdw_json_enter(reader) == LFDW_JSON_OK &&
			lfdw_json_member_value(reader, name->quoted, name->len, &value,
								   &status) &&
			status == LFDW_JSON_OK &&
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
