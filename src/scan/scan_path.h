/*-------------------------------------------------------------------------
 *
 * scan_path.h
 *		Paths of foreign scans.
 *
 * IDENTIFICATION
 *	  src/scan/scan_path.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SCAN_PATH_H
#define LFDW_SCAN_PATH_H

#include "postgres.h"

#include "nodes/pathnodes.h"
#include "options/table.h"

/* Indexes of what is in a ForeignPath's fdw_private. */
enum LfdwPathPrivate
{
	LFDW_PATH_WAITING,			/* Float: the part of the cost that is waiting */
	LFDW_PATH_LIMITED			/* there only if the query's limit is sent */
};

extern void lambdaGetForeignRelSize(PlannerInfo *root, RelOptInfo *baserel,
									Oid foreigntableid);
extern void lambdaGetForeignPaths(PlannerInfo *root, RelOptInfo *baserel,
								  Oid foreigntableid);
extern bool lfdw_scan_path_is_ours(const RelOptInfo *rel);
extern Path *lfdw_scan_path_of_join(PlannerInfo *root, RelOptInfo *rel);
extern const LfdwColumn *lfdw_scan_path_sort_column(const LfdwTable *table,
													RelOptInfo *baserel,
													const PathKey *pathkey);
extern List *lfdw_scan_path_implied(PlannerInfo *root, RelOptInfo *baserel,
									Relids outer, List *restrictions);

#endif							/* LFDW_SCAN_PATH_H */
