/*-------------------------------------------------------------------------
 *
 * foreign_object.c
 *		Foreign objects as the catalogs have them, with their options read.
 *
 * No other file reads a server, a user mapping or a foreign table.  Options of
 * columns are read here too, but in the statement that changes them, where no
 * cache has them yet (declaration.c).
 *
 * IDENTIFICATION
 *	  src/options/foreign_object.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "foreign/fdwapi.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/syscache.h"

#include "aws/admission.h"
#include "aws/client.h"
#include "options/event.h"
#include "options/foreign_object.h"
#include "options/option_internal.h"
#include "pg/compat.h"

/* A callback that only our handler gives, which tells our wrappers from others. */
static GetForeignRelSize_function our_callback = NULL;

/* Takes the callback of this library; once, while it loads. */
void
lfdw_foreign_set_callback(GetForeignRelSize_function callback)
{
	our_callback = callback;
}

/*
 * Has a function the name in C that our handler has?  Those of others are
 * neither loaded nor called, where nobody else would.
 */
static bool
has_our_name(Oid handler)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(handler));
	bool		isnull;
	bool		found;
	Datum		source;

	if (!HeapTupleIsValid(tuple))
		return false;
	source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);
	found = !isnull &&
		strcmp(TextDatumGetCString(source), "lambda_fdw_handler") == 0;
	ReleaseSysCache(tuple);
	return found;
}

/*
 * Is a server, by OID, one of lambda_fdw's, whatever its wrapper's name?  The
 * handler is asked: its address would not do, as a handler with a SET clause
 * is called through another function.
 */
bool
lfdw_foreign_server_is_ours(Oid serverid)
{
	Oid			fdwid = GetForeignServer(serverid)->fdwid;
	Oid			handler = GetForeignDataWrapper(fdwid)->fdwhandler;

	return OidIsValid(handler) && has_our_name(handler) &&
		GetFdwRoutine(handler)->GetForeignRelSize == our_callback;
}

/* Is a foreign table, by OID, on a server of lambda_fdw's? */
bool
lfdw_foreign_table_is_ours(Oid relid)
{
	return lfdw_foreign_server_is_ours(GetForeignTable(relid)->serverid);
}

/* See lfdw_foreign_generation. */
static uint64 generation = 1;

/*
 * A server, user mapping or role has changed.  Connections of the first two take no
 * new exchange.
 */
static void
note_change(Datum arg, LfdwCacheId cacheid, uint32 hashvalue)
{
	generation++;
	if (cacheid == FOREIGNSERVEROID)
		lfdw_admission_forget_changed();
	if (cacheid != AUTHOID)
		lfdw_client_forget_changed(cacheid == USERMAPPINGOID, hashvalue);
}

/* Has changes announced from now on. */
static void
register_callbacks(void)
{
	static bool registered = false;

	if (registered)
		return;
	CacheRegisterSyscacheCallback(FOREIGNSERVEROID, note_change, (Datum) 0);
	CacheRegisterSyscacheCallback(USERMAPPINGOID, note_change, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, note_change, (Datum) 0);
	registered = true;
}

/* Whose connections a server and user mapping have. */
static void
make_pool_key(LfdwPoolKey *key, Oid serverid, Oid umid)
{
	register_callbacks();
	key->serverid = serverid;
	key->umid = umid;
	key->server_hash = GetSysCacheHashValue1(FOREIGNSERVEROID,
											 ObjectIdGetDatum(serverid));
	key->mapping_hash = OidIsValid(umid) ?
		GetSysCacheHashValue1(USERMAPPINGOID, ObjectIdGetDatum(umid)) : 0;
}

/*
 * A number that is another one whenever a server, a user mapping or a role may have
 * changed since it was last asked for: what was read of them before may be kept as
 * long as it is the same.
 */
uint64
lfdw_foreign_generation(void)
{
	register_callbacks();
	return generation;
}

/* Has a user (InvalidOid: PUBLIC) a mapping on a server? */
static bool
has_mapping(Oid serverid, Oid userid)
{
	return SearchSysCacheExists2(USERMAPPINGUSERSERVER,
								 ObjectIdGetDatum(userid),
								 ObjectIdGetDatum(serverid));
}

/*
 * Refuses a server with privileged options whose owner is not (or no longer)
 * a superuser: the validator only saw who ran the statement (42501).
 */
static void
check_owner(const LfdwOptions *options)
{
	ListCell   *lc;

	if (options->route.trusted)
		return;
	foreach(lc, GetForeignServer(options->serverid)->options)
	{
		DefElem    *def = (DefElem *) lfirst(lc);

		if (lfdw_option_is_privileged(ForeignServerRelationId, def))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("server \"%s\" may not use option \"%s\"",
							options->route.server, def->defname),
					 errdetail("Its owner is not a superuser."),
					 errhint("Drop the option, or make a superuser the server's owner.")));
	}
}

/*
 * A role as a caller by a server's or a table's options, with its user mapping
 * or that of PUBLIC, or none.
 *
 * It may use the server's own credentials where its owner is a superuser, and
 * either the mapping says so, which only a superuser may have set, or the role
 * is a superuser with a mapping of its own.  The result is palloc'd in the
 * current context.  Raises 42501 for a server that has options which its owner
 * may not set.
 */
LfdwCaller *
lfdw_foreign_caller(const LfdwOptions *options, Oid userid)
{
	LfdwCaller *caller = palloc0(sizeof(LfdwCaller));
	Oid			serverid = options->serverid;
	bool		own = has_mapping(serverid, userid);
	Oid			umid = InvalidOid;

	check_owner(options);
	caller->userid = userid;
	if (own || has_mapping(serverid, InvalidOid))
	{
		UserMapping *mapping = GetUserMapping(userid, serverid);

		umid = mapping->umid;
		lfdw_option_read_defaults(UserMappingRelationId, &caller->mapping);
		lfdw_option_read(UserMappingRelationId, mapping->options, &caller->mapping);
	}
	make_pool_key(&caller->pool, serverid, umid);
	caller->ambient = options->route.trusted &&
		(caller->mapping.use_ambient_credentials ||
		 (own && superuser_arg(userid)));
	return caller;
}

/*
 * The server of this name, on which the role must have USAGE (42501), unless
 * superusers_will_do and its owner is one.  Raises 42704 where there is none.
 */
Oid
lfdw_foreign_server_oid(const char *name, Oid userid, bool superusers_will_do)
{
	ForeignServer *server = GetForeignServerByName(name, false);
	Oid			serverid = server->serverid;

	if (!(superusers_will_do && superuser_arg(server->owner)) &&
		!lfdw_has_server_usage(serverid, userid))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for foreign server %s", name),
				 errhint("GRANT USAGE ON FOREIGN SERVER %s TO %s;",
						 quote_identifier(name),
						 quote_identifier(GetUserNameFromId(userid, false)))));
	return serverid;
}

/* Reads a server's options over the defaults. */
static void
read_server(LfdwOptions *options, Oid serverid)
{
	ForeignServer *server = GetForeignServer(serverid);

	options->serverid = serverid;
	options->route.server = server->servername;
	options->route.trusted = superuser_arg(server->owner);
	lfdw_option_read_defaults(ForeignServerRelationId, options);
	lfdw_option_read_defaults(ForeignTableRelationId, options);
	lfdw_option_read(ForeignServerRelationId, server->options, options);
}

/*
 * Reads the options of a server, with the defaults of a foreign table; palloc'd
 * in the current context.
 */
LfdwOptions *
lfdw_foreign_server_options(Oid serverid)
{
	LfdwOptions *options = palloc0(sizeof(LfdwOptions));

	read_server(options, serverid);
	return options;
}

/*
 * Reads the limits of a server as they are now.  Returns false where it was dropped
 * meanwhile.  See lfdw_admission_install.
 */
bool
lfdw_foreign_server_limits(Oid serverid, LfdwServerLimits *limits)
{
	LfdwOptions *options = palloc0(sizeof(LfdwOptions));
	ForeignServer *server = GetForeignServerExtended(serverid, FSV_MISSING_OK);

	if (server)
	{
		register_callbacks();
		lfdw_option_read_defaults(ForeignServerRelationId, options);
		lfdw_option_read(ForeignServerRelationId, server->options, options);
		*limits = options->route.server_limits;
	}
	pfree(options);
	return server != NULL;
}

/*
 * Reads the options of a foreign table, a list of DefElem, that is or may be on a
 * server, over the server's over the defaults.
 *
 * The result and what it points to are palloc'd in the current context, or
 * the list's.  Raises the validator's errors about each option by itself.
 */
LfdwOptions *
lfdw_foreign_options_of(Oid serverid, List *table_options)
{
	LfdwOptions *options = palloc0(sizeof(LfdwOptions));

	read_server(options, serverid);
	lfdw_option_read(ForeignTableRelationId, table_options, options);
	lfdw_event_apply(options);
	return options;
}

/*
 * The same of a foreign table in the catalogs, by OID; should they hold an option
 * of another version, it raises the validator's errors.
 */
LfdwOptions *
lfdw_foreign_table_options(Oid relid)
{
	ForeignTable *table = GetForeignTable(relid);

	return lfdw_foreign_options_of(table->serverid, table->options);
}

/* A foreign table's own options, as the catalogs have them: of DefElem. */
List *
lfdw_foreign_table_option_list(Oid relid)
{
	return GetForeignTable(relid)->options;
}

/* Those of one column of it. */
List *
lfdw_foreign_column_option_list(Oid relid, AttrNumber attnum)
{
	return GetForeignColumnOptions(relid, attnum);
}

/*
 * Reads the options of one column of a foreign table, palloc'd in the current
 * context.
 */
LfdwColumnOptions *
lfdw_foreign_column_options(Oid relid, AttrNumber attnum)
{
	LfdwColumnOptions *options = palloc0(sizeof(LfdwColumnOptions));

	lfdw_option_read_defaults(AttributeRelationId, options);
	lfdw_option_read(AttributeRelationId,
					 GetForeignColumnOptions(relid, attnum), options);
	lfdw_option_complete_column(options);
	return options;
}

/* The name of a server, palloc'd; NULL where it was dropped. */
char *
lfdw_foreign_server_name(Oid serverid)
{
	ForeignServer *server = GetForeignServerExtended(serverid, FSV_MISSING_OK);

	return server ? server->servername : NULL;
}

/* The role of a user mapping, "public" for all; NULL where it was dropped. */
char *
lfdw_foreign_mapping_user(Oid umid)
{
	HeapTuple	tuple = SearchSysCache1(USERMAPPINGOID, ObjectIdGetDatum(umid));
	Oid			userid;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	userid = ((Form_pg_user_mapping) GETSTRUCT(tuple))->umuser;
	ReleaseSysCache(tuple);
	return OidIsValid(userid) ? GetUserNameFromId(userid, true) :
		pstrdup("public");
}

/*
 * Appends the version of a row of a catalog, which it releases: who wrote it and where
 * it stands.  Each change, and each return to what it was, is another, in a transaction
 * too, and no secret is in it.
 */
static void
append_version(StringInfo out, int cache, HeapTuple row)
{
	TransactionId xmin;

	if (!HeapTupleIsValid(row))
	{
		appendStringInfoString(out, "none;");
		return;
	}
	xmin = HeapTupleHeaderGetRawXmin(row->t_data);
	appendStringInfo(out, "%d:%u:%u.%u;", cache, xmin,
					 ItemPointerGetBlockNumberNoCheck(&row->t_self),
					 ItemPointerGetOffsetNumberNoCheck(&row->t_self));
	ReleaseSysCache(row);
}

/*
 * The versions of a foreign table, of its columns and of its server, as a text that is
 * palloc'd in the current context.
 */
char *
lfdw_foreign_table_version(Oid relid, Oid serverid)
{
	StringInfo	out = makeStringInfo();
	HeapTuple	row = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	int			natts = HeapTupleIsValid(row) ?
	((Form_pg_class) GETSTRUCT(row))->relnatts : 0;

	appendStringInfo(out, "%u,%u;", relid, serverid);
	append_version(out, RELOID, row);
	append_version(out, FOREIGNTABLEREL,
				   SearchSysCache1(FOREIGNTABLEREL, ObjectIdGetDatum(relid)));
	append_version(out, FOREIGNSERVEROID,
				   SearchSysCache1(FOREIGNSERVEROID, ObjectIdGetDatum(serverid)));
	for (int i = 1; i <= natts; i++)
		append_version(out, ATTNUM, SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid),
													Int16GetDatum(i)));
	return out->data;
}

/* Appends the version of a user mapping, InvalidOid for none. */
void
lfdw_foreign_mapping_version(StringInfo out, Oid umid)
{
	appendStringInfo(out, "%u;", umid);
	append_version(out, USERMAPPINGOID, OidIsValid(umid) ?
				   SearchSysCache1(USERMAPPINGOID, ObjectIdGetDatum(umid)) : NULL);
}
