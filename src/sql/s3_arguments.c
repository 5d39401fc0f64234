/*-------------------------------------------------------------------------
 *
 * s3_arguments.c
 *		What the functions of aws_s3 are told of an object of Amazon S3.
 *
 * An object is a composite value, or a bucket, a path and a region.
 *
 * IDENTIFICATION
 *	  src/sql/s3_arguments.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "credentials/credentials.h"
#include "options/foreign_object.h"
#include "pg/message.h"
#include "pg/setting.h"
#include "sql/s3_arguments.h"
#include "sql/sql_argument.h"
#include "sql/sql_server.h"

/* Refuses an argument of this name that is NULL (22004) or empty (22023). */
void
lfdw_s3_arguments_check(const LfdwS3Arguments *arguments, const char *name, const char *text)
{
	if (text == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s needs the argument %s", arguments->function, name)));
	if (text[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s needs the argument %s", arguments->function, name),
				 errdetail("It is empty.")));
}

/* Takes the object; an empty region is none. */
static void
set_object(LfdwS3Arguments *arguments, char *bucket, char *file_path, char *region)
{
	lfdw_s3_arguments_check(arguments, "bucket", bucket);
	lfdw_s3_arguments_check(arguments, "file_path", file_path);
	arguments->bucket = bucket;
	arguments->file_path = file_path;
	arguments->region = lfdw_sql_argument_unless_empty(region);
}

/* Takes the object from a composite value. */
static void
set_object_of(LfdwS3Arguments *arguments, Datum uri)
{
	set_object(arguments, lfdw_sql_argument_field(uri, "bucket"),
			   lfdw_sql_argument_field(uri, "file_path"),
			   lfdw_sql_argument_field(uri, "region"));
}

/*
 * Takes the object from an argument of type aws_commons._s3_uri_1.  Raises 22004
 * where it, or what it must have, is NULL, and 22023 where that is empty.
 */
void
lfdw_s3_arguments_read_uri(LfdwS3Arguments *arguments, FunctionCallInfo fcinfo,
						   int argument)
{
	if (PG_ARGISNULL(argument))
		lfdw_s3_arguments_check(arguments, "s3_info", NULL);
	set_object_of(arguments, PG_GETARG_DATUM(argument));
}

/*
 * Moves the words behind a composite value to where they belong: it stands for
 * three, so that what follows it came two places early.
 *
 * A word that has nowhere to go was given by name, and is in its place.  So are
 * all of them where path and region are NULL.
 */
static void
shift_words(const LfdwS3Arguments *arguments, char **words, int nwords)
{
	const int	places = LFDW_S3_WORD_REGION - LFDW_S3_WORD_BUCKET;

	if (words[LFDW_S3_WORD_FILE_PATH] == NULL && words[LFDW_S3_WORD_REGION] == NULL)
		return;
	for (int i = nwords - 1; i >= LFDW_S3_WORD_OWN; i--)
	{
		char	   *moved = words[i - places];
		char	   *placed = i + places < nwords ? NULL : words[i];

		if (moved && placed)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s has too many arguments", arguments->function),
					 errdetail("The bucket is the text of a composite value, which has the path and the region too.")));
		words[i] = moved ? moved : placed;
	}
}

/*
 * Takes the object from the words of a signature with a bucket, nwords of them,
 * NULL where not given.
 *
 * The bucket may be the text of a composite value, as psql's \gset makes them,
 * which are of unknown type and become text in a call; words[LFDW_S3_WORD_OWN]
 * and what follows are then moved to where they belong.  Raises 22004 or 22023
 * for what is missing, 22P02 for a composite value that is none, and 22023 for
 * more words than there are places.
 */
void
lfdw_s3_arguments_read_words(LfdwS3Arguments *arguments, char **words, int nwords)
{
	static const char *const fields[] = {"bucket", "file_path", "region"};

	if (lfdw_sql_argument_is_composite(words[LFDW_S3_WORD_BUCKET]))
	{
		set_object_of(arguments,
					  lfdw_sql_argument_composite(words[LFDW_S3_WORD_BUCKET],
												  fields, lengthof(fields)));
		shift_words(arguments, words, nwords);
	}
	else
		set_object(arguments, words[LFDW_S3_WORD_BUCKET],
				   words[LFDW_S3_WORD_FILE_PATH], words[LFDW_S3_WORD_REGION]);
}

/*
 * From here to lfdw_s3_arguments_end, or to an error, the log does not show the
 * statement.  Called before anything is read of arguments that may have keys in
 * them.
 */
void
lfdw_s3_arguments_hide_statement(LfdwS3Arguments *arguments)
{
	arguments->hide.callback = lfdw_error_hide_statement;
	arguments->hide.previous = error_context_stack;
	error_context_stack = &arguments->hide;
}

/*
 * Takes keys, which replace those of the user mapping, and nothing else of it;
 * NULL or empty where not given.  Raises 22023 where some are missing, or would
 * be more than a header's value.
 */
void
lfdw_s3_arguments_set_keys(LfdwS3Arguments *arguments, char *access_key,
						   char *secret_key, char *session_token)
{
	LfdwCredentials *credentials;

	access_key = lfdw_sql_argument_unless_empty(access_key);
	secret_key = lfdw_sql_argument_unless_empty(secret_key);
	session_token = lfdw_sql_argument_unless_empty(session_token);
	if (access_key == NULL && secret_key == NULL && session_token == NULL)
		return;
	if (access_key == NULL || secret_key == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s needs access_key and secret_key, or neither",
						arguments->function),
				 errdetail("%s is not given.",
						   access_key == NULL ? "access_key" : "secret_key"),
				 errhint("Without keys of its own, it takes those of the user mapping.")));
	credentials = palloc0(sizeof(LfdwCredentials));
	credentials->access_key_id = access_key;
	credentials->secret_access_key = secret_key;
	credentials->session_token = session_token;
	credentials->source = pstrdup("arguments");
	if (!lfdw_credentials_fit_headers(credentials))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("access_key and session_token of %s cannot have control characters",
						arguments->function),
				 errhint("A line break may have been copied with them.")));
	arguments->credentials = credentials;
}

/*
 * Takes keys from an argument of type aws_commons._aws_credentials_1, of which
 * NULL is none.  Raises what lfdw_s3_arguments_set_keys raises.
 */
void
lfdw_s3_arguments_read_credentials(LfdwS3Arguments *arguments,
								   FunctionCallInfo fcinfo, int argument)
{
	Datum		keys;

	if (PG_ARGISNULL(argument))
		return;
	keys = PG_GETARG_DATUM(argument);
	lfdw_s3_arguments_set_keys(arguments,
							   lfdw_sql_argument_field(keys, "access_key"),
							   lfdw_sql_argument_field(keys, "secret_key"),
							   lfdw_sql_argument_field(keys, "session_token"));
}

/*
 * The object, as the current user reaches it through the server that the setting
 * aws_s3.server names, for a function's work; palloc'd, and good as long as the
 * arguments.
 *
 * Raises what lfdw_sql_server_options and lfdw_s3_object_create raise, and 28000
 * where neither the arguments nor the user has keys.
 */
LfdwS3Object *
lfdw_s3_arguments_object(const LfdwS3Arguments *arguments, LfdwWork *work)
{
	const LfdwSqlServer server = {
		.setting = "aws_s3.server",
		.name = lfdw_setting_aws_s3()->server,
		.function = arguments->function,
		.service = "Amazon S3"
	};
	LfdwOptions *options = lfdw_sql_server_options(&server);
	LfdwCaller *caller = lfdw_foreign_caller(options, GetUserId());
	LfdwS3Object *object;

	if (arguments->credentials == NULL)
		lfdw_credentials_check(caller, &options->route);
	object = lfdw_s3_object_create(caller, arguments->credentials, &options->route,
								   options->endpoint, arguments->bucket,
								   arguments->file_path, arguments->region);
	object->work = work;
	return object;
}

/* What lfdw_s3_arguments_hide_statement has begun ends, where it has. */
void
lfdw_s3_arguments_end(LfdwS3Arguments *arguments)
{
	if (arguments->hide.callback)
		error_context_stack = arguments->hide.previous;
}
