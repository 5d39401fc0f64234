/*-------------------------------------------------------------------------
 *
 * value_in_internal.h
 *		What the files share that make a Datum of a JSON value.
 *
 * IDENTIFICATION
 *	  src/value/value_in_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_VALUE_IN_INTERNAL_H
#define LFDW_VALUE_IN_INTERNAL_H

#include "postgres.h"

#include "value/value.h"

/*
 * Converts a value other than null.  One that does not know the spelling goes
 * on with lfdw_value_from_input.
 */
typedef Datum (*LfdwConvert) (LfdwConverter *converter,
							  const LfdwJsonValue *value);

extern Datum lfdw_value_from_input(LfdwConverter *converter,
								   const LfdwJsonValue *value);
extern LfdwConvert lfdw_value_convert_number(Oid typid);
extern LfdwConvert lfdw_value_convert_time(Oid typid, int32 typmod);

#endif							/* LFDW_VALUE_IN_INTERNAL_H */
