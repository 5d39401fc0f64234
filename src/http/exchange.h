/*-------------------------------------------------------------------------
 *
 * exchange.h
 *		One HTTP exchange, as its consumer sees it: state, headers, body.
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

extern LfdwHttpState lfdw_exchange_state(const LfdwHttpExchange *exchange);
extern LfdwHttpFailure lfdw_exchange_failure(const LfdwHttpExchange *exchange,
											 const char **message);
extern const char *lfdw_exchange_hidden_cause(const LfdwHttpExchange *exchange);
extern bool lfdw_exchange_may_be_sent(const LfdwHttpExchange *exchange);
extern int	lfdw_exchange_status(const LfdwHttpExchange *exchange);
extern char *lfdw_exchange_header(const LfdwHttpExchange *exchange,
								  const char *name);
extern size_t lfdw_exchange_received(const LfdwHttpExchange *exchange);
extern LfdwBuffer *lfdw_exchange_body(LfdwHttpExchange *exchange);
extern void lfdw_exchange_widen(LfdwHttpExchange *exchange);

#endif							/* LFDW_EXCHANGE_H */
