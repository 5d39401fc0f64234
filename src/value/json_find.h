/*-------------------------------------------------------------------------
 *
 * json_find.h
 *		The value at a JSON Pointer in a document.
 *
 * IDENTIFICATION
 *	  src/value/json_find.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JSON_FIND_H
#define LFDW_JSON_FIND_H

#include "postgres.h"

#include "base/json_pointer.h"
#include "base/json_reader.h"

extern bool lfdw_json_go_to(LfdwJsonReader *reader, const char *token);
extern LfdwJsonStatus lfdw_json_seek(LfdwJsonReader document,
									 const LfdwPointer *pointer,
									 const char *function,
									 LfdwJsonValue *value);
extern bool lfdw_json_find(LfdwJsonReader document, const LfdwPointer *pointer,
						   const char *function, LfdwJsonValue *value);

#endif							/* LFDW_JSON_FIND_H */
