/*-------------------------------------------------------------------------
 *
 * equality.c
 *		The values that a column may have, and how they reach the function.
 *
 * IDENTIFICATION
 *	  src/pushdown/equality.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "pushdown/equality.h"
#include "value/value.h"

/* Do its values go by the name of "in", or else by that of "="? */
bool
lfdw_equality_sends(const LfdwEquality *equality, bool list)
{
	switch (equality->send_as)
	{
		case LFDW_SEND_SCALAR:
			return !list;
		case LFDW_SEND_LIST:
		case LFDW_SEND_PARTS:
		case LFDW_SEND_TUPLES:
			return list;
		case LFDW_SEND_BOTH:
			return true;
		case LFDW_SEND_EACH:
		case LFDW_SEND_TUPLE:
			return list != equality->column->scalar->declared;
		case LFDW_SEND_ELEMENT:
			return false;
	}
	return false;
}

/*
 * Which of equal values that are sent differently a value is, as the equality's
 * set holds them: the one that is sent as it is, or else the first.  first and
 * count are lfdw_set_find's, the result is between them.
 */
int
lfdw_equality_choose(const LfdwEquality *equality, Datum value, int first,
					 int count)
{
	const LfdwValueSet *set = &equality->set;
	int			nestlevel;
	StringInfoData json;

	if (count == 1)
		return first;
	initStringInfo(&json);
	nestlevel = lfdw_transmission_modes_begin_utc();
	(void) lfdw_output_to_json(&json, lfdw_value_output(set->type->type_id,
														equality->column->format),
							   value);
	lfdw_transmission_modes_end(nestlevel);
	for (int i = first; i < first + count; i++)
	{
		if (strcmp(set->json[set->sorted[i]], json.data) == 0)
			return i;
	}
	return first;
}
