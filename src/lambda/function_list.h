/*-------------------------------------------------------------------------
 *
 * function_list.h
 *		Which functions an account has in a region, and what tags they carry.
 *
 * IDENTIFICATION
 *	  src/lambda/function_list.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_FUNCTION_LIST_H
#define LFDW_FUNCTION_LIST_H

#include "postgres.h"

#include "aws/caller.h"
#include "base/control_doc.h"
#include "nodes/pg_list.h"
#include "shared/activity.h"

/* A function with a tag of this key, whatever its value, describes itself. */
#define LFDW_DESCRIBES_ITSELF_TAG "lambda_fdw"

/* So many pages are asked for, and so many functions' tags. */
#define LFDW_FUNCTION_PAGES_MAX 2000
#define LFDW_FUNCTION_NAMES_MAX 10000

/* Whom to ask, as whom; what it points to outlives the requests. */
typedef struct LfdwFunctionSource
{
	const LfdwCaller *caller;
	const LfdwRoute *route;		/* complete */
	const char *endpoint;		/* URL, Lambda's */
	int			max_concurrency;
	LfdwWork   *work;			/* that the requests belong to, NULL for none */
} LfdwFunctionSource;

extern List *lfdw_function_list_by_prefix(const LfdwFunctionSource *source,
										  const char *prefix);
extern List *lfdw_function_list_tagged(const LfdwFunctionSource *source,
									   const List *functions, const char *key);

#endif							/* LFDW_FUNCTION_LIST_H */
