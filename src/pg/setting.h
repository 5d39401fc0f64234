/*-------------------------------------------------------------------------
 *
 * setting.h
 *		The settings of lambda_fdw.
 *
 * IDENTIFICATION
 *	  src/pg/setting.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SETTING_H
#define LFDW_SETTING_H

#include "postgres.h"

/* The settings of the extension aws_lambda, as Amazon RDS names them. */
typedef struct LfdwAwsLambdaSettings
{
	char	   *server;			/* the foreign server's name */
	char	   *endpoint_override;	/* URL, "" for none */
	int			connect_timeout_ms;
	int			request_timeout_ms;
} LfdwAwsLambdaSettings;

/* The settings of the extension aws_s3, all ours. */
typedef struct LfdwAwsS3Settings
{
	char	   *server;			/* the foreign server's name */
	int			file_size_limit_kb; /* of an object that an export makes */
} LfdwAwsS3Settings;

/* Calls of which the server's log has a line. */
typedef enum LfdwLogChoice
{
	LFDW_LOG_OFF,
	LFDW_LOG_ERRORS,
	LFDW_LOG_ALL
} LfdwLogChoice;

/* What a statement may do; 0: no limit, or a price that is not known. */
typedef struct LfdwBudget
{
	int			max_invocations;
	int			max_kb;			/* sent and received */
	double		max_cost;		/* dollars, as the prices */
	double		price_request;
	double		price_gb_second;
} LfdwBudget;

/* The result cache. */
typedef struct LfdwCacheSettings
{
	bool		enabled;
	int			size_kb;
	int			wait_ms;
} LfdwCacheSettings;

/* Where servers of owners who are no superusers may lead. */
typedef struct LfdwNetworkPolicy
{
	char	   *allowed_endpoints;	/* patterns, "" for any */
	bool		deny_private;
} LfdwNetworkPolicy;

extern void lfdw_setting_define(void);
extern const char *lfdw_setting_trace_id(void);
extern bool lfdw_setting_enable_bind_join(void);
extern int	lfdw_setting_commit_timeout_ms(void);
extern int	lfdw_setting_answer_mem_kb(void);
extern bool lfdw_setting_track(void);
extern int	lfdw_setting_stats_max(void);
extern bool lfdw_setting_limits_local(void);
extern int	lfdw_setting_slot_timeout_ms(void);
extern LfdwLogChoice lfdw_setting_log_invocations(void);
extern int	lfdw_setting_log_min_duration_ms(void);
extern bool lfdw_setting_trace_from_comments(void);
extern const LfdwBudget *lfdw_setting_budget(void);
extern const LfdwCacheSettings *lfdw_setting_cache(void);
extern const LfdwNetworkPolicy *lfdw_setting_network_policy(void);
extern const LfdwAwsLambdaSettings *lfdw_setting_aws_lambda(void);
extern const LfdwAwsS3Settings *lfdw_setting_aws_s3(void);
extern const char *lfdw_setting_aws_ml_server(void);

#endif							/* LFDW_SETTING_H */
