/*-------------------------------------------------------------------------
 *
 * sql_argument.c
 *		Arguments of functions as Amazon RDS has them: texts and composites.
 *
 * A composite value may come as text: psql's \gset keeps the value of
 * aws_commons.create_s3_uri(...), say, in a variable, and :'variable' is a
 * literal of unknown type, for which PostgreSQL prefers an overload with text.
 *
 * IDENTIFICATION
 *	  src/sql/sql_argument.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "sql/sql_argument.h"

/* An argument of a text type, palloc'd; NULL where it is NULL. */
char *
lfdw_sql_argument_text(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NULL :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

/* A text for which "" is as good as none: NULL then. */
char *
lfdw_sql_argument_unless_empty(char *text)
{
	return text && text[0] ? text : NULL;
}

/* A field of a composite value, which is text, palloc'd; NULL where it is NULL. */
char *
lfdw_sql_argument_field(Datum composite, const char *name)
{
	bool		isnull;
	Datum		field = GetAttributeByName(DatumGetHeapTupleHeader(composite),
										   name, &isnull);

	return isnull ? NULL : TextDatumGetCString(field);
}

/* Is a text, which may be NULL, that of a composite value?  No name begins so. */
bool
lfdw_sql_argument_is_composite(const char *text)
{
	return text && text[strspn(text, " \t\n\r\f\v")] == '(';
}

/*
 * Reads the text of a composite value with these fields, all of type text.
 * Raises 22P02 for what is none.
 *
 * The type is one of our own with the same fields: what has the name of the
 * type in aws_commons could be somebody else's, with input functions to match.
 */
Datum
lfdw_sql_argument_composite(const char *text, const char *const *fields,
							int nfields)
{
	TupleDesc	desc = CreateTemplateTupleDesc(nfields);

	for (int i = 0; i < nfields; i++)
		TupleDescInitEntry(desc, i + 1, fields[i], TEXTOID, -1, 0);
	desc = BlessTupleDesc(desc);
	return OidInputFunctionCall(F_RECORD_IN, unconstify(char *, text),
								desc->tdtypeid, desc->tdtypmod);
}
