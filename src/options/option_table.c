/*-------------------------------------------------------------------------
 *
 * option_table.c
 *		The table of the options: what each is, and what it means.
 *
 * A row has all that is said of an option.  The validator, the readers and
 * lambda_fdw_options() walk this table, scripts/manual writes docs/options.md
 * from it; no other code compares an option's name.
 *
 * IDENTIFICATION
 *	  src/options/option_table.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "aws/caller.h"
#include "options/option.h"
#include "options/option_internal.h"

#define TABLE_FIELD(name) offsetof(LfdwOptions, name)
#define KEY_FIELD(name) offsetof(LfdwMapping, name)
#define COLUMN_FIELD(name) offsetof(LfdwColumnOptions, name)

/*
 * A table's row of the same name as a server's overrides it: both name the
 * same field, and the table's options are read last.
 */
/* *INDENT-OFF* */
const LfdwOption lfdw_option_table[] = {
	{"region", ForeignServerRelationId, LFDW_KIND_REGION, 0, 0, NULL, 0, TABLE_FIELD(route.region),
		"AWS region. A table's full ARN must be of this region; without the option, each ARN tells "
	"its own"},
	{"endpoint", ForeignServerRelationId, LFDW_KIND_URL, 0, 0, NULL, 0, TABLE_FIELD(endpoint),
		"URL to call instead of `https://lambda.<region>.<suffix of the partition>`; default the "
	"region's"},
	{"use_fips_endpoint", ForeignServerRelationId, LFDW_KIND_BOOL, 0, 0, "false", 0, TABLE_FIELD(route.use_fips),
	"call the region's FIPS endpoint"},
	{"use_dualstack_endpoint", ForeignServerRelationId, LFDW_KIND_BOOL, 0, 0, "false", 0, TABLE_FIELD(route.use_dualstack),
	"call the region's endpoint for IPv4 and IPv6"},
	{"ca_bundle", ForeignServerRelationId, LFDW_KIND_PATH, 0, 0, NULL, LFDW_OPTION_SUPERUSER, TABLE_FIELD(route.ca_bundle),
	"PEM file of the certificates to trust; default the system's"},
	{"proxy", ForeignServerRelationId, LFDW_KIND_URL, 0, 0, NULL, LFDW_OPTION_SUPERUSER, TABLE_FIELD(route.proxy),
		"URL of an HTTP proxy, of port 80 or 443 where it names none; default none: the environment's "
	"proxies are ignored"},
	{"allow_http", ForeignServerRelationId, LFDW_KIND_BOOL, 0, 0, "false", LFDW_OPTION_SUPERUSER, TABLE_FIELD(route.allow_http),
	"allow plain http beyond loopback"},
	{"connect_timeout_ms", ForeignServerRelationId, LFDW_KIND_INT, 1, INT_MAX, "5000", 0, TABLE_FIELD(route.limits.connect_timeout_ms),
	"longest wait for a connection, in milliseconds"},
	{"request_timeout_ms", ForeignServerRelationId, LFDW_KIND_INT, 1, INT_MAX, "910000", 0, TABLE_FIELD(route.limits.request_timeout_ms),
	"longest wait for a whole answer, in milliseconds: Lambda's 15 minutes and a margin"},
	{"max_attempts", ForeignServerRelationId, LFDW_KIND_INT, 1, 20, "3", 0, TABLE_FIELD(route.max_attempts),
	"how often a request is sent at most, where sending it again is safe"},
	{"max_concurrency", ForeignServerRelationId, LFDW_KIND_INT, 1, 1000, "16", 0, TABLE_FIELD(max_concurrency),
		"invocations that a scan, or a write, may have under way at once, 1 to 1000; fewer where a "
	"third of `max_files_per_process` (some 300 by default) leaves no descriptors for them"},
	{"max_response_bytes", ForeignServerRelationId, LFDW_KIND_INT, 1, 1073741823, NULL, 0, TABLE_FIELD(route.limits.max_response_bytes),
		"largest answer accepted, in bytes; default Lambda's limit with a margin: 6 MB, 200 MB where "
	"it is streamed. A body in gzip may unpack to 256 MB by default"},
	{"keep_connections", ForeignServerRelationId, LFDW_KIND_BOOL, 0, 0, "true", 0, TABLE_FIELD(route.keep_connections),
	"keep connections open between statements"},
	{"idle_connection_ms", ForeignServerRelationId, LFDW_KIND_INT, 0, INT_MAX, "60000", 0, TABLE_FIELD(route.limits.idle_connection_ms),
		"time after which a connection that nobody uses is closed, also in an idle session, in "
	"milliseconds; `0`: never"},
	{"max_in_flight", ForeignServerRelationId, LFDW_KIND_INT, 0, 1000000, "0", 0, TABLE_FIELD(route.server_limits.max_in_flight),
	"calls that all sessions of the cluster together may have under way at once; `0`: no limit"},
	{"max_calls_per_minute", ForeignServerRelationId, LFDW_KIND_INT, 0, 100000000, "0", 0, TABLE_FIELD(route.server_limits.max_calls_per_minute),
	"calls that all sessions together may begin in a minute; `0`: no limit"},
	{"breaker_failures", ForeignServerRelationId, LFDW_KIND_INT, 0, 1000000, "0", 0, TABLE_FIELD(route.server_limits.breaker_failures),
		"calls in a row that get no answer, after which every session's calls fail at once; `0`: "
	"never"},
	{"breaker_seconds", ForeignServerRelationId, LFDW_KIND_INT, 1, 86400, "30", 0, TABLE_FIELD(route.server_limits.breaker_seconds),
	"seconds for which calls fail after `breaker_failures`, before one call tries again"},
	{"allowed_functions", ForeignServerRelationId, LFDW_KIND_FUNCTION_LIST, 0, 0, NULL, 0, TABLE_FIELD(allowed_functions),
		"functions that may be called through the server, by whomever: names with `*` for any "
	"characters, separated by commas; default any"},
	{"invocation_latency_ms", ForeignServerRelationId, LFDW_KIND_INT, 0, INT_MAX, "50", 0, TABLE_FIELD(invocation_latency_ms),
	"what an invocation costs the planner, in milliseconds"},
	{"fdw_startup_cost", ForeignServerRelationId, LFDW_KIND_REAL, 0, 1e9, "0", 0, TABLE_FIELD(fdw_startup_cost),
	"planner cost added to the start of a scan"},
	{"fdw_tuple_cost", ForeignServerRelationId, LFDW_KIND_REAL, 0, 1e9, "0.05", 0, TABLE_FIELD(fdw_tuple_cost),
	"planner cost added for each row"},

	{"aws_access_key_id", UserMappingRelationId, LFDW_KIND_STRING, 0, 0, NULL, 0, KEY_FIELD(access_key_id),
	"access key that signs the requests"},
	{"aws_secret_access_key", UserMappingRelationId, LFDW_KIND_STRING, 0, 0, NULL, LFDW_OPTION_SENSITIVE, KEY_FIELD(secret_access_key),
	"secret of the access key"},
	{"aws_session_token", UserMappingRelationId, LFDW_KIND_STRING, 0, 0, NULL, LFDW_OPTION_SENSITIVE, KEY_FIELD(session_token),
	"session token of temporary keys"},
	{"credentials_file", UserMappingRelationId, LFDW_KIND_PATH, 0, 0, NULL, LFDW_OPTION_SUPERUSER, KEY_FIELD(credentials_file),
		"file of the server's machine that has the keys, in the form of AWS's credentials file, read "
	"for each call"},
	{"profile", UserMappingRelationId, LFDW_KIND_STRING, 0, 0, NULL, 0, KEY_FIELD(profile),
	"profile of the `credentials_file`; without one, of the server's own AWS files"},
	{"role_arn", UserMappingRelationId, LFDW_KIND_ROLE, 0, 0, NULL, 0, KEY_FIELD(role_arn),
	"role to assume, with the keys or with what the server has"},
	{"external_id", UserMappingRelationId, LFDW_KIND_EXTERNAL_ID, 0, 0, NULL, 0, KEY_FIELD(external_id),
	"external id that the role's trust policy asks for"},
	{"role_session_name", UserMappingRelationId, LFDW_KIND_SESSION_NAME, 0, 0, NULL, 0, KEY_FIELD(role_session_name),
	"name of the role's session in AWS's logs; default `lambda_fdw`"},
	{"use_ambient_credentials", UserMappingRelationId, LFDW_KIND_BOOL, 0, 0, "false", LFDW_OPTION_SUPERUSER, KEY_FIELD(use_ambient_credentials),
	"`true` lets the role use the server's own credentials"},

	{"function_arn", ForeignTableRelationId, LFDW_KIND_FUNCTION, 0, 0, NULL, 0, TABLE_FIELD(function_arn),
		"the function: `name`, `123456789012:function:name` or a full ARN, each with or without "
	"`:qualifier`"},
	{"qualifier", ForeignTableRelationId, LFDW_KIND_QUALIFIER, 0, 0, NULL, 0, TABLE_FIELD(qualifier),
	"version or alias to call"},
	{"table_name", ForeignTableRelationId, LFDW_KIND_STRING, 0, 0, NULL, 0, TABLE_FIELD(table_name),
		"name that the function knows the table by: `table` in the envelope; default the foreign "
	"table's"},
	{"payload", ForeignTableRelationId, LFDW_KIND_OBJECT, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(payload),
	"JSON object that every payload starts from"},
	{"envelope", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "true", LFDW_OPTION_DESCRIBED, TABLE_FIELD(envelope),
	"send the member `lambda_fdw`; turn it off for functions that refuse unknown members"},
	{"rows_path", ForeignTableRelationId, LFDW_KIND_POINTER, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(rows_path),
	"JSON Pointer to the rows in the answer"},
	{"cursor_path", ForeignTableRelationId, LFDW_KIND_POINTER, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(cursor_path),
	"JSON Pointer to the next page's cursor in the answer, beside the rows"},
	{"cursor_argument", ForeignTableRelationId, LFDW_KIND_ARGUMENT, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(cursor_argument),
		"argument that carries the cursor, from the second page on; without it, the envelope does, "
	"or, where there is a `route`, the cursor is the next page's URL"},
	{"cursor_header", ForeignTableRelationId, LFDW_KIND_HEADER, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(cursor_header),
		"header of the answer (in API Gateway's form) with the cursor; of `link` the URL of "
	"`rel=\"next\"`"},
	{"cursor_row_path", ForeignTableRelationId, LFDW_KIND_POINTER, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(cursor_row_path),
	"JSON Pointer to the cursor in the last row of a page"},
	{"page_argument", ForeignTableRelationId, LFDW_KIND_ARGUMENT, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(page_argument),
	"argument that carries the page's number"},
	{"first_page", ForeignTableRelationId, LFDW_KIND_INT, 0, INT_MAX, "1", LFDW_OPTION_DESCRIBED, TABLE_FIELD(first_page),
	"number of the first page"},
	{"offset_argument", ForeignTableRelationId, LFDW_KIND_ARGUMENT, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(offset_argument),
	"argument that carries the number of rows received so far"},
	{"more_path", ForeignTableRelationId, LFDW_KIND_POINTER, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(more_path),
	"JSON Pointer to what ends the pages: false, 0, `\"\"` or `\"false\"`, whatever the cursor is"},
	{"limit_argument", ForeignTableRelationId, LFDW_KIND_ARGUMENT, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(limit_argument),
	"argument that carries the rows wanted of one call: `page_size`, or a `LIMIT` that is sent"},
	{"page_size", ForeignTableRelationId, LFDW_KIND_INT, 1, INT_MAX, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(page_size),
	"rows of a page, for `limit_argument`"},
	{"capabilities", ForeignTableRelationId, LFDW_KIND_CAPABILITIES, 0, 0, NULL, LFDW_OPTION_DESCRIBED | LFDW_OPTION_RELIED, TABLE_FIELD(capabilities),
	"what the function honours exactly if it is asked: `limit`, `order_by`"},
	{"max_batch_keys", ForeignTableRelationId, LFDW_KIND_INT, 1, 1000000, "1000", LFDW_OPTION_DESCRIBED, TABLE_FIELD(max_batch_keys),
		"values of a list, keys of a join or tuples of a batch that one invocation carries at most; "
	"more go in parts, side by side"},
	{"batch_argument", ForeignTableRelationId, LFDW_KIND_BATCH_ARGUMENT, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(batch_argument),
		"argument that carries a list of tuples: the values of the required columns whose `=` names "
		"no argument; without the envelope also that of rows that are inserted; `''`: the payload "
	"itself"},
	{"batch_format", ForeignTableRelationId, LFDW_KIND_BATCH_FORMAT, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(batch_format),
	"a tuple in the list of `batch_argument`: `objects`, `arrays` or `values`; default `objects`"},
	{"batch_answer", ForeignTableRelationId, LFDW_KIND_BATCH_ANSWER, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(batch_answer),
		"what answers a batch: `rows`, which carry their keys, or `aligned`, an element a tuple; "
	"default `rows`"},
	{"batch_index_path", ForeignTableRelationId, LFDW_KIND_POINTER, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(batch_index_path),
	"JSON Pointer in an element of the answer to its tuple's number, from 0"},
	{"item_payload", ForeignTableRelationId, LFDW_KIND_ITEM, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(item_payload),
	"JSON object that each tuple, or inserted row, starts from"},
	{"event", ForeignTableRelationId, LFDW_KIND_EVENT, 0, 0, NULL, 0, TABLE_FIELD(event),
		"the payload is an event: `apigateway_v1` (REST APIs, payload format 1.0) or `apigateway_v2` "
		"(HTTP APIs and function URLs, 2.0), with `route`; `redshift` or `snowflake`, the batches of "
	"their external functions: input columns and one column for the result"},
	{"route", ForeignTableRelationId, LFDW_KIND_ROUTE, 0, 0, NULL, 0, TABLE_FIELD(http_route),
		"method and path of an HTTP event, and its fixed query: `GET /orders/{id}?limit=100`. An "
		"argument of the name goes into `{id}`; any other into the query, or into the JSON body of "
		"POST, PUT, PATCH and OPTIONS; a JSON Pointer, from the event's root, where it says: "
		"`/headers/x-tenant`, `/body/filter/sku` for what lies deeper in the body. `payload "
	"'{\"body\": {...}}'` has the body's fixed members; `{}` sends one that is empty"},
	{"argument_format", ForeignTableRelationId, LFDW_KIND_ARGUMENT_FORMAT, 0, 0, "json", LFDW_OPTION_DESCRIBED, TABLE_FIELD(argument_format),
		"how arguments, and rows without the envelope, are written: `json`; `digits`, the same with "
		"numbers as strings, in filters and in the envelope's rows too, for languages whose numbers "
	"lose digits; `text`; or `csv`, lists joined by commas"},
	{"no_rows_status", ForeignTableRelationId, LFDW_KIND_STATUS_LIST, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(no_rows_status),
	"values of the answer's own `statusCode` that mean no rows: `404, 410`"},
	{"no_rows_errors", ForeignTableRelationId, LFDW_KIND_NAME_LIST, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(no_rows_errors),
	"errorTypes of the function, exactly, that mean no rows"},
	{"no_rows_missing", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "false", LFDW_OPTION_DESCRIBED, TABLE_FIELD(no_rows_missing),
	"nothing at `rows_path`, or `{}` in place of the rows, means no rows"},
	{"error_path", ForeignTableRelationId, LFDW_KIND_POINTER, 0, 0, NULL, LFDW_OPTION_DESCRIBED, TABLE_FIELD(error_path),
	"JSON Pointer to the function's error, where the answer has one: `/errors`"},
	{"answer_format", ForeignTableRelationId, LFDW_KIND_ANSWER_FORMAT, 0, 0, "json", LFDW_OPTION_DESCRIBED, TABLE_FIELD(answer_format),
		"what the answer is: `json`; `csv`, with a header; `raw`, the body is the value of the one "
	"column that is no `input`"},
	{"rows_format", ForeignTableRelationId, LFDW_KIND_ROWS_FORMAT, 0, 0, "rows", LFDW_OPTION_DESCRIBED, TABLE_FIELD(rows_format),
	"what the rows are: `rows`; `entries`, the members of an object, as `/key` and `/value`"},
	{"response_mode", ForeignTableRelationId, LFDW_KIND_RESPONSE_MODE, 0, 0, "buffered", LFDW_OPTION_DESCRIBED, TABLE_FIELD(response_mode),
		"how the answer of a scan comes; `streaming`: while the function writes it. Writes have no "
	"streamed answers"},
	{"splits", ForeignTableRelationId, LFDW_KIND_INT, 1, 10000, "1", LFDW_OPTION_DESCRIBED, TABLE_FIELD(splits),
	"calls into which the function cuts each of a scan's, side by side"},
	{"cache_ttl_ms", ForeignTableRelationId, LFDW_KIND_INT, 0, INT_MAX, "0", 0, TABLE_FIELD(cache_ttl_ms),
	"how long answers are kept for all sessions, in milliseconds; `0`: not at all"},
	{"cache_match", ForeignTableRelationId, LFDW_KIND_CACHE_MATCH, 0, 0, "exact", 0, TABLE_FIELD(cache_match),
		"`wider`: an argument left out is no filter, so that answers that were asked for with fewer "
	"conditions serve, too; needs `cache_ttl_ms`"},
	{"cache_negative_ttl_ms", ForeignTableRelationId, LFDW_KIND_INT, -1, INT_MAX, "-1", 0, TABLE_FIELD(cache_negative_ttl_ms),
		"how long it is kept that there were no rows for a key, in milliseconds; `-1`: as "
	"`cache_ttl_ms`, which it needs"},
	{"max_pages", ForeignTableRelationId, LFDW_KIND_INT, 1, INT_MAX, "10000", 0, TABLE_FIELD(max_pages),
	"pages after which a scan fails"},
	{"updatable", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "false", LFDW_OPTION_DESCRIBED, TABLE_FIELD(updatable),
	"INSERT, UPDATE, DELETE and COPY FROM invoke the function"},
	{"truncatable", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "false", LFDW_OPTION_DESCRIBED, TABLE_FIELD(truncatable),
	"TRUNCATE invokes the function"},
	{"batch_size", ForeignTableRelationId, LFDW_KIND_INT, 1, 1000000, "100", LFDW_OPTION_DESCRIBED, TABLE_FIELD(batch_size),
		"rows that are written by one invocation at most: with the envelope, or in the list of "
	"`batch_argument`; else it is one row"},
	{"invocation_type", ForeignTableRelationId, LFDW_KIND_INVOCATION_TYPE, 0, 0, "RequestResponse", 0, TABLE_FIELD(invocation_type),
	"how writes invoke the function; `Event`: its answer is not waited for"},
	{"deliver_at", ForeignTableRelationId, LFDW_KIND_DELIVER_AT, 0, 0, "statement", 0, TABLE_FIELD(deliver_at),
	"when rows that are written are sent; `commit`: only once the transaction commits"},
	{"idempotent", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "false", LFDW_OPTION_DESCRIBED | LFDW_OPTION_RELIED, TABLE_FIELD(idempotent),
		"the function may run twice for one write: a write whose outcome is not known (08007) is "
	"sent again"},
	{"durable", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "false", LFDW_OPTION_DESCRIBED | LFDW_OPTION_RELIED, TABLE_FIELD(durable),
		"the function is a durable one: the `batch_id` of a write names its execution, so that it "
	"may be sent again"},
	{"insert_route", ForeignTableRelationId, LFDW_KIND_ROUTE, 0, 0, NULL, 0, TABLE_FIELD(insert_route),
		"method and path of the HTTP event that inserts a row, or the list of `batch_argument`, as "
	"in `POST /orders`; columns go where arguments would, by the names of their paths"},
	{"update_route", ForeignTableRelationId, LFDW_KIND_ROUTE, 0, 0, NULL, 0, TABLE_FIELD(update_route),
		"method and path of the HTTP event that updates a row, as in `PATCH /orders/{id}`, whose "
	"`{id}` is that of the row that is there; rows are read by `route` first"},
	{"delete_route", ForeignTableRelationId, LFDW_KIND_ROUTE, 0, 0, NULL, 0, TABLE_FIELD(delete_route),
	"method and path of the HTTP event that deletes a row, as in `DELETE /orders/{id}`"},
	{"client_context", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "false", 0, TABLE_FIELD(client_context),
	"tell the function application name, user and database: `context.client_context.custom`"},
	{"tenant_id", ForeignTableRelationId, LFDW_KIND_TENANT, 0, 0, NULL, 0, TABLE_FIELD(tenant_id),
	"tenant of a function with tenant isolation"},
	{"log_type", ForeignTableRelationId, LFDW_KIND_LOG_TYPE, 0, 0, "None", 0, TABLE_FIELD(log_tail),
		"`Tail`: fetch the end of the function's log, for `EXPLAIN ANALYZE` and for the server's log "
	"when the function fails"},
	{"estimated_rows", ForeignTableRelationId, LFDW_KIND_REAL, 1, 1e15, "1000", LFDW_OPTION_DESCRIBED, TABLE_FIELD(estimated_rows),
	"rows the planner expects, until `ANALYZE` has counted them"},
	{"analyze", ForeignTableRelationId, LFDW_KIND_BOOL, 0, 0, "true", LFDW_OPTION_DESCRIBED, TABLE_FIELD(analyze),
	"`false`: `ANALYZE`, of a parent too, never calls the function"},
	{"connect_timeout_ms", ForeignTableRelationId, LFDW_KIND_INT, 1, INT_MAX, NULL, 0, TABLE_FIELD(route.limits.connect_timeout_ms),
	"overrides the server's"},
	{"request_timeout_ms", ForeignTableRelationId, LFDW_KIND_INT, 1, INT_MAX, NULL, 0, TABLE_FIELD(route.limits.request_timeout_ms),
	"overrides the server's"},
	{"max_attempts", ForeignTableRelationId, LFDW_KIND_INT, 1, 20, NULL, 0, TABLE_FIELD(route.max_attempts),
	"overrides the server's"},
	{"max_concurrency", ForeignTableRelationId, LFDW_KIND_INT, 1, 1000, NULL, 0, TABLE_FIELD(max_concurrency),
	"overrides the server's"},
	{"max_response_bytes", ForeignTableRelationId, LFDW_KIND_INT, 1, 1073741823, NULL, 0, TABLE_FIELD(route.limits.max_response_bytes),
	"overrides the server's"},
	{"invocation_latency_ms", ForeignTableRelationId, LFDW_KIND_INT, 0, INT_MAX, NULL, 0, TABLE_FIELD(invocation_latency_ms),
	"overrides the server's"},

	{"path", AttributeRelationId, LFDW_KIND_POINTER, 0, 0, NULL, LFDW_OPTION_DESCRIBED, COLUMN_FIELD(path),
	"JSON Pointer into the row; `''` is the whole row; default `/` and the column's name"},
	{"pushdown", AttributeRelationId, LFDW_KIND_PUSHDOWN, 0, 0, NULL, LFDW_OPTION_DESCRIBED | LFDW_OPTION_RELIED, COLUMN_FIELD(pushdown),
		"operators that the function filters by exactly: `=` `<>` `<` `<=` `>` `>=` `in` `not in` "
		"`like` `ilike` `is null` `is not null`, each perhaps with an argument's name, which is of "
	"that operator alone: `'=:id, in:id, >=:since'`"},
	{"required", AttributeRelationId, LFDW_KIND_BOOL, 0, 0, "false", LFDW_OPTION_DESCRIBED, COLUMN_FIELD(required),
	"a query must give the column a value, by a declared operator or a join"},
	{"key", AttributeRelationId, LFDW_KIND_BOOL, 0, 0, "false", LFDW_OPTION_DESCRIBED, COLUMN_FIELD(key),
	"the column identifies the row that UPDATE and DELETE are about"},
	{"format", AttributeRelationId, LFDW_KIND_FORMAT, 0, 0, NULL, LFDW_OPTION_DESCRIBED, COLUMN_FIELD(format),
	"`epoch_s` or `epoch_ms` for timestamps, `base64` or `hex` for bytea"},
	{"input", AttributeRelationId, LFDW_KIND_BOOL, 0, 0, "false", LFDW_OPTION_DESCRIBED, COLUMN_FIELD(input),
	"the value is the query's, never the answer's; implies `required` and `=`"},
	{"argument_format", AttributeRelationId, LFDW_KIND_ARGUMENT_FORMAT, 0, 0, NULL, LFDW_OPTION_DESCRIBED, COLUMN_FIELD(argument_format),
	"overrides the table's"},
	{"null_if", AttributeRelationId, LFDW_KIND_TEXT, 0, 0, NULL, LFDW_OPTION_DESCRIBED, COLUMN_FIELD(null_if),
	"string of the answer that is NULL"},
};

/* *INDENT-ON* */

const int	lfdw_option_count = lengthof(lfdw_option_table);
