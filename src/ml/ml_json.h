/*-------------------------------------------------------------------------
 *
 * ml_json.h
 *		Answers in JSON: the ways to their values.
 *
 * IDENTIFICATION
 *	  src/ml/ml_json.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ML_JSON_H
#define LFDW_ML_JSON_H

#include "postgres.h"

#include "utils/jsonb.h"

extern Jsonb *lfdw_ml_json_read(const char *text, const char *aim);
extern JsonbValue *lfdw_ml_json_member(JsonbContainer *container,
									   const char *name);
extern const char *lfdw_ml_json_kind(const JsonbValue *value);
extern char *lfdw_ml_json_names(JsonbContainer *container);
extern char *lfdw_ml_json_string(const JsonbValue *value);
extern float8 lfdw_ml_json_number(const JsonbValue *value);

#endif							/* LFDW_ML_JSON_H */
