/*-------------------------------------------------------------------------
 *
 * http_watch.h
 *		HTTP exchanges that another's wait waits for: Append's.
 *
 * IDENTIFICATION
 *	  src/http/http_watch.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_HTTP_WATCH_H
#define LFDW_HTTP_WATCH_H

#include "postgres.h"

#include "http/exchange.h"

typedef struct LfdwHttpWatch LfdwHttpWatch;

extern bool lfdw_http_watch_is_possible(void);
extern LfdwHttpWatch *lfdw_http_watch_create(void);
extern pgsocket lfdw_http_watch_arm(LfdwHttpWatch *watch,
									LfdwHttpExchange **exchanges,
									int nexchanges, int64 until_us);
extern void lfdw_http_watch_look(LfdwHttpWatch *watch,
								 LfdwHttpExchange **exchanges,
								 int nexchanges);

#endif							/* LFDW_HTTP_WATCH_H */
