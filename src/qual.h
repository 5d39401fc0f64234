/*-------------------------------------------------------------------------
 *
 * qual.h
 *		Which conditions of a query can be sent to the function.
 *
 * IDENTIFICATION
 *	  src/qual.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_QUAL_H
#define LFDW_QUAL_H

#include "postgres.h"

#include "binding.h"
#include "nodes/pathnodes.h"

/*
 * One condition "column operator value" of a query's top-level AND.  The
 * value is an expression without a column of the table; under "in" it is an
 * array of values.
 */
typedef struct LfdwTerm
{
	const LfdwColumn *column;
	LfdwOperator op;
	Oid			valtype;		/* type of the value, or of the elements */
	Oid			collation;		/* that the condition compares by */
	Expr	   *value;
} LfdwTerm;

extern bool lfdw_qual_is_integer(Oid type);
extern LfdwTerm *lfdw_qual_classify(PlannerInfo *root,
									const LfdwBinding *binding, Index relid,
									Expr *clause);
extern bool lfdw_qual_is_column(const LfdwBinding *binding, Index relid,
								const LfdwColumn *column, Node *node);
extern bool lfdw_qual_is_declared(const LfdwTerm *term);
extern const LfdwColumn *lfdw_qual_missing(const LfdwBinding *binding,
										   List *terms);
extern List *lfdw_qual_serialize(List *terms);
extern List *lfdw_qual_deserialize(const LfdwBinding *binding, List *list,
								   List *values);

#endif							/* LFDW_QUAL_H */
