/*-------------------------------------------------------------------------
 *
 * write_payload.h
 *		Rows in a payload of the function's own.
 *
 * IDENTIFICATION
 *	  src/modify/write_payload.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_WRITE_PAYLOAD_H
#define LFDW_WRITE_PAYLOAD_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "modify/write_types.h"

typedef struct LfdwWritePayload LfdwWritePayload;

extern LfdwWritePayload *lfdw_write_payload_create(const LfdwTable *table,
												   LfdwWriteOperation operation);
extern bool lfdw_write_payload_is_list(const LfdwWritePayload *payload);
extern bool lfdw_write_payload_is_event(const LfdwWritePayload *payload);
extern void lfdw_write_payload_describe(StringInfo out,
										const LfdwWritePayload *payload);
extern void lfdw_write_payload_check_set(const LfdwWritePayload *payload,
										 const Bitmapset *set);
extern void lfdw_write_payload_check_row(const LfdwWritePayload *payload,
										 const LfdwWriteRow *row, int64 number);
extern void lfdw_write_payload_write(StringInfo out, const LfdwWritePayload *payload,
									 const LfdwWriteRow *rows, int nrows);
extern char *lfdw_write_payload_item_id(const LfdwWritePayload *payload,
										const LfdwWriteRow *row, int number);

#endif							/* LFDW_WRITE_PAYLOAD_H */
