/*-------------------------------------------------------------------------
 *
 * json_text.h
 *		JSON values as texts.
 *
 * IDENTIFICATION
 *	  src/value/json_text.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JSON_TEXT_H
#define LFDW_JSON_TEXT_H

#include "postgres.h"

#include "base/json_reader.h"
#include "nodes/pg_list.h"

extern char *lfdw_json_value_text(const LfdwJsonValue *value);
extern char *lfdw_json_text(const char *json);
extern List *lfdw_json_texts(const char *json);

#endif							/* LFDW_JSON_TEXT_H */
