/*-------------------------------------------------------------------------
 *
 * option.c
 *		The options of servers, user mappings, foreign tables and columns.
 *
 * Finds options in the table of option_table.c, and reads them.
 *
 * IDENTIFICATION
 *	  src/options/option.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "commands/defrem.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "aws/caller.h"
#include "options/described_option.h"
#include "options/option.h"
#include "options/option_internal.h"
#include "options/option_name.h"
#include "pg/compat.h"
#include "pg/extension.h"

LFDW_SQL_FUNCTION(LFDW_EXTENSION_LAMBDA_FDW, lambda_fdw_options);

/* What a user calls the objects of a catalog. */
static const char *
catalog_label(Oid catalog)
{
	switch (catalog)
	{
		case ForeignServerRelationId:
			return "server";
		case UserMappingRelationId:
			return "user mapping";
		case ForeignTableRelationId:
			return "foreign table";
		case AttributeRelationId:
			return "column";
		default:
			return "foreign-data wrapper";
	}
}

/*
 * The option of this name that an object of a catalog can have, or NULL.
 */
const LfdwOption *
lfdw_option_find(Oid catalog, const char *name)
{
	for (int i = 0; i < lfdw_option_count; i++)
	{
		if (lfdw_option_table[i].catalog == catalog &&
			strcmp(lfdw_option_table[i].name, name) == 0)
			return &lfdw_option_table[i];
	}
	return NULL;
}

/* Refuses a name that is no option, with the closest right one as a hint. */
static void
report_unknown(Oid catalog, const char *name)
{
	const char *closest = NULL;
	const char *owner = NULL;
	int			best = LFDW_NAME_FAR;

	for (int i = 0; i < lfdw_option_count; i++)
	{
		int			distance = lfdw_option_name_distance(name, lfdw_option_table[i].name);

		if (distance == 0)
			owner = catalog_label(lfdw_option_table[i].catalog);
		if (lfdw_option_table[i].catalog == catalog && distance < best)
		{
			best = distance;
			closest = lfdw_option_table[i].name;
		}
	}

	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
			 errmsg("\"%s\" is not an option of a lambda_fdw %s",
					name, catalog_label(catalog)),
			 owner ? errhint("It is an option of a %s.", owner) :
			 closest ? errhint("Perhaps you meant the option \"%s\".", closest) :
			 errhint("SELECT * FROM lambda_fdw_options() lists the options.")));
}

/* Parses one value into its field, or raises the error that names both. */
static void
parse_option(const LfdwOption *option, const char *value, void *base)
{
	char	   *why = NULL;

	if (lfdw_option_parse(option->kind, value, option->min, option->max,
						  (char *) base + option->field, &why))
		return;

	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 (option->flags & LFDW_OPTION_SENSITIVE) || option->kind == LFDW_KIND_URL ?
			 errmsg("invalid value for option \"%s\"", option->name) :
			 errmsg("invalid value for option \"%s\": \"%s\"",
					option->name, value),
			 errdetail("%s", why)));
}

/* Fills the fields of a catalog's options with their defaults. */
void
lfdw_option_read_defaults(Oid catalog, void *base)
{
	for (int i = 0; i < lfdw_option_count; i++)
	{
		if (lfdw_option_table[i].catalog == catalog && lfdw_option_table[i].boot_value)
			parse_option(&lfdw_option_table[i], lfdw_option_table[i].boot_value, base);
	}
}

/*
 * Reads the options of one object over the defaults into the structure of its
 * catalog (LfdwOptions, LfdwMapping or LfdwColumnOptions).  Raises HV00D for a
 * name that is none, HV024 for a value that is none.
 */
void
lfdw_option_read(Oid catalog, List *options, void *base)
{
	ListCell   *lc;

	foreach(lc, options)
	{
		DefElem    *def = (DefElem *) lfirst(lc);
		const LfdwOption *option = lfdw_option_find(catalog, def->defname);

		if (option == NULL)
			report_unknown(catalog, def->defname);
		parse_option(option, defGetString(def), base);
	}
}

/* Does an option depart from its default? */
static bool
differs_from_default(const LfdwOption *option, const char *value)
{
	bool		given;
	bool		boot;

	if (option->kind == LFDW_KIND_BOOL && option->boot_value &&
		parse_bool(value, &given) && parse_bool(option->boot_value, &boot))
		return given != boot;
	return true;
}

/* Does a value set an option as only a superuser may? */
bool
lfdw_option_is_privileged(Oid catalog, DefElem *def)
{
	const LfdwOption *option = lfdw_option_find(catalog, def->defname);

	return option && (option->flags & LFDW_OPTION_SUPERUSER) &&
		differs_from_default(option, defGetString(def));
}

/* The catalog of what a function describes. */
static Oid
described_catalog(bool of_column)
{
	return of_column ? AttributeRelationId : ForeignTableRelationId;
}

/*
 * What a name is to a function that says it of a table or a column; kind gets that of
 * an option.
 */
LfdwDescribedName
lfdw_described_option_find(bool of_column, const char *name, LfdwOptionKind *kind)
{
	const LfdwOption *option = lfdw_option_find(described_catalog(of_column), name);

	if (option == NULL)
		return LFDW_DESCRIBED_NONE;
	*kind = option->kind;
	return option->flags & LFDW_OPTION_DESCRIBED ? LFDW_DESCRIBED_OPTION : LFDW_DESCRIBED_DENIED;
}

/*
 * Of the options of tables or columns that a function may say, and other words, the one
 * that a name which is none of them is closest to; NULL where none is close.
 */
const char *
lfdw_described_option_closest(bool of_column, const char *name,
							  const char *const *words, int nwords)
{
	const char *closest = NULL;
	int			best = LFDW_NAME_FAR;

	for (int i = 0; i < nwords + lfdw_option_count; i++)
	{
		const LfdwOption *option = i < nwords ? NULL : &lfdw_option_table[i - nwords];
		const char *word = option ? option->name : words[i];
		int			distance;

		if (option && (option->catalog != described_catalog(of_column) || !(option->flags & LFDW_OPTION_DESCRIBED)))
			continue;
		distance = lfdw_option_name_distance(name, word);
		if (distance < best)
		{
			best = distance;
			closest = word;
		}
	}
	return closest;
}

/*
 * The option after another, NULL for the first, of those that a function may say of
 * its tables or columns; NULL past the last.
 */
const LfdwOption *
lfdw_described_option_next(bool of_column, const LfdwOption *previous)
{
	for (int i = previous ? previous - lfdw_option_table + 1 : 0;
		 i < lfdw_option_count; i++)
	{
		if (lfdw_option_table[i].catalog == described_catalog(of_column) &&
			(lfdw_option_table[i].flags & LFDW_OPTION_DESCRIBED))
			return &lfdw_option_table[i];
	}
	return NULL;
}

/* Does lambda_fdw rely on the function for what an option says of it? */
bool
lfdw_option_is_relied_on(const LfdwOption *option)
{
	return (option->flags & LFDW_OPTION_RELIED) != 0;
}

/*
 * Does an option take this text?  If not, why tells the reason, which
 * may have some of the text in it.
 */
bool
lfdw_described_option_takes(bool of_column, const char *name, const char *text,
							char **why)
{
	const LfdwOption *option = lfdw_option_find(described_catalog(of_column), name);

	/* room for whatever a kind stores, which is not kept */
	union
	{
		void	   *pointer;
		double		real;
		int			number;
		bool		truth;
	}			field;

	return lfdw_option_parse(option->kind, text, option->min, option->max, &field, why);
}

/* SQL function: the option table, a row an option. */
static Datum
run_lambda_fdw_options(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < lfdw_option_count; i++)
	{
		const LfdwOption *option = &lfdw_option_table[i];
		bool		bounded = option->max > option->min;
		Datum		values[9];
		bool		nulls[9] = {false};

		values[0] = CStringGetTextDatum(option->name);
		values[1] = CStringGetTextDatum(catalog_label(option->catalog));
		values[2] = CStringGetTextDatum(lfdw_option_kind_name(option->kind));
		values[3] = Float8GetDatum(option->min);
		values[4] = Float8GetDatum(option->max);
		nulls[3] = nulls[4] = !bounded;
		if (option->boot_value)
			values[5] = CStringGetTextDatum(option->boot_value);
		else
			nulls[5] = true;
		values[6] = BoolGetDatum((option->flags & LFDW_OPTION_SENSITIVE) != 0);
		values[7] = BoolGetDatum((option->flags & LFDW_OPTION_SUPERUSER) != 0);
		values[8] = CStringGetTextDatum(option->description);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * Adds what the options of a column imply, palloc'd in the current context: an
 * input column is required, and its function takes one value, or a list where
 * that is all that is declared.
 */
void
lfdw_option_complete_column(LfdwColumnOptions *options)
{
	if (!options->input)
		return;
	options->required = true;
	if (options->pushdown == NULL)
		options->pushdown = palloc0(sizeof(LfdwPushdown) * LFDW_NOPERATORS);
	if (!options->pushdown[lfdw_operator_equality(true)->number].declared)
		options->pushdown[lfdw_operator_equality(false)->number].declared = true;
}

/*
 * The operators that a column's options, as pg_attribute has them, declare; NULL
 * for none.
 */
LfdwPushdown *
lfdw_option_pushdown(Datum options)
{
	LfdwColumnOptions column = {0};

	lfdw_option_read(AttributeRelationId, untransformRelOptions(options), &column);
	lfdw_option_complete_column(&column);
	return column.pushdown;
}
