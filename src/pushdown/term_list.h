/*-------------------------------------------------------------------------
 *
 * term_list.h
 *		The terms of a scan together: what they lack, and how a plan holds them.
 *
 * IDENTIFICATION
 *	  src/pushdown/term_list.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_TERM_LIST_H
#define LFDW_TERM_LIST_H

#include "postgres.h"

#include "pushdown/term.h"

extern const LfdwColumn *lfdw_term_missing(const LfdwTable *table,
										   List *terms);
extern List *lfdw_term_serialize(List *terms);
extern List *lfdw_term_values(List *terms);
extern List *lfdw_term_deserialize(const LfdwTable *table, List *list,
								   List *values);
extern List *lfdw_term_deserialize_keys(const LfdwTable *table, List *list);

#endif							/* LFDW_TERM_LIST_H */
