/*-------------------------------------------------------------------------
 *
 * setting.c
 *		The settings of lambda_fdw.
 *
 * IDENTIFICATION
 *	  src/pg/setting.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "miscadmin.h"
#include "utils/guc.h"

#include "base/endpoint_list.h"
#include "base/trace_context.h"
#include "base/uri.h"
#include "pg/setting.h"

/* X-Ray's own headers are some hundred characters. */
#define TRACE_ID_MAX 1024

/* RDS cuts an export into objects of about 6 GB. */
#define FILE_SIZE_LIMIT_KB (6 * 1024 * 1024)

/* Blocks of the cache are numbered by 32 bits. */
#define CACHE_SIZE_MAX_KB (64 * 1024 * 1024)

static char *trace_id = NULL;
static bool enable_bind_join = true;
static int	commit_timeout_ms;
static int	answer_mem_kb;
static bool track = true;
static int	stats_max;
static bool limits_local = false;
static int	slot_timeout_ms;
static int	log_invocations = LFDW_LOG_OFF;
static int	log_min_duration_ms;
static bool trace_from_comments = false;
static LfdwCacheSettings cache;
static LfdwBudget budget;
static LfdwNetworkPolicy network_policy;
static LfdwAwsLambdaSettings aws_lambda;
static LfdwAwsS3Settings aws_s3;
static char *aws_ml_server = NULL;

/* Empty, X-Ray's header or W3C's; as a header's value it must not become another. */
static bool
check_trace_id(char **value, void **extra, GucSource source)
{
	char		header[LFDW_TRACE_HEADER_SIZE];

	for (const char *p = *value; *p; p++)
	{
		if ((unsigned char) *p < ' ' || (unsigned char) *p >= 0x7F)
		{
			GUC_check_errdetail("A trace header has printable ASCII characters only.");
			return false;
		}
	}
	if ((*value)[0] != '\0' && !lfdw_trace_is_header(*value) &&
		!lfdw_trace_from_parent(header, *value, strlen(*value)))
	{
		GUC_check_errdetail("It is neither X-Ray's header nor a W3C traceparent.");
		GUC_check_errhint("X-Ray's has fields, as Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1, a traceparent is like 00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01.");
		return false;
	}
	if (strlen(*value) > TRACE_ID_MAX)
	{
		GUC_check_errdetail("A trace header has at most %d characters.", TRACE_ID_MAX);
		return false;
	}
	return true;
}

/* No server has another name. */
static bool
check_server(char **value, void **extra, GucSource source)
{
	if ((*value)[0] != '\0' && strlen(*value) < NAMEDATALEN)
		return true;
	GUC_check_errdetail("A server's name has 1 to %d bytes.", NAMEDATALEN - 1);
	return false;
}

static bool
check_endpoint_override(char **value, void **extra, GucSource source)
{
	LfdwUrl		url;
	const char *why;

	if ((*value)[0] == '\0' || lfdw_url_parse(*value, &url, &why))
		return true;
	GUC_check_errdetail("%s", why);
	return false;
}

/*
 * Names, defaults and bounds are those of RDS; the server is ours.  Which
 * server and endpoint decides where credentials go, so a superuser says.
 */
static void
define_aws_lambda(void)
{
	DefineCustomStringVariable("aws_lambda.server",
							   "Foreign server that aws_lambda.invoke calls Lambda through.",
							   NULL, &aws_lambda.server, "aws_lambda",
							   PGC_SUSET, 0, check_server, NULL, NULL);
	DefineCustomStringVariable("aws_lambda.endpoint_override",
							   "URL that aws_lambda.invoke calls instead of the server's endpoint.",
							   "Empty for the server's, or the region's.",
							   &aws_lambda.endpoint_override, "",
							   PGC_SUSET, 0, check_endpoint_override, NULL, NULL);
	DefineCustomIntVariable("aws_lambda.connect_timeout_ms",
							"Longest wait of aws_lambda.invoke for a connection, in milliseconds.",
							NULL, &aws_lambda.connect_timeout_ms, 1000, 1, 900000,
							PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("aws_lambda.request_timeout_ms",
							"Longest wait of aws_lambda.invoke for an answer, in milliseconds.",
							NULL, &aws_lambda.request_timeout_ms, 3000, 1, 900000,
							PGC_USERSET, 0, NULL, NULL, NULL);
	MarkGUCPrefixReserved("aws_lambda");
}

/*
 * RDS has no settings for S3 and for machine learning.  The size is one for
 * tests: objects of 6 GB are none.
 */
static void
define_aws_s3_and_ml(void)
{
	DefineCustomStringVariable("aws_s3.server",
							   "Foreign server that the functions of aws_s3 call Amazon S3 through.",
							   NULL, &aws_s3.server, "aws_s3",
							   PGC_SUSET, 0, check_server, NULL, NULL);
	DefineCustomIntVariable("aws_s3.file_size_limit",
							"Size from which aws_s3.query_export_to_s3 goes on in another object.",
							NULL, &aws_s3.file_size_limit_kb,
							FILE_SIZE_LIMIT_KB, 1, MAX_KILOBYTES,
							PGC_SUSET, GUC_UNIT_KB | GUC_NOT_IN_SAMPLE,
							NULL, NULL, NULL);
	MarkGUCPrefixReserved("aws_s3");
	DefineCustomStringVariable("aws_ml.server",
							   "Foreign server that the functions of aws_ml call AWS through.",
							   NULL, &aws_ml_server, "aws_ml",
							   PGC_SUSET, 0, check_server, NULL, NULL);
	MarkGUCPrefixReserved("aws_ml");
}

static bool
check_allowed_endpoints(char **value, void **extra, GucSource source)
{
	const char *why;

	if (lfdw_endpoint_list_is_valid(*value, &why))
		return true;
	GUC_check_errdetail("%s", why);
	return false;
}

static const struct config_enum_entry log_choices[] = {
	{"off", LFDW_LOG_OFF, false},
	{"errors", LFDW_LOG_ERRORS, false},
	{"all", LFDW_LOG_ALL, false},
	{NULL, 0, false}
};

/*
 * What is seen of calls.  Who could turn it off could hide them, so a superuser
 * says.  How much there is room for is decided when the memory is made: where the
 * library is preloaded that is once.
 */
static void
define_statistics(void)
{
	DefineCustomBoolVariable("lambda_fdw.track",
							 "Counts calls for pg_stat_lambda, and shows them in pg_stat_lambda_activity.",
							 NULL, &track, true, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("lambda_fdw.stats_max",
							"Rows that pg_stat_lambda has at most.",
							"One for each function, qualifier, server, user and database; where they are used up, those not used for long are dropped.",
							&stats_max, 1000, 16, 100000,
							process_shared_preload_libraries_in_progress ?
							PGC_POSTMASTER : PGC_SIGHUP, 0, NULL, NULL, NULL);
	DefineCustomEnumVariable("lambda_fdw.log_invocations",
							 "Calls of which there is a line in the server's log.",
							 "The line has no payload and no secret.",
							 &log_invocations, LFDW_LOG_OFF, log_choices,
							 PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("lambda_fdw.log_min_duration",
							"Calls that take at least so long have a line in the server's log.",
							"0 for all, -1 for none.",
							&log_min_duration_ms, -1, -1, INT_MAX,
							PGC_SUSET, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomBoolVariable("lambda_fdw.trace_from_comments",
							 "Takes the trace of a statement from the traceparent in its sqlcommenter comment.",
							 NULL, &trace_from_comments, false, PGC_USERSET, 0,
							 NULL, NULL, NULL);
}

/*
 * What a statement may do, as temp_file_limit says it: who may set these is who may
 * depart from them.
 */
static void
define_budget(void)
{
	DefineCustomIntVariable("lambda_fdw.max_invocations",
							"Calls that a statement may make.",
							"0 for no limit.",
							&budget.max_invocations, 0, 0, INT_MAX,
							PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("lambda_fdw.max_bytes",
							"Bytes that a statement may send and receive, all calls together.",
							"0 for no limit.",
							&budget.max_kb, 0, 0, INT_MAX,
							PGC_SUSET, GUC_UNIT_KB, NULL, NULL, NULL);
	DefineCustomRealVariable("lambda_fdw.max_cost",
							 "What the calls of a statement may cost, in dollars.",
							 "0 for no limit; lambda_fdw.price_request and lambda_fdw.price_gb_second have the prices.",
							 &budget.max_cost, 0, 0, 1e9, PGC_SUSET, 0,
							 NULL, NULL, NULL);
	DefineCustomRealVariable("lambda_fdw.price_request",
							 "Price of a request to Lambda, in dollars.",
							 "Such as 0.0000002; 0 where it is not known.",
							 &budget.price_request, 0, 0, 1e6, PGC_SUSET, 0,
							 NULL, NULL, NULL);
	DefineCustomRealVariable("lambda_fdw.price_gb_second",
							 "Price of a second of a function with 1 GB, in dollars.",
							 "Such as 0.0000166667; 0 where it is not known.",
							 &budget.price_gb_second, 0, 0, 1e6, PGC_SUSET, 0,
							 NULL, NULL, NULL);
}

/* Limits of servers, and where servers may lead. */
static void
define_limits(void)
{
	DefineCustomBoolVariable("lambda_fdw.limits_local",
							 "Keeps limits of servers within each session, where sessions share no memory.",
							 NULL, &limits_local, false, PGC_SUSET, 0,
							 NULL, NULL, NULL);
	DefineCustomIntVariable("lambda_fdw.slot_timeout",
							"Longest wait of a call for max_in_flight and max_calls_per_minute.",
							"0 for no limit.",
							&slot_timeout_ms, 60000, 0, INT_MAX,
							PGC_USERSET, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomStringVariable("lambda_fdw.allowed_endpoints",
							   "Endpoints that servers of ordinary owners may have: hosts, with * for any characters, each perhaps with a port, separated by commas.",
							   "Empty for any.",
							   &network_policy.allowed_endpoints, "", PGC_SUSET, 0,
							   check_allowed_endpoints, NULL, NULL);
	DefineCustomBoolVariable("lambda_fdw.deny_private_addresses",
							 "Refuses private addresses to servers of ordinary owners.",
							 NULL, &network_policy.deny_private, false, PGC_SUSET, 0,
							 NULL, NULL, NULL);
}

/*
 * What answers are kept.  The memory is the server's, so its size is decided when it is
 * made, as that of statistics.
 */
static void
define_cache(void)
{
	DefineCustomBoolVariable("lambda_fdw.cache",
							 "Uses and keeps answers of tables that have the option cache_ttl_ms.",
							 NULL, &cache.enabled, true, PGC_USERSET, GUC_EXPLAIN,
							 NULL, NULL, NULL);
	DefineCustomIntVariable("lambda_fdw.cache_size",
							"Memory for answers that all sessions share.",
							"0 for none.",
							&cache.size_kb, 32 * 1024, 0, CACHE_SIZE_MAX_KB,
							process_shared_preload_libraries_in_progress ?
							PGC_POSTMASTER : PGC_SIGHUP, GUC_UNIT_KB,
							NULL, NULL, NULL);
	DefineCustomIntVariable("lambda_fdw.cache_wait_ms",
							"Longest wait for an answer that another session asks for.",
							"0 to ask at once.",
							&cache.wait_ms, 10000, 0, INT_MAX,
							PGC_USERSET, GUC_UNIT_MS, NULL, NULL, NULL);
}

/* Defines the settings; once, while the library loads. */
void
lfdw_setting_define(void)
{
	DefineCustomStringVariable("lambda_fdw.trace_id",
							   "Value of the header X-Amzn-Trace-Id of every invocation.",
							   "X-Ray's, such as Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1, or a W3C traceparent; empty for none.",
							   &trace_id, "", PGC_USERSET, 0,
							   check_trace_id, NULL, NULL);
	DefineCustomBoolVariable("lambda_fdw.enable_bind_join",
							 "Enables the planner's use of joins that send keys to a function in batches.",
							 NULL, &enable_bind_join, true, PGC_USERSET,
							 GUC_EXPLAIN, NULL, NULL, NULL);
	DefineCustomIntVariable("lambda_fdw.commit_timeout",
							"Longest time that a COMMIT spends on sending what was held for it.",
							"0 for no limit.  statement_timeout does not apply to COMMIT.",
							&commit_timeout_ms, 60000, 0, INT_MAX,
							PGC_USERSET, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomIntVariable("lambda_fdw.answer_mem",
							"Memory for what has arrived of a session's answers and was not read yet.",
							"Where it is used up, answers wait on their way, but for those that are waited for.",
							&answer_mem_kb, 64 * 1024, 64, MAX_KILOBYTES,
							PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);
	define_statistics();
	define_budget();
	define_limits();
	define_cache();
	MarkGUCPrefixReserved("lambda_fdw");
	define_aws_lambda();
	define_aws_s3_and_ml();
}

/* The value of lambda_fdw.trace_id, NULL for none. */
const char *
lfdw_setting_trace_id(void)
{
	return trace_id && trace_id[0] ? trace_id : NULL;
}

/* The value of lambda_fdw.enable_bind_join. */
bool
lfdw_setting_enable_bind_join(void)
{
	return enable_bind_join;
}

/* The value of lambda_fdw.commit_timeout; 0 for no limit. */
int
lfdw_setting_commit_timeout_ms(void)
{
	return commit_timeout_ms;
}

/* The value of lambda_fdw.answer_mem, in kB. */
int
lfdw_setting_answer_mem_kb(void)
{
	return answer_mem_kb;
}

/* The settings aws_lambda.*; they change when the settings do. */
const LfdwAwsLambdaSettings *
lfdw_setting_aws_lambda(void)
{
	return &aws_lambda;
}

/* The settings aws_s3.*; they change when the settings do. */
const LfdwAwsS3Settings *
lfdw_setting_aws_s3(void)
{
	return &aws_s3;
}

/* The value of aws_ml.server. */
const char *
lfdw_setting_aws_ml_server(void)
{
	return aws_ml_server;
}

/* The value of lambda_fdw.track. */
bool
lfdw_setting_track(void)
{
	return track;
}

/* The value of lambda_fdw.stats_max. */
int
lfdw_setting_stats_max(void)
{
	return stats_max;
}

/* The value of lambda_fdw.limits_local. */
bool
lfdw_setting_limits_local(void)
{
	return limits_local;
}

/* The value of lambda_fdw.slot_timeout; 0 for no limit. */
int
lfdw_setting_slot_timeout_ms(void)
{
	return slot_timeout_ms;
}

/* The value of lambda_fdw.log_invocations. */
LfdwLogChoice
lfdw_setting_log_invocations(void)
{
	return log_invocations;
}

/* The value of lambda_fdw.log_min_duration; -1 for none. */
int
lfdw_setting_log_min_duration_ms(void)
{
	return log_min_duration_ms;
}

/* The value of lambda_fdw.trace_from_comments. */
bool
lfdw_setting_trace_from_comments(void)
{
	return trace_from_comments;
}

/* What a statement may do; it changes when the settings do. */
const LfdwBudget *
lfdw_setting_budget(void)
{
	return &budget;
}

/* Where servers may lead; it changes when the settings do. */
const LfdwNetworkPolicy *
lfdw_setting_network_policy(void)
{
	return &network_policy;
}

/* The settings of the result cache; they change when the settings do. */
const LfdwCacheSettings *
lfdw_setting_cache(void)
{
	return &cache;
}
