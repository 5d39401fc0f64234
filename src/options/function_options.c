/*-------------------------------------------------------------------------
 *
 * function_options.c
 *		What a server's and a table's options make of a function's name.
 *
 * IDENTIFICATION
 *	  src/options/function_options.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "aws/endpoint.h"
#include "base/arn.h"
#include "base/pattern.h"
#include "credentials/credentials.h"
#include "lambda/client_context.h"
#include "lambda/function_list.h"
#include "options/foreign_object.h"
#include "options/function_options.h"

/* Takes a function's name apart; raises HV024 for one that is none. */
static void
parse_function(const char *given, LfdwFunctionName *name)
{
	const char *why;

	if (!lfdw_function_name_parse(given, name, &why))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("\"%s\" is not a Lambda function", given),
				 errdetail("%s", why),
				 errhint("Give a name, account:function:name or an ARN, each perhaps with :qualifier.")));
}

/* The function as Invoke's path takes it: as given, less the qualifier. */
static char *
function_path_name(const LfdwFunctionName *name)
{
	if (name->partition[0] != '\0')
		return psprintf("arn:%s:lambda:%s:%s:function:%s", name->partition,
						name->region, name->account, name->name);
	if (name->region[0] != '\0')
		return psprintf("%s:%s:function:%s", name->region, name->account,
						name->name);
	if (name->account[0] != '\0')
		return psprintf("%s:function:%s", name->account, name->name);
	return pstrdup(name->name);
}

/* The function's own region, which must be the server's; NULL for none yet. */
static const char *
choose_region(const LfdwRoute *route, const LfdwFunctionName *name)
{
	if (name->region[0] == '\0')
		return route->region;
	if (route->region && strcmp(route->region, name->region) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("Lambda function \"%s\" is in region \"%s\", but server \"%s\" is for \"%s\"",
						name->name, name->region, route->server,
						route->region),
				 errhint("Use a server of that region, or one without the option \"region\".")));
	return pstrdup(name->region);
}

/* The version or alias: the name's or the one given, which must agree. */
static const char *
choose_qualifier(const LfdwFunctionName *name, const char *qualifier)
{
	if (qualifier && !lfdw_qualifier_is_valid(qualifier))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("\"%s\" is not a qualifier of a Lambda function",
						qualifier),
				 errhint("A qualifier is a version, an alias or $LATEST.")));
	if (name->qualifier[0] == '\0')
		return qualifier;
	if (qualifier && strcmp(qualifier, name->qualifier) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("Lambda function \"%s\" has two qualifiers, \"%s\" and \"%s\"",
						name->name, name->qualifier, qualifier),
				 errhint("Give the version or alias once, behind the function's name or by itself.")));
	return pstrdup(name->qualifier);
}

/*
 * Fills a function with what the options say of it: without network, and
 * without the environment.
 *
 * The strings are palloc'd or the options'.  qualifier may be NULL.  Raises
 * HV024 for a name that is none, and for a region or qualifier that
 * contradicts another.
 */
void
lfdw_function_create(LfdwFunction *function, const LfdwOptions *options,
					 const char *given, const char *qualifier)
{
	LfdwFunctionName name;

	parse_function(given, &name);
	function->name = function_path_name(&name);
	function->label = pstrdup(name.name);
	function->qualifier = choose_qualifier(&name, qualifier);
	function->tenant_id = options->tenant_id;
	function->log_tail = options->log_tail;

	function->route = options->route;
	function->route.region = choose_region(&options->route, &name);
}

/*
 * Puts the region that a caller gives, or a full ARN, in place of the server's,
 * before lfdw_function_create.
 *
 * Of the regions some may be NULL.  Raises HV024 where one is none, or
 * contradicts the function's name or another.
 */
void
lfdw_function_override_region(LfdwOptions *options, const char *given,
							  const char *const *regions, int nregions)
{
	LfdwFunctionName name;
	const char *chosen;

	parse_function(given, &name);
	chosen = name.region[0] != '\0' ? name.region : NULL;
	for (int i = 0; i < nregions; i++)
	{
		const char *region = regions[i];

		if (region == NULL)
			continue;
		if (!lfdw_region_is_valid(region))
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
					 errmsg("\"%s\" is not a region", region),
					 errhint("A region looks like \"eu-west-1\".")));
		if (chosen && strcmp(region, chosen) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
					 errmsg("Lambda function \"%s\" has two regions, \"%s\" and \"%s\"",
							name.name, chosen, region),
					 errhint("Give the region once, in the function's ARN or by itself.")));
		chosen = region;
	}
	if (chosen)
		options->route.region = pstrdup(chosen);
}

/*
 * A role about to invoke functions by these options, which has something to
 * sign with; palloc'd as lfdw_foreign_caller does it.
 *
 * Raises 42501 where the server or the role's user mapping has an option that
 * the server's owner does not allow, and 28000 where the role has no keys.
 */
LfdwCaller *
lfdw_function_caller(const LfdwOptions *options, Oid userid)
{
	LfdwCaller *caller = lfdw_foreign_caller(options, userid);

	lfdw_credentials_check(caller, &options->route);
	return caller;
}

/* A function as patterns are compared with it: "name", or "account:function:name". */
static char *
compared_name(const char *given)
{
	LfdwFunctionName name;

	parse_function(given, &name);
	return name.account[0] == '\0' ? pstrdup(name.name) :
		psprintf("%s:function:%s", name.account, name.name);
}

/*
 * Does the server's option have a function, by its compared_name?  Whose keys sign is
 * not known, so that an account that is named is compared with what the option
 * names, and a name alone is the keys' account's: another account's function of
 * the same name is another function.
 */
static bool
is_allowed(const char *name, const LfdwOptions *options)
{
	ListCell   *lc;

	if (options->allowed_functions == NIL)
		return true;
	foreach(lc, options->allowed_functions)
	{
		if (lfdw_pattern_matches(lfirst(lc), name, ':'))
			return true;
	}
	return false;
}

/* Refuses a function that the server's option does not have. */
static void
check_allowed(const LfdwFunction *function, const LfdwOptions *options)
{
	char	   *name = compared_name(function->name);

	if (!is_allowed(name, options))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("Lambda function \"%s\" may not be called through server \"%s\"",
						name, function->route.server),
				 errdetail("The server's option \"allowed_functions\" does not have it."),
				 errhint("The server's owner may add it to the option.")));
}

/*
 * Completes a function for a caller who is about to invoke it: region and
 * endpoint, from the environment too where the caller may use it, and who
 * asks.  Raises HV00J where no region is known, and 42501 for a function that the
 * server does not allow.
 */
void
lfdw_function_resolve(LfdwFunction *function, const LfdwOptions *options,
					  const LfdwCaller *caller)
{
	check_allowed(function, options);
	function->endpoint = lfdw_endpoint_lambda(&function->route, caller,
											  options->endpoint);
	if (options->client_context)
		function->client_context = lfdw_client_context_of(caller);
}

/*
 * The functions that say of themselves that they describe tables: by the tag
 * lambda_fdw, with names that begin with a prefix, "" for all.  A List of their bare
 * names, char *, in order; palloc'd.
 *
 * They are those of the account of the current user's keys, in the server's region.
 * One that the server does not allow is passed over, and not asked about.  Raises what
 * lfdw_function_caller, lfdw_endpoint_service and the two of function_list.c raise.
 */
List *
lfdw_function_list(const LfdwOptions *options, const char *prefix, LfdwWork *work)
{
	LfdwCaller *caller = lfdw_function_caller(options, GetUserId());
	LfdwRoute	route = options->route;
	LfdwFunctionSource source = {
		.caller = caller,
		.route = &route,
		.endpoint = lfdw_endpoint_service(&route, caller, options->endpoint, "lambda",
										  "LAMBDA"),
		.max_concurrency = options->max_concurrency,
		.work = work
	};
	List	   *functions = lfdw_function_list_by_prefix(&source, prefix);
	List	   *allowed = NIL;
	List	   *names = NIL;
	ListCell   *lc;

	foreach(lc, functions)
	{
		LfdwListedFunction *function = lfirst(lc);

		if (is_allowed(function->name, options))
			allowed = lappend(allowed, function);
	}
	functions = lfdw_function_list_tagged(&source, allowed, LFDW_DESCRIBES_ITSELF_TAG);
	foreach(lc, functions)
		names = lappend(names, ((LfdwListedFunction *) lfirst(lc))->name);
	return names;
}
