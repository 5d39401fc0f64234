/*-------------------------------------------------------------------------
 *
 * json_string.h
 *		JSON that an answer carries as a string.
 *
 * IDENTIFICATION
 *	  src/value/json_string.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JSON_STRING_H
#define LFDW_JSON_STRING_H

#include "postgres.h"

#include "base/json_reader.h"

extern bool lfdw_json_string_open(LfdwJsonReader *reader,
								  const LfdwJsonValue *string, bool checked,
								  const char *function);
extern LfdwJsonValue lfdw_json_unescaped(const LfdwJsonValue *value);
extern char *lfdw_json_shown(const LfdwJsonValue *string);
extern char *lfdw_json_shown_value(const LfdwJsonValue *value);

#endif							/* LFDW_JSON_STRING_H */
