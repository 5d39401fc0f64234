/*-------------------------------------------------------------------------
 *
 * csv.h
 *		A reader of CSV as PostgreSQL's COPY reads it.
 *
 * IDENTIFICATION
 *	  src/base/csv.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_CSV_H
#define LFDW_CSV_H

#include "base/base.h"

typedef enum LfdwCsvStatus
{
	LFDW_CSV_RECORD,
	LFDW_CSV_END,				/* no further record */
	LFDW_CSV_BAD				/* see error and line */
} LfdwCsvStatus;

/* How the lines end: as the first of them does. */
typedef enum LfdwCsvLines
{
	LFDW_CSV_LINES_UNKNOWN,
	LFDW_CSV_LINES_LF,
	LFDW_CSV_LINES_CR,
	LFDW_CSV_LINES_CRLF
} LfdwCsvLines;

/* A field as it stands in the text; not NUL-terminated. */
typedef struct LfdwCsvField
{
	const char *text;
	size_t		len;
	bool		quoted;			/* some of it was in quotes: "" is no NULL */
	bool		escaped;		/* lfdw_csv_decode has its value */
} LfdwCsvField;

typedef struct LfdwCsv
{
	const char *data;			/* the whole text */
	size_t		len;
	size_t		pos;			/* of the next record */
	LfdwCsvLines lines;
	uint64		next_line;		/* where it begins, from 1 */

	/* the record read last */
	uint64		line;			/* where it begins; of an error, where that is */
	size_t		start;			/* its first byte, and how many it has */
	size_t		size;
	int			nfields;
	int			room;
	LfdwCsvField *fields;		/* palloc'd */
	const char *error;			/* static text, once a call returned BAD */
} LfdwCsv;

extern void lfdw_csv_init(LfdwCsv *csv, const char *data, size_t len);
extern LfdwCsvStatus lfdw_csv_next(LfdwCsv *csv);
extern size_t lfdw_csv_decode(const LfdwCsvField *field, char *dst);

#endif							/* LFDW_CSV_H */
