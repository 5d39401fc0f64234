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

extern void lfdw_setting_define(void);
extern const char *lfdw_setting_trace_id(void);
extern bool lfdw_setting_enable_bind_join(void);
extern int	lfdw_setting_commit_timeout_ms(void);
extern int	lfdw_setting_answer_mem_kb(void);
extern const LfdwAwsLambdaSettings *lfdw_setting_aws_lambda(void);
extern const LfdwAwsS3Settings *lfdw_setting_aws_s3(void);
extern const char *lfdw_setting_aws_ml_server(void);

#endif							/* LFDW_SETTING_H */
