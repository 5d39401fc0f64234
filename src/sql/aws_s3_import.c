/*-------------------------------------------------------------------------
 *
 * aws_s3_import.c
 *		aws_s3.table_import_from_s3, as Amazon RDS has it.
 *
 * IDENTIFICATION
 *	  src/sql/aws_s3_import.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "sql/s3_arguments.h"
#include "sql/sql_argument.h"

PG_FUNCTION_INFO_V1(aws_s3_import_uri);
PG_FUNCTION_INFO_V1(aws_s3_import_bucket);

/* The arguments of all signatures, in order, and those of the composites. */
enum ImportArgument
{
	ARG_TABLE_NAME,
	ARG_COLUMN_LIST,
	ARG_OPTIONS,
	ARG_BUCKET,
	ARG_S3_INFO = ARG_BUCKET,
	ARG_CREDENTIALS
};

/* The words of the signature with a bucket, from the bucket on. */
enum ImportWord
{
	WORD_ACCESS_KEY = LFDW_S3_WORD_OWN,
	WORD_SECRET_KEY,
	WORD_SESSION_TOKEN
};

#define IMPORT_WORDS (WORD_SESSION_TOKEN + 1)

static const char function_name[] = "aws_s3.table_import_from_s3";

/* Imports the object. */
static Datum
import(FunctionCallInfo fcinfo, const LfdwS3Arguments *arguments)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("%s is not finished", arguments->function)));
	PG_RETURN_NULL();
}

/*
 * SQL function: aws_s3.table_import_from_s3(text, text, text, _s3_uri_1), and
 * the same with credentials.
 */
Datum
aws_s3_import_uri(PG_FUNCTION_ARGS)
{
	LfdwS3Arguments arguments = {.function = function_name};

	lfdw_s3_arguments_read_uri(&arguments, fcinfo, ARG_S3_INFO);
	if (PG_NARGS() > ARG_CREDENTIALS)
		lfdw_s3_arguments_read_credentials(&arguments, fcinfo, ARG_CREDENTIALS);
	return import(fcinfo, &arguments);
}

/* SQL function: aws_s3.table_import_from_s3(text, text, text, text, ...). */
Datum
aws_s3_import_bucket(PG_FUNCTION_ARGS)
{
	LfdwS3Arguments arguments = {.function = function_name};
	char	   *words[IMPORT_WORDS];

	for (int i = 0; i < IMPORT_WORDS; i++)
		words[i] = lfdw_sql_argument_text(fcinfo, ARG_BUCKET + i);
	lfdw_s3_arguments_read_words(&arguments, words, IMPORT_WORDS);
	lfdw_s3_arguments_set_keys(&arguments, words[WORD_ACCESS_KEY],
							   words[WORD_SECRET_KEY], words[WORD_SESSION_TOKEN]);
	return import(fcinfo, &arguments);
}
