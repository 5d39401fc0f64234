/*-------------------------------------------------------------------------
 *
 * owner.h
 *		Ties what other libraries allocate to a memory context.
 *
 * IDENTIFICATION
 *	  src/pg/owner.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_OWNER_H
#define LFDW_OWNER_H

#include "postgres.h"

typedef void (*LfdwRelease) (void *object);

extern void lfdw_owner_register(MemoryContext context, LfdwRelease release,
								void *object);

#endif							/* LFDW_OWNER_H */
