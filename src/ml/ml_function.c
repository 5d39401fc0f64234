/*-------------------------------------------------------------------------
 *
 * ml_function.c
 *		Arguments that the functions of machine learning share.
 *
 * IDENTIFICATION
 *	  src/ml/ml_function.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "ml/ml_function.h"

/*
 * How many calls may go in one request by the argument max_rows_per_batch: as
 * many as the service takes where it is NULL.  Raises 22023 for less than one.
 */
int
lfdw_ml_max_rows(const LfdwMlFunction *function, const NullableDatum *argument)
{
	int			max_rows;

	if (argument->isnull)
		return function->max_rows;
	max_rows = DatumGetInt32(argument->value);
	if (max_rows < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_rows_per_batch of %s must be at least 1",
						function->name),
				 errdetail("It is %d.", max_rows)));
	return Min(max_rows, function->max_rows);
}

/* An argument of a text type, palloc'd; NULL where it is NULL. */
char *
lfdw_ml_text(const NullableDatum *argument)
{
	return argument->isnull ? NULL : TextDatumGetCString(argument->value);
}

/* lfdw_ml_text for an argument that must not be NULL or empty; raises 22004. */
char *
lfdw_ml_needed_text(const char *function, const char *name,
					const NullableDatum *argument)
{
	char	   *text = lfdw_ml_text(argument);

	if (text == NULL || text[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s needs a %s", function, name)));
	return text;
}
