/*-------------------------------------------------------------------------
 *
 * setting.h
 *		The settings of lambda_fdw.
 *
 * IDENTIFICATION
 *	  src/setting.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SETTING_H
#define LFDW_SETTING_H

#include "postgres.h"

extern void lfdw_setting_define(void);
extern const char *lfdw_setting_trace_id(void);
extern bool lfdw_setting_enable_bind_join(void);

#endif							/* LFDW_SETTING_H */
