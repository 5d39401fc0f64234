/*-------------------------------------------------------------------------
 *
 * http_wait_internal.h
 *		What a wait for HTTP exchanges consists of.
 *
 * For http_watch.c, whose wait is another's.
 *
 * IDENTIFICATION
 *	  src/http/http_wait_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_HTTP_WAIT_INTERNAL_H
#define LFDW_HTTP_WAIT_INTERNAL_H

#include "postgres.h"

#include "http/exchange.h"
#include "http/socket_set.h"

extern void lfdw_http_act(const LfdwReadySocket *ready, int nready);
extern bool lfdw_http_resume(LfdwHttpExchange **exchanges, int nexchanges);
extern void lfdw_http_count(LfdwHttpExchange **exchanges, int nexchanges,
							int64 elapsed_us);

#endif							/* LFDW_HTTP_WAIT_INTERNAL_H */
