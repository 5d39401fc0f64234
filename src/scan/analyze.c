/*-------------------------------------------------------------------------
 *
 * analyze.c
 *		ANALYZE: a sample of a function's rows.
 *
 * IDENTIFICATION
 *	  src/scan/analyze.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "executor/tuptable.h"
#include "foreign/fdwapi.h"
#include "miscadmin.h"
#include "options/table_access.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/sampling.h"

#include "http/wait.h"
#include "options/function_options.h"
#include "scan/analyze.h"
#include "scan/fetch.h"

/*
 * A scan for a sample of n rows ends after so many times n: a function may
 * have rows without end, and each page costs.
 */
#define ROWS_READ_FACTOR 100.0

/*
 * Autovacuum and vacuumdb analyze whatever is there, so a function that hangs
 * must not hold them for as long as it could hold a query.  An invocation may
 * take so long, and no page is asked for after as long.
 */
#define ANALYZE_TIMEOUT_MS 30000

/* A sample under way. */
typedef struct Sample
{
	ReservoirStateData reservoir;
	HeapTuple  *rows;
	int			nrows;
	int			max_rows;
	double		seen;
	double		to_skip;		/* before the next that replaces one, -1:
								 * unknown */
	MemoryContext context;		/* of the rows */
} Sample;

/*
 * The place of the next row in the sample, -1 for none: every row seen has the
 * same chance (Vitter's algorithm, as core samples pages).  Frees the row that it
 * replaces.
 */
static int
choose_place(Sample *sample)
{
	int			place = -1;

	if (sample->nrows < sample->max_rows)
		return sample->nrows++;
	if (sample->to_skip < 0)
		sample->to_skip = reservoir_get_next_S(&sample->reservoir,
											   sample->seen - 1,
											   sample->max_rows);
	if (sample->to_skip <= 0)
	{
		place = (int) (sample->max_rows *
					   sampler_random_fract(&sample->reservoir.randstate));
		heap_freetuple(sample->rows[place]);
	}
	sample->to_skip--;
	return place;
}

/* Takes a row into the sample, or not. */
static void
take_row(Sample *sample, TupleTableSlot *slot)
{
	MemoryContext old;
	int			place;

	sample->seen++;
	place = choose_place(sample);
	if (place < 0)
		return;
	old = MemoryContextSwitchTo(sample->context);
	sample->rows[place] = ExecCopySlotHeapTuple(slot);
	MemoryContextSwitchTo(old);
}

/* Begins to ask for all rows of a table, as its owner. */
static LfdwFetch *
begin_fetch(Relation relation, LfdwTable *table, LfdwInvokeStats *stats)
{
	LfdwCaller *caller = lfdw_function_caller(table->options,
											  relation->rd_rel->relowner);
	LfdwFetch  *fetch;
	MemoryContext old;
	LfdwArguments *arguments;

	table->function.route.limits.request_timeout_ms =
		Min(table->function.route.limits.request_timeout_ms, ANALYZE_TIMEOUT_MS);
	lfdw_function_resolve(&table->function, table->options, caller);
	fetch = lfdw_fetch_create(table, caller, lfdw_table_attrs(table), stats);
	lfdw_fetch_set_read_ahead(fetch, LFDW_AHEAD_HALF);
	old = MemoryContextSwitchTo(lfdw_fetch_context(fetch));
	arguments = lfdw_arguments_evaluate(table, NIL, NIL, NULL, NULL, NULL);
	MemoryContextSwitchTo(old);
	lfdw_fetch_begin(fetch, arguments);
	return fetch;
}

/* Reads the rows of a table into the sample; returns whether all were read. */
static bool
read_rows(Sample *sample, Relation relation, LfdwTable *table)
{
	/* the calls' memory may be released after an error has left this function */
	LfdwInvokeStats *stats = palloc(sizeof(LfdwInvokeStats));
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(relation),
													&TTSOpsVirtual);
	int64		deadline = lfdw_wait_now_us() + ANALYZE_TIMEOUT_MS * INT64CONST(1000);
	LfdwFetch  *fetch;
	bool		more;

	lfdw_invoke_stats_init(stats, LFDW_OPERATION_ANALYZE, CurrentMemoryContext);
	fetch = begin_fetch(relation, table, stats);
	while ((more = lfdw_fetch_row(fetch, slot)))
	{
		CHECK_FOR_INTERRUPTS();
		take_row(sample, slot);
		if (sample->seen >= sample->max_rows * ROWS_READ_FACTOR ||
			lfdw_wait_now_us() >= deadline)
			break;
	}
	lfdw_fetch_end(fetch, true);
	ExecDropSingleTupleTableSlot(slot);
	return !more;
}

/* What an error of a sample's calls belongs to, with the limit of theirs. */
static void
add_context(void *relation)
{
	errcontext("ANALYZE of foreign table \"%s\", which waits at most %d s for its function; with the table option analyze 'false' it makes no call",
			   RelationGetRelationName((Relation) relation),
			   ANALYZE_TIMEOUT_MS / 1000);
}

/*
 * AcquireSampleRowsFunc: reads the table through its function, as its owner.
 */
static int
acquire_sample_rows(Relation relation, int elevel, HeapTuple *rows,
					int targrows, double *totalrows, double *totaldeadrows)
{
	MemoryContext scan_context = AllocSetContextCreate(CurrentMemoryContext,
													   "lambda_fdw analyze",
													   ALLOCSET_DEFAULT_SIZES);
	Sample		sample = {
		.rows = rows,
		.max_rows = targrows,
		.to_skip = -1,
		.context = CurrentMemoryContext
	};
	ErrorContextCallback callback = {
		.previous = error_context_stack,
		.callback = add_context,
		.arg = relation
	};
	LfdwTable  *table;
	bool		complete;

	error_context_stack = &callback;
	reservoir_init_selection_state(&sample.reservoir, targrows);
	MemoryContextSwitchTo(scan_context);
	table = lfdw_table_create(relation);
	complete = read_rows(&sample, relation, table);
	*totalrows = complete ? sample.seen :
		Max(sample.seen, table->options->estimated_rows);
	*totaldeadrows = 0;
	MemoryContextSwitchTo(sample.context);
	MemoryContextDelete(scan_context);
	error_context_stack = callback.previous;

	ereport(elevel,
			(errmsg("\"%s\": function returned %.0f rows%s; %d rows in sample, %.0f estimated total rows",
					RelationGetRelationName(relation), sample.seen,
					complete ? "" : " and more", sample.nrows, *totalrows)));
	return sample.nrows;
}

/*
 * Warns of a table that cannot be read, or of the first column that ANALYZE would
 * need a value for; returns whether there is neither.
 */
static bool
is_readable(const LfdwTable *table)
{
	const char *hint = NULL;
	const char *why = lfdw_table_unreadable(table, &hint);

	if (why)
	{
		ereport(WARNING,
				(errmsg("foreign table \"%s\" cannot be analyzed: it cannot be read",
						table->relname),
				 errdetail("%s", why),
				 errhint("%s", hint)));
		return false;
	}
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (!table->columns[i].required)
			continue;
		ereport(WARNING,
				(errmsg("foreign table \"%s\" cannot be analyzed: its function cannot be asked for all rows",
						table->relname),
				 errdetail("Column \"%s\" is required, and ANALYZE has no value for it.",
						   table->columns[i].attname),
				 errhint("Tell the planner by the option estimated_rows.")));
		return false;
	}
	return true;
}

/*
 * AnalyzeForeignTable: yes, unless the table says that its function is not for
 * that, or the function cannot be asked for all of its rows because a column
 * needs a value: then a WARNING says so before core's, which has no reason.
 * Core skips the table, and a parent's ANALYZE goes on.
 */
bool
lambdaAnalyzeForeignTable(Relation relation, AcquireSampleRowsFunc *func,
						  BlockNumber *totalpages)
{
	LfdwTable  *table = lfdw_table_create(relation);

	if (!table->options->analyze || !is_readable(table))
		return false;
	*func = acquire_sample_rows;
	/* core reads rows per page from it, and there are no pages */
	*totalpages = 1;
	return true;
}
