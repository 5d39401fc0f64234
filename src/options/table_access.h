/*-------------------------------------------------------------------------
 *
 * table_access.h
 *		What a foreign table's options leave no request for.
 *
 * IDENTIFICATION
 *	  src/options/table_access.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_TABLE_ACCESS_H
#define LFDW_TABLE_ACCESS_H

#include "postgres.h"

#include "options/table.h"

extern const char *lfdw_table_unreadable(const LfdwTable *table, const char **hint);
extern const char *lfdw_table_unchangeable(const LfdwTable *table, bool deletes,
										   const char **hint);

#endif							/* LFDW_TABLE_ACCESS_H */
