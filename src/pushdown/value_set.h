/*-------------------------------------------------------------------------
 *
 * value_set.h
 *		The values of a condition, of one type.
 *
 * IDENTIFICATION
 *	  src/pushdown/value_set.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_VALUE_SET_H
#define LFDW_VALUE_SET_H

#include "postgres.h"

#include "options/operator.h"
#include "utils/typcache.h"

/* Values of one type, in the order given. */
typedef struct LfdwValueSet
{
	TypeCacheEntry *type;		/* as they are held, see lfdw_set_type */
	Oid			collation;
	int			nvalues;
	Datum	   *values;
	char	  **json;			/* each value as JSON, in database encoding */
	int		   *sorted;			/* the values' places by value, or NULL */
	bool		unknown;		/* EXPLAIN: the one value is no value yet */
	char	   *placeholder;	/* EXPLAIN's name for all of them, or NULL */
} LfdwValueSet;

extern bool lfdw_set_is_integer(Oid type);
extern Oid	lfdw_set_type(Oid type);
extern Datum lfdw_set_datum(Datum value, Oid type);
extern int	lfdw_set_compare(const LfdwValueSet *set, Datum a, Datum b);
extern bool lfdw_set_comparable(const LfdwValueSet *a, const LfdwValueSet *b);
extern void lfdw_set_take_value(LfdwValueSet *set, Oid type, Datum value);
extern void lfdw_set_take_array(LfdwValueSet *set, Oid type, Datum array,
								bool *has_null);
extern void lfdw_set_remove_duplicates(LfdwValueSet *set);
extern void lfdw_set_remove_equals(LfdwValueSet *set);
extern void lfdw_set_intersect(LfdwValueSet *set, const LfdwValueSet *other,
							   bool with);
extern void lfdw_set_filter(LfdwValueSet *set, Datum value,
							const LfdwOperator *op);
extern int	lfdw_set_drop_outside(LfdwValueSet *set, Oid column_type);
extern LfdwValueSet lfdw_set_copy(const LfdwValueSet *set);
extern void lfdw_set_sort(LfdwValueSet *set);
extern void lfdw_set_index(LfdwValueSet *set);
extern int	lfdw_set_find(const LfdwValueSet *set, Datum value, int *first);
extern bool lfdw_set_has_equals(const LfdwValueSet *set);
extern char *lfdw_set_list(const LfdwValueSet *set);
extern char *lfdw_set_part(const LfdwValueSet *set, int first, int count);

#endif							/* LFDW_VALUE_SET_H */
