/*-------------------------------------------------------------------------
 *
 * value_format.h
 *		The column option "format": times as numbers, bytes as text.
 *
 * Plain data, for those that read the option.
 *
 * IDENTIFICATION
 *	  src/value/value_format.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_VALUE_FORMAT_H
#define LFDW_VALUE_FORMAT_H

#include "postgres.h"

typedef enum LfdwFormat
{
	LFDW_FORMAT_DEFAULT,
	LFDW_FORMAT_EPOCH_S,		/* timestamps: seconds since 1970 */
	LFDW_FORMAT_EPOCH_MS,		/* timestamps: milliseconds since 1970 */
	LFDW_FORMAT_BASE64,			/* bytea */
	LFDW_FORMAT_HEX				/* bytea */
} LfdwFormat;

/* All names; what a wrong one should have been; which types have which. */
extern const char lfdw_format_names[];
extern const char lfdw_format_choice[];
extern const char lfdw_format_types[];

extern bool lfdw_format_find(const char *name, LfdwFormat *format);
extern bool lfdw_format_applies(LfdwFormat format, Oid typid);

#endif							/* LFDW_VALUE_FORMAT_H */
