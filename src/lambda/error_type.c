/*-------------------------------------------------------------------------
 *
 * error_type.c
 *		What a function's errorType says.
 *
 * IDENTIFICATION
 *	  src/lambda/error_type.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "lambda/error_type.h"

/*
 * Is a function's errorType, in UTF-8, exactly one of a list in the database
 * encoding?
 */
bool
lfdw_error_type_is_among(const char *error_type, const List *errors)
{
	ListCell   *lc;

	foreach(lc, errors)
	{
		const char *name = lfirst(lc);

		if (strcmp(pg_server_to_any(name, strlen(name), PG_UTF8), error_type) == 0)
			return true;
	}
	return false;
}
