/*-------------------------------------------------------------------------
 *
 * row_kept.c
 *		Rows as they were read, to be read again.
 *
 * What the first step of reading has noted is kept: for each column that the row has,
 * the kind of its value and its bytes as they came.  That is the same for all forms
 * of answers, depends on no setting of the session, and converts nothing, so that a
 * row which one query has read serves another that wants other columns.
 *
 * A row is the number of its columns that were found, and each of them: its index in
 * the table, kind, length, bytes.  Lengths and numbers are of varying size, seven bits
 * a byte, the low ones first.
 *
 * IDENTIFICATION
 *	  src/response/row_kept.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "response/row_internal.h"
#include "response/row_kept.h"

/* A kind with this is of a string with a backslash in it. */
#define ESCAPED 0x80

/* So many bytes hold any size. */
#define NUMBER_MAX 10

static void
put_number(StringInfo kept, uint64 number)
{
	char	   *p = kept->data + kept->len;

	while (number >= 0x80)
	{
		*p++ = (char) (number | 0x80);
		number >>= 7;
	}
	*p++ = (char) number;
	kept->len = p - kept->data;
}

static uint64
take_number(const char **p, const char *end)
{
	uint64		number = 0;
	int			shift = 0;

	while (*p < end && shift < 64)
	{
		unsigned char byte = *(*p)++;

		number |= (uint64) (byte & 0x7F) << shift;
		if (byte < 0x80)
			return number;
		shift += 7;
	}
	elog(ERROR, "a row that was kept is cut");
}

/* The most bytes that the row may need, and how many columns it has. */
static Size
measure(const LfdwRow *row, int *ncolumns)
{
	Size		size = NUMBER_MAX;

	*ncolumns = 0;
	for (int i = 0; i < row->table->ncolumns; i++)
	{
		if (!row->found[i])
			continue;
		(*ncolumns)++;
		size += 2 * NUMBER_MAX + 1 + row->values[i].len;
	}
	return size;
}

/*
 * Appends the row that was read last to rows that are kept, once it is stored or before:
 * null_if is the table's.  False, with nothing done, where they would have more than
 * max_bytes then, which is at most MaxAllocSize / 2.
 */
bool
lfdw_row_keep(const LfdwRow *row, StringInfo kept, Size max_bytes)
{
	int			ncolumns;
	Size		size = measure(row, &ncolumns);

	if (kept->len + size > max_bytes)
		return false;
	enlargeStringInfo(kept, size);
	put_number(kept, ncolumns);
	for (int i = 0; i < row->table->ncolumns; i++)
	{
		const LfdwJsonValue *value = &row->values[i];

		if (!row->found[i])
			continue;
		put_number(kept, i);
		kept->data[kept->len++] = (char) (value->type | (value->escaped ? ESCAPED : 0));
		put_number(kept, value->len);
		memcpy(kept->data + kept->len, value->text, value->len);
		kept->len += value->len;
	}
	return true;
}

/*
 * Reads the next of the rows that were kept, of the same table, for lfdw_row_store.
 * The values point into them, who must live until then.  Returns what is behind it.
 */
const char *
lfdw_row_take_kept(LfdwRow *row, const char *kept, const char *end)
{
	uint64		ncolumns = take_number(&kept, end);

	row->number++;
	/* whose key, if it repeats one, is its tuple's: see key_value */
	row->element = row->table->aligned ? 0 : -1;
	row->text = kept;
	row->len = 0;
	memset(row->found, false, row->table->ncolumns);
	for (uint64 i = 0; i < ncolumns; i++)
	{
		uint64		index = take_number(&kept, end);
		unsigned char kind;
		LfdwJsonValue *value;

		if (index >= (uint64) row->table->ncolumns || kept >= end)
			elog(ERROR, "a row that was kept has another table's columns");
		value = &row->values[index];
		kind = *kept++;
		value->type = kind & ~ESCAPED;
		value->escaped = (kind & ESCAPED) != 0;
		value->len = take_number(&kept, end);
		if (value->len > (Size) (end - kept))
			elog(ERROR, "a row that was kept is cut");
		value->text = kept;
		kept += value->len;
		row->found[index] = true;
	}
	row->len = kept - row->text;
	return kept;
}
