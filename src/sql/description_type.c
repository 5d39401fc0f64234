/*-------------------------------------------------------------------------
 *
 * description_type.c
 *		Types and collations that a function names.
 *
 * A type is parsed as a type and nothing else.  Whose code it brings along is
 * looked at before any of it runs: a type's modifiers are given to a function of
 * the type's, and a domain's CHECK calls what its owner chose.
 *
 * IDENTIFICATION
 *	  src/sql/description_type.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "parser/parse_type.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "pg/compat.h"
#include "pg/internal_query.h"
#include "pg/message.h"
#include "sql/description_internal.h"

/* A text of the database encoding, fit for a message. */
static char *
shown(const char *text)
{
	return lfdw_error_excerpt(text, strlen(text));
}

/* Refuses a text that is no type, before the parser shows it in an error. */
static void
check_text(const LfdwDescriptionPlace *place, const char *text)
{
	if (strlen(text) > LFDW_DESCRIBED_TYPE_MAX)
		lfdw_description_report(place, ERRCODE_NAME_TOO_LONG, NULL,
								"The text of its type has %zu bytes, more than %d.",
								strlen(text), LFDW_DESCRIBED_TYPE_MAX);
	for (const char *p = text; *p; p++)
	{
		if ((unsigned char) *p < ' ' || *p == 0x7F)
			lfdw_description_report(place, ERRCODE_SYNTAX_ERROR, NULL,
									"The text of its type has a control character: \"%s\".",
									shown(text));
	}
}

/*
 * The type of a name, without its modifiers; NULL for none.  A name without a
 * schema is first pg_catalog's, whatever the search path: the function does not
 * know the path.
 */
static Type
look_up(TypeName *given)
{
	TypeName   *name = copyObject(given);
	Type		type;

	name->typmods = NIL;
	if (list_length(name->names) == 1)
	{
		name->names = lcons(makeString("pg_catalog"), name->names);
		type = LookupTypeName(NULL, name, NULL, true);
		if (type)
			return type;
		name->names = list_delete_first(name->names);
	}
	return LookupTypeName(NULL, name, NULL, true);
}

/* Refuses a type that no column may have, or whose code is a third role's. */
static void
check_type(const LfdwDescriptionPlace *place, const char *text, Form_pg_type type)
{
	if (!type->typisdefined || type->typtype == TYPTYPE_PSEUDO)
		lfdw_description_report(place, ERRCODE_INVALID_TABLE_DEFINITION, NULL,
								"No column can be of its type \"%s\".", shown(text));
	if (!place->use->compares && type->typnamespace != PG_CATALOG_NAMESPACE &&
		type->typowner != GetUserId() && !superuser_arg(type->typowner))
		lfdw_description_report(place, ERRCODE_INSUFFICIENT_PRIVILEGE,
								"Create the table by CREATE FOREIGN TABLE, if its owner is trusted.",
								"Its type \"%s\" is another role's, and may run that role's code.",
								shown(text));
}

/*
 * Finds the type that a text in the database encoding says.
 *
 * It is of pg_catalog, or the current user's, or a superuser's, or any role's where
 * types are only compared: none but a superuser gives a type code of its own that
 * runs here, for its modifiers.
 *
 * Raises 42601 for a text that is no type, 42704 for one that there is none of, 42P16
 * for a pseudo-type or an unfinished one, 42501 for one of another role, 22023 for
 * modifiers that it does not take, 42622 for a text that is too long.
 */
void
lfdw_description_find_type(const LfdwDescriptionPlace *place, const char *text,
						   Oid *typid, int32 *typmod)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext,
												  "lambda_fdw described type",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	LfdwInternalQuery query;
	TypeName   *name;
	Type		type;

	check_text(place, text);
	lfdw_internal_query_begin(&query, text);
	name = lfdw_type_name_parse(text);
	lfdw_internal_query_end(&query);
	type = look_up(name);
	if (type == NULL)
		lfdw_description_report(place, ERRCODE_UNDEFINED_OBJECT, NULL,
								"There is no type \"%s\".", shown(text));
	check_type(place, text, (Form_pg_type) GETSTRUCT(type));
	*typid = typeTypeId(type);
	ReleaseSysCache(type);

	/* now its modifiers, of this very type */
	name->names = NIL;
	name->typeOid = *typid;
	type = LookupTypeName(NULL, name, typmod, true);
	if (type == NULL)
		lfdw_description_report(place, ERRCODE_UNDEFINED_OBJECT, NULL,
								"There is no type \"%s\".", shown(text));
	ReleaseSysCache(type);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
}

/*
 * Finds the collation of pg_catalog that a name in the database encoding says,
 * for a type.  Raises 42704 where there is none, 42804 for a type that has none.
 */
Oid
lfdw_description_find_collation(const LfdwDescriptionPlace *place, const char *name,
								Oid typid)
{
	Oid			collation;

	if (!OidIsValid(get_typcollation(typid)))
		lfdw_description_report(place, ERRCODE_DATATYPE_MISMATCH, NULL,
								"It has a collation, which its type does not take.");
	collation = strlen(name) >= NAMEDATALEN ? InvalidOid :
		get_collation_oid(list_make2(makeString("pg_catalog"),
									 makeString(pstrdup(name))), true);
	if (!OidIsValid(collation))
		lfdw_description_report(place, ERRCODE_UNDEFINED_OBJECT,
								"SELECT collname FROM pg_collation lists them.",
								"There is no collation \"%s\" in pg_catalog.",
								shown(name));
	return collation;
}
