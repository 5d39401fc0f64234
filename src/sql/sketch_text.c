/*-------------------------------------------------------------------------
 *
 * sketch_text.c
 *		A sketch as the text of a CREATE FOREIGN TABLE.
 *
 * What comes from the answer stands in quotes, or in comments as one line, so
 * that the statement is one, whatever the function answered.
 *
 * IDENTIFICATION
 *	  src/sql/sketch_text.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/heap.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"

#include "base/snake_case.h"
#include "pg/message.h"
#include "sql/sketch_internal.h"
#include "sql/table_text.h"

/* A comment shows so many characters. */
#define COMMENT_MAX 300

/* A name that is taken. */
typedef struct TakenName
{
	char		name[NAMEDATALEN];
} TakenName;

/* UTF-8 in the database encoding. */
static char *
to_server(const char *text)
{
	return pg_any_to_server(text, strlen(text), PG_UTF8);
}

/* A name in snake_case, in the database encoding and of a name's length. */
static char *
sql_name(const char *name, size_t len, const char *fallback)
{
	char	   *snake = palloc(lfdw_snake_case_room(len) + 1);
	size_t		n = lfdw_snake_case(name, len, snake);

	snake[n] = '\0';
	snake = n == 0 ? pstrdup(fallback) : to_server(snake);
	n = strlen(snake);
	if (n >= NAMEDATALEN)
		snake[pg_mbcliplen(snake, (int) n, NAMEDATALEN - 1)] = '\0';
	return snake;
}

/* Is it the name of a system column, which no column of a table has? */
static bool
is_system_name(const char *name)
{
	return SystemAttributeByName(name) != NULL;
}

/*
 * The name of a column: one that no other has.  Names that are the same in the
 * end get a number.
 */
static char *
column_name(HTAB *taken, const LfdwSketchColumn *column, int number)
{
	char	   *name = sql_name(column->name, column->nname,
								psprintf("c%d", number));
	char		key[NAMEDATALEN] = {0};
	bool		found = true;

	for (int i = 1; found; i++)
	{
		char	   *suffix = i == 1 ? "" : psprintf("_%d", i);
		int			room = NAMEDATALEN - 1 - (int) strlen(suffix);
		int			len = pg_mbcliplen(name, (int) strlen(name), room);

		memset(key, 0, sizeof(key));
		snprintf(key, sizeof(key), "%.*s%s", len, name, suffix);
		if (is_system_name(key))
			continue;
		hash_search(taken, key, HASH_ENTER, &found);
	}
	return pstrdup(key);
}

/* Would the column's path be the default one? */
static bool
has_default_path(const LfdwSketchColumn *column, const char *name)
{
	return column->path[0] == '/' && strcmp(to_server(column->path + 1), name) == 0;
}

/* Appends a comment, as lines of which none ends before it is meant to. */
static void
append_comment(StringInfo text, const char *indent, const char *comment)
{
	appendStringInfo(text, "%s-- %s\n", indent,
					 lfdw_error_text(comment, strlen(comment), COMMENT_MAX));
}

/* Appends an option whose value is UTF-8. */
static void
append_option(StringInfo text, const char *before, const char *name,
			  const char *value)
{
	lfdw_table_text_option(text, before, name, to_server(value));
}

/* Appends a column, and what is to be said of it. */
static void
append_column(StringInfo text, const LfdwSketchColumn *column,
			  const char *name, bool is_last)
{
	bool		path = !has_default_path(column, name);

	lfdw_table_text_column(text, name, column->type);
	if (path || column->empty_is_null)
	{
		appendStringInfoString(text, " OPTIONS (");
		if (path)
			append_option(text, "", "path", column->path);
		if (column->empty_is_null)
			append_option(text, path ? ", " : "", "null_if", "");
		appendStringInfoChar(text, ')');
	}
	if (!is_last)
		appendStringInfoChar(text, ',');
	if (column->comment)
		append_comment(text, " ", column->comment);
	else
		appendStringInfoChar(text, '\n');
}

static void
append_columns(StringInfo text, const LfdwSketch *sketch)
{
	HASHCTL		ctl = {0};
	HTAB	   *taken;

	ctl.keysize = NAMEDATALEN;
	ctl.entrysize = sizeof(TakenName);
	ctl.hcxt = CurrentMemoryContext;
	taken = hash_create("lambda_fdw sketch names", 64, &ctl,
						HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	for (int i = 0; i < sketch->ncolumns; i++)
	{
		const LfdwSketchColumn *column = &sketch->columns[i];

		append_column(text, column, column_name(taken, column, i + 1),
					  i == sketch->ncolumns - 1);
	}
}

/* Appends the options of the table. */
static void
append_options(StringInfo text, const LfdwSketch *sketch)
{
	ListCell   *lc;

	lfdw_table_text_option(text, "\n  ", "function_arn", sketch->function);
	if (sketch->payload)
		append_option(text, ",\n  ", "payload", sketch->payload);
	if (!sketch->has_route)
		append_option(text, ",\n  ", "envelope", "false");
	if (sketch->rows_path->len > 0)
		append_option(text, ",\n  ", "rows_path", sketch->rows_path->data);
	if (sketch->form == LFDW_SKETCH_ENTRIES)
		append_option(text, ",\n  ", "rows_format", "entries");
	if (sketch->form == LFDW_SKETCH_CSV)
		append_option(text, ",\n  ", "answer_format", "csv");
	if (sketch->form == LFDW_SKETCH_RAW)
		append_option(text, ",\n  ", "answer_format", "raw");
	foreach(lc, sketch->options)
	{
		const LfdwSketchOption *option = lfirst(lc);

		append_option(text, ",\n  ", option->name, option->value);
	}
}

/*
 * The statement, palloc'd, in the database encoding; what there is to know of it
 * is in comments.
 */
char *
lfdw_sketch_write(const LfdwSketch *sketch)
{
	StringInfoData text;
	ListCell   *lc;

	initStringInfo(&text);
	foreach(lc, sketch->comments)
		append_comment(&text, "", lfirst(lc));
	lfdw_table_text_begin(&text, sql_name(sketch->label, strlen(sketch->label),
										  "sketch"));
	if (sketch->ncolumns > 0)
		appendStringInfoChar(&text, '\n');
	append_columns(&text, sketch);
	lfdw_table_text_server(&text, sketch->server);
	append_options(&text, sketch);
	appendStringInfoString(&text, "\n);\n");
	return text.data;
}
