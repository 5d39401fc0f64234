/*-------------------------------------------------------------------------
 *
 * table_text.h
 *		The text of a CREATE FOREIGN TABLE, piece by piece.
 *
 * IDENTIFICATION
 *	  src/sql/table_text.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_TABLE_TEXT_H
#define LFDW_TABLE_TEXT_H

#include "postgres.h"

#include "lib/stringinfo.h"

extern void lfdw_table_text_begin(StringInfo text, const char *name);
extern void lfdw_table_text_column(StringInfo text, const char *name,
								   const char *type);
extern void lfdw_table_text_server(StringInfo text, const char *server);
extern void lfdw_table_text_option(StringInfo text, const char *before,
								   const char *name, const char *value);

#endif							/* LFDW_TABLE_TEXT_H */
