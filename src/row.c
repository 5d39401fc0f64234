/*-------------------------------------------------------------------------
 *
 * row.c
 *		One row of an answer: from JSON to a slot.
 *
 * A row is read in two steps.  The first walks its JSON once and notes where
 * the value of each column stands; it copies nothing, and can be done again
 * when the row's end has not arrived yet.  The second converts the values.
 * So a member that is there twice is converted once, the last one, as
 * json_populate_record does.
 *
 * IDENTIFICATION
 *	  src/row.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "row.h"
#include "value.h"

/* The columns' paths as a tree; a node is a member, or the row itself. */
typedef struct PathNode
{
	char	   *token;			/* in UTF-8, as the answer is */
	size_t		token_len;
	int			nchildren;
	struct PathNode **children;
	int			ncolumns;		/* columns whose path ends here */
	int		   *columns;
} PathNode;

struct LfdwRow
{
	const LfdwBinding *binding;
	PathNode   *root;
	LfdwRowOrder table_order;
	LfdwConverter **converters; /* by column; NULL where not wanted */
	bool		copy;			/* conversions may run SQL: see store */

	/* the row that was read last */
	uint64		number;			/* counting from 1 */
	const char *text;			/* the whole of it */
	size_t		len;
	bool	   *found;			/* by column */
	LfdwJsonValue *values;
	int			current;		/* column under conversion, for CONTEXT */
};

static PathNode *
make_node(const char *token)
{
	PathNode   *node = palloc0(sizeof(PathNode));

	node->token = pg_server_to_any(token, strlen(token), PG_UTF8);
	node->token_len = strlen(node->token);
	return node;
}

/* The child of a node for a path's token, made where there is none. */
static PathNode *
get_child(PathNode *node, const char *token)
{
	PathNode   *child = make_node(token);

	for (int i = 0; i < node->nchildren; i++)
	{
		if (strcmp(node->children[i]->token, child->token) == 0)
			return node->children[i];
	}
	node->children = node->children ?
		repalloc(node->children, sizeof(PathNode *) * (node->nchildren + 1)) :
		palloc(sizeof(PathNode *));
	node->children[node->nchildren++] = child;
	return child;
}

static void
add_path(LfdwRow *row, int column)
{
	const LfdwPointer *path = row->binding->columns[column].path;
	PathNode   *node = row->root;

	for (int i = 0; i < path->ntokens; i++)
		node = get_child(node, path->tokens[i]);
	node->columns = node->columns ?
		repalloc(node->columns, sizeof(int) * (node->ncolumns + 1)) :
		palloc(sizeof(int));
	node->columns[node->ncolumns++] = column;
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
lfdw_row_create(const LfdwBinding *binding, const Bitmapset *attrs)
{
	LfdwRow    *row = palloc0(sizeof(LfdwRow));
	int			ncolumns = binding->ncolumns;

	row->binding = binding;
	row->root = make_node("");
	row->converters = palloc0(sizeof(LfdwConverter *) * (ncolumns + 1));
	row->found = palloc0(sizeof(bool) * (ncolumns + 1));
	row->values = palloc0(sizeof(LfdwJsonValue) * (ncolumns + 1));
	row->table_order.columns = palloc(sizeof(int) * (ncolumns + 1));
	for (int i = 0; i < ncolumns; i++)
	{
		const LfdwColumn *column = &binding->columns[i];

		add_path(row, i);
		if (column->path->ntokens > 0 || ncolumns == 1)
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
	return row;
}

/*
 * The order of an array row's values where the answer does not tell: the
 * table's columns but those of path ''.
 */
const LfdwRowOrder *
lfdw_row_table_order(const LfdwRow *row)
{
	return &row->table_order;
}

/*
 * The index of the column with a name of the JSON side, given in the database
 * encoding, or -1.
 */
int
lfdw_row_find_column(const LfdwRow *row, const char *name)
{
	for (int i = 0; i < row->binding->ncolumns; i++)
	{
		const char *candidate = row->binding->columns[i].name;

		if (candidate && strcmp(candidate, name) == 0)
			return i;
	}
	return -1;
}

/* Forgets what was found at a node and below, for a member that comes again. */
static void
forget(LfdwRow *row, const PathNode *node)
{
	for (int i = 0; i < node->ncolumns; i++)
		row->found[node->columns[i]] = false;
	for (int i = 0; i < node->nchildren; i++)
		forget(row, node->children[i]);
}

/*
 * The child that a key names.  Members mostly come in the same order in every
 * row, so the search starts at the child after the last one found.
 */
static PathNode *
find_child(const PathNode *node, const LfdwJsonValue *key, int *next)
{
	for (int i = 0; i < node->nchildren; i++)
	{
		int			index = *next + i;
		PathNode   *child;

		if (index >= node->nchildren)
			index -= node->nchildren;
		child = node->children[index];
		if (key->escaped ?
			lfdw_json_string_equals(key, child->token, child->token_len) :
			(key->len == child->token_len &&
			 memcmp(key->text, child->token, key->len) == 0))
		{
			*next = index + 1 < node->nchildren ? index + 1 : 0;
			return child;
		}
	}
	return NULL;
}

static LfdwJsonStatus read_node(LfdwRow *row, LfdwJsonReader *reader,
								const PathNode *node);

static LfdwJsonStatus
read_object(LfdwRow *row, LfdwJsonReader *reader, const PathNode *node)
{
	LfdwJsonStatus status = lfdw_json_enter(reader);
	LfdwJsonValue key;
	LfdwJsonValue skipped;
	int			next = 0;

	while (status == LFDW_JSON_OK)
	{
		PathNode   *child;

		status = lfdw_json_member(reader, &key);
		if (status != LFDW_JSON_OK)
			break;
		child = find_child(node, &key, &next);
		status = child ? read_node(row, reader, child) :
			lfdw_json_value(reader, &skipped);
	}
	return status == LFDW_JSON_END ? LFDW_JSON_OK : status;
}

static LfdwJsonStatus
read_array(LfdwRow *row, LfdwJsonReader *reader, const PathNode *node)
{
	LfdwJsonStatus status = lfdw_json_enter(reader);
	LfdwJsonValue skipped;
	int			next = 0;

	for (int i = 0; status == LFDW_JSON_OK; i++)
	{
		char		token[16];
		LfdwJsonValue index = {LFDW_JSON_STRING, false, token, 0};
		PathNode   *child;

		status = lfdw_json_element(reader);
		if (status != LFDW_JSON_OK)
			break;
		index.len = snprintf(token, sizeof(token), "%d", i);
		child = find_child(node, &index, &next);
		status = child ? read_node(row, reader, child) :
			lfdw_json_value(reader, &skipped);
	}
	return status == LFDW_JSON_END ? LFDW_JSON_OK : status;
}

/* Reads the value at a node: for the columns there, and those below. */
static LfdwJsonStatus
read_node(LfdwRow *row, LfdwJsonReader *reader, const PathNode *node)
{
	LfdwJsonStatus status;
	LfdwJsonValue value;
	LfdwJsonType type;
	LfdwJsonReader below;

	if (node->nchildren > 0)
	{
		below = *reader;
		forget(row, node);
	}
	status = lfdw_json_value(reader, &value);
	if (status != LFDW_JSON_OK)
		return status;
	for (int i = 0; i < node->ncolumns; i++)
	{
		row->found[node->columns[i]] = true;
		row->values[node->columns[i]] = value;
	}
	if (node->nchildren == 0)
		return status;

	check_stack_depth();
	status = lfdw_json_peek(&below, &type);
	if (status == LFDW_JSON_OK && type == LFDW_JSON_OBJECT)
		status = read_object(row, &below, node);
	else if (status == LFDW_JSON_OK && type == LFDW_JSON_ARRAY)
		status = read_array(row, &below, node);
	return status;
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
				 errmsg("row " UINT64_FORMAT " of the answer of Lambda function \"%s\" has %d values instead of %d",
						row->number + 1, row->binding->target.label,
						nvalues, order->ncolumns),
				 errhint("An array row has a value for each column of foreign table \"%s\", or for each name in the answer's \"columns\".",
						 row->binding->relname)));
	return status == LFDW_JSON_END ? LFDW_JSON_OK : status;
}

/* Gives the value of the whole row to the columns of path ''. */
static void
set_whole_row(LfdwRow *row, const LfdwJsonValue *value)
{
	for (int i = 0; i < row->root->ncolumns; i++)
	{
		row->found[row->root->columns[i]] = true;
		row->values[row->root->columns[i]] = *value;
	}
}

/* A value that is neither an object nor an array. */
static LfdwJsonStatus
read_scalar(LfdwRow *row, const LfdwJsonValue *value)
{
	if (!lfdw_row_takes_scalar(row))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
				 errmsg("row " UINT64_FORMAT " of the answer of Lambda function \"%s\" is a single value",
						row->number + 1, row->binding->target.label),
				 errdetail("Foreign table \"%s\" has %d columns.",
						   row->binding->relname, row->binding->ncolumns),
				 errhint("A row is an object or an array.")));
	row->found[0] = true;
	row->values[0] = *value;
	return LFDW_JSON_OK;
}

/*
 * Reads the next value as a row: an object by the columns' paths, an array by
 * place in the order given, a scalar for a table of one column.
 *
 * On LFDW_JSON_MORE the caller restores the reader and may ask again.  The
 * values found point into the reader's window.  Raises HV021 where the row
 * does not have the table's shape.
 */
LfdwJsonStatus
lfdw_row_read(LfdwRow *row, LfdwJsonReader *reader, const LfdwRowOrder *order)
{
	LfdwJsonReader start = *reader;
	LfdwJsonStatus status;
	LfdwJsonValue value;
	LfdwJsonType type;

	memset(row->found, 0, row->binding->ncolumns);
	status = lfdw_json_peek(reader, &type);
	if (status != LFDW_JSON_OK)
		return status;
	start = *reader;
	if (type == LFDW_JSON_OBJECT)
		status = read_object(row, reader, row->root);
	else if (type == LFDW_JSON_ARRAY)
		status = read_positional(row, reader, order);
	else
	{
		status = lfdw_json_value(reader, &value);
		if (status == LFDW_JSON_OK)
			status = read_scalar(row, &value);
	}
	if (status != LFDW_JSON_OK)
		return status;

	value.type = type;
	value.escaped = false;
	value.text = start.data + start.pos;
	value.len = reader->pos - start.pos;
	if (type == LFDW_JSON_OBJECT || type == LFDW_JSON_ARRAY)
		set_whole_row(row, &value);
	row->text = value.text;
	row->len = value.len;
	row->number++;
	return LFDW_JSON_OK;
}

/*
 * Did the row that was read last carry at least one of the table's members?
 * A column of path '' takes any row.
 */
bool
lfdw_row_has_member(const LfdwRow *row)
{
	for (int i = 0; i < row->binding->ncolumns; i++)
	{
		if (row->found[i])
			return true;
	}
	return row->binding->ncolumns == 0;
}

/*
 * Can a scalar be a row, that is, has the table one column?
 */
bool
lfdw_row_takes_scalar(const LfdwRow *row)
{
	return row->binding->ncolumns == 1;
}

/* Adds CONTEXT to an error raised by a conversion. */
static void
conversion_context(void *arg)
{
	LfdwRow    *row = arg;

	if (row->current >= 0)
		errcontext("column \"%s\" of foreign table \"%s\", row " UINT64_FORMAT,
				   row->binding->columns[row->current].attname,
				   row->binding->relname, row->number);
}

/*
 * Copies the row into the current context.  Converting a domain may run SQL
 * that waits for another function, and bytes that arrive meanwhile may move
 * the window that the values point into.
 */
static void
copy_row(LfdwRow *row)
{
	char	   *copy = MemoryContextAllocHuge(CurrentMemoryContext, row->len + 1);

	memcpy(copy, row->text, row->len);
	for (int i = 0; i < row->binding->ncolumns; i++)
	{
		if (row->found[i])
			row->values[i].text = copy + (row->values[i].text - row->text);
	}
	row->text = copy;
}

/*
 * What a missing member stands for: NULL, or in a required column the one
 * value that its invocation carried, so that functions need not echo it.
 */
static Datum
missing_value(LfdwRow *row, int index, const LfdwQuery *query,
			  const LfdwTurn *turn, bool *isnull)
{
	const LfdwColumn *column = &row->binding->columns[index];
	const LfdwArgument *argument = NULL;
	const LfdwValueSet *set;
	char	   *text;
	Datum		value;
	Oid			output;
	bool		varlena;
	int			nestlevel;

	if (column->required)
		argument = lfdw_query_argument(query, column);
	if (argument == NULL)
		return lfdw_value_from_json(row->converters[index], NULL, isnull);

	set = &argument->set;
	if (turn->count[argument - query->arguments] > 1)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
				 errmsg("row " UINT64_FORMAT " of the answer of Lambda function \"%s\" lacks the member \"%s\"",
						row->number, row->binding->target.label, column->name),
				 errdetail("The invocation carried %d values of it, so the row could belong to any.",
						   turn->count[argument - query->arguments]),
				 errhint("Let the function return the member, or declare pushdown '=' alone.")));
	value = set->values[turn->first[argument - query->arguments]];
	nestlevel = lfdw_transmission_modes_begin();
	getTypeOutputInfo(set->type->type_id, &output, &varlena);
	text = OidOutputFunctionCall(output, value);
	value = lfdw_value_from_text(row->converters[index], text, isnull);
	lfdw_transmission_modes_end(nestlevel);
	return value;
}

/*
 * Converts the row that was read last into a virtual tuple.
 *
 * The slot's values live in the current context, which the caller resets
 * before the next row.  query and turn say what the row's invocation carried.
 * Raises what json_populate_record would raise, with the column and the row
 * as CONTEXT.
 */
void
lfdw_row_store(LfdwRow *row, TupleTableSlot *slot, const LfdwQuery *query,
			   const LfdwTurn *turn)
{
	const LfdwBinding *binding = row->binding;
	ErrorContextCallback callback;

	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, binding->natts);
	if (row->copy)
		copy_row(row);

	callback.callback = conversion_context;
	callback.arg = row;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	for (int i = 0; i < binding->ncolumns; i++)
	{
		int			attno = binding->columns[i].attnum - 1;

		if (row->converters[i] == NULL)
			continue;
		row->current = i;
		slot->tts_values[attno] = row->found[i] ?
			lfdw_value_from_json(row->converters[i], &row->values[i],
								 &slot->tts_isnull[attno]) :
			missing_value(row, i, query, turn, &slot->tts_isnull[attno]);
	}
	row->current = -1;
	error_context_stack = callback.previous;
	ExecStoreVirtualTuple(slot);
}
