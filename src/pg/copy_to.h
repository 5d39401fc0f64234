/*-------------------------------------------------------------------------
 *
 * copy_to.h
 *		COPY (query) TO a function of ours.
 *
 * IDENTIFICATION
 *	  src/pg/copy_to.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_COPY_TO_H
#define LFDW_COPY_TO_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

/*
 * Takes a piece of a row, which is the row's last or not.  May raise errors;
 * the current memory context is the one that lfdw_copy_to was called in.
 */
typedef void (*LfdwCopyWrite) (void *arg, const char *data, size_t len,
							   bool ends_row);

typedef struct LfdwCopyTo
{
	const char *query;			/* the whole text, one statement */
	List	   *options;		/* of DefElem, as a CopyStmt has them, without
								 * positions */
	LfdwCopyWrite write;
	void	   *arg;			/* its first argument */

	/*
	 * What a file needs around rows.  It is known before the first row is
	 * written, and when lfdw_copy_to returns.
	 */
	StringInfoData header;
	StringInfoData trailer;
	bool		divisible;		/* may be several files of some rows each? */
} LfdwCopyTo;

extern uint64 lfdw_copy_to(LfdwCopyTo *copy);

#endif							/* LFDW_COPY_TO_H */
