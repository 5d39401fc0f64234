/*-------------------------------------------------------------------------
 *
 * copy_to.c
 *		COPY (query) TO a function of ours.
 *
 * From 16 on core has a callback for it.  15 has none, and keeps its state to
 * itself; there COPY believes that it talks to a client, whose messages we take.
 *
 * Neither way has an argument, so that what is under way is in a variable: the
 * innermost of several, if a function in the query exports, too.  An outer one
 * gets no row before the inner one has ended.
 *
 * IDENTIFICATION
 *	  src/pg/copy_to.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/copy.h"
#include "nodes/parsenodes.h"
#include "parser/parse_node.h"
#include "parser/parser.h"
#include "tcop/dest.h"
#include "tcop/tcopprot.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "pg/copy_to.h"
#include "pg/internal_query.h"

/*
 * "Binary Format" in the documentation of COPY: signature, flags and length of
 * the extension come before the first row, a count of columns that no row has
 * after the last.
 */
#define BINARY_HEADER_LEN (11 + 4 + 4)
#define BINARY_TRAILER "\377\377"
#define BINARY_TRAILER_LEN 2

#if PG_VERSION_NUM < 160000

/* As libpq/libpq.h has it, which includes gssapi.h. */
typedef struct CommMethods
{
	void		(*comm_reset) (void);
	int			(*flush) (void);
	int			(*flush_if_writable) (void);
	bool		(*is_send_pending) (void);
	int			(*putmessage) (char msgtype, const char *s, size_t len);
	void		(*putmessage_noblock) (char msgtype, const char *s, size_t len);
} CommMethods;

extern PGDLLIMPORT const CommMethods *PqCommMethods;

#endif

/* A COPY under way. */
typedef struct CopyRun
{
	struct CopyRun *outer;
	LfdwCopyTo *copy;
	MemoryContext context;
	LfdwInternalQuery query;	/* errors of the query point into it */
	ErrorContextCallback query_context; /* or name it */
	bool		binary;
	bool		header_awaited; /* the next message begins with it */
	const char *line_end;		/* what core leaves out */

#if PG_VERSION_NUM < 160000
	const CommMethods *methods; /* those before */
	const CommMethods *client;	/* the client's; NULL: there is none */
	CommandDest destination;	/* the one before */
#endif
} CopyRun;

static CopyRun *current = NULL;

/* Has an error that points nowhere say that it is the query's. */
static void
name_query(void *arg)
{
	const CopyRun *run = arg;

	if (geterrposition() == 0)
		errcontext("SQL statement \"%s\"", run->query.text);
}

static void
begin_query(CopyRun *run)
{
	lfdw_internal_query_begin(&run->query, run->copy->query);
	run->query_context.callback = name_query;
	run->query_context.arg = run;
	run->query_context.previous = error_context_stack;
	error_context_stack = &run->query_context;
}

/* Writes a row, or keeps the header, or drops binary's trailer, as we know it. */
static void
take_part(const CopyRun *run, const char *data, size_t len)
{
	LfdwCopyTo *copy = run->copy;

	if (run->binary && len == BINARY_TRAILER_LEN &&
		memcmp(data, BINARY_TRAILER, BINARY_TRAILER_LEN) == 0)
		return;
	copy->write(copy->arg, data, len, run->line_end[0] == '\0');
	if (run->line_end[0] != '\0')
		copy->write(copy->arg, run->line_end, strlen(run->line_end), true);
}

/*
 * Takes what COPY sends at once: the header line, a row or binary's trailer,
 * before the first of which is binary's header.
 */
static void
take_message(const char *data, size_t len)
{
	CopyRun    *run = current;
	StringInfo	header = &run->copy->header;
	ErrorContextCallback *error_context = error_context_stack;
	MemoryContext context = MemoryContextSwitchTo(run->context);

	/* what goes wrong here is not the query's fault */
	error_context_stack = run->query.callback.previous;
	if (run->header_awaited && !run->binary)
	{
		appendBinaryStringInfo(header, data, len);
		appendStringInfoString(header, run->line_end);
	}
	else if (run->header_awaited)
	{
		appendBinaryStringInfo(header, data, BINARY_HEADER_LEN);
		take_part(run, data + BINARY_HEADER_LEN, len - BINARY_HEADER_LEN);
	}
	else
		take_part(run, data, len);
	run->header_awaited = false;
	error_context_stack = error_context;
	MemoryContextSwitchTo(context);
}

#if PG_VERSION_NUM >= 160000

static void
take_data(void *data, int len)
{
	take_message(data, len);
}

static CopyToState
begin_copy(ParseState *pstate, RawStmt *statement, List *options)
{
	return BeginCopyTo(pstate, NULL, statement, InvalidOid, NULL, false,
					   take_data, NIL, options);
}

static void
enter_run(CopyRun *run)
{
	run->line_end = run->binary ? "" : "\n";
	run->outer = current;
	current = run;
}

static void
leave_run(const CopyRun *run)
{
	current = run->outer;
}

static void
rethrow(const CopyRun *run)
{
	PG_RE_THROW();
}

#else

static void
reset_client(void)
{
	if (current->client)
		current->client->comm_reset();
}

static int
flush_client(void)
{
	return current->client ? current->client->flush() : 0;
}

static int
flush_client_if_writable(void)
{
	return current->client ? current->client->flush_if_writable() : 0;
}

static bool
is_client_pending(void)
{
	return current->client && current->client->is_send_pending();
}

/* Takes CopyData for ourselves; all but the rest of COPY is for the client. */
static int
put_message(char type, const char *data, size_t len)
{
	if (type == 'd')
		take_message(data, len);
	else if (type != 'H' && type != 'c' && current->client)
		return current->client->putmessage(type, data, len);
	return 0;
}

static void
put_message_noblock(char type, const char *data, size_t len)
{
	if (current->client)
		current->client->putmessage_noblock(type, data, len);
}

static const CommMethods copy_methods = {
	reset_client,
	flush_client,
	flush_client_if_writable,
	is_client_pending,
	put_message,
	put_message_noblock
};

static CopyToState
begin_copy(ParseState *pstate, RawStmt *statement, List *options)
{
	return BeginCopyTo(pstate, NULL, statement, InvalidOid, NULL, false, NIL,
					   options);
}

/*
 * Stands between the server and its client.  A background worker has none, and
 * what is for the client is for nobody.
 */
static void
enter_run(CopyRun *run)
{
	run->line_end = "";
	run->methods = PqCommMethods;
	run->destination = whereToSendOutput;
	if (current)
		run->client = current->client;
	else
		run->client = whereToSendOutput == DestRemote ? PqCommMethods : NULL;
	run->outer = current;
	current = run;
	PqCommMethods = &copy_methods;
	whereToSendOutput = DestRemote;
}

/*
 * A session that ends in the middle does not come here: its last messages reach
 * the client as all others do, and a client that is gone stays gone.
 */
static void
leave_run(const CopyRun *run)
{
	current = run->outer;
	PqCommMethods = run->methods;
	if (whereToSendOutput == DestRemote)
		whereToSendOutput = run->destination;
}

/*
 * Raises the pending error again.  It is marked for a client, which there seemed
 * to be; where there is none, sending it would be another error.
 */
static void
rethrow(const CopyRun *run)
{
	ErrorData  *error;

	if (run->client)
		PG_RE_THROW();
	MemoryContextSwitchTo(run->context);
	error = CopyErrorData();
	FlushErrorState();
	error->output_to_client = false;
	ReThrowError(error);
}

#endif

/* Reads the options as far as they decide what is around rows. */
static void
describe_files(CopyRun *run)
{
	LfdwCopyTo *copy = run->copy;
	CopyFormatOptions options = {0};

	ProcessCopyOptions(NULL, &options, false, copy->options);
	initStringInfo(&copy->header);
	initStringInfo(&copy->trailer);
	copy->divisible = true;
#if PG_VERSION_NUM >= 190000
	run->binary = options.format == COPY_FORMAT_BINARY;
	/* an array's rows are separated by what comes with the rows */
	copy->divisible = !options.force_array;
#else
	run->binary = options.binary;
#endif
	if (run->binary)
		appendBinaryStringInfo(&copy->trailer, BINARY_TRAILER,
							   BINARY_TRAILER_LEN);
	run->header_awaited = run->binary ||
		options.header_line == COPY_HEADER_TRUE;
}

/* Parses the query, which is what the grammar has between COPY's parentheses. */
static RawStmt *
parse_query(const char *query)
{
	List	   *statements = raw_parser(query, RAW_PARSE_DEFAULT);
	RawStmt    *statement;

	if (list_length(statements) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("COPY query must be a single statement"),
				 statements == NIL ? errdetail("It is empty.") :
				 errdetail("There are %d.", list_length(statements))));
	statement = linitial_node(RawStmt, statements);
	switch (nodeTag(statement->stmt))
	{
		case T_SelectStmt:
		case T_InsertStmt:
		case T_UpdateStmt:
		case T_DeleteStmt:
			break;
		case T_MergeStmt:
#if PG_VERSION_NUM < 170000
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("MERGE not supported in COPY")));
#endif
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("COPY query must not be a utility command")));
	}
	return statement;
}

/*
 * Runs a query as COPY (query) TO STDOUT does, and gives its rows to
 * copy->write, in the order of the file; sets copy->header, copy->trailer and
 * copy->divisible.  Returns how many rows there were.
 *
 * Permissions, row security, snapshot and what a read-only transaction allows
 * are COPY's, and so is what it raises for query and options; a text that is
 * no single statement is 42601.  What copy->write raises comes through.
 */
uint64
lfdw_copy_to(LfdwCopyTo *copy)
{
	CopyRun		run = {.copy = copy,.context = CurrentMemoryContext};
	ParseState *pstate = make_parsestate(NULL);
	RawStmt    *statement;
	CopyToState state;
	uint64		nrows = 0;

	describe_files(&run);
	begin_query(&run);
	pstate->p_sourcetext = copy->query;
	statement = parse_query(copy->query);
	/* as each statement has its own: it sees what was changed before it */
	PushActiveSnapshot(GetTransactionSnapshot());
	enter_run(&run);
	PG_TRY();
	{
		state = begin_copy(pstate, statement, copy->options);
		nrows = DoCopyTo(state);
		EndCopyTo(state);
	}
	PG_CATCH();
	{
		leave_run(&run);
		rethrow(&run);
	}
	PG_END_TRY();
	leave_run(&run);
	PopActiveSnapshot();
	lfdw_internal_query_end(&run.query);
	free_parsestate(pstate);
	CommandCounterIncrement();
	return nrows;
}
