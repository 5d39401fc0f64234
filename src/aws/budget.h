/*-------------------------------------------------------------------------
 *
 * budget.h
 *		What a statement may use: lambda_fdw.max_invocations, max_bytes, max_cost.
 *
 * IDENTIFICATION
 *	  src/aws/budget.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_BUDGET_H
#define LFDW_BUDGET_H

#include "postgres.h"

extern void lfdw_budget_take_call(const char *service, size_t sent);
extern void lfdw_budget_add_retry(const char *service, size_t sent);
extern void lfdw_budget_add_throttle(const char *service);
extern void lfdw_budget_add_answer(size_t received);
extern void lfdw_budget_add_report(int64 billed_mb_ms);
extern bool lfdw_budget_has_room(void);
extern bool lfdw_budget_allows_workers(void);
extern bool lfdw_budget_wants_reports(void);
extern bool lfdw_cost_is_known(void);
extern double lfdw_cost_estimate(int64 requests, int64 billed_mb_ms);

#endif							/* LFDW_BUDGET_H */
