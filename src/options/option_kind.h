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

typedef enum LfdwOptionKind
{
	LFDW_KIND_BOOL,				/* bool */
	LFDW_KIND_INT,				/* int */
	LFDW_KIND_REAL,				/* double */
	LFDW_KIND_STRING,			/* char *, as the kinds down to BATCH_ARGUMENT */
	LFDW_KIND_REGION,
	LFDW_KIND_URL,
	LFDW_KIND_FUNCTION,
	LFDW_KIND_QUALIFIER,
	LFDW_KIND_PATH,
	LFDW_KIND_ROLE,
	LFDW_KIND_SESSION_NAME,
	LFDW_KIND_EXTERNAL_ID,
	LFDW_KIND_TENANT,
	LFDW_KIND_ROUTE,
	LFDW_KIND_HEADER,
	LFDW_KIND_TEXT,
	LFDW_KIND_OBJECT,
	LFDW_KIND_ITEM,
	LFDW_KIND_ARGUMENT,
	LFDW_KIND_BATCH_ARGUMENT,
	LFDW_KIND_POINTER,			/* LfdwPointer * */
	LFDW_KIND_PUSHDOWN,			/* LfdwPushdown * */
	LFDW_KIND_FORMAT,			/* LfdwFormat */
	LFDW_KIND_LOG_TYPE,			/* bool: Tail */
	LFDW_KIND_CAPABILITIES,		/* int: LFDW_CAPABLE_ flags */
	LFDW_KIND_STATUS_LIST,		/* List * of int */
	LFDW_KIND_NAME_LIST,		/* List * of char *, as the next */
	LFDW_KIND_FUNCTION_LIST,
	LFDW_KIND_EVENT,			/* int: a choice's, as the kinds below */
	LFDW_KIND_ARGUMENT_FORMAT,
	LFDW_KIND_BATCH_FORMAT,
	LFDW_KIND_BATCH_ANSWER,
	LFDW_KIND_ANSWER_FORMAT,
	LFDW_KIND_ROWS_FORMAT,
	LFDW_KIND_INVOCATION_TYPE,
	LFDW_KIND_DELIVER_AT,
	LFDW_KIND_RESPONSE_MODE,
	LFDW_KIND_CACHE_MATCH
} LfdwOptionKind;

extern bool lfdw_option_parse(LfdwOptionKind kind, const char *value,
							  double min, double max, void *field,
							  char **why);
extern const char *lfdw_option_kind_name(LfdwOptionKind kind);

#endif							/* LFDW_OPTION_KIND_H */
