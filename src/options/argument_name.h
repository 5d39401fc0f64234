/*-------------------------------------------------------------------------
 *
 * argument_name.h
 *		Names of arguments: members of the payload, or JSON Pointers into it.
 *
 * IDENTIFICATION
 *	  src/options/argument_name.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ARGUMENT_NAME_H
#define LFDW_ARGUMENT_NAME_H

#include "postgres.h"

/* The member of a request that is the envelope; no argument has its name. */
#define LFDW_ENVELOPE_KEY "lambda_fdw"

/* Its form. */
#define LFDW_ENVELOPE_VERSION 2

extern bool lfdw_argument_name_parse(const char *value, char **field,
									 char **why);

#endif							/* LFDW_ARGUMENT_NAME_H */
