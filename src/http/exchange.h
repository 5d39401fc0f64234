/*-------------------------------------------------------------------------
 *
 * exchange.h
 *		One HTTP exchange, as its consumer sees it.
 *
 * IDENTIFICATION
 *	  src/http/exchange.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_EXCHANGE_H
#define LFDW_EXCHANGE_H

#include "postgres.h"

#include "base/buffer.h"
#include "http/http_request.h"

typedef struct LfdwHttpExchange LfdwHttpExchange;

extern LfdwHttpState lfdw_http_state(const LfdwHttpExchange *exchange);
extern LfdwHttpFailure lfdw_http_failure(const LfdwHttpExchange *exchange,
										 const char **message);
extern int	lfdw_http_status(const LfdwHttpExchange *exchange);
extern char *lfdw_http_header(const LfdwHttpExchange *exchange,
							  const char *name);
extern size_t lfdw_http_received(const LfdwHttpExchange *exchange);
extern LfdwBuffer *lfdw_http_body(LfdwHttpExchange *exchange);
extern void lfdw_http_widen(LfdwHttpExchange *exchange);

#endif							/* LFDW_EXCHANGE_H */
