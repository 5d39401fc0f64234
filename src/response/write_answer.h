/*-------------------------------------------------------------------------
 *
 * write_answer.h
 *		What the answer to a write says.
 *
 * IDENTIFICATION
 *	  src/response/write_answer.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_WRITE_ANSWER_H
#define LFDW_WRITE_ANSWER_H

#include "postgres.h"

#include "response/response.h"

/* A row that the function says it could not write. */
typedef struct LfdwRowFailure
{
	int64		index;			/* in the batch, from 0; -1: by id */
	const char *id;				/* of batchItemFailures, or NULL */
	const char *message;		/* fit for a message; NULL for none */
} LfdwRowFailure;

typedef struct LfdwWriteAnswer
{
	bool		none;			/* no_rows_...: it affected no row */
	int64		affected;		/* rows, as it says; -1: it does not */
	int64		nrows;			/* that it returned; -1: it returned none */
	List	   *failures;		/* of LfdwRowFailure */
} LfdwWriteAnswer;

extern void lfdw_response_expect_write(LfdwResponse *response);
extern const LfdwWriteAnswer *lfdw_response_write_answer(const LfdwResponse *response);

#endif							/* LFDW_WRITE_ANSWER_H */
