/*-------------------------------------------------------------------------
 *
 * value.h
 *		A JSON value becomes a Datum, and a Datum becomes JSON.
 *
 * IDENTIFICATION
 *	  src/value/value.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_VALUE_H
#define LFDW_VALUE_H

#include "postgres.h"

#include "base/json_reader.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "value/value_format.h"

/* How values are converted to one column's type; made once a scan. */
typedef struct LfdwConverter LfdwConverter;

/* Converts a value other than null. */
typedef Datum (*LfdwConvert) (LfdwConverter *converter,
							  const LfdwJsonValue *value);

extern LfdwConverter *lfdw_value_converter(Oid typid, int32 typmod,
										   LfdwFormat format,
										   const char *colname);
extern Datum lfdw_value_from_json(LfdwConverter *converter,
								  const LfdwJsonValue *value, bool *isnull);
extern LfdwConvert lfdw_value_shortcut(const LfdwConverter *converter);
extern bool lfdw_value_is_time(const LfdwConverter *converter);
extern Datum lfdw_value_from_text(LfdwConverter *converter, char *text,
								  bool *isnull);

extern Datum lfdw_value_from_plain(LfdwConverter *converter,
								   const LfdwJsonValue *text, bool *isnull);
extern Datum lfdw_value_from_bytes(LfdwConverter *converter,
								   const LfdwJsonValue *bytes, bool *isnull);

/* How values of a type become JSON; what is looked up for them, once. */
typedef struct LfdwOutput LfdwOutput;

extern LfdwOutput *lfdw_value_output(Oid typid, LfdwFormat format);
extern bool lfdw_output_follows_settings(const LfdwOutput *output);
extern bool lfdw_output_to_json(StringInfo out, LfdwOutput *output, Datum value);

extern int	lfdw_transmission_modes_begin(void);
extern int	lfdw_transmission_modes_begin_utc(void);
extern void lfdw_transmission_modes_end(int nestlevel);

#endif							/* LFDW_VALUE_H */
