/*-------------------------------------------------------------------------
 *
 * join_gather.c
 *		A nested loop has workers run a scan once.
 *
 * A scan by one process keeps its rows for the next round of a nested loop; what
 * workers run is run again, with all its calls.  Core puts a Material node between them
 * only where it expects several rounds, and it may expect too few.
 *
 * IDENTIFICATION
 *	  src/join/join_gather.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "optimizer/pathnode.h"

#include "join/join_plan_internal.h"
#include "pg/compat.h"
#include "scan/scan_path.h"

static bool runs_again(const Path *path);

/* The same for the sides of a join. */
static bool
side_runs_again(const JoinPath *join)
{
	return runs_again(join->outerjoinpath) || runs_again(join->innerjoinpath);
}

/*
 * Is a scan of ours, which workers run, run again each time that a path is?  Nodes that
 * have no workers below them keep their rows or pass on what they are asked for.
 */
static bool
runs_again(const Path *path)
{
	switch (nodeTag(path))
	{
		case T_ForeignPath:
			return path->parallel_aware && lfdw_scan_path_is_ours(path->parent);
		case T_GatherPath:
			return runs_again(((const GatherPath *) path)->subpath);
		case T_GatherMergePath:
			return runs_again(((const GatherMergePath *) path)->subpath);
		case T_ProjectionPath:
			return runs_again(((const ProjectionPath *) path)->subpath);
		case T_SubqueryScanPath:
			return runs_again(((const SubqueryScanPath *) path)->subpath);
		case T_AggPath:
			return runs_again(((const AggPath *) path)->subpath);
		case T_GroupPath:
			return runs_again(((const GroupPath *) path)->subpath);
		case T_SortPath:
			/* above its workers it keeps their rows */
			return path->parallel_workers > 0 &&
				runs_again(((const SortPath *) path)->subpath);
		case T_NestPath:
		case T_MergePath:
		case T_HashPath:
			return side_runs_again((const JoinPath *) path);
		default:
			return false;
	}
}

/*
 * Puts a Material node into the nested loops of a relation that would have workers run
 * a scan of ours in each round.  What they cost stays what core thinks.
 */
void
lfdw_join_gather_keep(RelOptInfo *joinrel)
{
	ListCell   *lc;

	foreach(lc, joinrel->pathlist)
	{
		JoinPath   *join = lfirst(lc);

		if (IsA(join, NestPath) && PATH_REQ_OUTER(join->innerjoinpath) == NULL &&
			runs_again(join->innerjoinpath))
			join->innerjoinpath = lfdw_create_material_path(join->innerjoinpath);
	}
}
