/*-------------------------------------------------------------------------
 *
 * arguments.h
 *		What one (re)scan asks: the values of its conditions, ready to send.
 *
 * IDENTIFICATION
 *	  src/pushdown/arguments.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ARGUMENTS_H
#define LFDW_ARGUMENTS_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "pushdown/argument.h"

extern LfdwArguments *lfdw_arguments_evaluate(const LfdwTable *table, List *terms,
											  List *exprstates, ExprContext *econtext,
											  const LfdwCondition *bound,
											  const char *order_by);
extern LfdwArguments *lfdw_arguments_make(const LfdwTable *table,
										  LfdwCondition *conditions,
										  int nconditions, const char *order_by);
extern int64 lfdw_arguments_rows_wanted(int64 limit, int64 offset);
extern const LfdwEquality *lfdw_arguments_equality(const LfdwArguments *arguments,
												   const LfdwColumn *column);

#endif							/* LFDW_ARGUMENTS_H */
