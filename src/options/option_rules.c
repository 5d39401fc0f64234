/*-------------------------------------------------------------------------
 *
 * option_rules.c
 *		What the options of one object may not say together.
 *
 * IDENTIFICATION
 *	  src/options/option_rules.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/arn.h"
#include "base/json_pointer.h"
#include "options/option_kind.h"
#include "options/option_rules.h"

/*
 * Rules between the options of one server.  Raises HV024.
 */
void
lfdw_option_check_server(const LfdwOptions *options)
{
	LfdwUrl		url;
	const char *why;

	if (options->endpoint == NULL ||
		!lfdw_url_parse(options->endpoint, &url, &why))
		return;
	if (options->use_fips_endpoint || options->use_dualstack_endpoint)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"%s\" cannot be used with the option \"endpoint\"",
						options->use_fips_endpoint ? "use_fips_endpoint" :
						"use_dualstack_endpoint"),
				 errdetail("It chooses among AWS's own endpoints.")));
	if (!url.https && !options->allow_http && !lfdw_url_host_is_loopback(&url))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("plain http to \"%s\" is not allowed", url.host),
				 errhint("Use an https endpoint, or let a superuser set allow_http 'true'.")));
}

/*
 * Rules between the options of one foreign table.  Raises HV024, HV00J where
 * it names no function.
 */
void
lfdw_option_check_table(const LfdwOptions *options)
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
	if (options->cursor_argument && options->payload &&
		lfdw_object_has_key(options->payload, options->cursor_argument))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("cursor_argument \"%s\" is a member of the option \"payload\" already",
						options->cursor_argument)));
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
	if (options->capabilities != 0 && !options->envelope)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"capabilities\" needs the envelope"),
				 errdetail("With envelope 'false' no request could carry a limit or an order.")));
	if (options->cursor_path && !options->envelope &&
		options->cursor_argument == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"cursor_path\" with envelope 'false' needs the option \"cursor_argument\""),
				 errdetail("Without it no request could carry the cursor.")));
}

/*
 * Rules between the options of one column.  Raises HV024.
 */
void
lfdw_option_check_column(const LfdwColumnOptions *options)
{
	if (options->path && options->path->ntokens == 0 && options->pushdown)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("a column of path '' cannot be pushed down"),
				 errhint("Remove the option \"pushdown\".")));
	if (options->required && options->pushdown == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("a required column needs the option \"pushdown\""),
				 errhint("Add pushdown '=', or '=, in', to say how the function takes the value.")));
}
