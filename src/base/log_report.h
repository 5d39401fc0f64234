/*-------------------------------------------------------------------------
 *
 * log_report.h
 *		What Lambda reports of an invocation in the tail of its log.
 *
 * IDENTIFICATION
 *	  src/base/log_report.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_LOG_REPORT_H
#define LFDW_LOG_REPORT_H

#include "base/base.h"

/* What is not reported is 0. */
typedef struct LfdwLogReport
{
	bool		found;			/* else nothing below is set */
	bool		has_init;		/* a cold start: init_ms is reported */
	bool		restored;		/* from a SnapStart snapshot: restore_ms is */
	double		duration_ms;
	double		billed_ms;
	double		init_ms;
	double		restore_ms;
	int			memory_mb;		/* configured */
	int			max_memory_mb;	/* used */
} LfdwLogReport;

extern int64_t lfdw_log_report_mb_ms(const LfdwLogReport *report);
extern bool lfdw_log_report_read(LfdwLogReport *report, const char *tail,
								 size_t len);

#endif							/* LFDW_LOG_REPORT_H */
