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

#include "access/reloptions.h"
#include "commands/defrem.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "aws/caller.h"
#include "options/described_option.h"
#include "options/option.h"
#include "options/option_internal.h"
#include "options/option_name.h"
#include "pg/compat.h"
#include "pg/extension.h"

#define SENSITIVE 1				/* its value is never shown */
#define SUPERUSER 2				/* only a superuser may depart from the
								 * default, and own the server that does */
#define DESCRIBED 4				/* a function may say it of its tables: it is
								 * about their form, not about who pays or
								 * waits */
#define RELIED 8				/* lambda_fdw relies on the function for it:
								 * one that does not do so answers wrongly, or
								 * writes twice */

#define TABLE_FIELD(name) offsetof(LfdwOptions, name)
#define KEY_FIELD(name) offsetof(LfdwMapping, name)
#define COLUMN_FIELD(name) offsetof(LfdwColumnOptions, name)

/*
 * A table's row of the same name as a server's overrides it: both name the
 * same field, and the table's options are read last.
 */
/* *INDENT-OFF* */
static const LfdwOption option_table[] = {
	{"region", ForeignServerRelationId, LFDW_KIND_REGION, 0, 0, NULL, 0, TABLE_FIELD(route.region), "AWS region; a full ARN's region must agree"},
	{"endpoint", ForeignServerRelationId, LFDW_KIND_URL, 0, 0, NULL, 0, TABLE_FIELD(endpoint), "URL to call instead of the region's own Lambda endpoint"},
	{"use_fips_endpoint", ForeignServerRelationId, LFDW_KIND_BOOL, 0, 0, "false", 0, TABLE_FIELD(route.use_fips), "use the region's FIPS endpoint"},
	{"use_dualstack_endpoint", ForeignServerRelationId, LFDW_KIND_BOOL, 0, 0, "false", 0, TABLE_FIELD(route.use_dualstack), "use the region's endpoint for IPv4 and IPv6"},
	{"ca_bundle", ForeignServerRelationId, LFDW_KIND_PATH, 0, 0, NULL, SUPERUSER, TABLE_FIELD(route.ca_bundle), "file of PEM certificates to trust instead of the system's"},
	{"proxy", ForeignServerRelationId, LFDW_KIND_URL, 0, 0, NULL, SUPERUSER, TABLE_FIELD(route.proxy), "URL of an HTTP proxy; the environment's is never used"},
	{"allow_http", ForeignServerRelationId, LFDW_KIND_BOOL, 0, 0, "false", SUPERUSER, TABLE_FIELD(route.allow_http), "allow plain http beyond loopback"},
	{"connect_timeout_ms", ForeignServerRelationId, LFDW_KIND_INT, 1, INT_MAX, "5000", 0, TABLE_FIELD(route.limits.connect_timeout_ms), "longest wait for a connection, in milliseconds"},
	{"request_timeout_ms", ForeignServerRelationId, LFDW_KIND_INT, 1, INT_MAX, "910000", 0, TABLE_FIELD(route.limits.request_timeout_ms), "longest wait for a whole answer, in milliseconds"},
	{"max_attempts", ForeignServerRelationId, LFDW_KIND_INT, 1, 20, "3", 0, TABLE_FIELD(route.max_attempts), "times a request is sent at most, where trying again is safe"},
	{"max_concurrency", ForeignServerRelationId, LFDW_KIND_INT, 1, 1000, "16", 0, TABLE_FIELD(max_concurrency), "invocations a scan, or a write, may have under way at once"},
	{"max_response_bytes", ForeignServerRelationId, LFDW_KIND_INT, 1, 1073741823, NULL, 0, TABLE_FIELD(route.limits.max_response_bytes), "largest answer accepted, in bytes; default near what Lambda passes on, which is 6 MB, streamed 200 MB"},
	{"keep_connections", ForeignServerRelationId, LFDW_KIND_BOOL, 0, 0, "true", 0, TABLE_FIELD(route.keep_connections), "keep connections open between statements"},
	{"idle_connection_ms", ForeignServerRelationId, LFDW_KIND_INT, 0, INT_MAX, "60000", 0, TABLE_FIELD(route.limits.idle_connection_ms), "time after which an unused connection is closed, in milliseconds; 0: never"},
	{"max_in_flight", ForeignServerRelationId, LFDW_KIND_INT, 0, 1000000, "0", 0, TABLE_FIELD(route.server_limits.max_in_flight), "calls that all sessions together may have under way at once; 0: no limit"},
	{"max_calls_per_minute", ForeignServerRelationId, LFDW_KIND_INT, 0, 100000000, "0", 0, TABLE_FIELD(route.server_limits.max_calls_per_minute), "calls that all sessions together may begin in a minute; 0: no limit"},
	{"breaker_failures", ForeignServerRelationId, LFDW_KIND_INT, 0, 1000000, "0", 0, TABLE_FIELD(route.server_limits.breaker_failures), "calls in a row that get no answer, after which all sessions' calls fail at once; 0: never"},
	{"breaker_seconds", ForeignServerRelationId, LFDW_KIND_INT, 1, 86400, "30", 0, TABLE_FIELD(route.server_limits.breaker_seconds), "time for which they fail, before one call tries again"},
	{"allowed_functions", ForeignServerRelationId, LFDW_KIND_FUNCTION_LIST, 0, 0, NULL, 0, TABLE_FIELD(allowed_functions), "functions that may be called, with * for any characters, separated by commas; default any"},
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
	{"table_name", ForeignTableRelationId, LFDW_KIND_STRING, 0, 0, NULL, 0, TABLE_FIELD(table_name), "name that the function knows the table by; default the foreign table's own"},
	{"payload", ForeignTableRelationId, LFDW_KIND_OBJECT, 0, 0, NULL, DESCRIBED, TABLE_FIELD(payload), "JSON object that every request starts from"},
	{"envelope", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "true", DESCRIBED, TABLE_FIELD(envelope), "send the lambda_fdw member"},
	{"rows_path", ForeignTableRelationId, LFDW_KIND_POINTER, 0, 0, NULL, DESCRIBED, TABLE_FIELD(rows_path), "JSON Pointer to the rows in the answer"},
	{"cursor_path", ForeignTableRelationId, LFDW_KIND_POINTER, 0, 0, NULL, DESCRIBED, TABLE_FIELD(cursor_path), "JSON Pointer to the cursor of the next page in the answer"},
	{"cursor_argument", ForeignTableRelationId, LFDW_KIND_ARGUMENT, 0, 0, NULL, DESCRIBED, TABLE_FIELD(cursor_argument), "member of the payload, or JSON Pointer, that carries the cursor"},
	{"cursor_header", ForeignTableRelationId, LFDW_KIND_HEADER, 0, 0, NULL, DESCRIBED, TABLE_FIELD(cursor_header), "header of the answer that has the cursor; of link the URL of rel=next"},
	{"cursor_row_path", ForeignTableRelationId, LFDW_KIND_POINTER, 0, 0, NULL, DESCRIBED, TABLE_FIELD(cursor_row_path), "JSON Pointer to the cursor in the last row of a page"},
	{"page_argument", ForeignTableRelationId, LFDW_KIND_ARGUMENT, 0, 0, NULL, DESCRIBED, TABLE_FIELD(page_argument), "argument that carries the number of the page"},
	{"first_page", ForeignTableRelationId, LFDW_KIND_INT, 0, INT_MAX, "1", DESCRIBED, TABLE_FIELD(first_page), "number of the first page"},
	{"offset_argument", ForeignTableRelationId, LFDW_KIND_ARGUMENT, 0, 0, NULL, DESCRIBED, TABLE_FIELD(offset_argument), "argument that carries the number of rows received so far"},
	{"more_path", ForeignTableRelationId, LFDW_KIND_POINTER, 0, 0, NULL, DESCRIBED, TABLE_FIELD(more_path), "JSON Pointer to what says that no page follows: false or 0"},
	{"limit_argument", ForeignTableRelationId, LFDW_KIND_ARGUMENT, 0, 0, NULL, DESCRIBED, TABLE_FIELD(limit_argument), "argument that carries the rows wanted of a call"},
	{"page_size", ForeignTableRelationId, LFDW_KIND_INT, 1, INT_MAX, NULL, DESCRIBED, TABLE_FIELD(page_size), "rows of a page that limit_argument asks for"},
	{"capabilities", ForeignTableRelationId, LFDW_KIND_CAPABILITIES, 0, 0, NULL, DESCRIBED | RELIED, TABLE_FIELD(capabilities), "what the function honours exactly: limit, order_by"},
	{"max_batch_keys", ForeignTableRelationId, LFDW_KIND_INT, 1, 1000000, "1000", DESCRIBED, TABLE_FIELD(max_batch_keys), "values of one list that an invocation carries at most"},
	{"batch_argument", ForeignTableRelationId, LFDW_KIND_BATCH_ARGUMENT, 0, 0, NULL, DESCRIBED, TABLE_FIELD(batch_argument), "argument that carries a list of key tuples, or of rows that are inserted; the empty string: the payload itself"},
	{"batch_format", ForeignTableRelationId, LFDW_KIND_BATCH_FORMAT, 0, 0, NULL, DESCRIBED, TABLE_FIELD(batch_format), "what a tuple is in that list; default objects"},
	{"batch_answer", ForeignTableRelationId, LFDW_KIND_BATCH_ANSWER, 0, 0, NULL, DESCRIBED, TABLE_FIELD(batch_answer), "rows with their keys, or an element for each tuple in order; default rows"},
	{"batch_index_path", ForeignTableRelationId, LFDW_KIND_POINTER, 0, 0, NULL, DESCRIBED, TABLE_FIELD(batch_index_path), "JSON Pointer in an element to the number of its tuple, from 0"},
	{"item_payload", ForeignTableRelationId, LFDW_KIND_ITEM, 0, 0, NULL, DESCRIBED, TABLE_FIELD(item_payload), "JSON object that every tuple of a batch starts from"},
	{"event", ForeignTableRelationId, LFDW_KIND_EVENT, 0, 0, NULL, 0, TABLE_FIELD(event), "whose event the payload is"},
	{"route", ForeignTableRelationId, LFDW_KIND_ROUTE, 0, 0, NULL, 0, TABLE_FIELD(http_route), "method and path of an HTTP event, as in GET /orders/{id}"},
	{"argument_format", ForeignTableRelationId, LFDW_KIND_ARGUMENT_FORMAT, 0, 0, "json", DESCRIBED, TABLE_FIELD(argument_format), "how arguments are written: as JSON, with numbers as strings of their digits, as text, or lists joined by commas"},
	{"no_rows_status", ForeignTableRelationId, LFDW_KIND_STATUS_LIST, 0, 0, NULL, DESCRIBED, TABLE_FIELD(no_rows_status), "statusCodes of an answer that say that there are no rows"},
	{"no_rows_errors", ForeignTableRelationId, LFDW_KIND_NAME_LIST, 0, 0, NULL, DESCRIBED, TABLE_FIELD(no_rows_errors), "errorTypes of the function that say that there are no rows"},
	{"no_rows_missing", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "false", DESCRIBED, TABLE_FIELD(no_rows_missing), "a missing rows_path, or an empty object for a row, says that there are no rows"},
	{"error_path", ForeignTableRelationId, LFDW_KIND_POINTER, 0, 0, NULL, DESCRIBED, TABLE_FIELD(error_path), "JSON Pointer to what is the function's error, if it is there"},
	{"answer_format", ForeignTableRelationId, LFDW_KIND_ANSWER_FORMAT, 0, 0, "json", DESCRIBED, TABLE_FIELD(answer_format), "what the answer is"},
	{"rows_format", ForeignTableRelationId, LFDW_KIND_ROWS_FORMAT, 0, 0, "rows", DESCRIBED, TABLE_FIELD(rows_format), "entries: the members of an object are the rows"},
	{"response_mode", ForeignTableRelationId, LFDW_KIND_RESPONSE_MODE, 0, 0, "buffered", DESCRIBED, TABLE_FIELD(response_mode), "how the answer of a scan comes; streaming: while the function writes it"},
	{"splits", ForeignTableRelationId, LFDW_KIND_INT, 1, 10000, "1", DESCRIBED, TABLE_FIELD(splits), "calls that the function cuts a scan into, side by side"},
	{"cache_ttl_ms", ForeignTableRelationId, LFDW_KIND_INT, 0, INT_MAX, "0", 0, TABLE_FIELD(cache_ttl_ms), "how long answers are kept for all sessions, in milliseconds; 0 keeps none"},
	{"cache_match", ForeignTableRelationId, LFDW_KIND_CACHE_MATCH, 0, 0, "exact", 0, TABLE_FIELD(cache_match), "wider: an argument left out is no filter, so that an answer asked with fewer conditions serves"},
	{"cache_negative_ttl_ms", ForeignTableRelationId, LFDW_KIND_INT, -1, INT_MAX, "-1", 0, TABLE_FIELD(cache_negative_ttl_ms), "the same of keys without rows; -1 as cache_ttl_ms"},
	{"max_pages", ForeignTableRelationId, LFDW_KIND_INT, 1, INT_MAX, "10000", 0, TABLE_FIELD(max_pages), "pages after which a scan fails"},
	{"updatable", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "false", DESCRIBED, TABLE_FIELD(updatable), "INSERT, UPDATE, DELETE and COPY FROM invoke the function"},
	{"truncatable", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "false", DESCRIBED, TABLE_FIELD(truncatable), "TRUNCATE invokes the function"},
	{"batch_size", ForeignTableRelationId, LFDW_KIND_INT, 1, 1000000, "100", DESCRIBED, TABLE_FIELD(batch_size), "rows that are written by one invocation at most"},
	{"invocation_type", ForeignTableRelationId, LFDW_KIND_INVOCATION_TYPE, 0, 0, "RequestResponse", 0, TABLE_FIELD(invocation_type), "how writes invoke the function; Event: its answer is not waited for"},
	{"deliver_at", ForeignTableRelationId, LFDW_KIND_DELIVER_AT, 0, 0, "statement", 0, TABLE_FIELD(deliver_at), "when rows that are written are sent; commit: only once the transaction commits"},
	{"idempotent", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "false", DESCRIBED | RELIED, TABLE_FIELD(idempotent), "a write whose outcome is not known may be sent again"},
	{"durable", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "false", DESCRIBED | RELIED, TABLE_FIELD(durable), "the function is a durable one: the batch_id of a write names its execution"},
	{"insert_route", ForeignTableRelationId, LFDW_KIND_ROUTE, 0, 0, NULL, 0, TABLE_FIELD(insert_route), "method and path of the HTTP event that inserts a row"},
	{"update_route", ForeignTableRelationId, LFDW_KIND_ROUTE, 0, 0, NULL, 0, TABLE_FIELD(update_route), "the same for updates"},
	{"delete_route", ForeignTableRelationId, LFDW_KIND_ROUTE, 0, 0, NULL, 0, TABLE_FIELD(delete_route), "the same for deletions"},
	{"client_context", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "false", 0, TABLE_FIELD(client_context), "tell the function application name, user and database"},
	{"tenant_id", ForeignTableRelationId, LFDW_KIND_TENANT, 0, 0, NULL, 0, TABLE_FIELD(tenant_id), "tenant of a function with tenant isolation"},
	{"log_type", ForeignTableRelationId, LFDW_KIND_LOG_TYPE, 0, 0, "None", 0, TABLE_FIELD(log_tail), "Tail: ask for the end of the function's log, for EXPLAIN ANALYZE and errors"},
	{"estimated_rows", ForeignTableRelationId, LFDW_KIND_REAL, 1, 1e15, "1000", DESCRIBED, TABLE_FIELD(estimated_rows), "rows the planner expects where ANALYZE has not counted"},
	{"analyze", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "true", DESCRIBED, TABLE_FIELD(analyze), "false: ANALYZE, of a partitioned parent too, never calls the function"},
	{"connect_timeout_ms", ForeignTableRelationId, LFDW_KIND_INT, 1, INT_MAX, NULL, 0, TABLE_FIELD(route.limits.connect_timeout_ms), "overrides the server's"},
	{"request_timeout_ms", ForeignTableRelationId, LFDW_KIND_INT, 1, INT_MAX, NULL, 0, TABLE_FIELD(route.limits.request_timeout_ms), "overrides the server's"},
	{"max_attempts", ForeignTableRelationId, LFDW_KIND_INT, 1, 20, NULL, 0, TABLE_FIELD(route.max_attempts), "overrides the server's"},
	{"max_concurrency", ForeignTableRelationId, LFDW_KIND_INT, 1, 1000, NULL, 0, TABLE_FIELD(max_concurrency), "overrides the server's"},
	{"max_response_bytes", ForeignTableRelationId, LFDW_KIND_INT, 1, 1073741823, NULL, 0, TABLE_FIELD(route.limits.max_response_bytes), "overrides the server's"},
	{"invocation_latency_ms", ForeignTableRelationId, LFDW_KIND_INT, 0, INT_MAX, NULL, 0, TABLE_FIELD(invocation_latency_ms), "overrides the server's"},

	{"path", AttributeRelationId, LFDW_KIND_POINTER, 0, 0, NULL, DESCRIBED, COLUMN_FIELD(path), "JSON Pointer into the row; default / and the column's name"},
	{"pushdown", AttributeRelationId, LFDW_KIND_PUSHDOWN, 0, 0, NULL, DESCRIBED | RELIED, COLUMN_FIELD(pushdown), "operators that the function filters by exactly"},
	{"required", AttributeRelationId, LFDW_KIND_BOOL, 0, 0, "false", DESCRIBED, COLUMN_FIELD(required), "a query must give the column a value"},
	{"key", AttributeRelationId, LFDW_KIND_BOOL, 0, 0, "false", DESCRIBED, COLUMN_FIELD(key), "identifies the row that UPDATE and DELETE are about"},
	{"format", AttributeRelationId, LFDW_KIND_FORMAT, 0, 0, NULL, DESCRIBED, COLUMN_FIELD(format), "how the column is written in JSON"},
	{"input", AttributeRelationId, LFDW_KIND_BOOL, 0, 0, "false", DESCRIBED, COLUMN_FIELD(input), "the value is the query's and never the answer's"},
	{"argument_format", AttributeRelationId, LFDW_KIND_ARGUMENT_FORMAT, 0, 0, NULL, DESCRIBED, COLUMN_FIELD(argument_format), "overrides the table's"},
	{"null_if", AttributeRelationId, LFDW_KIND_TEXT, 0, 0, NULL, DESCRIBED, COLUMN_FIELD(null_if), "string that stands for NULL in the answer"},
};

/* *INDENT-ON* */

LFDW_SQL_FUNCTION(LFDW_EXTENSION_LAMBDA_FDW, lambda_fdw_options);

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

/*
 * The option of this name that an object of a catalog can have, or NULL.
 */
const LfdwOption *
lfdw_option_find(Oid catalog, const char *name)
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
void
lfdw_option_read_defaults(Oid catalog, void *base)
{
	for (int i = 0; i < (int) lengthof(option_table); i++)
	{
		if (option_table[i].catalog == catalog && option_table[i].boot_value)
			parse_option(&option_table[i], option_table[i].boot_value, base);
	}
}

/*
 * Reads the options of one object over the defaults into the structure of its
 * catalog (LfdwOptions, LfdwMapping or LfdwColumnOptions).  Raises HV00D for a
 * name that is none, HV024 for a value that is none.
 */
void
lfdw_option_read(Oid catalog, List *options, void *base)
{
	ListCell   *lc;

	foreach(lc, options)
	{
		DefElem    *def = (DefElem *) lfirst(lc);
		const LfdwOption *option = lfdw_option_find(catalog, def->defname);

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

/* Does a value set an option as only a superuser may? */
bool
lfdw_option_is_privileged(Oid catalog, DefElem *def)
{
	const LfdwOption *option = lfdw_option_find(catalog, def->defname);

	return option && (option->flags & SUPERUSER) &&
		differs_from_default(option, defGetString(def));
}

/* The catalog of what a function describes. */
static Oid
described_catalog(bool of_column)
{
	return of_column ? AttributeRelationId : ForeignTableRelationId;
}

/*
 * What a name is to a function that says it of a table or a column; kind gets that of
 * an option.
 */
LfdwDescribedName
lfdw_described_option_find(bool of_column, const char *name, LfdwOptionKind *kind)
{
	const LfdwOption *option = lfdw_option_find(described_catalog(of_column), name);

	if (option == NULL)
		return LFDW_DESCRIBED_NONE;
	*kind = option->kind;
	return option->flags & DESCRIBED ? LFDW_DESCRIBED_OPTION : LFDW_DESCRIBED_DENIED;
}

/*
 * Of the options of tables or columns that a function may say, and other words, the one
 * that a name which is none of them is closest to; NULL where none is close.
 */
const char *
lfdw_described_option_closest(bool of_column, const char *name,
							  const char *const *words, int nwords)
{
	const char *closest = NULL;
	int			best = LFDW_NAME_FAR;

	for (int i = 0; i < nwords + (int) lengthof(option_table); i++)
	{
		const LfdwOption *option = i < nwords ? NULL : &option_table[i - nwords];
		const char *word = option ? option->name : words[i];
		int			distance;

		if (option && (option->catalog != described_catalog(of_column) || !(option->flags & DESCRIBED)))
			continue;
		distance = lfdw_option_name_distance(name, word);
		if (distance < best)
		{
			best = distance;
			closest = word;
		}
	}
	return closest;
}

/*
 * The option after another, NULL for the first, of those that a function may say of
 * its tables or columns; NULL past the last.
 */
const LfdwOption *
lfdw_described_option_next(bool of_column, const LfdwOption *previous)
{
	for (int i = previous ? previous - option_table + 1 : 0;
		 i < (int) lengthof(option_table); i++)
	{
		if (option_table[i].catalog == described_catalog(of_column) &&
			(option_table[i].flags & DESCRIBED))
			return &option_table[i];
	}
	return NULL;
}

/* Does lambda_fdw rely on the function for what an option says of it? */
bool
lfdw_option_is_relied_on(const LfdwOption *option)
{
	return (option->flags & RELIED) != 0;
}

/*
 * Does an option take this text?  If not, why tells the reason, which
 * may have some of the text in it.
 */
bool
lfdw_described_option_takes(bool of_column, const char *name, const char *text,
							char **why)
{
	const LfdwOption *option = lfdw_option_find(described_catalog(of_column), name);

	/* room for whatever a kind stores, which is not kept */
	union
	{
		void	   *pointer;
		double		real;
		int			number;
		bool		truth;
	}			field;

	return lfdw_option_parse(option->kind, text, option->min, option->max, &field, why);
}

/* SQL function: the option table, a row an option. */
static Datum
run_lambda_fdw_options(PG_FUNCTION_ARGS)
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
 * Adds what the options of a column imply, palloc'd in the current context: an
 * input column is required, and its function takes one value, or a list where
 * that is all that is declared.
 */
void
lfdw_option_complete_column(LfdwColumnOptions *options)
{
	if (!options->input)
		return;
	options->required = true;
	if (options->pushdown == NULL)
		options->pushdown = palloc0(sizeof(LfdwPushdown) * LFDW_NOPERATORS);
	if (!options->pushdown[lfdw_operator_equality(true)->number].declared)
		options->pushdown[lfdw_operator_equality(false)->number].declared = true;
}

/*
 * The operators that a column's options, as pg_attribute has them, declare; NULL
 * for none.
 */
LfdwPushdown *
lfdw_option_pushdown(Datum options)
{
	LfdwColumnOptions column = {0};

	lfdw_option_read(AttributeRelationId, untransformRelOptions(options), &column);
	lfdw_option_complete_column(&column);
	return column.pushdown;
}
