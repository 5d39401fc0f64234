/*-------------------------------------------------------------------------
 *
 * answer_rules.h
 *		What the form of its answer asks of a foreign table's columns.
 *
 * IDENTIFICATION
 *	  src/options/answer_rules.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ANSWER_RULES_H
#define LFDW_ANSWER_RULES_H

#include "postgres.h"

#include "options/table.h"

extern void lfdw_answer_rules_check(const LfdwTable *table);

#endif							/* LFDW_ANSWER_RULES_H */
