/*-------------------------------------------------------------------------
 *
 * option_list.h
 *		Option values that are lists, separated by commas.
 *
 * IDENTIFICATION
 *	  src/options/option_list.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_OPTION_LIST_H
#define LFDW_OPTION_LIST_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "options/operator.h"

/* What a function honours exactly, if it is asked. */
#define LFDW_CAPABLE_LIMIT 1
#define LFDW_CAPABLE_ORDER_BY 2

extern bool lfdw_option_list_pushdown(const char *value, LfdwPushdown **field,
									  char **why);
extern bool lfdw_option_list_capabilities(const char *value, int *field,
										  char **why);
extern bool lfdw_option_list_statuses(const char *value, List **field,
									  char **why);
extern bool lfdw_option_list_names(const char *value, List **field, char **why);
extern bool lfdw_option_list_functions(const char *value, List **field,
									   char **why);

#endif							/* LFDW_OPTION_LIST_H */
