/*-------------------------------------------------------------------------
 *
 * aws_s3_import.c
 *		aws_s3.table_import_from_s3, as Amazon RDS has it.
 *
 * The reference is the RDS user guide, "Importing data from Amazon S3 into an RDS
 * for PostgreSQL DB instance".  It is core's COPY FROM, over a callback that
 * reads the object as it arrives.
 *
 * IDENTIFICATION
 *	  src/sql/aws_s3_import.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "commands/copy.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "parser/parse_relation.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"

#include "pg/compat.h"
#include "pg/extension.h"
#include "pg/internal_query.h"
#include "s3/download.h"
#include "sql/copy_statement.h"
#include "sql/copy_where.h"
#include "sql/s3_arguments.h"
#include "sql/sql_argument.h"
#include "sql/sql_work.h"

LFDW_SQL_FUNCTION(LFDW_EXTENSION_AWS_S3, aws_s3_import_uri);
LFDW_SQL_FUNCTION(LFDW_EXTENSION_AWS_S3, aws_s3_import_bucket);

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

/* What is imported, and where the callback of COPY reads it. */
typedef struct Import
{
	LfdwS3Object *object;
	LfdwS3Download *download;	/* NULL until COPY reads */
	MemoryContext context;		/* of the download */
	int64		bytes_read;
} Import;

/* COPY's callback has no argument; the import that runs, innermost. */
static Import *current = NULL;

/*
 * What COPY reads: at least minread bytes, but at the object's end.  S3 is asked
 * when it reads first, so that nobody is for a COPY that is refused.
 */
static int
read_object(void *out, int minread, int maxread)
{
	MemoryContext caller = MemoryContextSwitchTo(current->context);
	int			len = 0;
	int			n;

	if (current->download == NULL)
		current->download = lfdw_s3_download_begin(current->object);
	do
	{
		n = (int) lfdw_s3_download_read(current->download, (char *) out + len,
										maxread - len);
		len += n;
	} while (n > 0 && len < minread);
	current->bytes_read += len;
	MemoryContextSwitchTo(caller);
	return len;
}

/*
 * A relation that is open, as COPY FROM begins with it: the user may insert into
 * the columns.  Raises core's errors where not.
 */
static CopyFromState
begin_copy(Relation rel, const CopyStmt *copy, char *text)
{
	ParseState *pstate = make_parsestate(NULL);
	ParseNamespaceItem *nsitem;
	Node	   *where;

	pstate->p_sourcetext = text;
	nsitem = addRangeTableEntryForRelation(pstate, rel, RowExclusiveLock, NULL,
										   false, false);
	lfdw_require_insert(nsitem, CopyGetAttnums(RelationGetDescr(rel), rel,
											   copy->attlist));
	where = lfdw_copy_where(pstate, nsitem, rel, copy->whereClause);
	lfdw_check_permissions(pstate);
	if (check_enable_rls(RelationGetRelid(rel), InvalidOid, false) == RLS_ENABLED)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("COPY FROM not supported with row-level security"),
				 errhint("Use INSERT statements instead.")));
	if (!rel->rd_islocaltemp)
		PreventCommandIfReadOnly("COPY FROM");
	PreventCommandIfParallelMode("COPY FROM");
	return BeginCopyFrom(pstate, rel, where, NULL, false, read_object,
						 copy->attlist, copy->options);
}

/* Copies the object that the callback reads; returns the number of rows. */
static uint64
copy_rows(const CopyStmt *copy, char *text)
{
	Relation	rel = table_openrv(copy->relation, RowExclusiveLock);
	LfdwInternalQuery query;
	CopyFromState state;
	uint64		rows;

	lfdw_internal_query_begin(&query, text);
	state = begin_copy(rel, copy, text);
	lfdw_internal_query_end(&query);
	rows = CopyFrom(state);
	EndCopyFrom(state);
	table_close(rel, NoLock);
	return rows;
}

/*
 * Copies the object; returns the number of rows.  A trigger of the table may
 * import, too.
 */
static uint64
run(Import *import, const CopyStmt *copy, char *text)
{
	Import	   *outer = current;
	uint64		rows = 0;

	/* as each statement has its own: it sees what was changed before it */
	PushActiveSnapshot(GetTransactionSnapshot());
	current = import;
	PG_TRY();
	{
		rows = copy_rows(copy, text);
	}
	PG_FINALLY();
	{
		current = outer;
	}
	PG_END_TRY();
	PopActiveSnapshot();
	CommandCounterIncrement();
	return rows;
}

/* Imports an object into a table, as COPY FROM does. */
static Datum
import_object(FunctionCallInfo fcinfo, LfdwS3Arguments *arguments)
{
	char	   *table_name = lfdw_sql_argument_text(fcinfo, ARG_TABLE_NAME);
	Import		import = {0};
	CopyStmt   *copy;
	char	   *text;
	uint64		rows;
	int64		size;

	lfdw_s3_arguments_check(arguments, "table_name", table_name);
	copy = lfdw_copy_statement_import(table_name,
									  lfdw_sql_argument_text(fcinfo, ARG_COLUMN_LIST),
									  lfdw_sql_argument_text(fcinfo, ARG_OPTIONS),
									  &text);
	import.object = lfdw_s3_arguments_object(arguments,
											 lfdw_sql_work(fcinfo, LFDW_OPERATION_IMPORT));
	import.context = AllocSetContextCreate(CurrentMemoryContext,
										   "lambda_fdw import",
										   ALLOCSET_DEFAULT_SIZES);
	rows = run(&import, copy, text);
	size = lfdw_s3_download_size(import.download);

	/*
	 * COPY may have ended before the object, at "\.", and not every endpoint
	 * tells the size before the end.
	 */
	if (size < 0)
		size = import.bytes_read;
	MemoryContextDelete(import.context);
	lfdw_s3_arguments_end(arguments);
	PG_RETURN_TEXT_P(cstring_to_text(psprintf(UINT64_FORMAT " rows imported into relation \"%s\" from file %s of " INT64_FORMAT " bytes",
											  rows, table_name,
											  arguments->file_path, size)));
}

/*
 * SQL function: aws_s3.table_import_from_s3(text, text, text, _s3_uri_1), and
 * the same with credentials.
 *
 * Raises 38000 where S3 does not give the object, 42704 where there is no
 * server, 28000 where there are no keys, 42601, 22004 and 22023 for arguments
 * that make no sense, and whatever COPY FROM raises.
 */
static Datum
run_aws_s3_import_uri(PG_FUNCTION_ARGS)
{
	LfdwS3Arguments arguments = {.function = function_name};

	if (PG_NARGS() > ARG_CREDENTIALS && !PG_ARGISNULL(ARG_CREDENTIALS))
		lfdw_s3_arguments_hide_statement(&arguments);
	lfdw_s3_arguments_read_uri(&arguments, fcinfo, ARG_S3_INFO);
	if (PG_NARGS() > ARG_CREDENTIALS)
		lfdw_s3_arguments_read_credentials(&arguments, fcinfo, ARG_CREDENTIALS);
	return import_object(fcinfo, &arguments);
}

/*
 * May these words have keys among them?  Behind the text of a composite value
 * they are where path and region are else.
 */
static bool
have_keys(char **words)
{
	bool		found = lfdw_sql_argument_is_composite(words[LFDW_S3_WORD_BUCKET]);

	for (int i = LFDW_S3_WORD_OWN; i < IMPORT_WORDS; i++)
		found |= words[i] != NULL;
	return found;
}

/* SQL function: aws_s3.table_import_from_s3(text, text, text, text, ...). */
static Datum
run_aws_s3_import_bucket(PG_FUNCTION_ARGS)
{
	LfdwS3Arguments arguments = {.function = function_name};
	char	   *words[IMPORT_WORDS];

	for (int i = 0; i < IMPORT_WORDS; i++)
		words[i] = lfdw_sql_argument_text(fcinfo, ARG_BUCKET + i);
	if (have_keys(words))
		lfdw_s3_arguments_hide_statement(&arguments);
	lfdw_s3_arguments_read_words(&arguments, words, IMPORT_WORDS);
	lfdw_s3_arguments_set_keys(&arguments, words[WORD_ACCESS_KEY],
							   words[WORD_SECRET_KEY], words[WORD_SESSION_TOKEN]);
	return import_object(fcinfo, &arguments);
}
