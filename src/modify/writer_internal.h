/*-------------------------------------------------------------------------
 *
 * writer_internal.h
 *		A batch of rows and a writer, for writer.c, write_batch.c and
 *		write_report.c.
 *
 * IDENTIFICATION
 *	  src/modify/writer_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_WRITER_INTERNAL_H
#define LFDW_WRITER_INTERNAL_H

#include "postgres.h"

#include "lib/ilist.h"
#include "lib/stringinfo.h"
#include "modify/batch_id.h"
#include "modify/writer.h"
#include "nodes/pg_list.h"
#include "response/response.h"
#include "response/row.h"
#include "response/write_answer.h"

/* Who waits for the one row of a batch. */
typedef struct LfdwWriteWaiter
{
	TupleTableSlot *slot;		/* takes the function's row */
	bool		done;
	bool		affected;
} LfdwWriteWaiter;

/* Rows that one invocation carries. */
typedef struct LfdwWriteBatch
{
	MemoryContext context;		/* of all of it */
	LfdwWriteTarget *target;
	char		id[LFDW_BATCH_ID_SIZE]; /* "" before it is sent */
	int64		first;			/* number of its first row, from 1 */
	int			nrows;
	int			room;			/* of ends */
	size_t	   *ends;			/* where each row's record ends */
	StringInfoData records;		/* one after the other */
	LfdwWriteWaiter *waiter;	/* or NULL */

	LfdwFunction function;		/* as this batch calls it */
	MemoryContext call_context; /* of the payload and the invocation */
	LfdwInvocation *invocation; /* NULL before */
	LfdwResponse *response;		/* NULL where nobody reads the answer */
	int			nreturned;		/* rows of it */
} LfdwWriteBatch;

struct LfdwWriter
{
	dlist_node	link;			/* among all there are */
	MemoryContext context;
	LfdwWriteStats *stats;
	int64		to_come;		/* rows that will be given; -1: nobody knows */
	int64		deadline_us;	/* of lfdw_wait_now_us */

	List	   *open;			/* batches that take rows, one a target */
	List	   *ready;			/* batches to be sent, in their order */
	List	   *calls;			/* batches under way */
	LfdwWriteBatch *current;	/* that an error is about, or NULL */
	int64		looked_at_us;	/* when the calls were looked at last */

	/* takes rows that a function returns of a target */
	const LfdwWriteTarget *returned_of;
	LfdwRow    *returned;

	int64		written;		/* rows, and by how many calls */
	int64		written_calls;
};

/* The record of a row of a batch, by its number in it from 0. */
static inline const char *
lfdw_write_batch_record(const LfdwWriteBatch *batch, int row, size_t *len)
{
	size_t		start = row == 0 ? 0 : batch->ends[row - 1];

	*len = batch->ends[row] - start;
	return batch->records.data + start;
}

/* write_batch.c */
extern LfdwWriteBatch *lfdw_write_batch_create(MemoryContext context,
											   LfdwWriteTarget *target,
											   int64 first);
extern void lfdw_write_batch_append(LfdwWriteBatch *batch, const char *bytes,
									size_t len);
extern LfdwWriteBatch *lfdw_write_batch_split(LfdwWriteBatch *batch);
extern StringInfo lfdw_write_batch_payload(LfdwWriteBatch *batch);
extern int	lfdw_write_batch_limit(const LfdwWriteTarget *target);

/* batch_answer.c */
extern void lfdw_batch_answer_expect(LfdwWriter *writer, LfdwWriteBatch *batch);
extern bool lfdw_batch_answer_read(LfdwWriter *writer, LfdwWriteBatch *batch);
extern int	lfdw_batch_answer_not_affected(const LfdwWriteBatch *batch);

/* write_report.c */
extern void lfdw_write_report_add(LfdwWriter *writer);
extern void lfdw_write_report_context(void *writer);
extern void lfdw_write_report_deadline(void);
extern void lfdw_write_report_too_large(const LfdwWriteBatch *batch,
										const char *detail);
extern void lfdw_write_report_failures(const LfdwWriteBatch *batch,
									   const List *failures);

#endif							/* LFDW_WRITER_INTERNAL_H */
