/*-------------------------------------------------------------------------
 *
 * copy_statement.c
 *		COPY as the functions of aws_s3 are told it, in pieces of text.
 *
 * As on Amazon RDS, the pieces are pasted into a statement.  It is parsed and
 * never executed as SQL: whoever calls takes from it what a COPY may say.
 *
 * IDENTIFICATION
 *	  src/sql/copy_statement.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "lib/stringinfo.h"
#include "parser/parser.h"

#include "pg/internal_query.h"
#include "sql/copy_statement.h"

static const char blanks[] = " \t\n\r\f\v";

/*
 * Words that a list of options of the old form may begin with.  No option of
 * the new form has the name of one of the first; the rest are options of both.
 */
static const char *const old_words[] = {
	"binary", "csv", "force", "using", "where", "with",
	"delimiter", "delimiters", "encoding", "escape", "freeze", "header",
	"null", "quote"
};

#define OLD_WORDS_ONLY 6

/* Is a text, which may be NULL, blank? */
static bool
is_blank(const char *text)
{
	return text == NULL || text[strspn(text, blanks)] == '\0';
}

/* Does a text begin with one of the first nwords words of the old form? */
static bool
begins_as_old(const char *text, int nwords)
{
	const char *word = text + strspn(text, blanks);
	size_t		len = 0;

	while (IS_HIGHBIT_SET(word[len]) || isalnum((unsigned char) word[len]) ||
		   word[len] == '_')
		len++;
	for (int i = 0; i < nwords; i++)
	{
		if (strlen(old_words[i]) == len &&
			pg_strncasecmp(word, old_words[i], len) == 0)
			return true;
	}
	return false;
}

/*
 * Appends a list of options, which may be NULL.  One of the new form may come
 * without its parentheses: RDS has none around those of an export.
 *
 * What begins like both forms is of the old one if both_are_old.
 */
static void
append_options(StringInfo text, const char *options, bool both_are_old)
{
	if (is_blank(options))
		return;
	if (options[strspn(options, blanks)] == '(' ||
		begins_as_old(options, both_are_old ? lengthof(old_words) : OLD_WORDS_ONLY))
		appendStringInfo(text, " %s", options);
	else
		appendStringInfo(text, " (%s\n)", options);
}

/*
 * Parses the text of one COPY from STDIN or to STDOUT, without file or program.
 * Raises 42601 for anything else.
 */
static CopyStmt *
parse_copy(const char *text, bool is_from)
{
	LfdwInternalQuery query;
	List	   *statements;
	Node	   *statement;
	CopyStmt   *copy;

	lfdw_internal_query_begin(&query, text);
	statements = raw_parser(text, RAW_PARSE_DEFAULT);
	lfdw_internal_query_end(&query);
	statement = list_length(statements) == 1 ?
		linitial_node(RawStmt, statements)->stmt : NULL;
	copy = statement && IsA(statement, CopyStmt) ? (CopyStmt *) statement : NULL;
	if (copy == NULL || copy->is_from != is_from || copy->is_program ||
		copy->filename)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("the arguments do not make one COPY %s",
						is_from ? "FROM STDIN" : "TO STDOUT"),
				 errdetail("They have another statement, a file or a program."),
				 internalerrquery(text)));
	return copy;
}

/*
 * The statement COPY table_name (column_list) FROM STDIN options, palloc'd, and
 * its text, into which the positions of its nodes point.
 *
 * column_list may be NULL or blank for all columns, options for none.  Raises
 * 42601 for what does not make one such statement.
 */
CopyStmt *
lfdw_copy_statement_import(const char *table_name, const char *column_list,
						   const char *options, char **text)
{
	StringInfoData buf;

	/* the newlines end what may be a comment */
	initStringInfo(&buf);
	appendStringInfo(&buf, "COPY %s\n", table_name);
	if (!is_blank(column_list))
		appendStringInfo(&buf, "(%s\n) ", column_list);
	appendStringInfoString(&buf, "FROM STDIN");
	append_options(&buf, options, true);
	*text = buf.data;
	return parse_copy(buf.data, true);
}

/*
 * The options of an export, which may be NULL or blank for none: a list of
 * DefElem without positions, palloc'd.  Raises 42601 for what is no such list.
 */
List *
lfdw_copy_statement_export_options(const char *options)
{
	StringInfoData buf;
	List	   *list;
	ListCell   *lc;

	initStringInfo(&buf);
	appendStringInfoString(&buf, "COPY (SELECT) TO STDOUT");
	append_options(&buf, options, false);
	list = parse_copy(buf.data, false)->options;
	foreach(lc, list)
		lfirst_node(DefElem, lc)->location = -1;
	return list;
}
