/*-------------------------------------------------------------------------
 *
 * table_internal.h
 *		What the catalogs say of a foreign table; for table_cache.c.
 *
 * IDENTIFICATION
 *	  src/options/table_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_TABLE_INTERNAL_H
#define LFDW_TABLE_INTERNAL_H

#include "postgres.h"

#include "options/table.h"

extern void lfdw_table_make(LfdwTable *table, Relation relation);

#endif							/* LFDW_TABLE_INTERNAL_H */
