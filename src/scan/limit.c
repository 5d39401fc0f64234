/*-------------------------------------------------------------------------
 *
 * limit.c
 *		LIMIT, sent where the function honours it.
 *
 * A limit is sent only where every row that the function returns is a row of
 * the result: no condition is local, none is a hint, and nothing stands between
 * the scan and the Limit node but a projection.  Whether the values can be sent
 * is known at each (re)scan, and the Limit node stays, so a limit that is not
 * sent after all costs time and nothing else.
 *
 * IDENTIFICATION
 *	  src/scan/limit.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/value.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "options/option_list.h"

#include "scan/limit.h"
#include "scan/rel_info.h"
#include "scan/scan_path.h"

/* Can LIMIT mean rows of a scan, as far as the query itself says? */
static bool
is_plain_limit(const Query *parse)
{
	return parse->commandType == CMD_SELECT && parse->limitCount != NULL &&
		parse->limitOption == LIMIT_OPTION_COUNT && parse->rowMarks == NIL &&
		parse->groupClause == NIL && parse->groupingSets == NIL &&
		parse->distinctClause == NIL && parse->havingQual == NULL &&
		parse->setOperations == NULL && !parse->hasAggs &&
		!parse->hasWindowFuncs && !parse->hasTargetSRFs &&
		!contain_volatile_functions(parse->limitCount) &&
		!contain_volatile_functions(parse->limitOffset);
}

/* The one relation of a query, if it is a table of ours; else NULL. */
static RelOptInfo *
only_relation(PlannerInfo *root)
{
	RelOptInfo *rel;
	int			relid;

	if (!bms_get_singleton_member(root->all_baserels, &relid))
		return NULL;
	rel = find_base_rel(root, relid);
	return lfdw_scan_path_is_ours(rel) ? rel : NULL;
}

/*
 * Does the function honour a limit, and filter by every condition of the
 * relation exactly, so that its rows are those of the result?
 */
static bool
is_exact(PlannerInfo *root, RelOptInfo *baserel)
{
	LfdwRelInfo *info = baserel->fdw_private;
	ListCell   *lc;

	if (!(info->table->options->capabilities & LFDW_CAPABLE_LIMIT) ||
		!bms_is_empty(baserel->lateral_relids))
		return false;
	foreach(lc, baserel->baserestrictinfo)
	{
		const LfdwClause *clause = lfdw_rel_info_clause(root, baserel, lfirst(lc));

		if (clause->why)
			return false;
		/* a string that is NULL here may meet the condition there */
		if (clause->term && clause->term->column->null_if &&
			!lfdw_operator_is_equality(clause->term->op))
			return false;
	}
	return true;
}

/*
 * The path, which is a scan, the projection of one or what workers gather of one, with
 * the limit sent; NULL where it is anything else.  Paths may be shared, so these are
 * copies.
 */
static Path *
with_limit(PlannerInfo *root, RelOptInfo *baserel, Path *path)
{
	if (IsA(path, ProjectionPath))
	{
		ProjectionPath *copy = makeNode(ProjectionPath);

		memcpy(copy, path, sizeof(ProjectionPath));
		copy->subpath = with_limit(root, baserel, copy->subpath);
		return copy->subpath ? (Path *) copy : NULL;
	}
	if (IsA(path, GatherPath))
	{
		GatherPath *copy = makeNode(GatherPath);

		/* workers evaluate it, which the Limit node does in the leader alone */
		if (!is_parallel_safe(root, root->parse->limitCount) ||
			!is_parallel_safe(root, root->parse->limitOffset))
			return NULL;

		memcpy(copy, path, sizeof(GatherPath));
		copy->subpath = with_limit(root, baserel, copy->subpath);
		return copy->subpath ? (Path *) copy : NULL;
	}
	if (IsA(path, ForeignPath) && path->parent == baserel &&
		path->param_info == NULL &&
		pathkeys_contained_in(root->sort_pathkeys, path->pathkeys))
	{
		ForeignPath *copy = makeNode(ForeignPath);

		memcpy(copy, path, sizeof(ForeignPath));
		copy->fdw_private = lappend(list_copy(copy->fdw_private), makeBoolean(true));
		return (Path *) copy;
	}
	return NULL;
}

/*
 * GetForeignUpperPaths: sends the limit of a query that is a scan of one of our
 * tables and nothing else.
 *
 * It changes what is under the Limit node in place of adding a path: the two
 * would seem to cost the same, since core thinks that a scan which ends early
 * has received no more than it returned.
 */
void
lambdaGetForeignUpperPaths(PlannerInfo *root, UpperRelationKind stage,
						   RelOptInfo *input_rel, RelOptInfo *output_rel,
						   void *extra)
{
	RelOptInfo *baserel;
	ListCell   *lc;

	if (stage != UPPERREL_FINAL || !is_plain_limit(root->parse))
		return;
	baserel = only_relation(root);
	if (baserel == NULL || !is_exact(root, baserel))
		return;
	foreach(lc, output_rel->pathlist)
	{
		LimitPath  *limit = lfirst(lc);
		Path	   *subpath;

		if (!IsA(limit, LimitPath))
			continue;
		subpath = with_limit(root, baserel, limit->subpath);
		if (subpath)
		{
			LimitPath  *copy = makeNode(LimitPath);

			memcpy(copy, limit, sizeof(LimitPath));
			copy->subpath = subpath;
			lfirst(lc) = copy;
		}
	}
}
