/*-------------------------------------------------------------------------
 *
 * option_kind.h
 *		The kinds of option values, and the parser of each.
 *
 * IDENTIFICATION
 *	  src/options/option_kind.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_OPTION_KIND_H
#define LFDW_OPTION_KIND_H

#include "postgres.h"

/* The member of a request that is the envelope; no argument has its name. */
#define LFDW_ENVELOPE_KEY "lambda_fdw"

/* What a function honours exactly, if it is asked. */
#define LFDW_CAPABLE_LIMIT 1
#define LFDW_CAPABLE_ORDER_BY 2

typedef enum LfdwOptionKind
{
	LFDW_KIND_BOOL,				/* bool */
	LFDW_KIND_INT,				/* int */
	LFDW_KIND_REAL,				/* double */
	LFDW_KIND_STRING,			/* char *, as the kinds down to ARGUMENT */
	LFDW_KIND_REGION,
	LFDW_KIND_URL,
	LFDW_KIND_FUNCTION,
	LFDW_KIND_QUALIFIER,
	LFDW_KIND_PATH,
	LFDW_KIND_ROLE,
	LFDW_KIND_SESSION_NAME,
	LFDW_KIND_EXTERNAL_ID,
	LFDW_KIND_TENANT,
	LFDW_KIND_OBJECT,
	LFDW_KIND_ARGUMENT,
	LFDW_KIND_POINTER,			/* LfdwPointer * */
	LFDW_KIND_PUSHDOWN,			/* LfdwPushdown * */
	LFDW_KIND_FORMAT,			/* LfdwFormat */
	LFDW_KIND_LOG_TYPE,			/* bool: Tail */
	LFDW_KIND_CAPABILITIES		/* int: LFDW_CAPABLE_ flags */
} LfdwOptionKind;

extern bool lfdw_option_parse(LfdwOptionKind kind, const char *value,
							  double min, double max, void *field,
							  char **why);
extern const char *lfdw_option_kind_name(LfdwOptionKind kind);
extern bool lfdw_object_has_key(const char *object, const char *key);

#endif							/* LFDW_OPTION_KIND_H */
