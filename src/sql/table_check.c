/*-------------------------------------------------------------------------
 *
 * table_check.c
 *		lambda_fdw_check: where a foreign table and its function's description differ.
 *
 * IDENTIFICATION
 *	  src/sql/table_check.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "options/foreign_object.h"
#include "options/option_difference.h"
#include "pg/compat.h"
#include "pg/extension.h"
#include "sql/description.h"
#include "sql/sql_row.h"
#include "sql/sql_work.h"

LFDW_SQL_FUNCTION(LFDW_EXTENSION_LAMBDA_FDW, lambda_fdw_check);

/* A row of the result. */
typedef struct Difference
{
	const char *column;			/* NULL: of the table itself */
	const char *property;
	const char *in_table;		/* NULL: not there */
	const char *in_function;
	bool		unkept;			/* lambda_fdw relies on it, and the function
								 * does not say that it holds */
	int			number;			/* in the order in which they were found */
} Difference;

/* A foreign table and what its function says of it. */
typedef struct TableCheck
{
	Relation	relation;
	const char *name;			/* as the function has it */
	bool		envelope;		/* requests say that name */
	const LfdwDescribedTable *described;
	List	   *options;		/* of the table, of DefElem */
	List	   *differences;	/* of Difference */
} TableCheck;

/* Raises the error about a relation that is no foreign table of ours. */
static void
report_kind(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("\"%s\" is not a foreign table of lambda_fdw", name)));
}

/* Refuses what is no foreign table, and one that the current user may not read. */
static void
check_relation(Oid relid)
{
	const char *name = get_rel_name(relid);

	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid)));
	if (get_rel_relkind(relid) != RELKIND_FOREIGN_TABLE)
		report_kind(name);
	if (pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FOREIGN_TABLE, name);
}

/*
 * Opens a table that the current user may check; raises 42P01, 42501 and 42809.  Who may
 * not neither gets its lock nor waits for it.
 */
static Relation
open_table(Oid relid)
{
	Relation	relation;

	check_relation(relid);
	relation = try_relation_open(relid, AccessShareLock);

	/*
	 * it may have been dropped, or the privilege revoked, before the lock was
	 * there
	 */
	check_relation(relid);
	Assert(relation != NULL);
	if (!lfdw_foreign_table_is_ours(relid))
		report_kind(RelationGetRelationName(relation));
	return relation;
}

/* Adds a difference. */
static void
add_difference(TableCheck *check, const char *column, const char *property,
			   const char *in_table, const char *in_function, bool unkept)
{
	Difference *difference = palloc(sizeof(Difference));

	difference->column = column;
	difference->property = property;
	difference->in_table = in_table;
	difference->in_function = in_function;
	difference->unkept = unkept;
	difference->number = list_length(check->differences);
	check->differences = lappend(check->differences, difference);
}

/* Adds differences of options. */
static void
add_options(TableCheck *check, const char *column, const List *differences)
{
	ListCell   *lc;

	foreach(lc, differences)
	{
		const LfdwOptionDifference *difference = lfirst(lc);

		add_difference(check, column, difference->option, difference->ours,
					   difference->theirs, difference->unkept);
	}
}

/* The names of tables, fit to be shown in a row. */
static char *
join_names(const List *tables)
{
	StringInfoData names;
	ListCell   *lc;

	initStringInfo(&names);
	foreach(lc, tables)
	{
		const LfdwDescribedTable *table = lfirst(lc);

		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "",
						 quote_identifier(table->name));
	}
	return names.data;
}

/*
 * The table that a function describes by the table's name; NULL for none.  Where
 * requests do not name the table, as there is no envelope, a function's only one is
 * meant.
 */
static const LfdwDescribedTable *
find_table(const TableCheck *check, const List *tables)
{
	ListCell   *lc;

	foreach(lc, tables)
	{
		const LfdwDescribedTable *table = lfirst(lc);

		if (strcmp(table->name, check->name) == 0)
			return table;
	}
	return !check->envelope && list_length(tables) == 1 ? linitial(tables) : NULL;
}

/* LfdwDescriptionUse: the tables that find_table may find. */
static bool
wants_table(const char *name, const void *arg)
{
	const TableCheck *check = arg;

	return strcmp(name, check->name) == 0 || !check->envelope;
}

/* The column that a table is described with; NULL for none. */
static const LfdwDescribedColumn *
find_column(const LfdwDescribedTable *table, const char *name)
{
	ListCell   *lc;

	foreach(lc, table->columns)
	{
		const LfdwDescribedColumn *column = lfirst(lc);

		if (strcmp(column->name, name) == 0)
			return column;
	}
	return NULL;
}

/* A type with its modifier, and with its schema where another has that name too. */
static char *
type_text(Oid typid, int32 typmod, bool qualified)
{
	return format_type_extended(typid, typmod, FORMAT_TYPE_TYPEMOD_GIVEN |
								(qualified ? FORMAT_TYPE_FORCE_QUALIFY : 0));
}

/*
 * Compares the types of a column.  A function that compares values of its own type, or
 * by its own collation, does not filter as an operator of the table's column does.
 */
static void
compare_types(TableCheck *check, Form_pg_attribute attribute,
			  const LfdwDescribedColumn *column, bool filters)
{
	const char *name = NameStr(attribute->attname);
	bool		same_text;

	if (attribute->atttypid == column->typid && attribute->atttypmod == column->typmod)
		return;
	same_text = strcmp(type_text(attribute->atttypid, attribute->atttypmod, false),
					   type_text(column->typid, column->typmod, false)) == 0;
	add_difference(check, name, "type",
				   type_text(attribute->atttypid, attribute->atttypmod, same_text),
				   type_text(column->typid, column->typmod, same_text), filters);
}

/* Compares collations; a type without is a difference of types. */
static void
compare_collations(TableCheck *check, Form_pg_attribute attribute,
				   const LfdwDescribedColumn *column, bool filters)
{
	Oid			theirs = OidIsValid(column->collation) ? column->collation :
	get_typcollation(column->typid);

	if (OidIsValid(attribute->attcollation) && OidIsValid(theirs) &&
		attribute->attcollation != theirs)
		add_difference(check, NameStr(attribute->attname), "collation",
					   get_collation_name(attribute->attcollation),
					   get_collation_name(theirs), filters);
}

static const char *
truth_text(bool truth)
{
	return truth ? "true" : "false";
}

/* Compares a column with its description, which may be missing. */
static void
compare_column(TableCheck *check, Form_pg_attribute attribute)
{
	const char *name = NameStr(attribute->attname);
	const LfdwDescribedColumn *column = find_column(check->described, name);
	List	   *options;
	bool		filters;

	if (column == NULL)
	{
		add_difference(check, name, "column",
					   type_text(attribute->atttypid, attribute->atttypmod, false),
					   NULL, false);
		return;
	}
	filters = lfdw_foreign_column_options(attribute->attrelid,
										  attribute->attnum)->pushdown != NULL;
	compare_types(check, attribute, column, filters);
	compare_collations(check, attribute, column, filters);
	if (attribute->attnotnull != column->not_null)
		add_difference(check, name, "not_null", truth_text(attribute->attnotnull),
					   truth_text(column->not_null), false);
	options = lfdw_foreign_column_option_list(attribute->attrelid, attribute->attnum);
	add_options(check, name,
				lfdw_option_column_differences(name, options, check->options,
											   column->options,
											   check->described->options));
}

/* Compares all columns: those of the table, then those that it does not have. */
static void
compare_columns(TableCheck *check)
{
	TupleDesc	tupdesc = RelationGetDescr(check->relation);
	ListCell   *lc;

	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, i);

		if (!attribute->attisdropped && !lfdw_is_virtual(attribute))
			compare_column(check, attribute);
	}
	foreach(lc, check->described->columns)
	{
		const LfdwDescribedColumn *column = lfirst(lc);
		AttrNumber	attnum = get_attnum(RelationGetRelid(check->relation), column->name);

		if (attnum == InvalidAttrNumber)
			add_difference(check, column->name, "column", NULL,
						   type_text(column->typid, column->typmod, false), false);
	}
}

/* list_sort: what the function does not say that it keeps comes first. */
static int
compare_differences(const ListCell *a, const ListCell *b)
{
	const Difference *one = lfirst(a);
	const Difference *other = lfirst(b);

	if (one->unkept != other->unkept)
		return one->unkept ? -1 : 1;
	return one->number - other->number;
}

/* Puts a text that may be empty, or not there. */
static void
put_text(LfdwSqlRow *row, const char *text)
{
	if (text)
		lfdw_sql_row_put(row, CStringGetTextDatum(text));
	else
		lfdw_sql_row_put_null(row);
}

/* Adds the differences to a result. */
static void
put_rows(TableCheck *check, ReturnSetInfo *result)
{
	LfdwSqlRow	row = {.ncolumns = 0};
	ListCell   *lc;

	list_sort(check->differences, compare_differences);
	foreach(lc, check->differences)
	{
		const Difference *difference = lfirst(lc);

		if (difference->column)
			lfdw_sql_row_put(&row, DirectFunctionCall1(namein, CStringGetDatum(difference->column)));
		else
			lfdw_sql_row_put_null(&row);
		put_text(&row, difference->property);
		put_text(&row, difference->in_table);
		put_text(&row, difference->in_function);
		lfdw_sql_row_add(&row, result);
	}
}

/*
 * SQL function: asks a foreign table's function to describe itself, and returns a row
 * for each difference, by the current user's user mapping.
 *
 * Raises 42501 for who may not SELECT from the table, 42P01 and 42809 for what is no
 * foreign table of ours, and what lfdw_description_ask raises.
 */
static Datum
run_lambda_fdw_check(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	TableCheck	check = {.relation = open_table(relid)};
	LfdwOptions *options = lfdw_foreign_table_options(relid);
	const LfdwDescriptionUse use = {
		.wants = wants_table,
		.arg = &check,
		.compares = true
	};
	List	   *tables;

	check.name = options->table_name ? options->table_name :
		RelationGetRelationName(check.relation);
	check.envelope = options->envelope;
	tables = lfdw_description_ask(options, &use,
								  lfdw_sql_work(fcinfo, LFDW_OPERATION_DESCRIBE));
	check.options = lfdw_foreign_table_option_list(relid);
	check.described = find_table(&check, tables);
	if (check.described == NULL)
		add_difference(&check, NULL, "table", check.name, join_names(tables), false);
	else
	{
		add_options(&check, NULL,
					lfdw_option_table_differences(check.options,
												  check.described->options));
		compare_columns(&check);
	}
	InitMaterializedSRF(fcinfo, 0);
	put_rows(&check, (ReturnSetInfo *) fcinfo->resultinfo);
	relation_close(check.relation, NoLock);
	return (Datum) 0;
}
