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

#include "modify/write_types.h"
#include "utils/relcache.h"

extern LfdwWriteTarget *lfdw_write_target_create(Relation relation, Oid userid,
												 LfdwWriteOperation operation);

#endif							/* LFDW_WRITE_TARGET_H */
