/*-------------------------------------------------------------------------
 *
 * arn.h
 *		Lambda function names, and the partitions of AWS.
 *
 * IDENTIFICATION
 *	  src/base/arn.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ARN_H
#define LFDW_ARN_H

#include "base/base.h"

#define LFDW_FUNCTION_NAME_MAX 256	/* of the whole text, ARN included */
#define LFDW_QUALIFIER_MAX 128
#define LFDW_DURABLE_NAME_MAX 64

/*
 * A function as Lambda's Invoke takes it: "name", "name:alias",
 * "123456789012:function:name", "us-west-2:123456789012:function:name" or a
 * full ARN, each with or without ":qualifier".  Absent parts are empty.
 */
typedef struct LfdwFunctionName
{
	char		partition[32];
	char		region[64];
	char		account[13];
	char		name[LFDW_FUNCTION_NAME_MAX + 1];
	char		qualifier[LFDW_QUALIFIER_MAX + 1];
} LfdwFunctionName;

typedef struct LfdwPartition
{
	const char *name;
	const char *region_prefixes[12];	/* NULL-terminated */
	const char *dns_suffix;
	const char *dual_stack_suffix;
} LfdwPartition;

extern bool lfdw_function_name_parse(const char *text, LfdwFunctionName *name,
									 const char **why);
extern bool lfdw_qualifier_is_valid(const char *text);
extern bool lfdw_durable_name_is_valid(const char *text);
extern bool lfdw_region_is_valid(const char *text);
extern const LfdwPartition *lfdw_partition_of_region(const char *region);

#endif							/* LFDW_ARN_H */
