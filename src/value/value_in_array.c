/*-------------------------------------------------------------------------
 *
 * value_in_array.c
 *		JSON arrays of scalars become arrays of one dimension.
 *
 * The elements are converted as a column of their type is, one after the other, so
 * that the first that is wrong raises what it raises in core.
 *
 * IDENTIFICATION
 *	  src/value/value_in_array.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "value/value_in_internal.h"

#define ELEMENTS_MIN 64

/* How the elements of a column's arrays are converted, and those of the last one. */
struct LfdwElements
{
	LfdwConverter *converter;
	int16		typlen;
	bool		typbyval;
	char		typalign;
	int			max;			/* room for so many */
	Datum	   *values;
	bool	   *nulls;
};

/*
 * Can arrays of a type be converted here?  Where elements may be arrays
 * themselves or composite, or have constraints, core has to.
 */
bool
lfdw_value_takes_elements(Oid type)
{
	return type != JSONOID && type != JSONBOID && getBaseType(type) == type &&
		!type_is_rowtype(type) && !type_is_array(type);
}

/* Makes what converts arrays, in the current context, of a converter of elements. */
LfdwElements *
lfdw_value_elements(LfdwConverter *converter)
{
	LfdwElements *elements = palloc0(sizeof(LfdwElements));

	elements->converter = converter;
	get_typlenbyvalalign(converter->typid, &elements->typlen,
						 &elements->typbyval, &elements->typalign);
	elements->max = ELEMENTS_MIN;
	elements->values = palloc(sizeof(Datum) * ELEMENTS_MIN);
	elements->nulls = palloc(sizeof(bool) * ELEMENTS_MIN);
	return elements;
}

/* Makes room for more elements. */
static void
make_room(LfdwElements *elements)
{
	elements->max *= 2;
	elements->values = repalloc_huge(elements->values,
									 sizeof(Datum) * elements->max);
	elements->nulls = repalloc_huge(elements->nulls,
									sizeof(bool) * elements->max);
}

/*
 * Converts an array of JSON, which has been validated.  Returns false where an
 * element is an array or an object, which core has to take.
 */
bool
lfdw_value_from_elements(LfdwElements *elements, const LfdwJsonValue *array,
						 Datum *result)
{
	LfdwConverter *converter = elements->converter;
	LfdwJsonReader reader;
	LfdwJsonValue value;
	int			lower = 1;
	int			n = 0;

	lfdw_json_init(&reader, array->text, array->len, true);
	lfdw_json_enter(&reader);
	while (lfdw_json_element(&reader) == LFDW_JSON_OK)
	{
		lfdw_json_value(&reader, &value);
		if (value.type >= LFDW_JSON_ARRAY)
			return false;
		if (n == elements->max)
			make_room(elements);
		elements->nulls[n] = value.type == LFDW_JSON_NULL;
		elements->values[n] = elements->nulls[n] ? (Datum) 0 :
			converter->convert(converter, &value);
		n++;
	}
	*result = PointerGetDatum(n == 0 ? construct_empty_array(converter->typid) :
							  construct_md_array(elements->values, elements->nulls,
												 1, &n, &lower,
												 converter->typid, elements->typlen,
												 elements->typbyval,
												 elements->typalign));
	return true;
}
