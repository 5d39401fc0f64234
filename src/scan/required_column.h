/*-------------------------------------------------------------------------
 *
 * required_column.h
 *		Required columns, and why conditions give them no value.
 *
 * IDENTIFICATION
 *	  src/scan/required_column.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_REQUIRED_COLUMN_H
#define LFDW_REQUIRED_COLUMN_H

#include "postgres.h"

#include "nodes/pathnodes.h"
#include "options/table.h"
#include "pushdown/arguments.h"

extern List *lfdw_required_column_problems(PlannerInfo *root,
										   RelOptInfo *baserel,
										   List *clauses);
extern void lfdw_required_column_note(LfdwTable *table, List *problems);
extern void lfdw_required_column_check(const LfdwTable *table,
									   const LfdwArguments *arguments);

#endif							/* LFDW_REQUIRED_COLUMN_H */
