/*-------------------------------------------------------------------------
 *
 * write_types.h
 *		What rows are written to: plain types.
 *
 * IDENTIFICATION
 *	  src/modify/write_types.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_WRITE_TYPES_H
#define LFDW_WRITE_TYPES_H

#include "postgres.h"

#include "nodes/bitmapset.h"
#include "options/table.h"

typedef enum LfdwWriteOperation
{
	LFDW_WRITE_INSERT,
	LFDW_WRITE_UPDATE,
	LFDW_WRITE_DELETE,
	LFDW_WRITE_TRUNCATE,
	LFDW_WRITE_PAYLOAD			/* a "row" is a payload as it is */
} LfdwWriteOperation;

typedef struct LfdwWriteForm LfdwWriteForm;
typedef struct LfdwRowMaker LfdwRowMaker;

/*
 * What rows are written to.  All of it lives in one context: that of the query, or
 * of the transaction where rows are held until it commits.
 */
typedef struct LfdwWriteTarget
{
	LfdwWriteOperation operation;
	Oid			relid;			/* InvalidOid: of no table */
	Oid			userid;			/* whose user mapping it is */
	LfdwTable  *table;			/* NULL: of no table */
	LfdwFunction function;		/* as writes call it; durable_name is by call */
	const LfdwCaller *caller;
	LfdwRowMaker *maker;		/* how rows are JSON; NULL: of no table */
	LfdwWriteForm *form;		/* how rows are a payload; NULL: as they are */
	int			batch_rows;		/* that an invocation carries at most */
	int			max_concurrency;	/* invocations; 1 keeps the order */
	bool		durable;		/* batch ids name executions */
	int64		nrows;			/* that a writer was given; the last one's
								 * number */
	size_t		overhead;		/* bytes of a row beside its record, in the
								 * last payload */
	int			number;			/* of those whose rows are held until COMMIT */
} LfdwWriteTarget;

/* What TRUNCATE was told; the record of its one "row". */
typedef struct LfdwTruncate
{
	bool		cascade;
	bool		restart_identity;
} LfdwTruncate;

/*
 * A row's values, by the index of their column in the table's; JSON in the database
 * encoding, NULL for one that is not sent.
 */
typedef struct LfdwWriteRow
{
	const char **keys;			/* those of the row that is there */
	const char **values;		/* those to be written */
	LfdwTruncate truncate;		/* of TRUNCATE, which has neither */
} LfdwWriteRow;

/* The word for an operation in the envelope and in messages. */
static inline const char *
lfdw_write_operation_name(LfdwWriteOperation operation)
{
	static const char *const names[] = {
		"insert", "update", "delete", "truncate", "invoke"
	};

	return names[operation];
}

#endif							/* LFDW_WRITE_TYPES_H */
