/*-------------------------------------------------------------------------
 *
 * csv.c
 *		A reader of CSV as PostgreSQL's COPY reads it.
 *
 * As COPY FROM ... (FORMAT csv) with its default delimiter and quote: quotes may
 * begin and end within a field, two of them in quotes are one, line ends and
 * commas in quotes are text.  All lines end as the first one does.  Other than
 * for a file's COPY, a line of \. alone is data.
 *
 * IDENTIFICATION
 *	  src/base/csv.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/csv.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"
#define BYTE_ORDER_MARK_LEN 3

/* Fields that a record has room for at first. */
#define FIRST_ROOM 16

/*
 * Sets up a reader of a whole text, which must live as long and is in an
 * encoding whose bytes below 128 are ASCII.  A byte order mark of UTF-8 at its
 * beginning is no part of it.
 */
void
lfdw_csv_init(LfdwCsv *csv, const char *data, size_t len)
{
	memset(csv, 0, sizeof(*csv));
	csv->data = data;
	csv->len = len;
	csv->next_line = 1;
	if (len >= BYTE_ORDER_MARK_LEN &&
		memcmp(data, BYTE_ORDER_MARK, BYTE_ORDER_MARK_LEN) == 0)
		csv->pos = BYTE_ORDER_MARK_LEN;
}

static bool
fail(LfdwCsv *csv, const char *error)
{
	csv->error = error;
	csv->line = csv->next_line;
	return false;
}

/*
 * Takes the line end at pos, which is not in quotes; false where the lines end
 * in another way.
 */
static bool
take_line_end(LfdwCsv *csv)
{
	bool		is_cr = csv->data[csv->pos] == '\r';
	bool		is_crlf = is_cr && csv->pos + 1 < csv->len &&
	csv->data[csv->pos + 1] == '\n';
	LfdwCsvLines end = is_cr ? LFDW_CSV_LINES_CR : LFDW_CSV_LINES_LF;

	if (is_crlf && csv->lines != LFDW_CSV_LINES_CR)
		end = LFDW_CSV_LINES_CRLF;
	if (csv->lines != LFDW_CSV_LINES_UNKNOWN && csv->lines != end)
		return fail(csv, is_cr ? "unquoted carriage return found in data" :
					"unquoted newline found in data");
	csv->lines = end;
	csv->pos += end == LFDW_CSV_LINES_CRLF ? 2 : 1;
	csv->next_line++;
	return true;
}

/* Passes over the text in quotes that begins at pos; false where it does not end. */
static bool
skip_quoted(LfdwCsv *csv)
{
	char		line_end = csv->lines == LFDW_CSV_LINES_CR ? '\r' : '\n';
	uint64		first = csv->next_line;

	for (csv->pos++; csv->pos < csv->len; csv->pos++)
	{
		if (csv->data[csv->pos] == '"')
		{
			csv->pos++;
			return true;
		}
		if (csv->data[csv->pos] == line_end)
			csv->next_line++;
	}
	csv->next_line = first;
	return fail(csv, "unterminated CSV quoted field");
}

static inline bool
ends_field(char byte)
{
	return byte == ',' || byte == '\n' || byte == '\r';
}

/* Reads the field at pos, up to the comma or line end behind it. */
static bool
read_field(LfdwCsv *csv, LfdwCsvField *field)
{
	size_t		start = csv->pos;
	size_t		runs = 0;		/* of text in quotes */

	while (csv->pos < csv->len && !ends_field(csv->data[csv->pos]))
	{
		if (csv->data[csv->pos] != '"')
			csv->pos++;
		else if (skip_quoted(csv))
			runs++;
		else
			return false;
	}
	field->text = csv->data + start;
	field->len = csv->pos - start;
	field->quoted = runs > 0;
	field->escaped = runs > 1 ||
		(runs == 1 && (field->text[0] != '"' || field->text[field->len - 1] != '"'));
	if (runs == 1 && !field->escaped)
	{
		field->text++;
		field->len -= 2;
	}
	return true;
}

/* Room for one more field of a record. */
static LfdwCsvField *
next_field(LfdwCsv *csv)
{
	if (csv->fields == NULL)
		csv->fields = palloc(sizeof(LfdwCsvField) * (csv->room = FIRST_ROOM));
	else if (csv->nfields == csv->room)
		csv->fields = repalloc(csv->fields,
							   sizeof(LfdwCsvField) * (csv->room *= 2));
	return &csv->fields[csv->nfields++];
}

/*
 * Reads the next record.  Its fields stand in the text and are valid until the
 * next is read.
 */
LfdwCsvStatus
lfdw_csv_next(LfdwCsv *csv)
{
	if (csv->error)
		return LFDW_CSV_BAD;
	if (csv->pos == csv->len)
		return LFDW_CSV_END;
	csv->line = csv->next_line;
	csv->start = csv->pos;
	csv->nfields = 0;
	for (;;)
	{
		if (!read_field(csv, next_field(csv)))
			return LFDW_CSV_BAD;
		csv->size = csv->pos - csv->start;
		if (csv->pos == csv->len)
			return LFDW_CSV_RECORD;
		if (csv->data[csv->pos] != ',')
			return take_line_end(csv) ? LFDW_CSV_RECORD : LFDW_CSV_BAD;
		csv->pos++;
	}
}

/*
 * Writes the value of a field without its quotes to dst, which has room for
 * field->len bytes; returns how many it has.
 */
size_t
lfdw_csv_decode(const LfdwCsvField *field, char *dst)
{
	const char *end = field->text + field->len;
	bool		in_quotes = false;
	size_t		len = 0;

	if (!field->escaped)
	{
		memcpy(dst, field->text, field->len);
		return field->len;
	}
	for (const char *p = field->text; p < end; p++)
	{
		if (*p != '"')
			dst[len++] = *p;
		else if (in_quotes && p + 1 < end && p[1] == '"')
			dst[len++] = *++p;
		else
			in_quotes = !in_quotes;
	}
	return len;
}
