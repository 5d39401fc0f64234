/*-------------------------------------------------------------------------
 *
 * s3_arguments.h
 *		What the functions of aws_s3 are told of an object of Amazon S3.
 *
 * IDENTIFICATION
 *	  src/sql/s3_arguments.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_S3_ARGUMENTS_H
#define LFDW_S3_ARGUMENTS_H

#include "postgres.h"

#include "fmgr.h"

#include "aws/caller.h"
#include "s3/object.h"

/* The words of the signatures with a bucket, from the bucket on. */
enum LfdwS3Word
{
	LFDW_S3_WORD_BUCKET,
	LFDW_S3_WORD_FILE_PATH,
	LFDW_S3_WORD_REGION,
	LFDW_S3_WORD_OWN			/* the first of the function's own */
};

/* An object, and keys to reach it with; palloc'd texts. */
typedef struct LfdwS3Arguments
{
	const char *function;		/* of SQL, for messages */
	char	   *bucket;
	char	   *file_path;
	char	   *region;			/* NULL: the server's */
	LfdwCredentials *credentials;	/* NULL: the caller's */
	ErrorContextCallback hide;	/* in place while its callback is not NULL */
} LfdwS3Arguments;

extern void lfdw_s3_arguments_check(const LfdwS3Arguments *arguments,
									const char *name, const char *text);
extern void lfdw_s3_arguments_hide_statement(LfdwS3Arguments *arguments);
extern void lfdw_s3_arguments_read_uri(LfdwS3Arguments *arguments,
									   FunctionCallInfo fcinfo, int argument);
extern void lfdw_s3_arguments_read_words(LfdwS3Arguments *arguments,
										 char **words, int nwords);
extern void lfdw_s3_arguments_read_credentials(LfdwS3Arguments *arguments,
											   FunctionCallInfo fcinfo,
											   int argument);
extern void lfdw_s3_arguments_set_keys(LfdwS3Arguments *arguments,
									   char *access_key, char *secret_key,
									   char *session_token);
extern LfdwS3Object *lfdw_s3_arguments_object(const LfdwS3Arguments *arguments,
											  LfdwWork *work);
extern void lfdw_s3_arguments_end(LfdwS3Arguments *arguments);

#endif							/* LFDW_S3_ARGUMENTS_H */
