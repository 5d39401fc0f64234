/*-------------------------------------------------------------------------
 *
 * batch.h
 *		Functions in FROM that a service answers for many rows at once.
 *
 * A batch join (EXPLAIN: "AWS ML Batch") joins any outer relation with a function
 * of machine learning whose arguments are columns of it:
 *
 *		FROM t, aws_comprehend.detect_sentiment(t.c, 'en') s
 *
 * A nested loop would ask the service once a row.  The batch join reads as many
 * outer rows as the service takes, or as max_rows_per_batch allows, asks once for
 * all of them, and returns them in their order.
 *
 *	batch_plan		The hook that adds its paths, and the plan: a CustomScan over
 *					the outer plan.
 *	batch_exec		Begins, runs, rescans and ends it.
 *	batch_explain	What EXPLAIN shows of it.
 *
 * IDENTIFICATION
 *	  src/batch/batch.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_BATCH_H
#define LFDW_BATCH_H

#include "postgres.h"

extern void lfdw_batch_plan_install(void);

#endif							/* LFDW_BATCH_H */
