/*-------------------------------------------------------------------------
 *
 * write_target.h
 *		What rows are written to: a function, an operation, and how it is called.
 *
 * IDENTIFICATION
 *	  src/modify/write_target.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_WRITE_TARGET_H
#define LFDW_WRITE_TARGET_H

#include "postgres.h"

#include "nodes/bitmapset.h"
#include "options/table.h"
#include "utils/relcache.h"

typedef enum LfdwWriteOperation
{
	LFDW_WRITE_INSERT,
	LFDW_WRITE_UPDATE,
	LFDW_WRITE_DELETE,
	LFDW_WRITE_TRUNCATE,
	LFDW_WRITE_PAYLOAD			/* a "row" is a payload as it is */
} LfdwWriteOperation;

typedef struct LfdwWriteForm LfdwWriteForm;

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
	LfdwWriteForm *form;		/* how rows are a payload; NULL: as they are */
	int			batch_rows;		/* that an invocation carries at most */
	int			max_concurrency;	/* invocations; 1 keeps the order */
	bool		durable;		/* batch ids name executions */
	int			number;			/* of those whose rows are held until COMMIT */
} LfdwWriteTarget;

extern const char *lfdw_write_operation_name(LfdwWriteOperation operation);
extern LfdwWriteTarget *lfdw_write_target_create(Relation relation, Oid userid,
												 LfdwWriteOperation operation);

#endif							/* LFDW_WRITE_TARGET_H */
