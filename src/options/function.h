/*-------------------------------------------------------------------------
 *
 * function.h
 *		What a server's and a table's options make of a function's name.
 *
 * IDENTIFICATION
 *	  src/options/function.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_FUNCTION_H
#define LFDW_FUNCTION_H

#include "postgres.h"

#include "lambda/invoke.h"
#include "options/option.h"

extern void lfdw_function_create(LfdwFunction *function, const LfdwOptions *options,
								 const char *given, const char *qualifier);
extern void lfdw_function_override_region(LfdwOptions *options,
										  const char *given,
										  const char *const *regions,
										  int nregions);
extern void lfdw_function_resolve(LfdwFunction *function,
								  const LfdwOptions *options,
								  const LfdwCaller *caller);
extern char *lfdw_client_context_encode(const char *context);

#endif							/* LFDW_FUNCTION_H */
