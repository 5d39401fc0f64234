/*-------------------------------------------------------------------------
 *
 * write_row.c
 *		A row that is written, as finished JSON.
 *
 * A row becomes a record at once, while its slot is there; what follows (holding
 * it, sending it) runs no function of a user's.  A record has, by column, a byte of
 * flags, and the key's and the value's JSON, each with a NUL behind it.
 *
 * IDENTIFICATION
 *	  src/modify/write_row.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "modify/write_row.h"
#include "pushdown/argument_form.h"
#include "value/value.h"

/* What a record has of a column. */
#define HAS_KEY 1
#define HAS_VALUE 2
#define SAME 4					/* the key is the value, and there once */

struct LfdwRowMaker
{
	MemoryContext scratch;		/* of a value that is made */
	bool		follows_settings;	/* a column's JSON follows the session's
									 * settings */
};

/* A row on its way into a record. */
typedef struct Row
{
	const LfdwWriteTarget *target;
	TupleTableSlot *slot;		/* NULL: no values */
	TupleTableSlot *old;		/* NULL: the keys are the values */
	const Bitmapset *sent;
	int64		number;			/* in the statement, from 1 */
} Row;

/*
 * Makes how rows of a table become records; palloc'd in the current context, which
 * gets a context for what values leave.
 */
LfdwRowMaker *
lfdw_row_maker_create(const LfdwTable *table)
{
	LfdwRowMaker *maker = palloc0(sizeof(LfdwRowMaker));

	maker->scratch = AllocSetContextCreate(CurrentMemoryContext,
										   "lambda_fdw written row",
										   ALLOCSET_SMALL_SIZES);
	for (int i = 0; i < table->ncolumns; i++)
		maker->follows_settings |= lfdw_value_follows_settings(table->columns[i].typid);
	return maker;
}

/* Raises 22023 about a value that JSON cannot carry. */
static void
report_value(const Row *row, const LfdwColumn *column, Datum value)
{
	Oid			function;
	bool		varlena;

	getTypeOutputInfo(column->typid, &function, &varlena);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("column \"%s\" of foreign table \"%s\" cannot be written",
					column->attname, row->target->table->relname),
			 errdetail("JSON cannot carry %s of row " INT64_FORMAT ".",
					   OidOutputFunctionCall(function, value), row->number)));
}

/* Raises 22004 about a key that tells no row. */
static void
report_key(const Row *row, const LfdwColumn *column)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("key column \"%s\" of foreign table \"%s\" is NULL",
					column->attname, row->target->table->relname),
			 errdetail("The function cannot tell which row is meant: row " INT64_FORMAT " of the statement.",
					   row->number)));
}

/*
 * Appends a value as JSON and a NUL.  A null of json and jsonb, which the
 * comparisons of a scan cannot send, is null.
 */
static void
append_value(StringInfo out, const Row *row, const LfdwColumn *column,
			 Datum value, bool isnull)
{
	if (isnull)
		appendStringInfoString(out, "null");
	else if (!lfdw_value_to_json(out, value, column->typid, column->format))
	{
		Oid			base = getBaseType(column->typid);

		if (base != JSONOID && base != JSONBOID)
			report_value(row, column, value);
		appendStringInfoString(out, "null");
	}
	appendStringInfoChar(out, '\0');
}

/* Appends the key that a column is of the row that is there. */
static void
append_old_key(StringInfo out, const Row *row, const LfdwColumn *column)
{
	bool		isnull;
	Datum		value = slot_getattr(row->old, column->attnum, &isnull);

	if (isnull)
		report_key(row, column);
	append_value(out, row, column, value, isnull);
}

/*
 * Is a column's value sent?  Of a row that is inserted, what is not NULL is,
 * although the statement does not name it: a default.
 */
static bool
is_sent(const Row *row, const LfdwColumn *column, bool isnull)
{
	if (bms_is_member(column->attnum - FirstLowInvalidHeapAttributeNumber, row->sent))
		return true;
	return row->target->operation == LFDW_WRITE_INSERT && !isnull;
}

/* Appends what a record has of a column. */
static void
append_column(StringInfo out, const Row *row, const LfdwColumn *column)
{
	int			flags = out->len;
	bool		isnull = true;
	Datum		value = 0;

	appendStringInfoChar(out, 0);
	if (column->key && row->old)
	{
		out->data[flags] |= HAS_KEY;
		append_old_key(out, row, column);
	}
	if (row->slot == NULL)
		return;
	value = slot_getattr(row->slot, column->attnum, &isnull);
	if (!is_sent(row, column, isnull))
		return;
	out->data[flags] |= HAS_VALUE;
	if (column->key && row->old == NULL)
		out->data[flags] |= HAS_KEY | SAME;
	append_value(out, row, column, value, isnull);
}

/*
 * Appends the record of a row.
 *
 * sent has the columns that the statement writes, as pull_varattnos gives them.  slot
 * is the new row, NULL for DELETE; old the row that is there, NULL for INSERT.  number is
 * the row's in the statement, from 1, for messages.  Scratch memory is the target's.
 * Raises 22023 for a value that JSON cannot carry, 22004 for a key that is NULL.
 */
void
lfdw_write_row_append(StringInfo out, const LfdwWriteTarget *target,
					  const Bitmapset *sent, TupleTableSlot *slot,
					  TupleTableSlot *old, int64 number)
{
	const Row	row = {target, slot, old, sent, number};
	MemoryContext caller = MemoryContextSwitchTo(target->maker->scratch);
	int			nestlevel = 0;

	/* for each row, this takes longer than the row */
	if (target->maker->follows_settings)
		nestlevel = lfdw_transmission_modes_begin_utc();
	for (int i = 0; i < target->table->ncolumns; i++)
		append_column(out, &row, &target->table->columns[i]);
	if (target->maker->follows_settings)
		lfdw_transmission_modes_end(nestlevel);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(target->maker->scratch);
}

/*
 * Reads a record that lfdw_write_row_append made, or the LfdwTruncate of TRUNCATE.
 *
 * The row is palloc'd in the current context, as one chunk at row->keys; its JSON
 * stays in bytes.
 */
void
lfdw_write_row_read(LfdwWriteRow *row, const LfdwWriteTarget *target,
					const char *bytes, size_t len)
{
	int			ncolumns = target->table->ncolumns;
	const char *next = bytes;

	memset(row, 0, sizeof(*row));
	row->keys = palloc0(sizeof(char *) * (ncolumns * 2 + 1));
	row->values = row->keys + ncolumns;
	if (target->operation == LFDW_WRITE_TRUNCATE)
	{
		Assert(len == sizeof(row->truncate));
		memcpy(&row->truncate, bytes, sizeof(row->truncate));
		return;
	}
	for (int i = 0; i < ncolumns; i++)
	{
		int			flags = *next++;

		if (flags & HAS_KEY)
			row->keys[i] = next;
		if ((flags & HAS_KEY) && !(flags & SAME))
			next += strlen(next) + 1;
		if (flags & HAS_VALUE)
			row->values[i] = next;
		if (flags & HAS_VALUE)
			next += strlen(next) + 1;
	}
	Assert(next == bytes + len);
}
