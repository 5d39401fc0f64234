/*-------------------------------------------------------------------------
 *
 * function_options.h
 *		What a server's and a table's options make of a function's name.
 *
 * IDENTIFICATION
 *	  src/options/function_options.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_FUNCTION_OPTIONS_H
#define LFDW_FUNCTION_OPTIONS_H

#include "postgres.h"

#include "lambda/function.h"
#include "options/option.h"
#include "shared/activity.h"

extern void lfdw_function_create(LfdwFunction *function, const LfdwOptions *options,
								 const char *given, const char *qualifier);
extern void lfdw_function_override_region(LfdwOptions *options,
										  const char *given,
										  const char *const *regions,
										  int nregions);
extern LfdwCaller *lfdw_function_caller(const LfdwOptions *options, Oid userid);
extern void lfdw_function_resolve(LfdwFunction *function,
								  const LfdwOptions *options,
								  const LfdwCaller *caller);
extern List *lfdw_function_list(const LfdwOptions *options, const char *prefix,
								LfdwWork *work);

#endif							/* LFDW_FUNCTION_OPTIONS_H */
