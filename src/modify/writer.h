/*-------------------------------------------------------------------------
 *
 * writer.h
 *		Sends rows: batches, several under way at once, and what comes of them.
 *
 * IDENTIFICATION
 *	  src/modify/writer.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_WRITER_H
#define LFDW_WRITER_H

#include "postgres.h"

#include "executor/tuptable.h"
#include "lambda/invoke.h"
#include "modify/write_target.h"

/* What was written, for EXPLAIN and for errors. */
typedef struct LfdwWriteStats
{
	LfdwInvokeStats invoke;
	int64		rows;			/* that were given to be written */
	int64		batches;		/* sent */
	int64		written;		/* rows whose answer came */
	int64		not_affected;	/* of these, that the function says it did not
								 * affect */
} LfdwWriteStats;

typedef struct LfdwWriter LfdwWriter;

extern LfdwWriter *lfdw_writer_create(LfdwWriteStats *stats,
									  LfdwOperation operation);
extern void lfdw_writer_expect(LfdwWriter *writer, int64 nrows);
extern void lfdw_writer_add(LfdwWriter *writer, LfdwWriteTarget *target,
							const char *bytes, size_t len);
extern bool lfdw_writer_send_row(LfdwWriter *writer, LfdwWriteTarget *target,
								 const char *bytes, size_t len,
								 TupleTableSlot *slot);
extern void lfdw_writer_describe(void *context);
extern void lfdw_writer_finish(LfdwWriter *writer);
extern void lfdw_writer_set_deadline(LfdwWriter *writer, int64 deadline_us);

#endif							/* LFDW_WRITER_H */
