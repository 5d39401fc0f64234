/*-------------------------------------------------------------------------
 *
 * value_format.h
 *		The column option "format": times as numbers, bytes as text.
 *
 * IDENTIFICATION
 *	  src/value/value_format.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_VALUE_FORMAT_H
#define LFDW_VALUE_FORMAT_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "value/value.h"

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

#endif							/* LFDW_VALUE_FORMAT_H */
