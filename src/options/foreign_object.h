/*-------------------------------------------------------------------------
 *
 * foreign_object.h
 *		Foreign objects as the catalogs have them, with their options read.
 *
 * IDENTIFICATION
 *	  src/options/foreign_object.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_FOREIGN_OBJECT_H
#define LFDW_FOREIGN_OBJECT_H

#include "postgres.h"

#include "access/attnum.h"
#include "aws/caller.h"
#include "foreign/fdwapi.h"
#include "lib/stringinfo.h"
#include "options/option.h"

extern void lfdw_foreign_set_callback(GetForeignRelSize_function callback);
extern bool lfdw_foreign_server_is_ours(Oid serverid);
extern bool lfdw_foreign_table_is_ours(Oid relid);
extern bool lfdw_foreign_server_limits(Oid serverid, LfdwServerLimits *limits);
extern LfdwOptions *lfdw_foreign_server_options(Oid serverid);
extern LfdwOptions *lfdw_foreign_options_of(Oid serverid, List *table_options);
extern LfdwOptions *lfdw_foreign_table_options(Oid relid);
extern List *lfdw_foreign_table_option_list(Oid relid);
extern List *lfdw_foreign_column_option_list(Oid relid, AttrNumber attnum);
extern LfdwColumnOptions *lfdw_foreign_column_options(Oid relid, AttrNumber attnum);
extern LfdwCaller *lfdw_foreign_caller(const LfdwOptions *options, Oid userid);
extern Oid	lfdw_foreign_server_oid(const char *name, Oid userid,
									bool superusers_will_do);
extern uint64 lfdw_foreign_generation(void);
extern char *lfdw_foreign_server_name(Oid serverid);
extern char *lfdw_foreign_mapping_user(Oid umid);
extern char *lfdw_foreign_table_version(Oid relid, Oid serverid);
extern void lfdw_foreign_mapping_version(StringInfo out, Oid umid);

#endif							/* LFDW_FOREIGN_OBJECT_H */
