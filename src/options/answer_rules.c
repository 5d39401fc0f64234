/*-------------------------------------------------------------------------
 *
 * answer_rules.c
 *		What the form of its answer asks of a foreign table's columns.
 *
 * IDENTIFICATION
 *	  src/options/answer_rules.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/json_pointer.h"
#include "options/answer_rules.h"

/* Raises the error about a column whose path leads nowhere. */
static void
report_path(const LfdwTable *table, const LfdwColumn *column,
			const char *option, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("the path of column \"%s\" of foreign table \"%s\" does not fit the table's option \"%s\"",
					column->attname, table->relname, option),
			 errdetail("%s", detail)));
}

/* CSV: each column is named by a field of the header. */
static void
check_csv(const LfdwTable *table)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LfdwColumn *column = &table->columns[i];

		if (!column->input && column->path->ntokens != 1)
			report_path(table, column, "answer_format",
						"In CSV a path has one part, the name of a field in the header.");
	}
}

/* Entries: a row has a key and a value. */
static void
check_entries(const LfdwTable *table)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LfdwColumn *column = &table->columns[i];
		const LfdwPointer *path = column->path;
		bool		is_key = path->ntokens == 1 && strcmp(path->tokens[0], "key") == 0;
		bool		is_value = path->ntokens > 0 && strcmp(path->tokens[0], "value") == 0;

		/* a required column without a path may have what the call carried */
		if (!column->input && path->ntokens > 0 && !is_key && !is_value &&
			(column->path_given || !column->required))
			report_path(table, column, "rows_format",
						"An entry has its name at \"/key\" and its value at \"/value\".");
	}
}

/* A body: one column has it. */
static void
check_raw(const LfdwTable *table)
{
	const LfdwColumn *body = NULL;
	StringInfoData names;
	int			ncolumns = 0;

	initStringInfo(&names);
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LfdwColumn *column = &table->columns[i];

		if (column->input)
			continue;
		body = column;
		appendStringInfo(&names, "%s\"%s\"", ncolumns++ > 0 ? ", " : "",
						 column->attname);
	}
	if (ncolumns != 1)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("foreign table \"%s\" does not fit its option \"answer_format\"",
						table->relname),
				 ncolumns == 0 ?
				 errdetail("By answer_format 'raw' the body is the value of one column, and all have the option \"input\".") :
				 errdetail("By answer_format 'raw' the body is the value of one column, and it has %s.",
						   names.data),
				 ncolumns == 0 ? 0 :
				 errhint("Columns that the query gives values for have the option input 'true'.")));
	if (body->path_given)
		report_path(table, body, "answer_format",
					"By answer_format 'raw' the column has the whole body, and needs no path.");
}

/*
 * Rules between a table's option answer_format or rows_format and its columns.
 * Raises HV024.
 */
void
lfdw_answer_rules_check(const LfdwTable *table)
{
	if (table->options->answer_format == LFDW_ANSWER_CSV)
		check_csv(table);
	if (table->options->answer_format == LFDW_ANSWER_RAW)
		check_raw(table);
	if (table->options->rows_format == LFDW_ROWS_ENTRIES)
		check_entries(table);
}
