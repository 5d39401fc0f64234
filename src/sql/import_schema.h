/*-------------------------------------------------------------------------
 *
 * import_schema.h
 *		IMPORT FOREIGN SCHEMA.
 *
 * IDENTIFICATION
 *	  src/sql/import_schema.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_IMPORT_SCHEMA_H
#define LFDW_IMPORT_SCHEMA_H

#include "postgres.h"

#include "nodes/parsenodes.h"

extern List *lambdaImportForeignSchema(ImportForeignSchemaStmt *stmt, Oid serverid);

#endif							/* LFDW_IMPORT_SCHEMA_H */
