/*-------------------------------------------------------------------------
 *
 * table_text.c
 *		The text of a CREATE FOREIGN TABLE, piece by piece.
 *
 * Names and values are in the database encoding and stand in quotes where they
 * need them, so that the statement is one, whatever they are.
 *
 * IDENTIFICATION
 *	  src/sql/table_text.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "sql/table_text.h"

/* Appends what the statement begins with, up to the first column. */
void
lfdw_table_text_begin(StringInfo text, const char *name)
{
	appendStringInfo(text, "CREATE FOREIGN TABLE %s (", quote_identifier(name));
}

/* Appends the name of a column and its type, which is SQL. */
void
lfdw_table_text_column(StringInfo text, const char *name, const char *type)
{
	appendStringInfo(text, "  %s %s", quote_identifier(name), type);
}

/* Ends the columns, and begins the table's options. */
void
lfdw_table_text_server(StringInfo text, const char *server)
{
	appendStringInfo(text, ") SERVER %s OPTIONS (", quote_identifier(server));
}

/* Appends an option: what stands before it, its name, and its value in quotes. */
void
lfdw_table_text_option(StringInfo text, const char *before, const char *name,
					   const char *value)
{
	appendStringInfo(text, "%s%s %s", before, name, quote_literal_cstr(value));
}
