/*-------------------------------------------------------------------------
 *
 * multi_handle_internal.h
 *		The pools' multi handles: what libcurl calls back, and what it opens.
 *
 * For http.c and idle.c.
 *
 * IDENTIFICATION
 *	  src/http/multi_handle_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_MULTI_HANDLE_INTERNAL_H
#define LFDW_MULTI_HANDLE_INTERNAL_H

#include "postgres.h"

#include "http/exchange_internal.h"
#include "http/multi_handle.h"

extern void lfdw_multi_init(void);
extern bool lfdw_multi_ensure(LfdwHttpPool *pool);
extern bool lfdw_multi_ensure_anyhow(LfdwHttpPool *pool);
extern void lfdw_multi_report_setup(void);
extern bool lfdw_multi_acquire_slots(int count);
extern void lfdw_multi_attach(LfdwHttpExchange *exchange);
extern void lfdw_multi_postpone(LfdwHttpExchange *exchange);
extern bool lfdw_multi_ended_since(const LfdwHttpExchange *exchange);
extern bool lfdw_multi_any_moves(void);
extern void *lfdw_multi_share(void);
extern void lfdw_multi_drop_dead(LfdwHttpPool *pool);
extern void lfdw_multi_close(LfdwHttpPool *pool);
extern void lfdw_multi_act(LfdwHttpPool *pool, int fd, int mask);
extern void lfdw_multi_act_on_timers(void);
extern void lfdw_multi_detach(LfdwHttpExchange *exchange);
extern void lfdw_multi_fail(LfdwHttpExchange *exchange,
							LfdwHttpFailure failure, const char *message);
extern void lfdw_multi_fail_with_result(LfdwHttpExchange *exchange,
										int result);

#endif							/* LFDW_MULTI_HANDLE_INTERNAL_H */
