/*-------------------------------------------------------------------------
 *
 * own_error.h
 *		The error that a function reports in its own words: lambda_fdw_error.
 *
 * IDENTIFICATION
 *	  src/response/own_error.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_OWN_ERROR_H
#define LFDW_OWN_ERROR_H

#include "postgres.h"

#include "base/json_reader.h"

extern void lfdw_own_error_report(const char *label, const LfdwJsonValue *object);

#endif							/* LFDW_OWN_ERROR_H */
