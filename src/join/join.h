/*-------------------------------------------------------------------------
 *
 * join.h
 *		Joins that send the keys of one side to the function in batches.
 *
 * A bind join (EXPLAIN: "Lambda Bind Join") joins any outer relation with one of
 * our foreign tables by equalities on declared columns.  It reads a batch of
 * outer rows, has the scan of the foreign table ask for their keys, "(columns) in
 * (tuples)", and joins the rows as they arrive.
 *
 *	join_plan		The hook that adds its paths, and the plan: a CustomScan over the
 *					outer plan and a ForeignScan.
 *	join_key		Which clauses are its key.
 *	join_cost		What its paths cost.
 *	join_exec		Begins, runs, rescans and ends it.
 *	join_batch		A batch of outer rows by key, and the answers to keys of earlier
 *					batches, which are remembered as far as memory goes.
 *	join_explain	What EXPLAIN shows of it.
 *
 * A join goes through these phases (LfdwJoinPhase), once for each batch:
 *
 *	READ		Outer rows are read until there are as many keys, or as much memory,
 *				as a batch may have.  Keys whose answer is not remembered are given to
 *				the scan.  Without outer rows the join is at its end.
 *	REMEMBERED	Rows of the remembered answers are joined.
 *	ASKED		Rows that the scan returns are joined, each as it comes, and kept as
 *				the answer to their key.
 *	UNMATCHED	Left and anti joins return the outer rows that matched none.
 *
 * A rescan goes back to READ.  It forgets the answers only if a parameter of the
 * scan has changed.
 *
 * IDENTIFICATION
 *	  src/join/join.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JOIN_H
#define LFDW_JOIN_H

#include "postgres.h"

#include "nodes/plannodes.h"

extern void lfdw_join_plan_install(void);
extern Cost lfdw_join_plan_waiting(const CustomScan *plan);

#endif							/* LFDW_JOIN_H */
