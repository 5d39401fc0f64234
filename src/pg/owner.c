/*-------------------------------------------------------------------------
 *
 * owner.c
 *		Ties what other libraries allocate to a memory context.
 *
 * IDENTIFICATION
 *	  src/pg/owner.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "pg/owner.h"

/*
 * Lets a memory context release an object when it is reset or deleted.
 *
 * release(object) is called once, newest first, while the context's memory is
 * still there; it must not raise errors or read catalogs.  Register before
 * the foreign part of the object exists, so that no error can come between.
 * Raises out of memory only.
 */
void
lfdw_owner_register(MemoryContext context, LfdwRelease release, void *object)
{
	MemoryContextCallback *callback = MemoryContextAlloc(context,
														 sizeof(MemoryContextCallback));

	callback->func = release;
	callback->arg = object;
	MemoryContextRegisterResetCallback(context, callback);
}
