/*-------------------------------------------------------------------------
 *
 * import_schema.c
 *		IMPORT FOREIGN SCHEMA: tables of what functions say that they serve.
 *
 * The schema is a function, or a prefix of functions' names and "*".  What a function
 * says is data: names and values stand in quotes, types are what the catalogs call
 * them.
 *
 * IDENTIFICATION
 *	  src/sql/import_schema.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "foreign/fdwapi.h"
#include "nodes/makefuncs.h"
#include "nodes/value.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"

#include "options/described_option.h"
#include "options/foreign_object.h"
#include "options/function_options.h"
#include "pg/extension.h"
#include "pg/message.h"
#include "shared/activity.h"
#include "sql/description.h"
#include "sql/import_schema.h"
#include "sql/table_text.h"

/* The one option that is not a foreign table's. */
#define IMPORT_PREFIX "import_prefix"

/* Of the tables that are described, an error names so many. */
#define NAMES_SHOWN 20

/* An import, and what it comes to. */
typedef struct Import
{
	ImportForeignSchemaStmt *stmt;
	Oid			serverid;
	const char *prefix;			/* import_prefix, or "" */
	List	   *options;		/* of each table, of DefElem with String */
	HTAB	   *tables;			/* of ImportedTable, those wanted */
	List	   *names;			/* of char *, all that are described */
	List	   *commands;		/* of char * */
} Import;

/* A table of that name in this database. */
typedef struct ImportedTable
{
	char		name[NAMEDATALEN];
	const char *function;		/* that described it */
} ImportedTable;

/* The value of an option in a list; NULL where it is not there. */
static char *
find_option(List *options, const char *name)
{
	ListCell   *lc;

	foreach(lc, options)
	{
		DefElem    *def = lfirst(lc);

		if (strcmp(def->defname, name) == 0)
			return defGetString(def);
	}
	return NULL;
}

/* Refuses an option that no foreign table has. */
static void
report_option(const char *name)
{
	static const char *const words[] = {IMPORT_PREFIX, "function_arn", "qualifier"};
	const char *closest = lfdw_described_option_closest(false, name, words,
														lengthof(words));

	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
			 errmsg("\"%s\" is not an option of IMPORT FOREIGN SCHEMA", name),
			 closest ? errhint("Perhaps you meant the option \"%s\".", closest) :
			 errhint("They are import_prefix, and the options of a foreign table.")));
}

/* Sorts out what OPTIONS says: core has looked at none of it. */
static void
read_options(Import *import)
{
	ListCell   *lc;

	foreach(lc, import->stmt->options)
	{
		DefElem    *def = lfirst(lc);
		bool		is_prefix = strcmp(def->defname, IMPORT_PREFIX) == 0;
		LfdwOptionKind kind;

		if (!is_prefix &&
			lfdw_described_option_find(false, def->defname, &kind) == LFDW_DESCRIBED_NONE)
			report_option(def->defname);
		if (strcmp(def->defname, "table_name") == 0)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
					 errmsg("option \"table_name\" is not for IMPORT FOREIGN SCHEMA to give"),
					 errdetail("Each table gets the name that its function has for it.")));
		if (find_option(import->options, def->defname) ||
			(is_prefix && import->prefix))
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_OBJECT),
					 errmsg("option \"%s\" is there twice", def->defname)));
		if (is_prefix)
			import->prefix = defGetString(def);
		else
			import->options = lappend(import->options,
									  makeDefElem(def->defname,
												  (Node *) makeString(defGetString(def)),
												  -1));
	}
	if (import->prefix == NULL)
		import->prefix = "";
}

/* Is the schema's name a prefix of functions' names, and "*"? */
static bool
is_prefix(const char *schema)
{
	return schema[strlen(schema) - 1] == '*';
}

/* Refuses a name that core may have cut. */
static void
check_schema(const char *schema)
{
	if (strlen(schema) == NAMEDATALEN - 1)
		ereport(ERROR,
				(errcode(ERRCODE_NAME_TOO_LONG),
				 errmsg("the name of schema \"%s\" may have been cut", schema),
				 errdetail("A name of PostgreSQL has at most %d bytes, as many as it has.",
						   NAMEDATALEN - 1),
				 errhint("Add OPTIONS (function_arn '...') with the function's whole name, beside any name of the schema.")));
}

/* The functions that are asked, as the option function_arn has them: char *. */
static List *
find_functions(const Import *import, LfdwWork *work)
{
	const char *schema = import->stmt->remote_schema;
	char	   *given = find_option(import->options, "function_arn");
	List	   *functions;
	char	   *prefix;

	if (given)
		return list_make1(given);
	check_schema(schema);
	if (!is_prefix(schema))
		return list_make1(pstrdup(schema));
	prefix = pnstrdup(schema, strlen(schema) - 1);
	functions = lfdw_function_list(lfdw_foreign_options_of(import->serverid, import->options),
								   prefix, work);
	if (functions == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_SCHEMA_NOT_FOUND),
				 errmsg("no Lambda function whose name begins with \"%s\" has the tag lambda_fdw",
						prefix),
				 errdetail("Functions without the tag, and those that the server's option \"allowed_functions\" does not have, are not asked what tables they serve, for that runs them."),
				 errhint("Tag those that describe themselves, or import a function by its name.")));
	return functions;
}

/* A list of options with this one in it, in the place of one of its name. */
static List *
put_option(List *options, const char *name, const char *value)
{
	DefElem    *option = makeDefElem(pstrdup(name), (Node *) makeString(pstrdup(value)), -1);
	ListCell   *lc;

	foreach(lc, options)
	{
		if (strcmp(((DefElem *) lfirst(lc))->defname, name) == 0)
		{
			lfirst(lc) = option;
			return options;
		}
	}
	return lappend(options, option);
}

/* The options of a table: what its function says, below what the import does. */
static List *
table_options(const Import *import, const char *function,
			  const LfdwDescribedTable *table)
{
	List	   *options = list_make1(makeDefElem("function_arn",
												 (Node *) makeString(pstrdup(function)),
												 -1));
	ListCell   *lc;

	options = list_concat(options, table->options);
	foreach(lc, import->options)
	{
		DefElem    *def = lfirst(lc);

		options = put_option(options, def->defname, defGetString(def));
	}
	if (lfdw_foreign_options_of(import->serverid, options)->envelope)
		options = put_option(options, "table_name", table->name);
	return options;
}

/* Appends options, separated by commas. */
static void
append_options(StringInfo text, List *options)
{
	ListCell   *lc;

	foreach(lc, options)
	{
		DefElem    *def = lfirst(lc);

		lfdw_table_text_option(text, foreach_current_index(lc) > 0 ? ", " : "",
							   def->defname, defGetString(def));
	}
}

static void
append_column(StringInfo text, const LfdwDescribedColumn *column)
{
	lfdw_table_text_column(text, column->name,
						   format_type_extended(column->typid, column->typmod,
												FORMAT_TYPE_TYPEMOD_GIVEN |
												FORMAT_TYPE_FORCE_QUALIFY));
	if (column->options)
	{
		appendStringInfoString(text, " OPTIONS (");
		append_options(text, column->options);
		appendStringInfoChar(text, ')');
	}
	if (OidIsValid(column->collation))
		appendStringInfo(text, " COLLATE pg_catalog.%s",
						 quote_identifier(get_collation_name(column->collation)));
	if (column->not_null)
		appendStringInfoString(text, " NOT NULL");
}

/* The statement that creates a table. */
static char *
make_command(const Import *import, const char *name, const char *function,
			 const LfdwDescribedTable *table)
{
	StringInfoData text;
	ListCell   *lc;

	initStringInfo(&text);
	lfdw_table_text_begin(&text, name);
	foreach(lc, table->columns)
	{
		appendStringInfoString(&text, foreach_current_index(lc) > 0 ? ",\n" : "\n");
		append_column(&text, lfirst(lc));
	}
	lfdw_table_text_server(&text, import->stmt->server_name);
	append_options(&text, table_options(import, function, table));
	appendStringInfoString(&text, ")");
	return text.data;
}

/* Notes a table to be created; raises 42P07 for one of another's name. */
static void
note_table(Import *import, const char *name, const char *function)
{
	char		key[NAMEDATALEN] = {0};
	ImportedTable *table;
	bool		found;

	strlcpy(key, name, sizeof(key));
	table = hash_search(import->tables, key, HASH_ENTER, &found);
	if (found)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_TABLE),
				 errmsg("two Lambda functions describe a table \"%s\": \"%s\" and \"%s\"",
						lfdw_error_excerpt(name, strlen(name)), table->function, function),
				 errhint("Import each of them by its name, with an import_prefix of its own.")));
	table->function = function;
}

/* The name of the foreign table for one that is described. */
static char *
local_name(const Import *import, const char *table)
{
	return psprintf("%s%s", import->prefix, table);
}

/* LfdwDescriptionUse: what LIMIT TO and EXCEPT leave. */
static bool
wants_table(const char *table, const void *arg)
{
	const Import *import = arg;

	return IsImportableForeignTable(local_name(import, table), import->stmt);
}

/* Takes a table that a function describes, if it is wanted. */
static void
take_table(Import *import, const char *function, const LfdwDescribedTable *table)
{
	char	   *name = local_name(import, table->name);

	import->names = lappend(import->names, name);
	if (!IsImportableForeignTable(name, import->stmt))
		return;
	if (strlen(name) >= NAMEDATALEN)
		ereport(ERROR,
				(errcode(ERRCODE_NAME_TOO_LONG),
				 errmsg("the name \"%s\" of a foreign table is too long",
						lfdw_error_excerpt(name, strlen(name))),
				 errdetail("It has %zu bytes with import_prefix, and a name of PostgreSQL has at most %d.",
						   strlen(name), NAMEDATALEN - 1)));
	note_table(import, name, function);
	import->commands = lappend(import->commands,
							   make_command(import, name, function, table));
}

/* The first names of tables that are described, fit for a message. */
static char *
show_names(const Import *import)
{
	StringInfoData text;
	ListCell   *lc;

	initStringInfo(&text);
	foreach(lc, import->names)
	{
		const char *name = lfirst(lc);

		if (foreach_current_index(lc) == NAMES_SHOWN)
		{
			appendStringInfo(&text, " and %d others",
							 list_length(import->names) - NAMES_SHOWN);
			break;
		}
		appendStringInfo(&text, "%s\"%s\"", text.len > 0 ? ", " : "",
						 lfdw_error_excerpt(name, strlen(name)));
	}
	return text.data;
}

/* Refuses names of LIMIT TO that no function describes. */
static void
check_limit_to(const Import *import)
{
	ListCell   *lc;

	if (import->stmt->list_type != FDW_IMPORT_SCHEMA_LIMIT_TO)
		return;
	foreach(lc, import->stmt->table_list)
	{
		const char *name = ((RangeVar *) lfirst(lc))->relname;
		char		key[NAMEDATALEN] = {0};

		strlcpy(key, name, sizeof(key));
		if (hash_search(import->tables, key, HASH_FIND, NULL))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_FDW_TABLE_NOT_FOUND),
				 errmsg("no Lambda function of schema \"%s\" describes a table \"%s\"",
						import->stmt->remote_schema, name),
				 import->names == NIL ? errdetail("No table is described.") :
				 errdetail("Described are %s.", show_names(import)),
				 import->prefix[0] != '\0' ?
				 errhint("LIMIT TO has names with import_prefix before them.") : 0));
	}
}

/* An import of nothing yet. */
static Import *
create_import(ImportForeignSchemaStmt *stmt, Oid serverid)
{
	Import	   *import = palloc0(sizeof(Import));
	HASHCTL		control = {
		.keysize = NAMEDATALEN,
		.entrysize = sizeof(ImportedTable),
		.hcxt = CurrentMemoryContext
	};

	import->stmt = stmt;
	import->serverid = serverid;
	import->tables = hash_create("lambda_fdw imported tables", 64, &control,
								 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	read_options(import);
	return import;
}

/*
 * ImportForeignSchema callback: asks the functions that the schema names what
 * tables they serve, and returns a CREATE FOREIGN TABLE for each, char *.
 *
 * Core has checked USAGE on the server, and executes them as the current user.
 * Raises HV00D and HV024 for options, 42622 for names that are too long, HV00Q where
 * a prefix has no functions, HV00R for a table of LIMIT TO that is not there, 42P07
 * for two of one name, and what lfdw_function_list and lfdw_description_ask raise.
 */
List *
lambdaImportForeignSchema(ImportForeignSchemaStmt *stmt, Oid serverid)
{
	Import	   *import;
	LfdwWork   *work;
	List	   *functions;
	List	   *asked = NIL;
	LfdwDescriptionUse use = {.wants = wants_table};
	List	   *descriptions;
	ListCell   *lc;
	ListCell   *lc2;

	lfdw_extension_check(LFDW_EXTENSION_LAMBDA_FDW);
	import = create_import(stmt, serverid);
	work = lfdw_work_begin(LFDW_OPERATION_DESCRIBE, CurrentMemoryContext);
	functions = find_functions(import, work);
	use.arg = import;
	foreach(lc, functions)
	{
		List	   *options = put_option(list_copy(import->options), "function_arn",
										 lfirst(lc));

		asked = lappend(asked, lfdw_foreign_options_of(serverid, options));
	}
	descriptions = lfdw_description_ask_all(asked, &use, work);
	forboth(lc, functions, lc2, descriptions)
	{
		ListCell   *lc3;

		foreach(lc3, (List *) lfirst(lc2))
			take_table(import, lfirst(lc), lfirst(lc3));
	}
	check_limit_to(import);
	return import->commands;
}
