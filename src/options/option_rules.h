/*-------------------------------------------------------------------------
 *
 * option_rules.h
 *		What the options of one object may not say together.
 *
 * IDENTIFICATION
 *	  src/options/option_rules.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_OPTION_RULES_H
#define LFDW_OPTION_RULES_H

#include "postgres.h"

#include "options/option.h"

extern void lfdw_option_check_server(const LfdwOptions *options);
extern void lfdw_option_check_table(const LfdwOptions *options);
extern void lfdw_option_check_column(const LfdwColumnOptions *options);

#endif							/* LFDW_OPTION_RULES_H */
