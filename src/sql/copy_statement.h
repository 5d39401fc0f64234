/*-------------------------------------------------------------------------
 *
 * copy_statement.h
 *		COPY as the functions of aws_s3 are told it, in pieces of text.
 *
 * IDENTIFICATION
 *	  src/sql/copy_statement.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_COPY_STATEMENT_H
#define LFDW_COPY_STATEMENT_H

#include "postgres.h"

#include "nodes/parsenodes.h"

extern CopyStmt *lfdw_copy_statement_import(const char *table_name,
											const char *column_list,
											const char *options, char **text);
extern List *lfdw_copy_statement_export_options(const char *options);

#endif							/* LFDW_COPY_STATEMENT_H */
