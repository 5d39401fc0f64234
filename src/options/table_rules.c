/*-------------------------------------------------------------------------
 *
 * table_rules.c
 *		What the options of one foreign table may not say together.
 *
 * Each function has the rules of options that belong together, and raises HV024
 * with the names of both.
 *
 * IDENTIFICATION
 *	  src/options/table_rules.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/arn.h"
#include "base/json_pointer.h"
#include "options/places.h"
#include "options/table_rules.h"

/* The function; HV00J where none is named. */
static void
check_function(const LfdwOptions *options)
{
	LfdwFunctionName name;
	const char *why;

	if (options->function_arn == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
				 errmsg("a lambda_fdw foreign table needs the option \"function_arn\""),
				 errhint("Add OPTIONS (function_arn 'name-or-ARN-of-the-function').")));
	if (options->qualifier &&
		lfdw_function_name_parse(options->function_arn, &name, &why) &&
		name.qualifier[0] != '\0' &&
		strcmp(name.qualifier, options->qualifier) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"qualifier\" is \"%s\", but function_arn ends in \":%s\"",
						options->qualifier, name.qualifier),
				 errhint("Give the version or alias in one of the two.")));
}

/* The cursor. */
static void
check_cursor(const LfdwOptions *options)
{
	if (options->cursor_path &&
		lfdw_pointer_begins_with(options->cursor_path, options->rows_path ?
								 options->rows_path : lfdw_pointer_to("rows")))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"cursor_path\" leads into the rows"),
				 options->rows_path ?
				 errdetail("It is at or under the option \"rows_path\".") :
				 errdetail("Without the option \"rows_path\" they are at \"/rows\"."),
				 errhint("A cursor stands beside the rows, once in a page.")));
	if (options->cursor_path && !options->envelope &&
		options->cursor_argument == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"cursor_path\" with envelope 'false' needs the option \"cursor_argument\""),
				 errdetail("Without it no request could carry the cursor.")));
}

/* What the function honours. */
static void
check_capabilities(const LfdwOptions *options)
{
	if (options->capabilities != 0 && !options->envelope)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"capabilities\" needs the envelope"),
				 errdetail("With envelope 'false' no request could carry a limit or an order.")));
}

/*
 * Rules between the options of one foreign table.  Raises HV024, HV00J where
 * it names no function.
 */
void
lfdw_table_rules_check(const LfdwOptions *options)
{
	check_function(options);
	check_cursor(options);
	check_capabilities(options);
	/* arguments and the payload, which may claim one place */
	(void) lfdw_places_create(options);
}
