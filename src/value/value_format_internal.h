/*-------------------------------------------------------------------------
 *
 * value_format_internal.h
 *		Values in a format, for the conversions of all values.
 *
 * IDENTIFICATION
 *	  src/value/value_format_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_VALUE_FORMAT_INTERNAL_H
#define LFDW_VALUE_FORMAT_INTERNAL_H

#include "postgres.h"

#include "base/json_reader.h"
#include "lib/stringinfo.h"
#include "value/value_format.h"

extern bool lfdw_format_is_for(LfdwFormat format, Oid base);
extern Datum lfdw_format_from_json(LfdwFormat format, Oid typid, int32 typmod,
								   const LfdwJsonValue *value);
extern bool lfdw_format_to_json(StringInfo out, Datum value,
								LfdwFormat format);

#endif							/* LFDW_VALUE_FORMAT_INTERNAL_H */
