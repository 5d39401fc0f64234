/*-------------------------------------------------------------------------
 *
 * aws_s3_export.c
 *		aws_s3.query_export_to_s3, as Amazon RDS has it.
 *
 * IDENTIFICATION
 *	  src/sql/aws_s3_export.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "sql/s3_arguments.h"
#include "sql/sql_argument.h"

PG_FUNCTION_INFO_V1(aws_s3_export_uri);
PG_FUNCTION_INFO_V1(aws_s3_export_bucket);

/* The arguments of both signatures, in order. */
enum ExportArgument
{
	ARG_QUERY,
	ARG_BUCKET,
	ARG_S3_INFO = ARG_BUCKET,
	ARG_OPTIONS,
	ARG_KMS_KEY
};

/* The words of the signature with a bucket, from the bucket on. */
enum ExportWord
{
	WORD_OPTIONS = LFDW_S3_WORD_OWN,
	WORD_KMS_KEY
};

#define EXPORT_WORDS (WORD_KMS_KEY + 1)

static const char function_name[] = "aws_s3.query_export_to_s3";

/* Exports the query's result to the object. */
static Datum
export(FunctionCallInfo fcinfo, const LfdwS3Arguments *arguments,
	   const char *options, const char *kms_key)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("%s is not finished", arguments->function)));
	PG_RETURN_NULL();
}

/* SQL function: aws_s3.query_export_to_s3(text, _s3_uri_1, text, text). */
Datum
aws_s3_export_uri(PG_FUNCTION_ARGS)
{
	LfdwS3Arguments arguments = {.function = function_name};

	lfdw_s3_arguments_read_uri(&arguments, fcinfo, ARG_S3_INFO);
	return export(fcinfo, &arguments,
				  lfdw_sql_argument_text(fcinfo, ARG_OPTIONS),
				  lfdw_sql_argument_text(fcinfo, ARG_KMS_KEY));
}

/* SQL function: aws_s3.query_export_to_s3(text, text, text, ...). */
Datum
aws_s3_export_bucket(PG_FUNCTION_ARGS)
{
	LfdwS3Arguments arguments = {.function = function_name};
	char	   *words[EXPORT_WORDS];

	for (int i = 0; i < EXPORT_WORDS; i++)
		words[i] = lfdw_sql_argument_text(fcinfo, ARG_BUCKET + i);
	lfdw_s3_arguments_read_words(&arguments, words, EXPORT_WORDS);
	return export(fcinfo, &arguments, words[WORD_OPTIONS], words[WORD_KMS_KEY]);
}
