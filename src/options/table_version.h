/*-------------------------------------------------------------------------
 *
 * table_version.h
 *		Which version of the catalogs' rows a table is made of.
 *
 * IDENTIFICATION
 *	  src/options/table_version.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_TABLE_VERSION_H
#define LFDW_TABLE_VERSION_H

#include "postgres.h"

#include "lib/stringinfo.h"

extern char *lfdw_table_version(Oid relid, Oid serverid);
extern void lfdw_mapping_version_append(StringInfo out, Oid umid);

#endif							/* LFDW_TABLE_VERSION_H */
