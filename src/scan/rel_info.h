/*-------------------------------------------------------------------------
 *
 * rel_info.h
 *		What planning knows of a foreign table in a query.
 *
 * IDENTIFICATION
 *	  src/scan/rel_info.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_REL_INFO_H
#define LFDW_REL_INFO_H

#include "postgres.h"

#include "nodes/pathnodes.h"
#include "options/table.h"
#include "pushdown/term.h"

/* What becomes of a condition or join clause of a relation. */
typedef struct LfdwClause
{
	const RestrictInfo *rinfo;
	LfdwTerm   *term;			/* as what it is sent; NULL: it stays local */
	const char *why;			/* the function does not filter by it; NULL
								 * where it does */
} LfdwClause;

/* What a relation's fdw_private is. */
typedef struct LfdwRelInfo
{
	LfdwTable  *table;
	List	   *clauses;		/* of LfdwClause, those asked about so far */
} LfdwRelInfo;

extern LfdwRelInfo *lfdw_rel_info_create(LfdwTable *table);
extern const LfdwClause *lfdw_rel_info_clause(PlannerInfo *root,
											  RelOptInfo *rel,
											  RestrictInfo *rinfo);
extern List *lfdw_rel_info_terms(PlannerInfo *root, RelOptInfo *rel,
								 List *restrictions);

#endif							/* LFDW_REL_INFO_H */
