/*-------------------------------------------------------------------------
 *
 * term.h
 *		Which clauses of a query can be sent to the function.
 *
 * IDENTIFICATION
 *	  src/pushdown/term.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_TERM_H
#define LFDW_TERM_H

#include "postgres.h"

#include "nodes/pathnodes.h"
#include "options/table.h"

/*
 * A clause "column operator value" of a query's top-level AND, which can be
 * sent.  The value is an expression without a column of the table; under "in"
 * and "not in" it is an array of values.
 */
typedef struct LfdwTerm
{
	const LfdwColumn *column;
	const LfdwOperator *op;
	bool		declared;		/* the function filters by it; else a hint */
	Oid			valtype;		/* type of the value, or of the elements */
	Oid			collation;		/* that the clause compares by */
	Expr	   *value;			/* NULL for the tests of NULL */
} LfdwTerm;

/*
 * A "why", here and in what uses terms, is half a sentence, about a clause that
 * is shown before it; a "problem" is a whole one.
 */
extern LfdwTerm *lfdw_term_classify(PlannerInfo *root,
									const LfdwTable *table,
									RelOptInfo *rel, RestrictInfo *rinfo,
									const char **why);
extern bool lfdw_term_is_column(const LfdwTable *table, Index relid,
								const LfdwColumn *column, Node *node);
extern const LfdwColumn *lfdw_term_sort_column(const LfdwTable *table,
											   Index relid, Node *node,
											   Oid opfamily, Oid collation);

/* Does it give its column a value that a call can carry? */
static inline bool
lfdw_term_gives_value(const LfdwTerm *term)
{
	return term->declared &&
		(!term->column->in_batch || lfdw_operator_is_equality(term->op));
}

extern LfdwTerm *lfdw_term_make(const LfdwTable *table,
								const LfdwColumn *column,
								const LfdwOperator *op, Oid valtype,
								Oid collation, Node *value);

#endif							/* LFDW_TERM_H */
