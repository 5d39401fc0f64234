/*-------------------------------------------------------------------------
 *
 * option_rules.c
 *		What options may not say: the validator.
 *
 * IDENTIFICATION
 *	  src/options/option_rules.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "commands/defrem.h"
#include "miscadmin.h"

#include "aws/caller.h"
#include "base/arn.h"
#include "base/json_pointer.h"
#include "base/uri.h"
#include "options/event.h"
#include "options/option.h"
#include "options/option_internal.h"
#include "options/table_rules.h"
#include "options/write_rules.h"
#include "pg/extension.h"
#include "pg/message.h"

LFDW_SQL_FUNCTION(LFDW_EXTENSION_LAMBDA_FDW, lambda_fdw_validator);

/*
 * Rules between the options of one server.  Raises HV024.
 */
static void
check_server(const LfdwOptions *options)
{
	LfdwUrl		url;
	const char *why;

	if (options->endpoint == NULL ||
		!lfdw_url_parse(options->endpoint, &url, &why))
		return;
	if (options->route.use_fips || options->route.use_dualstack)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"%s\" cannot be used with the option \"endpoint\"",
						options->route.use_fips ? "use_fips_endpoint" :
						"use_dualstack_endpoint"),
				 errdetail("It chooses among AWS's own endpoints.")));
	if (!url.https && !options->route.allow_http && !lfdw_url_host_is_loopback(&url))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("plain http to \"%s\" is not allowed", url.host),
				 errhint("Use an https endpoint, or let a superuser set allow_http 'true'.")));
}

/*
 * Rules between the options of one user mapping.  Raises HV024.
 */
static void
check_mapping(const LfdwMapping *mapping)
{
	const char *idle = NULL;
	const char *key = NULL;

	if (mapping->access_key_id)
		key = "aws_access_key_id";
	else if (mapping->secret_access_key)
		key = "aws_secret_access_key";
	else if (mapping->session_token)
		key = "aws_session_token";
	if (mapping->credentials_file && key)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("a user mapping has either keys or a file of them"),
				 errdetail("It has the options \"credentials_file\" and \"%s\".", key),
				 errhint("Drop the option \"credentials_file\", or \"aws_access_key_id\" and its companions.")));
	if (mapping->access_key_id && mapping->profile)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("a user mapping has either keys or a profile"),
				 errhint("Drop the option \"profile\", or \"aws_access_key_id\" and its companions.")));
	if (mapping->role_arn)
		return;
	if (mapping->external_id)
		idle = "external_id";
	if (mapping->role_session_name)
		idle = "role_session_name";
	if (idle)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"%s\" needs the option \"role_arn\"", idle)));
}

/* Refuses another option of an input column, for a reason. */
static void
refuse_with_input(const char *option, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("option \"%s\" cannot be used with the option \"input\"", option),
			 errdetail("%s", why)));
}

/* What does not go with the option "input". */
static void
check_input(const LfdwColumnOptions *options)
{
	if (options->path && options->path->ntokens == 0)
		refuse_with_input("path", "A column of path '' is the whole row of an answer, and an input column is in none.");
	if (options->null_if)
		refuse_with_input("null_if", "The value of an input column is the query's, never the answer's.");
	for (int i = 0; options->pushdown && i < LFDW_NOPERATORS; i++)
	{
		if (options->pushdown[i].declared &&
			!lfdw_operator_is_equality(&lfdw_operators[i]))
			refuse_with_input("pushdown",
							  psprintf("It declares \"%s\", and an input column needs a value: \"=\" or \"in\".",
									   lfdw_operators[i].name));
	}
}

/*
 * Which rows have NULL the function cannot tell, where the column's value is NULL
 * for a string of its; and an input column's value is none of the function's.
 */
static void
check_null_if(const LfdwColumnOptions *options)
{
	if (options->null_if == NULL)
		return;
	for (int op = 0; options->pushdown && op < LFDW_NOPERATORS; op++)
	{
		if (options->pushdown[op].declared && (lfdw_operators[op].keeps & LFDW_KEEPS_NULL))
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
					 errmsg("option \"null_if\" cannot be used with \"%s\" in the option \"pushdown\"",
							lfdw_operators[op].name),
					 errdetail("The function has a string where the column is NULL, and would look for NULL.")));
	}
	if (options->input)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"null_if\" cannot be used with the option \"input\""),
				 errdetail("The value of an input column is the query's, never the answer's.")));
}

/*
 * Rules between the options of one column.  Raises HV024.
 */
static void
check_column(const LfdwColumnOptions *options)
{
	if (options->input)
		check_input(options);
	if (options->path && options->path->ntokens == 0 && options->pushdown)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("a column of path '' cannot be pushed down"),
				 errhint("Remove the option \"pushdown\".")));
	if (options->required && options->pushdown == NULL && !options->input)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("a required column needs the option \"pushdown\""),
				 errhint("Add pushdown '=', or '=, in', to say how the function takes the value.")));
	if (options->key && options->path && options->path->ntokens == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"key\" cannot be used with the option \"path\" ''"),
				 errdetail("The column has the whole row, and a key identifies one.")));
	check_null_if(options);
}

/*
 * May a statement with these options hold a secret?  One of a user mapping, and
 * what may be a secret in the wrong place: an option that the catalog does not
 * know, and a URL with a user.
 */
static bool
may_hold_secret(Oid catalog, List *options)
{
	ListCell   *lc;

	if (catalog == UserMappingRelationId)
		return true;
	foreach(lc, options)
	{
		DefElem    *def = (DefElem *) lfirst(lc);
		const LfdwOption *option = lfdw_option_find(catalog, def->defname);

		if (option == NULL ||
			(option->kind == LFDW_KIND_URL && strchr(defGetString(def), '@')))
			return true;
	}
	return false;
}

/* Refuses what only a superuser may set. */
static void
check_privileges(Oid catalog, List *options)
{
	ListCell   *lc;

	if (superuser())
		return;
	foreach(lc, options)
	{
		DefElem    *def = (DefElem *) lfirst(lc);

		if (lfdw_option_is_privileged(catalog, def))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("permission denied to set option \"%s\"", def->defname),
					 errhint("Only a superuser may set it.")));
	}
}

static void
validate(Oid catalog, List *list)
{
	LfdwOptions options = {0};
	LfdwOptions given = {0};
	LfdwMapping mapping = {0};
	LfdwColumnOptions column = {0};

	switch (catalog)
	{
		case ForeignServerRelationId:
			lfdw_option_read_defaults(catalog, &options);
			lfdw_option_read(catalog, list, &options);
			check_server(&options);
			break;
		case UserMappingRelationId:
			lfdw_option_read_defaults(catalog, &mapping);
			lfdw_option_read(catalog, list, &mapping);
			check_mapping(&mapping);
			break;
		case ForeignTableRelationId:
			lfdw_option_read_defaults(catalog, &options);
			lfdw_option_read(catalog, list, &options);
			given.cache_ttl_ms = -1;
			lfdw_option_read(catalog, list, &given);
			lfdw_event_check(&given);
			lfdw_event_apply(&options);
			lfdw_table_rules_check(&options, &given);
			lfdw_write_rules_check(&options, &given);
			break;
		case AttributeRelationId:
			lfdw_option_read_defaults(catalog, &column);
			lfdw_option_read(catalog, list, &column);
			check_column(&column);
			break;
		default:
			/* the wrapper itself has none */
			lfdw_option_read(catalog, list, NULL);
	}
	check_privileges(catalog, list);
}

/*
 * The validator: takes an object's merged options (text[]) and its catalog's
 * OID; raises an error for an unknown name (HV00D), a bad value (HV024) or a
 * missing privilege (42501).  An error about a user mapping, or an option that
 * is none, hides the statement, since it may hold keys.
 */
static Datum
run_lambda_fdw_validator(PG_FUNCTION_ARGS)
{
	List	   *list = untransformRelOptions(PG_GETARG_DATUM(0));
	Oid			catalog = PG_GETARG_OID(1);
	ErrorContextCallback callback;

	callback.callback = lfdw_error_hide_statement;
	callback.arg = NULL;
	callback.previous = error_context_stack;
	if (may_hold_secret(catalog, list))
		error_context_stack = &callback;

	validate(catalog, list);

	error_context_stack = callback.previous;
	PG_RETURN_VOID();
}
