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
#include "mb/pg_wchar.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "modify/write_form.h"
#include "modify/write_row.h"
#include "pg/message.h"
#include "pushdown/argument_form.h"
#include "value/json_text.h"
#include "value/json_writer.h"
#include "value/value.h"

/* What a record has of a column. */
#define HAS_KEY 1
#define HAS_VALUE 2
#define SAME 4					/* the key is the value, and there once */

/* Two columns of which one's path leads to the other, or to what holds it. */
typedef struct Overlap
{
	int			outer;
	int			inner;
} Overlap;

struct LfdwRowMaker
{
	MemoryContext scratch;		/* of a row that is made */
	bool		follows_settings;	/* some column's JSON does */
	LfdwOutput **outputs;		/* by column */
	LfdwArgumentFormat *formats;	/* by column */
	List	   *overlaps;		/* of Overlap */
	bool	   *sent;			/* by column, of the row under way */
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

/* Does a column's path lead to another's, or to what holds it? */
static bool
is_outer(const LfdwTable *table, int outer, int inner)
{
	const LfdwColumn *a = &table->columns[outer];
	const LfdwColumn *b = &table->columns[inner];

	/* the names of columns differ */
	if (outer == inner || (!a->path_given && !b->path_given))
		return false;
	if (lfdw_pointer_equal(a->path, b->path))
		return outer < inner;
	return lfdw_pointer_begins_with(b->path, a->path);
}

/* The columns of which a row can have one value at most. */
static List *
find_overlaps(const LfdwTable *table)
{
	List	   *overlaps = NIL;

	for (int i = 0; i < table->ncolumns; i++)
	{
		for (int k = 0; k < table->ncolumns; k++)
		{
			Overlap    *overlap;

			if (!is_outer(table, i, k))
				continue;
			overlap = palloc(sizeof(Overlap));
			overlap->outer = i;
			overlap->inner = k;
			overlaps = lappend(overlaps, overlap);
		}
	}
	return overlaps;
}

/*
 * Makes how rows of a table become records; palloc'd in the current context, which
 * gets a context for what a row leaves.
 */
LfdwRowMaker *
lfdw_row_maker_create(const LfdwTable *table)
{
	LfdwRowMaker *maker = palloc0(sizeof(LfdwRowMaker));
	int			ncolumns = table->ncolumns;

	maker->scratch = AllocSetContextCreate(CurrentMemoryContext,
										   "lambda_fdw written row",
										   ALLOCSET_DEFAULT_SIZES);
	maker->outputs = palloc(sizeof(LfdwOutput *) * (ncolumns + 1));
	maker->formats = palloc(sizeof(LfdwArgumentFormat) * (ncolumns + 1));
	maker->sent = palloc0(sizeof(bool) * (ncolumns + 1));
	for (int i = 0; i < ncolumns; i++)
	{
		const LfdwColumn *column = &table->columns[i];

		maker->outputs[i] = lfdw_value_output(column->typid, column->format);
		/* the envelope has natural JSON, at most with its numbers as strings */
		maker->formats[i] = table->options->envelope &&
			column->argument_format != LFDW_ARGUMENT_DIGITS ? LFDW_ARGUMENT_JSON :
			column->argument_format;
		maker->follows_settings |= lfdw_output_follows_settings(maker->outputs[i]);
	}
	maker->overlaps = find_overlaps(table);
	return maker;
}

/* Raises 22023 about a value that cannot be sent. */
static void
report_value(const Row *row, const LfdwColumn *column, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("column \"%s\" of foreign table \"%s\" cannot be written",
					column->attname, row->target->table->relname),
			 errdetail("Row " INT64_FORMAT ": %s.", row->number, why)));
}

/* Why JSON cannot carry a value. */
static char *
describe_value(const LfdwColumn *column, Datum value)
{
	Oid			function;
	bool		varlena;
	char	   *text;

	getTypeOutputInfo(column->typid, &function, &varlena);
	text = OidOutputFunctionCall(function, value);
	return psprintf("JSON cannot carry its value \"%s\"",
					lfdw_error_excerpt(text, strlen(text)));
}

/* Raises 22004 about a key that tells no row. */
static void
report_key(const Row *row, const LfdwColumn *column)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("key column \"%s\" of foreign table \"%s\" is NULL",
					column->attname, row->target->table->relname),
			 errdetail("Row " INT64_FORMAT ": the function could not tell which row is meant.",
					   row->number)));
}

/* Raises 22023 about two values that have one place. */
static void
report_overlap(const Row *row, const Overlap *overlap)
{
	const LfdwTable *table = row->target->table;

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("columns \"%s\" and \"%s\" of foreign table \"%s\" cannot both be written",
					table->columns[overlap->outer].attname,
					table->columns[overlap->inner].attname, table->relname),
			 errdetail("Row " INT64_FORMAT ": by their option path one leads to the other, or to what holds it.",
					   row->number),
			 errhint("Leave one of them out, or NULL.")));
}

/*
 * A value's JSON in the form of a column's arguments, palloc'd: by csv an array is
 * its elements with commas between them, of which none has one itself.
 */
static char *
in_form(const Row *row, int index, const char *json)
{
	LfdwArgumentFormat format = row->target->maker->formats[index];
	StringInfoData joined;
	List	   *texts;
	ListCell   *lc;

	if (format != LFDW_ARGUMENT_CSV || json[0] != '[')
		return lfdw_argument_form_value(format, json);
	initStringInfo(&joined);
	texts = lfdw_json_texts(json);
	foreach(lc, texts)
	{
		const char *text = lfirst(lc);

		if (strchr(text, ','))
			report_value(row, &row->target->table->columns[index],
						 "an element of its value has a comma, which its argument_format, csv, cannot carry");
		appendStringInfo(&joined, "%s%s", lc == list_head(texts) ? "" : ",", text);
	}
	return lfdw_json_quote(joined.data);
}

/* A value that is made JSON, for error_context_stack. */
typedef struct ValueContext
{
	const Row  *row;
	const LfdwColumn *column;
} ValueContext;

static void
add_value_context(void *arg)
{
	const ValueContext *value = arg;

	errcontext("column \"%s\" of foreign table \"%s\", row " INT64_FORMAT,
			   value->column->attname, value->row->target->table->relname,
			   value->row->number);
}

/*
 * Raises 22021 or 22P05 for JSON that cannot be UTF-8, as the payload will be: rows
 * may have been sent by then.
 */
static void
check_encoding(const Row *row, const LfdwColumn *column, const char *json)
{
	ValueContext value = {row, column};
	ErrorContextCallback callback = {
		.previous = error_context_stack,
		.callback = add_value_context,
		.arg = &value
	};

	if (GetDatabaseEncoding() == PG_UTF8)
		return;
	error_context_stack = &callback;
	(void) pg_server_to_any(json, strlen(json), PG_UTF8);
	error_context_stack = callback.previous;
}

/*
 * Appends a value as JSON and a NUL.  A null of json and jsonb, which the
 * comparisons of a scan cannot send, is null.
 */
static void
append_value(StringInfo out, const Row *row, int index, Datum value, bool isnull)
{
	const LfdwRowMaker *maker = row->target->maker;
	const LfdwColumn *column = &row->target->table->columns[index];
	int			start = out->len;

	if (isnull)
		appendStringInfoString(out, "null");
	else if (!lfdw_output_to_json(out, maker->outputs[index], value))
	{
		Oid			base = getBaseType(column->typid);

		if (base != JSONOID && base != JSONBOID)
			report_value(row, column, describe_value(column, value));
		appendStringInfoString(out, "null");
	}
	else if (maker->formats[index] > LFDW_ARGUMENT_JSON)
	{
		char	   *json = in_form(row, index, out->data + start);

		out->len = start;
		appendStringInfoString(out, json);
	}
	check_encoding(row, column, out->data + start);
	appendStringInfoChar(out, '\0');
}

/* Appends the key that a column is of the row that is there. */
static void
append_old_key(StringInfo out, const Row *row, int index)
{
	const LfdwColumn *column = &row->target->table->columns[index];
	bool		isnull;
	Datum		value = slot_getattr(row->old, column->attnum, &isnull);

	if (isnull)
		report_key(row, column);
	append_value(out, row, index, value, isnull);
}

/* Is a column of the new row NULL? */
static bool
is_null(const Row *row, int index)
{
	return row->slot->tts_isnull[row->target->table->columns[index].attnum - 1];
}

/* Is a column of the new row what it was, or NULL? */
static bool
is_spare(const Row *row, int index)
{
	const LfdwColumn *column = &row->target->table->columns[index];
	bool		isnull;
	Datum		old;
	int16		len;
	bool		byval;

	if (is_null(row, index) || row->old == NULL)
		return is_null(row, index);
	old = slot_getattr(row->old, column->attnum, &isnull);
	get_typlenbyval(column->typid, &len, &byval);
	return !isnull && datum_image_eq(old, row->slot->tts_values[column->attnum - 1],
									 byval, len);
}

/*
 * Notes which values are sent.  Of a row that is inserted, what is not NULL is,
 * although the statement does not name it: a default.  Of columns that overlap, one
 * is that is not NULL, and of an update one that has changed.
 */
static void
choose_sent(const Row *row)
{
	const LfdwTable *table = row->target->table;
	const LfdwRowMaker *maker = row->target->maker;
	ListCell   *lc;

	slot_getallattrs(row->slot);
	for (int i = 0; i < table->ncolumns; i++)
		maker->sent[i] = (row->target->operation == LFDW_WRITE_INSERT && !is_null(row, i)) ||
			bms_is_member(table->columns[i].attnum - FirstLowInvalidHeapAttributeNumber,
						  row->sent);
	foreach(lc, maker->overlaps)
	{
		const Overlap *overlap = lfirst(lc);

		if (!maker->sent[overlap->outer] || !maker->sent[overlap->inner])
			continue;
		if (is_spare(row, overlap->outer))
			maker->sent[overlap->outer] = false;
		else if (is_spare(row, overlap->inner))
			maker->sent[overlap->inner] = false;
		else
			report_overlap(row, overlap);
	}
}

/* Appends what a record has of a column. */
static void
append_column(StringInfo out, const Row *row, int index)
{
	const LfdwColumn *column = &row->target->table->columns[index];
	int			flags = out->len;

	appendStringInfoChar(out, 0);
	if (column->key && row->old)
	{
		out->data[flags] |= HAS_KEY;
		append_old_key(out, row, index);
	}
	if (row->slot == NULL || !row->target->maker->sent[index])
		return;
	out->data[flags] |= HAS_VALUE;
	if (column->key && row->old == NULL)
		out->data[flags] |= HAS_KEY | SAME;
	append_value(out, row, index, row->slot->tts_values[column->attnum - 1],
				 is_null(row, index));
}

/* Appends what a record has of all columns. */
static void
append_columns(StringInfo out, const Row *row)
{
	bool		follows = row->target->maker->follows_settings;
	int			nestlevel = follows ? lfdw_transmission_modes_begin_utc() : 0;

	for (int i = 0; i < row->target->table->ncolumns; i++)
		append_column(out, row, i);
	if (follows)
		lfdw_transmission_modes_end(nestlevel);
}

/*
 * Appends the record of a row.
 *
 * sent has the columns that the statement writes, as pull_varattnos gives them.  slot
 * is the new row, NULL for DELETE; old the row that is there, NULL for INSERT.  number is
 * the row's in the statement, from 1, for messages.  Scratch memory is the target's.
 * Raises 22023 for a value that JSON or the request cannot carry, 22021 or 22P05 for
 * one that cannot be UTF-8, 22004 for a key of the old row that is NULL.
 */
void
lfdw_write_row_append(StringInfo out, const LfdwWriteTarget *target,
					  const Bitmapset *sent, TupleTableSlot *slot,
					  TupleTableSlot *old, int64 number)
{
	const Row	row = {target, slot, old, sent, number};
	MemoryContext caller = MemoryContextSwitchTo(target->maker->scratch);
	int			start = out->len;

	if (slot)
		choose_sent(&row);
	append_columns(out, &row);
	if (lfdw_write_form_checks_rows(target->form))
	{
		LfdwWriteRow made;

		lfdw_write_row_read(&made, target, out->data + start, out->len - start);
		lfdw_write_form_check_row(target->form, &made, number);
	}
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
