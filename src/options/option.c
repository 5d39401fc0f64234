/*-------------------------------------------------------------------------
 *
 * option.c
 *		The options of servers, user mappings, foreign tables and columns.
 *
 * Every option is one row of one table.  The validator, the readers and
 * lambda_fdw_options() all walk that table; no other code compares an
 * option's name.
 *
 * IDENTIFICATION
 *	  src/options/option.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "access/htup_details.h"
#include "access/reloptions.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "aws/client.h"
#include "options/option.h"
#include "options/option_kind.h"
#include "options/option_name.h"
#include "options/option_rules.h"
#include "pg/compat.h"

/* Which structure an option's field is in. */
typedef struct LfdwOption
{
	const char *name;
	Oid			catalog;		/* of the object that carries it */
	LfdwOptionKind kind;
	double		min;			/* bounds of numbers */
	double		max;
	const char *boot_value;		/* parsed like a given one; NULL for none */
	int			flags;
	size_t		field;			/* offset in the structure of the catalog */
	const char *summary;
} LfdwOption;

#define SENSITIVE 1				/* its value is never shown */
#define SUPERUSER 2				/* only a superuser may depart from the
								 * default, and own the server that does */

#define TABLE_FIELD(name) offsetof(LfdwOptions, name)
#define KEY_FIELD(name) offsetof(LfdwMapping, name)
#define COLUMN_FIELD(name) offsetof(LfdwColumnOptions, name)

/*
 * A table's row of the same name as a server's overrides it: both name the
 * same field, and the table's options are read last.
 */
/* *INDENT-OFF* */
static const LfdwOption option_table[] = {
	{"region", ForeignServerRelationId, LFDW_KIND_REGION, 0, 0, NULL, 0, TABLE_FIELD(region), "AWS region; a full ARN's region must agree"},
	{"endpoint", ForeignServerRelationId, LFDW_KIND_URL, 0, 0, NULL, 0, TABLE_FIELD(endpoint), "URL to call instead of the region's own Lambda endpoint"},
	{"use_fips_endpoint", ForeignServerRelationId, LFDW_KIND_BOOL, 0, 0, "false", 0, TABLE_FIELD(use_fips_endpoint), "use the region's FIPS endpoint"},
	{"use_dualstack_endpoint", ForeignServerRelationId, LFDW_KIND_BOOL, 0, 0, "false", 0, TABLE_FIELD(use_dualstack_endpoint), "use the region's endpoint for IPv4 and IPv6"},
	{"ca_bundle", ForeignServerRelationId, LFDW_KIND_PATH, 0, 0, NULL, SUPERUSER, TABLE_FIELD(ca_bundle), "file of PEM certificates to trust instead of the system's"},
	{"proxy", ForeignServerRelationId, LFDW_KIND_URL, 0, 0, NULL, SUPERUSER, TABLE_FIELD(proxy), "URL of an HTTP proxy; the environment's is never used"},
	{"allow_http", ForeignServerRelationId, LFDW_KIND_BOOL, 0, 0, "false", SUPERUSER, TABLE_FIELD(allow_http), "allow plain http beyond loopback"},
	{"connect_timeout_ms", ForeignServerRelationId, LFDW_KIND_INT, 1, INT_MAX, "5000", 0, TABLE_FIELD(limits.connect_timeout_ms), "longest wait for a connection, in milliseconds"},
	{"request_timeout_ms", ForeignServerRelationId, LFDW_KIND_INT, 1, INT_MAX, "910000", 0, TABLE_FIELD(limits.request_timeout_ms), "longest wait for a whole answer, in milliseconds"},
	{"max_attempts", ForeignServerRelationId, LFDW_KIND_INT, 1, 20, "3", 0, TABLE_FIELD(max_attempts), "times a request is sent at most, where trying again is safe"},
	{"max_concurrency", ForeignServerRelationId, LFDW_KIND_INT, 1, 1000, "16", 0, TABLE_FIELD(max_concurrency), "invocations a scan may have under way at once"},
	{"max_response_bytes", ForeignServerRelationId, LFDW_KIND_INT, 1, 1073741823, "268435456", 0, TABLE_FIELD(limits.max_response_bytes), "largest answer accepted, in bytes"},
	{"keep_connections", ForeignServerRelationId, LFDW_KIND_BOOL, 0, 0, "true", 0, TABLE_FIELD(keep_connections), "keep connections open between statements"},
	{"idle_connection_ms", ForeignServerRelationId, LFDW_KIND_INT, 0, INT_MAX, "60000", 0, TABLE_FIELD(limits.idle_connection_ms), "time after which an unused connection is closed, in milliseconds; 0: never"},
	{"invocation_latency_ms", ForeignServerRelationId, LFDW_KIND_INT, 0, INT_MAX, "50", 0, TABLE_FIELD(invocation_latency_ms), "what an invocation costs the planner, in milliseconds"},
	{"fdw_startup_cost", ForeignServerRelationId, LFDW_KIND_REAL, 0, 1e9, "0", 0, TABLE_FIELD(fdw_startup_cost), "planner cost added to the start of a scan"},
	{"fdw_tuple_cost", ForeignServerRelationId, LFDW_KIND_REAL, 0, 1e9, "0.05", 0, TABLE_FIELD(fdw_tuple_cost), "planner cost added for each row"},

	{"aws_access_key_id", UserMappingRelationId, LFDW_KIND_STRING, 0, 0, NULL, 0, KEY_FIELD(access_key_id), "access key that signs the requests"},
	{"aws_secret_access_key", UserMappingRelationId, LFDW_KIND_STRING, 0, 0, NULL, SENSITIVE, KEY_FIELD(secret_access_key), "secret of the access key"},
	{"aws_session_token", UserMappingRelationId, LFDW_KIND_STRING, 0, 0, NULL, SENSITIVE, KEY_FIELD(session_token), "session token of temporary keys"},
	{"credentials_file", UserMappingRelationId, LFDW_KIND_PATH, 0, 0, NULL, SUPERUSER, KEY_FIELD(credentials_file), "AWS credentials file of the server's machine that has the keys, read anew each time"},
	{"profile", UserMappingRelationId, LFDW_KIND_STRING, 0, 0, NULL, 0, KEY_FIELD(profile), "profile of the credentials_file, or of the server's own AWS files, to use"},
	{"role_arn", UserMappingRelationId, LFDW_KIND_ROLE, 0, 0, NULL, 0, KEY_FIELD(role_arn), "role to assume with the keys"},
	{"external_id", UserMappingRelationId, LFDW_KIND_EXTERNAL_ID, 0, 0, NULL, 0, KEY_FIELD(external_id), "external id that the role's trust policy asks for"},
	{"role_session_name", UserMappingRelationId, LFDW_KIND_SESSION_NAME, 0, 0, NULL, 0, KEY_FIELD(role_session_name), "name of the role's session in AWS's logs"},
	{"use_ambient_credentials", UserMappingRelationId, LFDW_KIND_BOOL, 0, 0, "false", SUPERUSER, KEY_FIELD(use_ambient_credentials), "let the role use the credentials of the server's own environment"},

	{"function_arn", ForeignTableRelationId, LFDW_KIND_FUNCTION, 0, 0, NULL, 0, TABLE_FIELD(function_arn), "function: name, partial ARN or ARN, with or without :qualifier"},
	{"qualifier", ForeignTableRelationId, LFDW_KIND_QUALIFIER, 0, 0, NULL, 0, TABLE_FIELD(qualifier), "version or alias to call"},
	{"payload", ForeignTableRelationId, LFDW_KIND_OBJECT, 0, 0, NULL, 0, TABLE_FIELD(payload), "JSON object that every request starts from"},
	{"envelope", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "true", 0, TABLE_FIELD(envelope), "send the lambda_fdw member"},
	{"rows_path", ForeignTableRelationId, LFDW_KIND_POINTER, 0, 0, NULL, 0, TABLE_FIELD(rows_path), "JSON Pointer to the rows in the answer"},
	{"cursor_path", ForeignTableRelationId, LFDW_KIND_POINTER, 0, 0, NULL, 0, TABLE_FIELD(cursor_path), "JSON Pointer to the cursor of the next page in the answer"},
	{"cursor_argument", ForeignTableRelationId, LFDW_KIND_ARGUMENT, 0, 0, NULL, 0, TABLE_FIELD(cursor_argument), "top-level member that carries the cursor in the request"},
	{"capabilities", ForeignTableRelationId, LFDW_KIND_CAPABILITIES, 0, 0, NULL, 0, TABLE_FIELD(capabilities), "what the function honours exactly: limit, order_by"},
	{"max_batch_keys", ForeignTableRelationId, LFDW_KIND_INT, 1, 1000000, "1000", 0, TABLE_FIELD(max_batch_keys), "values of one list that an invocation carries at most"},
	{"max_pages", ForeignTableRelationId, LFDW_KIND_INT, 1, INT_MAX, "10000", 0, TABLE_FIELD(max_pages), "pages after which a scan fails"},
	{"client_context", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "false", 0, TABLE_FIELD(client_context), "tell the function application name, user and database"},
	{"tenant_id", ForeignTableRelationId, LFDW_KIND_TENANT, 0, 0, NULL, 0, TABLE_FIELD(tenant_id), "tenant of a function with tenant isolation"},
	{"log_type", ForeignTableRelationId, LFDW_KIND_LOG_TYPE, 0, 0, "None", 0, TABLE_FIELD(log_tail), "Tail: ask for the end of the function's log, for EXPLAIN ANALYZE and errors"},
	{"estimated_rows", ForeignTableRelationId, LFDW_KIND_REAL, 1, 1e15, "1000", 0, TABLE_FIELD(estimated_rows), "rows the planner expects where ANALYZE has not counted"},
	{"analyze", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "true", 0, TABLE_FIELD(analyze), "false: ANALYZE, of a partitioned parent too, never calls the function"},
	{"connect_timeout_ms", ForeignTableRelationId, LFDW_KIND_INT, 1, INT_MAX, NULL, 0, TABLE_FIELD(limits.connect_timeout_ms), "overrides the server's"},
	{"request_timeout_ms", ForeignTableRelationId, LFDW_KIND_INT, 1, INT_MAX, NULL, 0, TABLE_FIELD(limits.request_timeout_ms), "overrides the server's"},
	{"max_attempts", ForeignTableRelationId, LFDW_KIND_INT, 1, 20, NULL, 0, TABLE_FIELD(max_attempts), "overrides the server's"},
	{"max_concurrency", ForeignTableRelationId, LFDW_KIND_INT, 1, 1000, NULL, 0, TABLE_FIELD(max_concurrency), "overrides the server's"},
	{"max_response_bytes", ForeignTableRelationId, LFDW_KIND_INT, 1, 1073741823, NULL, 0, TABLE_FIELD(limits.max_response_bytes), "overrides the server's"},
	{"invocation_latency_ms", ForeignTableRelationId, LFDW_KIND_INT, 0, INT_MAX, NULL, 0, TABLE_FIELD(invocation_latency_ms), "overrides the server's"},

	{"path", AttributeRelationId, LFDW_KIND_POINTER, 0, 0, NULL, 0, COLUMN_FIELD(path), "JSON Pointer into the row; default / and the column's name"},
	{"pushdown", AttributeRelationId, LFDW_KIND_PUSHDOWN, 0, 0, NULL, 0, COLUMN_FIELD(pushdown), "operators that the function filters by exactly"},
	{"required", AttributeRelationId, LFDW_KIND_BOOL, 0, 0, "false", 0, COLUMN_FIELD(required), "a query must give the column a value"},
	{"format", AttributeRelationId, LFDW_KIND_FORMAT, 0, 0, NULL, 0, COLUMN_FIELD(format), "how the column is written in JSON"},
};

/* *INDENT-ON* */

PG_FUNCTION_INFO_V1(lambda_fdw_validator);
PG_FUNCTION_INFO_V1(lambda_fdw_options);

/* What a user calls the objects of a catalog. */
static const char *
catalog_label(Oid catalog)
{
	switch (catalog)
	{
		case ForeignServerRelationId:
			return "server";
		case UserMappingRelationId:
			return "user mapping";
		case ForeignTableRelationId:
			return "foreign table";
		case AttributeRelationId:
			return "column";
		default:
			return "foreign-data wrapper";
	}
}

static const LfdwOption *
find_option(Oid catalog, const char *name)
{
	for (int i = 0; i < (int) lengthof(option_table); i++)
	{
		if (option_table[i].catalog == catalog &&
			strcmp(option_table[i].name, name) == 0)
			return &option_table[i];
	}
	return NULL;
}

/* Refuses a name that is no option, with the closest right one as a hint. */
static void
report_unknown(Oid catalog, const char *name)
{
	const char *closest = NULL;
	const char *owner = NULL;
	int			best = LFDW_NAME_FAR;

	for (int i = 0; i < (int) lengthof(option_table); i++)
	{
		int			distance = lfdw_option_name_distance(name, option_table[i].name);

		if (distance == 0)
			owner = catalog_label(option_table[i].catalog);
		if (option_table[i].catalog == catalog && distance < best)
		{
			best = distance;
			closest = option_table[i].name;
		}
	}

	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
			 errmsg("\"%s\" is not an option of a lambda_fdw %s",
					name, catalog_label(catalog)),
			 owner ? errhint("It is an option of a %s.", owner) :
			 closest ? errhint("Perhaps you meant the option \"%s\".", closest) :
			 errhint("SELECT * FROM lambda_fdw_options() lists the options.")));
}

/* Parses one value into its field, or raises the error that names both. */
static void
parse_option(const LfdwOption *option, const char *value, void *base)
{
	char	   *why = NULL;

	if (lfdw_option_parse(option->kind, value, option->min, option->max,
						  (char *) base + option->field, &why))
		return;

	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 (option->flags & SENSITIVE) || option->kind == LFDW_KIND_URL ?
			 errmsg("invalid value for option \"%s\"", option->name) :
			 errmsg("invalid value for option \"%s\": \"%s\"",
					option->name, value),
			 errdetail("%s", why)));
}

/* Fills the fields of a catalog's options with their defaults. */
static void
read_defaults(Oid catalog, void *base)
{
	for (int i = 0; i < (int) lengthof(option_table); i++)
	{
		if (option_table[i].catalog == catalog && option_table[i].boot_value)
			parse_option(&option_table[i], option_table[i].boot_value, base);
	}
}

/* Reads the options of one object over the defaults. */
static void
read_options(Oid catalog, List *options, void *base)
{
	ListCell   *lc;

	foreach(lc, options)
	{
		DefElem    *def = (DefElem *) lfirst(lc);
		const LfdwOption *option = find_option(catalog, def->defname);

		if (option == NULL)
			report_unknown(catalog, def->defname);
		parse_option(option, defGetString(def), base);
	}
}

/* Does an option depart from its default? */
static bool
differs_from_default(const LfdwOption *option, const char *value)
{
	bool		given;
	bool		boot;

	if (option->kind == LFDW_KIND_BOOL && option->boot_value &&
		parse_bool(value, &given) && parse_bool(option->boot_value, &boot))
		return given != boot;
	return true;
}

/*
 * Keeps the statement, which may show keys, out of the log, and the context,
 * where PL/pgSQL shows it once more.
 */
static void
hide_statement(void *arg)
{
	errhidestmt(true);
	errhidecontext(true);
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
		const LfdwOption *option = find_option(catalog, def->defname);

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
		const LfdwOption *option = find_option(catalog, def->defname);

		if (option && (option->flags & SUPERUSER) &&
			differs_from_default(option, defGetString(def)))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("permission denied to set option \"%s\"", option->name),
					 errhint("Only a superuser may set it.")));
	}
}

static void
validate(Oid catalog, List *list)
{
	LfdwOptions options = {0};
	LfdwMapping mapping = {0};
	LfdwColumnOptions column = {0};

	switch (catalog)
	{
		case ForeignServerRelationId:
			read_defaults(catalog, &options);
			read_options(catalog, list, &options);
			lfdw_option_check_server(&options);
			break;
		case UserMappingRelationId:
			read_defaults(catalog, &mapping);
			read_options(catalog, list, &mapping);
			lfdw_credentials_check_mapping(&mapping);
			break;
		case ForeignTableRelationId:
			read_defaults(catalog, &options);
			read_options(catalog, list, &options);
			lfdw_option_check_table(&options);
			break;
		case AttributeRelationId:
			read_defaults(catalog, &column);
			read_options(catalog, list, &column);
			lfdw_option_check_column(&column);
			break;
		default:
			if (list != NIL)
				report_unknown(catalog, ((DefElem *) linitial(list))->defname);
	}
	check_privileges(catalog, list);
}

/*
 * The validator: takes an object's merged options (text[]) and its catalog's
 * OID; raises an error for an unknown name (HV00D), a bad value (HV024) or a
 * missing privilege (42501).  An error about a user mapping, or an option that
 * is none, hides the statement, since it may hold keys.
 */
Datum
lambda_fdw_validator(PG_FUNCTION_ARGS)
{
	List	   *list = untransformRelOptions(PG_GETARG_DATUM(0));
	Oid			catalog = PG_GETARG_OID(1);
	ErrorContextCallback callback;

	callback.callback = hide_statement;
	callback.arg = NULL;
	callback.previous = error_context_stack;
	if (may_hold_secret(catalog, list))
		error_context_stack = &callback;

	validate(catalog, list);

	error_context_stack = callback.previous;
	PG_RETURN_VOID();
}

/* SQL function: the option table, a row an option. */
Datum
lambda_fdw_options(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < (int) lengthof(option_table); i++)
	{
		const LfdwOption *option = &option_table[i];
		bool		bounded = option->max > option->min;
		Datum		values[9];
		bool		nulls[9] = {false};

		values[0] = CStringGetTextDatum(option->name);
		values[1] = CStringGetTextDatum(catalog_label(option->catalog));
		values[2] = CStringGetTextDatum(lfdw_option_kind_name(option->kind));
		values[3] = Float8GetDatum(option->min);
		values[4] = Float8GetDatum(option->max);
		nulls[3] = nulls[4] = !bounded;
		if (option->boot_value)
			values[5] = CStringGetTextDatum(option->boot_value);
		else
			nulls[5] = true;
		values[6] = BoolGetDatum((option->flags & SENSITIVE) != 0);
		values[7] = BoolGetDatum((option->flags & SUPERUSER) != 0);
		values[8] = CStringGetTextDatum(option->summary);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * Reads the options of one column of a foreign table, palloc'd in the current
 * context.
 */
LfdwColumnOptions *
lfdw_option_column(Oid relid, AttrNumber attnum)
{
	LfdwColumnOptions *options = palloc0(sizeof(LfdwColumnOptions));

	read_defaults(AttributeRelationId, options);
	read_options(AttributeRelationId,
				 GetForeignColumnOptions(relid, attnum), options);
	return options;
}

/*
 * The operators that a column's options, as pg_attribute has them, declare; NULL
 * for none.
 */
LfdwPushdown *
lfdw_option_pushdown(Datum options)
{
	LfdwColumnOptions column = {0};

	read_options(AttributeRelationId, untransformRelOptions(options), &column);
	return column.pushdown;
}

/* The handler of our foreign-data wrappers, which tells them from others. */
static PGFunction our_handler = NULL;

/* Takes the handler of this library; once, while it loads. */
void
lfdw_option_set_handler(PGFunction handler)
{
	our_handler = handler;
}

/* Is a server, by OID, one of lambda_fdw's, whatever its wrapper's name? */
bool
lfdw_option_server_is_ours(Oid serverid)
{
	ForeignDataWrapper *wrapper =
	GetForeignDataWrapper(GetForeignServer(serverid)->fdwid);
	FmgrInfo	handler;

	if (!OidIsValid(wrapper->fdwhandler))
		return false;
	fmgr_info(wrapper->fdwhandler, &handler);
	return handler.fn_addr == our_handler;
}

/* Is a foreign table, by OID, on a server of lambda_fdw's? */
bool
lfdw_option_is_ours(Oid relid)
{
	return lfdw_option_server_is_ours(GetForeignTable(relid)->serverid);
}

/* A server or user mapping has changed: its connections are for nobody new. */
static void
forget_connections(Datum arg, LfdwCacheId cacheid, uint32 hashvalue)
{
	lfdw_client_forget_changed(cacheid == USERMAPPINGOID, hashvalue);
}

/* Whose connections a server and user mapping have. */
static void
make_pool_key(LfdwPoolKey *key, Oid serverid, Oid umid)
{
	static bool registered = false;

	if (!registered)
	{
		CacheRegisterSyscacheCallback(FOREIGNSERVEROID, forget_connections, (Datum) 0);
		CacheRegisterSyscacheCallback(USERMAPPINGOID, forget_connections, (Datum) 0);
		registered = true;
	}
	key->serverid = serverid;
	key->umid = umid;
	key->server_hash = GetSysCacheHashValue1(FOREIGNSERVEROID,
											 ObjectIdGetDatum(serverid));
	key->mapping_hash = OidIsValid(umid) ?
		GetSysCacheHashValue1(USERMAPPINGOID, ObjectIdGetDatum(umid)) : 0;
}

/* Has a user (InvalidOid: PUBLIC) a mapping on a server? */
static bool
has_mapping(Oid serverid, Oid userid)
{
	return SearchSysCacheExists2(USERMAPPINGUSERSERVER,
								 ObjectIdGetDatum(userid),
								 ObjectIdGetDatum(serverid));
}

/*
 * A role as a caller through a server, with its user mapping or that of
 * PUBLIC, or none.
 *
 * It may use the server's own credentials where its owner is a superuser, and
 * either the mapping says so, which only a superuser may have set, or the role
 * is a superuser with a mapping of its own.  The result is palloc'd in the
 * current context.
 */
LfdwCaller *
lfdw_option_caller(Oid serverid, Oid userid)
{
	LfdwCaller *caller = palloc0(sizeof(LfdwCaller));
	ForeignServer *server = GetForeignServer(serverid);
	bool		own = has_mapping(serverid, userid);
	Oid			umid = InvalidOid;

	caller->server = server->servername;
	caller->userid = userid;
	if (own || has_mapping(serverid, InvalidOid))
	{
		UserMapping *mapping = GetUserMapping(userid, serverid);

		umid = mapping->umid;
		read_defaults(UserMappingRelationId, &caller->mapping);
		read_options(UserMappingRelationId, mapping->options, &caller->mapping);
	}
	make_pool_key(&caller->pool, serverid, umid);
	caller->trusted = superuser_arg(server->owner);
	caller->ambient = caller->trusted &&
		(caller->mapping.use_ambient_credentials ||
		 (own && superuser_arg(userid)));
	return caller;
}

/*
 * The server of this name, on which the role must have USAGE (42501), unless
 * superusers_will_do and its owner is one.  Raises 42704 where there is none.
 */
Oid
lfdw_option_server_oid(const char *name, Oid userid, bool superusers_will_do)
{
	ForeignServer *server = GetForeignServerByName(name, false);
	Oid			serverid = server->serverid;

	if (!(superusers_will_do && superuser_arg(server->owner)) &&
		!lfdw_has_server_usage(serverid, userid))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for foreign server %s", name),
				 errhint("GRANT USAGE ON FOREIGN SERVER %s TO %s;",
						 quote_identifier(name),
						 quote_identifier(GetUserNameFromId(userid, false)))));
	return serverid;
}

/* Reads a server's options over the defaults. */
static void
read_server(LfdwOptions *options, Oid serverid)
{
	ForeignServer *server = GetForeignServer(serverid);

	options->serverid = serverid;
	options->server = server->servername;
	options->trusted = superuser_arg(server->owner);
	read_defaults(ForeignServerRelationId, options);
	read_defaults(ForeignTableRelationId, options);
	read_options(ForeignServerRelationId, server->options, options);
}

/*
 * Reads the options of a server, with the defaults of a foreign table; palloc'd
 * in the current context.
 */
LfdwOptions *
lfdw_option_server(Oid serverid)
{
	LfdwOptions *options = palloc0(sizeof(LfdwOptions));

	read_server(options, serverid);
	return options;
}

/*
 * Reads a foreign table's options over its server's over the defaults.
 *
 * Takes the table's OID.  The result and what it points to are palloc'd in
 * the current context.  Raises the validator's errors, should the catalogs
 * hold an option of another version.
 */
LfdwOptions *
lfdw_option_table(Oid relid)
{
	LfdwOptions *options = palloc0(sizeof(LfdwOptions));
	ForeignTable *table = GetForeignTable(relid);

	read_server(options, table->serverid);
	read_options(ForeignTableRelationId, table->options, options);
	return options;
}

/* The name of a server, palloc'd; NULL where it was dropped. */
char *
lfdw_option_server_name(Oid serverid)
{
	ForeignServer *server = GetForeignServerExtended(serverid, FSV_MISSING_OK);

	return server ? server->servername : NULL;
}

/* The role of a user mapping, "public" for all; NULL where it was dropped. */
char *
lfdw_option_mapping_user(Oid umid)
{
	HeapTuple	tuple = SearchSysCache1(USERMAPPINGOID, ObjectIdGetDatum(umid));
	Oid			userid;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	userid = ((Form_pg_user_mapping) GETSTRUCT(tuple))->umuser;
	ReleaseSysCache(tuple);
	return OidIsValid(userid) ? GetUserNameFromId(userid, true) :
		pstrdup("public");
}

/*
 * Refuses a server with privileged options whose owner is not (or no longer)
 * a superuser: the validator only saw who ran the statement (42501).
 */
void
lfdw_option_check_owner(const LfdwOptions *options)
{
	ListCell   *lc;

	if (options->trusted)
		return;
	foreach(lc, GetForeignServer(options->serverid)->options)
	{
		DefElem    *def = (DefElem *) lfirst(lc);
		const LfdwOption *option = find_option(ForeignServerRelationId,
											   def->defname);

		if (option && (option->flags & SUPERUSER) &&
			differs_from_default(option, defGetString(def)))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("server \"%s\" may not use option \"%s\"",
							options->server, option->name),
					 errdetail("Its owner is not a superuser."),
					 errhint("Drop the option, or make a superuser the server's owner.")));
	}
}
