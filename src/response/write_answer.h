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

#include "nodes/pg_list.h"

/* avoid including response/response.h here */
struct LfdwResponse;

/* A row that the function says it could not write. */
typedef struct LfdwRowFailure
{
	int64		index;			/* in the batch, from 0, as it says; -1: by id */
	const char *id;				/* as it came, in the database encoding, or
								 * NULL */
	const char *message;		/* fit for a message; NULL for none */
} LfdwRowFailure;

typedef struct LfdwWriteAnswer
{
	bool		none;			/* no_rows_...: it affected no row */
	int64		affected;		/* rows, as it says; -1: it does not */
	int64		nrows;			/* that it lists; -1: it lists none */
	List	   *failures;		/* of LfdwRowFailure */
} LfdwWriteAnswer;

extern void lfdw_response_expect_write(struct LfdwResponse *response);
extern const LfdwWriteAnswer *lfdw_response_write_answer(const struct LfdwResponse *response);

#endif							/* LFDW_WRITE_ANSWER_H */
