/*-------------------------------------------------------------------------
 *
 * copy_where.c
 *		The WHERE clause of COPY FROM.
 *
 * Core makes it in DoCopy, which reads from no callback.
 *
 * IDENTIFICATION
 *	  src/sql/copy_where.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "utils/rel.h"

#include "sql/copy_where.h"

/* The number of a whole row among those of pull_varattnos. */
#define WHOLE_ROW (0 - FirstLowInvalidHeapAttributeNumber)

/* Refuses generated columns, which are computed only for rows that are kept. */
static void
check_columns(Relation rel, Node *clause)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Bitmapset  *attnums = NULL;

	pull_varattnos(clause, 1, &attnums);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		int			number = att->attnum - FirstLowInvalidHeapAttributeNumber;

		if (att->attgenerated != '\0' && !att->attisdropped &&
			(bms_is_member(number, attnums) || bms_is_member(WHOLE_ROW, attnums)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
					 errmsg("generated columns are not supported in COPY FROM WHERE conditions"),
					 errdetail("Column \"%s\" is a generated column.",
							   NameStr(att->attname))));
	}
}

/*
 * The clause as BeginCopyFrom takes it, from the grammar's; NULL for none.
 *
 * The relation's item is the first of the parse state, and gets what the clause
 * needs of permissions besides those it has.  Raises what core raises for what
 * is no condition on a row of the relation.
 */
Node *
lfdw_copy_where(ParseState *pstate, ParseNamespaceItem *nsitem, Relation rel,
				Node *clause)
{
	if (clause == NULL)
		return NULL;
	addNSItemToQuery(pstate, nsitem, false, true, true);
	clause = transformExpr(pstate, clause, EXPR_KIND_COPY_WHERE);
	clause = coerce_to_boolean(pstate, clause, "WHERE");
	assign_expr_collations(pstate, clause);
	check_columns(rel, clause);
	clause = eval_const_expressions(NULL, clause);
	clause = (Node *) canonicalize_qual((Expr *) clause, false);
	return (Node *) make_ands_implicit((Expr *) clause);
}
