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

/* The value of a hexadecimal digit, -1 for any other byte. */
static inline int
lfdw_hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

#endif							/* LFDW_VALUE_FORMAT_INTERNAL_H */
