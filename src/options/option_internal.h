/*-------------------------------------------------------------------------
 *
 * option_internal.h
 *		The option table, for those that walk it.
 *
 * IDENTIFICATION
 *	  src/options/option_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_OPTION_INTERNAL_H
#define LFDW_OPTION_INTERNAL_H

#include "postgres.h"

/* for the OIDs by which options know the catalog of their object */
#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "nodes/parsenodes.h"

#include "options/option_kind.h"

/* flags of an option */
#define LFDW_OPTION_SENSITIVE 1 /* its value is never shown */
#define LFDW_OPTION_SUPERUSER 2 /* only a superuser may depart from the
								 * default, and own the server that does */
#define LFDW_OPTION_DESCRIBED 4 /* a function may say it of its tables: it is
								 * about their form, not about who pays or
								 * waits */
#define LFDW_OPTION_RELIED 8	/* lambda_fdw relies on the function for it:
								 * one that does not do so answers wrongly, or
								 * writes twice */

/* One option, a row of the table. */
typedef struct LfdwOption
{
	const char *name;
	Oid			catalog;		/* of the object that carries it */
	LfdwOptionKind kind;
	double		min;			/* bounds of numbers */
	double		max;
	const char *boot_value;		/* parsed like a given one; NULL for none */
	int			flags;
	size_t		field;			/* offset in the structure of the catalog */
	const char *description;	/* English, with backquotes, without links */
} LfdwOption;

extern const LfdwOption lfdw_option_table[];
extern const int lfdw_option_count;

extern const LfdwOption *lfdw_option_find(Oid catalog, const char *name);
extern bool lfdw_option_is_privileged(Oid catalog, DefElem *def);
extern const LfdwOption *lfdw_described_option_next(bool of_column,
													const LfdwOption *previous);
extern bool lfdw_option_is_relied_on(const LfdwOption *option);
extern void lfdw_option_read_defaults(Oid catalog, void *base);
extern void lfdw_option_read(Oid catalog, List *options, void *base);

#endif							/* LFDW_OPTION_INTERNAL_H */
