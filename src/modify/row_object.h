/*-------------------------------------------------------------------------
 *
 * row_object.h
 *		A JSON object of a row's columns, each at its path.
 *
 * IDENTIFICATION
 *	  src/modify/row_object.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ROW_OBJECT_H
#define LFDW_ROW_OBJECT_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "options/table.h"

typedef struct LfdwRowObject LfdwRowObject;

extern LfdwRowObject *lfdw_row_object_create(const LfdwTable *table,
											 const char *document);
extern void lfdw_row_object_write(StringInfo out, const LfdwRowObject *object,
								  const char *const *json, int number);
extern char *lfdw_row_object_id(const LfdwRowObject *object,
								const char *const *json, int number);

#endif							/* LFDW_ROW_OBJECT_H */
