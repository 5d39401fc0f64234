/*-------------------------------------------------------------------------
 *
 * commit.h
 *		What is held until its transaction commits.
 *
 * IDENTIFICATION
 *	  src/modify/commit.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_COMMIT_H
#define LFDW_COMMIT_H

#include "postgres.h"

#include "modify/write_target.h"

extern MemoryContext lfdw_commit_context(void);
extern LfdwWriteTarget *lfdw_commit_target(Relation relation, Oid userid,
										   LfdwWriteOperation operation);
extern LfdwWriteTarget *lfdw_commit_find(const char *key);
extern void lfdw_commit_keep(const char *key, LfdwWriteTarget *target,
							 MemoryContext context);
extern void lfdw_commit_hold(LfdwWriteTarget *target, const char *bytes, size_t len);

#endif							/* LFDW_COMMIT_H */
