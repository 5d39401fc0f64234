/*-------------------------------------------------------------------------
 *
 * table_rules.h
 *		What the options of one foreign table may not say together.
 *
 * IDENTIFICATION
 *	  src/options/table_rules.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_TABLE_RULES_H
#define LFDW_TABLE_RULES_H

#include "postgres.h"

#include "options/option.h"

extern void lfdw_table_rules_check(const LfdwOptions *options,
								   const LfdwOptions *given);

#endif							/* LFDW_TABLE_RULES_H */
