/*-------------------------------------------------------------------------
 *
 * option_conflict.h
 *		The errors about options of one object that do not go together.
 *
 * IDENTIFICATION
 *	  src/options/option_conflict.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_OPTION_CONFLICT_H
#define LFDW_OPTION_CONFLICT_H

#include "postgres.h"

extern void lfdw_option_refuse_both(const char *option, const char *other,
									const char *detail);
extern void lfdw_option_report_needs(const char *option, const char *needed,
									 const char *detail);

#endif							/* LFDW_OPTION_CONFLICT_H */
