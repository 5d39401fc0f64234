/*-------------------------------------------------------------------------
 *
 * rel_info.c
 *		What planning knows of a foreign table in a query.
 *
 * Paths, costs, plans and joins all ask what becomes of a clause.  The answer
 * depends on the clause and its relation alone, so each is classified once,
 * when it is first asked about.
 *
 * IDENTIFICATION
 *	  src/scan/rel_info.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "scan/rel_info.h"

/*
 * Makes what is known of a relation of a table; palloc'd, with what is added
 * later, in the current context, which must be the planner's own.
 */
LfdwRelInfo *
lfdw_rel_info_create(LfdwTable *table)
{
	LfdwRelInfo *info = palloc0(sizeof(LfdwRelInfo));

	info->table = table;
	return info;
}

/* Classifies a clause; the result lives as long as the clause itself. */
static LfdwClause *
classify_clause(PlannerInfo *root, RelOptInfo *rel, RestrictInfo *rinfo)
{
	LfdwRelInfo *info = rel->fdw_private;
	MemoryContext old = MemoryContextSwitchTo(GetMemoryChunkContext(rinfo));
	LfdwClause *clause = palloc(sizeof(LfdwClause));

	clause->rinfo = rinfo;
	clause->term = lfdw_term_classify(root, info->table, rel, rinfo,
									  &clause->why);
	MemoryContextSwitchTo(old);
	return clause;
}

/*
 * What becomes of a condition or join clause of a relation of ours, which lives
 * as long as the clause.
 *
 * A clause is known by its address, which is good as long as nothing else can
 * come to stand there.  The planner keeps conditions and join clauses, those
 * that it makes of equivalence classes too, in the context of the relation.
 * One that is made elsewhere, for joins that GEQO only tries, is not noted.
 */
const LfdwClause *
lfdw_rel_info_clause(PlannerInfo *root, RelOptInfo *rel, RestrictInfo *rinfo)
{
	LfdwRelInfo *info = rel->fdw_private;
	MemoryContext context = GetMemoryChunkContext(info);
	LfdwClause *clause;
	ListCell   *lc;

	foreach(lc, info->clauses)
	{
		clause = lfirst(lc);
		if (clause->rinfo == rinfo)
			return clause;
	}
	clause = classify_clause(root, rel, rinfo);
	if (GetMemoryChunkContext(rinfo) == context)
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		info->clauses = lappend(info->clauses, clause);
		MemoryContextSwitchTo(old);
	}
	return clause;
}

/*
 * The terms that conditions and join clauses of a relation make, in a list in
 * the current context.
 */
List *
lfdw_rel_info_terms(PlannerInfo *root, RelOptInfo *rel, List *restrictions)
{
	List	   *terms = NIL;
	ListCell   *lc;

	foreach(lc, restrictions)
	{
		LfdwTerm   *term = lfdw_rel_info_clause(root, rel,
												lfirst_node(RestrictInfo, lc))->term;

		if (term)
			terms = lappend(terms, term);
	}
	return terms;
}
