/*-------------------------------------------------------------------------
 *
 * server_limit.h
 *		Limits of a server for the whole cluster: max_in_flight,
 *		max_calls_per_minute, and the circuit breaker.
 *
 * IDENTIFICATION
 *	  src/shared/server_limit.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SERVER_LIMIT_H
#define LFDW_SERVER_LIMIT_H

#include "postgres.h"

#include "shared/segment.h"

/* What a server's options say; 0: no limit. */
typedef struct LfdwServerLimits
{
	int			max_in_flight;
	int			max_calls_per_minute;
	int			breaker_failures;	/* in a row, after which calls fail at
									 * once ... */
	int			breaker_seconds;	/* ... for so long */
} LfdwServerLimits;

extern Size lfdw_server_limit_size(const LfdwSegmentSizes *sizes);
extern void lfdw_server_limit_init(void *memory, const LfdwSegmentSizes *sizes,
								   int tranche);

#endif							/* LFDW_SERVER_LIMIT_H */
