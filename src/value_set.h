/*-------------------------------------------------------------------------
 *
 * value_set.h
 *		The values of a condition: of one type, none twice.
 *
 * IDENTIFICATION
 *	  src/value_set.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_VALUE_SET_H
#define LFDW_VALUE_SET_H

#include "postgres.h"

#include "utils/typcache.h"

/* Values of one type that differ from each other, in the order given. */
typedef struct LfdwValueSet
{
	TypeCacheEntry *type;
	Oid			collation;
	int			nvalues;
	Datum	   *values;
	char	  **json;			/* each value as JSON, in database encoding */
	char	   *placeholder;	/* EXPLAIN's name for all of them, or NULL */
} LfdwValueSet;

/* Is a value of the first set kept, seen the value it is compared with? */
typedef bool (*LfdwKeep) (int order);

extern bool lfdw_set_is_integer(Oid type);
extern int64 lfdw_set_integer(Datum value, Oid type);
extern int	lfdw_set_compare(const LfdwValueSet *set, Datum a, Datum b);
extern bool lfdw_set_comparable(const LfdwValueSet *a, const LfdwValueSet *b);
extern void lfdw_set_take_array(LfdwValueSet *set, Oid type, Datum array,
								bool *has_null);
extern void lfdw_set_remove_duplicates(LfdwValueSet *set);
extern void lfdw_set_intersect(LfdwValueSet *set, const LfdwValueSet *other,
							   bool with);
extern void lfdw_set_filter(LfdwValueSet *set, Datum bound, LfdwKeep keep);
extern int	lfdw_set_widen_integers(LfdwValueSet *set, Oid type,
									Oid column_type);
extern LfdwValueSet lfdw_set_copy(const LfdwValueSet *set);
extern void lfdw_set_sort(LfdwValueSet *set);
extern int	lfdw_set_find(const LfdwValueSet *set, Datum value);
extern char *lfdw_set_list(const LfdwValueSet *set);
extern char *lfdw_set_part(const LfdwValueSet *set, int first, int count);

#endif							/* LFDW_VALUE_SET_H */
