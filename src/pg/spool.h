/*-------------------------------------------------------------------------
 *
 * spool.h
 *		Records kept in memory, and in a temporary file past work_mem.
 *
 * IDENTIFICATION
 *	  src/pg/spool.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SPOOL_H
#define LFDW_SPOOL_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/resowner.h"

typedef struct LfdwSpool LfdwSpool;

/* A place between two records. */
typedef struct LfdwSpoolMark
{
	size_t		memory;			/* bytes in memory before it */
	int			fileno;			/* and where in the file */
	off_t		offset;
	int64		nrecords;
} LfdwSpoolMark;

extern LfdwSpool *lfdw_spool_create(ResourceOwner owner);
extern void lfdw_spool_append(LfdwSpool *spool, const void *bytes, size_t len);
extern int64 lfdw_spool_nrecords(const LfdwSpool *spool);
extern LfdwSpoolMark lfdw_spool_mark(const LfdwSpool *spool);
extern void lfdw_spool_truncate(LfdwSpool *spool, const LfdwSpoolMark *mark);
extern void lfdw_spool_rewind(LfdwSpool *spool);
extern bool lfdw_spool_read(LfdwSpool *spool, StringInfo record);
extern void lfdw_spool_close(LfdwSpool *spool);

#endif							/* LFDW_SPOOL_H */
