/*-------------------------------------------------------------------------
 *
 * term.h
 *		Which conditions of a query can be sent to the function.
 *
 * IDENTIFICATION
 *	  src/pushdown/term.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_TERM_H
#define LFDW_TERM_H

#include "postgres.h"

#include "options/table.h"
#include "nodes/pathnodes.h"

/*
 * One condition "column operator value" of a query's top-level AND.  The
 * value is an expression without a column of the table; under "in" and "not
 * in" it is an array of values.
 */
typedef struct LfdwTerm
{
	const LfdwColumn *column;
	LfdwOperator op;
	bool		declared;		/* the function filters by it; else a hint */
	Oid			valtype;		/* type of the value, or of the elements */
	Oid			collation;		/* that the condition compares by */
	Expr	   *value;			/* NULL for the tests of NULL */
} LfdwTerm;

extern LfdwTerm *lfdw_qual_classify(PlannerInfo *root,
									const LfdwBinding *binding,
									RelOptInfo *rel, RestrictInfo *rinfo);
extern const char *lfdw_qual_problem(PlannerInfo *root,
									 const LfdwBinding *binding,
									 RelOptInfo *rel, RestrictInfo *rinfo);
extern bool lfdw_qual_is_column(const LfdwBinding *binding, Index relid,
								const LfdwColumn *column, Node *node);
extern bool lfdw_qual_orders_alike(Oid collation);
extern const LfdwColumn *lfdw_qual_sort_column(const LfdwBinding *binding,
											   Index relid, Node *node,
											   Oid opfamily, Oid collation);
extern const LfdwColumn *lfdw_qual_missing(const LfdwBinding *binding,
										   List *terms);
extern List *lfdw_qual_serialize(List *terms);
extern List *lfdw_qual_values(List *terms);
extern List *lfdw_qual_deserialize(const LfdwBinding *binding, List *list,
								   List *values);

#endif							/* LFDW_TERM_H */
