/*-------------------------------------------------------------------------
 *
 * aws_s3_export.c
 *		aws_s3.query_export_to_s3, as Amazon RDS has it.
 *
 * Its reference is the RDS user guide, "Exporting data from an RDS for
 * PostgreSQL DB instance to Amazon S3".  COPY writes, and what it writes goes
 * out while the query runs.
 *
 * IDENTIFICATION
 *	  src/sql/aws_s3_export.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/memutils.h"

#include "pg/copy_to.h"
#include "pg/extension.h"
#include "pg/setting.h"
#include "s3/upload.h"
#include "sql/copy_statement.h"
#include "sql/s3_arguments.h"
#include "sql/sql_argument.h"
#include "sql/sql_work.h"

LFDW_SQL_FUNCTION(LFDW_EXTENSION_AWS_S3, aws_s3_export_uri);
LFDW_SQL_FUNCTION(LFDW_EXTENSION_AWS_S3, aws_s3_export_bucket);

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

/* The columns of the result, in order. */
enum ExportColumn
{
	COLUMN_ROWS_UPLOADED,
	COLUMN_FILES_UPLOADED,
	COLUMN_BYTES_UPLOADED
};

#define EXPORT_COLUMNS (COLUMN_BYTES_UPLOADED + 1)

static const char function_name[] = "aws_s3.query_export_to_s3";

/* An export under way. */
typedef struct Export
{
	LfdwCopyTo	copy;
	LfdwS3Object *first;		/* of the first file */
	const char *kms_key;		/* NULL: the bucket's own encryption */
	int64		file_limit;		/* bytes from which a file takes no more rows */
	LfdwS3Upload *upload;		/* the file that is written, NULL for none */
	MemoryContext file_context; /* what belongs to it */
	int64		file_bytes;		/* written to it */
	int64		nfiles;			/* begun */
	int64		nbytes;			/* written in all */
} Export;

/*
 * The object of another file than the first, of this number, as RDS names it.
 * It goes where the first has gone.
 */
static LfdwS3Object *
make_object(const LfdwS3Object *first, int64 number)
{
	LfdwS3Object *object =
	lfdw_s3_object_create(first->caller, first->credentials, &first->route,
						  first->endpoint_option, first->bucket,
						  psprintf("%s_part" INT64_FORMAT, first->key, number),
						  NULL);

	object->work = first->work;
	return object;
}

static void
put(Export *export, const char *data, size_t len)
{
	lfdw_s3_upload_write(export->upload, data, len);
	export->file_bytes += len;
}

/* Begins a file with what has to be before its rows. */
static void
begin_file(Export *export)
{
	MemoryContext context = MemoryContextSwitchTo(export->file_context);
	LfdwS3Object *object = export->first;

	if (++export->nfiles > 1)
		object = make_object(object, export->nfiles);
	export->file_bytes = 0;
	export->upload = lfdw_s3_upload_begin(object, export->kms_key);
	MemoryContextSwitchTo(context);
	put(export, export->copy.header.data, export->copy.header.len);
}

/* Ends the file, which is an object of S3 then. */
static void
end_file(Export *export)
{
	put(export, export->copy.trailer.data, export->copy.trailer.len);
	lfdw_s3_upload_finish(export->upload);
	export->upload = NULL;
	MemoryContextReset(export->file_context);
	export->nbytes += export->file_bytes;
}

/*
 * Takes a piece of a row.  The row that takes a file beyond its limit is the
 * last in it, so that each file has whole rows.
 */
static void
write_row(void *arg, const char *data, size_t len, bool ends_row)
{
	Export	   *export = arg;

	if (export->upload == NULL)
		begin_file(export);
	put(export, data, len);
	if (ends_row)
		lfdw_work_add_rows(export->first->work, 1);
	if (ends_row && export->copy.divisible &&
		export->file_bytes >= export->file_limit)
		end_file(export);
}

/*
 * Runs the query; what it returns is in S3 then.  Returns how many rows.  An
 * error aborts the upload of the file that is not finished; others stay.
 */
static uint64
run_export(Export *export)
{
	uint64		nrows = 0;

	PG_TRY();
	{
		nrows = lfdw_copy_to(&export->copy);
		/* no rows are a file, too */
		if (export->nfiles == 0)
			begin_file(export);
		if (export->upload)
			end_file(export);
	}
	PG_CATCH();
	{
		if (export->upload)
			lfdw_s3_upload_fail(export->upload);
		PG_RE_THROW();
	}
	PG_END_TRY();
	return nrows;
}

/* What the function returns, as a row. */
static Datum
make_result(FunctionCallInfo fcinfo, const Export *export, uint64 nrows)
{
	Datum		values[EXPORT_COLUMNS];
	bool		nulls[EXPORT_COLUMNS] = {false};
	TupleDesc	desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE ||
		desc->natts != EXPORT_COLUMNS)
		elog(ERROR, "return type must be an export's result");
	values[COLUMN_ROWS_UPLOADED] = Int64GetDatum((int64) nrows);
	values[COLUMN_FILES_UPLOADED] = Int64GetDatum(export->nfiles);
	values[COLUMN_BYTES_UPLOADED] = Int64GetDatum(export->nbytes);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

/*
 * Exports the query's result; options and key are NULL where not given.
 *
 * What can be wrong with server, keys or object is said before the query runs.
 */
static Datum
export_query(FunctionCallInfo fcinfo, const LfdwS3Arguments *arguments,
			 char *options, char *kms_key)
{
	char	   *query = lfdw_sql_argument_text(fcinfo, ARG_QUERY);
	Export		export = {0};
	uint64		nrows;

	lfdw_s3_arguments_check(arguments, "query", query);
	export.copy.query = query;
	export.copy.options = lfdw_copy_statement_export_options(options);
	export.copy.write = write_row;
	export.copy.arg = &export;
	export.kms_key = lfdw_sql_argument_unless_empty(kms_key);
	export.file_limit = (int64) lfdw_setting_aws_s3()->file_size_limit_kb * 1024;
	export.first = lfdw_s3_arguments_object(arguments,
											lfdw_sql_work(fcinfo, LFDW_OPERATION_EXPORT));
	export.file_context = AllocSetContextCreate(CurrentMemoryContext,
												"file of an export to Amazon S3",
												ALLOCSET_DEFAULT_SIZES);
	nrows = run_export(&export);
	return make_result(fcinfo, &export, nrows);
}

/*
 * SQL function: aws_s3.query_export_to_s3(text, _s3_uri_1, text, text).
 *
 * Raises 58000 where S3 does not take a file, 42704 where there is no server,
 * 28000 where there are no keys, 42601, 22004 and 22023 for arguments that make
 * no sense, and whatever COPY (query) TO raises.
 */
static Datum
run_aws_s3_export_uri(PG_FUNCTION_ARGS)
{
	LfdwS3Arguments arguments = {.function = function_name};

	lfdw_s3_arguments_read_uri(&arguments, fcinfo, ARG_S3_INFO);
	return export_query(fcinfo, &arguments,
						lfdw_sql_argument_text(fcinfo, ARG_OPTIONS),
						lfdw_sql_argument_text(fcinfo, ARG_KMS_KEY));
}

/* SQL function: aws_s3.query_export_to_s3(text, text, text, ...). */
static Datum
run_aws_s3_export_bucket(PG_FUNCTION_ARGS)
{
	LfdwS3Arguments arguments = {.function = function_name};
	char	   *words[EXPORT_WORDS];

	for (int i = 0; i < EXPORT_WORDS; i++)
		words[i] = lfdw_sql_argument_text(fcinfo, ARG_BUCKET + i);
	lfdw_s3_arguments_read_words(&arguments, words, EXPORT_WORDS);
	return export_query(fcinfo, &arguments, words[WORD_OPTIONS],
						words[WORD_KMS_KEY]);
}
