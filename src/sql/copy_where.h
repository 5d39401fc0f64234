/*-------------------------------------------------------------------------
 *
 * copy_where.h
 *		The WHERE clause of COPY FROM.
 *
 * IDENTIFICATION
 *	  src/sql/copy_where.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_COPY_WHERE_H
#define LFDW_COPY_WHERE_H

#include "postgres.h"

#include "parser/parse_node.h"
#include "utils/relcache.h"

extern Node *lfdw_copy_where(ParseState *pstate, ParseNamespaceItem *nsitem,
							 Relation rel, Node *clause);

#endif							/* LFDW_COPY_WHERE_H */
