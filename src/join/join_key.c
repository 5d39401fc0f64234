/*-------------------------------------------------------------------------
 *
 * join_key.c
 *		Which clauses of a join give a bind join its keys.
 *
 * A key is a tuple: every join clause on a declared column is a column of it, so
 * that the function is asked for no more than the join wants.  But a column that
 * cannot share a call with the others may make many calls of few: where it need not
 * be sent, the join without it is a choice too, and costs decide.  A clause that is
 * not of the key is rechecked, as all are.
 *
 * IDENTIFICATION
 *	  src/join/join_key.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"
#include "utils/typcache.h"

#include "join/join_plan_internal.h"
#include "pushdown/term_list.h"
#include "pushdown/value_set.h"
#include "scan/rel_info.h"
#include "scan/scan_path.h"

/* The term that a clause of the key makes. */
LfdwTerm *
lfdw_join_key_term(const LfdwBindJoin *join, RestrictInfo *key)
{
	return lfdw_rel_info_clause(join->root, join->innerrel, key)->term;
}

/* Is a clause one of the join itself, not a filter after NULLs are filled in? */
static bool
is_join_clause(const LfdwBindJoin *join, RestrictInfo *rinfo)
{
	return !IS_OUTER_JOIN(join->jointype) ||
		!RINFO_IS_PUSHED_DOWN(rinfo, join->joinrel->relids);
}

/*
 * Does a join clause compare a declared column for equality with what can be
 * computed from the outer relation and hashed?
 */
static bool
is_key(const LfdwBindJoin *join, RestrictInfo *rinfo)
{
	LfdwTerm   *term;
	Relids		varnos;

	if (!IsA(rinfo->clause, OpExpr) || !is_join_clause(join, rinfo))
		return false;
	term = lfdw_join_key_term(join, rinfo);
	if (term == NULL || !lfdw_operator_is_equality(term->op) || !term->declared)
		return false;
	varnos = pull_varnos(join->root, (Node *) term->value);
	if (bms_is_empty(varnos) || !bms_is_subset(varnos, join->outerrel->relids))
		return false;
	return OidIsValid(lookup_type_cache(lfdw_set_type(term->valtype),
										TYPECACHE_HASH_PROC)->hash_proc);
}

/* What the join implies of required columns that its own clauses give no value. */
static List *
implied_clauses(const LfdwBindJoin *join)
{
	List	   *clauses = list_concat_copy(join->innerrel->baserestrictinfo,
										   join->restrictlist);

	if (join->jointype != JOIN_INNER && join->jointype != JOIN_SEMI)
		return NIL;
	return lfdw_scan_path_implied(join->root, join->innerrel, join->outerrel->relids,
								  clauses);
}

static Selectivity
key_selectivity(const LfdwBindJoin *join, RestrictInfo *key)
{
	return clause_selectivity(join->root, (Node *) key, 0, JOIN_INNER, NULL);
}

/* Adds a clause to the key; of two on the same column the more selective stays. */
static List *
add_key(const LfdwBindJoin *join, List *keys, RestrictInfo *rinfo)
{
	const LfdwTerm *term = lfdw_join_key_term(join, rinfo);
	ListCell   *lc;

	foreach(lc, keys)
	{
		RestrictInfo *key = lfirst(lc);

		if (lfdw_join_key_term(join, key)->column != term->column)
			continue;
		if (key_selectivity(join, rinfo) < key_selectivity(join, key))
			lfirst(lc) = rinfo;
		return keys;
	}
	return lappend(keys, rinfo);
}

/*
 * Is a required column left without a value if these keys are all that the join
 * gives?  Then a parameterized scan may still give it the others.
 */
static bool
leaves_missing(const LfdwBindJoin *join, List *keys)
{
	LfdwRelInfo *info = join->innerrel->fdw_private;
	List	   *clauses = list_concat_copy(join->innerrel->baserestrictinfo, keys);

	return lfdw_term_missing(info->table,
							 lfdw_rel_info_terms(join->root, join->innerrel,
												 clauses)) != NULL;
}

/*
 * The keys that a bind join may have: lists of RestrictInfos, one for each column,
 * in lists palloc'd in the current context.  NIL where it can have none.
 *
 * The first has every clause.  The others have those that required columns need,
 * alone and with each one more.
 */
List *
lfdw_join_key_choices(const LfdwBindJoin *join)
{
	List	   *all = NIL;
	List	   *needed = NIL;
	List	   *choices;
	ListCell   *lc;

	foreach(lc, list_concat_copy(join->restrictlist, implied_clauses(join)))
	{
		if (is_key(join, lfirst_node(RestrictInfo, lc)))
			all = add_key(join, all, lfirst(lc));
	}
	if (all == NIL || leaves_missing(join, all))
		return NIL;
	choices = list_make1(all);
	foreach(lc, all)
	{
		if (leaves_missing(join, list_delete_ptr(list_copy(all), lfirst(lc))))
			needed = lappend(needed, lfirst(lc));
	}
	if (needed != NIL && list_length(needed) < list_length(all))
		choices = lappend(choices, needed);
	if (list_length(needed) + 1 == list_length(all))
		return choices;
	foreach(lc, list_difference_ptr(all, needed))
		choices = lappend(choices, lappend(list_copy(needed), lfirst(lc)));
	return choices;
}
