/*-------------------------------------------------------------------------
 *
 * write_row.h
 *		A row that is written, as finished JSON.
 *
 * IDENTIFICATION
 *	  src/modify/write_row.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_WRITE_ROW_H
#define LFDW_WRITE_ROW_H

#include "postgres.h"

#include "executor/tuptable.h"
#include "lib/stringinfo.h"
#include "modify/write_types.h"

extern LfdwRowMaker *lfdw_row_maker_create(const LfdwTable *table);

extern void lfdw_write_row_append(StringInfo out, const LfdwWriteTarget *target,
								  const Bitmapset *sent, TupleTableSlot *slot,
								  TupleTableSlot *old, int64 number);
extern void lfdw_write_row_read(LfdwWriteRow *row, const LfdwWriteTarget *target,
								const char *bytes, size_t len);

#endif							/* LFDW_WRITE_ROW_H */
