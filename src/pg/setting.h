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

extern void lfdw_setting_define(void);
extern const char *lfdw_setting_trace_id(void);
extern bool lfdw_setting_enable_bind_join(void);
extern const LfdwAwsLambdaSettings *lfdw_setting_aws_lambda(void);

#endif							/* LFDW_SETTING_H */
