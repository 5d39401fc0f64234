/*-------------------------------------------------------------------------
 *
 * sketch_csv.c
 *		The columns of an answer in CSV, as COPY ... (FORMAT csv, HEADER) reads it.
 *
 * IDENTIFICATION
 *	  src/sql/sketch_csv.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "mb/pg_wchar.h"

#include "base/json_kind.h"
#include "base/json_pointer.h"
#include "sql/sketch_internal.h"

/* Text is taken for CSV if so many of its first lines are. */
#define LINES_LOOKED_AT 20

/*
 * Reads a field into a buffer that it empties first; *last tells whether the
 * line ends behind it.  The text must not be at its end.  False where a quote
 * is not closed, or stands where none may.
 */
static bool
read_field(const char **text, const char *end, StringInfo field, bool *quoted,
		   bool *last)
{
	const char *p = *text;
	bool		inside = false;

	resetStringInfo(field);
	*quoted = p < end && *p == '"';
	for (; p < end; p++)
	{
		if (*p == '"')
		{
			if (!*quoted)
				return false;
			if (inside && p + 1 < end && p[1] == '"')
				appendStringInfoChar(field, *p++);
			else
				inside = !inside;
		}
		else if (inside)
			appendStringInfoChar(field, *p);
		else if (*p == ',' || *p == '\n' || *p == '\r')
			break;
		else if (*quoted)
			return false;
		else
			appendStringInfoChar(field, *p);
	}
	if (inside)
		return false;
	*last = (p == end || *p != ',');
	if (p < end && *p == '\r' && p + 1 < end && p[1] == '\n')
		p++;
	*text = p < end ? p + 1 : end;
	return true;
}

/* Passes over a line; returns its number of fields, 0 where it is none of CSV. */
static int
skip_line(const char **text, const char *end, StringInfo field)
{
	int			nfields = 0;
	bool		quoted;
	bool		last = false;

	while (!last)
	{
		if (!read_field(text, end, field, &quoted, &last))
			return 0;
		nfields++;
	}
	return nfields;
}

/*
 * Is text CSV, with a header and as many fields in each line?  Where nobody
 * declared it, there must be several, and a line behind the header.
 */
bool
lfdw_sketch_is_csv(const char *text, size_t len, bool declared)
{
	const char *end = text + len;
	StringInfoData field;
	int			nfields;

	if (len == 0 || !pg_verify_mbstr(PG_UTF8, text, (int) len, true))
		return false;
	initStringInfo(&field);
	nfields = skip_line(&text, end, &field);
	if (nfields == 0 || (!declared && (nfields < 2 || text == end)))
		return false;
	for (int i = 0; i < LINES_LOOKED_AT && text < end; i++)
	{
		if (skip_line(&text, end, &field) != nfields)
			return false;
	}
	return true;
}

/* What a field is: NULL where it is empty and has no quotes. */
static int
kind_of_field(const StringInfo field, bool quoted)
{
	if (field->len == 0 && !quoted)
		return LFDW_SEEN_NULL;
	return lfdw_kind_of_word(field->data, field->len);
}

/* Makes the columns of an answer in CSV: one a field, of what its lines hold. */
void
lfdw_sketch_find_csv_columns(LfdwSketch *sketch)
{
	const char *text = sketch->text;
	const char *end = text + sketch->len;
	LfdwSketchColumn **columns = NULL;
	int			ncolumns = 0;
	StringInfoData field;
	bool		quoted;
	bool		last;

	initStringInfo(&field);
	do
	{
		if (!read_field(&text, end, &field, &quoted, &last))
			break;
		columns = ncolumns == 0 ? palloc(sizeof(*columns)) :
			repalloc(columns, sizeof(*columns) * (ncolumns + 1));
		columns[ncolumns++] = lfdw_sketch_add_column(sketch, field.data,
													 field.len);
	} while (!last);
	for (int i = 0; text < end; i++)
	{
		if (i == ncolumns)
			i = 0;
		if (!read_field(&text, end, &field, &quoted, &last))
			break;
		if (columns[i] && sketch->nrows < (size_t) sketch->row_limit)
			columns[i]->seen |= kind_of_field(&field, quoted);
		sketch->nrows += last;
		if (last)
			i = -1;
	}
	lfdw_sketch_decide_types(sketch);
}
