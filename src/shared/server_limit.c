/*-------------------------------------------------------------------------
 *
 * server_limit.c
 *		Limits of a server for the whole cluster.
 *
 * IDENTIFICATION
 *	  src/shared/server_limit.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/server_limit.h"

/* The size of the part. */
Size
lfdw_server_limit_size(const LfdwSegmentSizes *sizes)
{
	return 0;
}

/* Sets the part up, in memory of its size. */
void
lfdw_server_limit_init(void *memory, const LfdwSegmentSizes *sizes, int tranche)
{
}
