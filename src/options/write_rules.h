/*-------------------------------------------------------------------------
 *
 * write_rules.h
 *		What the options of writes may not say together.
 *
 * IDENTIFICATION
 *	  src/options/write_rules.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_WRITE_RULES_H
#define LFDW_WRITE_RULES_H

#include "postgres.h"

#include "options/option.h"

extern void lfdw_write_rules_check(const LfdwOptions *options,
								   const LfdwOptions *given);
extern void lfdw_write_rules_apply(LfdwOptions *options, const char *route,
								   bool inserts);

#endif							/* LFDW_WRITE_RULES_H */
