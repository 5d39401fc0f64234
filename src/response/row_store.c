/*-------------------------------------------------------------------------
 *
 * row_store.c
 *		The second step of a row: its values become a tuple.
 *
 * IDENTIFICATION
 *	  src/response/row_store.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "mb/pg_wchar.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "pg/message.h"
#include "response/row_internal.h"

/* Digits of the seconds and the milliseconds since 1970 between 1973 and 5138. */
#define EPOCH_S_DIGITS 9
#define EPOCH_MS_DIGITS 14

/*
 * The digits before the point of a number, or a string of one, that may count
 * from 1970; 0 for any other value.
 */
static int
epoch_digits(const LfdwJsonValue *value)
{
	const char *text = value->text;
	const char *end = text + value->len;
	int			digits = 0;

	if (value->type != LFDW_JSON_NUMBER && value->type != LFDW_JSON_STRING)
		return 0;
	while (text < end && *text >= '0' && *text <= '9')
	{
		text++;
		digits++;
	}
	if (text < end && *text == '.')
		text++;
	while (text < end && *text >= '0' && *text <= '9')
		text++;
	return text == end ? digits : 0;
}

/* A number of seconds or milliseconds that no timestamp is: says what to do. */
static void
hint_at_format(const LfdwRow *row)
{
	int			digits;

	if (!row->found[row->current] ||
		!lfdw_value_is_time(row->converters[row->current]))
		return;
	digits = epoch_digits(&row->values[row->current]);
	if (digits < EPOCH_S_DIGITS || digits > EPOCH_MS_DIGITS)
		return;
	errhint("If it counts from 1970, set the option format of column \"%s\" to '%s'.",
			row->table->columns[row->current].attname,
			digits < EPOCH_MS_DIGITS - 2 ? "epoch_s" : "epoch_ms");
}

/* Adds CONTEXT to an error raised by a conversion. */
static void
conversion_context(void *arg)
{
	LfdwRow    *row = arg;

	if (row->current < 0)
		return;
	hint_at_format(row);
	errcontext("column \"%s\" of foreign table \"%s\", row " UINT64_FORMAT,
			   row->table->columns[row->current].attname,
			   row->table->relname, row->number);
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
	for (int i = 0; i < row->table->ncolumns; i++)
	{
		const char *text = row->values[i].text;

		/* what stood in a string was decoded, and stays where it is */
		if (row->found[i] && text >= row->text && text < row->text + row->len)
			row->values[i].text = copy + (text - row->text);
	}
	row->text = copy;
}

/* Takes the strings that are NULL in columns that are wanted, if any has one. */
static void
set_null_if(LfdwRow *row)
{
	for (int i = 0; i < row->table->ncolumns; i++)
	{
		const char *null_if = row->table->columns[i].null_if;

		if (null_if == NULL || row->converters[i] == NULL)
			continue;
		if (row->null_if == NULL)
			row->null_if = palloc0(sizeof(char *) * row->table->ncolumns);
		row->null_if[i] = pg_server_to_any(null_if, strlen(null_if), PG_UTF8);
	}
}

/* Takes the columns that have a converter. */
void
lfdw_row_set_wanted(LfdwRow *row)
{
	const LfdwTable *table = row->table;

	row->wanted = palloc0(sizeof(LfdwRowWanted) * (table->ncolumns + 1));
	for (int i = 0; i < table->ncolumns; i++)
	{
		LfdwRowWanted *wanted = &row->wanted[row->nwanted];

		if (row->converters[i] == NULL)
			continue;
		wanted->column = i;
		wanted->attribute = table->columns[i].attnum - 1;
		wanted->null_alone = !table->columns[i].required &&
			getBaseType(table->columns[i].typid) == table->columns[i].typid;
		wanted->converter = row->converters[i];
		if (row->format == LFDW_ANSWER_JSON)
			wanted->shortcut = lfdw_value_shortcut(wanted->converter);
		row->nwanted++;
	}
	set_null_if(row);
}

/* Makes null of the strings that stand for it. */
static void
apply_null_if(LfdwRow *row)
{
	for (int i = 0; i < row->table->ncolumns; i++)
	{
		if (row->null_if[i] && row->found[i] &&
			row->values[i].type == LFDW_JSON_STRING &&
			lfdw_json_is(&row->values[i], row->null_if[i]))
			row->values[i].type = LFDW_JSON_NULL;
	}
}

/*
 * What a missing member stands for: NULL, or in a required column the one
 * value that its invocation carried, so that functions need not echo it.
 */
static Datum
missing_value(LfdwRow *row, int index, LfdwCarriedBy carried_by,
			  const void *chain, bool *isnull)
{
	const LfdwColumn *column = &row->table->columns[index];
	LfdwCarried carried = {0};
	char	   *text;
	Datum		value;
	Oid			output;
	bool		varlena;
	int			nestlevel;

	if (column->required)
		carried = carried_by(chain, column, row->element);
	if (carried.nvalues == 0)
		return lfdw_value_from_json(row->converters[index], NULL, isnull);

	if (carried.nvalues > 1)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
				 errmsg("row " UINT64_FORMAT " of the answer of Lambda function \"%s\" lacks the member \"%s\"",
						row->number, row->table->function.label, column->name),
				 errdetail("The invocation carried %d values of it, so the row could belong to any.",
						   carried.nvalues),
				 errhint("Let the function return the member, declare pushdown '=' alone, or make it an input column.")));
	nestlevel = lfdw_transmission_modes_begin();
	getTypeOutputInfo(carried.type, &output, &varlena);
	text = OidOutputFunctionCall(output, carried.value);
	value = lfdw_value_from_text(row->converters[index], text, isnull);
	lfdw_transmission_modes_end(nestlevel);
	return value;
}

/* Is a value that was found another than the one of the row's tuple? */
static bool
is_another(const LfdwColumn *column, Datum own, Datum carried)
{
	TypeCacheEntry *type = lookup_type_cache(getBaseType(column->typid),
											 TYPECACHE_EQ_OPR_FINFO);

	return !DatumGetBool(FunctionCall2Coll(&type->eq_opr_finfo, column->collation,
										   own, carried));
}

/* Raises the error about an element that carries the key of another tuple. */
static void
report_another(const LfdwRow *row, int index)
{
	const LfdwJsonValue *value = &row->values[index];

	ereport(ERROR,
			(errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
			 errmsg("element %d of the answer of Lambda function \"%s\" has a key that is not that of its tuple",
					row->element + 1, row->table->function.label),
			 errdetail("Its member \"%s\" is: %s", row->table->columns[index].name,
					   lfdw_error_excerpt(value->text, value->len)),
			 errhint("Let the function answer in the order of its batch, or say by the option batch_index_path where an element has the number of its own.")));
}

/* The value that was found for a column. */
static inline Datum
found_value(LfdwRow *row, const LfdwRowWanted *wanted, bool *isnull)
{
	LfdwConverter *converter = wanted->converter;
	const LfdwJsonValue *value = &row->values[wanted->column];

	if (likely(wanted->shortcut))
	{
		*isnull = value->type == LFDW_JSON_NULL;
		return *isnull ? (Datum) 0 : wanted->shortcut(converter, value);
	}
	if (row->format == LFDW_ANSWER_JSON)
		return lfdw_value_from_json(converter, value, isnull);
	if (row->format == LFDW_ANSWER_CSV)
		return lfdw_value_from_plain(converter, value, isnull);
	return lfdw_value_from_bytes(converter, value, isnull);
}

/*
 * The value of a key in a row of an aligned answer: its tuple's, which it may
 * repeat.
 */
static Datum
key_value(LfdwRow *row, const LfdwRowWanted *wanted, LfdwCarriedBy carried_by,
		  const void *chain, bool *isnull)
{
	int			index = wanted->column;
	const LfdwColumn *column = &row->table->columns[index];
	bool		own_null;
	Datum		own = found_value(row, wanted, &own_null);
	Datum		carried;

	if (carried_by(chain, column, row->element).nvalues != 1)
	{
		*isnull = own_null;
		return own;
	}
	carried = missing_value(row, index, carried_by, chain, isnull);
	if (!own_null && !*isnull && is_another(column, own, carried))
		report_another(row, index);
	return carried;
}

/* The value of a column in the row that was read last. */
static inline Datum
column_value(LfdwRow *row, const LfdwRowWanted *wanted,
			 LfdwCarriedBy carried_by, const void *chain, bool *isnull)
{
	if (!row->found[wanted->column])
		return missing_value(row, wanted->column, carried_by, chain, isnull);
	if (unlikely(row->element >= 0 &&
				 row->table->columns[wanted->column].required))
		return key_value(row, wanted, carried_by, chain, isnull);
	return found_value(row, wanted, isnull);
}

/*
 * Makes ready to convert the values of the row that was read last; until
 * end_values, errors name the column.
 */
static void
begin_values(LfdwRow *row, ErrorContextCallback *callback)
{
	if (row->copy)
		copy_row(row);
	if (row->null_if)
		apply_null_if(row);
	callback->callback = conversion_context;
	callback->arg = row;
	callback->previous = error_context_stack;
	error_context_stack = callback;
}

/* The values are converted. */
static void
end_values(LfdwRow *row, const ErrorContextCallback *callback)
{
	row->current = -1;
	error_context_stack = callback->previous;
}

/*
 * Converts the row that was read last into a virtual tuple.
 *
 * The slot's values live in the current context, which the caller resets
 * before the next row.  carried_by says what the payload of the row's
 * page chain carried.
 * Raises what json_populate_record would raise, with the column and the row
 * as CONTEXT.
 */
void
lfdw_row_store(LfdwRow *row, TupleTableSlot *slot, LfdwCarriedBy carried_by,
			   const void *chain)
{
	const LfdwTable *table = row->table;
	ErrorContextCallback callback;

	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, table->natts);
	if (row->nwanted == 0)
	{
		ExecStoreVirtualTuple(slot);
		return;
	}
	begin_values(row, &callback);
	for (int i = 0; i < row->nwanted; i++)
	{
		const LfdwRowWanted *wanted = &row->wanted[i];

		if (wanted->null_alone && !row->found[wanted->column])
			continue;
		row->current = wanted->column;
		slot->tts_values[wanted->attribute] =
			column_value(row, wanted, carried_by, chain,
						 &slot->tts_isnull[wanted->attribute]);
	}
	end_values(row, &callback);
	ExecStoreVirtualTuple(slot);
}

/*
 * Puts the values of the row that was read last over those of a tuple of its table,
 * whose slot may be of any kind and owns the result.  Where the row lacks a member,
 * or nobody wants its column, the tuple's value stays.
 *
 * What conversions leave behind is in the current context.  Raises what
 * lfdw_row_store raises.
 */
void
lfdw_row_store_over(LfdwRow *row, TupleTableSlot *slot)
{
	const LfdwTable *table = row->table;
	Datum	   *values = palloc(sizeof(Datum) * (table->natts + 1));
	bool	   *isnull = palloc(sizeof(bool) * (table->natts + 1));
	ErrorContextCallback callback;
	MemoryContext old;
	HeapTuple	tuple;

	slot_getallattrs(slot);
	memcpy(values, slot->tts_values, sizeof(Datum) * table->natts);
	memcpy(isnull, slot->tts_isnull, sizeof(bool) * table->natts);
	begin_values(row, &callback);
	for (int i = 0; i < row->nwanted; i++)
	{
		const LfdwRowWanted *wanted = &row->wanted[i];

		if (!row->found[wanted->column])
			continue;
		row->current = wanted->column;
		values[wanted->attribute] = found_value(row, wanted,
												&isnull[wanted->attribute]);
	}
	end_values(row, &callback);

	old = MemoryContextSwitchTo(slot->tts_mcxt);
	tuple = heap_form_tuple(slot->tts_tupleDescriptor, values, isnull);
	MemoryContextSwitchTo(old);
	tuple->t_tableOid = slot->tts_tableOid;
	ExecForceStoreHeapTuple(tuple, slot, true);
}

/* Are values of rows wanted, other than those that are the query's own? */
bool
lfdw_row_wants_any(const LfdwRow *row)
{
	for (int i = 0; i < row->table->ncolumns; i++)
	{
		if (row->converters[i] && !row->table->columns[i].input)
			return true;
	}
	return false;
}

/* Is no column wanted, not even one that is the query's own, and no row kept? */
bool
lfdw_row_wants_nothing(const LfdwRow *row)
{
	return row->nwanted == 0 && !row->kept;
}
