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

#include "base/csv.h"
#include "base/json_kind.h"
#include "base/json_pointer.h"
#include "sql/sketch_internal.h"

/* Text is taken for CSV if so many of its first lines are. */
#define LINES_LOOKED_AT 20

/*
 * Is text CSV, with a header and as many fields in each line?  Where nobody
 * declared it, there must be several, and a line behind the header.
 */
bool
lfdw_sketch_is_csv(const char *text, size_t len, bool declared)
{
	LfdwCsv		csv;
	LfdwCsvStatus status;
	int			nfields;

	if (len == 0 || !pg_verify_mbstr(PG_UTF8, text, (int) len, true))
		return false;
	lfdw_csv_init(&csv, text, len);
	if (lfdw_csv_next(&csv) != LFDW_CSV_RECORD)
		return false;
	nfields = csv.nfields;
	if (!declared && (nfields < 2 || csv.pos == csv.len))
		return false;
	for (int i = 0; i < LINES_LOOKED_AT; i++)
	{
		status = lfdw_csv_next(&csv);
		if (status == LFDW_CSV_END)
			break;
		if (status == LFDW_CSV_BAD || csv.nfields != nfields)
			return false;
	}
	return true;
}

/* What a field is: NULL where it is empty and has no quotes. */
static int
kind_of_field(const LfdwCsvField *field, char *buffer)
{
	if (field->len == 0 && !field->quoted)
		return LFDW_SEEN_NULL;
	return lfdw_kind_of_word(buffer, lfdw_csv_decode(field, buffer));
}

/* Makes the columns of an answer in CSV: one a field, of what its lines hold. */
void
lfdw_sketch_find_csv_columns(LfdwSketch *sketch)
{
	char	   *buffer = palloc_extended(sketch->len + 1, MCXT_ALLOC_HUGE);
	LfdwSketchColumn **columns = NULL;
	int			ncolumns = 0;
	LfdwCsv		csv;

	lfdw_csv_init(&csv, sketch->text, sketch->len);
	if (lfdw_csv_next(&csv) == LFDW_CSV_RECORD)
	{
		ncolumns = csv.nfields;
		columns = palloc(sizeof(*columns) * ncolumns);
		for (int i = 0; i < ncolumns; i++)
		{
			size_t		len = lfdw_csv_decode(&csv.fields[i], buffer);

			columns[i] = lfdw_sketch_add_column(sketch, buffer, len);
		}
	}
	while (lfdw_csv_next(&csv) == LFDW_CSV_RECORD)
	{
		if (sketch->nrows++ >= (size_t) sketch->row_limit)
			continue;
		for (int i = 0; i < Min(csv.nfields, ncolumns); i++)
		{
			if (columns[i])
				columns[i]->seen |= kind_of_field(&csv.fields[i], buffer);
		}
	}
	lfdw_sketch_decide_types(sketch);
}
