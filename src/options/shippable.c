/*-------------------------------------------------------------------------
 *
 * shippable.c
 *		Which operators on a column's type can be sent at all.
 *
 * A clause is sent where its operator belongs to the order that the type has
 * by default, and where the type's values and their order mean the same on both
 * sides.
 *
 * IDENTIFICATION
 *	  src/options/shippable.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "options/shippable.h"

/*
 * The type that the operators of a base type take: its own, or that of the type
 * whose order it borrows.  Invalid for a type without an order.  Asked for each
 * condition, some times over, so it comes from the cache of types.
 */
Oid
lfdw_shippable_input(Oid base)
{
	Oid			input = lookup_type_cache(base, TYPECACHE_BTREE_OPFAMILY)->btree_opintype;

	return IsPolymorphicType(input) ? base : input;
}

/* Has a range type the order that its subtype has by default? */
static bool
orders_by_default(TypeCacheEntry *range)
{
	return range->rng_cmp_proc_finfo.fn_oid ==
		lookup_type_cache(range->rngelemtype->type_id, TYPECACHE_CMP_PROC)->cmp_proc;
}

/*
 * Types whose values mean the same on both sides: PostgreSQL's own, enums, and
 * arrays and ranges of such.  An extension's type (citext) may compare in a way of
 * its own, and so may a row.
 */
static bool
is_known_type(Oid type)
{
	Oid			element = get_element_type(type);
	TypeCacheEntry *entry;

	if (OidIsValid(element))
		return is_known_type(getBaseType(element));
	if (type_is_rowtype(type))
		return false;
	if (type < FirstNormalObjectId || type_is_enum(type))
		return true;
	if (type_is_multirange(type))
		return is_known_type(get_multirange_range(type));
	if (!type_is_range(type))
		return false;
	entry = lookup_type_cache(type, TYPECACHE_RANGE_INFO);
	return is_known_type(getBaseType(entry->rngelemtype->type_id)) &&
		orders_by_default(entry);
}

/*
 * Does a type that borrows another's order write and read its values itself?  An
 * alias of OIDs has names that only this database knows.
 */
static bool
is_own_value(Oid base, Oid input)
{
	return base == input || base == VARCHAROID || base == CIDROID;
}

/*
 * Why no condition with an operator on a column of a type can ever be sent, as a
 * sentence; NULL where one can.  A domain counts as its base type.
 */
static const char *
sending_problem(Oid typid, const LfdwOperator *op)
{
	Oid			base = getBaseType(typid);
	Oid			input;

	switch (op->takes)
	{
		case LFDW_TAKES_NOTHING:
			return type_is_rowtype(base) ?
				"A row is tested field by field." : NULL;
		case LFDW_TAKES_PATTERN:
			return base == TEXTOID || base == VARCHAROID ? NULL :
				"Patterns are sent for text and varchar.";
		default:
			break;
	}
	input = lfdw_shippable_input(base);
	if (!OidIsValid(input) ||
		!OidIsValid(lookup_type_cache(base, TYPECACHE_CMP_PROC)->cmp_proc))
		return "The type has no order that could be sent.";
	if (!is_known_type(base) || !is_own_value(base, input))
		return "Nobody but this database knows how the type compares.";
	return NULL;
}

/* Is a value of a type, or of a list of it, a document, with numbers of its own? */
bool
lfdw_shippable_is_document(Oid typid)
{
	Oid			type = getBaseType(typid);
	Oid			element = get_base_element_type(type);

	if (OidIsValid(element))
		type = getBaseType(element);
	return type == JSONOID || type == JSONBOID || type_is_rowtype(type);
}

/*
 * Raises HV024 where a column declares an operator that can never be sent for
 * its type.
 */
void
lfdw_shippable_check(const char *attname, const char *relname, Oid typid,
					 const LfdwPushdown *pushdown)
{
	for (int i = 0; pushdown && i < LFDW_NOPERATORS; i++)
	{
		const LfdwOperator *op = &lfdw_operators[i];
		const char *problem = pushdown[i].declared ?
		sending_problem(typid, op) : NULL;

		if (problem)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
					 errmsg("operator \"%s\" can never be sent for column \"%s\" of foreign table \"%s\", which is of type %s",
							op->name, attname, relname,
							format_type_be(typid)),
					 errdetail("%s", problem),
					 errhint("Take the operator out of the column's option \"pushdown\".")));
	}
}
