/*-------------------------------------------------------------------------
 *
 * sql_cache.c
 *		The SQL functions about answers that are kept.
 *
 * IDENTIFICATION
 *	  src/sql/sql_cache.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

#include "options/foreign_object.h"
#include "pg/compat.h"
#include "pg/extension.h"
#include "shared/result_cache.h"
#include "sql/sql_row.h"

LFDW_SQL_FUNCTION(LFDW_EXTENSION_LAMBDA_FDW, lambda_fdw_cache);
LFDW_SQL_FUNCTION(LFDW_EXTENSION_LAMBDA_FDW, lambda_fdw_cache_clear);

static void
put_row(LfdwSqlRow *row, const LfdwResultSum *sum)
{
	lfdw_sql_row_put_oid(row, sum->dbid);
	lfdw_sql_row_put_oid(row, sum->relid);
	lfdw_sql_row_put_oid(row, sum->userid);
	lfdw_sql_row_put_count(row, sum->answers);
	lfdw_sql_row_put_count(row, sum->asking);
	lfdw_sql_row_put_count(row, sum->rows);
	lfdw_sql_row_put_count(row, sum->bytes);
	lfdw_sql_row_put_count(row, sum->hits);
	lfdw_sql_row_put(row, Float8GetDatum(sum->oldest_us / 1000.0));
}

/*
 * SQL function: the rows of pg_stat_lambda_cache.  What other roles asked for is for
 * members of pg_read_all_stats.
 */
static Datum
run_lambda_fdw_cache(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	bool		sees_all = has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS);
	LfdwSqlRow	row = {.ncolumns = 0};
	LfdwResultSums *sums = lfdw_result_cache_read();

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < sums->count; i++)
	{
		if (!sees_all && !has_privs_of_role(GetUserId(), sums->items[i].userid))
			continue;
		put_row(&row, &sums->items[i]);
		lfdw_sql_row_add(&row, result);
	}
	return (Datum) 0;
}

/* Raises 42501 for who does not own the table, 42809 for one that is not ours. */
static void
check_table(Oid relid)
{
	char	   *name = get_rel_name(relid);

	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid)));
	if (get_rel_relkind(relid) != RELKIND_FOREIGN_TABLE ||
		!lfdw_foreign_table_is_ours(relid))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a foreign table of lambda_fdw", name)));
	if (!lfdw_owns_relation(relid))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_FOREIGN_TABLE, name);
}

/*
 * SQL function: forgets the answers of a foreign table, which is for its owner; or
 * without one, those of all tables in all databases, which is for superusers.
 */
static Datum
run_lambda_fdw_cache_clear(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
	{
		if (!superuser())
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("permission denied to forget the answers of all tables"),
					 errhint("Name a foreign table that you own.")));
		(void) lfdw_result_cache_attach();
		lfdw_result_cache_clear_all();
	}
	else
	{
		check_table(PG_GETARG_OID(0));
		lfdw_result_cache_clear(PG_GETARG_OID(0));
	}
	PG_RETURN_VOID();
}
