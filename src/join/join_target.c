/*-------------------------------------------------------------------------
 *
 * join_target.c
 *		The scan tuple of a join that is a custom scan.
 *
 * It is the outer child's columns, then the inner child's.  Under
 * a left or anti join the columns that the plan above sees may be NULL where those
 * that the join conditions see are not; from 16 on these are different Vars.  The
 * scan tuple is described as the plan above sees it, and the join conditions are
 * rewritten to that: they are evaluated before NULLs are filled in.
 *
 * IDENTIFICATION
 *	  src/join/join_target.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"

#include "join/join_target.h"

/* The Vars and PlaceHolderVars of an expression or a list of them. */
List *
lfdw_join_target_vars(Node *node)
{
	return pull_var_clause(node, PVC_RECURSE_AGGREGATES |
						   PVC_RECURSE_WINDOWFUNCS | PVC_INCLUDE_PLACEHOLDERS);
}

static bool
all_members(List *vars, List *available)
{
	ListCell   *lc;

	foreach(lc, vars)
	{
		if (!list_member(available, lfirst(lc)))
			return false;
	}
	return true;
}

/* Are two the same column or placeholder, but for the joins that may null it? */
static bool
is_same_column(Node *a, Node *b)
{
	if (IsA(a, Var) && IsA(b, Var))
		return ((Var *) a)->varno == ((Var *) b)->varno &&
			((Var *) a)->varattno == ((Var *) b)->varattno &&
			((Var *) a)->varlevelsup == ((Var *) b)->varlevelsup;
	if (IsA(a, PlaceHolderVar) && IsA(b, PlaceHolderVar))
		return ((PlaceHolderVar *) a)->phid == ((PlaceHolderVar *) b)->phid;
	return false;
}

/*
 * Where an expression is in a list, or -1: an equal one, or if any_nulls is true
 * the same column, whatever may null it.
 */
static int
index_of(List *list, Node *node, bool any_nulls)
{
	ListCell   *lc;

	foreach(lc, list)
	{
		if (any_nulls ? is_same_column(lfirst(lc), node) : equal(lfirst(lc), node))
			return foreach_current_index(lc);
	}
	return -1;
}

/*
 * The inner columns as the plan above the join sees them, in *shown.  False where
 * something above is neither outer nor inner, or sees a column in two ways.
 */
static bool
find_shown(List *above, List *outer, List *inner, List **shown)
{
	Bitmapset  *seen = NULL;
	ListCell   *lc;

	*shown = list_copy(inner);
	foreach(lc, above)
	{
		Node	   *var = lfirst(lc);
		int			index = index_of(*shown, var, false);

		if (list_member(outer, var))
			continue;
		if (index < 0)
		{
			index = index_of(inner, var, true);
			if (index < 0 || bms_is_member(index, seen))
				return false;
			lfirst(list_nth_cell(*shown, index)) = var;
		}
		seen = bms_add_member(seen, index);
	}
	return true;
}

/* expression_tree_mutator's callback: columns as the plan above sees them. */
static Node *
show_mutator(Node *node, void *context)
{
	const LfdwJoinTarget *target = context;

	if (node == NULL)
		return NULL;
	if (IsA(node, Var) || IsA(node, PlaceHolderVar))
	{
		int			index = index_of(target->inner, node, false);

		if (index >= 0)
			return copyObject(list_nth(target->shown, index));
	}
	return expression_tree_mutator(node, show_mutator, context);
}

/* A condition, or a list of them, rewritten to the scan tuple; a copy. */
Node *
lfdw_join_target_show(const LfdwJoinTarget *target, Node *node)
{
	return show_mutator(node, unconstify(LfdwJoinTarget *, target));
}

/*
 * Takes the conditions of a join: those of the join itself, and those that
 * filter it after NULLs were filled in.
 */
void
lfdw_join_target_conditions(LfdwJoinTarget *target, RelOptInfo *joinrel,
							JoinType jointype, List *restrictlist)
{
	target->otherquals = NIL;
	if (IS_OUTER_JOIN(jointype))
		extract_actual_join_clauses(restrictlist, joinrel->relids,
									&target->joinquals, &target->otherquals);
	else
		target->joinquals = extract_actual_clauses(restrictlist, false);
}

/*
 * Finds the columns of the scan tuple of a join whose conditions were taken,
 * of what its sides give and what the plan above computes; the lists are the
 * caller's and copies of them.
 *
 * False where something needs what neither side gives, or sees a column in two
 * ways.
 */
bool
lfdw_join_target_columns(LfdwJoinTarget *target, List *above, List *outer,
						 List *inner)
{
	target->outer = outer;
	target->inner = inner;
	return all_members(lfdw_join_target_vars((Node *) target->joinquals),
					   list_concat_copy(outer, inner)) &&
		find_shown(list_concat(lfdw_join_target_vars((Node *) above),
							   lfdw_join_target_vars((Node *) target->otherquals)),
				   outer, inner, &target->shown);
}

/* Adds expressions to the target list of the scan tuple. */
static List *
add_targets(List *tlist, List *exprs)
{
	ListCell   *lc;

	foreach(lc, exprs)
		tlist = lappend(tlist, makeTargetEntry(copyObject(lfirst(lc)),
											   list_length(tlist) + 1, NULL,
											   false));
	return tlist;
}

/* The target list of the scan tuple, for custom_scan_tlist. */
List *
lfdw_join_target_list(const LfdwJoinTarget *target)
{
	return add_targets(add_targets(NIL, target->outer), target->shown);
}
