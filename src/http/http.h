/*-------------------------------------------------------------------------
 *
 * http.h
 *		HTTP exchanges: the only user of libcurl, and the only wait.
 *
 * IDENTIFICATION
 *	  src/http/http.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_HTTP_H
#define LFDW_HTTP_H

#include "postgres.h"

#include "base/buffer.h"
#include "http/http_request.h"

typedef struct LfdwHttpExchange LfdwHttpExchange;

extern bool lfdw_http_may_begin(const LfdwPoolKey *key);
extern LfdwHttpExchange *lfdw_http_begin(const LfdwHttpRequest *request);
extern void lfdw_http_wait(LfdwHttpExchange **exchanges, int nexchanges,
						   int64 until_us);
extern LfdwHttpState lfdw_http_state(const LfdwHttpExchange *exchange);
extern LfdwHttpFailure lfdw_http_failure(const LfdwHttpExchange *exchange,
										 const char **message);
extern int	lfdw_http_status(const LfdwHttpExchange *exchange);
extern char *lfdw_http_header(const LfdwHttpExchange *exchange,
							  const char *name);
extern size_t lfdw_http_received(const LfdwHttpExchange *exchange);
extern LfdwBuffer *lfdw_http_body(LfdwHttpExchange *exchange);
extern void lfdw_http_widen(LfdwHttpExchange *exchange);
extern void lfdw_http_close_retired(void);
extern const char *lfdw_http_library_version(void);

#endif							/* LFDW_HTTP_H */
