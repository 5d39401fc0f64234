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

#include "base/library.h"
#include "http/exchange.h"

extern bool lfdw_http_may_begin(const LfdwPoolKey *key);
extern LfdwHttpExchange *lfdw_http_begin(const LfdwHttpRequest *request);
extern void lfdw_http_reject(LfdwHttpExchange *exchange,
							 LfdwHttpFailure failure, const char *message);
extern void lfdw_http_wait(LfdwHttpExchange **exchanges, int nexchanges,
						   int64 until_us, LfdwWaitEvent other);
extern void lfdw_http_read_on(void);
extern bool lfdw_http_is_stuck(void);
extern void lfdw_http_settle(void);
extern void lfdw_http_cut(void);
extern LfdwLibrary lfdw_http_library(void);
extern char *lfdw_http_library_details(void);

#endif							/* LFDW_HTTP_H */
